/* What came back for one question: complete, cleaned at the door, plain data. */
#ifndef WALMEDIC_LINK_REPLY_H
#define WALMEDIC_LINK_REPLY_H

#include <stddef.h>
#include <stdint.h>

enum outcome {
	REPLY_DONE,    /* it was asked and answered: status / rows hold */
	REPLY_NO_LINK, /* the place could not be reached: stage, words, sys_errno, sqlstate hold */
	REPLY_TIMEOUT, /* reached, but no answer before the deadline; stage says what it was doing */
	REPLY_LOST,    /* the link broke in the middle */
};
extern const char *const outcome_names[]; /* "done", "no-link", "timeout", "lost" */

struct reply {
	enum outcome outcome;
	int status;            /* sh: exit status (128+n: killed by a signal; 124: its own deadline there). sql: 0 */
	const char *out;       /* sh: stdout and stderr as they came. login: what was printed before the begin mark */
	size_t out_len;
	const char *words;     /* the system's own words about a failure (stderr of ssh, libpq's message), never NULL */
	const char *stage;     /* resolve connect banner kex hostkey auth session | tls startup query …; "" if none */
	int sys_errno;         /* of connect(2) where known, else 0 */
	const char *sqlstate;  /* five characters, or "" */
	int rows, cols;        /* sql */
	const char *const *cell; /* rows*cols, row by row; NULL = SQL NULL */
	int64_t at;            /* wall clock ms when the reply was complete */
	int64_t took_ms;
	const char *via;       /* which link did it: "local" "libssh2" "ssh" "libpq" "psql" */
};

/* row r, column c, or NULL when NULL or out of range */
const char *reply_cell(const struct reply *r, int row, int col);

#endif
