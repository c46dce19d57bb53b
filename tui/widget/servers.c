#include "tui/widget/servers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "tui/widget/words.h"

enum { MEMBERS_SHOWN = 3, NAME_MAX_WIDTH = 20 };

/* Causes of something that several servers may rest on: a host, or what a sentence names in the same words. Others (a slot, a
 * backup, the archive) are each server's own. */
static const struct {
	const char *cause;
	bool same_words;
} shared[] = {
	{"host.*", false},   {"clock.*", false}, {"cron.*", false}, {"disk.backup*", false},	  {"disk.*", true},  {"ssh.*", true},
	{"config.*", true}, {"pg.*", true},	 {"repl.*", true},  {"receiver.client_*", false}, {"backup.rsync*", true},
};

bool servers_share(const struct root *a, const struct root *b)
{
	const struct finding *f = a->finding, *g = b->finding;
	if (strcmp(f->cause, g->cause) || !f->host || !g->host || !*f->host || strcmp(f->host, g->host))
		return false;
	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
		if (text_match(shared[i].cause, f->cause))
			return !shared[i].same_words || !strcmp(f->say ? f->say : "", g->say ? g->say : "");
	return false;
}

/* ---- which servers belong together ---- */

struct standing {
	int server, group, members; /* group: the first server with the same trouble, -1: alone */
	int rank;
	double urgency;
	const struct root *root;
};

static int rank_of(const struct server *s)
{
	static const int ranks[] = {[STATE_FAIL] = 0, [STATE_UNKNOWN] = 1, [STATE_WARN] = 2};
	return s->state == STATE_FAIL || s->state == STATE_WARN || s->state == STATE_UNKNOWN ? ranks[s->state] : 3;
}

static const struct root *common_root(const struct server *s, const struct server *t)
{
	for (int i = 0; i < s->roots; i++)
		for (int k = 0; k < t->roots; k++)
			if (servers_share(&s->root[i], &t->root[k]))
				return &s->root[i];
	return NULL;
}

static struct standing stand(const struct model *m, struct standing *all, int at)
{
	const struct server *s = &m->server[at];
	struct standing st = {.server = at, .group = -1, .rank = rank_of(s), .root = s->roots ? s->root : NULL, .urgency = INFINITY};
	for (int i = 0; i < s->roots; i++)
		if (s->root[i].finding->urgency < st.urgency)
			st.urgency = s->root[i].finding->urgency;
	for (int i = 0; i < at && s->roots; i++) {
		const struct root *common = all[i].root ? common_root(s, &m->server[i]) : NULL;
		if (!common || (all[i].group >= 0 && all[i].group != i))
			continue;
		st.group = all[i].group = i;
		st.root = common;
		all[i].root = common_root(&m->server[i], s);
		break;
	}
	return st;
}

static int by_weight(const void *a, const void *b)
{
	const struct standing *x = a, *y = b;
	if (x->rank != y->rank)
		return x->rank - y->rank;
	if (x->members != y->members)
		return y->members - x->members;
	if (x->group != y->group)
		return x->group - y->group;
	if (x->urgency != y->urgency)
		return x->urgency < y->urgency ? -1 : 1;
	int more = (y->root ? y->root->unblocks : 0) - (x->root ? x->root->unblocks : 0);
	return more ? more : x->server - y->server;
}

/* The order of the list, and in ret the standing of each server by its index. */
static void find_order(const struct model *m, struct servers_memory *mem, struct standing *ret, struct standing *sorted)
{
	for (int i = 0; i < m->servers; i++)
		ret[i] = stand(m, ret, i);
	for (int i = 0; i < m->servers; i++)
		for (int k = 0; ret[i].group >= 0 && k < m->servers; k++)
			ret[i].members += ret[k].group == ret[i].group;
	if (mem->pinned && mem->n == m->servers)
		return;
	memcpy(sorted, ret, (size_t)m->servers * sizeof *sorted);
	qsort(sorted, (size_t)m->servers, sizeof *sorted, by_weight);
	free(mem->order);
	mem->order = xcalloc((size_t)m->servers + 1, sizeof *mem->order);
	mem->n = m->servers;
	for (int i = 0; i < mem->n; i++)
		mem->order[i] = sorted[i].server;
}

/* ---- rows ---- */

struct build {
	struct arena *a;
	struct servers *t;
	struct servers_memory *mem;
	const struct standing *st;
	bool *printed;
};

static struct servers_row *add_row(struct build *b, enum servers_kind kind, int server, const struct root *root)
{
	struct servers_row *r = &b->t->row[b->t->rows++];
	*r = (struct servers_row){.kind = kind, .server = server, .root = root, .say = ""};
	return r;
}

/* Why nobody can say that all is well. */
static const char *unseen_say(const struct server *s)
{
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < s->nodes; i++) {
			const struct node *n = &s->node[i];
			if (n->verdict.state == STATE_UNKNOWN && (pass || n->probe->essential))
				return node_say(n);
		}
	return "";
}

static struct servers_row *add_server(struct build *b, int at)
{
	const struct server *s = &b->t->model->server[at];
	struct servers_row *r = add_row(b, b->st[at].rank == 3 ? SERVERS_GREEN : SERVERS_ONE, at, b->st[at].root);
	b->printed[at] = true;
	if (r->root && r->root->finding->say)
		r->say = r->root->finding->say;
	else if (r->kind == SERVERS_ONE)
		r->say = s->sweep_done ? unseen_say(s) : "asking";
	return r;
}

