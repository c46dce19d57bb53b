/* The pipeline as one strip of two lines: stages joined by arrows, under each a glyph a probe. */
#ifndef WALMEDIC_TUI_WIDGET_STRIP_H
#define WALMEDIC_TUI_WIDGET_STRIP_H

#include "tui/widget/route.h"

enum { STRIP_LINES = 2 };

/* root: stage of the root cause, -1 for none. */
void strip_draw(const struct server *s, const struct route *r, int root, struct canvas *c, int y);
/* The glyphs of a stage in the order of the catalogue, in at most room columns: one a probe, else
 * counts with the worst first ("✗1⊘2✓6"). Returns the columns used. */
int strip_glyphs(const struct server *s, enum stage stage, struct canvas *c, int y, int x,
		 int room);
/* Probes that apply. */
int strip_probes(const struct server *s, enum stage stage);
/* The worst state of a stage, for the colour of its name. */
enum meaning strip_worst(const struct server *s, enum stage stage);

#endif
