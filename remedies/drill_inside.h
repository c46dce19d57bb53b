/* The joints of the restore drill; nobody outside drill*.c includes this. */
#ifndef WALMEDIC_REMEDIES_DRILL_INSIDE_H
#define WALMEDIC_REMEDIES_DRILL_INSIDE_H

#include "remedies/drill.h"
#include "remedies/drill_record.h"
#include "remedies/fix_inside.h"

/* What the steps print as "drill.NAME=VALUE". */
enum drill_word {
	SAID_BACKUP, SAID_ENDED, SAID_VERSION, SAID_WALS, SAID_NEED, SAID_FREE, SAID_HOST, SAID_DIRECTORY, SAID_BEGUN, SAID_RESTORE_SECONDS,
	SAID_START_SECONDS, SAID_LAST, SAID_MANIFEST, SAID_DATABASES, SAID_TABLES, SAID_ROWS, SAID_DAMAGE, SAID_CHECKSUMS, SAID_REMOVED, SAID_WORDS
};
extern const char *const drill_words[SAID_WORDS];

enum drill_part { PART_BACKUP, PART_PLACE, PART_RESTORE, PART_AWAY, PARTS };

struct drill {
	struct fix fix;
	const struct drill_order *o;
	struct page *page;
	const char *records;            /* the directory of the records */
	struct drill_left mine;         /* where the copy of this drill goes */
	struct str line;                /* of a step's output, not complete yet */
	char said[SAID_WORDS][320];     /* "": not said */
	char failed[600], hint[400];    /* the first reason, or "" */
	bool refused;                   /* it says why there was no drill, not what is wrong with the backup */
	bool begun;                     /* something of ours may lie there */
	bool removed;
	char record[900];               /* what became of the record, or "" */
};

/* A step's output, as it comes. arg: a struct drill. */
void drill_hear(void *arg, const char *text, size_t n);
/* Seconds or bytes that a step said; NAN: it did not, or said no number. */
double drill_number(const struct drill *d, enum drill_word word);
/* What will be done, before it is asked for. */
void drill_tell_plan(const struct drill *d);
void drill_tell_end(const struct drill *d);

#endif
