/* How far the walk on the screen is: opened, taken over, ticked by probes. */
#include <stdio.h>
#include <string.h>

#include "remedies/lock.h"
#include "remedies/shelf.h"
#include "remedies/walking.h"
#include "tui/screen/walk.h"
#include "tui/screen/walking_inside.h"

enum { LOOK_MS = 2000 };

static int64_t mono(struct app *app)
{
	return app->ops->mono_ms(app->ops_arg);
}

static struct journal *journal_of(struct app *app)
{
	return app->ops->journal ? app->ops->journal(app->ops_arg) : NULL;
}

/* ---- the course ---- */

static void load_course(struct app *app, struct walk_view *w)
{
	struct treatment *t = &w->t;
	arena_reset(w->course_arena);
	course_load(w->course_arena, t->page, w->path, treatment_server(app, t)->name, journal_of(app), &w->course);
	for (int i = 0; i < t->page->asks; i++) {
		t->answered[i] = w->course.value[i] != NULL;
		snprintf(t->answer[i], sizeof t->answer[i], "%s", t->answered[i] ? w->course.value[i] : "");
	}
}

/* Index in the plan of a step of the page, or -1. */
static int planned_at(const struct treatment *t, int step)
{
	for (int i = 0; i < t->plan.steps; i++)
		if (treatment_index(t, i) == step)
			return i;
	return -1;
}

void walk_show_step(struct walk_view *w, int step)
{
	int at = planned_at(&w->t, step);
	if (at >= 0)
		treatment_go(&w->t, at);
}

static bool is_open(const struct walk_view *w, int step)
{
	enum mark_state state = w->course.mark[step].state;
	return state == MARK_OPEN || state == MARK_RUNNING;
}

/* The next step of the plan that is to do, going round once from the one after `step`; -1: none. */
int walk_next_open(const struct walk_view *w, int step)
{
	const struct treatment *t = &w->t;
	int from = 0;
	while (from < t->plan.steps && treatment_index(t, from) <= step)
		from++;
	for (int i = 0; i < t->plan.steps; i++) {
		int index = treatment_index(t, (from + i) % t->plan.steps);
		if (is_open(w, index))
			return index;
	}
	return -1;
}

void walk_begin(struct walk_view *w)
{
	if (!w->course.begun || w->course.ended)
		course_begin(&w->course);
}

/* Writes the mark down; what was in view and is decided lets the next one come. */
void walk_mark(struct walk_view *w, int step, enum mark_state state, const char *how)
{
	bool in_view = treatment_step(&w->t) && treatment_index(&w->t, w->t.at) == step;
	walk_begin(w);
	course_mark(&w->course, step, state, how);
	w->present = state == MARK_OPEN ? step : walk_next_open(w, step);
	if (in_view && state != MARK_OPEN && state != MARK_FAILED && w->present >= 0)
		walk_show_step(w, w->present);
}

/* Only who holds the walk may change it; whoever tries gets it as soon as it is free. */
bool walk_is_mine(struct app *app, struct walk_view *w)
{
	if (!w->watching)
		return true;
	if (!walk_lock_take(w->lock)) {
		app_notice(app, "%s", walk_lock_holder(w->lock));
		return false;
	}
	w->watching = false;
	load_course(app, w);
	app_notice(app, "the walk is yours now: press the key again");
	return false;
}

static void take_lock(struct app *app, struct walk_view *w)
{
	struct journal *j = journal_of(app);
	if (!j)
		return;
	w->lock = walk_lock_open(journal_path(j), w->course.walk);
	w->watching = !walk_lock_take(w->lock);
}

/* The first look is finished: now it is known what must be asked and where the walk goes on. */
static void get_ready(struct app *app, struct walk_view *w)
{
	struct treatment *t = &w->t;
	const struct server *s = treatment_server(app, t);
	if (w->ready || !t->page || !s->sweep_done)
		return;
	w->mine = *t->page;
	walking_ask_unknown(t->page_arena, s->view, &w->mine);
	t->page = &w->mine;
	treatment_values(t);
	load_course(app, w);
	take_lock(app, w);
	if ((!w->course.begun || w->course.ended) && !w->watching)
		course_fresh(&w->course);
	w->ready = true;
	treatment_plan(app, t);
	w->present = course_resume(&w->course);
	if (w->present < 0 || planned_at(t, w->present) < 0)
		w->present = walk_next_open(w, w->present);
	if (!t->at || w->watching) /* who has gone on reading meanwhile stays there */
		walk_show_step(w, w->watching ? w->course.last : w->present);
}

