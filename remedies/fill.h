/* Placeholders in shell text: where they stand, and filling them. */
#ifndef WALMEDIC_REMEDIES_FILL_H
#define WALMEDIC_REMEDIES_FILL_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/base/str.h"

struct problem;

/* One {name} in a text, whether or not it was declared. */
struct hole {
	size_t at, len;       /* of {name} with its braces */
	const char *name;     /* points into the text, len - 2 bytes */
	int line;             /* 0 = the first line of the text */
	bool angle;           /* written <name>, as wikis do; its name may have capitals, digits, - _ and single spaces */
	bool quoted;          /* inside of quotes, a here-document, ${…} or arithmetic: the shell's, not ours to fill */
};

/* Calls each for every {name} in the order of the text; stops when it returns other than 0 and returns that.
 * Returns -2 when quotes or substitutions are still open at the end of the text. */
int fill_each(const char *text, int (*each)(void *arg, const struct hole *h), void *arg);
/* Appends value as a shell word; refuses what could be taken for an option, act on a terminal or vanish. */
int fill_value(struct str *out, const char *name, const char *value, struct problem *p);

#endif
