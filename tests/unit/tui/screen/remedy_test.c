/* What may never happen by accident, through the keys of the real screens. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/problem.h"
#include "remedies/run.h"
#include "tests/screens/fake_model.h"
#include "tui/app.h"
#include "tui/screen/remedy.h"

struct outside {
	int64_t mono;
	int acts, asks, discards, cancels, let_gos;
	char acted[512], copied[512];
	bool way_in;
};

static struct outside out;
static struct app app;
static struct fake *fake;
static struct canvas *canvas;

static void ask_now(void *arg, int server, int node)
{
	(void)arg, (void)server, (void)node;
	out.asks++;
}

static void freeze(void *arg, bool on)
{
	(void)arg, (void)on;
}

static void copy(void *arg, const char *text)
{
	(void)arg;
	snprintf(out.copied, sizeof out.copied, "%s", text);
}

static void plain(void *arg, const char *text)
{
	(void)arg, (void)text;
}

static void nothing(void *arg)
{
	(void)arg;
}

static void discard(void *arg)
{
	(void)arg;
	out.discards++;
}

static int64_t mono_ms(void *arg)
{
	(void)arg;
	return out.mono;
}

static bool can_act(void *arg, int server, const char *place, const char *user)
{
	(void)arg, (void)server, (void)place, (void)user;
	return out.way_in;
}

static int act(void *arg, const struct act_for *f, const struct planned *step, struct problem *p)
{
	(void)arg, (void)f, (void)p;
	out.acts++;
	snprintf(out.acted, sizeof out.acted, "%s", step->text);
	return 0;
}

static void cancel(void *arg)
{
	(void)arg;
	out.cancels++;
}

static void let_go(void *arg)
{
	(void)arg;
	assert_true(app.depth > 1); /* the step must still be there */
	out.let_gos++;
}

static char *one_line(void *arg, int server, const struct planned *step)
{
	(void)arg, (void)server, (void)step;
	return NULL;
}

static const struct app_ops ops = {.ask_now = ask_now,
				   .freeze = freeze,
				   .copy = copy,
				   .plain = plain,
				   .suspend = nothing,
				   .redraw = nothing,
				   .discard_input = discard,
				   .mono_ms = mono_ms,
				   .can_act = can_act,
				   .act = act,
				   .let_go = let_go,
				   .cancel = cancel,
				   .one_line = one_line};

static void press(const char *keys)
{
	for (; *keys; keys++) {
		out.mono += 100;
		app_key(&app, *keys);
	}
	app_draw(&app, canvas);
}

static void wait_ms(int ms)
{
	out.mono += ms;
	app_tick(&app, app.now);
}

static bool shows(const char *text)
{
	struct str s = {0};
	app_draw(&app, canvas);
	for (int y = 0; y < canvas->h; y++) {
		canvas_row_text(canvas, y, &s);
		str_addc(&s, '\n');
	}
	bool found = strstr(str_text(&s), text) != NULL;
	str_free(&s);
	return found;
}

static void begin(const char *cause, bool read_only, bool way_in)
{
	fake = fake_new("slot_missing");
	out = (struct outside){.mono = 100000, .way_in = way_in};
	canvas = canvas_new(24, 80, false);
	app_init(&app, fake_model(fake), &ops, NULL, &(struct app_options){.read_only = read_only});
	if (cause)
		app_open(&app, &screen_remedy, &(struct subject){0, 0, cause});
	app_draw(&app, canvas);
}

static void end(void)
{
	app_done(&app);
	canvas_free(canvas);
	fake_free(fake);
}

/* From the first screen: the remedy is one key away, its command is on the screen with that key. */
static void the_command_is_one_key_away(void **state)
{
	(void)state;
	begin(NULL, false, true);
	press("\r");
	assert_true(shows("barman show-server main"));
	end();
}

static void a_reading_step_runs_at_once(void **state)
{
	(void)state;
	begin("slot.missing", false, true);
	press("r");
	assert_int_equal(out.acts, 1);
	assert_non_null(strstr(out.acted, "barman show-server main"));
	press("r");
	assert_int_equal(out.acts, 1); /* one at a time */
	end();
}

