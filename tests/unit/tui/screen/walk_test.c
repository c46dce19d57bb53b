/* A runbook on the screen: what is written down, what may never happen by accident, two engineers on one page. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/problem.h"
#include "remedies/journal.h"
#include "remedies/lock.h"
#include "remedies/run.h"
#include "tests/screens/fake_model.h"
#include "tui/app.h"
#include "tui/screen/walk.h"

static const char pages[] =
	"---\ntitle: The slot is gone\nask: who | postgres | the role\n---\nWhy it matters.\n\n"
	"## Look\n\n```sh {on=db as=postgres risk=read}\nlook\n```\n\n"
	"## Which do you see?\n\n- [It is missing](#create \"slot.missing\")\n- [It is lost](#drop)\n\n"
	"## Create\n\n```sh {on=backup as=barman risk=change proves=slot.exists}\ncreate for {who}\n```\n\n"
	"## Drop\n\n```sh {on=db as=postgres risk=destructive}\ndrop it\n```\n\n"
	"## Tell\n\n- [ ] told the team\n\n## Broken\n\n```sh\nbarman-archive-wal x\n```\n";

struct outside {
	int64_t mono;
	int acts, asks;
	char acted[512], copied[512], walk[64], key[64];
};

static struct outside out;
static struct app app;
static struct fake *fake;
static struct canvas *canvas;
static struct journal *journal;
static char top[64], path[128];

static void ask_now(void *arg, int server, int node)
{
	(void)arg, (void)server, (void)node;
	out.asks++;
}

static void copy(void *arg, const char *text)
{
	(void)arg;
	snprintf(out.copied, sizeof out.copied, "%s", text);
}

static void freeze(void *arg, bool on)
{
	(void)arg, (void)on;
}

static void plain(void *arg, const char *text)
{
	(void)arg, (void)text;
}

static void nothing(void *arg)
{
	(void)arg;
}

static int64_t mono_ms(void *arg)
{
	(void)arg;
	return out.mono;
}

static bool can_act(void *arg, int server, const char *place, const char *user)
{
	(void)arg, (void)server, (void)place, (void)user;
	return true;
}

static int act(void *arg, const struct act_for *f, const struct planned *step, struct problem *p)
{
	(void)arg, (void)p;
	out.acts++;
	snprintf(out.acted, sizeof out.acted, "%s", step->text);
	snprintf(out.walk, sizeof out.walk, "%s", f->walk);
	snprintf(out.key, sizeof out.key, "%s", f->key);
	assert_null(f->cause);
	return 0;
}

static struct journal *journal_of(void *arg)
{
	(void)arg;
	return journal;
}

static char *one_line(void *arg, int server, const struct planned *step)
{
	(void)arg, (void)server, (void)step;
	return NULL;
}

static const struct app_ops ops = {.ask_now = ask_now, .freeze = freeze, .copy = copy, .plain = plain, .suspend = nothing, .redraw = nothing, .discard_input = nothing,
				   .mono_ms = mono_ms, .can_act = can_act, .act = act, .journal = journal_of, .cancel = nothing, .one_line = one_line};

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
	app_draw(&app, canvas);
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

static void open_walk(void)
{
	out = (struct outside){.mono = 100000};
	app_init(&app, fake_model(fake), &ops, NULL, &(struct app_options){.read_only = false});
	app_open(&app, &screen_walk, &(struct subject){0, -1, path});
	app_draw(&app, canvas);
}

/* Leaves the screen and opens it again, as after the end of the program. */
static void reopen(void)
{
	app_done(&app);
	open_walk();
}

static void ended(enum run_phase phase, int status)
{
	app_run(&app, &(struct run_state){.phase = phase, .acted = true, .ended = true, .status = status, .expected = true});
	wait_ms(1000);
}

static void write_page(const char *text)
{
	FILE *f = fopen(path, "we");
	fputs(text, f);
	fclose(f);
	chmod(path, 0600);
}

