#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/catalogue/postgres/world.h"

static const char identified[] = "7710540064051791130|1|0/40480A0|";

static void replication_failures_have_their_causes(void **state)
{
	(void)state;
	static const struct {
		const char *sqlstate, *words, *cause;
	} rows[] = {
		{"28000", "FATAL:  28000: no pg_hba.conf entry for replication connection from host \"10.77.0.2\", user \"streaming_barman\"", "repl.hba_rejected"},
		{"", "FATAL:  no pg_hba.conf entry for replication connection from host \"10.77.0.2\"", "repl.hba_rejected"},
		{"", "fe_sendauth: no password supplied", "repl.password_missing"},
		{"28P01", "FATAL:  28P01: password authentication failed for user \"streaming_barman\"", "repl.password_wrong"},
		{"42501", "FATAL:  42501: must be superuser or replication role to start walsender", "repl.role_lacks_replication"},
		{"42501", "FATAL:  42501: permission denied to start WAL sender", "repl.role_lacks_replication"},
		{"53300", "FATAL:  53300: number of requested standby connections exceeds max_wal_senders (currently 10)", "repl.walsenders_exhausted"},
		{"", "Connection refused", "repl.failing"},
		{"53300", "FATAL:  53300: sorry, too many clients already", "repl.failing"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct view *v = world();
		answer_failure(v, &q_repl_identify, REPLY_NO_LINK, "startup", 0, rows[i].sqlstate, rows[i].words);
		assert_says(v, &probe_repl_connect, STATE_FAIL, rows[i].cause);
		view_free(v);
	}
}

static void another_cluster_is_seen(void **state)
{
	(void)state;
	struct view *v = world();
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	assert_says(v, &probe_repl_connect, STATE_UNKNOWN, "");
	answer_sql(v, &q_repl_identify, identified);
	assert_says(v, &probe_repl_connect, STATE_OK, "");
	answer_sql(v, &q_repl_identify, "7710540064051791131|1|0/40480A0|");
	assert_says(v, &probe_repl_connect, STATE_FAIL, "repl.other_cluster");
	answer_sql(v, &q_repl_identify, "7710540064051791130|1");
	assert_says(v, &probe_repl_connect, STATE_UNKNOWN, "");
	learn(v, "server.streaming_archiver", "off");
	assert_says(v, &probe_repl_connect, STATE_OFF, "");
	view_free(v);
}

#define GRANTED                                                                                                       \
	"superuser|no\npg_monitor|no\npg_read_all_settings|yes\npg_read_all_stats|yes\npg_switch_wal|yes\n"               \
	"pg_create_restore_point|yes\npg_backup_start|yes\n"

static void each_missing_grant_counts(void **state)
{
	(void)state;
	struct view *v = world();
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	assert_says(v, &probe_pg_privileges, STATE_UNKNOWN, "");
	answer_sql(v, &q_pg_privileges, GRANTED "pg_backup_stop|yes");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	learn(v, "server.backup_options", "concurrent_backup");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	learn(v, "server.backup_options", "exclusive_backup");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "backup.mode_refused");
	learn(v, "pg.version_num", "140010");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	learn(v, "pg.version_num", "150020");
	learn(v, "server.backup_options", NULL);
	learn(v, "server.primary_conninfo", "host=db2");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "backup.mode_refused");
	learn(v, "server.primary_conninfo", NULL);
	answer_sql(v, &q_pg_privileges, GRANTED "pg_backup_stop|no");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "pg.privileges_missing");
	answer_sql(v, &q_pg_privileges, "superuser|no\npg_monitor|yes\npg_read_all_settings|no\npg_read_all_stats|yes\npg_switch_wal|yes\n"
					"pg_create_restore_point|yes\npg_backup_start|yes\npg_backup_stop|yes");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	answer_sql(v, &q_pg_privileges, "superuser|yes\npg_switch_wal|no");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	answer_sql(v, &q_pg_privileges, "yes");
	assert_says(v, &probe_pg_privileges, STATE_UNKNOWN, "");
	answer_sql(v, &q_pg_privileges, GRANTED "pg_backup_stop|yes");
	learn(v, "pg.in_recovery", "yes");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "pg.is_standby");
	learn(v, "server.primary_conninfo", "host=db2");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	view_free(v);
}

/* A standby on the archive's timeline was always one; on a newer one there was a promotion. */
static void a_moved_primary_is_told_from_a_standby(void **state)
{
	(void)state;
	struct view *v = world();
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	answer_sql(v, &q_pg_privileges, GRANTED "pg_backup_stop|yes");
	learn(v, "server.catalogue.newest", "000000010000000000000007");
	learn(v, "server.primary_conninfo", "");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	learn(v, "pg.timeline", "2");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	learn(v, "pg.in_recovery", "yes");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "ha.primary_moved");
	learn(v, "pg.timeline", "1");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "pg.is_standby");
	/* the new primary archives already */
	learn(v, "server.catalogue.newest", "000000020000000000000009");
	learn(v, "server.catalogue.DONE.end_wal", "000000010000000000000003");
	learn(v, "pg.timeline", "2");
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "ha.primary_moved");
	learn(v, "server.catalogue.DONE.end_wal", NULL);
	learn(v, "server.catalogue.newest", NULL);
	assert_says(v, &probe_pg_privileges, STATE_FAIL, "pg.is_standby");
	learn(v, "server.primary_conninfo", "host=db2");
	assert_says(v, &probe_pg_privileges, STATE_OK, "");
	view_free(v);
}

/* Since 15 the functions have other names: the statement must follow the version. */
static void the_statement_fits_the_version(void **state)
{
	(void)state;
	struct view *v = world();
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	char *text = view_expand(v, &q_pg_privileges, NULL);
	assert_non_null(strstr(text, "pg_backup_start(text,bool)"));
	free(text);
	learn(v, "pg.version_num", "140010");
	text = view_expand(v, &q_pg_privileges, NULL);
	assert_non_null(strstr(text, "pg_start_backup(text,bool,bool)"));
	free(text);
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replication_failures_have_their_causes),
		cmocka_unit_test(another_cluster_is_seen),
		cmocka_unit_test(each_missing_grant_counts),
		cmocka_unit_test(a_moved_primary_is_told_from_a_standby),
		cmocka_unit_test(the_statement_fits_the_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
