#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "probes/config/discover.h"
#include "probes/config/walmedic.h"
#include "probes/engine/engine.h"
#include "remedies/fix.h"
#include "tui/command/screen.h"
#include "tui/console.h"
#include "tui/keys.h"
#include "tui/term.h"

static bool is_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

bool screen_possible(void)
{
	return is_terminal() && term_possible();
}

/* The last rung: lines in, lines out, and everything can still be done. */
static int talk(const struct cli *c, struct session *s)
{
	const char *term = getenv("TERM");
	printf("the terminal \"%s\" cannot place text on a screen: this is the dialogue instead (TERM=xterm walmedic tries the screens)\n",
	       term ? term : "");
	int status = fix_talk(s->loop, s->engine, 0, c->read_only);
	session_close(s);
	return status;
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
	if (!is_terminal())
		return command_check.run(c);
	struct cli mine = *c;
	mine.history = true;
	if (session_open(&mine, c->arg, c->args, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	if (!screen_possible())
		return talk(c, &s);
	engine_start(s.engine, true);
	return screen_run(c, &s);
}

const struct command command_console = {
	.name = "", .args = "[SERVER]", .about = "the console: the graph, the root cause, the remedy", .most = 1, .run = run};
