#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "probes/engine/engine.h"
#include "probes/link/loop.h"
#include "tui/session.h"

static void stop(void *arg)
{
	*(bool *)arg = true;
}

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	bool stopped = false;
	if (session_open(c, c->arg, 1, c->arg[1], &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	bool live = isatty(STDIN_FILENO);
	if (live) {
		printf("recording %s to %s; Ctrl-C ends it\n", c->arg[0], c->arg[1]);
		fflush(stdout);
		loop_signal_watch(s.loop, SIGINT, stop, &stopped);
		loop_signal_watch(s.loop, SIGTERM, stop, &stopped);
		loop_signal_watch(s.loop, SIGHUP, stop, &stopped);
		engine_start(s.engine, true);
		while (!stopped && engine_records(s.engine))
			loop_turn(s.loop, 1000);
	} else {
		session_sweep(&s);
	}
	bool recorded = engine_records(s.engine);
	session_close(&s);
	if (!recorded)
		return EXIT_USAGE;
	printf("recorded to %s; see it with `walmedic replay %s`\n", c->arg[1], c->arg[1]);
	return 0;
}

const struct command command_record = {
	.name = "record", .args = "SERVER FILE", .about = "keep every reply, to replay or to attach to a report (secrets are masked)",
	.least = 2, .most = 2, .run = run};
