/* The joints of the console; nobody outside console*.c includes this. */
#ifndef WALMEDIC_TUI_CONSOLE_INSIDE_H
#define WALMEDIC_TUI_CONSOLE_INSIDE_H

#include "probes/engine/engine.h"
#include "probes/link/loop.h"
#include "remedies/run.h"
#include "tui/app.h"
#include "tui/console.h"
#include "tui/input.h"

struct terminal;
struct outside;

struct console {
	struct loop *loop;
	struct engine *engine;
	struct terminal *term;
	struct app app;
	struct input input;
	struct canvas *canvas;
	struct loop_timer *esc, *paint;
	unsigned esc_ms;
	struct journal *journal;  /* opened when the first step is run, or a runbook is walked */
	struct run *run;
	struct guard guard;
	struct past *past;
	const struct console_options *options;
	bool read_only;
	bool gathers;     /* the paint that is due may wait for more */
	bool lost;        /* the terminal is gone */
	uint64_t matters; /* of what was painted last, see what_matters */
	bool plain;       /* the normal screen is shown until Enter */
	struct outside *outside; /* has the terminal, or NULL */
	struct loop_fd *in;
};

void console_paint(struct console *c);
/* What comes by itself comes in swarms: one frame for all of a moment. A key does not wait for it. */
void console_paint_soon(struct console *c);

/* console_act.c: the part of struct app_ops that acts on systems. */
bool console_can_act(void *arg, int server, const char *place, const char *user);
int console_act(void *arg, const struct act_for *f, const struct planned *step, struct problem *p);
struct journal *console_journal(void *arg);
int console_incident(void *arg, int server, char *path, size_t size, struct problem *p);
void console_let_go(void *arg);
void console_cancel(void *arg);
char *console_one_line(void *arg, int server, const struct planned *step);

#endif
