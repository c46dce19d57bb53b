#include "tui/console_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/engine/engine.h"
#include "probes/engine/past.h"
#include "probes/link/loop.h"
#include "probes/link/place.h"
#include "remedies/run.h"
#include "tui/app.h"
#include "tui/clipboard.h"
#include "tui/input.h"
#include "tui/outside.h"
#include "tui/screen/walk.h"
#include "tui/term.h"

enum { ESC_MS = 120, TICK_MS = 1000, GATHER_MS = 40, NO_TERMINAL = 3 };

static int64_t now_of(const struct console *c)
{
	const struct model *m = engine_model(c->engine);
	return m->replaying ? m->now : clock_wall_ms();
}

static void paint(void *arg)
{
	struct console *c = arg;
	c->paint = NULL;
	c->gathers = false;
	if (c->app.quit || c->lost || c->plain || c->outside)
		return;
	app_draw(&c->app, c->canvas);
	term_paint(c->term, c->canvas);
}

/* Everything that happens in one turn of the loop is one frame. */
void console_paint(struct console *c)
{
	if (c->paint && c->gathers)
		loop_timer_stop(c->paint);
	if (!c->paint || c->gathers)
		c->paint = loop_timer_start(c->loop, 0, 0, paint, c);
	c->gathers = false;
}

void console_paint_soon(struct console *c)
{
	if (c->paint)
		return;
	c->gathers = true;
	c->paint = loop_timer_start(c->loop, GATHER_MS, 0, paint, c);
}

static void finish(struct console *c)
{
	c->app.quit = true;
	loop_stop(c->loop);
}

static void on_key(void *arg, int32_t key, bool pasted)
{
	struct console *c = arg;
	/* A paste is text for a field; there it comes without line ends, elsewhere every letter
	 * would be a command. */
	if (pasted ? !app_paste(&c->app, key) : !app_key(&c->app, key))
		return;
	console_paint(c);
	if (c->app.quit)
		finish(c);
}

static void on_esc_time(void *arg)
{
	struct console *c = arg;
	c->esc = NULL;
	input_timeout(&c->input, on_key, c);
}

static void lose_terminal(struct console *c)
{
	c->lost = true;
	finish(c);
}

static void on_resize(void *arg)
{
	struct console *c = arg;
	int h, w;
	if (c->plain || c->outside)
		return;
	term_size(&h, &w);
	term_resized(c->term);
	canvas_resize(c->canvas, h, w);
	console_paint(c);
}

static void leave_plain(struct console *c)
{
	c->plain = false;
	term_enter(c->term);
	on_resize(c);
}

/* At most one buffer a turn: a flood of keys keeps nothing else from happening. */
static void on_readable(void *arg)
{
	struct console *c = arg;
	char buf[1024];
	struct pollfd p = {.fd = term_input(c->term), .events = POLLIN};
	if (poll(&p, 1, 0) <= 0)
		return;
	ssize_t n = read(p.fd, buf, sizeof buf);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		lose_terminal(c);
		return;
	}
	if (c->plain) {
		if (memchr(buf, '\n', (size_t)n))
			leave_plain(c);
		return;
	}
	loop_timer_stop(c->esc);
	c->esc = NULL;
	input_feed(&c->input, buf, (size_t)n, on_key, c);
	unsigned wait = input_wait_ms(&c->input, c->esc_ms);
	if (wait && !c->app.quit)
		c->esc = loop_timer_start(c->loop, wait, 0, on_esc_time, c);
}

/* Changes when a state or a cause does, not when an age in a sentence moves on. */
static uint64_t what_matters(const struct model *m)
{
	uint64_t sum = 14695981039346656037u;
	for (int i = 0; i < m->servers; i++)
		for (int k = 0; k < m->server[i].nodes; k++) {
			const struct verdict *v = &m->server[i].node[k].verdict;
			const char *cause = v->findings ? v->finding[0].cause : "";
			sum = (sum ^ (uint64_t)(v->state * 2 + v->pending)) * 1099511628211u;
			for (; *cause; cause++)
				sum = (sum ^ (unsigned char)*cause) * 1099511628211u;
		}
	return sum;
}

