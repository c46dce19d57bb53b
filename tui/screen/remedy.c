/* From the cause to green: the page's steps, run or copied one by one, each proven by its probe. */
#include "tui/screen/remedy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "remedies/catalogue.h"
#include "tui/screen/treatment.h"
#include "tui/widget/words.h"

enum { OUTPUT_MAX = 256 * 1024 };

static int64_t mono(struct app *app)
{
	return app->ops->mono_ms(app->ops_arg);
}

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
	treatment_plan(app, t);
}

static void close_screen(void *state)
{
	struct treatment *t = state;
	for (int i = 0; i < STEPS_MAX; i++)
		str_free(&t->progress[i].output);
	memset(t->answer, 0, sizeof t->answer);
	arena_free(t->page_arena);
	arena_free(t->plan_arena);
	arena_free(t->run_arena);
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	remedy_draw(app, state, c, area);
}

/* ---- running ---- */

static void run_step(struct app *app, struct treatment *t)
{
	struct progress *g = &t->progress[t->at];
	struct problem p = {"", ""};
	t->question = Q_NONE;
	treatment_plan(app, t); /* what is shown is what runs, as it is known now */
	const struct planned *step = treatment_step(t);
	if (!step || !step->text || step->closed)
		return;
	str_clear(&g->output);
	g->dropped = 0;
	g->run = (struct run_state){.phase = RUN_RUNNING};
	g->how = RUNNING;
	g->done = g->was_green = false;
	g->started = mono(app);
	t->running = t->under_way = t->at;
	t->scroll = (struct scroll){0};
	t->follow = true;
	struct plan plan;
	struct arena *fresh = arena_new();
	treatment_make(app, t, fresh, &plan);
	int failed = app->ops->act(app->ops_arg, t->server, t->cause, &plan.step[t->at], &p);
	if (!failed) {
		/* the step before lived here; it has been let go of now */
		arena_free(t->run_arena);
		t->run_arena = fresh;
		return;
	}
	arena_free(fresh);
	g->how = IDLE;
	t->running = -1;
	app_notice(app, "%s%s%s", p.say, *p.hint ? ": " : "", p.hint);
}

static void ask_question(struct app *app, struct treatment *t, enum prompt q)
{
	app->ops->discard_input(app->ops_arg);
	t->question = q;
	t->question_since = mono(app);
	field_clear(&t->field);
}

static const char *why_not(struct app *app, const struct treatment *t, const struct planned *p)
{
	if (t->running >= 0)
		return "a step is running; x stops it";
	if (app->options.read_only)
		return "--read-only: nothing is run from here; c copies the command";
	if (!p->text)
		return p->refused;
	return p->closed ? p->closed : p->copy_only;
}

static void want_run(struct app *app, struct treatment *t)
{
	treatment_plan(app, t);
	const struct planned *p = treatment_step(t);
	if (!p)
		return;
	const char *no = why_not(app, t, p);
	/* A paste without its marks, a cat on the keyboard: nobody means an r in the midst of a swarm. */
	if (!no && app->key_gap < SWARM_MS)
		no = "nothing was run: the key came in a swarm of others; press it alone";
	if (no)
		app_notice(app, "%s", no);
	else if (run_confirm(p) == CONFIRM_NOTHING)
		run_step(app, t);
	else
		ask_question(app, t, run_confirm(p) == CONFIRM_HOST ? Q_HOST : Q_RISK);
}

static void output(void *state, const char *text, size_t n)
{
	struct treatment *t = state;
	if (t->running < 0)
		return;
	struct progress *g = &t->progress[t->running];
	str_addn(&g->output, text, n);
	if (g->output.len <= OUTPUT_MAX)
		return;
	size_t cut = g->output.len - OUTPUT_MAX / 2;
	memmove(g->output.s, g->output.s + cut, g->output.len - cut + 1);
	g->output.len -= cut;
	g->dropped += cut;
}

