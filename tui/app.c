#include "tui/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "tui/find.h"
#include "tui/header.h"
#include "tui/screen/fleet.h"
#include "tui/screen/walk.h"
#include "tui/widget/words.h"

enum { LEAST_H = 16, LEAST_W = 60, NOTICE_MS = 8000, ALONE_MS = 250, WHEEL_LINES = 3 };

const struct server *app_server(const struct app *a)
{
	return a->server < a->model->servers ? &a->model->server[a->server] : NULL;
}

void app_notice(struct app *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(a->notice, sizeof a->notice, fmt, ap);
	va_end(ap);
	a->notice_until = a->now + NOTICE_MS;
}

void app_open(struct app *a, const struct screen *s, const struct subject *about)
{
	if (a->depth == APP_DEPTH)
		return;
	if (a->travel.away && s->acts) {
		app_notice(a, "a remedy is of now: Esc returns to now");
		return;
	}
	void *state = xcalloc(1, s->size ? s->size : 1);
	a->stack[a->depth].screen = s;
	a->stack[a->depth++].state = state;
	a->notice[0] = '\0';
	find_forget(a);
	if (s->open)
		s->open(a, state, about);
}

static void close_top(struct app *a)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	if (s->run && a->ops->let_go)
		a->ops->let_go(a->ops_arg); /* the step that is run lives in the screen that started it */
	a->depth--;
	if (s->close)
		s->close(a->stack[a->depth].state);
	free(a->stack[a->depth].state);
}

void app_back(struct app *a)
{
	find_forget(a);
	if (a->depth > 1)
		close_top(a);
	a->notice[0] = '\0';
}

void app_init(struct app *a, const struct model *m, const struct app_ops *ops, void *arg,
	      const struct app_options *o)
{
	*a = (struct app){.model = m, .ops = ops, .ops_arg = arg, .options = *o, .now = m->now};
	a->frame = arena_new();
	travel_init(a, m);
	app_open(a, m->servers > 1 ? &screen_fleet : m->servers ? &screen_front : &screen_empty, &(struct subject){0, -1, NULL});
}

void app_done(struct app *a)
{
	while (a->depth)
		close_top(a);
	line_done(a);
	arena_free(a->frame);
	travel_done(a);
	a->frame = NULL;
}

static const char *busy(const struct app *a)
{
	for (int i = a->depth - 1; i >= 0; i--) {
		const struct screen *s = a->stack[i].screen;
		const char *why = s->busy ? s->busy(a->stack[i].state) : NULL;
		if (why)
			return why;
	}
	return NULL;
}

static void quit(struct app *a)
{
	const char *why = busy(a);
	if (why && !a->sure) {
		app_notice(a, "%s: press q again to leave all the same", why);
		a->sure = true;
		return;
	}
	if (a->depth > 1 && !a->sure && a->model->servers)
		app_back(a);
	else
		a->quit = true;
}

static void freeze(struct app *a)
{
	if (a->travel.away)
		return;
	a->frozen = !a->frozen;
	a->ops->freeze(a->ops_arg, a->frozen);
	app_notice(a,
		   a->frozen ? "frozen: nothing moves until you press Space again" : "live again");
}

void app_watch(struct app *a, int server)
{
	const char *why = busy(a);
	if (why) {
		app_notice(a, "%s", why);
		return;
	}
	a->server = server;
	while (a->depth && a->stack[a->depth - 1].screen != &screen_fleet)
		close_top(a);
	app_open(a, &screen_front, &(struct subject){server, -1, NULL});
}

static void next_server(struct app *a)
{
	if (a->model->servers > 1 && a->stack[a->depth - 1].screen == &screen_front)
		app_watch(a, (a->server + 1) % a->model->servers);
}

static void open_fleet(struct app *a)
{
	const char *why = busy(a);
	if (why || a->model->servers < 2) {
		app_notice(a, "%s", why ? why : "only one server is watched");
		return;
	}
	while (a->depth && a->stack[a->depth - 1].screen != &screen_fleet)
		close_top(a);
	if (!a->depth)
		app_open(a, &screen_fleet, &(struct subject){a->server, -1, NULL});
}

static void find(struct app *a)
{
	line_open(a, LINE_FIND);
}

static void command(struct app *a)
{
	line_open(a, LINE_COMMAND);
}

static void recheck_all(struct app *a)
{
	a->ops->ask_now(a->ops_arg, a->server, -1);
	app_notice(a, "asking everything again");
}

static int node_in_view(struct app *a)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	return s->node ? s->node(a, a->stack[a->depth - 1].state) : -1;
}

static void open_help(struct app *a)
{
	if (a->stack[a->depth - 1].screen == &screen_help)
		app_back(a);
	else
		app_open(a, &screen_help, &(struct subject){a->server, node_in_view(a), NULL});
}