static void add_group(struct build *b, int first)
{
	int group = b->st[first].group, shown = 0, hidden = 0, many = b->st[first].members;
	struct servers_row *r = add_row(b, SERVERS_CAUSE, first, b->st[first].root);
	r->members = many;
	for (int i = 0; i < b->mem->n; i++) {
		int at = b->mem->order[i];
		if (b->printed[at] || b->st[at].group != group)
			continue;
		if (shown >= MEMBERS_SHOWN && many > MEMBERS_SHOWN + 1 && !b->mem->open) {
			b->printed[at] = true;
			hidden++;
			continue;
		}
		r = add_server(b, at);
		r->kind = SERVERS_ONE;
		r->member = true;
		shown++;
	}
	if (hidden) {
		r = add_row(b, SERVERS_MORE, first, b->st[first].root);
		r->members = hidden;
		r->member = true;
	}
	r->last = true;
}

static void add_all(struct build *b)
{
	int green = 0;
	for (int i = 0; i < b->mem->n; i++)
		green += b->st[b->mem->order[i]].rank == 3;
	for (int i = 0; i < b->mem->n; i++) {
		int at = b->mem->order[i];
		if (b->printed[at] || b->st[at].rank == 3)
			continue;
		if (b->st[at].group >= 0)
			add_group(b, at);
		else
			add_server(b, at);
	}
	if (green)
		add_row(b, SERVERS_HEAD, -1, NULL)->members = green;
	for (int i = 0; i < b->mem->n; i++)
		if (!b->printed[b->mem->order[i]])
			add_server(b, b->mem->order[i]);
}

static bool is_selected(const struct servers_row *r, const struct servers_memory *m, bool loosely)
{
	return r->server == m->server && r->kind != SERVERS_HEAD && (r->kind == m->kind || loosely);
}

static void find_selected(struct servers *t, const struct servers_memory *m)
{
	t->selected = -1;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < t->rows && m->chosen && t->selected < 0; i++)
			if (is_selected(&t->row[i], m, pass))
				t->selected = i;
	for (int i = 0; i < t->rows && t->selected < 0; i++)
		if (t->row[i].kind != SERVERS_HEAD)
			t->selected = i;
}

/* Where each row stands: a line each, the green ones side by side. */
static void layout(struct servers *t, int width)
{
	int cell = t->name_width + 4, x = 1;
	t->lines = 0;
	for (int i = 0; i < t->rows; i++) {
		struct servers_row *r = &t->row[i];
		bool beside = r->kind == SERVERS_GREEN && i && t->row[i - 1].kind == SERVERS_GREEN && x + 2 * cell <= width;
		x = beside ? x + cell : 0;
		t->lines += !beside;
		r->y = t->lines - 1;
		r->x = x;
		r->w = r->kind == SERVERS_GREEN ? cell - 1 : width;
	}
}

struct servers *servers_build(struct arena *a, const struct model *m, struct servers_memory *mem)
{
	size_t n = (size_t)m->servers + 1;
	struct servers *t = arena_alloc(a, sizeof *t);
	struct standing *st = arena_alloc(a, n * sizeof *st), *sorted = arena_alloc(a, n * sizeof *sorted);
	struct build b = {a, t, mem, st, arena_alloc(a, n)};
	*t = (struct servers){.model = m, .row = arena_alloc(a, 3 * n * sizeof *t->row)};
	find_order(m, mem, st, sorted);
	for (int i = 0; i < m->servers; i++) {
		int w = text_width(m->server[i].name);
		t->name_width = w > t->name_width ? w : t->name_width;
	}
	t->name_width = t->name_width > NAME_MAX_WIDTH ? NAME_MAX_WIDTH : t->name_width < 8 ? 8 : t->name_width;
	add_all(&b);
	find_selected(t, mem);
	layout(t, mem->width ? mem->width : 80);
	return t;
}

/* ---- moving ---- */

void servers_select(const struct servers *t, struct servers_memory *mem, int index)
{
	if (index < 0 || index >= t->rows || t->row[index].kind == SERVERS_HEAD)
		return;
	mem->chosen = true;
	mem->kind = t->row[index].kind;
	mem->server = t->row[index].server;
}

/* In the line wanted, the one that stands nearest. */
static int nearest(const struct servers *t, int y, int x)
{
	int best = -1, gap = 0;
	for (int i = 0; i < t->rows; i++) {
		int away = abs(t->row[i].x - x);
		if (t->row[i].y == y && t->row[i].kind != SERVERS_HEAD && (best < 0 || away < gap)) {
			best = i;
			gap = away;
		}
	}
	return best;
}

void servers_move(const struct servers *t, struct servers_memory *mem, int dy, int dx)
{
	if (t->selected < 0)
		return;
	const struct servers_row *r = &t->row[t->selected];
	int step = dy < 0 ? -1 : 1, found = t->selected;
	mem->pinned = true;
	if (dx && t->selected + dx >= 0 && t->selected + dx < t->rows && t->row[t->selected + dx].y == r->y)
		found = t->selected + dx;
	for (int y = r->y, left = abs(dy); left > 0 && y + step >= 0 && y + step < t->lines;) {
		int at = nearest(t, y += step, r->x);
		if (at < 0)
			continue;
		found = at;
		left--;
	}
	servers_select(t, mem, found);
}

void servers_forget(struct servers_memory *mem)
{
	free(mem->order);
	*mem = (struct servers_memory){0};
}
