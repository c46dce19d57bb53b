#include "tui/line.h"

#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "remedies/catalogue.h"
#include "remedies/shelf.h"
#include "tui/app.h"
#include "tui/find.h"
#include "tui/screen/remedy.h"
#include "tui/screen/walk.h"

enum { SHOWN = 12 };

/* ---- what may stand after a name ---- */

static const char *server_value(const struct app *a, int i)
{
	return i < a->model->servers ? a->model->server[i].name : NULL;
}

static const char *probe_value(const struct app *a, int i)
{
	const struct server *s = app_server(a);
	return s && i < s->nodes ? s->node[i].probe->id : NULL;
}

static const char *cause_value(const struct app *a, int i)
{
	(void)a;
	return causes[i].id;
}

static void show_server(struct app *a, const char *name, int i)
{
	(void)name;
	app_watch(a, i);
}

static void show_evidence(struct app *a, const char *name, int i)
{
	(void)name;
	app_open(a, &screen_evidence, &(struct subject){a->server, i, NULL});
}

static void show_help(struct app *a, const char *name, int i)
{
	(void)name;
	app_open(a, &screen_help, &(struct subject){a->server, i, NULL});
}

static void show_remedy(struct app *a, const char *name, int i)
{
	(void)i;
	app_open(a, &screen_remedy, &(struct subject){a->server, -1, name});
}

/* Ours by their names, and every page of the team's directory. */
static const char *runbook_value(const struct app *a, int i)
{
	struct line *l = (struct line *)&a->line;
	if (!l->arena) {
		l->arena = arena_new();
		shelf_names(l->arena, a->options.runbooks, &l->shelf);
	}
	return i < l->shelf.books ? l->shelf.book[i].name : NULL;
}

static void show_walk(struct app *a, const char *name, int i)
{
	(void)i;
	walk_start(a, name);
}

/* The names that take a value, and what that may be. */
static const struct {
	const char *name, *value;
	const char *(*each)(const struct app *a, int i); /* NULL after the last */
	void (*use)(struct app *a, const char *name, int i);
	bool other;         /* any other value as well: a path; i is -1 */
} valued[] = {
	{"server", "NAME", server_value, show_server, false},
	{"evidence", "PROBE", probe_value, show_evidence, false},
	{"help", "PROBE", probe_value, show_help, false},
	{"open", "CAUSE", cause_value, show_remedy, false},
	{"walk", "RUNBOOK", runbook_value, show_walk, true},
};
enum { VALUED = sizeof valued / sizeof *valued };

static int find_valued(const char *name, size_t n)
{
	for (int i = 0; i < VALUED; i++)
		if (strlen(valued[i].name) == n && !strncmp(valued[i].name, name, n))
			return i;
	return -1;
}

/* ---- completion ---- */

/* The k-th way to go on from stem, as a whole line; NULL: there are not so many. */
static const char *candidate(const struct app *a, const char *stem, int k)
{
	size_t n = strcspn(stem, " ");
	int v = stem[n] ? find_valued(stem, n) : -1;
	const char *rest = stem + n + strspn(stem + n, " "), *value;
	for (int i = 0; v >= 0 && (value = valued[v].each(a, i)); i++)
		if (text_starts(value, rest) && !k--)
			return arena_printf(a->frame, "%s %s", valued[v].name, value);
	for (const struct binding *b = bindings; !stem[n] && b->name; b++)
		if (text_starts(b->name, stem) && !k--)
			return b->name;
	return NULL;
}

static void complete(struct app *a, int by)
{
	struct line *l = &a->line;
	int n = 0;
	if (!l->tab)
		snprintf(l->stem, sizeof l->stem, "%s", l->field.text);
	while (candidate(a, l->stem, n))
		n++;
	if (!n)
		return;
	l->tab = l->tab ? (l->tab - 1 + by + n) % n + 1 : by > 0 ? 1 : n;
	field_set(&l->field, candidate(a, l->stem, l->tab - 1));
	if (n == 1 && find_valued(l->field.text, l->field.len) >= 0)
		field_add(&l->field, ' ');
	if (n == 1)
		l->tab = 0;
}

/* ---- doing ---- */

