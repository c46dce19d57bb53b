#include "tui/screen/treatment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "remedies/catalogue.h"
#include "remedies/course.h"
#include "remedies/walking.h"

void treatment_values(struct treatment *t)
{
	free(t->answer);
	free(t->answered);
	t->answer = xcalloc((size_t)t->page->asks + 1, sizeof *t->answer);
	t->answered = xcalloc((size_t)t->page->asks + 1, sizeof *t->answered);
}

void treatment_begin(struct treatment *t)
{
	if (!t->page)
		return;
	t->progress = xcalloc((size_t)t->page->steps + 1, sizeof *t->progress);
	treatment_values(t);
}

void treatment_end(struct treatment *t)
{
	for (int i = 0; t->page && i < t->page->steps; i++)
		str_free(&t->progress[i].output);
	if (t->page)
		explicit_bzero(t->answer, (size_t)t->page->asks * sizeof *t->answer);
	free(t->progress);
	free(t->answer);
	free(t->answered);
	arena_free(t->page_arena);
	arena_free(t->plan_arena);
	arena_free(t->run_arena);
}

const struct server *treatment_server(const struct app *app, const struct treatment *t)
{
	const struct server *s = app_server(app);
	return s || !t->course ? s : walking_nowhere();
}

const struct planned *treatment_step(const struct treatment *t)
{
	return t->at < t->plan.steps ? &t->plan.step[t->at] : NULL;
}

int treatment_index(const struct treatment *t, int at)
{
	return (int)(t->plan.step[at].step - t->page->step);
}

struct progress *treatment_progress(const struct treatment *t, int at)
{
	return &t->progress[treatment_index(t, at)];
}

int treatment_node(const struct app *app, const struct treatment *t)
{
	const struct server *s = app_server(app);
	return s ? plan_cause_node(s, t->cause) : -1;
}

bool treatment_cause_gone(const struct app *app, const struct treatment *t)
{
	return app_server(app) && treatment_node(app, t) < 0;
}

const char *treatment_unproven(const struct server *s, const struct step *step)
{
	for (int i = 0; step->proves[i]; i++) {
		int node = server_node(s, step->proves[i]);
		if (node < 0 || s->node[node].verdict.state != STATE_OK)
			return step->proves[i];
	}
	return NULL;
}

bool treatment_watching(const struct treatment *t)
{
	if (!treatment_step(t))
		return false;
	const struct progress *g = treatment_progress(t, t->at);
	return !g->done && g->how != IDLE && g->run.phase == RUN_PROVING;
}

struct actor {
	struct app *app;
	int server;
};

static bool can_act(void *arg, const char *place, const char *user)
{
	const struct actor *a = arg;
	return a->app->ops->can_act(a->app->ops_arg, a->server, place, user);
}

static int first_open(const struct treatment *t)
{
	int i = 0;
	while (i < t->plan.steps - 1 && treatment_progress(t, i)->done)
		i++;
	return i;
}

/* A step with a proof is done when its probes are green, whoever did it; another when it ran well.
 */
static void tick_off(struct treatment *t)
{
	bool moved = false;
	for (int i = 0; i < t->plan.steps; i++) {
		const struct planned *p = &t->plan.step[i];
		struct progress *g = treatment_progress(t, i);
		bool done = p->step->proves[0] ? p->proven && g->how != RUNNING : g->how == RAN;
		if (done && !g->done && i == t->at)
			moved = true;
		if (done && !t->planned)
			g->was_green = true;
		g->done = done;
	}
	if (!t->planned)
		t->at = first_open(t);
	while (t->planned && moved && t->at < t->plan.steps - 1 && treatment_progress(t, t->at)->done) {
		t->at++;
		t->scroll = (struct scroll){0};
		t->by_hand = false;
	}
}

void treatment_make(struct app *app, const struct treatment *t, struct arena *a, struct plan *ret)
{
	struct answer *answers = arena_alloc(a, sizeof *answers * (size_t)(t->page->asks + 1));
	struct actor actor = {app, t->server};
	int n = 0;
	for (int i = 0; i < t->page->asks; i++)
		if (t->answered[i])
			answers[n++] = (struct answer){t->page->ask[i].name, t->answer[i]};
	struct plan_for f = {.server = treatment_server(app, t),
			     .cause = t->course ? NULL : t->cause,
			     .answer = answers,
			     .answers = n,
			     .on = t->course ? t->course->on : NULL,
			     .as = t->course ? t->course->as : NULL,
			     .read_only = app->options.read_only,
			     .since = t->acted_at,
			     .can_act = app_server(app) ? can_act : NULL,
			     .arg = &actor};
	plan_make(a, t->page, &f, ret);
}

/* The same step stays in view when others come and go with what is known. */
static void stay_at(struct treatment *t, const struct step *step)
{
	for (int i = 0; step && i < t->plan.steps; i++)
		if (t->plan.step[i].step == step)
			t->at = i;
	if (t->at >= t->plan.steps)
		t->at = t->plan.steps ? t->plan.steps - 1 : 0;
}

void treatment_plan(struct app *app, struct treatment *t)
{
	if (!t->page || !treatment_server(app, t))
		return;
	const struct step *in_view = t->planned && treatment_step(t) ? treatment_step(t)->step : NULL;
	arena_reset(t->plan_arena);
	treatment_make(app, t, t->plan_arena, &t->plan);
	stay_at(t, in_view);
	if (!t->course)
		tick_off(t);
	t->planned = true;
	t->planned_at = app->model->version;
}
