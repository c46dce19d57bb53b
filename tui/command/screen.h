#ifndef WALMEDIC_TUI_COMMAND_SCREEN_H
#define WALMEDIC_TUI_COMMAND_SCREEN_H

#include "tui/session.h"

/* Are stdin and stdout a terminal that screens can be painted on? */
bool screen_possible(void);
/* The console on a session until the operator leaves; closes the session. */
int screen_run(const struct cli *c, struct session *s);

#endif
