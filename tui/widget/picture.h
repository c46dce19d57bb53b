/* The pipeline as boxes in two dimensions, laid out by hand. */
#ifndef WALMEDIC_TUI_WIDGET_PICTURE_H
#define WALMEDIC_TUI_WIDGET_PICTURE_H

#include "tui/widget/route.h"

enum { PICTURE_LINES = 7, PICTURE_WIDTH = 104 };

/* root: stage of the root cause, -1 for none. */
void picture_draw(const struct server *s, const struct route *r, int root, struct canvas *c, int y,
		  int x);

#endif
