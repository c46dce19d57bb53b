#ifndef WALMEDIC_TUI_SCREEN_WALK_H
#define WALMEDIC_TUI_SCREEN_WALK_H

#include "tui/app.h"

extern const struct screen screen_walk, screen_runbooks;

#endif
