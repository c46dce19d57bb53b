/* The dialogue of `walmedic fix`: typed lines in, what is said out. The lab's driver relies on these prompts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>

#include "dialogue.h"
#include "fake_world.h"
#include "remedies/catalogue.h"
#include "remedies/fix.h"

static const char page[] =
	"---\ncause: slot.missing\ntitle: Make it again\nfacts: server.slot_name\nask: days | 7 | How many days?\n---\nBecause it is gone.\n\n"
	"## Look\n\nProse.\n\n```sh {on=db as=postgres risk=read}\nlook {server.slot_name}\nsecond line {days}\n```\n\n"
	"## Create\n\n```sh {on=db as=postgres risk=change proves=slot.exists}\ncreate it\n```\n\n"
	"## Already\n\n```sh {on=db as=postgres risk=change proves=slot.exists}\nnever\n```\n";
static const char destructive[] =
	"---\ncause: slot.missing\ntitle: D\n---\nWhy.\n\n## Drop\n\n```sh {on=db as=postgres risk=destructive proves=slot.exists}\ndrop it\n```\n";
static const char restart[] =
	"---\ncause: slot.missing\ntitle: D\n---\nWhy.\n\n## Restart\n\n```sh {on=db as=root risk=restart proves=slot.exists}\nrestart it\n```\n";
static const char closed[] =
	"---\ncause: slot.missing\ntitle: D\n---\nWhy.\n\n## Shut\n\n```sh {on=db as=root risk=read requires=slot.exists}\nx\n```\n";

/* Instead of the compiled-in pages: one that each test chooses. */
static char page_bytes[4096];
const struct embedded embedded_pages[] = {{"slot.missing", page_bytes, sizeof page_bytes}, {NULL, NULL, 0}};

static bool creates;
static const char *only; /* the cause that is asked for */

static int walk_only(struct loop *l, struct engine *e, int server, bool read_only)
{
	return fix_walk(l, e, server, only, read_only);
}

static int (*start)(struct loop *l, struct engine *e, int server, bool read_only) = walk_only;

static void end_act(void *arg)
{
	(void)arg;
	fake_act_ends();
}

static void on_act(void)
{
	if (creates && (strstr(act_text, "create") || strstr(act_text, "drop") || strstr(act_text, "restart")))
		slot_is_there = true;
	loop_timer_start(NULL, 100, 10000000, end_act, NULL);
}

static int start_it(void *arg)
{
	return start(NULL, NULL, 0, *(bool *)arg);
}

/* Types the lines, returns the exit status; what was said is in `said`. */
static int walk(const char *typed, bool read_only)
{
	return type_to(typed, start_it, &read_only);
}

static int setup(void **state)
{
	(void)state;
	state_begin();
	fake_reset();
	learn((struct view *)fake_server.view, "server.slot_name", "bar man");
	act_hook = on_act;
	creates = true;
	only = NULL;
	return 0;
}

static void use(const char *text)
{
	memset(page_bytes, '\n', sizeof page_bytes); /* the size is fixed: empty lines behind the page */
	memcpy(page_bytes, text, strlen(text));
}

static void walks_to_green(void **state)
{
	(void)state;
	use(page);
	assert_int_equal(walk("9\nr\nr\ny\n", false), 0);
	expect_said("slot.missing");
	expect_said("there is no slot\n  | 0 rows\n");
	expect_said("Because it is gone.");
	expect_said("\nvalue for days [7] > ");
	expect_said("\nStep 1 of 3  [on db1 as postgres, read]\nLook\n");
	expect_said("\nlook 'bar man'\nsecond line 9\n---");
	expect_said("\nstep 1 of 3 [r run, c copy, s skip, m menu, q quit] > \ndone\nexit status 0\n");
	expect_said("\nstep 2 of 3 [r run, c copy, s skip, m menu, q quit] > \nrun this? [y/N] > \n");
	expect_said("proven: green");
	expect_said("\"Already\" is proven already");
	expect_said("all green\n");
	assert_int_equal(acts, 2);
}

static void needs_a_yes(void **state)
{
	(void)state;
	use(page);
	assert_int_equal(walk("\ns\nr\n\nr\nn\nq\n", false), 2);
	assert_int_equal(acts, 0);
	expect_said("not run\n");
	expect_said("not green yet: there is no slot\n");
}

