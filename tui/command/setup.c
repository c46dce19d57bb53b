#include <stdio.h>

#include "probes/link/loop.h"
#include "remedies/setup.h"
#include "tui/cli.h"

static int run(const struct cli *c)
{
	struct problem p;
	struct setup_order o = {.loop = loop_new(), .answers = c->answers, .config = c->config, .timeout_ms = c->timeout_ms,
				.read_only = c->read_only, .anew = c->anew};
	int status = setup_walk(&o, &p);
	if (status < 0)
		problem_print(stderr, &p);
	loop_free(o.loop);
	return status < 0 ? EXIT_USAGE : status;
}

const struct command command_setup = {
	.name = "setup", .args = "", .about = "a new server, from two bare hosts to a verified first backup; goes on where it was",
	.run = run};
