/* The console: app, terminal and loop together. */
#ifndef WALMEDIC_TUI_CONSOLE_H
#define WALMEDIC_TUI_CONSOLE_H

#include <stdbool.h>

struct loop;
struct engine;

struct console_options {
	bool read_only, ascii, no_color, quiet_clock, mouse;
	const char *theme;   /* NULL: default; no_color wins */
};

/* Runs until the operator leaves or the terminal goes. Returns the exit status of the program: 0,
 * or 3 with a sentence on stderr when there is no terminal to paint on. */
int console_run(struct loop *l, struct engine *e, const struct console_options *o);

#endif
