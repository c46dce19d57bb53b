/* From the cause to green: the page's steps, run or copied one by one, each proven by its probe. */
#include "tui/screen/remedy.h"

#include <stdio.h>
#include <string.h>

#include "remedies/catalogue.h"
#include "tui/screen/treatment.h"
#include "tui/widget/words.h"

static void open(struct app *app, void *state, const struct subject *about)
{
	struct treatment *t = state;
	t->server = about->server;
	t->running = t->under_way = -1;
	snprintf(t->cause, sizeof t->cause, "%s", about->cause ? about->cause : "");
	t->page_arena = arena_new();
	t->plan_arena = arena_new();
	t->run_arena = arena_new();
	t->page = remedy_find(t->page_arena, t->cause, &t->problem);
	treatment_begin(t);
	treatment_plan(app, t);
}

static void close_screen(void *state)
{
	treatment_end(state);
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	remedy_draw(app, state, c, area);
}

static void tick(struct app *app, void *state)
{
	treatment_tick(app, state);
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct treatment *t = state;
	t->follow = false;
	return scroll_find(&t->scroll, remedy_body(app, t, t->scroll.width, t->side), text, step);
}

/* The output whole where there is one, else the page. */
static void as_text(struct app *app, void *state, struct str *out)
{
	struct treatment *t = state;
	const struct planned *p = treatment_step(t);
	if (p && treatment_progress(t, t->at)->output.len)
		str_addf(out, "# %s\n# on %s as %s\n%s\n\n%s", p->step->heading ? p->step->heading : "", p->host, p->user, p->shown ? p->shown : "",
			 treatment_progress(t, t->at)->output.s);
	else
		doc_out(remedy_body(app, t, 100, false), out);
}

static int node_in_view(struct app *app, void *state)
{
	return treatment_node(app, state);
}

static void evidence(struct app *app, struct treatment *t)
{
	int node = treatment_node(app, t);
	if (node >= 0)
		app_open(app, &screen_evidence, &(struct subject){t->server, node, NULL});
}

static bool act(struct app *app, void *state, enum action action)
{
	struct treatment *t = state;
	if (treatment_act(app, t, action))
		return true;
	if (action == ACT_RECHECK)
		treatment_want_run(app, t);
	else if (action == ACT_OPEN)
		app_notice(app, "r runs this step, c copies it");
	else if (action == ACT_NEXT || action == ACT_PREVIOUS)
		treatment_go(t, t->at + (action == ACT_NEXT ? 1 : -1));
	else if (action == ACT_EVIDENCE)
		evidence(app, t);
	else
		return false;
	return true;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint reading[] = {
	    {ACT_RECHECK, "run"}, {ACT_COPY, NULL},	   {ACT_COPY_LINE, NULL},
	    {ACT_PLAIN, NULL},	    {ACT_LATER, "step"}, {ACT_EVIDENCE, NULL},
	    {ACT_BACK, NULL},	    {ACT_HELP, NULL},	   {ACT_NONE, NULL}};
	static const struct hint asking[] = {
	    {ACT_RECHECK, "run"}, {ACT_COPY, NULL},	   {ACT_COPY_LINE, NULL},
	    {ACT_PLAIN, NULL},	    {ACT_LATER, "step"}, {ACT_ANSWER, NULL},
	    {ACT_BACK, NULL},	    {ACT_HELP, NULL},	   {ACT_NONE, NULL}};
	static const struct hint missing[] = {{ACT_ANSWER, NULL},   {ACT_LATER, "step"},
					      {ACT_EVIDENCE, NULL}, {ACT_BACK, NULL},
					      {ACT_HELP, NULL},	    {ACT_NONE, NULL}};
	const struct treatment *t = state;
	const struct planned *p = treatment_step(t);
	(void)app;
	if (treatment_hints(t))
		return treatment_hints(t);
	if (t->page && t->page->asks)
		return p && p->refused ? missing : asking;
	return reading;
}

const struct screen screen_remedy = {.name = "remedy",
				     .acts = true,
				     .size = sizeof(struct treatment),
				     .open = open,
				     .close = close_screen,
				     .draw = draw,
				     .act = act,
				     .find = find,
				     .text = as_text,
				     .node = node_in_view,
				     .key = treatment_key,
				     .hints = hints,
				     .tick = tick,
				     .busy = treatment_busy,
				     .moving = treatment_moving,
				     .output = treatment_output,
				     .run = treatment_run,
				     .paste = treatment_paste};