/* The key that opened it closes it, too. */
static void toggle(struct app *a, const struct screen *s)
{
	if (a->stack[a->depth - 1].screen == s)
		app_back(a);
	else
		app_open(a, s, &(struct subject){a->server, node_in_view(a), NULL});
}

static void open_map(struct app *a)
{
	toggle(a, &screen_map);
}

static void open_journal(struct app *a)
{
	toggle(a, &screen_journal);
}

static void open_runbooks(struct app *a)
{
	toggle(a, &screen_runbooks);
}

static void incident(struct app *a)
{
	struct problem p = {"", ""};
	char path[600];
	if (!a->ops->incident || !app_server(a))
		app_notice(a, "there is no incident to report here");
	else if (a->ops->incident(a->ops_arg, a->server, path, sizeof path, &p))
		app_notice(a, "%s%s%s", p.say, *p.hint ? ": " : "", p.hint);
	else
		app_notice(a, "the report is in %s", path);
}

/* It talks in lines, asks what it must know with what it found as the default, and shows every file as a diff before it is written. */
static void setup(struct app *a)
{
	const char *why = busy(a);
	if (a->options.read_only || why)
		app_notice(a, "%s", why ? why : "--read-only: nothing is set up from here");
	else if (a->ops->setup)
		a->ops->setup(a->ops_arg);
	else
		app_notice(a, "nothing can be set up from here");
}

static void open_trends(struct app *a)
{
	toggle(a, &screen_trends);
}

static void open_changes(struct app *a)
{
	toggle(a, &screen_changes);
}

static void pager(struct app *a)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	struct str text = {0};
	if (s->text)
		s->text(a, a->stack[a->depth - 1].state, &text);
	if (a->key_gap < ALONE_MS)
		app_notice(a, "the key came in a swarm of others: press it alone");
	else if (text.len && a->ops->pager)
		a->ops->pager(a->ops_arg, str_text(&text));
	else
		app_notice(a, "there is no text to show here");
	str_free(&text);
}

/* A shell takes every key for a command: no swarm of keys, and no paste without its marks, may ever come into one. */
static void shell(struct app *a)
{
	bool again = a->wants_shell && a->key_gap >= ALONE_MS;
	char key[16];
	a->wants_shell = !again;
	if (!again)
		app_notice(a, "%s once more, after a moment, opens a shell", key_first(ACT_SHELL, key));
	else if (a->ops->shell)
		a->ops->shell(a->ops_arg);
}

static void suspend(struct app *a)
{
	a->ops->suspend(a->ops_arg);
}

static void redraw(struct app *a)
{
	a->ops->redraw(a->ops_arg);
}

static void (*const common[ACTIONS])(struct app *a) = {
	[ACT_BACK] = app_back,   [ACT_LEFT] = app_back,       [ACT_QUIT] = quit,
	[ACT_FREEZE] = freeze,   [ACT_RECHECK_ALL] = recheck_all, [ACT_SERVER] = next_server,
	[ACT_HELP] = open_help,  [ACT_MAP] = open_map,        [ACT_SUSPEND] = suspend,
	[ACT_JOURNAL] = open_journal, [ACT_PAGER] = pager,    [ACT_SHELL] = shell,
	[ACT_REDRAW] = redraw,   [ACT_FIND] = find,           [ACT_COMMAND] = command,
	[ACT_WALK] = open_runbooks, [ACT_INCIDENT] = incident, [ACT_SETUP] = setup,
	[ACT_FLEET] = open_fleet, [ACT_TRENDS] = open_trends, [ACT_CHANGES] = open_changes,
	[ACT_EARLIER] = travel_earlier, [ACT_LATER] = travel_later,
	[ACT_CHANGE_BEFORE] = travel_change_before, [ACT_CHANGE_AFTER] = travel_change_after,
};

static const bool of_a_server[ACTIONS] = {
	[ACT_MAP] = true, [ACT_TRENDS] = true, [ACT_CHANGES] = true, [ACT_RECHECK_ALL] = true, [ACT_SERVER] = true, [ACT_FLEET] = true,
	[ACT_EARLIER] = true, [ACT_LATER] = true, [ACT_CHANGE_BEFORE] = true, [ACT_CHANGE_AFTER] = true,
};

void app_act(struct app *a, enum action action)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	if (action != ACT_QUIT)
		a->sure = false;
	if (action != ACT_SHELL)
		a->wants_shell = false;
	if (find_active(a) && (action == ACT_NEXT || action == ACT_PREVIOUS)) {
		find_go(a, action == ACT_NEXT ? 1 : -1);
		return;
	}
	if (find_active(a) && action == ACT_BACK) {
		find_forget(a);
		return;
	}
	if (a->travel.away && action == ACT_BACK) {
		travel_home(a);
		return;
	}
	if (a->travel.away && (action == ACT_RECHECK || action == ACT_RECHECK_ALL)) {
		app_notice(a, "this is the past: Esc returns to now");
		return;
	}
	if (s->act && s->act(a, a->stack[a->depth - 1].state, action))
		return;
	if (common[action] && (app_server(a) || !of_a_server[action]))
		common[action](a);
}

