#include <stdio.h>

#include "probes/engine/engine.h"
#include "remedies/drill.h"
#include "tui/session.h"

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	struct cli mine = *c;
	mine.history = true; /* for the report of an incident */
	if (session_open(&mine, c->arg, c->args, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	int status = EXIT_USAGE;
	struct drill_order o = {.loop = s.loop, .engine = s.engine, .to = c->to, .at = c->at, .read_only = c->read_only};
	if (engine_model(s.engine)->servers != 1) {
		problem_set(&p, "walmedic drill SERVER", "there are several servers, and a drill is of one");
		problem_print(stderr, &p);
	} else if (drill_check(&o, &p)) {
		problem_print(stderr, &p);
	} else {
		status = drill_run(&o);
	}
	session_close(&s);
	return status;
}

const struct command command_drill = {
	.name = "drill", .args = "[SERVER]", .about = "restores the latest backup apart, starts and checks the copy, tells the time it took, removes it",
	.most = 1, .run = run};
