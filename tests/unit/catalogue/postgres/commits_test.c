/* What waits for Barman's receiver, and what would end Barman's own session in the midst of a backup. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/catalogue/postgres/world.h"
#include "probes/catalogue/flow.h"

static struct view *synchronous(const char *names, const char *standbys, const char *waiting, const char *longest)
{
	struct view *v = world();
	learn(v, "server.known", "yes");
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	learn(v, "pg.settings.synchronous_standby_names", names);
	learn(v, "pg.syncrep.standbys", standbys);
	learn(v, "pg.syncrep.waiting", waiting);
	learn(v, "pg.syncrep.longest_s", longest);
	learn(v, "server.receiver.seen", "yes");
	learn(v, "server.receiver.pid", "99");
	learn(v, "server.receiver.started_ms", "1795250000000");
	learn(v, "server.receiver.synchronous", "yes");
	return v;
}

static void expect(struct view *v, enum state state, const char *cause)
{
	assert_says(v, &probe_commits, state, cause);
	view_free(v);
}

static void only_names_of_ours_concern_us(void **state)
{
	static const char *const ours[] = {"barman_receive_wal", "Barman_Receive_WAL", "\"barman_receive_wal\"", "*", "a, barman_receive_wal",
					   "FIRST 1 (barman_receive_wal, a)", "ANY 2 (a,barman_receive_wal)", "2 ( a , \"barman_receive_wal\" )"};
	static const char *const theirs[] = {"", "standby1", "barman", "FIRST 1 (a, b)", "ANY 1 (barman_receive_wal2)", "(", ")("};

	(void)state;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		expect(synchronous(ours[i], "sync barman_receive_wal", "0", NULL), STATE_OK, "");
	for (size_t i = 0; i < sizeof theirs / sizeof *theirs; i++)
		expect(synchronous(theirs[i], NULL, "7", "900"), STATE_OFF, "");
}

static void commits_that_hang_are_told(void **state)
{
	(void)state;
	expect(synchronous("barman_receive_wal", "sync barman_receive_wal", "3", "40"), STATE_FAIL, "commits.held");
	expect(synchronous("barman_receive_wal", "sync barman_receive_wal", "3", "2"), STATE_OK, "");
	/* nobody is there, and nobody has tried yet */
	expect(synchronous("barman_receive_wal", NULL, "0", NULL), STATE_FAIL, "commits.held");
	expect(synchronous("barman_receive_wal", "async other", "0", NULL), STATE_FAIL, "commits.held");
	/* another one does it */
	expect(synchronous("a, barman_receive_wal", "sync a\npotential barman_receive_wal", "0", NULL), STATE_OK, "");
	expect(synchronous("barman_receive_wal", "sync barman_receive_wal", NULL, NULL), STATE_UNKNOWN, "");
}

static void a_receiver_of_before_reports_whole_segments(void **state)
{
	(void)state;
	struct view *v = synchronous("barman_receive_wal", "sync barman_receive_wal", "0", NULL);
	learn(v, "server.receiver.synchronous", "no");
	expect(v, STATE_FAIL, "commits.held");
	v = synchronous("ANY 1 (a, barman_receive_wal)", "quorum a\nquorum barman_receive_wal", "0", NULL);
	learn(v, "server.receiver.synchronous", "no");
	expect(v, STATE_WARN, "commits.held");
}

static struct view *limited(const char *name, const char *limit)
{
	struct view *v = world();
	char fact[80];
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	answer_sql(v, &q_pg_privileges, "superuser|yes");
	learn(v, "server.backup_method", "rsync");
	learn(v, "pg.settings.checkpoint_timeout", "300");
	learn(v, "server.catalogue.DONE.begin", "1795250000000");
	learn(v, "server.catalogue.DONE.end", "1795250600000"); /* ten minutes */
	snprintf(fact, sizeof fact, "pg.limit.%s", name);
	learn(v, fact, limit);
	return v;
}

static void limits(void **state)
{
	static const struct {
		const char *name, *limit;
		bool hurry;
		enum state state;
	} rows[] = {
		{"idle_session_timeout", NULL, true, STATE_OK},          {"idle_session_timeout", "0", true, STATE_OK},
		{"idle_session_timeout", "600000", true, STATE_FAIL},    {"idle_session_timeout", "10min", true, STATE_FAIL},
		{"idle_session_timeout", "1d", true, STATE_WARN},        {"idle_session_timeout", "soon", true, STATE_OK},
		{"statement_timeout", "0", false, STATE_OK},             {"statement_timeout", "1min", false, STATE_FAIL},
		{"statement_timeout", "1 h", false, STATE_OK},           {"statement_timeout", "5s", true, STATE_WARN},
		{"statement_timeout", "60000", true, STATE_OK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct view *v = limited(rows[i].name, rows[i].limit);
		learn(v, "server.immediate_checkpoint", rows[i].hurry ? "true" : "");
		assert_says(v, &probe_pg_privileges, rows[i].state, rows[i].state == STATE_OK ? "" : "backup.session_limit");
		/* pg_basebackup has a connection of its own, which knows no such limit */
		learn(v, "server.backup_method", "postgres");
		assert_says(v, &probe_pg_privileges, STATE_OK, "");
		view_free(v);
	}
}

static void the_servers_own_limit_counts_where_the_role_has_none(void **state)
{
	(void)state;
	struct view *v = limited("statement_timeout", NULL);
	answer_sql(v, &q_dbsql_files, "setting|statement_timeout|20s|/etc/postgresql/15/main/postgresql.conf:7|\nseen||||");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "backup.session_limit");
	learn(v, "pg.limit.statement_timeout", "0");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	/* what has happened counts more than what is reckoned */
	learn(v, "pg.limit.statement_timeout", "2h");
	learn(v, "server.catalogue.last_status", "FAILED");
	learn(v, "server.catalogue.FAILED.error", "pg_backup_start command: canceling statement due to statement timeout");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "backup.session_limit");
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_names_of_ours_concern_us),
		cmocka_unit_test(commits_that_hang_are_told),
		cmocka_unit_test(a_receiver_of_before_reports_whole_segments),
		cmocka_unit_test(limits),
		cmocka_unit_test(the_servers_own_limit_counts_where_the_role_has_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