static void a_change_needs_a_y_that_was_thought_about(void **state)
{
	(void)state;
	begin("slot.missing", false, true);
	press("]r");
	assert_true(shows("[y/N]"));
	assert_int_equal(out.discards, 1);
	press("y"); /* in the dead time: typed before it could be read */
	assert_int_equal(out.acts, 0);
	assert_true(shows("[y/N]"));
	wait_ms(600);
	press("\r\r\n"); /* Enter never confirms */
	assert_int_equal(out.acts, 0);
	assert_true(shows("[y/N]"));
	app_paste(&app, 'y');
	assert_int_equal(out.acts, 0);
	press("y");
	assert_int_equal(out.acts, 1);
	assert_string_equal(out.acted, "barman receive-wal --create-slot main");
	end();
}

static void any_other_key_is_no(void **state)
{
	(void)state;
	for (const char *k = "n N q x j \033"; *k; k++) {
		begin("slot.missing", false, true);
		press("]r");
		wait_ms(600);
		press((char[]){*k, 0});
		assert_false(shows("[y/N]"));
		press("y");
		assert_int_equal(out.acts, 0);
		assert_false(app.quit);
		end();
	}
}

static void destruction_needs_the_hosts_name(void **state)
{
	(void)state;
	static const char *const wrong[] = {"\r",     "y\r",   "yes\r",	   "db\r",
					    "db10\r", "DB1\r", "backup1\r"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		begin("slot.foreign_hoarding", false, true);
		press("a");
		wait_ms(600);
		press("old_standby\r]r");
		assert_true(shows("Type db1"));
		wait_ms(600);
		press(wrong[i]);
		assert_int_equal(out.acts, 0);
		end();
	}
	begin("slot.foreign_hoarding", false, true);
	press("a");
	wait_ms(600);
	press("old_standby\r]r");
	wait_ms(600);
	press("db1");
	assert_int_equal(out.acts, 0);
	press("\r");
	assert_int_equal(out.acts, 1);
	assert_non_null(strstr(out.acted, "old_standby"));
	end();
}

static void read_only_runs_nothing(void **state)
{
	(void)state;
	begin("slot.missing", true, true);
	press("r]r");
	wait_ms(600);
	press("y");
	assert_int_equal(out.acts, 0);
	assert_true(shows("read-only"));
	end();
}

/* No way in: copied, and watched until the probe says that it worked. */
static void without_a_way_in_it_is_copied_and_watched(void **state)
{
	(void)state;
	begin("slot.missing", false, false);
	press("]r");
	assert_int_equal(out.acts, 0);
	press("c");
	assert_string_equal(out.copied, "barman receive-wal --create-slot main");
	assert_true(shows("watching for slot.exists"));
	wait_ms(3500);
	assert_true(out.asks > 0);
	fake_set(fake, "slot.exists", STATE_OK);
	wait_ms(1000);
	assert_true(shows("proven") && shows("▸  3"));
	end();
}

/* Exit status 0 proves nothing; the probe does. */
static void only_the_probe_ticks_a_step(void **state)
{
	(void)state;
	begin("slot.missing", false, true);
	press("]r");
	wait_ms(600);
	press("y");
	app_run(&app, &(struct run_state){
			  .phase = RUN_PROVING, .acted = true, .ended = true, .expected = true});
	wait_ms(1000);
	assert_true(shows("▸* 2") && !shows("proven"));
	fake_set(fake, "slot.exists", STATE_OK);
	wait_ms(1000);
	assert_true(shows("✓ 2") && shows("▸  3"));
	end();
}

static void leaving_while_a_step_runs_asks_first(void **state)
{
	(void)state;
	begin("slot.missing", false, true);
	press("r");
	press("\033");
	assert_true(shows("still running"));
	assert_int_equal(app.depth, 2);
	app_watch(&app, 0);
	assert_int_equal(app.depth, 2);
	assert_int_equal(out.let_gos, 0);
	press("q");
	assert_false(app.quit);
	press("x");
	assert_int_equal(out.cancels, 1);
	press("q");
	assert_false(app.quit);
	press("q");
	assert_true(app.quit);
	end();
}

