/* `walmedic fix`: the walkthrough without curses, for dumb terminals, screen readers and pipes. */
#ifndef WALMEDIC_REMEDIES_FIX_H
#define WALMEDIC_REMEDIES_FIX_H

#include <stdbool.h>

struct loop;
struct engine;

/* The engine has its servers and is not yet started. Talks on stdin and stdout until everything is
 * green or the operator stops; returns the exit status: 0 all green, else as `check`. cause: only the page of this one, a piece
 * of advice too, when a probe finds it; NULL: what is to be fixed first, and on. */
int fix_walk(struct loop *l, struct engine *e, int server, const char *cause, bool read_only);
/* The same, beginning with the numbered menu: what the console is where no screen can be painted. */
int fix_talk(struct loop *l, struct engine *e, int server, bool read_only);

#endif
