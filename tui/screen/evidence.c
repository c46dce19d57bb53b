/* One node whole: what was asked, the system's own words, neighbours. */
#include "tui/app.h"
#include "tui/screen/dossier.h"
#include "tui/widget/scroll.h"
#include "tui/widget/words.h"

struct evidence {
	int node;
	struct scroll scroll;
};

static void open(struct app *app, void *state, const struct subject *about)
{
	struct evidence *e = state;
	(void)app;
	e->node = about->node;
}

static struct doc *write(struct app *app, const struct evidence *e, int width)
{
	const struct server *s = app_server(app);
	struct doc *d = doc_new(app->frame, width);
	if (s && e->node >= 0 && e->node < s->nodes)
		dossier_write(d, s, e->node, app->now);
	return d;
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct evidence *e = state;
	canvas_fill(c, area.y, 0, area.w, MEAN_LINE, 0x2500);
	scroll_draw(&e->scroll, write(app, e, area.w - 3), c, (struct area){area.y + 1, 2, area.h - 1, area.w - 3});
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct evidence *e = state;
	return scroll_find(&e->scroll, write(app, e, e->scroll.width), text, step);
}

static void as_text(struct app *app, void *state, struct str *out)
{
	doc_out(write(app, state, 100), out);
}

static int node_in_view(struct app *app, void *state)
{
	const struct evidence *e = state;
	(void)app;
	return e->node;
}

static bool act(struct app *app, void *state, enum action action)
{
	struct evidence *e = state;
	const struct server *s = app_server(app);
	if (scroll_act(&e->scroll, action))
		return true;
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
				       .find = find,
				       .text = as_text,
				       .node = node_in_view,
				       .hints = hints};