static void run_changed(struct app *app, void *state, const struct run_state *r)
{
	struct treatment *t = state;
	struct progress *g = &t->progress[t->under_way];
	if (t->under_way < 0 || g->how == IDLE)
		return;
	if (g->how == RUNNING && r->phase != RUN_RUNNING)
		g->took = mono(app) - g->started;
	g->run = *r;
	if (r->phase == RUN_RUNNING)
		return;
	g->how = !r->ended ? UNSURE : r->status || !r->expected ? BROKEN : RAN;
	t->running = -1;
	if (*r->journal)
		app_notice(app, "%s", r->journal);
	treatment_plan(app, t);
}

/* A step done elsewhere, by hand: nobody tells us but its probe. */
static void watch_by_hand(struct app *app, struct treatment *t)
{
	const struct server *s = app_server(app);
	const struct planned *p = treatment_step(t);
	const char *probe = p && s && t->by_hand ? treatment_unproven(s, p->step) : NULL;
	if (!probe || t->running >= 0 || treatment_watching(t) ||
	    mono(app) - t->asked < ASK_EVERY_MS)
		return;
	t->asked = mono(app);
	if (server_node(s, probe) >= 0)
		app->ops->ask_now(app->ops_arg, t->server, server_node(s, probe));
}

static void tick(struct app *app, void *state)
{
	struct treatment *t = state;
	watch_by_hand(app, t);
	if (t->question == Q_NONE && app->model->version != t->planned_at)
		treatment_plan(app, t);
}

/* ---- questions ---- */

static void next_value(struct app *app, struct treatment *t, int from)
{
	for (int i = from; i < t->page->asks && i < ANSWERS_MAX; i++) {
		ask_question(app, t, Q_VALUE);
		t->value = i;
		const struct server *s = app_server(app);
		const char *now = t->answered[i] ? t->answer[i]
				  : s		 ? plan_fallback(&t->page->ask[i], s->view)
						 : "";
		field_set(&t->field, now);
		return;
	}
	t->question = Q_NONE;
	treatment_plan(app, t);
}

static void submit(struct app *app, struct treatment *t)
{
	const struct planned *p = treatment_step(t);
	if (t->question == Q_VALUE) {
		snprintf(t->answer[t->value], sizeof t->answer[0], "%s", t->field.text);
		t->answered[t->value] = t->field.len > 0;
		next_value(app, t, t->value + 1);
	} else if (p && t->field.len && run_confirmed(p, t->field.text)) {
		run_step(app, t);
	} else {
		app_notice(app, "not run: that is not the name of the host");
		t->question = Q_NONE;
	}
}

static void type(struct app *app, struct treatment *t, int32_t k)
{
	if (k == K_ESC || k == 'C' - 64)
		t->question = Q_NONE;
	else if (k == K_ENTER || k == '\n')
		submit(app, t);
	else if (k == K_DEL || k == 8)
		field_erase(&t->field);
	else if (k == 'U' - 64)
		field_clear(&t->field);
	else
		field_add(&t->field, k);
}

/* While a question stands, keys are answers and nothing else. */
static bool key(struct app *app, void *state, int32_t k)
{
	struct treatment *t = state;
	if (t->question == Q_NONE)
		return false;
	if (t->question != Q_VALUE && mono(app) - t->question_since < DEAD_MS) {
		/* typed before it could be read; whoever goes on typing has not read it */
		if (t->question == Q_RISK)
			t->question_since = mono(app);
		return true;
	}
	if (t->question != Q_RISK)
		type(app, t, k);
	else if (k == 'y' || k == 'Y')
		run_step(app, t);
	else if (k != K_ENTER && k != '\n')
		t->question = Q_NONE;
	if (k == 'n' || k == 'N' || k == K_ESC)
		app_notice(app, t->question == Q_NONE ? "nothing was run" : "");
	return true;
}

static bool paste(void *state, int32_t ch)
{
	struct treatment *t = state;
	return (t->question == Q_VALUE || t->question == Q_HOST) && field_add(&t->field, ch);
}

/* ---- handing out ---- */

static void copy(struct app *app, struct treatment *t, bool one_line)
{
	const struct planned *p = treatment_step(t);
	if (!p)
		return;
	if (!p->text) {
		app_notice(app, "%s", p->refused ? p->refused : "this step has no command");
		return;
	}
	char *line = one_line ? app->ops->one_line(app->ops_arg, t->server, p) : NULL;
	if (one_line && !line)
		app_notice(app,
			   "there is no way in to %s as %s from here; c copies the command itself",
			   p->host, p->user);
	else
		app->ops->copy(app->ops_arg, one_line ? line : p->text);
	t->by_hand = true;
	free(line);
}

