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
};

/* One turn of the loop, with an eye on the clocks. */
void fix_turn(struct fix *x);
const struct server *fix_server(const struct fix *x);
void fix_plan(struct fix *x, struct plan *ret);
/* Shows step k of the page and asks until it is done or skipped. */
void fix_step(struct fix *x, int k);

#endif
