#include "remedies/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/clock.h"
#include "probes/base/text.h"
#include "remedies/explain.h"
#include "remedies/known_wrong.h"
#include "remedies/lock.h"
#include "remedies/walk_inside.h"
#include "remedies/walking.h"

/* ---- what is known to be wrong ---- */

struct telling {
	int first, count;
};

static int tell_wrong(void *arg, const struct known_wrong *w, int line, const char *command)
{
	int cols, fits = (int)text_fit(command, 60, &cols);
	struct telling *t = arg;
	t->count++;
	bool whole = !command[fits];
	printf("%s, line %d: %.*s%s\n  why: %s.\n  write: %s\n", w->never ? "WRONG" : "DOUBTFUL", t->first + line, fits, command, whole ? "" : "...",
	       w->why, w->right);
	return 0;
}

int walk_wrongs(const char *text, int first)
{
	struct telling t = {.first = first};
	known_wrong_each(text, tell_wrong, &t);
	return t.count;
}

void walk_show(const struct page *page)
{
	printf("%s", page->raw);
	if (*page->raw && page->raw[strlen(page->raw) - 1] != '\n')
		putchar('\n');
	puts("------------------------------------------------------------------------");
	printf("%s: no steps were found: the page has no commands, check boxes or numbered headings that Markdown knows.\n"
	       "To make steps, put commands between a line ```sh and a line ```, under a heading \"## What this does\";\n"
	       "write \"- [ ] what to do\" for what is done by hand.\n", page->file);
	walk_wrongs(page->raw, 1);
	fflush(stdout);
}

/* ---- one step ---- */

static const struct step *step_at(const struct walk *w)
{
	return &w->course.page->step[w->at];
}

bool walk_planned(struct walk *w, struct plan *plan, const struct planned **ret)
{
	fix_plan(&w->fix, plan);
	for (int i = 0; i < plan->steps; i++)
		if (plan->step[i].step == step_at(w)) {
			*ret = &plan->step[i];
			plan->step[i].number = w->at + 1;
			return true;
		}
	return false;
}

static void say_options(const struct walk *w, const struct step *s)
{
	for (int i = 0; i < s->options; i++) {
		const struct option *o = &s->option[i];
		bool seen = w->fix.server >= 0 && *o->cause && plan_cause_node(fix_server(&w->fix), o->cause) >= 0;
		printf("  %d  %s%s\n", i + 1, o->text, seen ? "   <- walmedic sees this now" : "");
	}
}

static void say_mark(const struct mark *m)
{
	if (m->state == MARK_RUNNING)
		printf("This step was running when walmedic ended (begun %s %s%s%s). Look first what it did, before you run it again.\n",
		       m->at, m->where, *m->how ? ": " : "", m->how);
	else if (m->state != MARK_OPEN)
		printf("(%s at %s%s%s)\n", mark_names[m->state], m->at, *m->how ? ": " : "", m->how);
	for (const struct note *n = m->notes; n; n = n->next)
		printf("note of %s: %s\n", n->at, n->text);
}

void walk_step_show(const struct walk *w, const struct planned *p)
{
	struct str out = {0};
	const struct step *s = p->step;
	explain_planned(p, w->course.page->steps, &out);
	printf("\n%s", str_text(&out));
	str_free(&out);
	say_options(w, s);
	say_mark(&w->course.mark[w->at]);
	if (s->kind == STEP_COMMAND && !w->course.page->ours)
		walk_wrongs(s->text, s->text_line);
	if (w->looked.len)
		printf("what would change, and how it is now:\n%s", w->looked.s);
	if (p->refused)
		printf("not to be run as it stands: %s\n", p->refused);
	else if (s->kind == STEP_COMMAND && p->copy_only)
		printf("to be copied: %s\n", p->copy_only);
}

/* A step whose probes are green needs nobody. */
static bool ticks_itself(struct walk *w, const struct planned *p)
{
	if (!p->proven || w->course.mark[w->at].state != MARK_OPEN)
		return false;
	printf("\nStep %d of %d: \"%s\" is proven already\n", w->at + 1, w->course.page->steps, p->step->heading);
	course_mark(&w->course, w->at, MARK_DONE, "green already");
	return true;
}

static void prompt_text(const struct walk *w, const struct planned *p, char *ret, size_t size)
{
	static const char *const keys[] = {[STEP_TICK] = "d done, s skip", [STEP_READ] = "Enter read", [STEP_CHOICE] = "the number"};
	const char *what = p->step->kind != STEP_COMMAND ? keys[p->step->kind] : p->refused && w->course.page->asks ? "v its values, c copy, d done, s skip" : p->copy_only || p->refused ? "c copy, d done, s skip" : w->flow ? "r run, a run all, c copy, s skip" : "r run, c copy, s skip";
	snprintf(ret, size, "step %d of %d [%s, ? help, q quit]", w->at + 1, w->course.page->steps, what);
}

/* Shows the present step and asks until something is decided. */
static void at_step(struct walk *w)
{
	struct plan plan;
	const struct planned *p;
	char prompt[120];
	w->fix.key = w->course.mark[w->at].key;
	str_clear(&w->looked);
	if (w->flow)
		walk_flow_ask(w, step_at(w));
	if (!walk_planned(w, &plan, &p)) {
		course_mark(&w->course, w->at, MARK_SKIPPED, "does not apply here");
		return;
	}
	if (w->flow ? walk_flow_on(w, p) : ticks_itself(w, p))
		return;
	walk_step_show(w, p);
	for (w->stay = true; w->stay && !w->fix.quit;) {
		prompt_text(w, p, prompt, sizeof prompt);
		const char *typed = prompt_line(&w->fix.prompt, prompt);
		int before = w->at;
		if (!walk_planned(w, &plan, &p))
			break;
		if (!typed && w->fix.prompt.woken) {
			puts("proven: green");
			course_mark(&w->course, w->at, MARK_DONE, "proven green");
			break;
		}
		walk_obey(w, typed, p);
		if (w->at != before)
			break;
	}
	fix_stop_watching(&w->fix);
}

