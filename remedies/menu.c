/* The numbered menu of the dialogue: everything that the screens show and do, in lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/base/text.h"
#include "remedies/explain.h"
#include "remedies/fix_inside.h"
#include "remedies/journal_read.h"

enum { ITEMS = 400, AGAIN_MS = 6000, DEEDS_SHOWN = 40 };

struct item {
	int node;            /* -1: advice */
	const char *cause;   /* whose remedy it has, or NULL */
};

struct menu {
	struct fix *x;
	struct item item[ITEMS];
	int items;
	bool all;            /* what passed or is not visible is shown, too */
	bool over;
	int64_t seen;        /* the newest change that was told while watching */
};

static const char *const state_words[] = {[STATE_UNKNOWN] = "not visible", [STATE_OFF] = "off",	  [STATE_OK] = "ok",
					  [STATE_WARN] = "WARNING",	   [STATE_FAIL] = "FAIL", [STATE_BLOCKED] = "blocked"};

static const char *say_of(const struct node *n)
{
	const struct verdict *v = &n->verdict;
	if (v->findings && v->finding[0].rank != RANK_ADVICE && v->finding[0].say)
		return v->finding[0].say;
	return v->say && *v->say ? v->say : n->probe->title ? n->probe->title : "";
}

static void say_lines(const char *prefix, const char *text)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");
		printf("%s%.*s\n", prefix, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

/* ---- the list ---- */

static bool listed(const struct menu *m, int node)
{
	for (int i = 0; i < m->items; i++)
		if (m->item[i].node == node)
			return true;
	return false;
}

/* The line's number, printed; false when there is no more room. */
static bool number(struct menu *m, int node, const char *cause)
{
	if (m->items == ITEMS)
		return false;
	m->item[m->items++] = (struct item){node, cause};
	printf("%3d. ", m->items);
	return true;
}

static void list_roots(struct menu *m, const struct server *s)
{
	for (int i = 0; i < s->roots; i++) {
		const struct root *r = &s->root[i];
		if (!number(m, r->node, r->finding->cause))
			return;
		printf("root cause %d of %d, %s: %s\n     %s on %s", i + 1, s->roots, s->node[r->node].probe->id, r->finding->say,
		       r->finding->cause, r->finding->host ? r->finding->host : "?");
		if (r->unblocks)
			printf("; fixing it should unblock %d", r->unblocks);
		puts("");
	}
}

static void list_nodes(struct menu *m, const struct server *s, enum state state)
{
	for (int i = 0; i < s->nodes; i++) {
		const struct node *n = &s->node[i];
		const struct verdict *v = &n->verdict;
		if (v->state != state || listed(m, i))
			continue;
		if (!number(m, i, v->findings && v->finding[0].rank != RANK_ADVICE ? v->finding[0].cause : NULL))
			return;
		printf("%s, %s: %s\n", v->pending ? "asking" : state_words[state], n->probe->id, say_of(n));
		if (n->explained_by >= 0)
			printf("     explained by %s\n", s->node[n->explained_by].probe->id);
	}
}

static int count(const struct server *s, enum state state)
{
	int n = 0;
	for (int i = 0; i < s->nodes; i++)
		n += s->node[i].verdict.state == state;
	return n;
}

static void list(struct menu *m)
{
	static const enum state order[] = {STATE_FAIL, STATE_WARN, STATE_BLOCKED};
	const struct server *s = fix_server(m->x);
	char at[40];
	m->items = 0;
	printf("\n%s, backups on %s, database on %s, at %s: %d failed, %d warn, %d blocked, %d not visible, %d passed\n", s->name,
	       *s->backup_host ? s->backup_host : "?", *s->db_host ? s->db_host : "?", clock_rfc3339(clock_wall_ms(), at, sizeof at),
	       count(s, STATE_FAIL), count(s, STATE_WARN), count(s, STATE_BLOCKED), count(s, STATE_UNKNOWN), count(s, STATE_OK));
	list_roots(m, s);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		list_nodes(m, s, order[i]);
	for (int i = 0; i < s->advices; i++)
		if (number(m, -1, s->advice[i]->cause))
			printf("advice: %s\n", s->advice[i]->say);
	if (m->all)
		list_nodes(m, s, STATE_UNKNOWN);
	if (m->all)
		list_nodes(m, s, STATE_OK);
	else if (count(s, STATE_UNKNOWN) + count(s, STATE_OK))
		puts("p lists also what passed and what is not visible");
}

/* ---- one line of it ---- */

static void evidence(const struct server *s, int node)
{
	const struct node *n = &s->node[node];
	const struct verdict *v = &n->verdict;
	char at[40];
	printf("\n%s: %s\n%s: %s\n", n->probe->id, n->probe->title ? n->probe->title : "", state_words[v->state], say_of(n));
	if (n->asked_at)
		printf("last answer %s, took %lld ms\n", clock_rfc3339(n->asked_at, at, sizeof at), (long long)n->took_ms);
	for (int i = 0; i < v->findings; i++) {
		printf("cause %s: %s\n", v->finding[i].cause, v->finding[i].say ? v->finding[i].say : "");
		say_lines("  | ", v->finding[i].evidence);
	}
	say_lines("  | ", v->evidence);
	for (int i = 0; i < n->n_needs; i++)
		printf("needs %s: %s\n", s->node[n->needs[i]].probe->id, state_words[s->node[n->needs[i]].verdict.state]);
	for (int i = 0; i < s->nodes; i++)
		for (int k = 0; k < s->node[i].n_needs; k++)
			if (s->node[i].needs[k] == node)
				printf("breaks %s: %s\n", s->node[i].probe->id, state_words[s->node[i].verdict.state]);
	say_lines("", n->probe->about);
}

/* The item that a number names; NULL after having said why. */
static const struct item *item_of(const struct menu *m, const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);
	if (*text && !*end && n >= 1 && n <= m->items)
		return &m->item[n - 1];
	printf("there is no line \"%.20s\"; Enter lists them\n", text);
	return NULL;
}

