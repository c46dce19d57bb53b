#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_world.h"
#include "remedies/run.h"

static char top[64], journal_file[128];
static struct journal *journal;
static struct guard guard;
static struct step step;
static struct planned planned;

static int setup(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "/tmp/walmedic-run-XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(journal_file, sizeof journal_file, "%s/w/journal", top);
	const char *const home[JOURNAL_HOMES] = {journal_file, NULL, NULL};
	journal = journal_open_in(home);
	fake_reset();
	guard = (struct guard){0};
	guard_look(&guard, fake_wall, fake_mono);
	step = (struct step){.heading = "Create", .risk = RISK_CHANGE, .proves = {"slot.exists"}, .timeout_s = 60, .text = "create"};
	planned = (struct planned){.step = &step, .number = 1, .place = "db", .host = "db1", .user = "postgres", .text = "create 'the slot'\nline",
				   .shown = "create"};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	journal_close(journal);
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

static struct run_order order(void)
{
	return (struct run_order){.cause = "slot.missing", .step = &planned, .journal = journal, .guard = &guard};
}

static int journal_has(const char *word)
{
	char buf[16384];
	FILE *f = fopen(journal_file, "r");
	size_t n = f ? fread(buf, 1, sizeof buf - 1, f) : 0;
	int count = 0;
	buf[n] = '\0';
	if (f)
		fclose(f);
	for (char *p = buf; (p = strstr(p, word)); p++)
		count++;
	return count;
}

static void turn_until(const struct run *r, enum run_phase phase, int64_t ms)
{
	for (int64_t end = fake_mono + ms; run_state(r)->phase != phase && fake_mono < end;)
		loop_turn(NULL, 100);
	assert_int_equal(run_state(r)->phase, phase);
}

static void journal_has_begun(void)
{
	assert_int_equal(journal_has("\"begun\""), 1);
	assert_int_equal(journal_has("\"ended\""), 0);
}

static void is_journalled_before_and_after(void **state)
{
	(void)state;
	struct problem p;
	struct run_order o = order();
	act_hook = journal_has_begun;
	struct run *r = run_start(&o, &p);
	assert_non_null(r);
	assert_int_equal(acts, 1);
	assert_string_equal(act_text, planned.text);
	assert_string_equal(act_user, "postgres");
	assert_int_equal(act_last.timeout_ms, 60000);
	slot_is_there = true;
	fake_act_ends();
	assert_int_equal(journal_has("\"ended\""), 1);
	assert_int_equal(journal_has("output_sha256"), 1);
	turn_until(r, RUN_PROVEN, 10000);
	assert_int_equal(journal_has("\"proven\""), 1);
	run_free(r);
}

static void green_from_before_proves_nothing(void **state)
{
	(void)state;
	struct problem p;
	struct run_order o = order();
	struct run *r = run_start(&o, &p);
	slot_is_there = true;
	fake_answer(0); /* green while it still runs */
	loop_turn(NULL, 100);
	answers_come = false;
	fake_act_ends();
	for (int i = 0; i < 100; i++)
		loop_turn(NULL, 100);
	assert_int_equal(run_state(r)->phase, RUN_PROVING);
	answers_come = true;
	turn_until(r, RUN_PROVEN, 5000);
	run_free(r);
}

static void exit_status_zero_proves_nothing(void **state)
{
	(void)state;
	struct problem p;
	struct run_order o = order();
	struct run *r = run_start(&o, &p);
	fake_act_ends();
	assert_int_equal(run_state(r)->status, 0);
	turn_until(r, RUN_UNPROVEN, RUN_PROOF_MS + 5000);
	assert_non_null(strstr(run_state(r)->say, "there is no slot"));
	assert_int_equal(journal_has("\"unproven\""), 1);
	run_free(r);
}

static void waits_only_in_the_last_step_that_proves(void **state)
{
	(void)state;
	struct problem p;
	struct run_order o = order();
	planned.proof_later = true;
	struct run *r = run_start(&o, &p);
	fake_act_ends();
	turn_until(r, RUN_DONE, 20000);
	run_free(r);
	act_status = 1; /* one that failed has not done its part */
	r = run_start(&o, &p);
	fake_act_ends();
	turn_until(r, RUN_UNPROVEN, RUN_PROOF_MS + 5000);
	run_free(r);
	planned.proof_later = false;
}

static void looks_for_the_expected_line(void **state)
{
	(void)state;
	struct problem p;
	struct run_order o = order();
	static const struct {
		const char *expect, *says;
		bool expected;
	} rows[] = {{"^ok$", "one\nok\ntwo\n", true}, {"^ok$", "not ok\n", false}, {"a|b", "xbx", true}, {NULL, "", true}};
	step.proves[0] = NULL;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		step.expect = rows[i].expect;
		act_says = rows[i].says;
		struct run *r = run_start(&o, &p);
		fake_act_ends();
		assert_int_equal(run_state(r)->phase, RUN_DONE);
		assert_int_equal(run_state(r)->expected, rows[i].expected);
		run_free(r);
	}
}

static void tells_an_unknown_outcome(void **state)
{
	(void)state;
	struct problem p;
	struct run_order o = order();
	struct run *r = run_start(&o, &p);
	run_cancel(r);
	assert_false(run_state(r)->ended);
	assert_string_equal(run_state(r)->words, "lost");
	assert_int_equal(journal_has("unknown_outcome"), 1);
	assert_int_equal(run_state(r)->phase, RUN_PROVING);
	run_cancel(r);
	assert_int_equal(run_state(r)->phase, RUN_UNPROVEN);
	run_free(r);
}

