#include "remedies/course.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/base/secret.h"
#include "remedies/journal_read.h"
#include "remedies/sha256.h"

const char *const mark_names[MARKS] = {"to do", "was running", "done", "failed", "skipped"};

/* The first half of the sum of all texts, a newline between two. */
static void sum_of(const char *const *text, char ret[24], int digits)
{
	struct sha256 h;
	char hex[65];
	sha256_start(&h);
	for (; *text; text++) {
		sha256_add(&h, *text, strlen(*text));
		sha256_add(&h, "\n", 1);
	}
	sha256_end(&h, hex);
	snprintf(ret, 24, "%.*s", digits, hex);
}

/* By what the step says, so that a corrected page keeps the marks of all other steps. */
static void name_steps(struct course *c)
{
	static const char *const kinds[] = {"command", "tick", "read", "choice"};
	for (int i = 0; i < c->page->steps; i++) {
		const struct step *s = &c->page->step[i];
		int same = 0;
		char key[24];
		sum_of((const char *const[]){kinds[s->kind], s->under, s->heading, s->text, NULL}, key, 12);
		for (int k = 0; k < i; k++)
			same += !strncmp(c->mark[k].key, key, 12);
		snprintf(c->mark[i].key, sizeof c->mark[i].key, "%s-%d", key, same);
		c->mark[i].how = c->mark[i].where = "";
	}
}

static void forget(struct course *c)
{
	for (int i = 0; i < c->page->steps; i++) {
		struct mark *m = &c->mark[i];
		*m->at = '\0';
		m->state = MARK_OPEN;
		m->how = m->where = "";
		m->notes = NULL;
	}
	for (int i = 0; i < c->page->asks; i++)
		c->value[i] = NULL;
	c->on = c->as = NULL;
	c->ended = false;
}

static void add_note(struct course *c, struct mark *m, const char *at, const char *text)
{
	struct note **end = &m->notes, *n = arena_alloc(c->arena, sizeof *n);
	while (*end)
		end = &(*end)->next;
	*n = (struct note){arena_dup(c->arena, at), arena_dup(c->arena, text), NULL};
	*end = n;
}

static void set(struct course *c, struct mark *m, enum mark_state state, const char *at, const char *how)
{
	m->state = state;
	m->how = arena_dup(c->arena, how);
	if (at != m->at)
		snprintf(m->at, sizeof m->at, "%s", at);
}

/* What the lines of a command say of its step. */
static void take_deed(struct course *c, const struct step *s, struct mark *m, const struct past *p)
{
	char how[64];
	if (!strcmp(p->phase, "begun") || *p->unknown) {
		set(c, m, MARK_RUNNING, *p->unknown ? m->at : p->at, p->unknown);
		m->pid = *p->unknown ? 0 : p->pid;
		m->where = arena_printf(c->arena, "on %s as %s", p->host, p->as);
	} else if (!strcmp(p->phase, "proven")) {
		set(c, m, MARK_DONE, p->at, "proven green");
	} else if (!strcmp(p->phase, "unproven")) {
		set(c, m, MARK_FAILED, p->at, p->say);
	} else if (!strcmp(p->phase, "ended")) {
		bool open = !p->status && s->proves[0]; /* whether it is proven stands in a later line, if anybody lived to write it */
		snprintf(how, sizeof how, "exit status %d%s", p->status, open ? ", and not proven yet" : "");
		set(c, m, p->status ? MARK_FAILED : open ? MARK_RUNNING : MARK_DONE, p->at, how);
	}
}

static void take_value(struct course *c, const struct past *p)
{
	for (int i = 0; i < c->page->asks; i++)
		if (!strcmp(c->page->ask[i].name, p->key) && !c->page->ask[i].secret)
			c->value[i] = arena_dup(c->arena, p->say);
}

static enum mark_state state_of(const char *event)
{
	for (int i = 0; i < MARKS; i++)
		if (!strcmp(mark_names[i], event))
			return (enum mark_state)i;
	return MARKS;
}

static void take_walk(struct course *c, const struct past *p)
{
	if (!strcmp(p->event, "begun")) {
		forget(c);
		c->begun = true;
		snprintf(c->since, sizeof c->since, "%s", p->at);
		c->other_page = strcmp(p->say, c->page->sha256) != 0;
	} else if (!strcmp(p->event, "ended")) {
		c->ended = true;
	} else if (!strcmp(p->event, "value")) {
		take_value(c, p);
	} else if (!strcmp(p->event, "place")) {
		c->on = *p->place ? arena_dup(c->arena, p->place) : NULL;
		c->as = *p->as ? arena_dup(c->arena, p->as) : NULL;
	}
}

