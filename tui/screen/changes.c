/* What has changed since everything was green, the newest first; Enter goes back to that moment. */
#include "tui/app.h"
#include "tui/widget/news.h"
#include "tui/widget/words.h"

struct changes {
	int at, top, page;
};

static struct news_list list_of(struct app *app)
{
	return news_list(app->frame, app_server(app), app->now);
}

static void clamp(struct changes *s, const struct news_list *l)
{
	if (s->at >= l->rows)
		s->at = l->rows - 1;
	if (s->at < 0)
		s->at = 0;
}

/* The first row that is drawn, so that the chosen one is. */
static int top_row(struct changes *s, const struct news_list *l, int h)
{
	int lines = 0, row = s->at;
	if (s->top > s->at)
		s->top = s->at;
	for (; row >= s->top && lines + l->row[row].lines <= h; row--)
		lines += l->row[row].lines;
	if (row >= s->top)
		s->top = row + 1;
	return s->top;
}

static void draw_title(struct app *app, const struct server *s, const struct news_list *l, struct canvas *c, int y)
{
	char clock[16];
	int64_t first = history_first(s->history);
	canvas_fill(c, y, 0, c->w, MEAN_LINE, 0x2500);
	int x = canvas_text(c, y, 2, c->w, MEAN_TITLE, l->green && l->green < app->now ? " what changed since green " : " what changed ");
	if (first)
		canvas_printf(c, y, x + 1, c->w, MEAN_FAINT, " known since %s ", words_clock(first, clock));
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct changes *t = state;
	const struct server *s = app_server(app);
	if (!s)
		return;
	struct news_list l = list_of(app);
	struct area rest = {area.y + 1, 2, area.h - 1, area.w - 3};
	draw_title(app, s, &l, c, area.y);
	clamp(t, &l);
	t->page = rest.h - 1;
	if (!l.rows) {
		canvas_text(c, rest.y + 1, 2, c->w - 1, MEAN_FAINT, "nothing has changed since walmedic looks");
		return;
	}
	for (int i = top_row(t, &l, rest.h), y = 0; i < l.rows && y < rest.h; i++) {
		y += news_draw(s, &l.row[i], &l, app->now, c, (struct area){rest.y + y, rest.x, rest.h - y, rest.w});
		if (i == t->at)
			for (int k = l.row[i].lines; k > 0; k--)
				canvas_mark(c, rest.y + y - k, 0, k == l.row[i].lines ? c->w : 2, STYLE_SELECTED);
	}
}

static bool act(struct app *app, void *state, enum action action)
{
	struct changes *t = state;
	const int by[ACTIONS] = {[ACT_UP] = -1, [ACT_DOWN] = 1, [ACT_NEXT] = 1, [ACT_PREVIOUS] = -1, [ACT_PAGE_UP] = -t->page,
				 [ACT_PAGE_DOWN] = t->page, [ACT_FIRST] = -(1 << 20), [ACT_LAST] = 1 << 20};
	if (!app_server(app))
		return false;
	struct news_list l = list_of(app);
	t->at += by[action];
	clamp(t, &l);
	if (by[action])
		return true;
	if (action != ACT_OPEN)
		return false;
	if (l.rows)
		travel_to(app, l.row[t->at].news ? l.row[t->at].news->at : l.green - 1);
	t->at = t->top = 0;
	return true;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_BACK, NULL},          {ACT_DOWN, "choose"},   {ACT_OPEN, "go there"}, {ACT_CHANGE_BEFORE, NULL},
					   {ACT_TRENDS, NULL},        {ACT_HELP, NULL},       {ACT_NONE, NULL}};
	(void)app;
	(void)state;
	return list;
}

const struct screen screen_changes = {.name = "changes", .size = sizeof(struct changes), .draw = draw, .act = act, .hints = hints};
