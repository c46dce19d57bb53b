/* walmedic drill with scripted hosts: what is run in which case, what is said, what is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "dialogue.h"
#include "fake_world.h"
#include "remedies/drill.h"

/* Of each step: what it is known by, what it says, its exit status. */
static struct script {
	const char *mark, *says;
	int status;
} script[] = {
	{"choose()", "drill.backup=20261121T031702\ndrill.ended=2026-11-21T03:17:40Z\ndrill.version=15\ndrill.wals=3\ndrill.need=1073741824\n", 0},
	{"see()", "drill.free=8589934592\ndrill.host=backup1\ndrill.directory=/var/tmp/walmedic-drill.main\n", 0},
	{"make_place()", "made\n", 0},
	{"restore()", "drill.begun=1700000041\ndrill.restore_seconds=290\n", 0},
	{"verify()", "drill.manifest=matches\n", 0},
	{"settings()", "drill.start_seconds=22\ndrill.last=1700000000\n", 0},
	{"read_it()", "drill.checksums=off\ndrill.databases=2\ndrill.tables=5\ndrill.rows=12345\n", 0},
	{"has_amcheck()", "drill.damage=none, by pg_amcheck\n", 0},
	{"nothing is left", "drill.removed=/var/tmp/walmedic-drill.main\n", 0},
};
enum { LOOK, SEE, PLACE, RESTORE, VERIFY, START, READ, CHECK, AWAY, STEPS };
static struct script fresh[STEPS];

static char done[4096], away_text[1024];
static char scratch_host[256];
static struct drill_order order;
static int kill_at, interrupt_at;

int engine_scratch(struct engine *e, int server, const char *login, const char *host, struct problem *p)
{
	(void)e, (void)server;
	if (login && strchr(login, ';'))
		return problem_set(p, "h", "cannot be a user and a host");
	snprintf(scratch_host, sizeof scratch_host, "%s", host ? host : "");
	return 0;
}

static struct loop_timer *act_timer;

static void end_act(void *arg)
{
	(void)arg;
	loop_timer_stop(act_timer);
	fake_act_ends();
}

static void on_act(void)
{
	for (int i = 0; i < STEPS; i++) {
		if (!strstr(act_text, script[i].mark))
			continue;
		snprintf(done + strlen(done), sizeof done - strlen(done), "%d ", i);
		if (i == AWAY)
			snprintf(away_text, sizeof away_text, "%s %.500s", scratch_host, act_text);
		act_says = script[i].says;
		act_status = script[i].status;
		if (i == kill_at)
			raise(SIGKILL);
		act_ends = true;
		if (i == interrupt_at) {
			fake_signal[SIGINT].call(fake_signal[SIGINT].arg);
			return;
		}
	}
	act_timer = loop_timer_start(NULL, 100, 10000000, end_act, NULL);
}

static int drill_it(void *arg)
{
	*done = '\0';
	return drill_run(arg);
}

/* Types the lines, returns the exit status; what was said is in `said`, which steps were run in `done`. */
static int drill(const char *typed)
{
	return type_to(typed, drill_it, &order);
}

static void drill_killed(int step)
{
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		kill_at = step;
		drill("y\n");
		_exit(0);
	}
	int status;
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static const char *kept(const char *ending)
{
	static char bytes[4096];
	char path[160];
	snprintf(path, sizeof path, "%s/walmedic/drill/main.%s", top, ending);
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(bytes, 1, sizeof bytes - 1, f) : 0;
	bytes[n] = '\0';
	if (f)
		fclose(f);
	return f ? bytes : NULL;
}

static int setup(void **state)
{
	(void)state;
	static const char *const facts[] = {"server.name", "main", "server.basebackups_directory", "/b/base", "server.wals_directory", "/b/wals",
					    "server.catalogue.good_id", "20261121T031702", NULL};
	char directory[128];
	state_begin();
	fake_reset();
	for (int i = 0; facts[i]; i += 2)
		learn((struct view *)fake_server.view, facts[i], facts[i + 1]);
	snprintf(directory, sizeof directory, "%s/walmedic/drill", top);
	learn((struct view *)fake_server.view, "server.drill_directory", directory);
	act_hook = on_act;
	order = (struct drill_order){0};
	kill_at = interrupt_at = -1;
	memcpy(fresh, script, sizeof script);
	return 0;
}

static int teardown(void **state)
{
	memcpy(script, fresh, sizeof script);
	return state_end(state);
}

