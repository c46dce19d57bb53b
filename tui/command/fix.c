#include <stdio.h>

#include "remedies/fix.h"
#include "tui/session.h"

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	struct cli mine = *c;
	mine.history = true; /* for the report of the incident */
	if (session_open(&mine, c->arg, c->args, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	/* a named server is gone through at once, else there is a choice to make */
	int status = (c->args ? fix_walk : fix_talk)(s.loop, s.engine, 0, c->read_only);
	session_close(&s);
	return status;
}

const struct command command_fix = {
	.name = "fix", .args = "[SERVER]", .about = "the walkthrough to green, line by line: for dumb terminals and screen readers",
	.most = 1, .run = run};
