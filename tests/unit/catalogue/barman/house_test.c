/* Barman's own house: its directories, whose cluster it backs up, its policy, and the clocks. */
#include "probes/catalogue/barman/cron.h"
#include "probes/catalogue/postgres/postgres.h"
#include "tests/unit/catalogue/flow_fixture.h"

static void expect_directories(const char *out, const char *cause, int rank)
{
	struct view *v = server_view();

	answer_sh(v, &q_backup_directories, out);
	if (cause)
		expect_cause(v, &probe_backup_directories, cause, (enum rank)rank);
	else
		expect_state(v, &probe_backup_directories, (enum state)rank);
	view_free(v);
}

static void directories(void **state)
{
	(void)state;
	expect_directories("end=\n", NULL, STATE_OK);
	expect_directories("dangling=streaming_wals_directory /b/mydb/streaming to /srv/fast\nend=\n", "backup.directory_dangling", RANK_FAIL);
	expect_directories("closed=wals_directory root 755 /b/mydb/wals\nend=\n", "backup.directory_permission", RANK_FAIL);
	expect_directories("foreign=root 600 /b/.mydb-cron.lock\nend=\n", "config.wrong_user", RANK_FAIL);
	expect_directories("closed=barman_home root 755 /b\nforeign=root 600 /b/.mydb-cron.lock\nend=\n", "backup.directory_permission", RANK_FAIL);
	expect_directories("closed=wals_directory root 755 /b/mydb/wals\n", NULL, STATE_UNKNOWN);
	expect_directories("", NULL, STATE_UNKNOWN);
	expect_directories("closed=\nforeign=\nend=\n", NULL, STATE_OK);
}

static void expect_policy(const char *policy, const char *least, const char *scheduled, const char *cause, int rank)
{
	struct view *v = server_view();

	learn(v, "server.retention_policy", policy);
	learn(v, "server.minimum_redundancy", least);
	learn(v, "server.cron.seen", "yes");
	learn(v, "server.cron.backup", scheduled);
	if (cause)
		expect_cause(v, &probe_backup_policy, cause, (enum rank)rank);
	else
		expect_state(v, &probe_backup_policy, (enum state)rank);
	view_free(v);
}

static void policies(void **state)
{
	(void)state;
	expect_policy("RECOVERY WINDOW OF 7 DAYS", "1", "yes", NULL, STATE_OK);
	expect_policy("REDUNDANCY 3", "3", "maybe", NULL, STATE_OK);
	expect_policy("", "0", "yes", NULL, STATE_OK);
	expect_policy("7 DAYS", "1", "yes", "backup.retention_invalid", RANK_FAIL);
	expect_policy("REDUNDANCY 1", "3", "yes", "backup.retention_invalid", RANK_WARN);
	expect_policy("REDUNDANCY 3", "1", "no", "backup.not_scheduled", RANK_ADVICE);
	expect_policy(NULL, "1", "yes", NULL, STATE_UNKNOWN);
}

static void what_starts_backups(void **state)
{
	(void)state;
	assert_int_equal(cron_backs_up("# 17 3 * * * barman barman backup mydb\n", "mydb"), BACKS_UP_NO);
	assert_int_equal(cron_backs_up("* * * * * barman [ -x /usr/bin/barman ] && /usr/bin/barman -q cron\n", "mydb"), BACKS_UP_NO);
	assert_int_equal(cron_backs_up("MAILTO=root\n17 3 * * * barman /usr/bin/barman -q backup mydb\n", "mydb"), BACKS_UP_YES);
	assert_int_equal(cron_backs_up("17 3 * * * barman barman backup --wait all >/dev/null 2>&1", "mydb"), BACKS_UP_YES);
	assert_int_equal(cron_backs_up("17 3 * * * barman barman backup other\n", "mydb"), BACKS_UP_MAYBE);
	assert_int_equal(cron_backs_up("17 3 * * * barman /opt/barman-nightly.sh\n", "mydb"), BACKS_UP_MAYBE);
	assert_int_equal(cron_backs_up("", "mydb"), BACKS_UP_NO);
}