static void restores_checks_removes_and_records(void **state)
{
	(void)state;
	if (drill("y\n") != DRILL_DONE)
		fail_msg("%s", strstr(said, "Drill of") ? strstr(said, "Drill of") : said);
	assert_string_equal(done, "0 1 2 3 4 5 6 7 8 ");
	expect_said("it needs 1.0 GB there, 8.0 GB are free");
	expect_said("Drill of main: its backup can be restored\n");
	expect_said("RTO        5 min 12 s: 4 min 50 s for copying, 22 s until it answered\n");
	expect_said("RPO        the last transaction in it is of 1700000000000, 41 s before the drill began\n");
	expect_said("12345 rows were read, of 5 tables in 2 databases");
	expect_said("copy       removed: /var/tmp/walmedic-drill.main on backup1");
	assert_non_null(strstr(kept("json"), "\"restored\": {\"backup\": \"20261121T031702\""));
	assert_non_null(strstr(kept("json"), "\"seconds\": 312"));
	assert_non_null(strstr(kept("json"), "\"verified\""));
	assert_null(kept("scratch"));
}

static void a_point_in_time_is_asked_of_barman(void **state)
{
	(void)state;
	order.at = "2026-11-21 03:12:44";
	assert_int_equal(drill("y\n"), DRILL_DONE);
	expect_said("base=/b/base; id=20261121T031702; at='2026-11-21 03:12:44'; remote=no; server=main\n");
	expect_said("RPO        the last transaction in it is of 1700000000000; asked for was 2026-11-21 03:12:44\n");
}

static void nothing_is_changed_without_a_yes(void **state)
{
	(void)state;
	const char *const typed[] = {"n\n", "", "\n", "Y es\n"};
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
		assert_int_equal(drill(typed[i]), DRILL_NOT_MADE);
		assert_string_equal(done, "0 1 ");
		assert_null(kept("scratch"));
		assert_null(kept("json"));
	}
}

static void lists_what_will_run_byte_for_byte(void **state)
{
	(void)state;
	drill("l\nn\n");
	expect_said("locked barman recover \"$@\" \"$server\" \"$id\" \"$w/data\"");
	expect_said("base=/b/base; id=20261121T031702; at=end; remote=no; server=main\n");
	assert_string_equal(done, "0 1 ");
}

static void without_room_nothing_is_made(void **state)
{
	(void)state;
	script[SEE] = (struct script){"see()", "drill.free=1\nrefused: the copy needs 9 MB and /var/tmp has 1 MB free\nHINT: /srv has room\n", 1};
	assert_int_equal(drill("y\n"), DRILL_NOT_MADE);
	assert_string_equal(done, "0 1 ");
	expect_said("NOT MADE: the copy needs 9 MB and /var/tmp has 1 MB free\nHINT: /srv has room\n");
}

static void a_damaged_backup_fails_and_its_copy_is_removed(void **state)
{
	(void)state;
	for (int i = RESTORE; i <= CHECK; i++) {
		script[i].says = "failed: it is damaged\nHINT: make a new one\n";
		script[i].status = 1;
		assert_int_equal(drill("y\n"), DRILL_FAILED);
		expect_said("FAILED: it is damaged\nHINT: make a new one\n");
		expect_said("copy       removed");
		assert_non_null(strstr(done, "8 "));
		assert_null(kept("json"));
		assert_null(kept("scratch"));
		script[i] = fresh[i];
	}
}

static void a_hole_in_the_wal_is_a_failure_before_anything_is_made(void **state)
{
	(void)state;
	script[LOOK] = (struct script){"choose()", "drill.backup=a\ndrill.need=1\nfailed: WAL 000000010000000000000005 is missing\n", 1};
	assert_int_equal(drill("y\n"), DRILL_FAILED);
	assert_string_equal(done, "0 ");
}

/* Where the earlier copy was is cleared, not where this one goes. */
static void what_a_killed_drill_left_is_removed_by_its_note(void **state)
{
	(void)state;
	for (int i = PLACE; i <= AWAY; i++) {
		order.to = "postgres@scratch1:/srv/x";
		drill_killed(i);
		assert_non_null(strstr(kept("scratch"), "\"directory\": \"/srv/x\", \"login\": \"postgres\", \"host\": \"scratch1\""));
		order.to = NULL;
		script[CHECK].says = "failed: only to see the first removal\n";
		script[CHECK].status = 1;
		assert_int_equal(drill("n\n"), DRILL_NOT_MADE);
		assert_non_null(kept("scratch"));
		*away_text = '\0';
		script[AWAY].status = 1; /* it cannot be removed: nothing new is made */
		script[AWAY].says = "refused: a drill is still busy\n";
		assert_int_equal(drill("y\n"), DRILL_NOT_MADE);
		assert_string_equal(done, "0 1 8 ");
		assert_ptr_equal(strstr(away_text, "scratch1 dir=/srv/x;"), away_text);
		script[AWAY] = fresh[AWAY];
		script[CHECK] = fresh[CHECK];
		assert_int_equal(drill("y\n"), DRILL_DONE);
		assert_string_equal(done, "0 1 8 2 3 4 5 6 7 8 ");
		assert_null(kept("scratch"));
	}
}

