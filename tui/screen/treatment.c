#include "tui/screen/treatment.h"

#include <stdio.h>
#include <string.h>

#include "remedies/catalogue.h"

const struct planned *treatment_step(const struct treatment *t)
{
	return t->at < t->plan.steps ? &t->plan.step[t->at] : NULL;
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
	const struct progress *g = &t->progress[t->at];
	return treatment_step(t) && !g->done && g->how != IDLE && g->run.phase == RUN_PROVING;
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
	while (i < t->plan.steps - 1 && t->progress[i].done)
		i++;
	return i;
}

/* A step with a proof is done when its probes are green, whoever did it; another when it ran well.
 */
static void tick_off(struct treatment *t)
{
	bool moved = false;
	for (int i = 0; i < t->plan.steps && i < STEPS_MAX; i++) {
		const struct planned *p = &t->plan.step[i];
		struct progress *g = &t->progress[i];
		bool done = p->step->proves[0] ? p->proven && g->how != RUNNING : g->how == RAN;
		if (done && !g->done && i == t->at)
			moved = true;
		if (done && !t->planned)
			g->was_green = true;
		g->done = done;
	}
	if (!t->planned)
		t->at = first_open(t);
	while (t->planned && moved && t->at < t->plan.steps - 1 && t->progress[t->at].done) {
		t->at++;
		t->scroll = (struct scroll){0};
		t->by_hand = false;
	}
}

void treatment_make(struct app *app, const struct treatment *t, struct arena *a, struct plan *ret)
{
	const struct server *s = app_server(app);
	struct answer answers[ANSWERS_MAX];
	struct actor actor = {app, t->server};
	int n = 0;
	for (int i = 0; i < t->page->asks && i < ANSWERS_MAX; i++)
		if (t->answered[i])
			answers[n++] = (struct answer){t->page->ask[i].name, t->answer[i]};
	struct plan_for f = {.server = s,
			     .cause = t->cause,
			     .answer = answers,
			     .answers = n,
			     .read_only = app->options.read_only,
			     .can_act = can_act,
			     .arg = &actor};
	plan_make(a, t->page, &f, ret);
	if (ret->steps > STEPS_MAX)
		ret->steps = STEPS_MAX;
}

void treatment_plan(struct app *app, struct treatment *t)
{
	if (!t->page || !app_server(app))
		return;
	arena_reset(t->plan_arena);
	treatment_make(app, t, t->plan_arena, &t->plan);
	tick_off(t);
	t->planned = true;
	t->planned_at = app->model->version;
}
