#include "remedies/fix.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/clock.h"
#include "probes/base/secret.h"
#include "probes/base/text.h"
#include "probes/engine/engine.h"
#include "probes/link/loop.h"
#include "remedies/catalogue.h"
#include "remedies/explain.h"
#include "remedies/fill.h"
#include "remedies/plan.h"
#include "remedies/prompt.h"
#include "remedies/run.h"

enum { TURN_MS = 200, SETTLE_MS = 20000, GREEN_MS = 150000, FAILED_PROOF_MS = 10000, REPEAT_MS = 15000, TRIED_MAX = 32 };

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
	char tried[TRIED_MAX][128]; /* causes whose page was gone through to its end */
	int n_tried;
	bool at_line_start;       /* of what the command prints */
};

static volatile int interrupted;

static const struct server *server_of(const struct fix *x)
{
	return &engine_model(x->engine)->server[x->server];
}

static void on_interrupt(void *arg)
{
	(void)arg;
	interrupted = 1;
}

static void look_at_clocks(void *arg)
{
	struct fix *x = arg;
	if (guard_look(&x->guard, clock_wall_ms(), clock_mono_ms()))
		engine_ask_now(x->engine, x->server, -1);
}

static void turn(struct fix *x)
{
	loop_turn(x->loop, TURN_MS);
	look_at_clocks(x);
}

static bool can_act(void *arg, const char *place, const char *user)
{
	struct fix *x = arg;
	return engine_can_act(x->engine, x->server, place, user);
}

