/* The walk through a runbook: typed lines in, what is said out, and where the next walk goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "dialogue.h"
#include "fake_world.h"
#include "remedies/runbook.h"
#include "remedies/walk.h"

static const char wiki[] =
	"# Backup failed\n\nWhy it matters.\n\n## 1. Look\n\nOpen the page.\n\n## 2. Find it\n\n```sh\nfind <what>\n```\n\n"
	"## 3. Prune\n\n```sh\nproxmox-backup-manager prune <what>\n```\n\n## Last\n\n- [ ] tell the team\n";
static const char ours[] =
	"---\ntitle: Ours\n---\n## Look\n\n```sh {on=db as=postgres risk=read}\nlook\n```\n\n"
	"## Create\n\n```sh {on=db as=postgres risk=change proves=slot.exists}\ncreate it\n```\n\n## Tell\n\n- [ ] told {proves=receiver.running}\n\n"
	"## Drop\n\n```sh {on=db as=postgres risk=destructive}\ndrop it\n```\n";
static const char choices[] =
	"## Which do you see?\n\n- [it is missing](#missing \"slot.missing\")\n- [it is there](#there)\n\n"
	"## Missing\n\n- [ ] a\n\n## There\n\n- [ ] b\n\n## End\n\n- [ ] c\n";

static int server;
static bool anew, creates;

static void end_act(void *arg)
{
	(void)arg;
	fake_act_ends();
}

static void on_act(void)
{
	if (creates && strstr(act_text, "create"))
		slot_is_there = true;
	loop_timer_start(NULL, 100, 10000000, end_act, NULL);
}

static int walk_on(const char *text)
{
	struct problem p;
	struct arena *a = arena_new();
	const struct page *page = runbook_parse(a, "page.md", text, strlen(text), &p);
	if (!page)
		fail_msg("%s", p.say);
	struct walk_order o = {.server = server, .why_nowhere = "no server is known here", .page = page, .path = "page.md", .anew = anew};
	int status = walk_page(&o);
	arena_free(a);
	return status;
}

static int walk_it(void *arg)
{
	return walk_on(*(const char **)arg);
}

/* Types the lines, returns the exit status; what was said is in `said`. */
static int walk(const char *text, const char *typed)
{
	return type_to(typed, walk_it, &text);
}

