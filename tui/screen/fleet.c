/* All servers on one screen: the worst first, and what they share said once. */
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "tui/app.h"
#include "tui/screen/fleet.h"
#include "tui/screen/remedy.h"
#include "tui/widget/route.h"
#include "tui/widget/servers.h"
#include "tui/widget/strip.h"
#include "tui/widget/words.h"
#include "tui/widget/wrap.h"

enum { TALL = 20, DETAIL_LINES = 6, SAY_LINES = 2 };

struct fleet {
	struct servers_memory memory;
	int page;
	struct area list;   /* where the list was drawn last, its columns' names left out */
};

static struct servers *build(struct app *app, struct fleet *f)
{
	return servers_build(app->frame, app->model, &f->memory);
}

static void close(void *state)
{
	servers_forget(&((struct fleet *)state)->memory);
}

/* The server that the selected line is about, in small. */
static void draw_detail(struct app *app, const struct servers *t, struct canvas *c, int y)
{
	const struct servers_row *r = &t->row[t->selected];
	const struct server *s = &t->model->server[r->server];
	int root = r->root ? (int)s->node[r->root->node].probe->stage : -1;
	struct route route;
	const char *line[SAY_LINES];
	canvas_fill(c, y, 0, c->w, MEAN_LINE, 0x2500);
	int x = canvas_printf(c, y, 2, c->w - 1, MEAN_TITLE, " %s ", s->name);
	if (*s->backup_host)
		x = canvas_printf(c, y, x, c->w - 1, MEAN_BACKUP, "@%s ", s->backup_host);
	if (*s->db_host)
		canvas_printf(c, y, x, c->w - 1, MEAN_DB, "→ %s ", s->db_host);
	route_find(s, r->root ? r->root->node : -1, &route);
	strip_draw(s, &route, root, c, y + 1);
	int lines = wrap_text(app->frame, r->root ? r->root->finding->say : r->say, c->w - 3, line, SAY_LINES);
	for (int i = 0; i < lines; i++)
		canvas_text(c, y + 1 + STRIP_LINES + i, 1, c->w - 1, i ? MEAN_TEXT : MEAN_TITLE, line[i]);
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct fleet *f = state;
	f->memory.width = c->w;
	struct servers *t = build(app, f);
	bool detail = c->h >= TALL && t->selected >= 0;
	int h = area.h - (detail ? DETAIL_LINES - 1 : 0);
	f->page = h - 2;
	f->list = (struct area){area.y + 1, 0, h - 1, c->w};
	servers_draw(t, &f->memory, app->now, c, (struct area){area.y, 0, h, c->w});
	if (detail)
		draw_detail(app, t, c, area.y + h);
}

static int count(const struct model *m, enum state state, bool asking)
{
	int n = 0;
	for (int i = 0; i < m->servers; i++)
		n += m->server[i].state == state && (state != STATE_UNKNOWN || !m->server[i].sweep_done == asking);
	return n;
}

static void head(struct app *app, void *state, struct canvas *c, int end)
{
	static const enum state states[] = {STATE_FAIL, STATE_WARN, STATE_UNKNOWN, STATE_OK};
	int x = c->w < 80 ? 1 : canvas_text(c, 0, 1, end, MEAN_TITLE, "walmedic") + 2;
	(void)state;
	x = canvas_printf(c, 0, x, end, MEAN_TITLE, "%d servers", app->model->servers) + 3;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		int n = count(app->model, states[i], false);
		const struct state_look *look = style_state(states[i], false);
		if (n)
			x = canvas_printf(c, 0, x, end, look->meaning, "%s %s %d", look->glyph, look->word, n) + 2;
	}
	int asking = count(app->model, STATE_UNKNOWN, true);
	if (asking)
		canvas_printf(c, 0, x, end, MEAN_RUNNING, "* ask %d", asking);
}

static void enter(struct app *app, struct fleet *f, const struct servers_row *r)
{
	if (r->kind == SERVERS_MORE) {
		f->memory.open = true;
		return;
	}
	app->server = r->server;
	app_open(app, &screen_front, &(struct subject){r->server, r->root ? r->root->node : -1, NULL});
}

static void next_problem(const struct servers *t, struct servers_memory *mem, int step)
{
	for (int i = t->selected + step; i >= 0 && i < t->rows; i += step)
		if (!t->row[i].member && (t->row[i].kind == SERVERS_ONE || t->row[i].kind == SERVERS_CAUSE)) {
			mem->pinned = true;
			servers_select(t, mem, i);
			return;
		}
}

