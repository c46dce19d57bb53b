/* `walmedic explain`: pages as text of 80 columns. */
#ifndef WALMEDIC_REMEDIES_EXPLAIN_H
#define WALMEDIC_REMEDIES_EXPLAIN_H

#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "remedies/page.h"
#include "remedies/plan.h"

/* Every cause with its title; a * marks those that have a page. */
void explain_list(struct str *out);
/* The page of the cause; -1 and the nearest names when there is no such cause. */
int explain_cause(const char *cause, struct str *out, struct problem *p);
/* A step as it is shown before it is run: heading, prose, the commands at column 0 between two rules. */
void explain_planned(const struct planned *s, int of, struct str *out);

#endif
