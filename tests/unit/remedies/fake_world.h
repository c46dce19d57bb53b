/* A world of two probes whose time is turned by hand: no links, no clock, no engine. */
#ifndef TESTS_FAKE_WORLD_H
#define TESTS_FAKE_WORLD_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/engine/engine.h"
#include "probes/engine/view.h"
#include "probes/link/loop.h"
#include "probes/link/place.h"

static int64_t fake_wall = 1700000000000, fake_mono = 1000;
static struct question fake_question;
static struct probe fake_probe[2] = {{.id = "slot.exists", .title = "slot exists", .asks = {&fake_question}},
				     {.id = "receiver.running", .title = "receiver runs", .asks = {&fake_question}}};
static struct node fake_node[2];
static struct root fake_root;
static struct server fake_server = {.name = "main", .db_host = "db1", .backup_host = "backup1", .node = fake_node, .nodes = 2, .root = &fake_root};
static struct model fake_model = {.server = &fake_server, .servers = 1};
static bool slot_is_there, place_is_there, answers_come;
static bool fake_advice; /* that the slot is missing is only advice */
static int acts;
static char act_text[4096], act_user[64];
static struct act_spec act_last;
static void (*act_hook)(void);
static const char *act_says;
static int act_status;
static bool act_ends;

struct loop_timer {
	loop_call *call;
	void *arg;
	int64_t at, every;
	bool on;
};
static struct loop_timer fake_timer[8];

int64_t clock_wall_ms(void)
{
	return fake_wall;
}

int64_t clock_mono_ms(void)
{
	return fake_mono;
}

void clock_freeze_wall(int64_t ms)
{
	fake_wall = ms;
}

const char *clock_rfc3339(int64_t ms, char *buf, size_t size)
{
	snprintf(buf, size, "%lld", (long long)ms);
	return buf;
}

struct loop_timer *loop_timer_start(struct loop *l, unsigned ms, unsigned repeat_ms, loop_call *call, void *arg)
{
	(void)l;
	for (int i = 0; i < 8; i++)
		if (!fake_timer[i].on) {
			fake_timer[i] = (struct loop_timer){call, arg, fake_mono + ms, repeat_ms, true};
			return &fake_timer[i];
		}
	abort();
}

void loop_timer_stop(struct loop_timer *t)
{
	t->on = false;
}

void loop_turn(struct loop *l, unsigned wait_ms)
{
	(void)l;
	fake_wall += wait_ms ? wait_ms : 1;
	fake_mono += wait_ms ? wait_ms : 1;
	for (int i = 0; i < 8; i++)
		if (fake_timer[i].on && fake_timer[i].at <= fake_mono) {
			fake_timer[i].at = fake_mono + fake_timer[i].every;
			fake_timer[i].call(fake_timer[i].arg);
		}
}

static struct fake_signal {
	loop_call *call;
	void *arg;
} fake_signal[32];

void loop_signal_watch(struct loop *l, int signo, loop_call *call, void *arg)
{
	(void)l;
	if (signo < 32)
		fake_signal[signo] = (struct fake_signal){call, arg};
}

/* The graph as it would be judged. */
static void fake_judge(void)
{
	struct finding missing = {.cause = "slot.missing", .rank = RANK_FAIL, .say = "there is no slot", .evidence = "0 rows", .urgency = NAN};
	fake_node[0].verdict.state = slot_is_there ? STATE_OK : STATE_FAIL;
	fake_node[0].verdict.say = slot_is_there ? "slot is there" : "there is no slot";
	fake_node[0].verdict.findings = !slot_is_there;
	fake_node[0].verdict.finding[0] = missing;
	fake_node[1].verdict.state = slot_is_there ? STATE_OK : STATE_BLOCKED;
	fake_node[1].verdict.say = "receiver";
	fake_root = (struct root){.finding = &fake_node[0].verdict.finding[0], .node = 0, .unblocks = 1};
	fake_server.roots = !slot_is_there;
	fake_server.state = slot_is_there ? STATE_OK : STATE_FAIL;
	if (!fake_advice)
		return;
	fake_node[0].verdict.finding[0].rank = RANK_ADVICE;
	fake_node[0].verdict.state = fake_node[1].verdict.state = fake_server.state = STATE_OK;
	fake_server.roots = 0;
}

static void fake_answer(int node)
{
	fake_node[node].asked_at = fake_wall;
	fake_node[node].took_ms = 0;
	fake_judge();
}

static void fake_reset(void)
{
	memset(fake_timer, 0, sizeof fake_timer);
	memset(fake_node, 0, sizeof fake_node);
	for (int i = 0; i < 2; i++)
		fake_node[i] = (struct node){.probe = &fake_probe[i], .explained_by = -1, .blocked_by = i - 1};
	if (!fake_server.view)
		fake_server.view = view_new((struct facts *const[SCOPES]){NULL});
	slot_is_there = false;
	fake_advice = false;
	place_is_there = answers_come = act_ends = true;
	acts = act_status = 0;
	act_says = "done\n";
	act_hook = NULL;
	fake_answer(0);
	fake_answer(1);
}

const struct model *engine_model(const struct engine *e)
{
	(void)e;
	return &fake_model;
}

void engine_ask_now(struct engine *e, int server, int node)
{
	(void)e, (void)server;
	for (int i = 0; i < 2 && answers_come; i++)
		if (node < 0 || node == i)
			fake_answer(i);
}

void engine_start(struct engine *e, bool live)
{
	(void)e, (void)live;
}

bool engine_sweep_done(const struct engine *e)
{
	(void)e;
	return true;
}

struct place *engine_place(struct engine *e, int server, const char *place)
{
	(void)e, (void)server, (void)place;
	return place_is_there ? (struct place *)&fake_model : NULL;
}

bool engine_can_act(struct engine *e, int server, const char *place, const char *user)
{
	(void)e, (void)server, (void)place, (void)user;
	return place_is_there;
}

static const struct act_ops *act_ops_last;
static void *act_arg_last;

struct act *place_act(struct place *p, const struct act_spec *s, const struct act_ops *ops, void *arg)
{
	(void)p;
	acts++;
	snprintf(act_text, sizeof act_text, "%s", s->text);
	snprintf(act_user, sizeof act_user, "%s", s->user);
	act_last = *s;
	act_ops_last = ops;
	act_arg_last = arg;
	if (act_hook)
		act_hook();
	return (struct act *)&act_last;
}

/* What was started says something and ends. */
static void fake_act_ends(void)
{
	act_ops_last->output(act_arg_last, act_says, strlen(act_says));
	act_ops_last->done(act_arg_last, act_ends, act_status, "lost");
}

void act_cancel(struct act *a)
{
	(void)a;
	act_ends = false;
	fake_act_ends();
}

#endif
