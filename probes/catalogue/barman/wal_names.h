/* Names of WAL files in, holes out: pure, and quick with hundreds of thousands of names. A hole is what is missing between
 * two segments of one timeline, or between a timeline and the one it came from, as its history file says. */
#ifndef WALMEDIC_CATALOGUE_BARMAN_WAL_NAMES_H
#define WALMEDIC_CATALOGUE_BARMAN_WAL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wal_names;

struct wal_hole {
	char first[25], last[25]; /* missing; both "" when it is a history file that is missing */
	char after[25];           /* the last segment that is there before it, or "" */
	uint32_t timeline;
	uint64_t segments;        /* how many are missing */
	bool history;             /* the timeline's history file is missing: nobody can say where it branched off */
};

/* segment_size: a power of two from 1 MB to 1 GB; anything else counts as 16 MB. */
struct wal_names *wal_names_new(double segment_size);
void wal_names_free(struct wal_names *w);
/* A segment of 24 digits; other names (.partial, .backup, .history) are passed over: false. */
bool wal_names_add(struct wal_names *w, const char *name);
/* All segments from..to of one directory: its 16 digits, and the lowest and highest 8 behind them. */
bool wal_names_add_run(struct wal_names *w, const char *directory, const char *from, const char *to);
/* The text of NNNNNNNN.history: a line "timeline LSN reason" for each ancestor. */
bool wal_names_add_history(struct wal_names *w, const char *name, const char *text);
/* The holes in order of timeline and place, at most max of them; returns how many there are. */
int wal_names_holes(struct wal_names *w, struct wal_hole *ret, int max);
/* The lowest and the highest name of each timeline, at most max of them; returns how many timelines there are. */
struct wal_span {
	char first[25], last[25];
};
int wal_names_spans(struct wal_names *w, struct wal_span *ret, int max);
uint64_t wal_names_count(const struct wal_names *w);

#endif
