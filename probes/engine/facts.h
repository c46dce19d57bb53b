/* Facts: named values with their time, belonging to a subject, not to a configured server.
 *
 * A name is scope.rest, e.g. "backup.cron.daemon_pid", "db.pg_wal.avail", "pg.version",
 * "server.slot_name". The scopes backup, db, console, pg are subjects shared by all servers that
 * have the same host or cluster; every other first word belongs to the Barman server. */
#ifndef WALMEDIC_ENGINE_FACTS_H
#define WALMEDIC_ENGINE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view;  /* the facts of one server with its shared subjects, and now */
struct reply;
struct question;

/* ---- for judges and readers: knowing ---- */
int64_t view_now(const struct view *v);                          /* wall ms; a fact too */
/* Text of a fact or NULL when not known. */
const char *know(const struct view *v, const char *name);
/* Beyond it a number is out of range and not known: positions, sizes and times of real hosts are far below, and what
 * is known fits into an int64_t, a lifetime added or taken off. */
#define KNOW_NUM_MAX 9e18
/* Number, or NAN when not known or not a number. */
double know_num(const struct view *v, const char *name);
/* Known and equal to text. */
bool know_is(const struct view *v, const char *name, const char *text);
/* Known and one of yes/on/true/1/t. */
bool know_yes(const struct view *v, const char *name);
/* Milliseconds since it was last confirmed; -1 when not known. */
int64_t know_age_ms(const struct view *v, const char *name);
/* Milliseconds since it took this value; -1 when not known. */
int64_t know_since_ms(const struct view *v, const char *name);
/* Facts whose name starts with prefix, in name order: calls each; for lists such as "db.slot.NAME.active". */
void know_each(const struct view *v, const char *prefix,
	       void (*each)(void *arg, const char *name, const char *text), void *arg);

/* The short series of a numeric fact: (wall ms, value), oldest first; returns how many (at most max). */
struct point {
	int64_t at;
	double value;
};
int know_series(const struct view *v, const char *name, struct point *ret, int max);

/* ---- for readers only: learning ---- */
void learn(struct view *v, const char *name, const char *text);  /* NULL text: forget it */
void learn_f(struct view *v, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void learn_num(struct view *v, const char *name, double num);    /* keeps a series of up to 64 points */
void learn_yes_no(struct view *v, const char *name, bool yes);
/* A point of the past (mtimes, recordings) into a series, kept in order of time. */
void learn_point(struct view *v, const char *name, int64_t at, double value);
/* Forgets every fact whose name starts with prefix (before a list is learnt anew). */
void forget_all(struct view *v, const char *prefix);
/* name = value lines of an sh reply: learns "prefix.key" for every line "key=value". */
void learn_lines(struct view *v, const char *prefix, const char *text);

/* ---- how a question stands (judges ask this to explain why they cannot see) ---- */
enum asked {
	ASKED_NEVER,    /* not yet asked; the first reply is still to come */
	ASKED_OFF,      /* cannot be asked: a placeholder's fact is missing, or only_if does not hold */
	ASKED_NO_PLACE, /* there is no way in from here */
	ASKED_FAILED,   /* asked, outcome not REPLY_DONE; see view_words */
	ASKED_DONE,
};
enum asked view_asked(const struct view *v, const struct question *q);
/* Outcome, stage and words of the last reply; "" if none. */
const struct reply *view_reply(const struct view *v, const struct question *q);
int64_t view_asked_at(const struct view *v, const struct question *q);

#endif
