/* The way of the harm: from where the data starts, through a node, to the recovery point. */
#ifndef WALMEDIC_TUI_WIDGET_ROUTE_H
#define WALMEDIC_TUI_WIDGET_ROUTE_H

#include "probes/engine/model.h"
#include "tui/canvas.h"

enum { ROUTE_MAX = 32 };

struct route {
	int node[ROUTE_MAX];
	int n;
	int at;               /* position of the node itself */
	bool stage[STAGES];   /* stages it passes from the node on */
};

/* node -1 gives an empty route. */
void route_find(const struct server *s, int node, struct route *ret);
/* The node that is broken or blocked because of this one? */
bool route_breaks(const struct server *s, int node, int other);
/* One line: " path: a ✓ ▸ b ✗ ▸ rpo ⊘", the far ends left out first. */
void route_draw(const struct route *r, const struct server *s, struct canvas *c, int y, int x,
		int end);

#endif
