#include "tui/widget/triage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "tui/widget/words.h"

enum { TREE_SHOWN = 9, TREE_DEEP = 12 };

struct build {
	struct arena *a;
	struct triage *t;
	struct triage_memory *m;
	const struct server *s;
	int64_t now;
	bool *printed;
	int tree_rows, tree_hidden;
};

static struct row *add_row(struct build *b, enum row_kind kind, int node)
{
	struct triage *t = b->t;
	if (t->rows == t->cap) {
		int cap = t->cap ? 2 * t->cap : 64;
		struct row *grown = arena_alloc(b->a, (size_t)cap * sizeof *grown);
		if (t->rows)
			memcpy(grown, t->row, (size_t)t->rows * sizeof *grown);
		t->row = grown;
		t->cap = cap;
	}
	struct row *r = &t->row[t->rows++];
	*r = (struct row){
	    .kind = kind, .node = node, .branch = "", .say = "", .right = "", .lines = 1};
	return r;
}

static struct row *add_head(struct build *b, style_t style, const char *text, const char *right)
{
	struct row *r = add_row(b, ROW_HEAD, -1);
	r->say = text;
	r->right = right;
	r->style = style;
	return r;
}

static const char *age(struct build *b, const struct node *n)
{
	char buf[8];
	return arena_dup(b->a, words_age(b->now, n->since, buf));
}

static struct row *add_node(struct build *b, int node, const char *branch)
{
	const struct node *n = &b->s->node[node];
	struct row *r = add_row(b, ROW_NODE, node);
	r->branch = branch;
	r->say = node_say(n);
	if (n->verdict.state == STATE_FAIL || n->verdict.state == STATE_WARN)
		r->right = age(b, n);
	b->printed[node] = true;
	return r;
}

/* What a blocked node waits for besides the parent it hangs from. */
static const char *not_asked(struct build *b, int node, int parent)
{
	const struct node *n = &b->s->node[node];
	struct str say = {0};
	for (int i = 0; i < n->n_needs; i++) {
		const struct node *need = &b->s->node[n->needs[i]];
		if (n->needs[i] != parent && need->verdict.state != STATE_OK)
			str_addf(&say, "%s%s %s", say.len ? "  " : "also needs ", need->probe->id, node_look(need)->glyph);
	}
	const char *text = arena_dup(b->a, str_text(&say));
	str_free(&say);
	return text;
}

static int parent_of(const struct node *n)
{
	return n->explained_by >= 0	      ? n->explained_by
	       : n->verdict.state == STATE_OK ? -1
					      : n->blocked_by;
}

static bool is_child(const struct build *b, int node, int parent)
{
	enum state st = b->s->node[node].verdict.state;
	return !b->printed[node] && st != STATE_OK && st != STATE_OFF &&
	       parent_of(&b->s->node[node]) == parent;
}

static int next_child(const struct build *b, int from, int parent)
{
	while (from < b->s->nodes && !is_child(b, from, parent))
		from++;
	return from;
}

static void add_tree(struct build *b, int parent, const char *indent, int depth)
{
	int at = next_child(b, 0, parent);
	while (at < b->s->nodes && depth < TREE_DEEP) {
		int next = next_child(b, at + 1, parent);
		bool last = next >= b->s->nodes;
		b->printed[at] = true;
		if (b->tree_rows < TREE_SHOWN || b->m->open[FOLD_TREE]) {
			struct row *r = add_node(
			    b, at, arena_printf(b->a, "%s%s", indent, last ? "└─ " : "├─ "));
			if (b->s->node[at].verdict.state == STATE_BLOCKED)
				r->say = not_asked(b, at, parent);
			b->tree_rows++;
		} else {
			b->tree_hidden++;
		}
		add_tree(b, at, arena_printf(b->a, "%s%s", indent, last ? "   " : "│  "),
			 depth + 1);
		at = next_child(b, next, parent);
	}
}

