/* The runbooks there are: those of ours, and the directory of the team's own. */
#include <string.h>

#include "probes/base/text.h"
#include "remedies/shelf.h"
#include "tui/screen/walk.h"

struct runbooks {
	struct arena *arena;
	struct shelf shelf;
	int at, top, page;
};

static void open(struct app *app, void *state, const struct subject *about)
{
	struct runbooks *r = state;
	(void)about;
	r->arena = arena_new();
	shelf_read(r->arena, app->options.runbooks, &r->shelf);
}

static void close_screen(void *state)
{
	struct runbooks *r = state;
	arena_free(r->arena);
}

/* A name in its column, the title beside it, how many steps at the end. */
static void draw_book(const struct runbooks *r, int i, struct canvas *c, int y)
{
	const struct book *b = &r->shelf.book[i];
	style_t look = i == r->at ? STYLE_SELECTED : 0;
	int title = c->w < 80 ? 26 : 32, end = c->w - 11;
	if (look)
		canvas_fill(c, y, 0, c->w, MEAN_TEXT | look, ' ');
	canvas_text(c, y, 0, 2, MEAN_TITLE | look, i == r->at ? "▸" : " ");
	canvas_text(c, y, 2, title - 1, MEAN_TITLE | look, b->name);
	canvas_text(c, y, title, end, (b->wrong ? MEAN_FAIL : MEAN_TEXT) | look, b->title);
	if (b->steps)
		canvas_printf(c, y, end + 1, c->w, MEAN_FAINT | look, "%3d steps", b->steps);
	else
		canvas_text(c, y, end + 1, c->w, (b->wrong ? MEAN_FAIL : MEAN_FAINT) | look, b->wrong ? "✗ unread" : "text only");
}

static int draw_own(struct app *app, const struct runbooks *r, struct canvas *c, struct area area)
{
	int bottom = area.y + area.h - 1;
	if (*r->shelf.problem.say)
		canvas_text(c, bottom, 1, c->w, MEAN_WARN, r->shelf.problem.say);
	else if (app->options.runbooks)
		canvas_printf(c, bottom, 1, c->w, MEAN_FAINT, "your own: %s", app->options.runbooks);
	else
		canvas_text(c, bottom, 1, c->w, MEAN_FAINT, "your own: runbooks = DIR in [walmedic], or :walk FILE.md");
	return bottom;
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct runbooks *r = state;
	canvas_fill(c, area.y, 0, c->w, MEAN_LINE, 0x2500);
	canvas_text(c, area.y, 2, c->w, MEAN_TITLE, " Runbooks ");
	int y = area.y + 1, bottom = draw_own(app, r, c, area);
	r->page = bottom - y;
	if (r->at < r->top)
		r->top = r->at;
	if (r->at >= r->top + r->page)
		r->top = r->at - r->page + 1;
	for (int i = r->top; i < r->shelf.books && y < bottom; i++)
		draw_book(r, i, c, y++);
}

static void walk(struct app *app, const struct runbooks *r)
{
	const struct book *b = &r->shelf.book[r->at];
	if (r->at < r->shelf.books)
		walk_start(app, b->path ? b->path : b->name);
}

static bool act(struct app *app, void *state, enum action action)
{
	struct runbooks *r = state;
	const int by[ACTIONS] = {[ACT_UP] = -1, [ACT_DOWN] = 1, [ACT_PAGE_UP] = -r->page, [ACT_PAGE_DOWN] = r->page, [ACT_FIRST] = -1000, [ACT_LAST] = 1000};
	if (action == ACT_OPEN)
		walk(app, r);
	else if (by[action])
		r->at += by[action];
	else
		return false;
	r->at = r->at >= r->shelf.books ? r->shelf.books - 1 : r->at;
	r->at = r->at < 0 ? 0 : r->at;
	return true;
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct runbooks *r = state;
	int n = r->shelf.books, by = step < 0 ? -1 : 1, at = r->at + step;
	(void)app;
	for (int i = 0; i < n; i++, at += by) {
		at = (at + n) % n;
		if (!strcasestr(r->shelf.book[at].name, text) && !strcasestr(r->shelf.book[at].title, text))
			continue;
		r->at = at;
		return true;
	}
	return false;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_OPEN, "walk"}, {ACT_FIND, NULL}, {ACT_BACK, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	(void)app, (void)state;
	return list;
}

const struct screen screen_runbooks = {.name = "runbooks",
				       .size = sizeof(struct runbooks),
				       .open = open,
				       .close = close_screen,
				       .draw = draw,
				       .act = act,
				       .find = find,
				       .hints = hints};
