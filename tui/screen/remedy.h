#ifndef WALMEDIC_TUI_SCREEN_REMEDY_H
#define WALMEDIC_TUI_SCREEN_REMEDY_H

#include "tui/app.h"

extern const struct screen screen_remedy;

#endif
