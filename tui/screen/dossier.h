/* All that is known about one node, as a document: for the evidence screen and the pane beside the
 * list. */
#ifndef WALMEDIC_TUI_SCREEN_DOSSIER_H
#define WALMEDIC_TUI_SCREEN_DOSSIER_H

#include "probes/engine/model.h"
#include "tui/widget/doc.h"

void dossier_write(struct doc *d, const struct server *s, int node, int64_t now);
/* Parts of it: how it stands and what was found; what its probe asks. */
void dossier_findings(struct doc *d, const struct server *s, int node, int64_t now);
void dossier_about(struct doc *d, const struct node *n);

#endif