/* Its probe may be green on the screen before the proof is complete. */
static void leaving_while_a_step_is_proven_lets_go_of_it(void **state)
{
	(void)state;
	begin("slot.missing", false, true);
	press("r");
	app_run(&app, &(struct run_state){.phase = RUN_PROVING, .acted = true, .ended = true, .expected = true});
	press("\033");
	assert_int_equal(app.depth, 1);
	assert_int_equal(out.let_gos, 1);
	end();
}

static void endless_output_is_kept_in_bounds(void **state)
{
	(void)state;
	static char block[65536];
	memset(block, 'x', sizeof block - 1);
	block[sizeof block - 2] = '\n';
	begin("slot.missing", false, true);
	press("r");
	for (int i = 0; i < 64; i++)
		app_output(&app, block, sizeof block - 1);
	assert_true(shows("xxx") && shows("running for"));
	assert_true(shows("step 1 of ") && shows("* step 1 runs for ") && shows("x stops it"));
	end();
}

/* A window too small to read in takes no answer. */
static void too_small_a_window_takes_no_keys(void **state)
{
	(void)state;
	begin("slot.missing", false, true);
	press("]r");
	wait_ms(600);
	canvas_resize(canvas, 10, 40);
	app_draw(&app, canvas);
	press("y");
	assert_int_equal(out.acts, 0);
	end();
}

static void a_cause_without_a_page_says_so(void **state)
{
	(void)state;
	begin("no.such_cause", false, true);
	press("rcpC][ajkG");
	assert_int_equal(out.acts, 0);
	end();
}

/* Random keys at full speed: whatever they spell, a change is never run; and not even a look. */
static void a_swarm_of_keys_runs_nothing(void **state)
{
	(void)state;
	unsigned rng = 1;
	begin("slot.missing", false, true);
	for (int i = 0; i < 200000; i++) {
		static const char likely[] = "r]yr\ryY\ndb1r[";
		rng = rng * 1103515245 + 12345;
		int32_t key = rng >> 16 & 1 ? likely[(rng >> 17) % (sizeof likely - 1)] : (int32_t)(rng >> 17 & 0xff);
		out.mono += rng >> 28; /* up to 15 ms */
		if (key != 'q' && key != 3)
			app_key(&app, key);
		if (i % 1000 == 0)
			app_draw(&app, canvas);
	}
	assert_int_equal(out.acts, 0);
	end();
}

static void an_impatient_yes_is_none_until_it_pauses(void **state)
{
	(void)state;
	begin("slot.missing", false, true);
	press("]r");
	assert_true(shows("[y/N]"));
	for (int i = 0; i < 20; i++)
		press("y");
	assert_int_equal(out.acts, 0);
	wait_ms(600);
	press("y");
	assert_int_equal(out.acts, 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_swarm_of_keys_runs_nothing),
		cmocka_unit_test(an_impatient_yes_is_none_until_it_pauses),
		cmocka_unit_test(the_command_is_one_key_away),
		cmocka_unit_test(a_reading_step_runs_at_once),
		cmocka_unit_test(a_change_needs_a_y_that_was_thought_about),
		cmocka_unit_test(any_other_key_is_no),
		cmocka_unit_test(destruction_needs_the_hosts_name),
		cmocka_unit_test(read_only_runs_nothing),
		cmocka_unit_test(without_a_way_in_it_is_copied_and_watched),
		cmocka_unit_test(only_the_probe_ticks_a_step),
		cmocka_unit_test(leaving_while_a_step_runs_asks_first),
		cmocka_unit_test(leaving_while_a_step_is_proven_lets_go_of_it),
		cmocka_unit_test(endless_output_is_kept_in_bounds),
		cmocka_unit_test(too_small_a_window_takes_no_keys),
		cmocka_unit_test(a_cause_without_a_page_says_so),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
