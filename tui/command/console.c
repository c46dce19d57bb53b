#include "tui/session.h"

/* Without a terminal there is nobody to look: one sweep as text. */
static int run(const struct cli *c)
{
	return command_check.run(c);
}

const struct command command_console = {
	.name = "", .args = "[SERVER]", .about = "the console: the graph, the root cause, the remedy", .most = 1, .run = run};
