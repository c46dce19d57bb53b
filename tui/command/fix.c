#include <stdio.h>

#include "remedies/fix.h"
#include "tui/session.h"

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	if (session_open(c, c->arg, c->args, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	int status = fix_walk(s.loop, s.engine, 0, c->read_only);
	session_close(&s);
	return status;
}

const struct command command_fix = {
	.name = "fix", .args = "SERVER", .about = "the walkthrough to green, line by line: for dumb terminals and screen readers",
	.least = 1, .most = 1, .run = run};
