/* What can be typed at a step of a runbook: one table. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/text.h"
#include "remedies/walk_inside.h"
#include "remedies/walking.h"

void walk_list(const struct walk *w)
{
	const struct page *page = w->course.page;
	putchar('\n');
	for (int i = 0; i < page->steps; i++) {
		const struct mark *m = &w->course.mark[i];
		char name[52];
		snprintf(name, sizeof name, "%.*s", (int)text_fit(page->step[i].heading, 44, NULL), page->step[i].heading);
		printf("%c%3d  %-11s %-44s %s%s%s\n", i == w->at ? '>' : ' ', i + 1, mark_names[m->state], name, m->at, *m->at ? "  " : "", m->how);
		for (const struct note *n = m->notes; n; n = n->next)
			printf("      note: %s\n", n->text);
	}
	fflush(stdout);
}

void walk_ask(struct walk *w, const struct step *again)
{
	const struct page *page = w->course.page;
	struct fix *x = &w->fix;
	bool told = again != NULL, rest = true;
	struct answer *answer = arena_alloc(x->arena, sizeof *answer * (size_t)(page->asks + 1));
	for (int i = 0; i < page->asks; i++) {
		const struct asked_value *ask = &page->ask[i];
		const char *before = x->answer ? x->answer[i].value : w->course.value[i];
		bool wanted = again ? walking_uses(again, ask->name) : !before;
		answer[i] = (struct answer){ask->name, before ? before : ""};
		if (!wanted || !rest || x->quit)
			continue;
		if (!told)
			told = puts("\nThe values of this page, asked once. Enter takes what stands in brackets; . leaves this one and the rest empty, until v asks.") >= 0;
		const char *value = fix_ask(x, ask, before && *before ? before : plan_default(ask, fix_server(x)->view, x->answer, x->answer ? page->asks : 0));
		rest = strcmp(value, ".") != 0;
		answer[i].value = rest ? value : "";
		if (!x->quit)
			course_value(&w->course, i, answer[i].value);
	}
	x->answer = answer;
}

static void decide(struct walk *w, enum mark_state state, const char *how)
{
	course_mark(&w->course, w->at, state, how);
	w->stay = false;
}

static void do_run(struct walk *w, const char *rest, const struct planned *s)
{
	const struct mark *m = &w->course.mark[w->at];
	(void)rest;
	if (s->step->kind != STEP_COMMAND) {
		puts("there is no command here: do it, then type d");
		return;
	}
	if (m->state == MARK_RUNNING && !s->step->looks && !s->copy_only && !s->refused) {
		const char *typed = prompt_line(&w->fix.prompt, "it was running before: did you look what it did, and shall it run again? [y/N]");
		if (!typed || strcmp(typed, "y")) {
			puts("not run");
			return;
		}
	}
	*w->fix.outcome = '\0';
	if (fix_run(&w->fix, s))
		decide(w, MARK_DONE, *w->fix.outcome ? w->fix.outcome : "proven green");
	else if (*w->fix.outcome) {
		course_mark(&w->course, w->at, MARK_FAILED, w->fix.outcome);
		puts("failed: r runs it again, d TEXT says that it is done all the same, f TEXT goes on, s REASON skips it");
	}
}

static void do_copy(struct walk *w, const char *rest, const struct planned *s)
{
	(void)rest;
	if (s->step->kind != STEP_COMMAND)
		puts("there is no command here");
	else
		fix_copy(&w->fix, s);
}

static void do_done(struct walk *w, const char *rest, const struct planned *s)
{
	(void)s;
	decide(w, MARK_DONE, *rest ? rest : "by hand");
}

static void do_failed(struct walk *w, const char *rest, const struct planned *s)
{
	(void)s;
	decide(w, MARK_FAILED, *rest ? rest : "by hand");
}

static void do_skip(struct walk *w, const char *rest, const struct planned *s)
{
	(void)s;
	if (!*rest)
		rest = prompt_line(&w->fix.prompt, "why is it skipped?");
	if (rest && *rest)
		decide(w, MARK_SKIPPED, rest);
	else
		puts("not skipped: a reason is needed");
}

static void do_note(struct walk *w, const char *rest, const struct planned *s)
{
	(void)s;
	if (!*rest)
		rest = prompt_line(&w->fix.prompt, "note");
	if (rest && *rest && !course_note(&w->course, w->at, rest))
		puts("noted");
}

static void do_open(struct walk *w, const char *rest, const struct planned *s)
{
	(void)s;
	course_mark(&w->course, w->at, MARK_OPEN, rest);
	puts("to do again");
}

static void do_place(struct walk *w, const char *rest, const struct planned *s)
{
	static const char *const places[] = {"console", "backup", "db", NULL};
	char place[16] = "", user[64] = "";
	int known = 0;
	(void)s;
	sscanf(rest, "%15s %63s", place, user);
	while (places[known] && strcmp(places[known], place))
		known++;
	bool plain = *user && *user != '-' && !user[strspn(user, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")];
	if (!places[known] || !plain) {
		puts("o PLACE USER: where steps go that do not say so; PLACE is console, backup or db, e.g. \"o backup barman\"");
		return;
	}
	course_place(&w->course, place, user);
	w->fix.on = w->course.on;
	w->fix.as = w->course.as;
	printf("steps that do not say where they go are run on %s as %s from here on\n", place, user);
	if (w->fix.server < 0)
		puts("but no server is known here: they can only be copied");
}

static void do_values(struct walk *w, const char *rest, const struct planned *s)
{
	(void)rest;
	walk_ask(w, s->step);
}

static void do_go(struct walk *w, const char *rest, const struct planned *s)
{
	long n = strtol(rest, NULL, 10);
	(void)s;
	if (n < 1 || n > w->course.page->steps)
		printf("g N: a step from 1 to %d\n", w->course.page->steps);
	else
		w->at = (int)n - 1;
}

static void do_list(struct walk *w, const char *rest, const struct planned *s)
{
	(void)rest, (void)s;
	walk_list(w);
}

static void do_quit(struct walk *w, const char *rest, const struct planned *s)
{
	(void)rest, (void)s;
	w->fix.quit = true;
}

/* Of a setup: the rest of it is what the first steps are. */
static void do_all(struct walk *w, const char *rest, const struct planned *s)
{
	if (!w->flow) {
		puts("only of a setup: here each step is run by itself");
		return;
	}
	w->fix.changes_confirmed = true;
	puts("every change from here on is shown and made; a restart is asked for, and what fails stops it");
	do_run(w, rest, s);
}

