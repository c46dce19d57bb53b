/* A runbook: any Markdown page that people follow. Everything in it becomes a step to walk: commands, check boxes,
 * sections of prose, choices. What walmedic does not know in it is left alone; what it does know must be right. */
#ifndef WALMEDIC_REMEDIES_RUNBOOK_H
#define WALMEDIC_REMEDIES_RUNBOOK_H

#include "remedies/page.h"

/* Parses it; everything of it lives in the arena. NULL with file and line in the problem. A text without any step is a
 * page that is not walkable, and no error. */
struct page *runbook_parse(struct arena *a, const char *file, const char *bytes, size_t n, struct problem *p);
/* A file of the user's own: regular, owned by root or the caller, not writable by others. */
struct page *runbook_read(struct arena *a, const char *path, struct problem *p);

#endif
