/* A probe is a node of the graph: one file, one const struct at its end. judge() is pure: facts in,
 * verdict out; it never waits, draws, acts or reads a clock. */
#ifndef WALMEDIC_ENGINE_PROBE_H
#define WALMEDIC_ENGINE_PROBE_H

#include <stdbool.h>

#include "probes/engine/facts.h"
#include "probes/engine/question.h"

enum state { STATE_UNKNOWN, STATE_OFF, STATE_OK, STATE_WARN, STATE_FAIL, STATE_BLOCKED };
extern const char *const state_names[]; /* as in JSON: "unknown" "off" "ok" "warn" "fail" "blocked" */

enum rank { RANK_ADVICE, RANK_WARN, RANK_FAIL };

/* The stages of the pipeline in the order of the picture. */
enum stage { STAGE_CONFIG, STAGE_HOST, STAGE_SSH, STAGE_PG, STAGE_WAL, STAGE_SLOT, STAGE_CRON, STAGE_DISK, STAGE_BACKUP, STAGE_RPO, STAGES };
extern const char *const stage_names[]; /* "CONF" "HOST" "SSH" "PG" "WAL" "SLOT" "CRON" "DISK" "BKP" "RPO" */

struct verdict; /* filled by the functions below */
struct server;
struct finding;

struct probe {
	const char *id;        /* "slot.exists" */
	const char *title;     /* "replication slot exists" */
	const char *about;     /* one or two sentences for `?`: what is asked, how it can lie */
	enum stage stage;
	bool essential;        /* unknown/blocked makes `check` exit 3 */
	const char *needs[6];  /* probes without whose success this one cannot be asked -> BLOCKED */
	const struct question *asks[8]; /* the questions whose facts it judges */
	const char *causes[24]; /* every cause it may emit (a test checks the table) */
	void (*judge)(const struct view *v, struct verdict *ret);
	/* Of a probe that does not apply to every kind of server, or NULL: asked before everything else, needs included. Returns why it does
	 * not apply to this one, or NULL. */
	const char *(*off)(const struct view *v);
	/* Of a cross-check only: called after every other probe was judged and the roots were found, when judge said OK. It may say
	 * OK or unknown, no cause. first: the first root cause, or NULL; what the other side says of it is added there. */
	void (*compare)(const struct server *s, struct verdict *ret, struct finding *first);
};

/* ---- what a judge may say; call one of the state functions, or verdict_cause once or more ---- */
void verdict_ok(struct verdict *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Does not apply to this server, and why. */
void verdict_off(struct verdict *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Cannot be seen from here, and what would open the view. Never OK. */
void verdict_unknown(struct verdict *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Not failing, only waiting (rule 2): a warning without a cause. until = wall ms when it becomes a failure, 0 = unknown. */
void verdict_waiting(struct verdict *r, int64_t until, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* An observed failure. Worst first; the first one is the probe's face. */
void verdict_cause(struct verdict *r, enum rank rank, const char *cause, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Belongs to the last verdict_cause (or to the state): the system's own words, one line or several. */
void verdict_evidence(struct verdict *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same for any finding: takes the place of its evidence. */
void finding_evidence(struct finding *f, const char *text);
/* Seconds until the harm is done (disk full, WAL removed), for the last cause. */
void verdict_urgency(struct verdict *r, double seconds);
/* Where the fault is: "backup" or "db"; default: the place of the cause's row. For the last cause. */
void verdict_host(struct verdict *r, const char *place);

/* When a needed fact is missing: says why from how the question stands (asking, no way in, failed with these
 * words) and sets UNKNOWN (or pending). Use as: if (!x) { verdict_unseen(r, v, &q); return; } */
void verdict_unseen(struct verdict *r, const struct view *v, const struct question *q);

/* Every probe, in order of what rests on what (the order is the proof that needs have no cycle). NULL at the end. */
extern const struct probe *const catalogue[];

/* ---- causes: who explains whom (causes.md) ---- */
enum cause_flag {
	CAUSE_STANDING = 1,       /* never folded, ranked after what broke it (rule 3) */
	CAUSE_STANDING_DOWN = 2,  /* standing, and first, while the server is down (rule 4) */
};
struct cause {
	const char *id;
	const char *title;     /* "replication slot is missing" */
	const char *place;     /* where its remedy's first step is: "backup" or "db" (a test compares) */
	unsigned flags;
};
enum edge_when { EDGE_ALWAYS, EDGE_PG_UP, EDGE_PG_DOWN, EDGE_AT_DB, EDGE_AT_BACKUP, EDGE_SAME_HOST, EDGE_TO_DB, EDGE_TO_BACKUP,
		EDGE_PINS /* unless wal_keep_size is what holds most of pg_wal */, EDGE_PINS_PG_UP,
		EDGE_DB_DOWN /* it is at the db, whose server is down */,
		EDGE_SAME_CONNECTION /* connect.* and repl.* name the same host and port, and broke at the same stage (rule 5), or nobody gets in at all */ };
struct blame {                 /* from explains to; '*' allowed in both */
	const char *from, *to;
	enum edge_when when;
};
extern const struct cause causes[];   /* id NULL at the end */
extern const struct blame blames[];   /* from NULL at the end */
const struct cause *cause_find(const char *id);

#endif
