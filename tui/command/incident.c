#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/engine/engine.h"
#include "probes/engine/past.h"
#include "remedies/incident.h"
#include "remedies/journal.h"
#include "tui/session.h"

static int run(const struct cli *c)
{
	struct cli mine = *c;
	struct session s;
	struct problem p;
	struct str out = {0};
	char contact[256] = "";
	mine.history = true;
	if (session_open(&mine, c->arg, c->args, NULL, &s, &p) || session_contact(c, c->arg[0], contact, sizeof contact, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	session_sweep(&s);
	struct journal *journal = journal_open();
	struct past *past = past_new(s.engine);
	struct incident_order o = {.server = &engine_model(s.engine)->server[0], .now = clock_wall_ms(), .journal = journal_path(journal),
				   .contact = *contact ? contact : NULL};
	incident_window(o.server, o.now, &o.window);
	const struct model *then = o.window.begin ? past_seek(past, 0, o.window.look_at, &p) : NULL;
	o.then = then && then->server[0].roots ? &then->server[0] : NULL;
	incident_write(&o, &out);
	int status = 0;
	if (fputs(str_text(&out), stdout) < 0 || fflush(stdout)) {
		problem_set(&p, "free some space, or write elsewhere", "the report could not be written: %s", strerror(errno));
		problem_print(stderr, &p);
		status = EXIT_USAGE;
	}
	str_free(&out);
	past_free(past);
	journal_close(journal);
	session_close(&s);
	return status;
}

const struct command command_incident = {
	.name = "incident", .args = "SERVER", .about = "the last incident as Markdown: impact, cause, timeline, commands, what is open", .least = 1, .most = 1, .run = run};
