/* One node whole: what was asked, the system's own words, neighbours. */
#include "tui/app.h"
#include "tui/screen/dossier.h"
#include "tui/widget/words.h"

struct evidence {
	int node, top, page;
};

static void open(struct app *app, void *state, const struct subject *about)
{
	struct evidence *e = state;
	(void)app;
	e->node = about->node;
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct evidence *e = state;
	const struct server *s = app_server(app);
	if (!s || e->node < 0 || e->node >= s->nodes)
		return;
	struct doc *d = doc_new(app->frame, area.w - 3);
	dossier_write(d, s, e->node, app->now);
	canvas_fill(c, area.y, 0, area.w, MEAN_LINE, 0x2500);
	e->page = area.h - 2;
	e->top = doc_draw(d, c, (struct area){area.y + 1, 2, area.h - 1, area.w - 3}, e->top);
}

static bool act(struct app *app, void *state, enum action action)
{
	struct evidence *e = state;
	const struct server *s = app_server(app);
	const int by[ACTIONS] = {[ACT_UP] = -1,
				 [ACT_DOWN] = 1,
				 [ACT_PAGE_UP] = -e->page,
				 [ACT_PAGE_DOWN] = e->page,
				 [ACT_FIRST] = -(1 << 20),
				 [ACT_LAST] = 1 << 20};
	if (by[action]) {
		e->top += by[action];
		e->top = e->top < 0 ? 0 : e->top;
		return true;
	}
	if (!s || e->node >= s->nodes)
		return false;
	if (action == ACT_RECHECK) {
		app->ops->ask_now(app->ops_arg, app->server, e->node);
		app_notice(app, "asking %s again", s->node[e->node].probe->id);
		return true;
	}
	if (action == ACT_COPY || action == ACT_PLAIN) {
		const char *text = arena_printf(app->frame, "%s\n%s", node_say(&s->node[e->node]),
						node_evidence(&s->node[e->node]));
		(action == ACT_COPY ? app->ops->copy : app->ops->plain)(app->ops_arg, text);
		return true;
	}
	return false;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_BACK, NULL},  {ACT_RECHECK, NULL}, {ACT_COPY, NULL},
					   {ACT_PLAIN, NULL}, {ACT_FREEZE, NULL},  {ACT_HELP, NULL},
					   {ACT_NONE, NULL}};
	(void)app;
	(void)state;
	return list;
}

const struct screen screen_evidence = {.name = "evidence",
				       .size = sizeof(struct evidence),
				       .open = open,
				       .draw = draw,
				       .act = act,
				       .hints = hints};