static struct row *add_fold(struct build *b, enum fold fold, const char *say)
{
	struct row *r = add_row(b, ROW_FOLD, -1);
	r->fold = fold;
	r->say = say;
	r->right = b->m->open[fold] ? "z fold" : "z unfold";
	return r;
}

static bool root_is(const struct root *r, int node, const char *cause)
{
	return r->node == node && !strncmp(r->finding->cause, cause, 63);
}

static const struct root *root_find(const struct server *s, int node, const char *cause)
{
	for (int i = 0; i < s->roots; i++)
		if (root_is(&s->root[i], node, cause))
			return &s->root[i];
	return NULL;
}

static void remember(struct triage_memory *m, const struct root *r)
{
	if (m->roots == (int)(sizeof m->root / sizeof *m->root))
		return;
	m->root[m->roots].node = r->node;
	m->root[m->roots].fresh = m->pinned;
	m->news += m->pinned;
	snprintf(m->root[m->roots++].cause, sizeof m->root[0].cause, "%s", r->finding->cause);
}

/* The engine's order, until the operator moved: then what he saw stays where it was. */
static void keep_order(const struct server *s, struct triage_memory *m)
{
	int kept = 0;
	for (int i = 0; m->pinned && i < m->roots; i++)
		if (root_find(s, m->root[i].node, m->root[i].cause))
			m->root[kept++] = m->root[i];
	m->roots = kept;
	for (int i = 0; i < s->roots; i++) {
		bool known = false;
		for (int k = 0; k < kept; k++)
			known |= root_is(&s->root[i], m->root[k].node, m->root[k].cause);
		if (!known)
			remember(m, &s->root[i]);
	}
}

static void add_root(struct build *b, const struct root *root)
{
	const struct node *n = &b->s->node[root->node];
	struct row *r = add_row(b, ROW_ROOT, root->node);
	r->root = root;
	r->say = root->finding->say ? root->finding->say : "";
	r->right = age(b, n);
	if (b->printed[root->node])
		return;
	b->printed[root->node] = true;
	b->tree_rows = b->tree_hidden = 0;
	add_tree(b, root->node, "", 0);
	if (b->tree_hidden)
		add_fold(b, FOLD_TREE,
			 arena_printf(b->a, "… and %d more blocked by it", b->tree_hidden));
}

static void add_roots(struct build *b, enum rank rank)
{
	int n = 0, of = 0;
	for (int i = 0; i < b->s->roots; i++)
		of += b->s->root[i].finding->rank == rank;
	for (int i = 0; i < b->m->roots; i++) {
		const struct root *r = root_find(b->s, b->m->root[i].node, b->m->root[i].cause);
		if (!r || r->finding->rank != rank)
			continue;
		if (rank == RANK_FAIL)
			add_head(b, MEAN_TITLE,
				 arena_printf(b->a, "ROOT CAUSE %d of %d  %s%s%s%s", ++n, of, b->m->root[i].fresh ? "NEW  " : "",
					      r->finding->cause,
					      r->finding->host && *r->finding->host ? " on " : "",
					      r->finding->host ? r->finding->host : ""),
				 r->unblocks ? arena_printf(b->a, "fixing it should unblock %d",
							    r->unblocks)
					     : "");
		add_root(b, r);
	}
}

/* Nodes in one state that hang from nothing shown, under one heading. */
static void add_rest(struct build *b, enum state state, bool waiting, const char *title)
{
	int head = -1, n = 0;
	for (int i = 0; i < b->s->nodes; i++) {
		const struct verdict *v = &b->s->node[i].verdict;
		if (b->printed[i] || v->state != state ||
		    (state == STATE_WARN && waiting != !v->findings))
			continue;
		if (!n++ && title) {
			add_head(b, state == STATE_FAIL ? MEAN_TITLE : MEAN_WARN, "", "");
			head = b->t->rows - 1;
		}
		struct row *r = add_node(b, i, "");
		if (waiting && v->until > b->now)
			r->right =
			    arena_printf(b->a, "%d s", (int)((v->until - b->now + 999) / 1000));
		add_tree(b, i, "", 0);
	}
	if (head >= 0)
		b->t->row[head].say = arena_printf(b->a, "%s %d", title, n);
}

