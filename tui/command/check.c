#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/str.h"
#include "probes/engine/engine.h"
#include "probes/report/report.h"
#include "tui/session.h"

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	struct str out = {0};
	const struct report *report = report_find(c->format ? c->format : "text");
	if (!report) {
		problem_set(&p, "text, json, nagios or prometheus", "unknown format \"%.40s\"", c->format);
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	if (session_open(c, c->arg, c->args, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	session_sweep(&s);
	report->write(engine_model(s.engine), &out);
	int status = model_exit_status(engine_model(s.engine));
	/* a monitor that read nothing must not read the exit status as green */
	if (fputs(str_text(&out), stdout) < 0 || fflush(stdout)) {
		problem_set(&p, "free some space, or write elsewhere", "the report could not be written: %s", strerror(errno));
		problem_print(stderr, &p);
		status = status ? status : EXIT_USAGE;
	}
	str_free(&out);
	session_close(&s);
	return status;
}

const struct command command_check = {
	.name = "check", .args = "[SERVER...]", .about = "one sweep; the root causes first", .most = CLI_ARGS_MAX, .run = run};
