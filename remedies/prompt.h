/* Lines from standard input while the loop keeps turning. Works for terminals, pipes and files. */
#ifndef WALMEDIC_REMEDIES_PROMPT_H
#define WALMEDIC_REMEDIES_PROMPT_H

#include <stdbool.h>

#include "probes/base/str.h"

struct loop;

struct prompt {
	struct loop *loop;
	int fd;
	struct str pending;      /* read, not yet given out */
	bool ended;              /* end of input, or cancelled */
	volatile int *interrupted;
	void (*turned)(void *arg); /* after every turn of the loop, or NULL */
	bool (*wakes)(void *arg);  /* true ends the wait for a line, or NULL */
	bool woken;
	void *arg;
};

/* Prints "TEXT > " and waits for a line; NULL at the end of input, or woken. The line lives until the next call. */
const char *prompt_line(struct prompt *p, const char *text);
/* The same without showing what is typed. */
const char *prompt_secret(struct prompt *p, const char *text);
/* Is a whole line waiting? Takes it away. */
bool prompt_nudged(struct prompt *p);
void prompt_free(struct prompt *p);

#endif
