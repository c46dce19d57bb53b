/* The first line: what is watched, how it stands, the time. */
#ifndef WALMEDIC_TUI_HEADER_H
#define WALMEDIC_TUI_HEADER_H

#include "tui/app.h"

void header_draw(struct app *a, struct canvas *c);

#endif
