/* What the dialogue and the screen of a walk have in common: nothing here talks, waits or runs. */
#ifndef WALMEDIC_REMEDIES_WALKING_H
#define WALMEDIC_REMEDIES_WALKING_H

#include "probes/engine/model.h"
#include "probes/engine/view.h"
#include "remedies/course.h"

/* A runbook can be walked where no server is known: then nothing is. */
const struct server *walking_nowhere(void);
/* A fact that walmedic cannot see from here is asked for, as any other value: page->ask grows in front. */
void walking_ask_unknown(struct arena *a, const struct view *v, struct page *page);
/* Does the step put this value in? */
bool walking_uses(const struct step *s, const char *name);
/* The branch that was chosen is walked; the others are ruled out, with the reason. What another answer had ruled out is to do again. */
void walking_choose(struct course *c, int step, int chosen);

#endif
