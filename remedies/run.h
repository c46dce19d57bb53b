/* Doing one step: journal, act, journal, ask again until it is proven. The only code that changes a system. */
#ifndef WALMEDIC_REMEDIES_RUN_H
#define WALMEDIC_REMEDIES_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "remedies/journal.h"
#include "remedies/plan.h"

struct loop;
struct engine;
struct run;

enum { RUN_PROOF_MS = 150000 };

/* ---- what must be confirmed ---- */
enum confirm { CONFIRM_NOTHING, CONFIRM_YES, CONFIRM_HOST };
enum confirm run_confirm(const struct planned *s);
/* "type "db1" to run this", "run this? [y/N]"; "" when nothing is asked. */
void run_question(const struct planned *s, struct str *out);
/* Does what was typed confirm it? Only y or yes, or the host's name in full. */
bool run_confirmed(const struct planned *s, const char *typed);

/* ---- facts must be fresh: after a jump of the clock or a sleep, watching goes on and acting waits ---- */
struct guard {
	bool looked;
	int64_t offset_ms;    /* wall clock minus running clock when last looked */
	int64_t not_before;   /* wall ms: only what was asked after it counts */
};
/* To be called often; returns true when the clock has just jumped. */
bool guard_look(struct guard *g, int64_t wall_ms, int64_t mono_ms);
/* -1 and why when the cause and the requirements were not seen lately. */
int guard_fresh(const struct guard *g, const struct server *s, const char *cause, const struct step *step, int64_t wall_ms,
		struct problem *p);

/* ---- one step ---- */
enum run_phase {
	RUN_RUNNING,
	RUN_PROVING,  /* it has ended; its probes are asked again and again */
	RUN_PROVEN,
	RUN_UNPROVEN, /* not green in time */
	RUN_DONE,     /* has nothing to prove, or a later step proves it */
};

struct run_state {
	enum run_phase phase;
	bool acted;           /* false: only watched, the operator does it elsewhere */
	bool ended;           /* status holds, else words say how far it came */
	int status;
	bool expected;        /* the expected pattern was seen, or there is none */
	char words[600];
	char say[600];        /* of the first probe that is not green yet */
	int64_t until;        /* wall ms when a waiting probe is due; 0 */
	char journal[600];    /* why the journal has no line of it, or "" */
};

struct run_order {
	struct loop *loop;
	struct engine *engine;
	int server;
	const char *cause;               /* or NULL */
	const struct planned *step;      /* lives until run_free */
	struct journal *journal;
	const char *walk, *key;          /* for the journal, of a runbook; or NULL */
	const struct guard *guard;
	bool read_only;
	bool watch_only;                 /* it is done by hand elsewhere */
	bool look;                       /* only look, for a step that looks: nothing is journalled or proven */
	/* A value that the step gives, or NULL; secrets are learned before. Its line is not part of the output when it is a secret. */
	void (*given)(void *arg, const char *name, const char *value);
	void (*output)(void *arg, const char *text, size_t n);
	void (*changed)(void *arg, const struct run_state *s); /* after every change of state */
	void *arg;
};

/* NULL and why when it may not run. The confirmation is the caller's. */
struct run *run_start(const struct run_order *o, struct problem *p);
const struct run_state *run_state(const struct run *r);
/* While it runs: ends it. While it is proven: stops watching (RUN_UNPROVEN). */
void run_cancel(struct run *r);
/* Only after RUN_PROVEN, RUN_UNPROVEN or RUN_DONE, or when the loop ends. */
void run_free(struct run *r);

#endif
