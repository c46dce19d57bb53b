/* The console without a terminal: a stack of screens over a model. Reads the model only; what must
 * happen outside goes through struct app_ops, so tests drive it with a fake model and fake ops. */
#ifndef WALMEDIC_TUI_APP_H
#define WALMEDIC_TUI_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/base/arena.h"
#include "probes/engine/model.h"
#include "tui/canvas.h"
#include "tui/keys.h"
#include "tui/line.h"
#include "tui/travel.h"

struct app;
struct planned;
struct run_state;
struct journal;
struct problem;

/* What a step is run for, as the journal writes it down. */
struct act_for {
	int server;
	const char *cause;      /* of a remedy, else NULL */
	const char *walk, *key; /* of a runbook, else NULL */
};

struct app_ops {
	void (*ask_now)(void *arg, int server, int node); /* node -1: everything */
	void (*freeze)(void *arg, bool frozen);
	void (*copy)(void *arg, const char *text);
	/* Shows text on the normal screen until Enter. */
	void (*plain)(void *arg, const char *text);
	void (*suspend)(void *arg);
	/* Another program has the terminal for a while: a shell, or $PAGER with the text. The engine goes on. NULL: cannot be had. */
	void (*shell)(void *arg);
	void (*pager)(void *arg, const char *text);
	/* The wizard for a new server has the terminal until it ends. NULL: cannot be had. */
	void (*setup)(void *arg);
	void (*redraw)(void *arg);
	/* Discards what was typed and not yet seen, before a question. */
	void (*discard_input)(void *arg);
	int64_t (*mono_ms)(void *arg);
	/* Acting, by a human's hand. */
	bool (*can_act)(void *arg, int server, const char *place, const char *user);
	/* Starts a step; what it says and how it goes on comes by app_output and app_run. The step
	 * stays where it is until the next one starts, or let_go. */
	int (*act)(void *arg, const struct act_for *f, const struct planned *step, struct problem *p);
	/* Where a walk is written down; the op NULL or its answer NULL: nowhere (a replay). It belongs to whoever answers. */
	struct journal *(*journal)(void *arg);
	/* The report of the last incident of the server, written to a file whose name comes into path; -1 and why. NULL: cannot be had. */
	int (*incident)(void *arg, int server, char *path, size_t size, struct problem *p);
	/* Its proof is waited for no longer; a command that runs goes on. NULL where nothing is ever run. */
	void (*let_go)(void *arg);
	void (*cancel)(void *arg);
	/* One line that does the same from this host; from malloc, or NULL. */
	char *(*one_line)(void *arg, int server, const struct planned *step);
	/* The model as it was at t, the record of that server deciding; t 0: no longer needed. NULL and why: not kept. The op itself
	 * NULL: nothing is kept. */
	const struct model *(*past)(void *arg, int server, int64_t t, struct problem *why);
};

struct app_options {
	bool ascii, read_only, quiet_clock;
	const char *runbooks;       /* directory of the team's own, or NULL */
};

/* What a screen is opened for. */
struct subject {
	int server, node;
	const char *cause; /* or NULL; of a walk the runbook, by its name or path */
};

struct hint {
	enum action action;
	const char *text;  /* "remedy"; NULL: as in the table of keys. ACT_FIXED: "y run it" */
};

struct screen {
	const char *name;
	size_t size;       /* of its state, zeroed at opening */
	bool acts;         /* changes systems: is of now alone */
	void (*open)(struct app *app, void *state, const struct subject *about);
	void (*close)(void *state);
	void (*draw)(struct app *app, void *state, struct canvas *c, struct area area);
	/* The first line up to column end, before the clock; NULL: the server in view. */
	void (*head)(struct app *app, void *state, struct canvas *c, int end);
	/* true: done with; false: the app does what every screen does with it. */
	bool (*act)(struct app *app, void *state, enum action action);
	/* Sees every key before the table does (text fields, questions); NULL: never. */
	bool (*key)(struct app *app, void *state, int32_t key);
	/* What the last line offers, action ACT_NONE at the end. */
	const struct hint *(*hints)(struct app *app, void *state);
	/* Called when the model changed or a second went by, before drawing. */
	void (*tick)(struct app *app, void *state);
	/* Why the program should not end now, or NULL. */
	const char *(*busy)(void *state);
	/* Something on it counts seconds. */
	bool (*moving)(void *state);
	void (*output)(void *state, const char *text, size_t n);
	void (*run)(struct app *app, void *state, const struct run_state *r);
	/* Goes to a place with the text (step 0: from here on, 1: the next, -1: the one before); false when there is none. NULL: nothing
	 * to find there. */
	bool (*find)(struct app *app, void *state, const char *text, int step);
	/* The whole of it as plain text, for a pager; NULL: there is no such thing. */
	void (*text)(struct app *app, void *state, struct str *out);
	/* The node in view, or -1. */
	int (*node)(struct app *app, void *state);
	/* The left button on a cell; true when something is selected there. NULL: the screen has no list to click on. */
	bool (*click)(struct app *app, void *state, int y, int x);
	/* A pasted character; true when a text field took it. */
	bool (*paste)(void *state, int32_t ch);
};

extern const struct screen screen_empty, screen_front, screen_evidence, screen_map, screen_help, screen_journal, screen_trends,
	screen_changes;

enum { APP_DEPTH = 8 };

struct app {
	const struct model *model;
	const struct app_ops *ops;
	void *ops_arg;
	struct app_options options;
	struct arena *frame;        /* of this frame, reset before the next */
	int server;
	int64_t now;                /* wall ms shown as the time */
	bool frozen, quit, too_small;
	bool wants_shell;           /* ! was pressed; once more, alone, opens it */
	bool sure;                  /* q was answered with a question: once more ends it */
	struct travel travel;
	struct line line;
	char find[128];             /* what is looked for, "": nothing */
	int64_t key_at, key_gap;    /* mono ms: of the last key, and how long after the one before */
	char notice[256];
	int64_t notice_until;
	struct {
		const struct screen *screen;
		void *state;
	} stack[APP_DEPTH];
	int depth;
};

void app_init(struct app *a, const struct model *m, const struct app_ops *ops, void *arg,
	      const struct app_options *o);
void app_done(struct app *a);
/* True when something may look different now. */
bool app_key(struct app *a, int32_t key);
/* A character of a paste: only ever text for a field. */
bool app_paste(struct app *a, int32_t ch);
void app_act(struct app *a, enum action action);
void app_output(struct app *a, const char *text, size_t n);
void app_run(struct app *a, const struct run_state *r);
/* Seconds count somewhere on the screen. */
bool app_moving(const struct app *a);
void app_tick(struct app *a, int64_t now);
void app_draw(struct app *a, struct canvas *c);
void app_open(struct app *a, const struct screen *s, const struct subject *about);
void app_back(struct app *a);
/* One line of news in place of the hints, for some seconds. */
void app_notice(struct app *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The first screen of another server; the fleet stays behind it. */
void app_watch(struct app *a, int server);
/* NULL when the model has no server. */
const struct server *app_server(const struct app *a);

#endif