static void on_change(void *arg)
{
	struct console *c = arg;
	uint64_t matters = c->app.options.quiet_clock ? what_matters(engine_model(c->engine)) : 0; /* hundreds of servers: only where it is wanted */
	bool same = matters == c->matters;
	c->matters = matters;
	if (c->app.options.quiet_clock && same && !app_moving(&c->app)) {
		app_tick(&c->app, c->app.now);
		return;
	}
	app_tick(&c->app,
		 c->app.options.quiet_clock && !engine_model(c->engine)->replaying ? c->app.now : now_of(c));
	console_paint_soon(c);
}

static void on_second(void *arg)
{
	struct console *c = arg;
	int64_t now = now_of(c);
	guard_look(&c->guard, clock_wall_ms(), clock_mono_ms());
	app_tick(&c->app, now);
	if (!c->app.options.quiet_clock || app_moving(&c->app))
		console_paint(c);
}

static void on_end(void *arg)
{
	finish(arg);
}

static void on_hangup(void *arg)
{
	lose_terminal(arg);
}

static void on_stop(void *arg)
{
	struct console *c = arg;
	if (c->outside)
		return;
	if (!c->plain)
		term_leave(c->term);
	kill(getpid(), SIGSTOP);
	leave_plain(c);
}

static void ask_now(void *arg, int server, int node)
{
	struct console *c = arg;
	engine_ask_now(c->engine, server, node);
}

static void freeze(void *arg, bool frozen)
{
	struct console *c = arg;
	engine_freeze(c->engine, frozen);
}

static void copy(void *arg, const char *text)
{
	struct console *c = arg;
	struct str bytes = {0};
	enum clipboard_way way = clipboard_choose(getenv("TMUX"), getenv("STY"));
	if (way == CLIPBOARD_TMUX && !clipboard_tmux(text))
		way = CLIPBOARD_RAW;
	if (way != CLIPBOARD_TMUX) {
		clipboard_sequence(&bytes, way, text);
		term_send(c->term, bytes.s, bytes.len);
	}
	app_notice(&c->app, "%s", clipboard_words(way));
	str_free(&bytes);
}

static void plain(void *arg, const char *text)
{
	struct console *c = arg;
	term_leave(c->term);
	printf("\n%s\n\n[Enter returns to walmedic] ", text);
	fflush(stdout);
	c->plain = true;
}

static void suspend(void *arg)
{
	on_stop(arg);
}

static void on_readable(void *arg);
static void discard_input(void *arg);

static void on_outside_end(void *arg, int status)
{
	struct console *c = arg;
	(void)status;
	c->outside = NULL;
	c->in = loop_fd_watch(c->loop, term_input(c->term), on_readable, c);
	leave_plain(c);
}

/* Nothing of ours reads or paints until it has ended. */
static void go_outside(struct console *c, const char *command, const char *text, const char *says)
{
	struct problem p;
	discard_input(c);
	term_leave(c->term);
	loop_fd_stop(c->in);
	c->in = NULL;
	if (says)
		puts(says);
	fflush(stdout);
	c->outside = outside_start(c->loop, STDIN_FILENO, command, text, on_outside_end, c, &p);
	if (c->outside)
		return;
	on_outside_end(c, -1);
	app_notice(&c->app, "%s", p.say);
}

static void shell(void *arg)
{
	go_outside(arg, "exec \"${SHELL:-/bin/sh}\"", NULL, "walmedic goes on watching; `exit` or Ctrl-D leads back to it");
}

static void pager(void *arg, const char *text)
{
	go_outside(arg, "export LESSSECURE=1; if [ -n \"$PAGER\" ]; then eval \"$PAGER\"; elif command -v less >/dev/null; then less; else more; fi", text, NULL);
}

static void setup(void *arg)
{
	struct console *c = arg;
	if (c->options->setup) {
		app_notice(&c->app, "a server that was set up just now is watched from the next start of walmedic on");
		go_outside(c, c->options->setup, NULL, "Ctrl-D, or q at a step, leads back to the console");
	} else {
		app_notice(&c->app, "nothing can be set up from here");
	}
}

static void redraw(void *arg)
{
	struct console *c = arg;
	term_spoil(c->term);
	console_paint(c);
}

