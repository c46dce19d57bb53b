#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/config/discover.h"
#include "probes/config/walmedic.h"
#include "probes/engine/engine.h"
#include "remedies/fix.h"
#include "tui/command/screen.h"
#include "tui/console.h"
#include "tui/keys.h"
#include "tui/style.h"
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

static const struct theme *configured;
static bool mouse;

static const struct theme *find_theme(const char *name, struct problem *p)
{
	struct str names = {0};
	const struct theme *t = theme_find(name);
	for (int i = 0; theme_at(i); i++)
		str_addf(&names, "%s%s", i ? ", " : "the themes are ", theme_at(i)->name);
	if (!t)
		problem_set(p, str_text(&names), "there is no theme \"%.40s\"", name);
	str_free(&names);
	return t;
}

static int take_look(const struct own_key *k, struct problem *p)
{
	if (!strcmp(k->action, "mouse")) {
		mouse = !strcmp(k->keys, "yes");
		return mouse || !strcmp(k->keys, "no") ? 0 : problem_set(p, "mouse = yes or mouse = no", "mouse is \"%.40s\"", k->keys);
	}
	configured = find_theme(k->keys, p);
	return configured ? 0 : -1;
}

/* --no-color, then --theme, then NO_COLOR, then the configuration. */
static int choose_theme(const struct cli *c, const char **ret, struct problem *p)
{
	const char *no_color = getenv("NO_COLOR");
	if (discover_looks(c->config, take_look, p) || (c->theme && !find_theme(c->theme, p)))
		return -1;
	*ret = c->theme ? c->theme : no_color && *no_color ? "mono" : configured ? configured->name : NULL;
	return 0;
}

static void contact_of(void *arg, const char *server, char *ret, size_t size)
{
	const struct cli *c = arg;
	struct problem p;
	if (session_contact(c, server, ret, size, &p))
		*ret = '\0';
}

/* This program again, as the wizard. */
static void setup_command(struct str *out)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	path[n > 0 ? n : 0] = '\0';
	str_add(out, "exec ");
	text_shell_quote(out, n > 0 ? path : "walmedic");
	str_add(out, " setup");
}

int screen_run(const struct cli *c, struct session *s)
{
	return screen_walk_run(c, s, NULL, NULL);
}

int screen_walk_run(const struct cli *c, struct session *s, const char *runbook, const char *notice)
{
	struct problem p;
	const char *theme = NULL;
	char runbooks[512];
	struct str wizard = {0};
	if (discover_keys(c->config, take_key, &p) || choose_theme(c, &theme, &p) || session_runbooks(c, runbooks, sizeof runbooks, &p)) {
		problem_print(stderr, &p);
		session_close(s);
		return EXIT_USAGE;
	}
	setup_command(&wizard);
	struct console_options o = {.read_only = c->read_only, .ascii = c->ascii, .no_color = c->no_color,
				    .quiet_clock = c->quiet_clock, .mouse = mouse, .theme = theme, .runbooks = *runbooks ? runbooks : NULL,
				    .setup = str_text(&wizard), .walk = runbook, .notice = notice, .contact = contact_of, .arg = (void *)(uintptr_t)c};
	int status = console_run(s->loop, s->engine, &o);
	str_free(&wizard);
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
		if (!c->args && screen_possible() && discover_is_empty(c->config, c->barman_config)) {
			session_nowhere(c, &s);
			return screen_run(c, &s);
		}
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