/* ---- opening ---- */

static bool server_in_view(const struct app *app)
{
	for (int i = 0; i < app->depth; i++)
		if (app->stack[i].screen == &screen_front)
			return true;
	return app->model->servers < 2;
}

void walk_start(struct app *app, const char *runbook)
{
	for (int i = 0; i < app->depth; i++)
		if (app->stack[i].screen == &screen_walk) {
			app_notice(app, "a runbook is open already: go back first");
			return;
		}
	if (server_in_view(app))
		app_open(app, &screen_walk, &(struct subject){app->server, -1, runbook});
	else
		app_notice(app, "choose the server first: Enter on its line, then :walk %s", runbook);
}

void walk_open(struct app *app, void *state, const struct subject *about)
{
	struct walk_view *w = state;
	struct treatment *t = &w->t;
	t->server = about->server;
	t->running = t->under_way = w->present = -1;
	t->page_arena = arena_new();
	t->plan_arena = arena_new();
	t->run_arena = arena_new();
	w->course_arena = arena_new();
	w->course.arena = w->course_arena;
	t->page = shelf_take(t->page_arena, app->options.runbooks, about->cause, &w->path, &t->problem);
	t->how = &walk_treating;
	t->course = &w->course;
	if (!t->page)
		return;
	treatment_begin(t);
	load_course(app, w);
	course_fresh(&w->course);
	treatment_plan(app, t);
	get_ready(app, w);
}

void walk_close(void *state)
{
	struct walk_view *w = state;
	if (w->ready && w->course.begun && !w->course.ended && !w->watching && walk_next_open(w, -1) < 0)
		course_end(&w->course);
	walk_lock_close(w->lock);
	treatment_end(&w->t);
	arena_free(w->course_arena);
}

/* ---- time ---- */

/* The step that is to be done and is green already, or turned green while it was done by hand, needs nobody. */
static void tick_itself(struct app *app, struct walk_view *w)
{
	struct treatment *t = &w->t;
	while (w->ready && !w->watching && t->question == Q_NONE && t->running < 0 && w->present >= 0) {
		int at = planned_at(t, w->present);
		const struct planned *p = at < 0 ? NULL : &t->plan.step[at];
		if (p && (at != t->at || !p->proven || w->course.mark[w->present].state != MARK_OPEN || treatment_progress(t, at)->how != IDLE))
			break;
		if (p)
			walk_mark(w, w->present, MARK_DONE, t->by_hand ? "proven green" : "green already");
		else
			walk_mark(w, w->present, MARK_SKIPPED, "does not apply here");
	}
	const struct planned *p = treatment_step(t);
	if (p && p->step->kind == STEP_TICK && p->step->proves[0] && is_open(w, treatment_index(t, t->at)))
		t->by_hand = true;
	(void)app;
}

/* What the other one does is in the journal. */
static void look(struct app *app, struct walk_view *w)
{
	int last = w->course.last;
	if (!w->watching || mono(app) - w->looked < LOOK_MS)
		return;
	w->looked = mono(app);
	if (w->t.question == Q_NONE && walk_lock_take(w->lock)) {
		w->watching = false;
		app_notice(app, "the other one has left: the walk is yours now");
	}
	load_course(app, w);
	treatment_plan(app, &w->t);
	w->present = course_resume(&w->course);
	if (!w->watching)
		walk_show_step(w, w->present);
	else if (w->course.last != last)
		walk_show_step(w, w->course.last);
}

void walk_tick(struct app *app, void *state)
{
	struct walk_view *w = state;
	if (!w->t.page)
		return;
	treatment_tick(app, &w->t);
	get_ready(app, w);
	look(app, w);
	tick_itself(app, w);
}
