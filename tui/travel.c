#include "tui/travel.h"

#include <stdlib.h>

#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/base/text.h"
#include "probes/engine/history.h"
#include "tui/app.h"
#include "tui/widget/words.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, TRIES = 60 };

/* ---- what does nothing in the past ---- */

static void no_ask(void *arg, int server, int node)
{
	(void)arg;
	(void)server;
	(void)node;
}

static bool cannot_act(void *arg, int server, const char *place, const char *user)
{
	(void)arg;
	(void)server;
	(void)place;
	(void)user;
	return false;
}

static int no_act(void *arg, const struct act_for *f, const struct planned *step, struct problem *p)
{
	(void)arg;
	(void)f;
	(void)step;
	return problem_set(p, "Esc returns to now", "nothing is run from the past");
}

static char *no_line(void *arg, int server, const struct planned *step)
{
	(void)arg;
	(void)server;
	(void)step;
	return NULL;
}

void travel_init(struct app *a, const struct model *live)
{
	a->travel = (struct travel){.live = live};
	a->travel.harmless = xcalloc(1, sizeof *a->travel.harmless);
}

void travel_done(struct app *a)
{
	free(a->travel.harmless);
}

static void leave(struct app *a)
{
	if (a->travel.away)
		return;
	a->travel.away = true;
	a->travel.ops = a->ops;
	*a->travel.harmless = *a->ops;
	a->travel.harmless->ask_now = no_ask;
	a->travel.harmless->can_act = cannot_act;
	a->travel.harmless->act = no_act;
	a->travel.harmless->one_line = no_line;
	a->travel.harmless->incident = NULL;
	a->travel.harmless->setup = NULL;
	a->ops = a->travel.harmless;
}

void travel_home(struct app *a)
{
	if (!a->travel.away)
		return;
	a->ops = a->travel.ops;
	a->model = a->travel.live;
	a->travel.away = false;
	a->now = a->model->now;
	a->ops->past(a->ops_arg, 0, 0, NULL);
	app_notice(a, "now again");
}

/* ---- moving ---- */

static bool is_bound_to_now(const struct app *a)
{
	for (int i = 0; i < a->depth; i++)
		if (a->stack[i].screen->acts)
			return true;
	return false;
}

static bool go(struct app *a, int64_t t)
{
	struct problem why = {.say = ""};
	const struct model *m = a->ops->past ? a->ops->past(a->ops_arg, a->server, t, &why) : NULL;
	if (!m) {
		app_notice(a, "%s", *why.say ? why.say : "nothing is kept to go back to");
		return false;
	}
	leave(a);
	a->model = m;
	a->now = m->now;
	return true;
}

static bool may_leave(struct app *a)
{
	if (!is_bound_to_now(a))
		return true;
	app_notice(a, "a remedy is of now: leave it first, then go back in time");
	return false;
}

void travel_to(struct app *a, int64_t t)
{
	if (!may_leave(a))
		return;
	if (t >= a->travel.live->now)
		travel_home(a);
	else
		go(a, t);
}

static int64_t grain(int64_t ago)
{
	return ago < 2 * MINUTE ? 10 * SECOND : ago < 20 * MINUTE ? MINUTE : ago < 3 * HOUR ? 10 * MINUTE : HOUR;
}

static int64_t now_of(const struct app *a)
{
	return a->travel.live->now;
}

void travel_earlier(struct app *a)
{
	int64_t from = a->travel.away ? a->now : now_of(a), ago = now_of(a) - from, by = grain(ago);
	if (!may_leave(a) || !go(a, now_of(a) - (ago / by + 1) * by))
		return;
	if (a->now >= from)
		app_notice(a, "nothing is kept of before");
}

/* Where nothing was recorded one lands before it: then on, until something is. */
void travel_later(struct app *a)
{
	int64_t from = a->now;
	if (!a->travel.away)
		return;
	for (int64_t ago = now_of(a) - from, tries = 0; ago > 0 && tries < TRIES; tries++) {
		int64_t by = grain(ago - 1);
		ago = (ago - 1) / by * by;
		if (ago <= 0)
			break;
		if (!go(a, now_of(a) - ago) || a->now > from)
			return;
	}
	travel_home(a);
}

static const struct history *history_of(const struct app *a)
{
	const struct model *m = a->travel.live;
	return a->server < m->servers ? m->server[a->server].history : NULL;
}

void travel_change_before(struct app *a)
{
	int64_t to = history_neighbour(history_of(a), a->travel.away ? a->now : now_of(a) + 1, -1);
	if (!to)
		app_notice(a, "no change before is known");
	else
		travel_to(a, to);
}

void travel_change_after(struct app *a)
{
	int64_t to = history_neighbour(history_of(a), a->now, 1);
	if (!a->travel.away)
		app_notice(a, "this is now; { goes to the change before");
	else if (!to)
		travel_home(a);
	else
		go(a, to);
}

/* ---- telling ---- */

void travel_words(const struct app *a, struct str *out)
{
	char clock[16];
	str_add(out, "-");
	text_duration(out, (double)(now_of(a) - a->now) / SECOND);
	str_addf(out, ", %s", words_clock(a->now, clock));
}

const struct hint *travel_hints(const struct app *a)
{
	static const struct hint hints[] = {
		{ACT_BACK, "now"},    {ACT_EARLIER, NULL}, {ACT_LATER, NULL}, {ACT_CHANGE_BEFORE, "change"}, {ACT_CHANGE_AFTER, "change"},
		{ACT_CHANGES, NULL}, {ACT_TRENDS, NULL},  {ACT_HELP, NULL},  {ACT_NONE, NULL}};
	return a->travel.away ? hints : NULL;
}
