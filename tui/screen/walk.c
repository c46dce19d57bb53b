/* A runbook on the screen: the course of the dialogue, the hands of the remedy. */
#include "tui/screen/walk.h"

#include <stdio.h>
#include <string.h>

#include "remedies/fill.h"
#include "remedies/walking.h"
#include "tui/screen/walking_inside.h"

/* ---- what happens to a step ---- */

static bool before(struct app *app, struct treatment *t)
{
	struct walk_view *w = (struct walk_view *)t;
	if (!walk_is_mine(app, w))
		return false;
	walk_begin(w);
	struct mark *m = &w->course.mark[treatment_index(t, t->at)];
	m->state = MARK_RUNNING; /* the journal gets the command itself */
	m->how = "";
	return true;
}

static void ran(struct app *app, struct treatment *t)
{
	struct walk_view *w = (struct walk_view *)t;
	const struct progress *g = &t->progress[t->under_way];
	const struct run_state *r = &g->run;
	char how[240];
	(void)app;
	if (r->phase == RUN_PROVEN)
		snprintf(how, sizeof how, "proven green");
	else if (r->ended)
		snprintf(how, sizeof how, "exit status %d%s", r->status, r->expected ? "" : ", not what was expected");
	else
		snprintf(how, sizeof how, "%.200s", r->words);
	bool good = r->phase == RUN_PROVEN || (r->phase == RUN_DONE && g->how == RAN);
	if (r->phase == RUN_PROVING && g->how == RAN)
		return;
	walk_mark(w, t->under_way, good ? MARK_DONE : MARK_FAILED, how);
}

static bool given(struct app *app, struct treatment *t, int ask)
{
	struct walk_view *w = (struct walk_view *)t;
	struct str word = {0};
	struct problem p;
	int wrong = t->field.len ? fill_value(&word, t->page->ask[ask].name, t->field.text, &p) : 0;
	str_free(&word);
	if (wrong) {
		app_notice(app, "%s", p.say);
		return false;
	}
	if (!walk_is_mine(app, w)) {
		t->question = Q_NONE;
		return false;
	}
	walk_begin(w);
	course_value(&w->course, ask, t->field.text);
	t->answered[ask] = true; /* left empty on purpose */
	return true;
}