static void say_lines(const char *prefix, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		printf("%s%.*s\n", prefix, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

/* ---- waiting ---- */

/* Has every probe that is not green been asked again since then? */
static bool settled(const struct server *s, int64_t since)
{
	for (int i = 0; i < s->nodes; i++) {
		const struct node *n = &s->node[i];
		enum state state = n->verdict.state;
		if (n->probe->asks[0] && (state == STATE_FAIL || state == STATE_WARN || n->verdict.pending) && n->asked_at - n->took_ms < since)
			return false;
	}
	return true;
}

static void settle(struct fix *x)
{
	int64_t since = clock_wall_ms(), start = clock_mono_ms();
	const struct server *s = server_of(x);
	for (int i = 0; i < s->nodes; i++)
		if (s->node[i].verdict.state != STATE_OK && s->node[i].verdict.state != STATE_OFF)
			engine_ask_now(x->engine, x->server, i);
	do
		turn(x);
	while (!interrupted && !settled(server_of(x), since) && clock_mono_ms() - start < SETTLE_MS);
}

static bool all_green(const struct fix *x)
{
	const struct server *s = server_of(x);
	return server_exit_status(s) == 0 && s->state == STATE_OK;
}

/* What only waits (for cron, for the next segment) gets its time. */
static void wait_for_green(struct fix *x)
{
	int64_t start = clock_mono_ms(), told = start - REPEAT_MS, asked = start;
	while (!interrupted && !all_green(x) && !server_of(x)->roots && clock_mono_ms() - start < GREEN_MS) {
		if (clock_mono_ms() - told >= REPEAT_MS) {
			const struct server *s = server_of(x);
			for (int i = 0; i < s->nodes; i++)
				if (s->node[i].verdict.state == STATE_WARN || s->node[i].verdict.state == STATE_BLOCKED)
					printf("waiting: %s: %s\n", s->node[i].probe->title, s->node[i].verdict.say ? s->node[i].verdict.say : "");
			fflush(stdout);
			told = clock_mono_ms();
		}
		if (clock_mono_ms() - asked > 5000) {
			engine_ask_now(x->engine, x->server, -1);
			asked = clock_mono_ms();
		}
		turn(x);
	}
}

/* ---- one step ---- */

static void remake_plan(struct fix *x, struct plan *ret)
{
	struct plan_for f = {.server = server_of(x), .cause = x->cause, .answer = x->answer, .answers = x->page->asks,
			     .read_only = x->read_only, .can_act = can_act, .arg = x};
	plan_make(x->arena, x->page, &f, ret);
}

static void on_output(void *arg, const char *text, size_t n)
{
	struct fix *x = arg;
	fwrite(text, 1, n, stdout);
	fflush(stdout);
	if (n)
		x->at_line_start = text[n - 1] == '\n';
}

static void say_waiting(const struct run_state *s)
{
	struct str left = {0};
	if (s->until > clock_wall_ms())
		text_duration(&left, (double)(s->until - clock_wall_ms()) / 1000);
	printf("waiting for proof: %s%s%s\n", s->say, left.len ? ", due in " : "", str_text(&left));
	fflush(stdout);
	str_free(&left);
}

static void say_ended(struct fix *x, const struct planned *s, const struct run_state *state)
{
	if (!x->at_line_start)
		putchar('\n');
	if (state->ended)
		printf("exit status %d\n", state->status);
	else
		printf("it did not end as it should: %s\n", state->words);
	if (!state->expected)
		printf("not what was expected: no line matches %s\n", s->step->expect);
	if (*state->journal)
		printf("journal: %s\n", state->journal);
	fflush(stdout);
}

static bool went_wrong(const struct run_state *s)
{
	return s->acted && (!s->ended || s->status || !s->expected);
}

/* Turns the loop while the step runs and until it is proven or given up. */
static bool follow(struct fix *x, struct run *r, const struct planned *s)
{
	const struct run_state *state = run_state(r);
	int64_t told = 0, ended = 0;
	char before[sizeof state->say] = "";
	while (state->phase == RUN_RUNNING || state->phase == RUN_PROVING) {
		turn(x);
		if (interrupted || x->prompt.ended)
			run_cancel(r);
		if (state->phase == RUN_RUNNING) {
			if (prompt_nudged(&x->prompt))
				puts("(it still runs; Ctrl-C stops it)");
			continue;
		}
		if (!ended) {
			ended = clock_mono_ms();
			if (state->acted)
				say_ended(x, s, state);
		}
		if (state->phase == RUN_PROVING && (strcmp(before, state->say) || clock_mono_ms() - told > REPEAT_MS)) {
			say_waiting(state);
			snprintf(before, sizeof before, "%s", state->say);
			told = clock_mono_ms();
		}
		if (prompt_nudged(&x->prompt) || (went_wrong(state) && clock_mono_ms() - ended > FAILED_PROOF_MS))
			run_cancel(r);
	}
	interrupted = 0;
	if (state->acted && !ended)
		say_ended(x, s, state);
	if (state->phase == RUN_PROVEN)
		puts("proven: green");
	else if (state->phase == RUN_UNPROVEN)
		printf("not proven: %s\n", state->say);
	return state->phase == RUN_PROVEN || (state->phase == RUN_DONE && !went_wrong(state));
}

/* Asks what the step rests on again, and waits a moment for the answers. */
static void refresh(struct fix *x, const struct planned *s)
{
	const struct server *server = server_of(x);
	int64_t start = clock_mono_ms();
	struct problem p;
	int cause = plan_cause_node(server, x->cause);
	if (cause >= 0)
		engine_ask_now(x->engine, x->server, cause);
	for (const char *const *id = s->step->requires; *id; id++)
		if (server_node(server, *id) >= 0)
			engine_ask_now(x->engine, x->server, server_node(server, *id));
	do
		turn(x);
	while (clock_mono_ms() - start < 5000 &&
	       (clock_mono_ms() - start < 1000 || guard_fresh(&x->guard, server_of(x), x->cause, s->step, clock_wall_ms(), &p)));
}

static bool confirmed(struct fix *x, const struct planned *s)
{
	struct str question = {0};
	if (run_confirm(s) == CONFIRM_NOTHING)
		return true;
	if (s->step->risk == RISK_RESTART)
		printf("THIS RESTARTS A SERVICE on %s: its users are cut off.\n", s->host);
	if (s->step->risk == RISK_DESTRUCTIVE)
		printf("THIS CANNOT BE TAKEN BACK on %s.\n", s->host);
	run_question(s, &question);
	const char *typed = prompt_line(&x->prompt, str_text(&question));
	str_free(&question);
	if (typed && run_confirmed(s, typed))
		return true;
	puts("not run");
	return false;
}

/* Returns whether the step is done. */
static bool do_step(struct fix *x, const struct planned *s, bool watch_only)
{
	struct problem p;
	struct run_order o = {.loop = x->loop, .engine = x->engine, .server = x->server, .cause = x->cause, .step = s, .journal = x->journal,
			      .guard = &x->guard, .read_only = x->read_only, .watch_only = watch_only, .output = on_output, .arg = x};
	if (!watch_only && guard_fresh(&x->guard, server_of(x), x->cause, s->step, clock_wall_ms(), &p)) {
		printf("%s; asking again\n", p.say);
		refresh(x, s);
	}
	x->at_line_start = true;
	struct run *r = run_start(&o, &p);
	if (!r) {
		printf("not run: %s\n", p.say);
		return false;
	}
	bool done = follow(x, r, s);
	run_free(r);
	fflush(stdout);
	return done;
}

static bool copy_step(struct fix *x, const struct planned *s)
{
	printf("copy this, and run it on %s as %s:\n", s->host, *s->user ? s->user : "yourself");
	printf("\n%s\n\n", s->text ? s->text : s->shown);
	if (!s->step->proves[0])
		return true;
	puts("watching until it is proven; Enter stops watching");
	fflush(stdout);
	return do_step(x, s, true);
}

static bool run_step(struct fix *x, const struct planned *s)
{
	if (s->closed) {
		printf("closed: %s\n", s->closed);
		refresh(x, s);
		return false;
	}
	if (s->refused) {
		printf("refused: %s\n", s->refused);
		return false;
	}
	if (s->copy_only) {
		printf("%s\n", s->copy_only);
		return copy_step(x, s);
	}
	return confirmed(x, s) && do_step(x, s, false);
}

/* A value that was left empty on purpose: the steps that need it are not for today. */
static const char *left_empty(const struct fix *x, const struct planned *s)
{
	for (int i = 0; s->refused && x->answer && i < x->page->asks; i++) {
		char name[128];
		snprintf(name, sizeof name, "\"%s\" is empty", x->answer[i].name);
		if (!*x->answer[i].value && strstr(s->refused, name))
			return x->answer[i].name;
	}
	return NULL;
}

static bool not_needed(const struct fix *x, const struct planned *s)
{
	const char *empty = left_empty(x, s);
	if (empty) {
		printf("Step %d of the page: \"%s\" is left out, as no \"%s\" was given\n", s->number, s->step->heading, empty);
		return true;
	}
	if (s->proven) {
		printf("Step %d of the page: \"%s\" is proven already\n", s->number, s->step->heading);
		return true;
	}
	if (x->cause && !s->step->proves[0] && plan_cause_node(server_of(x), x->cause) < 0) {
		printf("Step %d of the page: \"%s\" is not needed any more\n", s->number, s->step->heading);
		return true;
	}
	return false;
}

/* Shows step k and asks until it is done or skipped. */
static void take_step(struct fix *x, int k)
{
	struct plan plan;
	struct str out = {0};
	char prompt[80];
	remake_plan(x, &plan);
	if (k >= plan.steps || not_needed(x, &plan.step[k]))
		return;
	explain_planned(&plan.step[k], plan.steps, &out);
	printf("\n%s", str_text(&out));
	str_free(&out);
	snprintf(prompt, sizeof prompt, "step %d of %d [r run, c copy, s skip, q quit]", k + 1, plan.steps);
	for (bool done = false; !done && !x->quit;) {
		const char *typed = prompt_line(&x->prompt, prompt);
		remake_plan(x, &plan);
		if (k >= plan.steps)
			return;
		const struct planned *s = &plan.step[k];
		if (!typed || !strcmp(typed, "q"))
			x->quit = true;
		else if (!strcmp(typed, "s"))
			done = true;
		else if (!strcmp(typed, "c"))
			done = copy_step(x, s);
		else if (!strcmp(typed, "r"))
			done = s->proven || run_step(x, s);
		else
			puts("r, c, s or q");
	}
}

/* ---- one cause ---- */

static const char *ask_value(struct fix *x, const struct asked_value *ask)
{
	const char *fallback = plan_fallback(ask, server_of(x)->view);
	char *prompt = arena_printf(x->arena, "value for %s [%s]", ask->name, fallback);
	printf("\n%s\n", ask->about);
	while (!x->quit) {
		struct problem p;
		struct str word = {0};
		const char *typed = ask->secret ? prompt_secret(&x->prompt, prompt) : prompt_line(&x->prompt, prompt);
		if (!typed) {
			x->quit = true;
			break;
		}
		char *value = arena_dup(x->arena, *typed ? typed : fallback);
		int wrong = *value || ask->secret ? fill_value(&word, ask->name, value, &p) : 0;
		str_free(&word);
		if (!wrong) {
			if (ask->secret)
				secret_learn(value);
			return value;
		}
		printf("%s\n", p.say);
	}
	return "";
}

static void ask_values(struct fix *x)
{
	x->answer = arena_alloc(x->arena, sizeof *x->answer * (size_t)(x->page->asks + 1));
	for (int i = 0; i < x->page->asks && !x->quit; i++)
		x->answer[i] = (struct answer){x->page->ask[i].name, ask_value(x, &x->page->ask[i])};
}

static void say_why(struct fix *x)
{
	struct str out = {0};
	if (x->page->why[strspn(x->page->why, " \n")])
		page_render(&out, x->page->why, 79);
	printf("\n%s\n\n%s", x->page->title, str_text(&out));
	fflush(stdout);
	str_free(&out);
}

static void follow_page(struct fix *x, const char *cause)
{
	struct problem p;
	struct plan plan;
	x->arena = arena_new();
	x->cause = arena_dup(x->arena, cause);
	x->page = remedy_find(x->arena, cause, &p);
	if (!x->page) {
		printf("%s\n", p.say);
		goto out;
	}
	say_why(x);
	ask_values(x);
	if (x->quit)
		goto out;
	remake_plan(x, &plan);
	for (int k = 0; k < plan.steps && !x->quit; k++)
		take_step(x, k);
out:
	arena_free(x->arena);
	x->arena = NULL;
	x->page = NULL;
	x->cause = NULL;
}

/* ---- the whole ---- */

static bool was_tried(const struct fix *x, const char *cause)
{
	for (int i = 0; i < x->n_tried; i++)
		if (!strcmp(x->tried[i], cause))
			return true;
	return false;
}

static const struct root *next_root(const struct fix *x)
{
	const struct server *s = server_of(x);
	for (int i = 0; i < s->roots; i++)
		if (!was_tried(x, s->root[i].finding->cause))
			return &s->root[i];
	return NULL;
}

static void say_root(const struct root *root)
{
	const struct finding *f = root->finding;
	const struct cause *c = cause_find(f->cause);
	printf("\nroot cause: %s (%s)\n%s\n", c ? c->title : f->cause, f->cause, f->say);
	if (f->evidence && *f->evidence)
		say_lines("  | ", f->evidence);
	if (root->unblocks)
		printf("fixing it should unblock %d\n", root->unblocks);
	if (!isnan(f->urgency)) {
		struct str left = {0};
		text_duration(&left, f->urgency);
		printf("time left: %s\n", str_text(&left));
		str_free(&left);
	}
	fflush(stdout);
}

static void say_open(const struct server *s)
{
	for (int i = 0; i < s->roots; i++)
		printf("%s %s: %s\n", i ? " also" : "first", s->root[i].finding->cause, s->root[i].finding->say);
}

static int finish(struct fix *x)
{
	const struct server *s = server_of(x);
	if (all_green(x) || server_exit_status(s) == 0) {
		puts("all green");
		return 0;
	}
	const char *say = s->roots ? s->root[0].finding->say : "";
	for (int i = 0; i < s->nodes && !*say; i++)
		if (s->node[i].verdict.state != STATE_OK && s->node[i].verdict.state != STATE_OFF && s->node[i].verdict.say)
			say = s->node[i].verdict.say;
	printf("not green yet: %s\n", say);
	return server_exit_status(s);
}

static void walk(struct fix *x)
{
	while (!x->quit) {
		const struct root *root = next_root(x);
		if (!root) {
			wait_for_green(x);
			if (!next_root(x))
				return;
			continue;
		}
		char cause[128];
		snprintf(cause, sizeof cause, "%s", root->finding->cause);
		say_root(root);
		follow_page(x, cause);
		if (x->quit)
			return;
		settle(x);
		if (x->n_tried == TRIED_MAX)
			return;
		snprintf(x->tried[x->n_tried++], sizeof x->tried[0], "%s", cause);
	}
}

int fix_walk(struct loop *l, struct engine *e, int server, bool read_only)
{
	struct fix x = {.loop = l, .engine = e, .server = server, .read_only = read_only, .journal = journal_open(),
			.prompt = {.loop = l, .fd = STDIN_FILENO, .interrupted = &interrupted, .turned = look_at_clocks}};
	x.prompt.arg = &x;
	loop_signal_watch(l, SIGINT, on_interrupt, NULL);
	engine_start(e, true);
	printf("looking at %s\n", server_of(&x)->name);
	fflush(stdout);
	while (!engine_sweep_done(e) && !interrupted)
		turn(&x);
	if (*journal_say(x.journal))
		printf("%s\n", journal_say(x.journal));
	say_open(server_of(&x));
	walk(&x);
	int status = finish(&x);
	fflush(stdout);
	prompt_free(&x.prompt);
	journal_close(x.journal);
	return status;
}