static void identity(void **state)
{
	struct view *v = server_view();

	(void)state;
	expect_state(v, &probe_pg_identity, STATE_UNKNOWN);
	answer_sh(v, &q_backup_catalogue, "clock=1795250935 +0000\nwals=0\nend=\n");
	expect_state(v, &probe_pg_identity, STATE_OFF);
	answer_sh(v, &q_backup_catalogue, "clock=1795250935 +0000\nidentity=7710545483382756634\nwals=0\nend=\n");
	expect_state(v, &probe_pg_identity, STATE_UNKNOWN);
	learn(v, "pg.system_identifier", "7710545483382756634");
	expect_state(v, &probe_pg_identity, STATE_OK);
	learn(v, "pg.system_identifier", "7710545483382756635");
	expect_cause(v, &probe_pg_identity, "pg.identity_changed", RANK_FAIL);
	/* the page's way: only a running cluster is one that conninfo can be pointed to */
	learn(v, "db.clusters", "7710545483382756635 5432 812 /d/new\n7710545483382756634 5433 - /d/old\n");
	flow_derive(v);
	assert_string_equal(know(v, "server.identity.repair"), "aside");
	learn(v, "db.clusters", "7710545483382756635 5432 812 /d/new\n7710545483382756634 5433 900 /d/old\n");
	flow_derive(v);
	assert_string_equal(know(v, "server.identity.repair"), "port");
	assert_string_equal(know(v, "server.identity.port"), "5433");
	view_free(v);
}

/* The lab's hosts share one clock: these are replies of hosts that do not. */
static void expect_clock(const char *pg_ms, const char *cause, int state)
{
	const char *const cell[] = {"time_ms", pg_ms};
	struct view *v = server_view();

	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	answer_rows(v, &q_pg_settings, cell, 1, 2);
	if (cause)
		expect_cause(v, &probe_clock, cause, RANK_WARN);
	else
		expect_state(v, &probe_clock, (enum state)state);
	view_free(v);
}

static void clocks(void **state)
{
	(void)state;
	expect_clock("1795250935400", NULL, STATE_OK);
	expect_clock("1795250931000", NULL, STATE_OK);
	expect_clock("1795250915000", "clock.skew", 0);
	expect_clock("1795250975000", "clock.skew", 0);
	expect_clock("1795254535000", "clock.skew", 0);
	expect_clock(NULL, NULL, STATE_UNKNOWN);
	expect_clock("soon", NULL, STATE_UNKNOWN);
}

#define RECORD(json) "record=here\njson=" json "\nend=\n"
#define DRILL(at) "{\"version\": 1, \"server\": \"mydb\", \"restored\": {\"backup\": \"20261121T031702\", \"at\": \"" at "\", \"seconds\": 312}}"

static void expect_drill(const char *out, const char *cause, int rank)
{
	struct view *v = server_view();

	learn(v, "server.catalogue.manifest", "yes");
	answer_sh(v, &q_console_drill, out);
	if (cause)
		expect_cause(v, &probe_restore_tested, cause, (enum rank)rank);
	else
		expect_state(v, &probe_restore_tested, (enum state)rank);
	view_free(v);
}

/* Advice at most: a drill may be recorded elsewhere. The clock of the tests stands at 2026-11-21T08:48:55Z. */
static void restore_drills(void **state)
{
	(void)state;
	expect_drill("record=none\nend=\n", "restore.never_tested", RANK_ADVICE);
	expect_drill(RECORD("{\"verified\": {\"at\": \"2026-11-20T09:00:00Z\"}}"), "restore.never_tested", RANK_ADVICE);
	expect_drill(RECORD(DRILL("2026-08-01T09:00:00Z")), "restore.overdue", RANK_ADVICE);
	expect_drill(RECORD(DRILL("2026-10-01T09:00:00Z")), "backup.unverified", RANK_ADVICE);
	expect_drill(RECORD(DRILL("2026-11-20T09:00:00Z")), NULL, STATE_OK);
	/* a record that says nothing is no drill */
	expect_drill(RECORD("{}"), NULL, STATE_UNKNOWN);
	expect_drill(RECORD("{\"restored\": 1"), NULL, STATE_UNKNOWN);
	expect_drill(RECORD(DRILL("yesterday")), NULL, STATE_UNKNOWN);
	expect_drill(RECORD(DRILL("2027-11-20T09:00:00Z")), NULL, STATE_UNKNOWN);
	expect_drill("record=unreadable\nend=\n", NULL, STATE_UNKNOWN);
	expect_drill("record=none\n", NULL, STATE_UNKNOWN);
	expect_drill("", NULL, STATE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(restore_drills), cmocka_unit_test(directories), cmocka_unit_test(policies), cmocka_unit_test(what_starts_backups),
					   cmocka_unit_test(identity), cmocka_unit_test(clocks)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
