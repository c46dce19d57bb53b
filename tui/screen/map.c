/* The whole picture: every probe by its name in the box of its stage; on narrow screens, under the name of its stage. */
#include <string.h>

#include "tui/app.h"
#include "tui/screen/dossier.h"
#include "tui/screen/remedy.h"
#include "tui/widget/doc.h"
#include "tui/widget/picture.h"
#include "tui/widget/strip.h"
#include "tui/widget/words.h"

enum { LEAST_BELOW = 5, ID_WIDTH = 28 };

struct map {
	int node;          /* selected, -1: none yet */
	int top, page;
	bool boxes;        /* as it was drawn last */
};

static bool applies(const struct server *s, int node)
{
	return s->node[node].verdict.state != STATE_OFF;
}

static void open(struct app *app, void *state, const struct subject *about)
{
	struct map *m = state;
	const struct server *s = app_server(app);
	m->node = about->node >= 0 || !s ? about->node : s->roots ? s->root[0].node : -1;
	for (int i = 0; s && m->node < 0 && i < s->nodes; i++)
		if (applies(s, i))
			m->node = i;
}

/* In the order of the stages; returns the first line of the selected one. */
static int write_list(struct doc *d, const struct server *s, int selected)
{
	int line = 0;
	for (int stage = 0; stage < STAGES; stage++) {
		if (strip_probes(s, (enum stage)stage))
			doc_text(d, 0, MEAN_TITLE, stage_names[stage]);
		for (int i = 0; i < s->nodes; i++) {
			const struct node *n = &s->node[i];
			const struct state_look *look = node_look(n);
			if ((int)n->probe->stage != stage || !applies(s, i))
				continue;
			line = i == selected ? d->lines : line;
			doc_label(d, 1, look->meaning, arena_printf(d->a, "%s %-4s %s", look->glyph, look->word, n->probe->id), ID_WIDTH,
				  look->meaning == MEAN_OK ? MEAN_FAINT : MEAN_TEXT, node_say(n));
		}
	}
	return line;
}

static void draw_list(struct app *app, struct map *m, const struct server *s, struct canvas *c, struct area area)
{
	struct doc *d = doc_new(app->frame, area.w - 2);
	int line = write_list(d, s, m->node);
	/* with the heading above it */
	m->top = line - 1 < m->top ? line - 1 : line + 2 > m->top + area.h ? line + 2 - area.h : m->top;
	m->top = doc_draw(d, c, (struct area){area.y, 1, area.h, area.w - 1}, m->top < 0 ? 0 : m->top);
	if (line >= m->top && line < m->top + area.h) {
		canvas_text(c, area.y + line - m->top, 0, 1, MEAN_TITLE, "▸");
		canvas_mark(c, area.y + line - m->top, 0, c->w, STYLE_SELECTED);
	}
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct map *m = state;
	const struct server *s = app_server(app);
	struct route route;
	if (!s)
		return;
	int cause = s->roots ? s->root[0].node : -1, root = cause < 0 ? -1 : (int)s->node[cause].probe->stage;
	m->boxes = c->w >= PICTURE_WIDE && picture_whole_lines(s) + LEAST_BELOW <= area.h;
	int y = area.y + (m->boxes ? picture_whole_lines(s) : STRIP_LINES);
	route_find(s, cause, &route);
	if (m->boxes)
		picture_whole(s, &route, root, m->node, c, area.y);
	else
		strip_draw(s, &route, root, c, area.y);
	if (cause >= 0)
		route_draw(&route, s, c, y++, 1, c->w - 1);
	canvas_fill(c, y, 0, c->w, MEAN_LINE, 0x2500);
	struct area below = {y + 1, 0, area.y + area.h - y - 1, area.w};
	m->page = below.h;
	if (!m->boxes) {
		draw_list(app, m, s, c, below);
		return;
	}
	struct doc *d = doc_new(app->frame, area.w - 4);
	if (m->node >= 0 && m->node < s->nodes)
		dossier_write(d, s, m->node, app->now);
	doc_draw(d, c, (struct area){below.y, 2, below.h, below.w - 3}, 0);
}

/* The next one in the order of the list. */
static int next_listed(const struct server *s, int node, int step)
{
	int stage = (int)s->node[node].probe->stage, at = node;
	while (stage >= 0 && stage < STAGES) {
		for (at += step; at >= 0 && at < s->nodes; at += step)
			if ((int)s->node[at].probe->stage == stage && applies(s, at))
				return at;
		stage += step;
		at = step > 0 ? -1 : s->nodes;
	}
	return node;
}

static bool move(const struct server *s, struct map *m, enum action action)
{
	const int dy[ACTIONS] = {[ACT_UP] = -1, [ACT_DOWN] = 1, [ACT_PAGE_UP] = -m->page, [ACT_PAGE_DOWN] = m->page,
				 [ACT_FIRST] = -s->nodes, [ACT_LAST] = s->nodes};
	int dx = action == ACT_RIGHT ? 1 : action == ACT_LEFT ? -1 : 0, way = dy[action] < 0 ? -1 : 1;
	if (m->node < 0 || (!dy[action] && !(dx && m->boxes)))
		return false;
	if (dx)
		m->node = picture_beside(s, m->node, 0, dx);
	for (int left = dy[action] * way; left > 0; left--)
		m->node = m->boxes ? picture_beside(s, m->node, way, 0) : next_listed(s, m->node, way);
	return true;
}

static bool act(struct app *app, void *state, enum action action)
{
	struct map *m = state;
	const struct server *s = app_server(app);
	if (!s || m->node >= s->nodes)
		return false;
	if (move(s, m, action))
		return true;
	if (m->node < 0)
		return false;
	const struct verdict *v = &s->node[m->node].verdict;
	struct subject about = {app->server, m->node, v->findings ? v->finding[0].cause : NULL};
	if (action == ACT_OPEN && about.cause)
		app_open(app, &screen_remedy, &about);
	else if (action == ACT_OPEN || action == ACT_EVIDENCE)
		app_open(app, &screen_evidence, &about);
	else if (action == ACT_RECHECK) {
		app->ops->ask_now(app->ops_arg, app->server, m->node);
		app_notice(app, "asking %s again, and what it needs", s->node[m->node].probe->id);
	} else
		return false;
	return true;
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct map *m = state;
	const struct server *s = app_server(app);
	int n = s ? s->nodes : 0, by = step < 0 ? -1 : 1, at = m->node + step;
	for (int left = n; left > 0; left--, at += by) {
		at = (at % n + n) % n;
		if (!applies(s, at) || (!strcasestr(s->node[at].probe->id, text) && !strcasestr(node_say(&s->node[at]), text)))
			continue;
		m->node = at;
		return true;
	}
	return false;
}

static int node_in_view(struct app *app, void *state)
{
	(void)app;
	return ((const struct map *)state)->node;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_OPEN, NULL},   {ACT_EVIDENCE, NULL},	{ACT_RECHECK, NULL}, {ACT_BACK, NULL},
					   {ACT_FREEZE, NULL}, {ACT_RECHECK_ALL, NULL}, {ACT_HELP, NULL},    {ACT_NONE, NULL}};
	(void)app;
	(void)state;
	return list;
}

const struct screen screen_map = {.name = "map",
				  .size = sizeof(struct map),
				  .open = open,
				  .draw = draw,
				  .act = act,
				  .find = find,
				  .node = node_in_view,
				  .hints = hints};