static bool do_valued(struct app *a, const char *text, size_t n, const char *value)
{
	int v = find_valued(text, n);
	const char *each;
	if (v < 0)
		return false;
	for (int i = 0; (each = valued[v].each(a, i)); i++)
		if (!strcmp(each, value)) {
			valued[v].use(a, each, i);
			return true;
		}
	if (valued[v].other) {
		valued[v].use(a, value, -1);
		return true;
	}
	app_notice(a, "there is no %s \"%s\"; Tab shows what there is", valued[v].value, value);
	return true;
}

void line_do(struct app *a, const char *text)
{
	char name[64];
	size_t n = strcspn(text, " ");
	const char *value = text + n + strspn(text + n, " ");
	snprintf(name, sizeof name, "%.*s", (int)n, text);
	enum action action = key_named(name);
	/* enough of a name is the name */
	if (action == ACT_NONE && *name && candidate(a, name, 0) && !candidate(a, name, 1)) {
		snprintf(name, sizeof name, "%s", candidate(a, name, 0));
		action = key_named(name);
	}
	if (!*name)
		return;
	if (action == ACT_NONE)
		app_notice(a, "there is no action \"%s\"; Tab shows what there is", name);
	else if (!*value)
		app_act(a, action);
	else if (action == ACT_FIND)
		find_begin(a, value);
	else if (!do_valued(a, name, strlen(name), value))
		app_notice(a, "%s takes no value", name);
}

void line_open(struct app *a, int kind)
{
	line_done(a);
	a->line = (struct line){.kind = kind};
}

void line_done(struct app *a)
{
	if (a->line.arena)
		arena_free(a->line.arena);
	a->line.arena = NULL;
}

static void submit(struct app *a)
{
	struct line l = a->line;
	a->line.kind = LINE_CLOSED;
	if (l.kind == LINE_FIND)
		find_begin(a, l.field.text);
	else
		line_do(a, l.field.text);
}

void line_key(struct app *a, int32_t key)
{
	struct line *l = &a->line;
	a->notice[0] = '\0';
	if (key == K_ENTER || key == '\n')
		submit(a);
	else if (key == K_ESC || key == 'C' - 64 || ((key == K_DEL || key == 8) && !l->field.len))
		l->kind = LINE_CLOSED;
	else if (key == K_TAB || key == K_BACKTAB)
		complete(a, l->kind != LINE_COMMAND ? 0 : key == K_TAB ? 1 : -1);
	else {
		l->tab = 0;
		if (key == K_DEL || key == 8)
			field_erase(&l->field);
		else if (key == 'U' - 64)
			field_clear(&l->field);
		else
			field_add(&l->field, key);
	}
}

/* ---- drawing ---- */

static void draw_candidates(struct app *a, struct canvas *c, int y)
{
	const struct line *l = &a->line;
	const char *stem = l->tab ? l->stem : l->field.text, *one;
	const struct binding *b = key_binding(key_named(l->field.text));
	canvas_fill(c, y, 0, c->w, MEAN_TEXT, ' ');
	if (b->name && (l->tab || !candidate(a, stem, 1))) {
		int x = canvas_text(c, y, 1, c->w, MEAN_KEY, key_shown(b->action));
		canvas_text(c, y, *key_shown(b->action) ? x + 2 : 1, c->w, MEAN_FAINT, b->help);
		return;
	}
	for (int i = 0, x = 1; i < SHOWN && x < c->w && (one = candidate(a, stem, i)); i++) {
		const char *blank = strchr(one, ' ');
		x = canvas_text(c, y, x, c->w, MEAN_FAINT, blank ? blank + 1 : one) + 2;
	}
}

void line_draw(struct app *a, struct canvas *c)
{
	const struct line *l = &a->line;
	int y = c->h - 1;
	if (l->kind == LINE_CLOSED)
		return;
	if (l->kind == LINE_COMMAND)
		draw_candidates(a, c, y - 1);
	canvas_fill(c, y, 0, c->w, MEAN_TEXT, ' ');
	int x = canvas_text(c, y, 0, c->w, MEAN_KEY, l->kind == LINE_FIND ? "/" : ":");
	/* the end of what is too long */
	const char *text = l->field.text;
	while (x + text_width(text) >= c->w - 1)
		text += text_fit(text, 1, NULL) ? text_fit(text, 1, NULL) : 1;
	c->cursor_x = canvas_text(c, y, x, c->w, MEAN_TITLE, text);
	c->cursor_y = y;
}
