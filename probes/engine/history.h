/* What is kept of a server over time: every change of a state and of what was configured, and a few
 * numbers. Filled while judging and from what earlier runs have written; screens read it. */
#ifndef WALMEDIC_ENGINE_HISTORY_H
#define WALMEDIC_ENGINE_HISTORY_H

#include "probes/engine/model.h"

struct history;

enum metric { METRIC_PG_WAL, METRIC_BACKLOG, METRIC_SLOT_LAG, METRIC_PG_WAL_FREE, METRIC_BACKUP_FREE, METRIC_RPO, METRICS };

/* Where a number is found: the name of the fact now, into buf if it must be made; NULL: no such fact. */
struct measure {
	const char *id;            /* in recordings: "pg_wal" */
	const char *(*fact)(const struct view *v, char buf[128]);
};
extern const struct measure measures[METRICS];

/* A fact whose change is news: settings, starts, files. */
struct watched_fact {
	const char *fact, *words;  /* "pg.settings.archive_command", "archive_command" */
	bool is_time;              /* wall ms: shown as a time */
};
extern const struct watched_fact watched_facts[]; /* fact NULL at the end */

/* One change. A state of a node, or (node -1) a watched fact. */
struct news {
	int64_t at;                /* wall ms */
	int64_t after;             /* it happened between then and `at`, while nobody looked; 0: at `at` */
	int node, fact;            /* fact: index into watched_facts, -1 for a state */
	enum state from, to;
	char *was, *is;            /* of a fact */
};

enum { HISTORY_NEWS = 400, HISTORY_POINTS = 720, HISTORY_TEXT = 400 };

struct history *history_new(const struct server *s);
void history_free(struct history *h);
/* Looks at a server that was just judged: notes what has changed since it was called last. Returns how many changes that
 * were; they are the newest ones. */
int history_look(struct history *h, const struct server *s, int64_t now);

/* In order of time. */
int history_news(const struct history *h, const struct news **ret);
/* Points of a number in order of time; NAN where it was not known from there on. */
int history_points(const struct history *h, enum metric m, const struct point **ret);
/* When it was first looked at, in this run or a recorded one; 0: never. */
int64_t history_first(const struct history *h);
/* Index of the last news at or before t that is about the node, or -1. */
int history_last_of(const struct history *h, int node, int64_t t);
/* The nearest change before (step -1) or after (1) the moment t; of those that come within seconds of each other the last.
 * 0: none. */
int64_t history_neighbour(const struct history *h, int64_t t, int step);

/* ---- for what keeps it (record.c, keep.c) ---- */

/* Puts an older change or point in its place in time; what is too much is forgotten from the oldest on. Strings are copied. */
void history_add_news(struct history *h, const struct news *n);
void history_add_point(struct history *h, enum metric m, int64_t at, double value);
/* It was looked at from then on. */
void history_begins(struct history *h, int64_t at);
/* How a node or a watched fact was when an earlier run looked last, at `at`. */
void history_was_state(struct history *h, int node, enum state state, int64_t at);
void history_was_fact(struct history *h, int fact, const char *text, int64_t at);
/* It was still so at `at`, when that run looked last. */
void history_was_until(struct history *h, int64_t at);
/* The text it knows of a watched fact, or NULL; the state of a node, or -1. */
const char *history_fact(const struct history *h, int fact);
int history_state(const struct history *h, int node);

#endif
