/* What the client's texts say about where a connection to PostgreSQL broke. LC_MESSAGES is C for the
 * client; the server's own words may be in any language, its SQLSTATE is not. */
#ifndef WALMEDIC_LINK_SQL_WORDS_H
#define WALMEDIC_LINK_SQL_WORDS_H

#include <stdbool.h>

struct str;

/* Seat belts of every connection; the wall is that questions are single read-only statements. */
#define SQL_OPTIONS "-c statement_timeout=5000 -c lock_timeout=1000 -c default_transaction_read_only=on"

struct sql_fault {
	const char *stage;  /* client resolve connect tls auth startup */
	int sys_errno;
	char sqlstate[6];   /* verbose messages only, else deduced from well-known English texts, else "" */
	bool timed_out;
};

void sql_words_fault(const char *words, struct sql_fault *ret);
/* Without the LOCATION line of verbose messages. */
void sql_words_plain(const char *message, struct str *out);

#endif
