/* Key paths through time: over a recording of a real host that broke while it was watched. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/problem.h"
#include "probes/engine/engine.h"
#include "probes/engine/history.h"
#include "probes/engine/past.h"
#include "probes/link/loop.h"
#include "tui/app.h"

static struct str bytes;
static struct loop *loop;
static struct engine *engine;
static struct past *earlier;
static struct app app;
static int asked, acted;

static void ask_now(void *arg, int server, int node)
{
	(void)arg;
	(void)server;
	(void)node;
	asked++;
}

static int act(void *arg, const struct act_for *f, const struct planned *step, struct problem *p)
{
	(void)arg;
	(void)f;
	(void)step;
	(void)p;
	acted++;
	return 0;
}

static bool can_act(void *arg, int server, const char *place, const char *user)
{
	(void)arg;
	(void)server;
	(void)place;
	(void)user;
	return true;
}

static const struct model *past(void *arg, int server, int64_t t, struct problem *why)
{
	(void)arg;
	return past_at(&earlier, engine, server, t, why);
}

static int64_t mono_ms(void *arg)
{
	(void)arg;
	return 5000;
}

static void nothing(void *arg)
{
	(void)arg;
}

static char *one_line(void *arg, int server, const struct planned *step)
{
	(void)arg;
	(void)server;
	(void)step;
	return NULL;
}

static const struct app_ops ops = {.ask_now = ask_now, .act = act, .can_act = can_act, .past = past, .mono_ms = mono_ms, .discard_input = nothing,
				   .one_line = one_line};

static int setup(void **state)
{
	char path[512], buf[65536];
	size_t n;
	struct problem p;
	(void)state;
	snprintf(path, sizeof path, "%s/tests/replay/recordings/slot.missing.jsonl", getenv("srcdir") ? getenv("srcdir") : ".");
	FILE *f = fopen(path, "re");
	while (f && (n = fread(buf, 1, sizeof buf, f)) > 0)
		str_addn(&bytes, buf, n);
	if (!f || fclose(f))
		return -1;
	loop = loop_new();
	engine = engine_replay(loop, bytes.s, bytes.len, 0, &p);
	app_init(&app, engine_model(engine), &ops, NULL, &(struct app_options){.ascii = true});
	asked = acted = 0;
	return engine ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	app_done(&app);
	past(NULL, 0, 0, NULL);
	engine_free(engine);
	loop_free(loop);
	str_free(&bytes);
	return 0;
}

static void press(const char *keys)
{
	for (; *keys; keys++)
		app_key(&app, *keys);
}

static bool shows(const char *text)
{
	struct str all = {0};
	struct canvas *c = canvas_new(24, 80, true);
	app_draw(&app, c);
	for (int y = 0; y < c->h; y++) {
		canvas_row_text(c, y, &all);
		str_addc(&all, '\n');
	}
	bool found = strstr(str_text(&all), text);
	canvas_free(c);
	str_free(&all);
	return found;
}

static enum state slot(void)
{
	const struct server *s = app_server(&app);
	return s->node[server_node(s, "slot.exists")].verdict.state;
}

static void earlier_shows_that_moment_and_esc_returns(void **state)
{
	(void)state;
	int64_t now = engine_model(engine)->now;
	assert_int_equal(slot(), STATE_FAIL);
	assert_true(shows("slot.missing"));
	press("[");
	assert_true(app.travel.away);
	assert_int_equal(app.now, now - 10000);
	assert_true(shows("PAST -10 s"));
	press("[");
	assert_int_equal(app.now, now - 20000);
	assert_int_equal(slot(), STATE_OK);
	assert_false(shows("slot.missing"));
	press("]");
	assert_int_equal(app.now, now - 10000);
	press("\x1b");
	assert_false(app.travel.away);
	assert_ptr_equal(app.model, engine_model(engine));
	assert_int_equal(slot(), STATE_FAIL);
	assert_false(shows("PAST"));
	press("[]");
	assert_false(app.travel.away);
}

static void changes_are_stops(void **state)
{
	(void)state;
	press("{");
	assert_true(app.travel.away);
	int64_t at = app.now;
	press("{");
	assert_true(app.now < at || shows("no change before"));
	press("}}}}}}");
	assert_false(app.travel.away);
	press("}");
	assert_true(shows("this is now"));
}

static void every_screen_goes_back(void **state)
{
	(void)state;
	static const char *const screens[] = {"e", "m", "t", "w", "?"};
	for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
		press(screens[i]);
		press("[[");
		assert_true(shows("PAST -20 s"));
		assert_int_equal(slot(), STATE_OK);
		press("\x1b");
		assert_int_equal(app.depth, 2);
		assert_int_equal(slot(), STATE_FAIL);
		press("q");
		assert_int_equal(app.depth, 1);
	}
}

static void nothing_is_run_or_asked_from_the_past(void **state)
{
	(void)state;
	struct problem why;
	press("[");
	press("rR\rry!");
	assert_int_equal(app.depth, 1);
	assert_int_equal(asked, 0);
	assert_int_equal(app.ops->act(NULL, &(struct act_for){.cause = "slot.missing"}, NULL, &why), -1);
	assert_false(app.ops->can_act(NULL, 0, "db", "postgres"));
	assert_int_equal(acted, 0);
	press("\x1b");
	press("R");
	assert_int_equal(asked, 1);
}

static void a_remedy_is_of_now(void **state)
{
	(void)state;
	press("\r");
	assert_int_equal(app.depth, 2);
	press("[{}");
	assert_false(app.travel.away);
	press("q");
	press("[\r");
	assert_int_equal(app.depth, 1);
	assert_true(shows("Esc returns to now"));
}

static void a_change_is_gone_to_from_the_list(void **state)
{
	(void)state;
	press("w");
	assert_true(shows("what changed since green"));
	assert_true(shows("nothing was failing until"));
	press("G\r");
	assert_true(app.travel.away);
	assert_true(app.now < engine_model(engine)->now);
	assert_true(shows("PAST"));
}

static void garbage_never_leaves_the_ground(void **state)
{
	(void)state;
	unsigned seed = 7;
	struct canvas *c = canvas_new(24, 80, true);
	for (int i = 0; i < 1500; i++) {
		static const char keys[] = "[]{}twjkemz?\x1b\r\tGg nN";
		seed = seed * 1103515245 + 12345;
		app_key(&app, keys[seed >> 16 & 15]);
		app_draw(&app, c);
		assert_true(app.now <= engine_model(engine)->now);
		assert_true(app.travel.away || app.model == engine_model(engine));
	}
	assert_int_equal(acted, 0);
	canvas_free(c);
}

int main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(earlier_shows_that_moment_and_esc_returns, setup, teardown),
		cmocka_unit_test_setup_teardown(changes_are_stops, setup, teardown),
		cmocka_unit_test_setup_teardown(every_screen_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_is_run_or_asked_from_the_past, setup, teardown),
		cmocka_unit_test_setup_teardown(a_remedy_is_of_now, setup, teardown),
		cmocka_unit_test_setup_teardown(a_change_is_gone_to_from_the_list, setup, teardown),
		cmocka_unit_test_setup_teardown(garbage_never_leaves_the_ground, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
