/* `walmedic setup`: the wizard for a new server. It is a walk through a page of ours (remedies/setup) that goes on by itself where
 * nothing is to be decided; see walk.h. */
#ifndef WALMEDIC_REMEDIES_SETUP_H
#define WALMEDIC_REMEDIES_SETUP_H

#include <stdbool.h>

#include "probes/base/problem.h"

struct loop;

struct setup_order {
	struct loop *loop;
	const char *answers;  /* a file of them, when nobody is there; or NULL */
	const char *config;   /* walmedic's own configuration, to be written; NULL: where it belongs */
	unsigned timeout_ms;  /* 0 = default */
	bool read_only, anew;
};

/* Talks on stdin and stdout. 0: set up and green; 1: a step is open or has failed, and the same command goes on there;
 * -1 and why: the answers cannot be used, and nothing was done. */
int setup_walk(const struct setup_order *o, struct problem *p);

#endif