static void needs_the_name_for_destruction(void **state)
{
	(void)state;
	use(destructive);
	assert_int_equal(walk("r\ny\nr\ndb2\nr\ndb1\n", false), 0);
	expect_said("type \"db1\" to run this > ");
	assert_int_equal(acts, 1);
	use(restart);
	fake_reset();
	act_hook = on_act;
	assert_int_equal(walk("r\ny\n", false), 0);
	expect_said("THIS RESTARTS A SERVICE on db1");
}

static int told;

static void is_told(void)
{
	fake_signal[told].call(fake_signal[told].arg);
}

/* Told to end in the midst of a command: it is cancelled and journalled, nothing more is begun. */
static void ends_when_it_is_told_to(void **state)
{
	(void)state;
	static const int signals[] = {SIGTERM, SIGHUP};
	for (size_t i = 0; i < 2; i++) {
		char command[200];
		use(page);
		fake_reset();
		told = signals[i];
		act_hook = is_told;
		assert_int_equal(walk("7\nr\nr\ny\nr\ny\n", false), 2);
		assert_int_equal(acts, 1);
		snprintf(command, sizeof command, "test \"$(grep -c unknown_outcome %s/walmedic/journal)\" = %zu", top, i + 1);
		assert_int_equal(system(command), 0);
	}
}

/* Ctrl-C stops what runs, and asks what next. */
static void an_interrupt_stops_the_command_only(void **state)
{
	(void)state;
	use(page);
	told = SIGINT;
	act_hook = is_told;
	walk("7\nr\ns\ns\n", false);
	assert_int_equal(acts, 1);
	expect_said("lost");
	expect_said("Step 2 of 3");
}

static void ends_with_its_input(void **state)
{
	(void)state;
	use(page);
	assert_int_equal(walk("", false), 2);
	assert_int_equal(walk("7\n", false), 2);
	assert_int_equal(walk("7\ns\nr\n", false), 2);
	assert_int_equal(walk("7\nx\nzzz", false), 2);
	expect_said("r, c, s, m or q");
	expect_said("not green yet");
	assert_int_equal(acts, 0);
}

static void asks_again_for_a_bad_value(void **state)
{
	(void)state;
	use(page);
	walk("-rf\n7\nq\n", false);
	expect_said("begins with \"-\"");
	expect_said("step 1 of 3");
}

static void stays_at_a_step_that_proved_nothing(void **state)
{
	(void)state;
	use(page);
	creates = false;
	assert_int_equal(walk("7\ns\nr\ny\nr\ny\nq\n", false), 2);
	expect_said("done; a later step proves it\n\nStep 3 of 3");
	expect_said("waiting for proof: slot exists: there is no slot");
	expect_said("not proven: slot exists: there is no slot");
	const char *first = strstr(said, "step 3 of 3 [");
	assert_non_null(first);
	assert_non_null(strstr(first + 1, "step 3 of 3 ["));
}

static void only_copies_what_it_cannot_run(void **state)
{
	(void)state;
	use(page);
	place_is_there = false;
	assert_int_equal(walk("7\nc\ns\nr\nq\n", false), 2);
	expect_said("step 1 of 3 [c copy, s skip, m menu, q quit] > ");
	expect_said("# copy this, and run it on db1 as postgres\nlook 'bar man'\nsecond line 7\n");
	expect_said("no way in to db1");
	place_is_there = true;
	walk("7\nr\nq\n", true);
	expect_said("--read-only");
	assert_int_equal(acts, 0);
}

static void opens_when_the_requirement_is_met(void **state)
{
	(void)state;
	use(closed);
	assert_int_equal(walk("r\nq\n", false), 2);
	expect_said("closed: \"slot exists\" must be green first: there is no slot");
	assert_int_equal(acts, 0);
}

static void is_short_when_all_is_green(void **state)
{
	(void)state;
	use(page);
	slot_is_there = true;
	fake_judge();
	assert_int_equal(walk("", false), 0);
	assert_string_equal(said, "looking at main\nall green\n");
}

/* ---- the menu ---- */

static int talk(const char *typed)
{
	start = fix_talk;
	int status = walk(typed, false);
	start = walk_only;
	return status;
}

