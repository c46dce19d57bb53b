/* Secrets never reach a screen, log, journal, argv or file. Applied at the link, to every reply. */
#ifndef WALMEDIC_BASE_SECRET_H
#define WALMEDIC_BASE_SECRET_H

#include "probes/base/str.h"

/* Appends text with the values of password=…, PGPASSWORD=…, sslpassword=…, scheme://user:pass@ and
 * the like replaced by <secret:XXXXXXXX>, a token salted per process that keeps equality. */
void secret_mask(struct str *out, const char *text, size_t n);
/* Of a text that goes on: how many bytes at its end may be the beginning of a secret, and wait for what follows. */
size_t secret_unfinished(const char *text, size_t n);
/* A further literal value to be masked wherever it appears (>= 4 bytes; shorter ones are ignored). */
void secret_learn(const char *value);

/* Appends text with tokens of this process turned back into what they stand for; for a link about to log in, and for
 * nothing else. Tokens of another process (a recording) stay as they are. */
void secret_reveal(struct str *out, const char *text);

#endif