static void do_help(struct walk *w, const char *rest, const struct planned *s);

static const struct word {
	const char *word, *args, *about;
	void (*run)(struct walk *w, const char *rest, const struct planned *s);
} words[] = {
	{"r", "", "run it", do_run},
	{"a", "", "of a setup: run it and all that follows; restarts are still asked for", do_all},
	{"c", "", "show it alone, to be copied", do_copy},
	{"d", "[TEXT]", "it is done", do_done},
	{"f", "[TEXT]", "it failed; go on", do_failed},
	{"s", "REASON", "skip it", do_skip},
	{"t", "", "it is to do again", do_open},
	{"n", "TEXT", "a note", do_note},
	{"o", "PLACE USER", "where steps go that do not say so: console, backup or db", do_place},
	{"v", "", "give the values of this step", do_values},
	{"g", "N", "go to step N", do_go},
	{"l", "", "list all steps", do_list},
	{"?", "", "this help", do_help},
	{"q", "", "quit; the next walk goes on here", do_quit},
};
enum { WORDS = sizeof words / sizeof *words };

static void do_help(struct walk *w, const char *rest, const struct planned *s)
{
	(void)w, (void)rest, (void)s;
	for (int i = 0; i < WORDS; i++)
		printf("  %s %-11s %s\n", words[i].word, words[i].args, words[i].about);
}

static bool is_choice(const struct step *s, const char *typed, int *ret)
{
	char *end;
	long n = strtol(typed, &end, 10);
	*ret = (int)n - 1;
	return s->kind == STEP_CHOICE && isdigit((unsigned char)*typed) && !*end && n >= 1 && n <= s->options;
}

void walk_obey(struct walk *w, const char *typed, const struct planned *s)
{
	int chosen;
	char line[4096];
	if (!typed) {
		w->fix.quit = true;
		return;
	}
	snprintf(line, sizeof line, "%s", typed + strspn(typed, " "));
	if (is_choice(s->step, line, &chosen)) {
		walking_choose(&w->course, w->at, chosen);
		w->stay = false;
		return;
	}
	if (!*line && s->step->kind == STEP_READ) {
		decide(w, MARK_DONE, "read");
		return;
	}
	size_t n = strcspn(line, " ");
	for (int i = 0; i < WORDS; i++)
		if (strlen(words[i].word) == n && !strncmp(words[i].word, line, n)) {
			words[i].run(w, line + n + strspn(line + n, " "), s);
			fflush(stdout);
			return;
		}
	puts(s->step->kind == STEP_CHOICE ? "the number of what you see, or ? for help" : "? lists what can be typed");
}
