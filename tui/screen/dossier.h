/* All that is known about one node, as a document: for the evidence screen and the pane beside the
 * list. */
#ifndef WALMEDIC_TUI_SCREEN_DOSSIER_H
#define WALMEDIC_TUI_SCREEN_DOSSIER_H

#include "probes/engine/model.h"
#include "tui/widget/doc.h"

void dossier_write(struct doc *d, const struct server *s, int node, int64_t now);

#endif