static void add_warnings(struct build *b)
{
	int head = b->t->rows, before;
	add_head(b, MEAN_WARN, "", "");
	before = b->t->rows;
	add_roots(b, RANK_WARN);
	b->tree_rows = b->tree_hidden = 0;
	add_rest(b, STATE_WARN, false, NULL);
	if (b->t->rows == before)
		b->t->rows = head;
	else
		b->t->row[head].say = "WARNINGS";
}

static void add_asking(struct build *b)
{
	struct str ids = {0};
	int n = 0;
	for (int i = 0; i < b->s->nodes; i++) {
		const struct node *node = &b->s->node[i];
		if (b->printed[i] || !node->verdict.pending || node->verdict.state != STATE_UNKNOWN)
			continue;
		b->printed[i] = true;
		if (n++ < 12)
			str_addf(&ids, "%s%s", n > 1 ? "  " : "", node->probe->id);
	}
	if (n)
		add_head(b, MEAN_RUNNING, arena_printf(b->a, "ASKING %d  %s", n, str_text(&ids)),
			 "");
	str_free(&ids);
}

static bool is_unseen(const struct build *b, int i)
{
	enum state st = b->s->node[i].verdict.state;
	return !b->printed[i] && (st == STATE_UNKNOWN || st == STATE_BLOCKED);
}

static void add_unseen(struct build *b)
{
	int n = 0, first = -1;
	for (int i = 0; i < b->s->nodes; i++)
		if (is_unseen(b, i)) {
			if (first < 0 || (b->s->node[i].verdict.state == STATE_UNKNOWN &&
					  b->s->node[first].verdict.state != STATE_UNKNOWN))
				first = i;
			n++;
		}
	if (!n)
		return;
	add_fold(
	    b, FOLD_UNSEEN,
	    arena_printf(b->a, "NOT VISIBLE FROM HERE %d  %s", n, node_say(&b->s->node[first])));
	for (int i = 0; b->m->open[FOLD_UNSEEN] && i < b->s->nodes; i++)
		if (is_unseen(b, i))
			add_node(b, i, "");
}

static void add_advice(struct build *b)
{
	if (!b->s->advices)
		return;
	add_fold(b, FOLD_ADVICE,
		 arena_printf(b->a, "ADVICE %d  %s", b->s->advices, b->s->advice[0]->say));
	for (int i = 0; b->m->open[FOLD_ADVICE] && i < b->s->advices; i++) {
		struct row *r = add_row(b, ROW_ADVICE, -1);
		r->say = arena_printf(b->a, "%s: %s", b->s->advice[i]->cause, b->s->advice[i]->say);
		r->branch = b->s->advice[i]->cause;
	}
}

/* The stages that passed whole by their names, the others with how much of them did. */
static void write_passed(const struct server *s, struct str *out)
{
	int in[STAGES] = {0}, of[STAGES] = {0}, off = 0;
	for (int i = 0; i < s->nodes; i++) {
		enum state st = s->node[i].verdict.state;
		in[s->node[i].probe->stage] += st == STATE_OK;
		of[s->node[i].probe->stage] += st != STATE_OFF;
		off += st == STATE_OFF;
	}
	for (int i = 0; i < STAGES; i++)
		if (in[i] && in[i] == of[i])
			str_addf(out, " %s", stage_names[i]);
	for (int i = 0; i < STAGES; i++)
		if (in[i] && in[i] < of[i])
			str_addf(out, "  %s %d/%d", stage_names[i], in[i], of[i]);
	if (off)
		str_addf(out, "  (%d off)", off);
}

