/* needs ◂ node ▸ breaks: one hop each way. */
#ifndef WALMEDIC_TUI_WIDGET_FOCUS_H
#define WALMEDIC_TUI_WIDGET_FOCUS_H

#include "probes/engine/model.h"
#include "tui/canvas.h"

enum { FOCUS_LINES = 5 };

struct arena;
void focus_draw(const struct server *s, int node, struct arena *a, struct canvas *c,
		struct area area);
/* The first need (those that are not green first), or the first node that it breaks; -1: none. */
int focus_need(const struct server *s, int node);
int focus_break(const struct server *s, int node);

#endif
