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
#include "remedies/fill.h"
#include "remedies/fix_inside.h"
#include "remedies/walking.h"

enum { TURN_MS = 200, SETTLE_MS = 20000, GREEN_MS = 150000 };

static volatile int interrupted, ending;

const struct server *fix_server(const struct fix *x)
{
	if (x->server < 0)
		return walking_nowhere();
	return &engine_model(x->engine)->server[x->server];
}

static void on_interrupt(void *arg)
{
	(void)arg;
	interrupted = 1;
}

/* Told to end, or the line is gone: what runs is cancelled and journalled, then it is over. */
static void on_end(void *arg)
{
	(void)arg;
	interrupted = ending = 1;
}

void fix_look_at_clocks(void *arg)
{
	struct fix *x = arg;
	if (guard_look(&x->guard, clock_wall_ms(), clock_mono_ms()) && x->server >= 0)
		engine_ask_now(x->engine, x->server, -1);
}

void fix_turn(struct fix *x)
{
	loop_turn(x->loop, TURN_MS);
	fix_look_at_clocks(x);
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
	const struct server *s = fix_server(x);
	for (int i = 0; i < s->nodes; i++)
		if (s->node[i].verdict.state != STATE_OK && s->node[i].verdict.state != STATE_OFF)
			engine_ask_now(x->engine, x->server, i);
	do
		fix_turn(x);
	while (!interrupted && !settled(fix_server(x), since) && clock_mono_ms() - start < SETTLE_MS);
}

static bool all_green(const struct fix *x)
{
	const struct server *s = fix_server(x);
	return server_exit_status(s) == 0 && s->state == STATE_OK;
}

/* What only waits (for cron, for the next segment) gets its time. */
static void wait_for_green(struct fix *x)
{
	int64_t start = clock_mono_ms(), told = start - FIX_REPEAT_MS, asked = start;
	while (!interrupted && !all_green(x) && !fix_server(x)->roots && clock_mono_ms() - start < GREEN_MS) {
		if (clock_mono_ms() - told >= FIX_REPEAT_MS) {
			const struct server *s = fix_server(x);
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
		fix_turn(x);
	}
}

/* ---- one cause ---- */

const char *fix_ask(struct fix *x, const struct asked_value *ask, const char *fallback)
{
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
		int wrong = *value ? fill_value(&word, ask->name, value, &p) || (x->check && x->check(ask->name, value, &p)) : 0;
		str_free(&word);
		if (!wrong) {
			if (ask->secret && *value)
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
		x->answer[i] = (struct answer){x->page->ask[i].name, fix_ask(x, &x->page->ask[i], plan_fallback(&x->page->ask[i], fix_server(x)->view))};
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
	fix_plan(x, &plan);
	for (int k = 0; k < plan.steps && !x->quit && !*x->wanted; k++)
		fix_step(x, k);
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
	const struct server *s = fix_server(x);
	for (int i = 0; i < s->roots; i++)
		if (!was_tried(x, s->root[i].finding->cause))
			return &s->root[i];
	return NULL;
}

static void say_finding(const struct finding *f)
{
	const struct cause *c = cause_find(f->cause);
	printf("\n%s: %s (%s)\n%s\n", f->rank == RANK_ADVICE ? "advice" : "root cause", c ? c->title : f->cause, f->cause, f->say);
	if (f->evidence && *f->evidence)
		say_lines("  | ", f->evidence);
}

static void say_root(const struct root *root)
{
	const struct finding *f = root->finding;
	say_finding(f);
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
	const struct server *s = fix_server(x);
	if (all_green(x) || server_exit_status(s) == 0) {
		puts("all green");
		for (int i = 0; i < s->advices; i++)
			printf("advice %s: %s\n", s->advice[i]->cause, s->advice[i]->say);
		return 0;
	}
	const char *say = s->roots ? s->root[0].finding->say : "";
	for (int i = 0; i < s->nodes && !*say; i++)
		if (s->node[i].verdict.state != STATE_OK && s->node[i].verdict.state != STATE_OFF && s->node[i].verdict.say)
			say = s->node[i].verdict.say;
	printf("not green yet: %s\n", say);
	return server_exit_status(s);
}

/* The one cause that was asked for, if it is there. */
static void walk_one(struct fix *x, const char *cause)
{
	const struct server *s = fix_server(x);
	int node = plan_cause_node(s, cause);
	if (node < 0) {
		printf("%s: no probe finds it\n", cause);
		return;
	}
	const struct verdict *v = &s->node[node].verdict;
	for (int i = 0; i < v->findings; i++)
		if (!strcmp(v->finding[i].cause, cause))
			say_finding(&v->finding[i]);
	follow_page(x, cause);
	if (!x->quit)
		settle(x);
}

/* The cause to go to next: what was chosen, else the first that was not tried; false when there is none. */
static bool next_cause(struct fix *x, char *ret, size_t size)
{
	const struct root *root = NULL;
	if (!x->guided && !*x->wanted)
		fix_menu(x);
	if (!*x->wanted && !x->quit)
		root = next_root(x);
	snprintf(ret, size, "%s", *x->wanted ? x->wanted : root ? root->finding->cause : "");
	x->wanted[0] = '\0';
	if (root)
		say_root(root);
	return *ret && !x->quit;
}

static void walk(struct fix *x)
{
	char cause[128];
	while (!x->quit) {
		if (!next_cause(x, cause, sizeof cause)) {
			if (!x->quit)
				wait_for_green(x);
			if (!next_root(x))
				return;
			continue;
		}
		follow_page(x, cause);
		if (x->quit)
			return;
		if (*x->wanted)
			continue;
		settle(x);
		if (x->n_tried == FIX_TRIED)
			return;
		snprintf(x->tried[x->n_tried++], sizeof x->tried[0], "%s", cause);
	}
}

void fix_open(struct fix *x)
{
	x->journal = journal_open();
	x->interrupted = &interrupted;
	x->ending = &ending;
	x->prompt = (struct prompt){.loop = x->loop, .fd = STDIN_FILENO, .interrupted = &interrupted, .turned = fix_look_at_clocks, .arg = x};
	interrupted = ending = 0;
	loop_signal_watch(x->loop, SIGINT, on_interrupt, NULL);
	loop_signal_watch(x->loop, SIGTERM, on_end, NULL);
	loop_signal_watch(x->loop, SIGHUP, on_end, NULL);
	if (x->server >= 0) {
		engine_start(x->engine, true);
		printf("looking at %s\n", fix_server(x)->name);
		fflush(stdout);
		while (!engine_sweep_done(x->engine) && !interrupted)
			fix_turn(x);
	}
	if (*journal_say(x->journal))
		printf("%s\n", journal_say(x->journal));
	if (*journal_lost(x->journal))
		printf("%s\n", journal_lost(x->journal));
}

void fix_close(struct fix *x)
{
	fflush(stdout);
	prompt_free(&x->prompt);
	journal_close(x->journal);
}

static int talk(struct fix *x, const char *cause)
{
	fix_open(x);
	say_open(fix_server(x));
	if (cause)
		walk_one(x, cause);
	else
		walk(x);
	int status = finish(x);
	fix_close(x);
	return status;
}

int fix_walk(struct loop *l, struct engine *e, int server, const char *cause, bool read_only)
{
	struct fix x = {.loop = l, .engine = e, .server = server, .read_only = read_only, .guided = true};
	return talk(&x, cause);
}

int fix_talk(struct loop *l, struct engine *e, int server, bool read_only)
{
	struct fix x = {.loop = l, .engine = e, .server = server, .read_only = read_only};
	return talk(&x, NULL);
}