static bool move(struct fleet *f, const struct servers *t, enum action action)
{
	const int dy[ACTIONS] = {[ACT_UP] = -1, [ACT_DOWN] = 1, [ACT_PAGE_UP] = -f->page, [ACT_PAGE_DOWN] = f->page, [ACT_LAST] = 1 << 20};
	const int dx[ACTIONS] = {[ACT_LEFT] = -1, [ACT_RIGHT] = 1};
	const int next[ACTIONS] = {[ACT_NEXT] = 1, [ACT_PREVIOUS] = -1};
	if (dy[action] || dx[action])
		servers_move(t, &f->memory, dy[action], dx[action]);
	else if (next[action])
		next_problem(t, &f->memory, next[action]);
	else if (action == ACT_FIRST)
		f->memory.chosen = f->memory.pinned = false;
	else
		return false;
	return true;
}

static bool act(struct app *app, void *state, enum action action)
{
	struct fleet *f = state;
	const struct servers *t = build(app, f);
	if (move(f, t, action))
		return true;
	if (action == ACT_FOLD || action == ACT_FOLD_ALL)
		f->memory.open = !f->memory.open;
	else if (action == ACT_OPEN && t->selected >= 0)
		enter(app, f, &t->row[t->selected]);
	else if (action == ACT_RECHECK_ALL) {
		for (int i = 0; i < app->model->servers; i++)
			app->ops->ask_now(app->ops_arg, i, -1);
		app_notice(app, "asking all servers again");
	} else if (action == ACT_RECHECK && t->selected >= 0) {
		app->ops->ask_now(app->ops_arg, t->row[t->selected].server, -1);
		app_notice(app, "asking %s again", t->model->server[t->row[t->selected].server].name);
	} else
		return false;
	return true;
}

static bool stands_at(const struct servers_row *r, int line, int x)
{
	return r->kind != SERVERS_HEAD && r->y == line && (r->kind != SERVERS_GREEN || (x >= r->x && x < r->x + r->w));
}

static bool click(struct app *app, void *state, int y, int x)
{
	struct fleet *f = state;
	const struct servers *t = build(app, f);
	bool in_list = y >= f->list.y && y < f->list.y + f->list.h;
	for (int i = 0; in_list && i < t->rows; i++) {
		if (!stands_at(&t->row[i], y - f->list.y + f->memory.top, x))
			continue;
		f->memory.pinned = true;
		servers_select(t, &f->memory, i);
		return true;
	}
	return false;
}

static bool has(const char *text, const char *what)
{
	return text && strcasestr(text, what);
}

static bool row_has(const struct model *m, const struct servers_row *r, const char *text)
{
	const struct server *s = &m->server[r->server < 0 ? 0 : r->server];
	if (r->kind == SERVERS_HEAD || r->kind == SERVERS_MORE)
		return false;
	if (r->root && !r->member && (has(r->root->finding->cause, text) || has(r->say, text)))
		return true;
	if (r->kind == SERVERS_CAUSE)
		return has(r->root->finding->host, text);
	return has(s->name, text) || has(s->backup_host, text) || has(s->db_host, text);
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct fleet *f = state;
	f->memory.open = true; /* nobody is hidden from a search */
	const struct servers *t = build(app, f);
	int at = t->selected < 0 ? 0 : t->selected + step, by = step < 0 ? -1 : 1;
	for (int left = t->rows; left > 0; left--, at += by) {
		at = (at + t->rows) % t->rows;
		if (!row_has(t->model, &t->row[at], text))
			continue;
		f->memory.pinned = true;
		servers_select(t, &f->memory, at);
		return true;
	}
	return false;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_OPEN, NULL},   {ACT_NEXT, NULL}, {ACT_FOLD, NULL}, {ACT_RECHECK, NULL},
					   {ACT_FREEZE, NULL}, {ACT_HELP, NULL}, {ACT_QUIT, NULL}, {ACT_NONE, NULL}};
	(void)app;
	(void)state;
	return list;
}

const struct screen screen_fleet = {.name = "fleet",
				    .size = sizeof(struct fleet),
				    .close = close,
				    .head = head,
				    .draw = draw,
				    .act = act,
				    .find = find,
				    .click = click,
				    .hints = hints};
