/* Commands and lines that are passed on in articles and wikis and are wrong: with the right form and the reason. */
#ifndef WALMEDIC_REMEDIES_KNOWN_WRONG_H
#define WALMEDIC_REMEDIES_KNOWN_WRONG_H

#include <stdbool.h>

#include "remedies/page.h"

struct known_wrong {
	const char *pattern;   /* POSIX extended regular expression, without regard to case, for one command line */
	const char *right;     /* what to write instead */
	const char *why;       /* one sentence without its full stop */
	bool never;            /* it fails, does nothing or loses data: may be copied, is not run */
};

/* Calls each (command: the line itself) for every line of the text that is known to be wrong (lines that a backslash joins are one; comments are
 * passed over); line 0 is the first of the text. Stops when it returns other than 0 and returns that. */
int known_wrong_each(const char *text, int (*each)(void *arg, const struct known_wrong *w, int line, const char *command), void *arg);
/* Is there one that must never run? */
bool known_wrong_never(const char *text);
/* "goes to another host by ssh", "is interactive": why the text cannot be run where nobody can answer; or NULL. */
const char *known_wrong_asks(const char *text);
/* What a command of a page that names no risk does at worst, as far as its words tell: change, restart or destructive. */
enum risk known_wrong_risk(const char *text);

#endif
