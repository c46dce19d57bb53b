#ifndef WALMEDIC_TUI_COMMAND_SCREEN_H
#define WALMEDIC_TUI_COMMAND_SCREEN_H

#include "tui/session.h"

/* Are stdin and stdout a terminal that screens can be painted on? */
bool screen_possible(void);
/* The console on a session until the operator leaves; closes the session. */
int screen_run(const struct cli *c, struct session *s);
/* The same, with a runbook open (its name or path, or NULL) and a first piece of news (or NULL). */
int screen_walk_run(const struct cli *c, struct session *s, const char *runbook, const char *notice);

#endif
