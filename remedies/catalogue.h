/* The pages that are compiled in. */
#ifndef WALMEDIC_REMEDIES_CATALOGUE_H
#define WALMEDIC_REMEDIES_CATALOGUE_H

#include "remedies/page.h"

struct embedded {
	const char *cause;  /* the file's name without .md */
	const char *bytes;
	size_t n;
};
extern const struct embedded embedded_runbooks[]; /* by name, likewise */
extern const struct embedded embedded_setups[]; /* by the engine they set up, likewise */
extern const struct embedded embedded_pages[]; /* by name; cause NULL at the end */

/* The page of a cause, in the arena; NULL when there is none or it is wrong. */
struct page *remedy_find(struct arena *a, const char *cause, struct problem *p);

/* The runbook of that name, likewise; a name that is near it stands in the hint. */
struct page *runbook_find(struct arena *a, const char *name, struct problem *p);
/* The page that sets up a new server, by its engine ("barman"). */
struct page *setup_find(struct arena *a, const char *engine, struct problem *p);

#endif
