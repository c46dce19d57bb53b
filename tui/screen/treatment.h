/* What the remedy screen knows: the page, its steps, how far they are. Shared by remedy*.c only. */
#ifndef WALMEDIC_TUI_SCREEN_TREATMENT_H
#define WALMEDIC_TUI_SCREEN_TREATMENT_H

#include "probes/base/problem.h"
#include "remedies/plan.h"
#include "remedies/run.h"
#include "tui/app.h"
#include "tui/widget/field.h"
#include "tui/widget/scroll.h"

enum { STEPS_MAX = 32, ANSWERS_MAX = 8 };

enum prompt { Q_NONE, Q_RISK, Q_HOST, Q_VALUE };

struct progress {
	enum {
		IDLE,
		RUNNING,
		RAN,
		BROKEN,
		UNSURE
	} how;		    /* BROKEN: not as expected; UNSURE: the end was not seen */
	bool done;          /* proven by its probes, or ran without any to prove */
	bool was_green;     /* proven before anything was done */
	int status;
	int64_t started;    /* mono ms */
	int64_t took;
	struct run_state run;
	struct str output;
	size_t dropped;     /* bytes of output cut from its beginning */
};

struct treatment {
	int server;
	char cause[64];
	struct arena *page_arena, *plan_arena,
	    *run_arena; /* run_arena: the step that is under way */
	struct page *page;
	struct problem problem;      /* when there is no page */
	struct plan plan;
	unsigned planned_at;         /* model version of the plan */
	bool planned;
	struct progress progress[STEPS_MAX];
	int at;                      /* the step in view */
	int running;                 /* the step whose command runs, or -1 */
	int under_way; /* the step that struct run_state is about: running or being proven, or -1 */
	bool by_hand;  /* the step in view was copied: its proof is asked for while it is in view */
	int64_t asked;               /* mono ms, when that was asked last */
	int output_end;              /* line of the body after the output of the step in view */
	bool side;                   /* the why stands beside the body */
	bool follow;                 /* the body shows the end of the output */
	struct scroll scroll;        /* of the body */
	enum prompt question;
	int64_t question_since;      /* mono ms */
	struct field field;
	int value;                   /* which ask */
	char answer[ANSWERS_MAX][512];
	bool answered[ANSWERS_MAX];
};

enum { DEAD_MS = 500, SWARM_MS = 80, ASK_EVERY_MS = 3000 };

/* The page again against what is known now; ticks what is proven and goes on to the next step. */
void treatment_plan(struct app *app, struct treatment *t);
const struct planned *treatment_step(const struct treatment *t);
/* The node with the cause, or the one that had it; -1. */
int treatment_node(const struct app *app, const struct treatment *t);
bool treatment_cause_gone(const struct app *app, const struct treatment *t);
/* The step in view ran and its proof is still to come. */
bool treatment_watching(const struct treatment *t);
/* The page against what is known now, into an arena of its own. */
void treatment_make(struct app *app, const struct treatment *t, struct arena *a, struct plan *ret);
/* The first probe that is to prove the step and does not yet, or NULL. */
const char *treatment_unproven(const struct server *s, const struct step *step);

/* The body of the screen as a document; side: the why stands beside it. */
struct doc *remedy_body(struct app *app, struct treatment *t, int width, bool side);
void remedy_draw(struct app *app, struct treatment *t, struct canvas *c, struct area area);

#endif