/* The same in a process that is killed without a word as soon as a command runs, or when its input ends. */
static void walk_killed(const char *text, const char *typed)
{
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		walk(text, typed);
		raise(SIGKILL);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void die(void)
{
	raise(SIGKILL);
}

static void expect_unsaid(const char *text)
{
	if (strstr(said, text))
		fail_msg("said: \"%s\" in\n%s", text, said);
}

static int setup(void **state)
{
	(void)state;
	state_begin();
	fake_reset();
	act_hook = on_act;
	creates = true;
	anew = false;
	server = 0;
	return 0;
}

static void walks_a_wiki_page_by_copying(void **state)
{
	(void)state;
	server = -1;
	assert_int_equal(walk(wiki, "a b\n\nc\nn it was slow\nd found three\nr\ns not ours\nd\n"), 0);
	expect_said("Why it matters.");
	expect_said("4 steps: 2 with commands, 1 to tick, 1 to read");
	expect_said("commands can be copied, not run: no server is known here");
	expect_said("1 step has a command that is known to be wrong");
	expect_said("first in line 12: find <what>\nvalue for what [] > ");
	expect_said("Step 1 of 4  [to read or do by hand]\n1. Look\n\nOpen the page.\n");
	expect_said("Step 2 of 4  [to copy]\n2. Find it\n");
	expect_said("# copy this, and run it where it belongs\nfind 'a b'\n");
	expect_said("WRONG, line 18: proxmox-backup-manager prune <what>\n");
	expect_said("to be copied: a line of it is known to be wrong");
	expect_said("  3  skipped     3. Prune");
	expect_said("not ours\n");
	expect_said("note: it was slow\n");
	expect_said("walked to its end: 3 done, 1 skipped, 0 failed");
	assert_int_equal(acts, 0);
	assert_int_equal(walk(wiki, ""), 1); /* ended: a new one */
	expect_unsaid("goes on where it was");
}

static void runs_what_says_where(void **state)
{
	(void)state;
	assert_int_equal(walk(ours, "r\nr\ny\nr\ny\nr\ndb1\n"), 0);
	expect_said("looking at main\n");
	expect_said("Step 1 of 4  [on db1 as postgres, read]\nLook\n");
	expect_said("step 2 of 4 [r run, c copy, s skip, ? help, q quit] > \nrun this? [y/N] > ");
	expect_said("proven: green");
	expect_said("\"told\" is proven already");
	expect_said("THIS CANNOT BE TAKEN BACK on db1.\ntype \"db1\" to run this > \nnot run\n");
	assert_int_equal(acts, 3);
}

static void runs_a_wiki_page_where_it_is_told_to(void **state)
{
	(void)state;
	assert_int_equal(walk(wiki, "x\n\nr\no mars x\no db $(id)\no db postgres\nr\ny\nr\n"), 1);
	expect_said("to be copied: the page does not say on which host and as which user");
	expect_said("o PLACE USER: where");
	expect_said("are run on db as postgres from here on");
	assert_int_equal(acts, 1);
	assert_string_equal(act_text, "find x");
	assert_string_equal(act_user, "postgres");
	walk(wiki, "q\n"); /* and the next one knows it */
	expect_said("Step 3 of 4  [on db1 as postgres, destructive]");
}

static void goes_on_where_it_was(void **state)
{
	(void)state;
	assert_int_equal(walk(wiki, "x\n\nd\n"), 1);
	expect_said("stopped with 2 steps to do");
	assert_int_equal(walk(wiki, "q\n"), 1);
	expect_said("2 done, 0 skipped, 0 failed; it goes on where it was");
	expect_unsaid("value for what");
	expect_said("Step 3 of 4");
	expect_unsaid("Step 2 of 4");
	expect_said("proxmox-backup-manager prune x\n");
	anew = true;
	walk(wiki, "x\n");
	expect_said("Step 1 of 4");
}

/* A mended page keeps the marks of what reads as before. */
static void a_changed_page_keeps_what_was_done(void **state)
{
	(void)state;
	char mended[sizeof wiki + 40];
	walk(wiki, "x\n\nd\nf wrong command\n");
	snprintf(mended, sizeof mended, "%s", wiki);
	memcpy(strstr(mended, "prune <what>"), "job <what>x ", 12);
	assert_int_equal(walk(mended, "q\n"), 1);
	expect_said("The page was changed since");
	expect_said("Step 3 of 4");
	expect_unsaid("Step 2 of 4");
}

static void what_was_running_is_looked_at_first(void **state)
{
	(void)state;
	act_hook = die;
	walk_killed(ours, "r\n");
	act_hook = on_act;
	assert_int_equal(walk(ours, "r\nn\nr\ny\nq\n"), 1);
	expect_said("Look first what it did, before you run it again");
	expect_said("(begun 17000000");
	expect_said("on db1 as postgres: walmedic itself ended before the command did)");
	expect_said("did you look what it did, and shall it run again? [y/N] > \nnot run\n");
	assert_int_equal(acts, 1);
	expect_said("  1  done        Look");
}

/* Killed at every point where a line is waited for: what was decided before it holds, what was not is to do. */
static void survives_kill_at_every_prompt(void **state)
{
	(void)state;
	static const char *const lines[] = {"x\n", "\n", "c\n", "d\n", "n a note\n", "s why\n", "d\n"};
	static const char *const marks[] = {"  1  to do", "  1  to do", "  1  done", "  2  to do", "  2  done", "note: a note", "  3  skipped"};
	char typed[200] = "";
	server = -1;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		walk_killed(wiki, typed);
		walk(wiki, "");
		expect_said(marks[i]);
		snprintf(typed, sizeof typed, "%s", lines[i]);
	}
	assert_int_equal(walk(wiki, "d\n"), 0);
	expect_said("walked to its end: 3 done, 1 skipped");
}

static void rules_out_what_was_not_chosen(void **state)
{
	(void)state;
	assert_int_equal(walk(choices, "\n7\n1\nd\nd\n"), 0);
	expect_said("  1  it is missing   <- walmedic sees this now\n  2  it is there\n");
	expect_said("the number of what you see");
	expect_said("  3  skipped     b");
	expect_said("chosen: it is missing");
	expect_said("walked to its end: 3 done, 1 skipped");
}

