/* The runbooks there are: those that walmedic brings, and a directory of the team's own. */
#ifndef WALMEDIC_REMEDIES_SHELF_H
#define WALMEDIC_REMEDIES_SHELF_H

#include "remedies/page.h"

struct book {
	const char *name;       /* as given to `walk`: "slot-lag", "failover.md" */
	const char *path;       /* of the team's own; NULL: ours */
	const char *title;      /* or, when it cannot be walked, why */
	int steps;              /* 0: only text, or it cannot be read */
	bool wrong;             /* title says why it cannot be read */
};

struct shelf {
	struct book *book;      /* ours first, then the team's by name */
	int books;
	struct problem problem; /* why the directory cannot be read; say is "" when it can */
};

/* directory: of the team's own, or NULL. Everything lives in the arena. */
void shelf_read(struct arena *a, const char *directory, struct shelf *ret);
/* Only the names; no page is read. */
void shelf_names(struct arena *a, const char *directory, struct shelf *ret);
/* The runbook that a name or a path means: a file there is, one of the directory (with or without .md), one of ours. *ret_path, when
 * ret_path is given: what the walk is known by. NULL and why. */
struct page *shelf_take(struct arena *a, const char *directory, const char *name, const char **ret_path, struct problem *p);

#endif
