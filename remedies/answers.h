/* What the setup wizard asks for: the rules of each value, and a file of them for when nobody is there. The format is doc/setup.md. */
#ifndef WALMEDIC_REMEDIES_ANSWERS_H
#define WALMEDIC_REMEDIES_ANSWERS_H

#include <stdbool.h>

#include "remedies/plan.h"

enum { ANSWERS_MAX = 24 };

struct answers {
	struct answer answer[ANSWERS_MAX];
	int n;
	bool may_restart;
};

/* Is this a value for it? -1, one sentence and a HINT. A name that has no rule takes every value. */
int answers_check(const char *name, const char *value, struct problem *p);
/* NULL when it is not there. */
const char *answers_get(const struct answers *a, const char *name);
/* Adds a value, or replaces it; the strings live as long as the caller keeps them. */
void answers_set(struct answers *a, const char *name, const char *value);
/* Reads the bytes of a file; strings from the arena. -1 with FILE:LINE for the first thing that is wrong. */
int answers_parse(struct arena *arena, const char *file, const char *bytes, struct answers *ret, struct problem *p);
/* Is everything in it that nobody could be asked for? -1, one sentence and a HINT: no host key is ever accepted without a word. */
int answers_complete(const struct answers *a, const char *file, struct problem *p);

#endif