static void place(struct app *app, struct walk_view *w, const char *typed)
{
	static const char *const places[] = {"console", "backup", "db", NULL};
	char on[16] = "", as[64] = "";
	int known = 0;
	sscanf(typed, "%15s %63s", on, as);
	while (places[known] && strcmp(places[known], on))
		known++;
	bool plain = *as && *as != '-' && !as[strspn(as, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")];
	if (!places[known] || !plain) {
		app_notice(app, "PLACE USER: PLACE is console, backup or db, e.g. \"backup barman\"");
		return;
	}
	walk_begin(w);
	course_place(&w->course, on, as);
	treatment_plan(app, &w->t);
	app_notice(app, "steps that do not say where they go are run on %s as %s from here on%s", on, as,
		   app_server(app) ? "" : ", but no server is known: they can only be copied");
}

static void typed(struct app *app, struct treatment *t)
{
	struct walk_view *w = (struct walk_view *)t;
	int step = treatment_index(t, t->at);
	const char *text = t->field.text + strspn(t->field.text, " ");
	if (!walk_is_mine(app, w))
		return;
	if (t->asked_by == ACT_NOTE && *text) {
		walk_begin(w);
		course_note(&w->course, step, text);
	} else if (t->asked_by == ACT_PLACE) {
		place(app, w, text);
	} else if (t->asked_by == ACT_FAILED) {
		walk_mark(w, step, MARK_FAILED, *text ? text : "by hand");
		walk_show_step(w, w->present);
	} else if (t->asked_by == ACT_SKIP && *text) {
		walk_mark(w, step, MARK_SKIPPED, text);
	} else {
		app_notice(app, t->asked_by == ACT_SKIP ? "not skipped: a reason is needed" : "nothing was noted");
	}
}

const struct treating walk_treating = {.before = before, .ran = ran, .given = given, .typed = typed};

/* ---- keys ---- */

/* In a swarm of keys nobody means one of them. */
static bool is_meant(struct app *app, struct walk_view *w)
{
	if (app->key_gap >= SWARM_MS)
		return walk_is_mine(app, w);
	app_notice(app, "nothing was done: the key came in a swarm of others; press it alone");
	return false;
}

/* The values of the page are asked once, before the first command is run or copied. True: they are asked now. */
static bool asks_first(struct app *app, struct walk_view *w)
{
	struct treatment *t = &w->t;
	bool missing = false;
	for (int i = 0; i < t->page->asks; i++)
		missing |= !t->answered[i];
	if (!missing || t->running >= 0 || w->watching)
		return false;
	if (!is_meant(app, w))
		return true;
	treatment_ask_values(app, t, 0, VALUES_OPEN);
	return true;
}

/* Those of the step in view; where it has none, all. */
static void answer(struct app *app, struct walk_view *w, const struct planned *p)
{
	bool uses = false;
	for (int i = 0; i < w->t.page->asks; i++)
		uses |= walking_uses(p->step, w->t.page->ask[i].name);
	if (w->t.running >= 0)
		app_notice(app, "a step is running; x stops it");
	else if (!w->t.page->asks)
		app_notice(app, "this page asks for nothing");
	else if (is_meant(app, w))
		treatment_ask_values(app, &w->t, 0, uses ? VALUES_STEP : VALUES_ALL);
}

static void want_run(struct app *app, struct walk_view *w, const struct planned *p)
{
	if (p->step->kind == STEP_CHOICE)
		app_notice(app, "press the number of what you see");
	else if (p->step->kind != STEP_COMMAND)
		app_notice(app, "there is no command here: do it, then press d");
	else if (!w->ready)
		app_notice(app, "the first look at the server is not finished yet");
	else if (!asks_first(app, w))
		treatment_want_run(app, &w->t);
}

static void done(struct app *app, struct walk_view *w, const struct planned *p)
{
	if (p->step->kind == STEP_CHOICE)
		app_notice(app, "press the number of what you see");
	else
		walk_mark(w, treatment_index(&w->t, w->t.at), MARK_DONE, p->step->kind == STEP_READ ? "read" : "by hand");
}

static void reopen(struct app *app, struct walk_view *w, const struct planned *p)
{
	(void)p;
	treatment_progress(&w->t, w->t.at)->how = IDLE;
	walk_mark(w, treatment_index(&w->t, w->t.at), MARK_OPEN, "");
	app_notice(app, "to do again");
}

static void ask(struct app *app, struct walk_view *w, enum action action)
{
	static const struct {
		enum action action;
		const char *what;
	} rows[] = {
		{ACT_SKIP, "Why is this step skipped?"},
		{ACT_NOTE, "A note at this step, with the time:"},
		{ACT_FAILED, "It failed, and the walk goes on. What happened?"},
		{ACT_PLACE, "Where do steps go that do not say so? console, backup or db, and the user: \"backup barman\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].action == action)
			treatment_ask_line(app, &w->t, action, rows[i].what);
}

static bool deed(struct app *app, struct walk_view *w, enum action action, const struct planned *p)
{
	bool asks = action == ACT_SKIP || action == ACT_NOTE || action == ACT_FAILED || action == ACT_PLACE;
	if (!asks && action != ACT_DONE && action != ACT_REOPEN && !(action == ACT_OPEN && p->step->kind == STEP_READ))
		return false;
	if (w->t.running >= 0 && action != ACT_NOTE)
		app_notice(app, "a step is running; x stops it");
	else if (!w->ready)
		app_notice(app, "the first look at the server is not finished yet");
	else if (!is_meant(app, w))
		return true;
	else if (asks)
		ask(app, w, action);
	else if (action == ACT_REOPEN)
		reopen(app, w, p);
	else
		done(app, w, p);
	return true;
}

static bool act(struct app *app, void *state, enum action action)
{
	struct walk_view *w = state;
	const struct planned *p = treatment_step(&w->t);
	if (action == ACT_NEXT) /* without a search */
		action = ACT_NOTE;
	if (!p || !w->t.page->walkable)
		return treatment_scroll(&w->t, action);
	if (deed(app, w, action, p))
		return true;
	if (action == ACT_RECHECK && is_meant(app, w))
		want_run(app, w, p);
	else if ((action == ACT_COPY || action == ACT_COPY_LINE) && w->ready && p->step->kind == STEP_COMMAND && asks_first(app, w))
		return true; /* then the key again */
	else if (action == ACT_OPEN)
		app_notice(app, p->step->kind == STEP_COMMAND ? "r runs this step, c copies it" : p->step->kind == STEP_TICK ? "d: it is done" : "press the number of what you see");
	else if (action == ACT_ANSWER && w->ready)
		answer(app, w, p);
	else if (action != ACT_RECHECK)
		return treatment_act(app, &w->t, action);
	return true;
}

static bool choose(struct app *app, struct walk_view *w, int32_t k)
{
	const struct planned *p = treatment_step(&w->t);
	if (!p || p->step->kind != STEP_CHOICE || k < '1' || k > '9' || k - '1' >= p->step->options)
		return false;
	if (!w->ready || !is_meant(app, w))
		return true;
	int step = treatment_index(&w->t, w->t.at);
	walk_begin(w);
	walking_choose(&w->course, step, k - '1');
	w->present = walk_next_open(w, step);
	walk_show_step(w, w->present);
	return true;
}

static bool key(struct app *app, void *state, int32_t k)
{
	return treatment_key(app, state, k) || choose(app, state, k);
}

/* ---- the rest of a screen ---- */

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	walk_draw(app, state, c, area);
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct walk_view *w = state;
	w->t.follow = false;
	return scroll_find(&w->t.scroll, walk_body(app, w, w->t.scroll.width), text, step);
}

static void as_text(struct app *app, void *state, struct str *out)
{
	struct walk_view *w = state;
	const struct planned *p = treatment_step(&w->t);
	if (p && treatment_progress(&w->t, w->t.at)->output.len)
		str_addf(out, "# %s\n%s\n\n%s", p->step->heading, p->shown, treatment_progress(&w->t, w->t.at)->output.s);
	else
		doc_out(walk_body(app, w, 100), out);
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint watching[] = {{ACT_LATER, "step"}, {ACT_COPY, NULL}, {ACT_FIND, NULL}, {ACT_BACK, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	static const struct hint text[] = {{ACT_FIND, NULL}, {ACT_PAGER, NULL}, {ACT_BACK, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	static const struct hint command[] = {{ACT_RECHECK, "run"}, {ACT_COPY, NULL},   {ACT_DONE, NULL},   {ACT_SKIP, NULL},
					      {ACT_NEXT, "note"},   {ACT_LATER, "step"}, {ACT_BACK, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	static const struct hint with_values[] = {{ACT_RECHECK, "run"}, {ACT_COPY, NULL},   {ACT_DONE, NULL}, {ACT_SKIP, NULL},
						  {ACT_NEXT, "note"},	{ACT_ANSWER, NULL}, {ACT_LATER, "step"}, {ACT_BACK, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	static const struct hint copied[] = {{ACT_COPY, NULL},    {ACT_DONE, NULL},   {ACT_SKIP, NULL}, {ACT_NEXT, "note"}, {ACT_LATER, "step"},
					     {ACT_BACK, NULL},	  {ACT_HELP, NULL},   {ACT_NONE, NULL}};
	static const struct hint placeless[] = {{ACT_COPY, NULL},    {ACT_DONE, NULL},   {ACT_SKIP, NULL}, {ACT_NEXT, "note"}, {ACT_PLACE, NULL},
					     {ACT_LATER, "step"}, {ACT_BACK, NULL}, {ACT_HELP, NULL},   {ACT_NONE, NULL}};
	static const struct hint missing[] = {{ACT_ANSWER, NULL}, {ACT_DONE, NULL}, {ACT_SKIP, NULL}, {ACT_NEXT, "note"}, {ACT_LATER, "step"}, {ACT_BACK, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	static const struct hint hand[] = {{ACT_DONE, NULL},    {ACT_SKIP, NULL}, {ACT_NEXT, "note"}, {ACT_FAILED, NULL},
					   {ACT_LATER, "step"}, {ACT_BACK, NULL}, {ACT_HELP, NULL},   {ACT_NONE, NULL}};
	static const struct hint reading[] = {{ACT_OPEN, "read"}, {ACT_SKIP, NULL}, {ACT_NEXT, "note"}, {ACT_LATER, "step"},
					      {ACT_BACK, NULL},	  {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	static char numbers[32];
	static const struct hint choice[] = {{ACT_FIXED, numbers}, {ACT_SKIP, NULL}, {ACT_NEXT, "note"}, {ACT_LATER, "step"},
					     {ACT_BACK, NULL},		      {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	static const struct hint *const kinds[] = {[STEP_COMMAND] = command, [STEP_TICK] = hand, [STEP_READ] = reading, [STEP_CHOICE] = choice};
	const struct walk_view *w = state;
	const struct planned *p = treatment_step(&w->t);
	(void)app;
	if (treatment_hints(&w->t))
		return treatment_hints(&w->t);
	if (!p || !w->t.page->walkable)
		return text;
	if (w->watching)
		return watching;
	if (p->step->kind == STEP_COMMAND && !p->text && w->t.page->asks)
		return missing;
	snprintf(numbers, sizeof numbers, "1-%d what you see", p->step->options);
	if (p->step->kind != STEP_COMMAND || (p->text && !p->copy_only))
		return p->step->kind == STEP_COMMAND && w->t.page->asks ? with_values : kinds[p->step->kind];
	return *p->place ? copied : placeless;
}

static bool moving(void *state)
{
	const struct walk_view *w = state;
	return w->watching || !w->ready || treatment_moving(state);
}

const struct screen screen_walk = {.name = "walk",
				   .acts = true,
				   .size = sizeof(struct walk_view),
				   .open = walk_open,
				   .close = walk_close,
				   .draw = draw,
				   .act = act,
				   .find = find,
				   .text = as_text,
				   .key = key,
				   .hints = hints,
				   .tick = walk_tick,
				   .busy = treatment_busy,
				   .moving = moving,
				   .output = treatment_output,
				   .run = treatment_run,
				   .paste = treatment_paste};
