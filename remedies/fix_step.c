/* One step of the walkthrough: shown, asked for, run or copied, and watched until it is proven. */
#include "remedies/fix_inside.h"

#include <stdio.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/text.h"
#include "probes/link/loop.h"
#include "remedies/explain.h"

enum { FAILED_PROOF_MS = 10000, HEAR_MS = 10000 };

static bool can_act(void *arg, const char *place, const char *user)
{
	struct fix *x = arg;
	return engine_can_act(x->engine, x->server, place, user);
}

void fix_plan(struct fix *x, struct plan *ret)
{
	struct plan_for f = {.server = fix_server(x), .cause = x->cause, .answer = x->answer, .answers = x->page->asks,
			     .on = x->on, .as = x->as, .read_only = x->read_only, .since = x->acted_at, .can_act = x->server < 0 ? NULL : can_act, .arg = x};
	plan_make(x->arena, x->page, &f, ret);
}

static void on_output(void *arg, const char *text, size_t n)
{
	struct fix *x = arg;
	if (x->held) {
		str_addn(x->held, text, n);
		return;
	}
	fwrite(text, 1, n, stdout);
	fflush(stdout);
	if (x->heard)
		x->heard(x->heard_arg, text, n);
	if (n)
		x->at_line_start = text[n - 1] == '\n';
}

static void on_given(void *arg, const char *name, const char *value)
{
	struct fix *x = arg;
	for (int i = 0; i < x->page->asks; i++)
		if (!strcmp(x->page->ask[i].name, name) && x->answer)
			x->answer[i].value = arena_dup(x->arena, value);
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
		fix_turn(x);
		if (*x->interrupted || (*x->ending && state->phase == RUN_PROVING))
			run_cancel(r);
		*x->interrupted = 0;
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
		if (state->phase == RUN_PROVING && (strcmp(before, state->say) || clock_mono_ms() - told > FIX_REPEAT_MS)) {
			say_waiting(state);
			snprintf(before, sizeof before, "%s", state->say);
			told = clock_mono_ms();
		}
		if (prompt_nudged(&x->prompt) || (went_wrong(state) && clock_mono_ms() - ended > FAILED_PROOF_MS && state->until <= clock_wall_ms()))
			run_cancel(r);
	}
	if (state->acted && !ended)
		say_ended(x, s, state);
	if (state->ended)
		snprintf(x->outcome, sizeof x->outcome, "exit status %d%s", state->status, state->expected ? "" : ", not what was expected");
	else
		snprintf(x->outcome, sizeof x->outcome, "%.180s", state->words);
	x->quit |= *x->ending != 0;
	*x->interrupted = *x->ending;
	if (state->phase == RUN_PROVEN)
		puts("proven: green");
	else if (state->phase == RUN_UNPROVEN)
		printf("not proven: %s\n", state->say);
	else if (s->proof_later && !went_wrong(state))
		puts("done; a later step proves it");
	return state->phase == RUN_PROVEN || (state->phase == RUN_DONE && !went_wrong(state));
}

/* Asks what the step rests on again, and waits a moment for the answers. */
static void refresh(struct fix *x, const struct planned *s)
{
	const struct server *server = fix_server(x);
	int64_t start = clock_mono_ms();
	struct problem p;
	int cause = plan_cause_node(server, x->cause);
	if (cause >= 0)
		engine_ask_now(x->engine, x->server, cause);
	for (const char *const *id = s->step->requires; *id; id++)
		if (server_node(server, *id) >= 0)
			engine_ask_now(x->engine, x->server, server_node(server, *id));
	do
		fix_turn(x);
	while (clock_mono_ms() - start < 5000 &&
	       (clock_mono_ms() - start < 1000 || guard_fresh(&x->guard, fix_server(x), x->cause, s->step, clock_wall_ms(), &p)));
}

/* What the answers file allows. */
static bool confirmed_before(const struct fix *x, const struct planned *s)
{
	if (s->step->risk == RISK_CHANGE || (s->step->risk == RISK_RESTART && x->may_restart))
		return true;
	if (s->step->risk == RISK_RESTART)
		printf("not run: it restarts a service on %s, and the answers do not allow that\n"
		       "HINT: restart it at a good moment and start the same command again, or write \"restart = yes\"\n", s->host);
	else
		puts("not run: what cannot be taken back is never done without somebody");
	return false;
}

