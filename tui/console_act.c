/* A step is run, cancelled, handed out: the console's hands. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "probes/engine/past.h"
#include "probes/link/place.h"
#include "remedies/incident.h"
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

/* Where it goes when it cannot go where it should, and what an earlier walmedic left unfinished. */
static void say_journal(struct console *c)
{
	if (*journal_say(c->journal))
		app_notice(&c->app, "%s", journal_say(c->journal));
	else if (*journal_lost(c->journal))
		app_notice(&c->app, "%s", journal_lost(c->journal));
}

struct journal *console_journal(void *arg)
{
	struct console *c = arg;
	if (engine_model(c->engine)->replaying)
		return NULL;
	if (!c->journal) {
		c->journal = journal_open();
		say_journal(c);
	}
	return c->journal;
}

int console_act(void *arg, const struct act_for *f, const struct planned *step, struct problem *p)
{
	struct console *c = arg;
	if (!drop_run(c))
		return problem_set(p, "x stops it", "another step is still running");
	if (!c->journal)
		c->journal = journal_open();
	say_journal(c);
	struct run_order o = {.loop = c->loop,
			      .engine = c->engine,
			      .server = f->server,
			      .cause = f->cause,
			      .step = step,
			      .journal = c->journal,
			      .walk = f->walk,
			      .key = f->key,
			      .guard = &c->guard,
			      .read_only = c->read_only,
			      .output = on_output,
			      .changed = on_run,
			      .arg = c};
	c->run = run_start(&o, p);
	return c->run ? 0 : -1;
}

void console_let_go(void *arg)
{
	drop_run(arg);
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

/* ---- the report of an incident ---- */

static void write_incident(struct console *c, int server, struct str *out)
{
	const struct server *s = &engine_model(c->engine)->server[server];
	struct journal *j = console_journal(c);
	struct problem p;
	char contact[256] = "";
	if (c->options->contact)
		c->options->contact(c->options->arg, s->name, contact, sizeof contact);
	struct incident_order o = {.server = s, .now = engine_model(c->engine)->replaying ? engine_model(c->engine)->now : clock_wall_ms(),
				   .journal = j ? journal_path(j) : "", .contact = *contact ? contact : NULL};
	incident_window(s, o.now, &o.window);
	struct past *past = o.window.begin ? past_new(c->engine) : NULL;
	const struct model *then = past ? past_seek(past, server, o.window.look_at, &p) : NULL;
	o.then = then && server < then->servers && then->server[server].roots ? &then->server[server] : NULL;
	incident_write(&o, out);
	past_free(past);
}

/* Beside the journal, where only we write; a name of its own each time. */
static int incident_file(const struct console *c, const char *name, char *path, size_t size)
{
	char *home[JOURNAL_HOMES];
	char at[40];
	int fd = -1;
	clock_rfc3339(clock_wall_ms(), at, sizeof at);
	for (char *p = at; *p; p++)
		*p = *p == ':' ? '-' : *p;
	journal_homes(home);
	for (int i = 0; i < JOURNAL_HOMES; i++) {
		char *slash = home[i] ? strrchr(home[i], '/') : NULL;
		if (slash && fd < 0) {
			snprintf(path, size, "%.*s/incident-%.60s-%s.md", (int)(slash - home[i]), home[i], name, at);
			fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		}
		free(home[i]);
	}
	(void)c;
	return fd;
}

int console_incident(void *arg, int server, char *path, size_t size, struct problem *p)
{
	struct console *c = arg;
	struct str text = {0};
	write_incident(c, server, &text);
	int fd = incident_file(c, engine_model(c->engine)->server[server].name, path, size);
	bool bad = fd < 0 || write(fd, str_text(&text), text.len) != (ssize_t)text.len || fsync(fd);
	int why = errno;
	if (fd >= 0)
		close(fd);
	str_free(&text);
	return bad ? problem_set(p, "walmedic incident SERVER writes it to standard output", "the report cannot be written to %.300s: %s", path, strerror(why)) : 0;
}
