#ifndef WALMEDIC_TUI_SCREEN_FLEET_H
#define WALMEDIC_TUI_SCREEN_FLEET_H

#include "tui/app.h"

extern const struct screen screen_fleet;

#endif