/* ---- the whole ---- */

static void greet(struct walk *w, const struct walk_order *o)
{
	const struct page *page = o->page;
	int kinds[4] = {0};
	struct str why = {0};
	for (int i = 0; i < page->steps; i++)
		kinds[page->step[i].kind]++;
	if (page->why[strspn(page->why, " \n")])
		page_render(&why, page->why, 79);
	printf("\n%s\n\n%s%s", page->title, str_text(&why), why.len ? "\n" : "");
	str_free(&why);
	printf("%d step%s: %d with commands, %d to tick, %d to read, %d to choose\n", page->steps, page->steps == 1 ? "" : "s", kinds[STEP_COMMAND],
	       kinds[STEP_TICK], kinds[STEP_READ], kinds[STEP_CHOICE]);
	if (o->server < 0)
		printf("commands can be copied, not run: %s\n", o->why_nowhere);
	int wrong = 0;
	for (int i = 0; i < page->steps; i++)
		wrong += !page->ours && known_wrong_never(page->step[i].text);
	if (wrong)
		printf("%d step%s a command that is known to be wrong; it is said there what to write instead\n", wrong, wrong == 1 ? " has" : "s have");
	fflush(stdout);
	(void)w;
}

/* A choice that was made before is made again by its marks; nothing else is needed to go on. */
static void resume(struct walk *w, const struct walk_order *o)
{
	struct course *c = &w->course;
	if (o->flow && o->flow->begun)
		return;
	if (!c->begun || c->ended || o->anew) {
		course_begin(c);
		return;
	}
	printf("This walk was begun at %s: %d done, %d skipped, %d failed; it goes on where it was (walmedic walk --new begins again).\n", c->since,
	       course_count(c, MARK_DONE), course_count(c, MARK_SKIPPED), course_count(c, MARK_FAILED));
	if (c->other_page)
		puts("The page was changed since: what reads differently now is to do again.");
}

static int finish(struct walk *w)
{
	struct course *c = &w->course;
	int open = course_count(c, MARK_OPEN) + course_count(c, MARK_RUNNING), failed = course_count(c, MARK_FAILED);
	walk_list(w);
	if (w->flow)
		open += failed; /* it is tried again */
	if (open) {
		printf("stopped with %d step%s to do; the same command goes on there\n", open, open == 1 ? "" : "s");
		return 1;
	}
	printf("walked to its end: %d done, %d skipped, %d failed\n", course_count(c, MARK_DONE), course_count(c, MARK_SKIPPED), failed);
	course_end(c);
	return failed ? 1 : 0;
}

/* Somebody else walks this page: it can be looked at until it is free. Returns whether it is ours now. */
static bool watch_other(struct walk *w, const struct walk_order *o, struct walk_lock *lock)
{
	while (!walk_lock_take(lock)) {
		printf("\n%s\n", walk_lock_holder(lock));
		if (o->flow && o->flow->unattended)
			return false;
		walk_list(w);
		const char *typed = prompt_line(&w->fix.prompt, "watching [Enter looks again, q quit]");
		if (!typed || *typed == 'q')
			return false;
		course_load(w->fix.arena, w->course.page, o->path, fix_server(&w->fix)->name, w->fix.journal, &w->course);
		w->at = w->course.last;
	}
	return true;
}

static void walk_steps(struct walk *w, const struct walk_order *o)
{
	w->fix.walk = w->course.walk;
	w->fix.on = w->course.on;
	w->fix.as = w->course.as;
	resume(w, o);
	if (w->flow) {
		walk_flow_resume(w);
		w->at = course_next(&w->course, 0);
	} else {
		walk_ask(w, NULL);
		w->at = course_resume(&w->course);
	}
	while (w->at >= 0 && !w->fix.quit) {
		int before = w->at;
		at_step(w);
		if (!w->fix.quit && w->at == before)
			w->at = course_next(&w->course, w->at + 1);
	}
}

int walk_page(const struct walk_order *o)
{
	struct page page = *o->page;
	struct walk w = {.fix = {.loop = o->loop, .engine = o->engine, .server = o->server, .read_only = o->read_only, .arena = arena_new(), .page = &page}};
	if (o->flow)
		walk_flow_begin(&w, o);
	fix_open(&w.fix);
	walk_flow_typed(&w);
	walking_ask_unknown(w.fix.arena, fix_server(&w.fix)->view, &page);
	course_load(w.fix.arena, &page, o->path, fix_server(&w.fix)->name, w.fix.journal, &w.course);
	struct walk_lock *lock = walk_lock_open(journal_path(w.fix.journal), w.course.walk);
	int status = 1;
	greet(&w, o);
	if (watch_other(&w, o, lock)) {
		walk_steps(&w, o);
		status = finish(&w);
	}
	walk_lock_close(lock);
	fix_close(&w.fix);
	str_free(&w.looked);
	arena_free(w.fix.arena);
	return status;
}

bool walk_again(const struct walk_order *o)
{
	struct course c;
	struct arena *a = arena_new();
	struct journal *j = journal_open();
	const struct server *s = o->server < 0 ? walking_nowhere() : &engine_model(o->engine)->server[o->server];
	course_load(a, o->page, o->path, s->name, j, &c);
	struct walk_lock *lock = walk_lock_open(journal_path(j), c.walk);
	bool free = walk_lock_take(lock);
	if (free)
		course_begin(&c);
	walk_lock_close(lock);
	journal_close(j);
	arena_free(a);
	return free;
}
