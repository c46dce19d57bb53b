/* What is looked for on the screen that is open: begun by "/", gone on with n and N, forgotten by Esc or when the screen changes. */
#ifndef WALMEDIC_TUI_FIND_H
#define WALMEDIC_TUI_FIND_H

#include <stdbool.h>

struct app;
struct canvas;

/* Shows the first place from here on; "" forgets. Says in a notice when there is none. */
void find_begin(struct app *a, const char *text);
/* step 1: the next place, -1: the one before. */
void find_go(struct app *a, int step);
void find_forget(struct app *a);
/* Is something looked for here? */
bool find_active(const struct app *a);
/* Marks every place on the canvas between two rows. */
void find_mark(const struct app *a, struct canvas *c, int from, int to);

#endif
