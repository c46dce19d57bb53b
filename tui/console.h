/* The console: app, terminal and loop together. */
#ifndef WALMEDIC_TUI_CONSOLE_H
#define WALMEDIC_TUI_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct engine;

struct console_options {
	bool read_only, ascii, no_color, quiet_clock, mouse;
	const char *theme;   /* NULL: default; no_color wins */
	const char *runbooks; /* directory of the team's own, or NULL */
	const char *walk;    /* the runbook that is opened at once, by its name or path, or NULL */
	const char *notice;  /* the first news, or NULL */
	const char *setup;   /* the command line of the wizard, or NULL */
	/* Whom to call for a server; NULL: nobody is known. */
	void (*contact)(void *arg, const char *server, char *ret, size_t size);
	void *arg;
};

/* Runs until the operator leaves or the terminal goes. Returns the exit status of the program: 0,
 * or 3 with a sentence on stderr when there is no terminal to paint on. */
int console_run(struct loop *l, struct engine *e, const struct console_options *o);

#endif
