/* What changed of late, in lines: changes of one moment and one kind together. */
#ifndef WALMEDIC_TUI_WIDGET_RECENT_H
#define WALMEDIC_TUI_WIDGET_RECENT_H

#include "probes/engine/model.h"
#include "tui/canvas.h"

/* Newest first, as many as there is room for. */
void recent_draw(const struct server *s, struct canvas *c, struct area area);
/* The one that says most of the last ones, in one line. */
void recent_last(const struct server *s, struct canvas *c, int y);

#endif
