/* A step is run, cancelled, handed out: the console's hands. */
#include <stdlib.h>

#include "probes/base/problem.h"
#include "probes/link/place.h"
#include "remedies/run.h"
#include "tui/console_inside.h"

bool console_can_act(void *arg, int server, const char *place, const char *user)
{
	struct console *c = arg;
	return engine_can_act(c->engine, server, place, user);
}

static void on_output(void *arg, const char *text, size_t n)
{
	struct console *c = arg;
	app_output(&c->app, text, n);
	console_paint_soon(c);
}

static void on_run(void *arg, const struct run_state *r)
{
	struct console *c = arg;
	app_run(&c->app, r);
	console_paint(c);
}

/* Lets go of the step before; false while its command still runs. */
static bool drop_run(struct console *c)
{
	if (c->run && run_state(c->run)->phase == RUN_RUNNING)
		return false;
	if (c->run && run_state(c->run)->phase == RUN_PROVING)
		run_cancel(c->run);
	run_free(c->run);
	c->run = NULL;
	return true;
}

int console_act(void *arg, int server, const char *cause, const struct planned *step,
	       struct problem *p)
{
	struct console *c = arg;
	if (!drop_run(c))
		return problem_set(p, "x stops it", "another step is still running");
	if (!c->journal)
		c->journal = journal_open();
	if (*journal_say(c->journal))
		app_notice(&c->app, "%s", journal_say(c->journal));
	else if (*journal_lost(c->journal))
		app_notice(&c->app, "%s", journal_lost(c->journal));
	struct run_order o = {.loop = c->loop,
			      .engine = c->engine,
			      .server = server,
			      .cause = cause,
			      .step = step,
			      .journal = c->journal,
			      .guard = &c->guard,
			      .read_only = c->read_only,
			      .output = on_output,
			      .changed = on_run,
			      .arg = c};
	c->run = run_start(&o, p);
	return c->run ? 0 : -1;
}

void console_cancel(void *arg)
{
	struct console *c = arg;
	if (c->run)
		run_cancel(c->run);
}

char *console_one_line(void *arg, int server, const struct planned *step)
{
	struct console *c = arg;
	struct place *place = engine_place(c->engine, server, step->place);
	struct act_spec spec = {.text = step->text,
				.user = step->user,
				.shell = step->step->bash ? ACT_BASH : ACT_SH,
				.timeout_ms = step->step->timeout_s * 1000};
	return place ? place_act_command_line(place, &spec) : NULL;
}
