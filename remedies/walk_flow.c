/* A walk that goes on by itself where nothing is to be decided: the setup wizard. */
#include <stdio.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/engine/engine.h"
#include "remedies/walk_inside.h"
#include "remedies/walking.h"

enum { LEFT_OVER_MS = 2000, PROOF_MS = 60000 };

void walk_flow_begin(struct walk *w, const struct walk_order *o)
{
	w->flow = o->flow;
	w->fix.flows = true;
	w->fix.check = o->flow->check;
	w->fix.unattended = o->flow->unattended;
	w->fix.may_restart = o->flow->may_restart;
}

void walk_flow_typed(struct walk *w)
{
	if (!w->flow || !w->flow->typed)
		return;
	w->fix.prompt.pending = *w->flow->typed;
	*w->flow->typed = (struct str){0};
}

void walk_flow_resume(struct walk *w)
{
	const struct page *page = w->course.page;
	struct answer *answer = arena_alloc(w->fix.arena, sizeof *answer * (size_t)(page->asks + 1));
	bool failed = course_count(&w->course, MARK_FAILED) > 0; /* then its reason may lie in a step before it */
	for (int i = 0; i < page->steps; i++) {
		struct mark *m = &w->course.mark[i];
		bool can_tell = page->step[i].gives[0] || (failed && (page->step[i].looks || page->step[i].proves[0]));
		if (m->state == MARK_FAILED || (m->state == MARK_DONE && can_tell))
			m->state = MARK_OPEN;
	}
	for (int i = 0; i < page->asks; i++)
		answer[i] = (struct answer){page->ask[i].name, page->ask[i].given ? "" : w->course.value[i] ? w->course.value[i] : ""};
	w->fix.answer = answer;
}

/* ---- values ---- */

static const char *given_before(const struct walk *w, const char *name)
{
	for (int i = 0; i < w->flow->answers; i++)
		if (!strcmp(w->flow->answer[i].name, name))
			return w->flow->answer[i].value;
	return NULL;
}

static bool is_open(const struct walk *w, int i)
{
	const struct asked_value *ask = &w->course.page->ask[i];
	return !ask->given && !w->course.value[i];
}

/* "ask.mode:push" needs mode. */
static bool conditional(const struct step *s, const char *name)
{
	const char *at = s->when;
	size_t n = strlen(name);
	while (at && (at = strstr(at, "ask."))) {
		at += 4;
		if (!strncmp(at, name, n) && at[n] == ':')
			return true;
	}
	return false;
}

static bool needs(const struct walk *w, const struct step *s)
{
	const struct page *page = w->course.page;
	for (int i = 0; i < page->asks; i++)
		if (is_open(w, i) && !given_before(w, page->ask[i].name) && (walking_uses(s, page->ask[i].name) || conditional(s, page->ask[i].name)))
			return true;
	return false;
}

static void give(struct walk *w, int i, const char *value)
{
	w->fix.answer[i].value = arena_dup(w->fix.arena, value);
	course_value(&w->course, i, w->fix.answer[i].value);
}

/* What was given before stands from the beginning; the rest is asked together, when the first step needs some of it. */
void walk_flow_ask(struct walk *w, const struct step *s)
{
	const struct page *page = w->course.page;
	struct fix *x = &w->fix;
	bool ask = needs(w, s), told = false;
	for (int i = 0; i < page->asks && !x->quit; i++) {
		const char *before = given_before(w, page->ask[i].name);
		if (before && page->ask[i].given)
			x->answer[i].value = before;
		else if (before && (is_open(w, i) || strcmp(before, w->course.value[i])))
			give(w, i, before);
		if (before || !ask || !is_open(w, i))
			continue;
		const char *fallback = plan_default(&page->ask[i], fix_server(x)->view, x->answer, page->asks);
		if (!told && !x->unattended)
			told = puts("\nWhat this server shall be like. Enter takes what stands in brackets.") >= 0;
		const char *value = x->unattended ? fallback : fix_ask(x, &page->ask[i], fallback);
		if (x->unattended)
			printf("%s = %s\n", page->ask[i].name, value);
		if (!x->quit)
			give(w, i, value);
	}
}

