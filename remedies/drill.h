/* `walmedic drill`: the restore drill, without a hand but one yes. The steps are those of the runbook restore-drill. */
#ifndef WALMEDIC_REMEDIES_DRILL_H
#define WALMEDIC_REMEDIES_DRILL_H

#include <stdbool.h>

#include "probes/base/problem.h"

struct loop;
struct engine;

struct drill_order {
	struct loop *loop;
	struct engine *engine;   /* of one server, not yet started */
	const char *to;          /* [USER@HOST:]/DIRECTORY, or NULL: /var/tmp on the Barman host */
	const char *at;          /* a point in time, as date reads it; NULL: as far as the WAL reaches */
	bool read_only;
};

enum drill_status { DRILL_DONE, DRILL_NOT_MADE, DRILL_FAILED };

/* Before anything is asked: is what was typed a place? -1 and why. */
int drill_check(const struct drill_order *o, struct problem *p);
/* Talks on stdin and stdout. Looks, asks once, restores, checks, removes the copy whatever happened, and writes the record when it
 * succeeded. What a drill that was killed has left, and has noted, is removed first. Returns an enum drill_status. */
int drill_run(const struct drill_order *o);

#endif
