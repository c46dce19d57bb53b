/* The recorded history of one server while it is watched: chapters, each a recording of its own that begins with the last
 * reply to every question. The open one is in memory and goes to the disk bit by bit; closed ones are on disk, or in memory
 * within a bound where there is none. */
#ifndef WALMEDIC_ENGINE_KEEP_H
#define WALMEDIC_ENGINE_KEEP_H

#include "probes/base/str.h"
#include "probes/engine/history.h"
#include "probes/engine/inside.h"

/* More servers than this at once keep no replies, only changes and numbers. */
enum { KEEP_SERVERS = 16 };

/* dir: where the directories of servers are, NULL: memory only. servers: how many share the bounds. */
struct keep *keep_new(struct watched *w, const char *dir, int servers);
void keep_free(struct keep *k);
void keep_reply(struct keep *k, const struct inquiry *i, const struct reply *reply);
void keep_asked(struct keep *k, const struct question *q, enum asked asked, const char *why);
/* After judging: the newest changes, and the numbers now and then. */
void keep_notes(struct keep *k, int changes);
/* Now and then: writes what has come in, closes a chapter. */
void keep_tick(struct keep *k, int64_t now, bool at_once);
/* Recordings of what led to the moment t and of what followed, one after the other, into ret; *ret_end is the last moment
 * they tell of (t, if it is in a gap the end of what is before it). -1 when nothing of then is kept. */
int keep_read(const struct keep *k, int64_t t, struct str *ret, int64_t *ret_from, int64_t *ret_end);
/* Brings what earlier runs have noted into the history. */
void keep_remember(struct keep *k, int64_t now);
/* Why nothing is written to the disk, or "". */
const char *keep_trouble(const struct keep *k);

/* notes.c: changes and numbers as lines of a recording, and back. */
char *note_news(const struct watched *w, const struct news *n);
/* Of the numbers that are newer than those noted last, whose times are brought up to date; NULL: none is. */
char *note_numbers(const struct watched *w, int64_t now, int64_t noted[METRICS]);
/* How everything stands at the beginning of a chapter. */
char *note_standing(const struct watched *w, int64_t now);
/* A recording of an earlier time; returns the time of its last note, 0: it had none. */
int64_t notes_read(struct watched *w, const char *bytes, size_t n);

#endif
