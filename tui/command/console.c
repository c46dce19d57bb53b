#include <stdio.h>
#include <unistd.h>

#include "tui/console.h"
#include "tui/command/run_console.h"

/* Without a terminal there is nobody to look: one sweep as text. */
static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return command_check.run(c);
	if (session_open(c, c->arg, c->args, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	engine_start(s.engine, true);
	return run_console(c, &s);
}

const struct command command_console = {
	.name = "", .args = "[SERVER]", .about = "the console: the graph, the root cause, the remedy", .most = 1, .run = run};
