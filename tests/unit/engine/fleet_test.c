/* A fleet: what one more server costs does not grow with how many there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "probes/base/problem.h"
#include "probes/engine/engine.h"
#include "probes/engine/view.h"
#define FAKE_PLACES 1024
#define FAKE_ASKS 20000
#include "probes/engine/history.h"
#include "fake_link.h"

static void read_one(const struct reply *r, struct view *v)
{
	learn(v, "server.home", r->out);
	learn(v, "backup.home", r->out);
}

static void read_shared(const struct reply *r, struct view *v)
{
	learn(v, "backup.hostname", r->out);
}

static const struct question shared = {.id = "shared", .how = HOW_SH, .at = "backup", .text = "hostname", .read = read_shared};
static const struct question first = {.id = "first", .how = HOW_SH, .at = "backup", .text = "conf {server.name}", .read = read_one};
static const struct question second = {.id = "second", .how = HOW_SH, .at = "backup", .text = "df {backup.home} {server.name}", .read = read_one};
static const struct question third = {.id = "third", .how = HOW_SH, .at = "db", .text = "ls {server.name}", .read = read_one};

static void judge(const struct view *v, struct verdict *r)
{
	verdict_unseen(r, v, &first);
}

static const struct probe probe = {.id = "probe", .title = "probe", .asks = {&shared, &first, &second, &third}, .judge = judge};
static const char *no_number(const struct view *v, char buf[128])
{
	(void)v;
	(void)buf;
	return NULL;
}

const struct measure measures[METRICS] = {{"a", no_number}, {"b", no_number}, {"c", no_number}, {"d", no_number}, {"e", no_number}, {"f", no_number}};
const struct watched_fact watched_facts[] = {{NULL, NULL, false}};
const struct probe *const catalogue[] = {&probe, NULL};
const struct cause causes[] = {{NULL, NULL, NULL, 0}};
const struct blame blames[] = {{NULL, NULL, EDGE_ALWAYS}};
const struct cause *cause_find(const char *id)
{
	(void)id;
	return NULL;
}

/* A whole sweep, one answer a turn; how often a place was looked for. */
static long sweep(int servers)
{
	struct problem p;
	int answered = 0;
	fake_reset();
	fake_place_gets = 0;
	struct engine *e = engine_new(&fake_loop, NULL);
	for (int i = 0; i < servers; i++) {
		char name[32], db[64];
		snprintf(name, sizeof name, "s%d", i);
		snprintf(db, sizeof db, "ssh://root@db%d", i);
		assert_int_equal(engine_add(e, &(struct server_spec){.name = name, .backup = "ssh://root@backup1", .db = db}, &p), 0);
	}
	engine_start(e, false);
	fake_turn();
	while (answered < fake_ask_count) {
		struct fake_ask *f = &fake_asks[answered++];
		struct reply r = {.outcome = REPLY_DONE, .out = "x", .out_len = 1, .words = "", .stage = "", .sqlstate = "", .via = ""};
		f->done(f->arg, &r);
		if (fake_loop.timer[1]) { /* the turn that was asked for, and not the tick */
			struct loop_timer *t = fake_loop.timer[1];
			loop_call *call = t->call;
			void *arg = t->arg;
			loop_timer_stop(t);
			call(arg);
		}
	}
	fake_turn();
	assert_int_equal(fake_ask_count, 1 + 3 * servers);
	assert_true(engine_sweep_done(e));
	engine_free(e);
	return fake_place_gets;
}

static void a_sweep_of_many_servers_is_near_linear(void **state)
{
	(void)state;
	long few = sweep(50), many = sweep(400);
	if (many > 12 * few)
		fail_msg("8 times the servers cost %.1f times the work", (double)many / (double)few);
}

/* What one server learns of the host they share opens another's question without an answer of its own. */
static void shared_facts_open_the_questions_of_others(void **state)
{
	(void)state;
	struct problem p;
	fake_reset();
	struct engine *e = engine_new(&fake_loop, NULL);
	assert_int_equal(engine_add(e, &(struct server_spec){.name = "a", .backup = "ssh://root@backup1", .db = "ssh://root@db1"}, &p), 0);
	assert_int_equal(engine_add(e, &(struct server_spec){.name = "b", .backup = "ssh://root@backup1", .db = "ssh://root@db2"}, &p), 0);
	engine_start(e, false);
	fake_turn();
	fake_answer("conf a", "/home");
	fake_turn();
	int asked = 0;
	for (int i = 0; i < fake_ask_count; i++)
		asked += !strncmp(fake_asks[i].text, "df /home", 8);
	assert_int_equal(asked, 2);
	assert_false(engine_sweep_done(e));
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sweep_of_many_servers_is_near_linear),
		cmocka_unit_test(shared_facts_open_the_questions_of_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
