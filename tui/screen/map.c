/* The whole picture: every stage, and every probe by name under it. */
#include "tui/app.h"
#include "tui/widget/doc.h"
#include "tui/widget/picture.h"
#include "tui/widget/strip.h"
#include "tui/widget/words.h"

struct map {
	int top, page;
};

static void write_stage(struct doc *d, const struct server *s, enum stage stage)
{
	for (int i = 0; i < s->nodes; i++) {
		const struct node *n = &s->node[i];
		const struct state_look *look = node_look(n);
		if (n->probe->stage != stage)
			continue;
		doc_label(d, 2, look->meaning,
			  arena_printf(d->a, "%s %-4s %s", look->glyph, look->word, n->probe->id),
			  28,
			  look->meaning == MEAN_OK || look->meaning == MEAN_FAINT ? MEAN_FAINT
										  : MEAN_TEXT,
			  node_say(n));
	}
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct map *m = state;
	const struct server *s = app_server(app);
	struct route route;
	if (!s)
		return;
	int cause = s->roots ? s->root[0].node : -1,
	    root = cause < 0 ? -1 : (int)s->node[cause].probe->stage;
	bool wide = c->w >= PICTURE_WIDE;
	route_find(s, cause, &route);
	if (wide)
		picture_draw(s, &route, root, c, area.y, picture_lines(c->h));
	else
		strip_draw(s, &route, root, c, area.y);
	int y = area.y + (wide ? picture_lines(c->h) : STRIP_LINES);
	if (cause >= 0)
		route_draw(&route, s, c, y++, 1, c->w - 1);
	canvas_fill(c, y, 0, c->w, MEAN_LINE, 0x2500);
	struct doc *d = doc_new(app->frame, area.w - 3);
	for (int i = 0; i < STAGES; i++) {
		if (!strip_probes(s, (enum stage)i))
			continue;
		doc_text(d, 0, MEAN_TITLE, stage_names[i]);
		write_stage(d, s, (enum stage)i);
	}
	m->page = area.y + area.h - y - 2;
	m->top =
	    doc_draw(d, c, (struct area){y + 1, 1, area.y + area.h - y - 1, area.w - 2}, m->top);
}

static bool act(struct app *app, void *state, enum action action)
{
	struct map *m = state;
	const int by[ACTIONS] = {[ACT_UP] = -1,
				 [ACT_DOWN] = 1,
				 [ACT_PAGE_UP] = -m->page,
				 [ACT_PAGE_DOWN] = m->page,
				 [ACT_FIRST] = -(1 << 20),
				 [ACT_LAST] = 1 << 20};
	(void)app;
	m->top += by[action];
	m->top = m->top < 0 ? 0 : m->top;
	return by[action] != 0;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_BACK, NULL},
					   {ACT_FREEZE, NULL},
					   {ACT_RECHECK_ALL, NULL},
					   {ACT_HELP, NULL},
					   {ACT_NONE, NULL}};
	(void)app;
	(void)state;
	return list;
}

const struct screen screen_map = {
    .name = "map", .size = sizeof(struct map), .draw = draw, .act = act, .hints = hints};