static bool confirmed(struct fix *x, const struct planned *s)
{
	struct str question = {0};
	if (run_confirm(s) == CONFIRM_NOTHING || (x->changes_confirmed && s->step->risk == RISK_CHANGE))
		return true;
	if (x->unattended)
		return confirmed_before(x, s);
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

/* Was every green that steps of the page rest on heard since the last change? `ask`: asks again for those that were not. */
static bool hears_all(struct fix *x, bool ask)
{
	const struct server *s = fix_server(x);
	bool all = true;
	for (int k = 0; s && k < x->page->steps; k++)
		for (const char *const *id = x->page->step[k].proves; *id; id++) {
			int i = server_node(s, *id);
			if (i < 0 || !plan_is_green(&s->node[i], x->cause) || plan_heard(&s->node[i], x->acted_at))
				continue;
			all = false;
			if (ask)
				engine_ask_now(x->engine, x->server, i);
		}
	return all;
}

/* Something was changed: whether later steps are proven already is asked anew, not remembered. */
static void hear_again(struct fix *x)
{
	int64_t start = clock_mono_ms();
	x->acted_at = clock_wall_ms();
	for (bool all = hears_all(x, true); !all && clock_mono_ms() - start < HEAR_MS && !*x->interrupted; all = hears_all(x, false))
		fix_turn(x);
}

/* Returns whether the step is done. */
static bool do_step(struct fix *x, const struct planned *s)
{
	struct problem p;
	struct run_order o = {.loop = x->loop, .engine = x->engine, .server = x->server, .cause = x->cause, .step = s, .journal = x->journal,
			      .walk = x->walk, .key = x->key,
			      .guard = &x->guard, .read_only = x->read_only, .output = on_output, .given = on_given, .arg = x};
	if (guard_fresh(&x->guard, fix_server(x), x->cause, s->step, clock_wall_ms(), &p)) {
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
	bool changed = run_state(r)->acted && s->step->risk != RISK_READ;
	run_free(r);
	if (changed && !x->flows) /* what flows looks at each step itself */
		hear_again(x);
	fflush(stdout);
	return done;
}

enum look fix_look(struct fix *x, const struct planned *s, struct str *out)
{
	struct problem p;
	struct run_order o = {.loop = x->loop, .engine = x->engine, .server = x->server, .step = s, .journal = x->journal, .guard = &x->guard,
			      .read_only = x->read_only, .look = true, .output = on_output, .given = on_given, .arg = x};
	struct run *r = run_start(&o, &p);
	if (!r) {
		str_addf(out, "%s\n", p.say);
		return LOOK_TROUBLE;
	}
	const struct run_state *state = run_state(r);
	x->held = out;
	while (state->phase == RUN_RUNNING) {
		fix_turn(x);
		if (*x->interrupted)
			run_cancel(r);
	}
	x->held = NULL;
	x->quit |= *x->ending != 0;
	*x->interrupted = *x->ending;
	if (!state->ended)
		str_addf(out, "%s\n", state->words);
	enum look look = state->ended && !state->status ? LOOK_RIGHT : state->ended && state->status == 1 ? LOOK_OPEN : LOOK_TROUBLE;
	run_free(r);
	return look;
}

bool fix_watch(struct fix *x, const struct planned *s, int64_t ms)
{
	struct problem p;
	int64_t start = clock_mono_ms();
	struct run_order o = {.loop = x->loop, .engine = x->engine, .server = x->server, .step = s, .journal = x->journal, .guard = &x->guard,
			      .watch_only = true, .arg = x};
	struct run *r = run_start(&o, &p);
	while (r && run_state(r)->phase == RUN_PROVING && clock_mono_ms() - start < ms && !*x->interrupted)
		fix_turn(x);
	bool proven = r && run_state(r)->phase == RUN_PROVEN;
	run_free(r);
	return proven;
}

static bool copied_is_proven(void *arg)
{
	const struct fix *x = arg;
	return x->watching && run_state(x->watching)->phase == RUN_PROVEN;
}

void fix_stop_watching(struct fix *x)
{
	x->prompt.wakes = NULL;
	run_free(x->watching);
	x->watching = NULL;
}

/* Nothing but the commands, with a comment above them: also a machine may take it from here. */
void fix_copy(struct fix *x, const struct planned *s)
{
	struct problem p;
	struct run_order o = {.loop = x->loop, .engine = x->engine, .server = x->server, .cause = x->cause, .step = s, .journal = x->journal,
			      .walk = x->walk, .key = x->key,
			      .guard = &x->guard, .watch_only = true, .arg = x};
	if (*s->host)
		printf("# copy this, and run it on %s as %s\n", s->host, *s->user ? s->user : "yourself");
	else
		puts("# copy this, and run it where it belongs");
	for (int i = 0; i < s->secrets; i++)
		printf("# first: read -rs %s; export %s\n", s->secret[i].name, s->secret[i].name);
	puts(s->text ? s->text : s->shown);
	fix_stop_watching(x);
	if (!s->step->proves[0] || x->server < 0)
		return;
	x->watching = run_start(&o, &p);
	x->prompt.wakes = copied_is_proven;
}

bool fix_run(struct fix *x, const struct planned *s)
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
		printf("# %s\n", s->copy_only);
		fix_copy(x, s);
		return false;
	}
	fix_stop_watching(x);
	return confirmed(x, s) && do_step(x, s);
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

/* A step that only looks is there for the steps after it: while one of those is open, it is not past. */
static bool leads_nowhere(const struct plan *plan, int k)
{
	for (int i = k; i < plan->steps; i++)
		if (plan->step[i].step->proves[0] && !plan->step[i].proven)
			return false;
	return true;
}

static bool not_needed(const struct fix *x, const struct plan *plan, int k)
{
	const struct planned *s = &plan->step[k];
	const char *empty = left_empty(x, s);
	if (empty) {
		printf("Step %d of the page: \"%s\" is left out, as no \"%s\" was given\n", s->number, s->step->heading, empty);
		return true;
	}
	if (s->proven) {
		printf("Step %d of the page: \"%s\" is proven already\n", s->number, s->step->heading);
		return true;
	}
	if (x->cause && leads_nowhere(plan, k) && plan_cause_node(fix_server(x), x->cause) < 0) {
		printf("Step %d of the page: \"%s\" is not needed any more\n", s->number, s->step->heading);
		return true;
	}
	return false;
}

/* Does what was typed; returns whether the step is done. */
static bool obey(struct fix *x, const char *typed, const struct planned *s)
{
	if (!typed && x->prompt.woken) {
		puts("proven: green");
		return true;
	}
	if (!typed || !strcmp(typed, "q")) {
		x->quit = true;
		return false;
	}
	if (!strcmp(typed, "s"))
		return true;
	if (!strcmp(typed, "r") && s->proven) {
		puts("not run: it is proven already");
		return true;
	}
	if (!strcmp(typed, "r"))
		return fix_run(x, s);
	if (!strcmp(typed, "m"))
		fix_menu(x);
	else if (!strcmp(typed, "c"))
		fix_copy(x, s);
	else
		puts("r, c, s, m or q");
	return *x->wanted != '\0';
}

/* Shows step k and asks until it is done or skipped. */
void fix_step(struct fix *x, int k)
{
	struct plan plan;
	struct str out = {0};
	char prompt[80];
	fix_plan(x, &plan);
	if (k >= plan.steps || not_needed(x, &plan, k))
		return;
	explain_planned(&plan.step[k], plan.steps, &out);
	printf("\n%s", str_text(&out));
	str_free(&out);
	snprintf(prompt, sizeof prompt, "step %d of %d [%sc copy, s skip, m menu, q quit]", k + 1, plan.steps, plan.step[k].copy_only ? "" : "r run, ");
	for (bool done = false; !done && !x->quit;) {
		const char *typed = prompt_line(&x->prompt, prompt);
		fix_plan(x, &plan);
		if (k >= plan.steps)
			break;
		done = obey(x, typed, &plan.step[k]);
	}
	fix_stop_watching(x);
}
