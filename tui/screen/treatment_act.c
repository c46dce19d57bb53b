/* Steps are run, asked about, handed out: the same keys and the same care for a remedy and a runbook. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/secret.h"
#include "remedies/course.h"
#include "remedies/walking.h"
#include "tui/screen/treatment.h"

enum { OUTPUT_MAX = 256 * 1024 };

static int64_t mono(struct app *app)
{
	return app->ops->mono_ms(app->ops_arg);
}

/* ---- running ---- */

static int start(struct app *app, struct treatment *t, const struct planned *step, struct problem *p)
{
	struct act_for f = {.server = t->server, .cause = t->course ? NULL : t->cause};
	if (t->course) {
		f.walk = t->course->walk;
		f.key = t->course->mark[treatment_index(t, t->at)].key;
	}
	return app->ops->act(app->ops_arg, &f, step, p);
}

static void run_step(struct app *app, struct treatment *t)
{
	struct problem p = {"", ""};
	t->question = Q_NONE;
	treatment_plan(app, t); /* what is shown is what runs, as it is known now */
	const struct planned *step = treatment_step(t);
	if (!step || !step->text || step->closed || (t->how && !t->how->before(app, t)))
		return;
	struct progress *g = treatment_progress(t, t->at);
	str_clear(&g->output);
	g->dropped = 0;
	g->run = (struct run_state){.phase = RUN_RUNNING};
	g->how = RUNNING;
	g->done = g->was_green = false;
	g->started = mono(app);
	t->running = t->under_way = treatment_index(t, t->at);
	t->scroll = (struct scroll){0};
	t->follow = true;
	struct plan plan;
	struct arena *fresh = arena_new();
	treatment_make(app, t, fresh, &plan);
	if (!start(app, t, &plan.step[t->at], &p)) {
		/* the step before lived here; it has been let go of now */
		arena_free(t->run_arena);
		t->run_arena = fresh;
		return;
	}
	arena_free(fresh);
	g->how = IDLE;
	t->running = t->under_way = -1;
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

/* Asks what the risk asks for, or runs it. */
static void confirm(struct app *app, struct treatment *t, const struct planned *p)
{
	if (run_confirm(p) == CONFIRM_NOTHING)
		run_step(app, t);
	else
		ask_question(app, t, run_confirm(p) == CONFIRM_HOST ? Q_HOST : Q_RISK);
}

void treatment_want_run(struct app *app, struct treatment *t)
{
	treatment_plan(app, t);
	const struct planned *p = treatment_step(t);
	if (!p)
		return;
	const char *no = why_not(app, t, p);
	/* A paste without its marks, a cat on the keyboard: nobody means an r in the midst of a swarm. */
	if (!no && app->key_gap < SWARM_MS)
		no = "nothing was run: the key came in a swarm of others; press it alone";
	t->again = t->course && t->course->mark[treatment_index(t, t->at)].state == MARK_RUNNING && treatment_progress(t, t->at)->how == IDLE;
	if (no)
		app_notice(app, "%s", no);
	else if (t->again)
		ask_question(app, t, Q_RISK);
	else
		confirm(app, t, p);
}

void treatment_output(void *state, const char *text, size_t n)
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

void treatment_run(struct app *app, void *state, const struct run_state *r)
{
	struct treatment *t = state;
	if (t->under_way < 0 || t->progress[t->under_way].how == IDLE)
		return;
	struct progress *g = &t->progress[t->under_way];
	if (g->how == RUNNING && r->phase != RUN_RUNNING) {
		g->took = mono(app) - g->started;
		if (r->acted && t->page->step[t->under_way].risk != RISK_READ)
			t->acted_at = app->now;
	}
	g->run = *r;
	if (r->phase == RUN_RUNNING)
		return;
	g->how = !r->ended ? UNSURE : r->status || !r->expected ? BROKEN : RAN;
	t->running = -1;
	if (*r->journal)
		app_notice(app, "%s", r->journal);
	treatment_plan(app, t);
	if (t->how)
		t->how->ran(app, t);
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

void treatment_tick(struct app *app, struct treatment *t)
{
	watch_by_hand(app, t);
	if (t->question == Q_NONE && app->model->version != t->planned_at)
		treatment_plan(app, t);
}

/* ---- questions ---- */

void treatment_ask_line(struct app *app, struct treatment *t, enum action by, const char *what)
{
	ask_question(app, t, Q_LINE);
	t->asked_by = by;
	t->asking = what;
}

static bool is_wanted(const struct treatment *t, int ask, enum values wanted)
{
	const struct planned *p = treatment_step(t);
	if (wanted == VALUES_STEP)
		return p && walking_uses(p->step, t->page->ask[ask].name);
	return wanted == VALUES_ALL || !t->answered[ask];
}

void treatment_ask_values(struct app *app, struct treatment *t, int from, enum values wanted)
{
	t->wanted = wanted;
	while (from < t->page->asks && !is_wanted(t, from, wanted))
		from++;
	if (from >= t->page->asks) {
		t->question = Q_NONE;
		treatment_plan(app, t);
		return;
	}
	ask_question(app, t, Q_VALUE);
	t->value = from;
	const struct server *s = treatment_server(app, t);
	const char *now = t->answered[from] ? t->answer[from]
			  : s		    ? plan_fallback(&t->page->ask[from], s->view)
					    : "";
	field_set(&t->field, now);
}

static void submit_value(struct app *app, struct treatment *t)
{
	snprintf(t->answer[t->value], sizeof t->answer[0], "%s", t->field.text);
	t->answered[t->value] = t->field.len > 0;
	if (t->how && !t->how->given(app, t, t->value)) {
		t->answered[t->value] = false;
		return;
	}
	if (t->page->ask[t->value].secret && t->field.len)
		secret_learn(t->field.text);
	treatment_ask_values(app, t, t->value + 1, t->wanted);
}

static void submit(struct app *app, struct treatment *t)
{
	const struct planned *p = treatment_step(t);
	if (t->question == Q_VALUE) {
		submit_value(app, t);
	} else if (t->question == Q_LINE) {
		t->question = Q_NONE;
		t->how->typed(app, t);
	} else if (p && t->field.len && run_confirmed(p, t->field.text)) {
		run_step(app, t);
	} else {
		app_notice(app, "not run: that is not the name of the host");
		t->question = Q_NONE;
	}
}

/* Values are asked once: those that nobody wanted to give are empty until they are asked for by hand. */
static void give_up(struct app *app, struct treatment *t)
{
	bool once = t->question == Q_VALUE && t->how && t->wanted == VALUES_OPEN;
	t->question = Q_NONE;
	field_clear(&t->field);
	for (int i = 0; once && i < t->page->asks; i++)
		if (!t->answered[i] && !t->how->given(app, t, i))
			return;
	if (once)
		treatment_plan(app, t);
}

static void type(struct app *app, struct treatment *t, int32_t k)
{
	if (k == K_ESC || k == 'C' - 64)
		give_up(app, t);
	else if (k == K_ENTER || k == '\n')
		submit(app, t);
	else if (k == K_DEL || k == 8)
		field_erase(&t->field);
	else if (k == 'U' - 64)
		field_clear(&t->field);
	else
		field_add(&t->field, k);
}

static void yes(struct app *app, struct treatment *t)
{
	const struct planned *p = treatment_step(t);
	if (t->again && p) {
		t->again = false;
		t->question = Q_NONE;
		confirm(app, t, p);
	} else {
		run_step(app, t);
	}
}

/* While a question stands, keys are answers and nothing else. */
bool treatment_key(struct app *app, void *state, int32_t k)
{
	struct treatment *t = state;
	if (t->question == Q_NONE)
		return false;
	if ((t->question == Q_RISK || t->question == Q_HOST) && mono(app) - t->question_since < DEAD_MS) {
		/* typed before it could be read; whoever goes on typing has not read it */
		if (t->question == Q_RISK)
			t->question_since = mono(app);
		return true;
	}
	bool confirming = t->question == Q_RISK || t->question == Q_HOST;
	if (t->question != Q_RISK)
		type(app, t, k);
	else if (k == 'y' || k == 'Y')
		yes(app, t);
	else if (k != K_ENTER && k != '\n')
		t->question = Q_NONE;
	if (confirming && (k == 'n' || k == 'N' || k == K_ESC))
		app_notice(app, t->question == Q_NONE ? "nothing was run" : "");
	return true;
}

bool treatment_paste(void *state, int32_t ch)
{
	struct treatment *t = state;
	return t->question != Q_NONE && t->question != Q_RISK && field_add(&t->field, ch);
}

/* ---- handing out ---- */

void treatment_copy(struct app *app, struct treatment *t, bool one_line)
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
void treatment_plain(struct app *app, struct treatment *t)
{
	struct str s = {0};
	for (int i = 0; i < t->plan.steps; i++) {
		const struct planned *p = &t->plan.step[i];
		if (p->step->kind != STEP_COMMAND)
			str_addf(&s, "# %d. %s\n\n", p->number, p->step->heading);
		else if (!*p->place)
			str_addf(&s, "# %d. %s   (%s)\n%s\n\n", p->number, p->step->heading, risk_names[p->step->risk], p->shown);
		else
			str_addf(&s, "# %d. %s   (on %s as %s, %s)\n%s\n\n", p->number,
				 p->step->heading ? p->step->heading : "", p->host, p->user,
				 risk_names[p->step->risk], p->shown ? p->shown : "");
	}
	app->ops->plain(app->ops_arg, str_text(&s));
	str_free(&s);
}

void treatment_go(struct treatment *t, int step)
{
	if (step < 0 || step >= t->plan.steps)
		return;
	t->at = step;
	t->scroll = (struct scroll){0};
	t->by_hand = false;
}

bool treatment_scroll(struct treatment *t, enum action action)
{
	bool moved = scroll_act(&t->scroll, action);
	t->follow = t->follow && !moved;
	return moved;
}

bool treatment_stay(struct app *app, const struct treatment *t, enum action action)
{
	if (t->running < 0 || (action != ACT_BACK && action != ACT_LEFT))
		return false;
	app_notice(app, "the step is still running; x stops it, q twice leaves it alone");
	return true;
}

bool treatment_act(struct app *app, struct treatment *t, enum action action)
{
	if (treatment_scroll(t, action) || treatment_stay(app, t, action))
		return true;
	if (action == ACT_COPY || action == ACT_COPY_LINE)
		treatment_copy(app, t, action == ACT_COPY_LINE);
	else if (action == ACT_PLAIN)
		treatment_plain(app, t);
	else if (action == ACT_LATER)
		treatment_go(t, t->at + 1);
	else if (action == ACT_EARLIER)
		treatment_go(t, t->at - 1);
	else if (action == ACT_CANCEL && t->running >= 0)
		app->ops->cancel(app->ops_arg);
	else if (action == ACT_ANSWER && t->page && t->page->asks)
		treatment_ask_values(app, t, 0, VALUES_ALL);
	else
		return false;
	return true;
}

const char *treatment_busy(void *state)
{
	const struct treatment *t = state;
	return t->running >= 0 ? "a step is still running" : NULL;
}

bool treatment_moving(void *state)
{
	const struct treatment *t = state;
	return t->running >= 0 || treatment_watching(t);
}

const struct hint *treatment_hints(const struct treatment *t)
{
	static const struct hint running[] = {
	    {ACT_CANCEL, NULL}, {ACT_FREEZE, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	static const struct hint yes_no[] = {
	    {ACT_FIXED, "y run it"}, {ACT_FIXED, "n do not"}, {ACT_NONE, NULL}};
	static const struct hint typing[] = {
	    {ACT_FIXED, "Enter done"}, {ACT_FIXED, "Esc give up"}, {ACT_NONE, NULL}};
	if (t->question != Q_NONE)
		return t->question == Q_RISK ? yes_no : typing;
	return t->running >= 0 ? running : NULL;
}