/* ---- steps ---- */

static bool decided(struct walk *w, enum mark_state state, const char *how)
{
	course_mark(&w->course, w->at, state, how);
	fflush(stdout);
	return true;
}

static void name_step(const struct walk *w, const struct planned *p)
{
	printf("\nstep %d of %d: \"%s\": ", w->at + 1, w->course.page->steps, p->step->heading);
}

static bool pass_over(struct walk *w, const struct planned *p)
{
	name_step(w, p);
	puts("as it should be");
	return decided(w, MARK_DONE, "as it should be");
}

/* Nobody is there to decide it otherwise. */
static bool stop(struct walk *w, const char *why)
{
	printf("%s\n", why);
	decided(w, MARK_FAILED, why);
	w->fix.quit = true;
	return true;
}

/* Runs it without a question; false: somebody may look at it. */
static bool run_it(struct walk *w, const struct planned *p)
{
	*w->fix.outcome = '\0';
	name_step(w, p);
	printf("on %s as %s\n", p->host, p->user);
	if (w->looked.len)
		printf("%s", w->looked.s);
	fflush(stdout);
	if (fix_run(&w->fix, p))
		return decided(w, MARK_DONE, *w->fix.outcome ? w->fix.outcome : "proven green");
	if (w->fix.unattended)
		return stop(w, *w->fix.outcome ? w->fix.outcome : "it was not run");
	course_mark(&w->course, w->at, *w->fix.outcome ? MARK_FAILED : MARK_OPEN, w->fix.outcome);
	return false;
}

/* What an earlier walk left running may not have ended with it. */
static void wait_for_left_over(struct walk *w)
{
	int64_t start = clock_mono_ms();
	while (w->course.mark[w->at].state == MARK_RUNNING && clock_mono_ms() - start < LEFT_OVER_MS && !*w->fix.interrupted)
		fix_turn(&w->fix);
}

static const char *why_not(const struct planned *p)
{
	return p->refused ? p->refused : p->copy_only;
}

/* An earlier walk did it, and ended before its proof came. */
static bool was_done(const struct walk *w, const struct step *s)
{
	const struct mark *m = &w->course.mark[w->at];
	return m->state == MARK_RUNNING && s->proves[0] && !s->gives[0] && !strncmp(m->how, "exit status 0,", 14);
}

static bool flow_command(struct walk *w, const struct planned *p)
{
	const struct step *s = p->step;
	bool proof = !s->proves[0] || p->proven || p->proof_later;
	wait_for_left_over(w);
	if ((p->proven && (!s->looks || s->looks_unproven)) || (was_done(w, s) && (p->proof_later || fix_watch(&w->fix, p, PROOF_MS))))
		return pass_over(w, p);
	if (s->looks) {
		enum look look = fix_look(&w->fix, p, &w->looked);
		if (w->fix.quit)
			return true;
		if (look == LOOK_RIGHT && (proof || fix_watch(&w->fix, p, PROOF_MS)))
			return pass_over(w, p);
		if (look == LOOK_TROUBLE && !w->fix.unattended)
			return false;
		if (look == LOOK_TROUBLE) {
			name_step(w, p);
			printf("on %s as %s\n%s", p->host, p->user, str_text(&w->looked));
			return stop(w, "it could not be looked at, or is not to be done as things are");
		}
	}
	return (w->fix.unattended || w->fix.changes_confirmed || s->risk == RISK_READ) && run_it(w, p);
}

bool walk_flow_on(struct walk *w, const struct planned *p)
{
	if (p->step->kind == STEP_COMMAND && !why_not(p))
		return flow_command(w, p);
	if (p->proven)
		return pass_over(w, p);
	if (!w->fix.unattended)
		return false;
	if (p->step->kind == STEP_COMMAND) {
		name_step(w, p);
		puts("");
		return stop(w, why_not(p));
	}
	walk_step_show(w, p);
	return decided(w, p->step->kind == STEP_READ ? MARK_DONE : MARK_SKIPPED, p->step->kind == STEP_READ ? "shown" : "nobody was there");
}
