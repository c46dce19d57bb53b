/* The pipeline as boxes in two dimensions, laid out by hand. */
#ifndef WALMEDIC_TUI_WIDGET_PICTURE_H
#define WALMEDIC_TUI_WIDGET_PICTURE_H

#include "tui/widget/route.h"

enum { PICTURE_WIDE = 110 }; /* columns that it needs */

/* Lines it takes in a window of this height: a tall one has room for a word in each box. */
int picture_lines(int h);
/* Draws in the whole width of the canvas. root: stage of the root cause, -1 for none. */
void picture_draw(const struct server *s, const struct route *r, int root, struct canvas *c, int y, int lines);

/* The same with every probe by its name in its box; the one of `selected` is marked. */
int picture_whole_lines(const struct server *s);
void picture_whole(const struct server *s, const struct route *r, int root, int selected, struct canvas *c, int y);
/* The probe beside another one in that picture; the same when there is none. */
int picture_beside(const struct server *s, int node, int dy, int dx);

#endif
