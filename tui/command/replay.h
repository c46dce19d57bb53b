#ifndef WALMEDIC_TUI_COMMAND_REPLAY_H
#define WALMEDIC_TUI_COMMAND_REPLAY_H

#include "tui/session.h"

/* Shows a recording on the screen, or without a terminal its last moment as a report; exit status. */
int replay_show(const struct cli *c, const char *bytes, size_t n);

#endif