static void show_evidence(struct menu *m, const char *value)
{
	const struct item *i = item_of(m, value);
	if (i && i->node >= 0)
		evidence(fix_server(m->x), i->node);
}

static void open_item(struct menu *m, const char *value)
{
	const struct item *i = item_of(m, value);
	if (i && !i->cause)
		evidence(fix_server(m->x), i->node);
	if (!i || !i->cause)
		return;
	snprintf(m->x->wanted, sizeof m->x->wanted, "%s", i->cause);
	m->over = true;
}

static void ask_again(struct menu *m, const char *value)
{
	const struct item *i = *value ? item_of(m, value) : NULL;
	struct fix *x = m->x;
	int node = i ? i->node : -1;
	int64_t since = clock_wall_ms(), start = clock_mono_ms();
	if (*value && (!i || node < 0))
		return;
	engine_ask_now(x->engine, x->server, node);
	printf("asking %s again\n", node < 0 ? "everything" : fix_server(x)->node[node].probe->id);
	fflush(stdout);
	do
		fix_turn(x);
	while (!*x->interrupted && clock_mono_ms() - start < AGAIN_MS && (node < 0 || fix_server(x)->node[node].asked_at < since));
	if (node < 0)
		list(m);
	else
		evidence(fix_server(x), node);
}

/* ---- the rest ---- */

static void say_changes(struct menu *m)
{
	const struct server *s = fix_server(m->x);
	char at[40];
	for (int i = s->changes - 1; i >= 0; i--) {
		const struct change *ch = &s->change[i];
		if (ch->at <= m->seen)
			continue;
		m->seen = ch->at;
		printf("%s %s: %s -> %s: %s\n", clock_rfc3339(ch->at, at, sizeof at), s->node[ch->node].probe->id, state_words[ch->from],
		       state_words[ch->to], say_of(&s->node[ch->node]));
	}
	fflush(stdout);
}

static bool tell_changes(void *arg)
{
	say_changes(arg);
	return false;
}

/* Until Enter; every change is a line. */
static void watch(struct menu *m, const char *value)
{
	struct prompt *p = &m->x->prompt;
	bool (*wakes)(void *arg) = p->wakes;
	void *arg = p->arg;
	(void)value;
	m->seen = clock_wall_ms();
	p->wakes = tell_changes;
	p->turned = NULL;
	p->arg = m;
	m->x->quit |= !prompt_line(p, "watching, every change is a line [Enter ends it]");
	p->wakes = wakes;
	p->arg = arg;
	p->turned = fix_look_at_clocks;
}

static void say_deed(void *arg, const struct past *d)
{
	struct str out = {0}, clean = {0};
	int *left = arg;
	if (!*d->command || --*left >= DEEDS_SHOWN)
		return;
	str_addf(&out, "%s %s: %s on %s as %s", d->at, d->phase, d->step, d->host, d->as);
	if (d->ended)
		str_addf(&out, ", exit %d", d->status);
	if (*d->unknown)
		str_addf(&out, ", %s", d->unknown);
	if (!strcmp(d->phase, "begun"))
		str_addf(&out, "\n%s", d->command);
	text_clean(&clean, str_text(&out), out.len, 4096, 16384);
	puts(str_text(&clean));
	str_free(&out);
	str_free(&clean);
}