static void add_passed(struct build *b)
{
	struct str by_stage = {0};
	int passed = 0, off = 0;
	for (int i = 0; i < b->s->nodes; i++) {
		off += b->s->node[i].verdict.state == STATE_OFF;
		passed += b->s->node[i].verdict.state == STATE_OK;
	}
	if (!passed && !off)
		return;
	write_passed(b->s, &by_stage);
	add_fold(b, FOLD_PASSED, arena_printf(b->a, "PASSED %d %s", passed, str_text(&by_stage)));
	str_free(&by_stage);
	for (int want = STATE_OK; b->m->open[FOLD_PASSED] && want >= STATE_OFF; want--)
		for (int i = 0; i < b->s->nodes; i++)
			if (!b->printed[i] && (int)b->s->node[i].verdict.state == want)
				add_node(b, i, "");
}

static bool is_selected(const struct row *r, const struct triage_memory *m)
{
	if (r->kind != m->kind || r->kind == ROW_HEAD)
		return false;
	if (r->kind == ROW_ROOT)
		return root_is(r->root, m->node, m->cause);
	if (r->kind == ROW_ADVICE)
		return !strcmp(r->branch, m->cause);
	return r->kind == ROW_FOLD ? r->fold == m->fold : r->node == m->node;
}

static void find_selected(struct triage *t, struct triage_memory *m)
{
	t->selected = -1;
	for (int i = 0; m->chosen && i < t->rows && t->selected < 0; i++)
		if (is_selected(&t->row[i], m) ||
		    (m->kind <= ROW_NODE && m->kind != ROW_HEAD && t->row[i].node >= 0 &&
		     t->row[i].node == m->node))
			t->selected = i;
	/* What was selected is gone: stay near, never jump. */
	int at = t->selected >= 0 ? t->selected : m->chosen && m->index < t->rows ? m->index : 0;
	while (at < t->rows && t->row[at].kind == ROW_HEAD)
		at++;
	t->selected = at < t->rows ? at : -1;
	m->index = at;
}

struct triage *triage_build(struct arena *a, const struct server *s, int64_t now,
			    struct triage_memory *m)
{
	struct triage *t = arena_alloc(a, sizeof *t);
	struct build b = {a, t, m, s, now, arena_alloc(a, (size_t)s->nodes + 1), 0, 0};
	t->server = s;
	keep_order(s, m);
	add_roots(&b, RANK_FAIL);
	b.tree_rows = b.tree_hidden = 0;
	add_rest(&b, STATE_FAIL, false, "ALSO FAILING");
	add_warnings(&b);
	add_rest(&b, STATE_WARN, true, "WAITING, NOT FAILING");
	add_asking(&b);
	add_unseen(&b);
	add_advice(&b);
	add_passed(&b);
	for (int i = 0; i < t->rows; i++) {
		int w = t->row[i].node < 0 ? 0 : text_width(s->node[t->row[i].node].probe->id);
		if (w > t->id_width && !*t->row[i].branch)
			t->id_width = w > 20 ? 20 : w;
	}
	find_selected(t, m);
	return t;
}

int triage_row_of(const struct triage *t, int node)
{
	for (int i = 0; i < t->rows; i++)
		if (t->row[i].node == node && t->row[i].kind != ROW_HEAD)
			return i;
	return -1;
}

void triage_select(struct triage *t, struct triage_memory *m, int index)
{
	if (index < 0 || index >= t->rows || t->row[index].kind == ROW_HEAD)
		return;
	const struct row *r = &t->row[index];
	t->selected = m->index = index;
	m->chosen = true;
	m->kind = r->kind;
	m->node = r->node;
	m->fold = r->fold;
	const char *cause = r->kind == ROW_ROOT	    ? r->root->finding->cause
			    : r->kind == ROW_ADVICE ? r->branch
						    : "";
	snprintf(m->cause, sizeof m->cause, "%s", cause);
}

void triage_move(struct triage *t, struct triage_memory *m, int by)
{
	int at = t->selected, step = by < 0 ? -1 : 1;
	m->pinned = true;
	for (int left = abs(by); left > 0; left--) {
		int next = at + step;
		while (next >= 0 && next < t->rows && t->row[next].kind == ROW_HEAD)
			next += step;
		if (next < 0 || next >= t->rows)
			break;
		at = next;
	}
	triage_select(t, m, at);
}