/* The mouse selects and scrolls, nothing else: it answers no question and opens nothing. */
static bool mouse(struct app *a, int32_t key)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	void *state = a->stack[a->depth - 1].state;
	if (a->line.kind != LINE_CLOSED)
		return false;
	if (key & K_CLICK)
		return s->click && s->click(a, state, (key & ~K_CLICK) >> 10, key & 0x3ff);
	for (int i = 0; s->act && i < (s->click ? 1 : WHEEL_LINES); i++)
		s->act(a, state, key == K_WHEEL_UP ? ACT_UP : ACT_DOWN);
	return true;
}

bool app_key(struct app *a, int32_t key)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	enum action action = key_action(key);
	int64_t mono = a->ops->mono_ms(a->ops_arg);
	a->key_gap = mono - a->key_at;
	a->key_at = mono;
	if (a->too_small) {
		a->quit |= action == ACT_QUIT;
		return a->quit;
	}
	if (key == K_WHEEL_UP || key == K_WHEEL_DOWN || key & K_CLICK)
		return mouse(a, key);
	if (a->line.kind != LINE_CLOSED) {
		line_key(a, key);
		return true;
	}
	if (s->key && s->key(a, a->stack[a->depth - 1].state, key))
		return true;
	if (action == ACT_NONE)
		return false;
	a->notice[0] = '\0';
	app_act(a, action);
	return true;
}

bool app_paste(struct app *a, int32_t ch)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	if (a->line.kind != LINE_CLOSED && !a->too_small)
		return field_add(&a->line.field, ch);
	return !a->too_small && ch >= ' ' && ch != K_DEL && ch < K_SPECIAL && s->paste &&
	       s->paste(a->stack[a->depth - 1].state, ch);
}

void app_output(struct app *a, const char *text, size_t n)
{
	for (int i = 0; i < a->depth; i++)
		if (a->stack[i].screen->output)
			a->stack[i].screen->output(a->stack[i].state, text, n);
}

void app_run(struct app *a, const struct run_state *r)
{
	for (int i = 0; i < a->depth; i++)
		if (a->stack[i].screen->run)
			a->stack[i].screen->run(a, a->stack[i].state, r);
}

bool app_moving(const struct app *a)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	return a->notice[0] || (s->moving && s->moving(a->stack[a->depth - 1].state));
}

void app_tick(struct app *a, int64_t now)
{
	if (!a->frozen && !a->travel.away)
		a->now = now;
	if (a->now > a->notice_until)
		a->notice[0] = '\0';
	for (int i = 0; i < a->depth; i++)
		if (a->stack[i].screen->tick)
			a->stack[i].screen->tick(a, a->stack[i].state);
}

static void draw_hints(struct app *a, struct canvas *c)
{
	const struct screen *s = a->stack[a->depth - 1].screen;
	const struct hint *hint = s->hints ? s->hints(a, a->stack[a->depth - 1].state) : NULL;
	int y = c->h - 1, x = 1;
	hint = a->travel.away ? travel_hints(a) : hint;
	if (a->notice[0] && a->now <= a->notice_until) {
		canvas_text(c, y, 1, c->w - 1, MEAN_NOTICE, a->notice);
		return;
	}
	for (; hint && hint->action; hint++) {
		const char *text = hint->text ? hint->text : key_binding(hint->action)->hint;
		char key[16];
		key_first(hint->action, key);
		if (hint->action == ACT_FIXED) {
			snprintf(key, sizeof key, "%.*s", (int)strcspn(text, " "), text);
			text += strcspn(text, " ") + 1;
		}
		if (!*key || x + text_width(key) + 1 + text_width(text) >= c->w)
			continue;
		x = canvas_text(c, y, x, c->w, MEAN_KEY, key);
		x = canvas_text(c, y, x + 1, c->w, MEAN_TEXT, text) + 2;
	}
}

static void draw_too_small(struct canvas *c)
{
	canvas_printf(c, c->h / 2, 0, c->w, MEAN_NOTICE, "need %dx%d", LEAST_W, LEAST_H);
	if (c->h > 1)
		canvas_text(c, c->h / 2 + 1 < c->h ? c->h / 2 + 1 : 0, 0, c->w, MEAN_TEXT,
			    "q quits");
}

void app_draw(struct app *a, struct canvas *c)
{
	arena_reset(a->frame);
	canvas_erase(c);
	a->too_small = c->h < LEAST_H || c->w < LEAST_W;
	if (a->too_small) {
		draw_too_small(c);
		return;
	}
	header_draw(a, c);
	a->stack[a->depth - 1].screen->draw(a, a->stack[a->depth - 1].state, c,
					    (struct area){1, 0, c->h - 2, c->w});
	draw_hints(a, c);
	find_mark(a, c, 1, c->h - 1);
	line_draw(a, c);
}
