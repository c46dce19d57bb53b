/* Links of a test: timers are called by hand, questions are kept until the test answers them. */
#ifndef TESTS_FAKE_LINK_H
#define TESTS_FAKE_LINK_H

#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/link/loop.h"
#include "probes/link/place.h"

struct loop {
	struct loop_timer *timer[8];
};

struct loop_timer {
	loop_call *call;
	void *arg;
	unsigned repeat;
	int slot;
};

struct place {
	char name[32], host[64], as[32], command[128], conninfo[128];
	enum place_kind kind;
};

static struct loop fake_loop;
#ifndef FAKE_PLACES
#define FAKE_PLACES 16
#define FAKE_ASKS 64
#endif

static struct place fake_places[FAKE_PLACES];
static int fake_place_count;
static long fake_place_gets; /* how often a place was looked for */

static struct fake_ask {
	char text[256], user[32];
	struct place *place;
	ask_done *done;
	void *arg;
	enum ask_how how;
	bool fresh;
	unsigned deadline_ms;
} fake_asks[FAKE_ASKS];
static int fake_ask_count;

struct loop_timer *loop_timer_start(struct loop *l, unsigned ms, unsigned repeat_ms, loop_call *call, void *arg)
{
	(void)ms;
	struct loop_timer *t = xcalloc(1, sizeof *t);
	*t = (struct loop_timer){call, arg, repeat_ms, 0};
	while (l->timer[t->slot])
		t->slot++;
	return l->timer[t->slot] = t;
}

void loop_timer_stop(struct loop_timer *t)
{
	fake_loop.timer[t->slot] = NULL;
	free(t);
}

/* Calls every timer once; those that call once are gone then. */
static void fake_turn(void)
{
	for (int i = 0; i < 8; i++) {
		struct loop_timer *t = fake_loop.timer[i];
		if (!t)
			continue;
		loop_call *call = t->call;
		void *arg = t->arg;
		if (!t->repeat)
			loop_timer_stop(t);
		call(arg);
	}
}

struct place *place_get(struct loop *l, const struct place_spec *s)
{
	(void)l;
	fake_place_gets++;
	for (int i = 0; i < fake_place_count; i++)
		if (fake_places[i].kind == s->kind && !strcmp(fake_places[i].name, s->name) &&
		    !strcmp(fake_places[i].host, s->host ? s->host : "") && !strcmp(fake_places[i].command, s->command ? s->command : "") &&
		    !strcmp(fake_places[i].conninfo, s->conninfo ? s->conninfo : ""))
			return &fake_places[i];
	struct place *p = &fake_places[fake_place_count++];
	p->kind = s->kind;
	snprintf(p->name, sizeof p->name, "%s", s->name);
	snprintf(p->host, sizeof p->host, "%s", s->host ? s->host : "");
	snprintf(p->as, sizeof p->as, "%s", s->as ? s->as : "");
	snprintf(p->command, sizeof p->command, "%s", s->command ? s->command : "");
	snprintf(p->conninfo, sizeof p->conninfo, "%s", s->conninfo ? s->conninfo : "");
	return p;
}

void place_ask(struct place *p, const struct ask *a, ask_done *done, void *arg)
{
	struct fake_ask *f = &fake_asks[fake_ask_count++];
	*f = (struct fake_ask){.place = p, .done = done, .arg = arg, .how = a->how, .fresh = a->fresh, .deadline_ms = a->deadline_ms};
	snprintf(f->text, sizeof f->text, "%s", a->text ? a->text : "");
	snprintf(f->user, sizeof f->user, "%s", a->user ? a->user : "");
}

void place_retry_now(struct place *p)
{
	(void)p;
}

const char *place_login(const struct place *p)
{
	(void)p;
	return "root";
}

static double fake_load;

double loop_load(void)
{
	return fake_load;
}

static void fake_reset(void)
{
	fake_load = 0;
	memset(&fake_loop, 0, sizeof fake_loop);
	memset(fake_places, 0, sizeof fake_places);
	fake_place_count = fake_ask_count = 0;
}

static void fake_reply(const char *text, const struct reply *r)
{
	for (int i = fake_ask_count; i-- > 0;)
		if (fake_asks[i].done && !strcmp(fake_asks[i].text, text)) {
			ask_done *done = fake_asks[i].done;
			fake_asks[i].done = NULL;
			done(fake_asks[i].arg, r);
			return;
		}
}

/* Answers the newest unanswered question with this text. */
static void fake_answer(const char *text, const char *out)
{
	struct reply r = {.outcome = REPLY_DONE, .out = out, .out_len = strlen(out), .words = "", .stage = "", .sqlstate = "", .via = "local", .took_ms = 3};
	fake_reply(text, &r);
}

#endif