/* Every command at column 0, unwrapped, so that the terminal selects it as one line. */
static void plain(struct app *app, struct treatment *t)
{
	struct str s = {0};
	for (int i = 0; i < t->plan.steps; i++) {
		const struct planned *p = &t->plan.step[i];
		str_addf(&s, "# %d. %s   (on %s as %s, %s)\n%s\n\n", p->number,
			 p->step->heading ? p->step->heading : "", p->host, p->user,
			 risk_names[p->step->risk], p->shown ? p->shown : "");
	}
	app->ops->plain(app->ops_arg, str_text(&s));
	str_free(&s);
}

static void go_to(struct treatment *t, int step)
{
	if (step < 0 || step >= t->plan.steps)
		return;
	t->at = step;
	t->scroll = (struct scroll){0};
	t->by_hand = false;
}

static bool scroll(struct treatment *t, enum action action)
{
	bool moved = scroll_act(&t->scroll, action);
	t->follow = t->follow && !moved;
	return moved;
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
	const struct progress *g = &t->progress[t->at];
	if (p && g->output.len)
		str_addf(out, "# %s\n# on %s as %s\n%s\n\n%s", p->step->heading ? p->step->heading : "", p->host, p->user, p->shown ? p->shown : "",
			 g->output.s);
	else
		doc_out(remedy_body(app, t, 100, false), out);
}

static int node_in_view(struct app *app, void *state)
{
	return treatment_node(app, state);
}

static bool stay(struct app *app, const struct treatment *t, enum action action)
{
	if (t->running < 0 || (action != ACT_BACK && action != ACT_LEFT))
		return false;
	app_notice(app, "the step is still running; x stops it, q twice leaves it alone");
	return true;
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
	if (scroll(t, action) || stay(app, t, action))
		return true;
	if (action == ACT_RECHECK || action == ACT_OPEN)
		action == ACT_RECHECK ? want_run(app, t)
				      : app_notice(app, "r runs this step, c copies it");
	else if (action == ACT_COPY || action == ACT_COPY_LINE)
		copy(app, t, action == ACT_COPY_LINE);
	else if (action == ACT_PLAIN)
		plain(app, t);
	else if (action == ACT_NEXT || action == ACT_LATER)
		go_to(t, t->at + 1);
	else if (action == ACT_PREVIOUS || action == ACT_EARLIER)
		go_to(t, t->at - 1);
	else if (action == ACT_CANCEL && t->running >= 0)
		app->ops->cancel(app->ops_arg);
	else if (action == ACT_ANSWER && t->page && t->page->asks)
		next_value(app, t, 0);
	else if (action == ACT_EVIDENCE)
		evidence(app, t);
	else
		return false;
	return true;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint running[] = {
	    {ACT_CANCEL, NULL}, {ACT_FREEZE, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
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
	static const struct hint yes_no[] = {
	    {ACT_FIXED, "y run it"}, {ACT_FIXED, "n do not"}, {ACT_NONE, NULL}};
	static const struct hint typing[] = {
	    {ACT_FIXED, "Enter done"}, {ACT_FIXED, "Esc give up"}, {ACT_NONE, NULL}};
	const struct treatment *t = state;
	(void)app;
	if (t->question != Q_NONE)
		return t->question == Q_RISK ? yes_no : typing;
	if (t->running >= 0)
		return running;
	const struct planned *p = treatment_step(t);
	if (t->page && t->page->asks)
		return p && p->refused ? missing : asking;
	return reading;
}

static const char *busy(void *state)
{
	const struct treatment *t = state;
	return t->running >= 0 ? "a step is still running" : NULL;
}

static bool moving(void *state)
{
	const struct treatment *t = state;
	return t->running >= 0 || treatment_watching(t);
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
				     .key = key,
				     .hints = hints,
				     .tick = tick,
				     .busy = busy,
				     .moving = moving,
				     .output = output,
				     .run = run_changed,
				     .paste = paste};