static int setup(void **state)
{
	(void)state;
	char file[128];
	snprintf(top, sizeof top, "/tmp/walmedic-walks-XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(path, sizeof path, "%s/page.md", top);
	snprintf(file, sizeof file, "%s/journal", top);
	write_page(pages);
	journal = journal_open_in((const char *const[JOURNAL_HOMES]){file});
	fake = fake_new("slot_missing");
	for (int i = 0; i < fake_model(fake)->servers; i++)
		fake_model(fake)->server[i].sweep_done = true;
	canvas = canvas_new(24, 80, false);
	open_walk();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	app_done(&app);
	canvas_free(canvas);
	fake_free(fake);
	journal_close(journal);
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

static void the_pipeline_the_steps_and_the_command_are_shown(void **state)
{
	(void)state;
	assert_true(shows("The slot is gone") && shows("6 to do") && shows("▸   1 Look") && shows("db1, read"));
	assert_true(shows("CONF") && shows("look") && shows("Why it matters."));
}

/* Values are asked once, before the first command; then the same command is on its way with the page's own names in the journal. */
static void values_come_before_the_first_command(void **state)
{
	(void)state;
	press("r");
	assert_int_equal(out.acts, 0);
	assert_true(shows("who: the role") && shows("> postgres"));
	press("\rr");
	assert_int_equal(out.acts, 1);
	assert_string_equal(out.acted, "look");
	assert_true(*out.walk && *out.key);
	ended(RUN_DONE, 0);
	assert_true(shows("1 done") && shows("▸   2 Which do you see?"));
	press("\033\033");
	reopen();
	assert_true(shows("1 done") && shows("▸   2 Which do you see?"));
}

static void an_empty_value_is_refused_and_asked_for_by_hand(void **state)
{
	(void)state;
	press("r\x15\033r"); /* cleared, and given up: it stays empty */
	assert_int_equal(out.acts, 1);
	ended(RUN_DONE, 0);
	press("1r");
	assert_int_equal(out.acts, 1);
	assert_true(shows("a answers") || shows("who"));
	press("abarman\r");
	assert_true(shows("create for barman"));
}

static void a_choice_rules_the_others_out_and_can_be_made_again(void **state)
{
	(void)state;
	press("]");
	assert_true(shows("It is missing   ← walmedic sees this now"));
	press("1");
	assert_true(shows("1 done, 1 skipped") && shows("▸   3 Create"));
	press("[");
	press("2");
	assert_true(shows("-  3 Create") && shows("▸   4 Drop"));
}

static void destruction_needs_the_hosts_name(void **state)
{
	(void)state;
	press("r\r"); /* the value */
	press("]]]r");
	assert_true(shows("Type db1"));
	wait_ms(600);
	press("y\r");
	assert_int_equal(out.acts, 0);
	press("r");
	wait_ms(600);
	press("db1\r");
	assert_int_equal(out.acts, 1);
	assert_string_equal(out.acted, "drop it");
}

static void only_the_probe_proves_a_step(void **state)
{
	(void)state;
	press("r\r");
	press("]]r");
	wait_ms(600);
	press("y");
	assert_int_equal(out.acts, 1);
	ended(RUN_PROVING, 0);
	assert_true(shows("waits for proof") && !shows("1 done"));
	fake_set(fake, "slot.exists", STATE_OK);
	ended(RUN_PROVEN, 0);
	assert_true(shows("✓  3 Create") && shows("1 done"));
}

static void a_failure_stays_in_view_and_is_kept(void **state)
{
	(void)state;
	press("r\rr");
	ended(RUN_DONE, 3);
	assert_true(shows("▸✗  1 Look") && shows("exit status 3") && shows("1 failed"));
	reopen();
	assert_true(shows("▸✗  1 Look"));
	press("d");
	assert_true(shows("✓  1 Look"));
}

static void skipped_for_a_reason_noted_failed_and_done_again(void **state)
{
	(void)state;
	press("s\r");
	assert_true(shows("a reason is needed") && shows("6 to do"));
	press("snot ours\r");
	assert_true(shows("1 skipped"));
	press("[ni saw it\r");
	assert_true(shows("skipped") && shows("not ours") && shows("i saw it"));
	press("u");
	assert_true(shows("6 to do"));
	press("Ftoo late\r");
	assert_true(shows("1 failed"));
	reopen();
	press("[[[[[");
	assert_true(shows("too late") && shows("i saw it"));
}

/* What nobody did leaves no trace. */
static void looking_writes_nothing(void **state)
{
	(void)state;
	struct stat before, after;
	assert_int_equal(stat(journal_path(journal), &before), 0);
	press("]]][[jkG?q/drop\rn\033P");
	reopen();
	assert_int_equal(stat(journal_path(journal), &after), 0);
	assert_int_equal(before.st_size, after.st_size);
}

static void what_was_running_is_looked_at_before_it_runs_again(void **state)
{
	(void)state;
	struct problem p;
	press("r\rr");
	/* the line that the run itself writes, and then nothing more */
	struct deed d = {.id = 77, .server = "main", .heading = "Look", .command = "look", .host = "db1", .user = "postgres", .walk = out.walk, .key = out.key};
	assert_int_equal(journal_write(journal, DEED_BEGUN, &d, &p), 0);
	reopen();
	assert_true(shows("was running") && shows("It was running when walmedic ended"));
	press("r");
	assert_int_equal(out.acts, 0);
	assert_true(shows("It was running before"));
	wait_ms(600);
	press("y");
	assert_int_equal(out.acts, 1);
}

static void a_swarm_of_keys_does_nothing(void **state)
{
	(void)state;
	unsigned rng = 1;
	struct stat before, after;
	assert_int_equal(stat(journal_path(journal), &before), 0);
	for (int i = 0; i < 100000; i++) {
		static const char likely[] = "r]yr\ryY\ndb1r[123dsuFnoa";
		rng = rng * 1103515245 + 12345;
		int32_t key = rng >> 16 & 1 ? likely[(rng >> 17) % (sizeof likely - 1)] : (int32_t)(rng >> 17 & 0xff);
		out.mono += rng >> 28;
		if (key != 'q' && key != 3 && key != 'P')
			app_key(&app, key);
		if (i % 1000 == 0)
			app_draw(&app, canvas);
	}
	assert_int_equal(out.acts, 0);
	assert_int_equal(stat(journal_path(journal), &after), 0);
	assert_int_equal(before.st_size, after.st_size);
}

/* The second engineer sees who has it, changes nothing, follows what is done, and goes on when the first is gone. */
static void the_second_engineer_watches(void **state)
{
	(void)state;
	struct walk_lock *other;
	press("r\rr");
	ended(RUN_DONE, 0);
	char walk[64];
	snprintf(walk, sizeof walk, "%s", out.walk);
	app_done(&app);
	other = walk_lock_open(journal_path(journal), walk);
	assert_true(walk_lock_take(other));
	open_walk();
	assert_true(shows("WATCHING") && shows(" since ") && shows("1 done"));
	press("d1r");
	assert_true(shows("1 done") && !out.acts);
	walk_lock_close(other);
	wait_ms(3000);
	assert_false(shows("WATCHING"));
	press("1");
	assert_true(shows("2 done"));
}

static void a_walk_that_came_to_its_end_begins_anew(void **state)
{
	(void)state;
	press("d1dddd");
	assert_true(shows("walked to its end"));
	reopen();
	assert_true(shows("6 to do"));
}

static void text_without_steps_is_shown_as_text(void **state)
{
	(void)state;
	write_page("Nothing to do here.\n");
	reopen();
	press("rdsj1");
	assert_true(shows("no steps were found") && shows("Nothing to do here."));
	unlink(path);
	reopen();
	press("rdsj1");
	assert_true(shows("page.md"));
	assert_int_equal(out.acts, 0);
}

static void what_is_known_to_be_wrong_is_said_and_not_run(void **state)
{
	(void)state;
	press("[]]]]]");
	assert_true(shows("WRONG") && shows("write"));
	press("r\rr");
	assert_int_equal(out.acts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_pipeline_the_steps_and_the_command_are_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(values_come_before_the_first_command, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_value_is_refused_and_asked_for_by_hand, setup, teardown),
		cmocka_unit_test_setup_teardown(a_choice_rules_the_others_out_and_can_be_made_again, setup, teardown),
		cmocka_unit_test_setup_teardown(destruction_needs_the_hosts_name, setup, teardown),
		cmocka_unit_test_setup_teardown(only_the_probe_proves_a_step, setup, teardown),
		cmocka_unit_test_setup_teardown(a_failure_stays_in_view_and_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(skipped_for_a_reason_noted_failed_and_done_again, setup, teardown),
		cmocka_unit_test_setup_teardown(looking_writes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_running_is_looked_at_before_it_runs_again, setup, teardown),
		cmocka_unit_test_setup_teardown(a_swarm_of_keys_does_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(the_second_engineer_watches, setup, teardown),
		cmocka_unit_test_setup_teardown(a_walk_that_came_to_its_end_begins_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(text_without_steps_is_shown_as_text, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_known_to_be_wrong_is_said_and_not_run, setup, teardown),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
