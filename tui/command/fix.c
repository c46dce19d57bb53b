#include <stdio.h>

#include "probes/engine/probe.h"
#include "remedies/fix.h"
#include "tui/session.h"

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	struct cli mine = *c;
	const char *cause = c->args > 1 ? c->arg[1] : NULL;
	mine.history = true; /* for the report of the incident */
	if (cause && !cause_find(cause)) {
		problem_set(&p, "\"walmedic explain\" lists them", "there is no cause \"%s\"", cause);
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	if (session_open(&mine, c->arg, cause ? 1 : c->args, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	/* a named server is gone through at once, else there is a choice to make */
	int status = c->args ? fix_walk(s.loop, s.engine, 0, cause, c->read_only) : fix_talk(s.loop, s.engine, 0, c->read_only);
	session_close(&s);
	return status;
}

const struct command command_fix = {
	.name = "fix", .args = "[SERVER [CAUSE]]", .about = "the walkthrough to green, line by line: for dumb terminals and screen readers",
	.most = 2, .run = run};