static void take(void *arg, const struct past *p)
{
	struct course *c = arg;
	bool walk = !strcmp(p->phase, "walk");
	if (strcmp(p->walk, c->walk))
		return;
	if (walk)
		take_walk(c, p);
	for (int i = 0; i < c->page->steps; i++) {
		struct mark *m = &c->mark[i];
		if (strcmp(m->key, p->key))
			continue;
		c->last = i;
		if (!walk)
			take_deed(c, &c->page->step[i], m, p);
		else if (!strcmp(p->event, "note"))
			add_note(c, m, p->at, p->say);
		else if (state_of(p->event) != MARKS)
			set(c, m, state_of(p->event), p->at, p->say);
	}
}

void course_load(struct arena *a, const struct page *page, const char *path, const char *server, struct journal *j, struct course *ret)
{
	char *full = realpath(path, NULL);
	*ret = (struct course){.arena = a, .page = page, .journal = j, .server = server,
			       .mark = arena_alloc(a, sizeof(struct mark) * (size_t)(page->steps + 1)),
			       .value = arena_alloc(a, sizeof(char *) * (size_t)(page->asks + 1))};
	sum_of((const char *const[]){full ? full : path, server, NULL}, ret->walk, 16);
	free(full);
	name_steps(ret);
	if (j)
		journal_read(journal_path(j), ret->walk, take, ret);
}

static int put(struct course *c, const struct deed *d)
{
	struct problem p;
	struct deed line = *d;
	if (!c->journal)
		return -1;
	line.id = journal_next(c->journal);
	line.walk = c->walk;
	line.page = c->page->file;
	line.server = c->server;
	return journal_write(c->journal, DEED_WALK, &line, &p);
}

static const char in_page[] = "ticked in the page";

void course_fresh(struct course *c)
{
	forget(c);
	c->begun = c->other_page = false;
	*c->since = '\0';
	for (int i = 0; i < c->page->steps; i++)
		if (c->page->step[i].ticked)
			set(c, &c->mark[i], MARK_DONE, "", in_page);
}

int course_begin(struct course *c)
{
	forget(c);
	c->begun = true;
	c->other_page = false;
	clock_rfc3339(clock_wall_ms(), c->since, sizeof c->since);
	int rc = put(c, &(struct deed){.event = "begun", .heading = c->page->title, .say = c->page->sha256});
	for (int i = 0; i < c->page->steps; i++)
		if (c->page->step[i].ticked)
			course_mark(c, i, MARK_DONE, in_page);
	return rc;
}

int course_end(struct course *c)
{
	c->ended = true;
	return put(c, &(struct deed){.event = "ended", .heading = c->page->title});
}

int course_mark(struct course *c, int step, enum mark_state state, const char *how)
{
	char at[32];
	struct mark *m = &c->mark[step];
	set(c, m, state, clock_rfc3339(clock_wall_ms(), at, sizeof at), how);
	return put(c, &(struct deed){.event = mark_names[state], .key = m->key, .heading = c->page->step[step].heading, .say = how});
}

int course_note(struct course *c, int step, const char *text)
{
	char at[32];
	add_note(c, &c->mark[step], clock_rfc3339(clock_wall_ms(), at, sizeof at), text);
	return put(c, &(struct deed){.event = "note", .key = c->mark[step].key, .heading = c->page->step[step].heading, .say = text});
}

int course_value(struct course *c, int ask, const char *value)
{
	c->value[ask] = arena_dup(c->arena, value);
	if (c->page->ask[ask].secret)
		return 0;
	return put(c, &(struct deed){.event = "value", .key = c->page->ask[ask].name, .say = value});
}

int course_place(struct course *c, const char *on, const char *as)
{
	c->on = on ? arena_dup(c->arena, on) : NULL;
	c->as = as ? arena_dup(c->arena, as) : NULL;
	return put(c, &(struct deed){.event = "place", .place = on, .user = as});
}

static bool is_open(const struct mark *m)
{
	return m->state == MARK_OPEN || m->state == MARK_RUNNING;
}

int course_next(const struct course *c, int from)
{
	for (int i = 0; i < c->page->steps; i++) {
		int at = (from + i) % c->page->steps;
		if (is_open(&c->mark[at]))
			return at;
	}
	return -1;
}

int course_resume(const struct course *c)
{
	enum mark_state state = c->page->steps ? c->mark[c->last].state : MARK_OPEN;
	return state == MARK_RUNNING || state == MARK_FAILED ? c->last : course_next(c, 0);
}

int course_count(const struct course *c, enum mark_state state)
{
	int n = 0;
	for (int i = 0; i < c->page->steps; i++)
		n += c->mark[i].state == state;
	return n;
}