static void a_copy_that_cannot_be_removed_is_said(void **state)
{
	(void)state;
	script[AWAY] = (struct script){"nothing is left", "refused: it was not made by a drill\n", 1};
	assert_int_equal(drill("y\n"), DRILL_NOT_MADE);
	expect_said("STILL THERE, the next drill removes it: /var/tmp/walmedic-drill.main");
	assert_non_null(kept("scratch"));
	assert_null(kept("json"));
}

/* Ctrl-C says nothing of the backup, and leaves nothing. */
static void what_is_stopped_is_removed_and_no_failure(void **state)
{
	(void)state;
	for (interrupt_at = PLACE; interrupt_at <= CHECK; interrupt_at++) {
		assert_int_equal(drill("y\n"), DRILL_NOT_MADE);
		assert_non_null(strstr(done, "8 "));
		expect_said("copy       removed");
		assert_null(kept("json"));
		assert_null(kept("scratch"));
	}
}

static void read_only_runs_nothing(void **state)
{
	(void)state;
	order.read_only = true;
	assert_int_equal(drill("y\n"), DRILL_NOT_MADE);
	assert_int_equal(acts, 0);
	expect_said("NOT MADE: walmedic runs with --read-only");
}

/* What a host says may be anything: numbers that are none, names as long as it likes. */
static void hostile_answers_do_no_harm(void **state)
{
	(void)state;
	char *long_line = malloc(100000);
	memset(long_line, 'A', 99998);
	long_line[99998] = '\n';
	long_line[99999] = '\0';
	memcpy(long_line, "drill.backup=", 13);
	const char *const says[] = {long_line, "drill.need=-1e999\ndrill.backup=x\n", "drill.backup=-rf\ndrill.need=nan\n", "drill.=\ndrill\n=\ndrill.backup=\n", ""};
	for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
		script[LOOK].says = says[i];
		assert_int_equal(drill("y\n"), DRILL_NOT_MADE);
		assert_string_equal(done, "0 ");
	}
	script[LOOK].says = "drill.backup=$(touch /tmp/x)'\ndrill.need=5\ndrill.version=15\n";
	drill("y\n");
	assert_string_equal(done, "0 1 2 3 4 5 6 7 8 ");
	expect_said("id='$(touch /tmp/x)'\\'''; at=end");
	script[START].says = "";
	assert_int_equal(drill("y\n"), DRILL_NOT_MADE);
	assert_null(strstr(said, "its backup can be restored"));
	script[START].says = "drill.start_seconds=1e300\ndrill.last=99999999999999999999\n";
	drill("y\n");
	expect_said("copying    took 4 min 50 s");
	assert_null(kept("scratch"));
	free(long_line);
}

static void wrong_places_and_times_are_refused(void **state)
{
	(void)state;
	const char *const wrong[] = {"", "x", "relative/x", "@h:/d", "u@:/d", "u@h:d", "u@h", "h:/d", "u;x@h:/d", "/a\nb"};
	struct problem p;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		order = (struct drill_order){.to = wrong[i]};
		if (!drill_check(&order, &p))
			fail_msg("taken for a place: %s", wrong[i]);
	}
	const char *const times[] = {"", "-1", "end", "a\nb"};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		order = (struct drill_order){.at = times[i]};
		assert_int_equal(drill_check(&order, &p), -1);
	}
	order = (struct drill_order){.to = "postgres@db1:/var/tmp", .at = "2026-11-21 03:12:44"};
	assert_int_equal(drill_check(&order, &p), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(restores_checks_removes_and_records), T(a_point_in_time_is_asked_of_barman), T(nothing_is_changed_without_a_yes), T(lists_what_will_run_byte_for_byte),
		T(without_room_nothing_is_made), T(a_damaged_backup_fails_and_its_copy_is_removed),
		T(a_hole_in_the_wal_is_a_failure_before_anything_is_made), T(what_a_killed_drill_left_is_removed_by_its_note),
		T(a_copy_that_cannot_be_removed_is_said), T(what_is_stopped_is_removed_and_no_failure), T(read_only_runs_nothing), T(hostile_answers_do_no_harm), T(wrong_places_and_times_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
