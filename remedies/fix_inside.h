/* The joints of the walkthrough; nobody outside fix*.c includes this. */
#ifndef WALMEDIC_REMEDIES_FIX_INSIDE_H
#define WALMEDIC_REMEDIES_FIX_INSIDE_H

#include <stdint.h>

#include "probes/engine/engine.h"
#include "remedies/plan.h"
#include "remedies/prompt.h"
#include "remedies/run.h"

enum { FIX_TRIED = 32, FIX_REPEAT_MS = 15000 };

struct loop;
struct engine;

struct fix {
	struct loop *loop;
	struct engine *engine;
	int server;
	bool read_only, quit;
	struct arena *arena;      /* of the page that is being followed */
	struct journal *journal;
	struct guard guard;
	struct prompt prompt;
	const char *cause;
	const struct page *page;
	struct answer *answer;
	char tried[FIX_TRIED][128]; /* causes whose page was gone through to its end */
	int n_tried;
	volatile int *interrupted;
	volatile int *ending;     /* and it is for good */
	bool at_line_start;       /* of what the command prints */
	struct run *watching;     /* the proof of a step that was copied */
	const char *walk, *key;   /* of a runbook, for the journal; or NULL */
	const char *on, *as;      /* of a runbook: where steps go that do not say so */
	char wanted[128];         /* the cause that was chosen in the menu, "": none */
	bool guided;              /* from one root cause to the next, without the menu */
	char outcome[200];        /* of the last step that was run */
	int64_t acted_at;         /* wall ms, when one that changes something ended last; 0 */
	bool flows;               /* what only looks runs by itself, values are asked when they are needed */
	bool unattended;          /* nobody is there: an answers file has confirmed what changes */
	bool changes_confirmed;   /* the operator has said yes to every change at once; restarts are asked for */
	bool may_restart;         /* and it allows to restart a service */
	struct str *held;         /* output goes here instead of the screen, or NULL */
	/* Is this a value for it? -1 and why; NULL: every value is. */
	int (*check)(const char *name, const char *value, struct problem *p);
	void (*heard)(void *arg, const char *text, size_t n); /* what a command prints, beside being shown; or NULL */
	void *heard_arg;
};

/* One turn of the loop, with an eye on the clocks. */
void fix_turn(struct fix *x);
const struct server *fix_server(const struct fix *x);
void fix_plan(struct fix *x, struct plan *ret);
/* Shows step k of the page and asks until it is done or skipped. */
void fix_step(struct fix *x, int k);
/* Runs it after what must be confirmed, or shows what is to be copied; returns whether the step is done. */
bool fix_run(struct fix *x, const struct planned *s);
/* Runs a step that looks so that it only looks; what it says is appended to out. */
enum look { LOOK_RIGHT, LOOK_OPEN, LOOK_TROUBLE };
enum look fix_look(struct fix *x, const struct planned *s, struct str *out);
/* Asks the probes of a step again, for at most that long; returns whether they are green. */
bool fix_watch(struct fix *x, const struct planned *s, int64_t ms);
/* Shows what is to be copied, and watches from now on whether it is proven. */
void fix_copy(struct fix *x, const struct planned *s);
void fix_stop_watching(struct fix *x);
/* Asks for one value of the page until it can be used; "" when it is left empty. */
const char *fix_ask(struct fix *x, const struct asked_value *ask, const char *fallback);
/* The numbered menu, until a cause is wanted, the walk goes on or it is over. */
void fix_menu(struct fix *x);
/* arg: a struct fix; after every turn of the loop. */
void fix_look_at_clocks(void *arg);
/* Signals, the journal's words, and for server >= 0 the first sweep. */
void fix_open(struct fix *x);
void fix_close(struct fix *x);

#endif
