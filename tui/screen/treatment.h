/* A page of steps on the screen: what the remedy of a cause and the walk through a runbook share. */
#ifndef WALMEDIC_TUI_SCREEN_TREATMENT_H
#define WALMEDIC_TUI_SCREEN_TREATMENT_H

#include "probes/base/problem.h"
#include "remedies/plan.h"
#include "remedies/run.h"
#include "tui/app.h"
#include "tui/widget/doc.h"
#include "tui/widget/field.h"
#include "tui/widget/scroll.h"

enum { ANSWER_BYTES = 512 };

/* Q_RISK is answered by y, the others by a line that Enter ends. */
enum prompt { Q_NONE, Q_RISK, Q_HOST, Q_VALUE, Q_LINE };

/* All; those that were not given yet; those that the step in view puts in. */
enum values { VALUES_ALL, VALUES_OPEN, VALUES_STEP };

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

struct treatment;

/* What a runbook does besides; a remedy has none of it. */
struct treating {
	/* The command in view is about to run; false: it may not, and the notice says why. */
	bool (*before)(struct app *app, struct treatment *t);
	/* The command that is under way went on. */
	void (*ran)(struct app *app, struct treatment *t);
	/* Value `ask` was given; false: it cannot be used, and the notice says why. */
	bool (*given)(struct app *app, struct treatment *t, int ask);
	/* Q_LINE was answered. */
	void (*typed)(struct app *app, struct treatment *t);
};

struct treatment {
	int server;
	char cause[64];
	const struct treating *how;  /* of a runbook, else NULL */
	struct course *course;       /* of a runbook, else NULL */
	struct arena *page_arena, *plan_arena,
	    *run_arena; /* run_arena: the step that is under way */
	struct page *page;
	struct problem problem;      /* when there is no page */
	struct plan plan;
	unsigned planned_at;         /* model version of the plan */
	bool planned;
	struct progress *progress;   /* beside page->step */
	int at;                      /* the step in view, in the plan */
	int running;                 /* the step of the page whose command runs, or -1 */
	int64_t acted_at;            /* wall ms, when a command that changes something ended last; 0 */
	int under_way; /* the step that struct run_state is about: running or being proven, or -1 */
	bool by_hand;  /* the step in view was copied: its proof is asked for while it is in view */
	int64_t asked;               /* mono ms, when that was asked last */
	int output_end;              /* line of the body after the output of the step in view */
	bool side;                   /* the why stands beside the body */
	bool follow;                 /* the body shows the end of the output */
	struct scroll scroll;        /* of the body */
	enum prompt question;
	bool again;                  /* Q_RISK: it was running before, and nobody saw its end */
	const char *asking;          /* Q_LINE: what for */
	enum action asked_by;        /* Q_LINE */
	int64_t question_since;      /* mono ms */
	struct field field;
	int value;                   /* which ask */
	enum values wanted;          /* which are asked for */
	char (*answer)[ANSWER_BYTES]; /* beside page->ask */
	bool *answered;
};

enum { DEAD_MS = 500, SWARM_MS = 80, ASK_EVERY_MS = 3000 };

/* ---- treatment.c: the page against what is known ---- */

/* The page is there: room for its steps and values. */
void treatment_begin(struct treatment *t);
/* The page asks for other values than before: none of them is given. */
void treatment_values(struct treatment *t);
void treatment_end(struct treatment *t);
/* The server it is about; for a runbook without one a server of which nothing is known. NULL: a remedy without a server. */
const struct server *treatment_server(const struct app *app, const struct treatment *t);
/* The page again against what is known now; ticks what is proven and goes on to the next step. */
void treatment_plan(struct app *app, struct treatment *t);
const struct planned *treatment_step(const struct treatment *t);
/* Index in the page of a step of the plan. */
int treatment_index(const struct treatment *t, int at);
struct progress *treatment_progress(const struct treatment *t, int at);
/* The node with the cause, or the one that had it; -1. */
int treatment_node(const struct app *app, const struct treatment *t);
bool treatment_cause_gone(const struct app *app, const struct treatment *t);
/* The step in view ran and its proof is still to come. */
bool treatment_watching(const struct treatment *t);
/* The page against what is known now, into an arena of its own. */
void treatment_make(struct app *app, const struct treatment *t, struct arena *a, struct plan *ret);
/* The first probe that is to prove the step and does not yet, or NULL. */
const char *treatment_unproven(const struct server *s, const struct step *step);

/* ---- treatment_act.c: running, asking, handing out; parts of struct screen ---- */

void treatment_want_run(struct app *app, struct treatment *t);
/* Asks for value `from` and those after it that are wanted. */
void treatment_ask_values(struct app *app, struct treatment *t, int from, enum values wanted);
/* Asks for a line; treating.typed takes it. */
void treatment_ask_line(struct app *app, struct treatment *t, enum action by, const char *what);
void treatment_copy(struct app *app, struct treatment *t, bool one_line);
void treatment_plain(struct app *app, struct treatment *t);
void treatment_go(struct treatment *t, int at);
bool treatment_scroll(struct treatment *t, enum action action);
/* Leaving waits while a command runs; true when it was refused. */
bool treatment_stay(struct app *app, const struct treatment *t, enum action action);
/* What both screens do alike with an action; false: it is none of these. */
bool treatment_act(struct app *app, struct treatment *t, enum action action);
void treatment_output(void *state, const char *text, size_t n);
void treatment_run(struct app *app, void *state, const struct run_state *r);
void treatment_tick(struct app *app, struct treatment *t);
bool treatment_key(struct app *app, void *state, int32_t k);
bool treatment_paste(void *state, int32_t ch);
const char *treatment_busy(void *state);
bool treatment_moving(void *state);
/* The hints while a question stands or a command runs, else NULL. */
const struct hint *treatment_hints(const struct treatment *t);

/* ---- treatment_draw.c ---- */

enum meaning treatment_risk(enum risk risk);
void treatment_write_markdown(struct doc *d, const char *markdown, enum meaning meaning);
/* Host, user, risk, command, prose, what is expected and how it is proven. */
void treatment_write_step(struct doc *d, const struct server *s, const struct planned *p);
/* The probes that prove it, and how they are now. */
void treatment_write_proofs(struct doc *d, const struct server *s, const struct step *step);
/* What step `at` of the plan printed and how it ended. */
void treatment_write_output(struct doc *d, struct app *app, const struct treatment *t, int at);
/* The proof that is waited for. */
void treatment_write_watch(struct doc *d, struct app *app, const struct treatment *t);
/* Body and question; what is between top and the end of area. Puts the scroll right. */
void treatment_draw_body(struct app *app, struct treatment *t, struct doc *d, struct canvas *c, struct area area);
void treatment_draw_question(struct app *app, const struct treatment *t, struct canvas *c, struct area area);
/* Lines that the question takes at the end of the area. */
int treatment_question_lines(const struct treatment *t);

/* ---- remedy_draw.c ---- */

/* The body of the screen as a document; side: the why stands beside it. */
struct doc *remedy_body(struct app *app, struct treatment *t, int width, bool side);
void remedy_draw(struct app *app, struct treatment *t, struct canvas *c, struct area area);

#endif