static void refused(const char *say)
{
	struct problem p = {0};
	struct run_order o = order();
	assert_null(run_start(&o, &p));
	if (!strstr(p.say, say))
		fail_msg("want \"%s\", got \"%s\"", say, p.say);
	assert_int_equal(acts, 0);
	assert_int_equal(journal_has("begun"), 0);
}

static void refuses_what_must_not_run(void **state)
{
	(void)state;
	struct problem p;
	struct run_order o = order();
	o.read_only = true;
	assert_null(run_start(&o, &p));
	assert_non_null(strstr(p.say, "--read-only"));
	planned.closed = "first the disk";
	refused("first the disk");
	planned.closed = NULL;
	planned.copy_only = "no way in";
	refused("no way in");
	planned.copy_only = NULL;
	planned.refused = "empty value";
	refused("empty value");
	planned.refused = NULL;
	planned.text = NULL;
	refused("no command");
	planned.text = "x";
	place_is_there = false;
	refused("no way in to db1");
}

static void waits_for_fresh_facts(void **state)
{
	(void)state;
	fake_wall += 121000;
	fake_mono += 121000;
	refused("no answer came lately");
	fake_answer(0);
	fake_wall += 3600000; /* the machine slept */
	assert_true(guard_look(&guard, fake_wall, fake_mono));
	assert_false(guard_look(&guard, fake_wall, fake_mono));
	refused("the clock jumped or the machine slept");
	fake_answer(0);
	fake_wall -= 3600000; /* and back */
	assert_true(guard_look(&guard, fake_wall, fake_mono));
	refused("slot exists");
	fake_answer(0);
	struct problem p;
	struct run_order o = order();
	struct run *r = run_start(&o, &p);
	assert_non_null(r);
	fake_act_ends();
	run_free(r);
	/* what a step requires must be fresh as well */
	acts = 0;
	fake_wall += 121000;
	fake_mono += 121000;
	fake_answer(0);
	slot_is_there = true;
	fake_judge();
	step.requires[0] = "receiver.running";
	assert_int_equal(guard_fresh(&guard, &fake_server, "slot.missing", &step, fake_wall, &p), -1);
	assert_non_null(strstr(p.say, "receiver runs"));
	fake_answer(1);
	assert_int_equal(guard_fresh(&guard, &fake_server, "slot.missing", &step, fake_wall, &p), 0);
	step.requires[0] = NULL;
}

static void without_a_journal_only_destruction_waits(void **state)
{
	(void)state;
	struct problem p = {0};
	const char *const nowhere[JOURNAL_HOMES] = {"/proc/none/journal", NULL, NULL};
	if (access("/dev/log", W_OK) == 0)
		skip();
	struct run_order o = order();
	o.journal = journal_open_in(nowhere);
	assert_non_null(strstr(journal_say(o.journal), "destructive steps are closed"));
	struct run *r = run_start(&o, &p);
	assert_non_null(r);
	assert_int_equal(acts, 1);
	assert_true(*run_state(r)->journal);
	fake_act_ends();
	run_free(r);
	step.risk = RISK_DESTRUCTIVE;
	assert_null(run_start(&o, &p));
	assert_int_equal(acts, 1);
	assert_non_null(strstr(p.say, "cannot be written"));
	journal_close(o.journal);
}

static void watching_does_nothing(void **state)
{
	(void)state;
	struct problem p;
	struct run_order o = order();
	o.watch_only = true;
	planned.copy_only = "no way in";
	struct run *r = run_start(&o, &p);
	assert_non_null(r);
	for (int i = 0; i < 3000; i++)
		loop_turn(NULL, 100);
	assert_int_equal(run_state(r)->phase, RUN_PROVING); /* a human elsewhere takes his time */
	slot_is_there = true;
	turn_until(r, RUN_PROVEN, 5000);
	assert_int_equal(acts, 0);
	assert_int_equal(journal_has("deed"), 0);
	run_free(r);
}

static void asks_what_fits_the_risk(void **state)
{
	(void)state;
	static const struct {
		enum risk risk;
		const char *question, *typed;
		bool ok;
	} rows[] = {
		{RISK_READ, "", "", true},
		{RISK_CHANGE, "run this? [y/N]", "y", true}, {RISK_CHANGE, "run this? [y/N]", "yes", true}, {RISK_CHANGE, "run this? [y/N]", "", false},
		{RISK_CHANGE, "run this? [y/N]", "yy", false}, {RISK_RESTART, "run this? [y/N]", "y", true}, {RISK_RESTART, "run this? [y/N]", "n", false},
		{RISK_DESTRUCTIVE, "type \"db1\" to run this", "db1", true}, {RISK_DESTRUCTIVE, "type \"db1\" to run this", "y", false},
		{RISK_DESTRUCTIVE, "type \"db1\" to run this", "db", false}, {RISK_DESTRUCTIVE, "type \"db1\" to run this", "DB1", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str question = {0};
		step.risk = rows[i].risk;
		run_question(&planned, &question);
		assert_string_equal(str_text(&question), rows[i].question);
		assert_int_equal(run_confirmed(&planned, rows[i].typed), rows[i].ok);
		str_free(&question);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(is_journalled_before_and_after), T(green_from_before_proves_nothing), T(exit_status_zero_proves_nothing),
		T(waits_only_in_the_last_step_that_proves),
		T(looks_for_the_expected_line), T(tells_an_unknown_outcome), T(refuses_what_must_not_run), T(waits_for_fresh_facts),
		T(without_a_journal_only_destruction_waits), T(watching_does_nothing), T(asks_what_fits_the_risk),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	view_free((struct view *)fake_server.view);
	return failed;
}