static void discard_input(void *arg)
{
	struct console *c = arg;
	term_discard_input();
	input_flush(&c->input);
}

static int64_t mono_ms(void *arg)
{
	(void)arg;
	return clock_mono_ms();
}

static const struct model *past(void *arg, int server, int64_t t, struct problem *why)
{
	struct console *c = arg;
	return past_at(&c->past, c->engine, server, t, why);
}

static const struct app_ops ops = {.past = past,
				   .discard_input = discard_input,
				   .mono_ms = mono_ms,
				   .can_act = console_can_act,
				   .act = console_act,
				   .journal = console_journal,
				   .incident = console_incident,
				   .let_go = console_let_go,
				   .cancel = console_cancel,
				   .one_line = console_one_line,
				   .ask_now = ask_now,
				   .freeze = freeze,
				   .copy = copy,
				   .plain = plain,
				   .suspend = suspend,
				   .shell = shell,
				   .pager = pager,
				   .setup = setup,
				   .redraw = redraw};

static const struct theme *choose_theme(const struct console_options *o)
{
	const struct theme *t = theme_find(o->no_color ? "mono" : o->theme);
	return t ? t : theme_find(NULL);
}

static unsigned choose_esc_ms(void)
{
	const char *s = getenv("ESCDELAY");
	long ms = s ? strtol(s, NULL, 10) : 0;
	return ms >= 10 && ms <= 2000 ? (unsigned)ms : ESC_MS;
}

static void watch(struct console *c)
{
	static const struct {
		int signo;
		loop_call *call;
	} rows[] = {{SIGHUP, on_hangup},
		    {SIGTERM, on_end},
		    {SIGINT, on_end},
		    {SIGWINCH, on_resize},
		    {SIGTSTP, on_stop}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		loop_signal_watch(c->loop, rows[i].signo, rows[i].call, c);
}

static void start(struct console *c, const struct console_options *o)
{
	int h, w;
	bool ascii = o->ascii || style_needs_ascii(nl_langinfo(CODESET), term_name(c->term));
	struct app_options ao = {
	    .ascii = ascii, .read_only = o->read_only, .quiet_clock = o->quiet_clock, .runbooks = o->runbooks};
	c->read_only = o->read_only;
	guard_look(&c->guard, clock_wall_ms(), clock_mono_ms());
	app_init(&c->app, engine_model(c->engine), &ops, c, &ao);
	c->app.now = now_of(c);
	if (o->walk)
		app_open(&c->app, &screen_walk, &(struct subject){0, -1, o->walk});
	if (o->notice)
		app_notice(&c->app, "%s", o->notice);
	term_size(&h, &w);
	c->canvas = canvas_new(h, w, ascii);
	c->esc_ms = choose_esc_ms();
	term_keys(c->term, &c->input);
	c->input.mouse = o->mouse;
	if (term_stands_in(c->term))
		app_notice(&c->app, "terminal \"%s\" is not known here; using \"%s\"",
			   getenv("TERM"), term_name(c->term));
	engine_on_change(c->engine, on_change, c);
	paint(c);
}

static void end(struct console *c)
{
	engine_on_change(c->engine, NULL, NULL);
	loop_timer_stop(c->esc);
	loop_timer_stop(c->paint);
	run_free(c->run);
	c->run = NULL;
	if (c->journal)
		journal_close(c->journal);
	app_done(&c->app);
	past_free(c->past);
	term_close(c->term);
	canvas_free(c->canvas);
}

int console_run(struct loop *l, struct engine *e, const struct console_options *o)
{
	struct console c = {.loop = l, .engine = e, .options = o};
	struct problem p;
	watch(&c); /* before curses, which leaves alone what is caught already */
	c.term = term_open(choose_theme(o), o->mouse, &p);
	if (!c.term) {
		problem_print(stderr, &p);
		return NO_TERMINAL;
	}
	start(&c, o);
	c.in = loop_fd_watch(l, term_input(c.term), on_readable, &c);
	struct loop_timer *second = loop_timer_start(l, TICK_MS, TICK_MS, on_second, &c);
	if (c.in)
		loop_run(l);
	outside_stop(c.outside);
	loop_fd_stop(c.in);
	loop_timer_stop(second);
	end(&c);
	return 0;
}