static void count_deed(void *arg, const struct past *d)
{
	*(int *)arg += *d->command != '\0';
}

static void journal(struct menu *m, const char *value)
{
	const char *path = journal_path(m->x->journal);
	int n = 0;
	(void)value;
	printf("\nthe journal is %s\n", *path ? path : "nowhere");
	if (journal_read(path, NULL, count_deed, &n) || !n)
		puts("nothing was run yet");
	else
		journal_read(path, NULL, say_deed, &n);
}

static void explain(struct menu *m, const char *value)
{
	struct str out = {0};
	struct problem p;
	(void)m;
	if (explain_cause(value, &out, &p))
		printf("%s; %s\n", p.say, p.hint);
	fputs(str_text(&out), stdout);
	str_free(&out);
}

static void server(struct menu *m, const char *value)
{
	const struct model *model = engine_model(m->x->engine);
	for (int i = 0; i < model->servers; i++)
		if (!strcmp(model->server[i].name, value)) {
			m->x->server = i;
			list(m);
			return;
		}
	for (int i = 0; i < model->servers; i++) {
		const struct server *s = &model->server[i];
		printf("%s: %d failed, %d warn%s%s\n", s->name, count(s, STATE_FAIL), count(s, STATE_WARN), s->roots ? "; first " : "",
		       s->roots ? s->root[0].finding->cause : "");
	}
}

static void passed(struct menu *m, const char *value)
{
	(void)value;
	m->all = !m->all;
	list(m);
}

static void again(struct menu *m, const char *value)
{
	(void)value;
	list(m);
}

static void fix_first(struct menu *m, const char *value)
{
	(void)value;
	m->over = m->x->guided = true;
}

static void leave(struct menu *m, const char *value)
{
	(void)value;
	m->over = true;
	m->x->quit = !m->x->page;
}

static void quit(struct menu *m, const char *value)
{
	(void)value;
	m->over = m->x->quit = true;
}

static void help(struct menu *m, const char *value);

static const struct choice {
	const char *word, *value, *about;
	void (*go)(struct menu *m, const char *value);
} choices[] = {
	{"NUMBER", "", "open that line: its remedy, step by step, else its evidence", open_item},
	{"e", " NUMBER", "the evidence of that line: what was asked, the system's own words", show_evidence},
	{"r", " [NUMBER]", "ask that one again now, or everything", ask_again},
	{"f", "", "fix: through the remedies, the first root cause first", fix_first},
	{"w", "", "watch: every change becomes a line", watch},
	{"p", "", "show or hide what passed and what is not visible", passed},
	{"x", " CAUSE", "explain a cause", explain},
	{"j", "", "the journal: what was run", journal},
	{"v", " [SERVER]", "the servers, or change to that one", server},
	{"", "Enter", "the list again", again},
	{"b", "", "back to the step, where there is one", leave},
	{"?", "", "these words", help},
	{"q", "", "quit", quit},
};

static void help(struct menu *m, const char *value)
{
	(void)m, (void)value;
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
		printf("  %s%s: %s\n", choices[i].word, choices[i].value, choices[i].about);
}

static void choose(struct menu *m, const char *typed)
{
	size_t n = strcspn(typed, " ");
	const char *value = typed + n + strspn(typed + n, " ");
	if (n && strspn(typed, "0123456789") == n) {
		open_item(m, typed);
		return;
	}
	for (size_t i = 1; i < sizeof choices / sizeof *choices; i++)
		if (strlen(choices[i].word) == n && !strncmp(choices[i].word, typed, n)) {
			choices[i].go(m, value);
			return;
		}
	puts("that is none of the choices:");
	help(m, "");
}

void fix_menu(struct fix *x)
{
	struct menu *m = xcalloc(1, sizeof *m);
	m->x = x;
	list(m);
	while (!m->over && !x->quit) {
		const char *typed = prompt_line(&x->prompt, "menu [number opens a line, f fix, r ask again, ? more, q quit]");
		char line[256];
		if (!typed && x->prompt.woken)
			continue;
		if (!typed) {
			x->quit = true;
			break;
		}
		snprintf(line, sizeof line, "%s", typed);
		choose(m, line);
		fflush(stdout);
	}
	free(m);
}
