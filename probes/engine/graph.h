/* One pass judges every probe and finds the root causes; pure over the view's facts. */
#ifndef WALMEDIC_ENGINE_GRAPH_H
#define WALMEDIC_ENGINE_GRAPH_H

#include "probes/engine/model.h"

/* Makes the nodes of s from the catalogue, which must stand in order of needs. */
void graph_build(struct server *s);
void graph_free(struct server *s);
/* Judges all nodes from s->view and fills states, explanations, roots, advice, forecast, changes. */
void graph_judge(struct server *s);

/* Nearest failing cause that explains `finding` of node n: the index of its node, or -1. */
int graph_explain(const struct server *s, int n, const struct finding *finding);
/* Does the edge hold: by the server's being up or down (as pg.connect saw it), by the host of what
 * explains (from, NULL: not observed) and of what is explained (to)? */
bool graph_edge_holds(const struct server *s, const struct blame *edge, const struct finding *from, const struct finding *to);

#endif