static void the_menu_lists_what_there_is(void **state)
{
	(void)state;
	assert_int_equal(talk("q\n"), 2);
	expect_said("main, backups on backup1, database on db1, at ");
	expect_said("1 failed, 0 warn, 1 blocked, 0 not visible, 0 passed\n  1. root cause 1 of 1, slot.exists: there is no slot\n"
		    "     slot.missing on ?; fixing it should unblock 1\n  2. blocked, receiver.running: receiver\n"
		    "menu [number opens a line, f fix, r ask again, ? more, q quit] > ");
	assert_int_equal(acts, 0);
}

static void the_menu_does_everything(void **state)
{
	(void)state;
	talk("?\n2\ne 1\nr 1\nr\nx slot.lost\nx nothing\nj\nv\nv main\np\n9\nz\n\nw\n\nq\n");
	expect_said("  e NUMBER: the evidence of that line");
	expect_said("\nreceiver.running: receiver runs\nblocked: receiver\n");
	expect_said("\nslot.exists: slot exists\nFAIL: there is no slot\n");
	expect_said("cause slot.missing: there is no slot\n  | 0 rows\n");
	expect_said("asking slot.exists again\n");
	expect_said("asking everything again\n");
	expect_said("slot.lost: ");
	expect_said("there is no cause \"nothing\"");
	expect_said("nothing was run yet");
	expect_said("main: 1 failed, 0 warn; first slot.missing\n");
	expect_said("there is no line \"9\"");
	expect_said("that is none of the choices:");
	expect_said("watching, every change is a line [Enter ends it] > \n");
	assert_int_equal(acts, 0);
}

/* A cause that is chosen is gone through as ever; the menu comes again after it. */
static void the_menu_leads_to_green(void **state)
{
	(void)state;
	creates = true;
	assert_int_equal(talk("1\n9\nr\nr\ny\nj\nq\n"), 0);
	expect_said("proven: green\n");
	expect_said("begun: Create on db1 as postgres\ncreate it\n");
	expect_said("proven: Create on db1 as postgres");
	expect_said("all green\n");
	assert_int_equal(acts, 2);
}

/* From a step and back; a cause that is chosen there leaves the page. */
static void the_menu_opens_from_a_step(void **state)
{
	(void)state;
	assert_int_equal(walk("7\nm\nb\nm\n1\n8\nq\n", false), 2);
	expect_said("second line 7\n");
	expect_said("second line 8\n");
	assert_int_equal(acts, 0);
}

static void the_menu_goes_on_as_fix(void **state)
{
	(void)state;
	creates = true;
	assert_int_equal(talk("f\n9\nr\nr\ny\n"), 0);
	assert_int_equal(acts, 2);
}

/* Advice leaves its probe green: the steps of its page are open all the same, and done when the advice is gone. */
static void follows_a_piece_of_advice(void **state)
{
	(void)state;
	use(page);
	only = "slot.missing";
	fake_advice = true;
	fake_judge();
	assert_int_equal(walk("9\ns\nr\ny\n", false), 0);
	expect_said("\nadvice: ");
	expect_said("proven: green");
	expect_said("all green\n");
	assert_int_equal(acts, 1);
}

static void a_cause_that_is_not_there_is_not_followed(void **state)
{
	(void)state;
	use(page);
	only = "slot.lost";
	slot_is_there = true;
	fake_judge();
	assert_int_equal(walk("", false), 0);
	assert_string_equal(said, "looking at main\nslot.lost: no probe finds it\nall green\n");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, state_end)
	const struct CMUnitTest tests[] = {
		T(walks_to_green), T(follows_a_piece_of_advice), T(a_cause_that_is_not_there_is_not_followed), T(needs_a_yes), T(needs_the_name_for_destruction), T(ends_with_its_input), T(ends_when_it_is_told_to), T(an_interrupt_stops_the_command_only),
		T(asks_again_for_a_bad_value),
		T(stays_at_a_step_that_proved_nothing), T(only_copies_what_it_cannot_run), T(opens_when_the_requirement_is_met),
		T(is_short_when_all_is_green), T(the_menu_lists_what_there_is), T(the_menu_does_everything), T(the_menu_leads_to_green),
		T(the_menu_opens_from_a_step), T(the_menu_goes_on_as_fix),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	view_free((struct view *)fake_server.view);
	return failed;
}
