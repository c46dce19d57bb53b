/* Another program on the terminal for a while: a shell, a pager. The loop goes on turning. */
#ifndef WALMEDIC_TUI_OUTSIDE_H
#define WALMEDIC_TUI_OUTSIDE_H

#include <stddef.h>

struct loop;
struct problem;
struct outside;

/* Runs `sh -c COMMAND` in the foreground of the terminal on fd tty, with text (NULL: the terminal itself) as its stdin; calls when it has
 * ended and the terminal is ours again. NULL and why in p when it cannot be started. The caller neither reads nor paints meanwhile. */
struct outside *outside_start(struct loop *l, int tty, const char *command, const char *text, void (*ended)(void *arg, int status), void *arg,
			      struct problem *p);
/* Ends it now (SIGHUP); the call does not come. */
void outside_stop(struct outside *o);

#endif
