#include <stdio.h>
#include <unistd.h>

#include "probes/config/discover.h"
#include "probes/config/walmedic.h"
#include "probes/engine/engine.h"
#include "tui/command/screen.h"
#include "tui/console.h"
#include "tui/keys.h"

bool screen_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int take_key(const struct own_key *k, struct problem *p)
{
	return keys_rebind(k->action, k->keys, p);
}

int screen_run(const struct cli *c, struct session *s)
{
	struct problem p;
	if (discover_keys(c->config, take_key, &p)) {
		problem_print(stderr, &p);
		session_close(s);
		return EXIT_USAGE;
	}
	struct console_options o = {.read_only = c->read_only, .ascii = c->ascii, .no_color = c->no_color,
				    .quiet_clock = c->quiet_clock, .theme = c->theme};
	int status = console_run(s->loop, s->engine, &o);
	session_close(s);
	return status;
}

/* Without a terminal there is nobody to look: one sweep as text. */
static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	if (!screen_possible())
		return command_check.run(c);
	struct cli mine = *c;
	mine.history = true;
	if (session_open(&mine, c->arg, c->args, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	engine_start(s.engine, true);
	return screen_run(c, &s);
}

const struct command command_console = {
	.name = "", .args = "[SERVER]", .about = "the console: the graph, the root cause, the remedy", .most = 1, .run = run};
