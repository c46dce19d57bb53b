/* What PostgreSQL's log says about archiving and about starting. Pure; English messages of PostgreSQL 10 to 18. */
#ifndef WALMEDIC_CATALOGUE_POSTGRES_SERVER_LOG_H
#define WALMEDIC_CATALOGUE_POSTGRES_SERVER_LOG_H

#include <stdbool.h>
#include <stddef.h>

struct log_archive {
	int status;       /* exit code; 128+n: killed by signal n; -1: no failure in these lines */
	char wal[64];     /* the segment, "" if not told */
	char words[1024]; /* what the command said, then the server's line */
};
/* The last failure of archive_command among these lines. */
void log_archive_failure(const char *text, struct log_archive *ret);
/* The quoted path of the file for which these words say that there is no space; "" if none. */
void log_full_path(const char *words, char *ret, size_t size);

struct log_start {
	char failure[1024]; /* the FATAL or PANIC that keeps the server down, with what leads to it; "" = none */
	char stopped[256];  /* the line of a shutdown on request; "" = none */
};
/* How the last life of the server ended, if it ended. */
void log_start_state(const char *text, struct log_start *ret);

#endif