/* Nothing that is typed as a value can become a command. */
static void values_stay_values(void **state)
{
	(void)state;
	static const struct {
		const char *value, *text;
	} rows[] = {
		{"$(rm -rf /)", "find '$(rm -rf /)'"}, {"`id`; x", "find '`id`; x'"}, {"a'b\"c", "find 'a'\\''b\"c'"}, {"x\ty", NULL}, {"-rf", NULL}, {"\x1b[2J", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char typed[200];
		anew = true;
		acts = 0;
		snprintf(typed, sizeof typed, "%s\n%s\no db postgres\nr\ny\nq\n", rows[i].value, rows[i].text ? "" : ".\n");
		walk(wiki, typed);
		assert_int_equal(acts, rows[i].text ? 1 : 0);
		if (rows[i].text)
			assert_string_equal(act_text, rows[i].text);
	}
}

static void quoted_values_must_be_plain(void **state)
{
	(void)state;
	static const char page[] = "## 1. A\n\n```sh {on=db as=postgres}\npsql -c \"SELECT '<slot>'\"\n```\n";
	acts = 0;
	walk(page, "x'; DROP\nr\nq\n");
	expect_said("<slot> stands inside of quotes in line 4");
	assert_int_equal(acts, 0);
	anew = true;
	walk(page, "$(id)\nr\nq\n");
	assert_int_equal(acts, 0);
	walk(page, "barman\nr\ny\n");
	assert_int_equal(acts, 1);
	assert_string_equal(act_text, "psql -c \"SELECT 'barman'\"");
}

static void secrets_leave_no_trace(void **state)
{
	(void)state;
	char command[200];
	static const char page[] = "## 1. A\n\n```sh {on=db as=postgres}\nlogin --password <my-secret>\n```\n";
	walk(page, "hunter2hunter2\nr\ny\n");
	assert_string_equal(act_text, "login --password \"$walmedic_my_secret\"");
	assert_int_equal(act_last.secrets, 1);
	snprintf(command, sizeof command, "! grep -q hunter2 %s/walmedic/journal %s/out", top, top);
	assert_int_equal(system(command), 0);
}

static void facts_that_are_not_seen_are_asked(void **state)
{
	(void)state;
	static const char page[] = "---\nfacts: server.a server.b\nask: slot | {server.b} | which slot\n---\n## 1. A\n\n```sh {on=db as=postgres risk=read}\nlook {server.a} {slot}\n```\n";
	walk(page, "x y\nz\nr\n");
	expect_said("server.a: walmedic cannot see it from here\nvalue for server.a [] > ");
	expect_unsaid("value for server.b");
	assert_string_equal(act_text, "look 'x y' z");
}

static void failure_stays_until_it_is_decided(void **state)
{
	(void)state;
	act_status = 3;
	assert_int_equal(walk(ours, "r\n"), 1);
	expect_said("failed: r runs it again");
	walk(ours, "f never mind\nq\n");
	expect_said("(failed at ");
	expect_said("exit status 3");
	expect_said("Step 2 of 4");
}

/* The lock's file of the only walk there was. */
static int open_lock(void)
{
	char dir[128], path[400] = "";
	snprintf(dir, sizeof dir, "%s/walmedic/walks", top);
	DIR *d = opendir(dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.')
			snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
	closedir(d);
	int fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	return fd;
}

/* Two engineers on one page: the second is told who has it, sees how far it is, and changes nothing. */
static void the_second_engineer_watches(void **state)
{
	(void)state;
	assert_int_equal(walk(wiki, "x\n\nq\n"), 1);
	int fd = open_lock();
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(walk(wiki, "\nd\ns because\nq\n"), 1);
	expect_said("walks this page: you can watch it here");
	expect_said("watching [Enter looks again, q quit] > ");
	expect_said("  1  done        1. Look");
	expect_unsaid("it goes on where it was");
	close(fd);
	assert_int_equal(walk(wiki, "q\n"), 1);
	expect_said("1 done, 0 skipped, 0 failed; it goes on where it was");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, state_end)
	const struct CMUnitTest tests[] = {
		T(walks_a_wiki_page_by_copying), T(runs_what_says_where), T(runs_a_wiki_page_where_it_is_told_to), T(goes_on_where_it_was),
		T(a_changed_page_keeps_what_was_done), T(what_was_running_is_looked_at_first), T(survives_kill_at_every_prompt),
		T(rules_out_what_was_not_chosen), T(values_stay_values), T(quoted_values_must_be_plain), T(secrets_leave_no_trace),
		T(failure_stays_until_it_is_decided), T(facts_that_are_not_seen_are_asked),
		T(the_second_engineer_watches),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	view_free((struct view *)fake_server.view);
	return failed;
}
