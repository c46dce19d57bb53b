/* From a page and what is known to the exact steps: pure, does nothing. */
#ifndef WALMEDIC_REMEDIES_PLAN_H
#define WALMEDIC_REMEDIES_PLAN_H

#include "probes/engine/model.h"
#include "probes/link/place.h"
#include "remedies/page.h"

struct answer {
	const char *name, *value;
};

struct plan_for {
	const struct server *server;
	const char *cause;                 /* that is treated; NULL for a runbook */
	const struct answer *answer;
	int answers;
	const char *on, *as;               /* where steps go that do not say so; NULL: nowhere */
	bool read_only;
	int64_t since;                     /* wall ms, when something was last changed: a green that was asked for before proves nothing; 0: nothing was */
	/* Can we run something there as that user? NULL: only copying. */
	bool (*can_act)(void *arg, const char *place, const char *user);
	void *arg;
};

enum { PLAN_SECRETS = 5 }; /* one more than a text may name: run_order.look needs its own */

struct planned {
	const struct step *step;
	int number;                        /* 1.. */
	const struct page *page;
	const char *place, *host, *user;
	const char *text;                  /* what would run, byte for byte; NULL when refused */
	const char *shown;                 /* text with secrets masked; the page's own text when refused */
	const char *refused;               /* why there is no text, or NULL */
	const char *closed;                /* which requirement is not met, or NULL */
	const char *copy_only;             /* why it cannot be run from here, or NULL */
	struct act_secret secret[PLAN_SECRETS]; /* what text names as "$walmedic_NAME" */
	int secrets;
	bool proven;                       /* every probe it proves is green */
	bool proof_later;                  /* a later step proves the same: this one alone may not turn it green */
};

struct plan {
	const struct page *page;
	struct planned *step;              /* of steps with one heading the first whose when holds */
	int steps;
};

/* Is this value of the step's page a secret? */
bool plan_is_secret(const struct planned *s, const char *name);
void plan_make(struct arena *a, const struct page *page, const struct plan_for *f, struct plan *ret);
/* What stands in for an answer that is not given: the default with its fact or its value (of the answers so far), "" if there is none. */
const char *plan_default(const struct asked_value *ask, const struct view *v, const struct answer *answer, int answers);
/* The same without answers. */
const char *plan_fallback(const struct asked_value *ask, const struct view *v);
/* A condition of a step: facts, and as ask.NAME the values of the page. */
bool plan_when(const struct view *v, const struct answer *answer, int answers, const char *when);
/* The node that holds the cause now, or -1. */
int plan_cause_node(const struct server *s, const char *cause);
/* Green, and without the cause (NULL: none) that is being treated: advice leaves a probe green. What a standing cause leaves
 * behind as advice does not count. Without a cause what does not apply to this server counts as green. */
bool plan_is_green(const struct node *n, const char *cause);
/* Was its probe asked then or later (wall ms)? One that asks nothing is judged again all the time. */
bool plan_heard(const struct node *n, int64_t since);

#endif
