/* What is kept of restore drills, one file a server in $XDG_STATE_HOME/walmedic/drill: SERVER.json says when a restore was tested (it is
 * read by the probe restore.tested, see there), SERVER.scratch where a drill has put its copy while it is not removed. */
#ifndef WALMEDIC_REMEDIES_DRILL_RECORD_H
#define WALMEDIC_REMEDIES_DRILL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/base/problem.h"

struct drill_done {
	const char *backup;      /* its id */
	int64_t at;              /* wall ms */
	double seconds;          /* RTO: copying and replaying */
	double last;             /* of the last transaction replayed, seconds since the epoch; NAN: there was none */
	bool verified;           /* its checksums were compared too */
};

/* Where a copy lies. Texts are "" when not known; what the file says is as hostile as any. */
struct drill_left {
	char directory[1024], login[64], host[256]; /* login and host "": on the Barman host */
	char at[40];
};

/* Writes the record, whole or not at all; what else the file says stays. -1 and why. */
int drill_record_write(const char *directory, const char *server, const struct drill_done *d, struct problem *p);
/* Notes where the copy lies, on disk before it is made. */
int drill_left_write(const char *directory, const char *server, const struct drill_left *l, struct problem *p);
/* 1: there is one; 0: none; -1: there is one that cannot be read, and why. */
int drill_left_read(const char *directory, const char *server, struct drill_left *ret, struct problem *p);
void drill_left_remove(const char *directory, const char *server);
/* The JSON of such a note, n bytes; -1: it is none. */
int drill_left_parse(const char *bytes, size_t n, struct drill_left *ret);
/* The JSON of the record: what `bytes` says (n 0: nothing yet), and this drill. From malloc. */
char *drill_record_text(const char *bytes, size_t n, const char *server, const struct drill_done *d);

#endif
