/* A walk that goes on by itself: what is passed over, what runs, what is asked, and that no secret gets out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>

#include "dialogue.h"
#include "fake_world.h"
#include "remedies/plan.h"
#include "remedies/runbook.h"
#include "remedies/walk.h"

static const char text[] =
	"---\ntitle: Set up\nask: server | main | its name\nask: kind | {found} | what kind\ngiven: found | what was seen\ngiven: word | the password | secret\n---\n"
	"## Look around\n\n```sh {on=db as=postgres risk=read gives=found}\nlook {server}\n```\n\n"
	"## Write\n\n```sh {on=db as=postgres risk=change look=yes}\nwrite {kind}\n```\n\n"
	"## Make a password\n\n```sh {on=db as=postgres risk=change look=yes gives=word}\nmake\n```\n\n"
	"## Use it\n\n```sh {on=db as=postgres risk=change look=yes}\nuse {word}\n```\n\n"
	"## Only for others\n\n```sh {on=db as=postgres risk=change when=ask.kind:other}\nnever\n```\n\n"
	"## Restart\n\n```sh {on=db as=postgres risk=restart look=yes}\nrestart\n```\n";

static struct str ran;
static const char *found;
static bool written, used, restarted, broken, unattended, may_restart, anew;
static struct answer given[] = {{"server", "main"}};

static bool looks(void)
{
	for (int i = 0; i < act_last.secrets; i++)
		if (!strcmp(act_last.secret[i].name, "walmedic_look"))
			return true;
	return false;
}

static struct loop_timer *ending;

static void end_act(void *arg)
{
	(void)arg;
	loop_timer_stop(ending);
	fake_act_ends();
}

/* What the hosts do: a look says what is to be done until it was done. */
static void on_act(void)
{
	bool look = looks();
	str_addf(&ran, "%s%s;", look ? "?" : "", act_text);
	act_status = 0;
	act_says = "";
	if (!strncmp(act_text, "look", 4)) {
		act_says = found;
	} else if (!strncmp(act_text, "write", 5)) {
		act_status = broken ? 2 : look && !written;
		act_says = look && !written ? "+a line\n" : broken ? "it is in use\n" : "";
		written |= !look;
	} else if (!strcmp(act_text, "make")) {
		act_says = "word=hunter22hunter22\nmade\n";
	} else if (!strncmp(act_text, "use", 3)) {
		act_says = "used\n";
		act_status = look && !used;
		used |= !look;
	} else if (!strcmp(act_text, "restart")) {
		act_status = look && !restarted;
		restarted |= !look;
	}
	ending = loop_timer_start(NULL, 100, 10000000, end_act, NULL);
}

static int check(const char *name, const char *value, struct problem *p)
{
	(void)name;
	return strcmp(value, "bad") ? 0 : problem_set(p, "another", "bad is no kind");
}

static int walk_on(void)
{
	struct problem p;
	struct arena *a = arena_new();
	struct page *page = runbook_parse(a, "setup.md", text, strlen(text), &p);
	if (!page)
		fail_msg("%s", p.say);
	page->ours = true;
	struct walk_flow flow = {.answer = given, .answers = 1, .check = check, .unattended = unattended, .may_restart = may_restart};
	struct walk_order o = {.page = page, .path = "setup", .anew = anew, .flow = &flow};
	int status = walk_page(&o);
	arena_free(a);
	return status;
}

static int walk_it(void *arg)
{
	(void)arg;
	str_clear(&ran);
	return walk_on();
}

static int walk(const char *typed)
{
	return type_to(typed, walk_it, NULL);
}

static int begin(void **state)
{
	(void)state;
	state_begin();
	fake_reset();
	act_hook = on_act;
	found = "found=plain\nseen\n";
	written = used = restarted = broken = anew = false;
	unattended = may_restart = true;
	return 0;
}

static void nobody_is_asked(void **state)
{
	(void)state;
	assert_int_equal(walk(""), 0);
	assert_string_equal(str_text(&ran), "look main;?write plain;write plain;?make;?use \"$walmedic_word\";use \"$walmedic_word\";?restart;restart;");
	expect_said("kind = plain\n");
	expect_said("step 2 of 6: \"Write\": on db1 as postgres\n+a line\n");
	expect_said("step 3 of 6: \"Make a password\": as it should be\n");
	expect_said("walked to its end: 5 done, 1 skipped, 0 failed");
}

static void no_secret_gets_out(void **state)
{
	(void)state;
	char path[128], journal[65536] = "";
	assert_int_equal(walk(""), 0);
	assert_null(strstr(said, "hunter22"));
	snprintf(path, sizeof path, "%s/walmedic/journal", top);
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && read(fd, journal, sizeof journal - 1) > 0);
	close(fd);
	assert_null(strstr(journal, "hunter22"));
	assert_non_null(strstr(journal, "use \\\"$walmedic_word\\\""));
}

static void what_is_done_is_passed_over(void **state)
{
	(void)state;
	assert_int_equal(walk(""), 0);
	anew = true;
	assert_int_equal(walk(""), 0);
	assert_string_equal(str_text(&ran), "look main;?write plain;?make;?use \"$walmedic_word\";?restart;");
	expect_said("step 2 of 6: \"Write\": as it should be\n");
}

static void a_restart_needs_its_own_word(void **state)
{
	(void)state;
	may_restart = false;
	assert_int_equal(walk(""), 1);
	assert_false(restarted);
	expect_said("HINT: restart it at a good moment");
	may_restart = true;
	assert_int_equal(walk(""), 0);
	assert_string_equal(str_text(&ran), "look main;?write plain;?make;?use \"$walmedic_word\";?restart;restart;");
	expect_said("it goes on where it was");
}

static void trouble_stops_it(void **state)
{
	(void)state;
	broken = true;
	assert_int_equal(walk(""), 1);
	assert_string_equal(str_text(&ran), "look main;?write plain;");
	expect_said("+a line");
	broken = false;
	assert_int_equal(walk(""), 0);
}

static void the_operator_is_asked_for_values_and_for_changes(void **state)
{
	(void)state;
	unattended = may_restart = false;
	assert_int_equal(walk("bad\nsmall\nr\nn\nr\ny\nr\ny\nr\ny\n"), 0);
	assert_string_equal(str_text(&ran), "look main;?write small;write small;?make;?use \"$walmedic_word\";use \"$walmedic_word\";?restart;restart;");
	expect_said("value for kind [plain] > ");
	expect_said("bad is no kind");
	expect_said("what would change, and how it is now:\n+a line\n");
	expect_said("THIS RESTARTS A SERVICE on db1");
}

static void one_word_confirms_all_changes_but_no_restart(void **state)
{
	(void)state;
	unattended = may_restart = false;
	assert_int_equal(walk("small\na\nn\nq\n"), 1);
	assert_string_equal(str_text(&ran), "look main;?write small;write small;?make;?use \"$walmedic_word\";use \"$walmedic_word\";?restart;");
	expect_said("THIS RESTARTS A SERVICE on db1");
	assert_false(restarted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_is_asked, begin, state_end), cmocka_unit_test_setup_teardown(no_secret_gets_out, begin, state_end),
		cmocka_unit_test_setup_teardown(what_is_done_is_passed_over, begin, state_end),
		cmocka_unit_test_setup_teardown(a_restart_needs_its_own_word, begin, state_end), cmocka_unit_test_setup_teardown(trouble_stops_it, begin, state_end),
		cmocka_unit_test_setup_teardown(one_word_confirms_all_changes_but_no_restart, begin, state_end),
		cmocka_unit_test_setup_teardown(the_operator_is_asked_for_values_and_for_changes, begin, state_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
