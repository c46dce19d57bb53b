/* How data flows between the stages, by hand: what the strip and the picture both draw. */
#ifndef WALMEDIC_TUI_WIDGET_FLOW_H
#define WALMEDIC_TUI_WIDGET_FLOW_H

#include "tui/widget/route.h"

struct flow {
	enum stage from, to;
};

extern const struct flow flows[];  /* from == to at the end */

/* The stages on the way of the harm: the root cause's own, and from there to the recovery point by what
 * the route names, else by the first way of the table. root -1: none. */
void flow_harm(const struct route *r, int root, bool ret[STAGES]);
/* What an arrow or a frame on that way is drawn in: red where the harm has come already. */
style_t flow_style(const struct server *s, enum stage stage);
/* The probe that speaks for a stage: its worst one, the first of them; -1 when none applies. */
int flow_speaker(const struct server *s, enum stage stage);

#endif
