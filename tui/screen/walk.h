#ifndef WALMEDIC_TUI_SCREEN_WALK_H
#define WALMEDIC_TUI_SCREEN_WALK_H

#include "tui/app.h"

extern const struct screen screen_walk, screen_runbooks;

/* Opens the runbook of that name or path for the server in view; among several servers one must be in view. */
void walk_start(struct app *app, const char *runbook);

#endif
