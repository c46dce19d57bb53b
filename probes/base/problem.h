/* An error is one plain sentence for the operator, and a HINT what to do. */
#ifndef WALMEDIC_BASE_PROBLEM_H
#define WALMEDIC_BASE_PROBLEM_H

#include <stdio.h>

struct problem {
	char say[512];
	char hint[320];
};

/* Fills both (hint may be NULL; p may be NULL) and returns -1, so that `return problem_set(…)` reads well. */
int problem_set(struct problem *p, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "walmedic: SAY\nHINT: …\n" */
void problem_print(FILE *f, const struct problem *p);

#endif
