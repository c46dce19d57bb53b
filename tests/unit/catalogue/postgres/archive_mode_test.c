#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/catalogue/postgres/world.h"

static struct view *healthy(void)
{
	struct view *v = world();
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	return v;
}

static void off(struct view *v)
{
	learn(v, "pg.settings.archive_mode", "off");
	learn(v, "pg.settings.archive_command", "(disabled)");
}

static void the_four_ways_of_off_are_told_apart(void **state)
{
	(void)state;
	struct view *v = healthy();
	assert_says(v, &probe_archive_mode, STATE_OK, "");
	off(v);
	/* the files are still being asked for */
	assert_says(v, &probe_archive_mode, STATE_UNKNOWN, "");
	answer_sql(v, &q_dbsql_files, "setting|archive_mode|off|/etc/postgresql/15/main/postgresql.conf:252|\nseen||||");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.off");
	answer_sql(v, &q_dbsql_files, "seen||||");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.off");
	answer_sql(v, &q_dbsql_files, FILES_HEALTHY);
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.restart_pending");
	answer_sql(v, &q_dbsql_files, "setting|archive_mode|on|/etc/postgresql/15/main/postgresql.conf:252|\n"
				      "setting|archive_mode|off|/var/lib/postgresql/15/main/postgresql.auto.conf:3|\nseen||||");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.shadowed");
	assert_string_equal(know(v, "pg.file_source.archive_mode"), "/var/lib/postgresql/15/main/postgresql.auto.conf:3");
	/* shadowed by the right value: then only the restart is missing */
	answer_sql(v, &q_dbsql_files, "setting|archive_mode|off|/a:1|\nsetting|archive_mode|on|/b:2|\nseen||||");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.restart_pending");
	learn(v, "server.archiver", "off");
	assert_says(v, &probe_archive_mode, STATE_OFF, "");
	view_free(v);
}

static void without_the_files_pending_restart_decides(void **state)
{
	(void)state;
	struct view *v = healthy();
	off(v);
	answer_failure(v, &q_dbsql_files, REPLY_NO_LINK, "auth", 0, "", "Permission denied (publickey)");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.off");
	answer_sql(v, &q_pg_settings, "settings.archive_mode|off\nsettings.archive_command|(disabled)\npending_restart.archive_mode|yes\nversion_num|150020");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.restart_pending");
	view_free(v);
}

/* No restart helps, and no file. */
static void the_command_line_wins_over_the_files(void **state)
{
	(void)state;
	struct view *v = healthy();
	off(v);
	answer_sql(v, &q_dbsql_files, FILES_HEALTHY);
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.restart_pending");
	answer_sql(v, &q_pg_settings, "settings.archive_mode|off\nsettings.archive_command|(disabled)\nsource.archive_mode|command_line\nversion_num|150020");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.shadowed");
	answer_sql(v, &q_pg_settings, "settings.archive_mode|off\nsettings.archive_command|(disabled)\nsource.archive_mode|default\nversion_num|150020");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.restart_pending");
	/* gone with the next answer */
	answer_sql(v, &q_pg_settings, "settings.archive_mode|off\nsource.archive_mode|command_line\nversion_num|150020");
	answer_sql(v, &q_pg_settings, "settings.archive_mode|off\nversion_num|150020");
	assert_null(know(v, "pg.source.archive_mode"));
	view_free(v);
}

static void a_standby_needs_always(void **state)
{
	(void)state;
	struct view *v = healthy();
	learn(v, "pg.in_recovery", "yes");
	assert_says(v, &probe_archive_mode, STATE_FAIL, "archive_mode.standby");
	learn(v, "pg.settings.archive_mode", "always");
	assert_says(v, &probe_archive_mode, STATE_OK, "");
	view_free(v);
}

static void errors_in_the_files_are_seen_before_the_restart(void **state)
{
	(void)state;
	struct view *v = healthy();
	assert_says(v, &probe_pg_config_file, STATE_UNKNOWN, "");
	answer_sql(v, &q_dbsql_files, FILES_HEALTHY);
	assert_says(v, &probe_pg_config_file, STATE_OK, "");
	answer_sql(v, &q_dbsql_files, "setting|wal_levell|replica|/etc/postgresql/15/main/postgresql.conf:817|unrecognized configuration parameter\nseen||||");
	assert_says(v, &probe_pg_config_file, STATE_FAIL, "config_file.error");
	assert_string_equal(know(v, "pg.file_error"),
			    "/etc/postgresql/15/main/postgresql.conf:817: wal_levell: unrecognized configuration parameter");
	answer_sql(v, &q_dbsql_files, "hba||/etc/x|/etc/postgresql/15/main/pg_hba.conf:108|end-of-line before authentication method\nseen||||");
	assert_says(v, &probe_pg_config_file, STATE_FAIL, "config_file.hba_error");
	assert_string_equal(know(v, "pg.hba_error_file"), "/etc/postgresql/15/main/pg_hba.conf");
	assert_string_equal(know(v, "pg.hba_error_line"), "108");
	assert_null(know(v, "pg.file_error_file"));
	/* a reply of another shape, an empty one, one that is cut: unknown, never green */
	static const char *const odd[] = {"seen", "setting|archive_mode|on|x|\n", "a|b|c|d|e|f\nseen||||", "||||\n"};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		answer_sql(v, &q_dbsql_files, FILES_HEALTHY);
		answer_sql(v, &q_dbsql_files, odd[i]);
		assert_null(know(v, "pg.files_seen"));
		assert_says(v, &probe_pg_config_file, STATE_UNKNOWN, "");
	}
	view_free(v);
}

static void a_server_that_is_down_is_read_from_its_files(void **state)
{
	(void)state;
	struct view *v = world();
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "connect", ECONNREFUSED, "", "Connection refused");
	assert_true(view_only_if(v, q_db_conf.only_if));
	answer_sh(v, &q_db_conf, "status=0\narchive_mode=on\narchive_command=barman-wal-archive backup1 main %p\nwal_level=replica\nend=\n");
	assert_says(v, &probe_pg_config_file, STATE_OK, "");
	assert_string_equal(know(v, "archive.command"), "barman-wal-archive backup1 main %p");
	answer_sh(v, &q_db_conf, "status=1\nE 2026-11-21 08:57:21.391 GMT [722] LOG:  unrecognized configuration parameter \"wal_levell\" in file \"/etc/postgresql/15/main/postgresql.conf\" line 817\n"
				 "E 2026-11-21 08:57:21.391 GMT [722] FATAL:  configuration file contains errors\nend=\n");
	assert_says(v, &probe_pg_config_file, STATE_FAIL, "config_file.error");
	assert_string_equal(know(v, "pg.file_error_file"), "/etc/postgresql/15/main/postgresql.conf");
	assert_string_equal(know(v, "pg.file_error_line"), "817");
	/* killed: it said nothing of the files */
	answer_sh(v, &q_db_conf, "status=137\nend=\n");
	assert_null(know(v, "pg.files_seen"));
	answer_sh(v, &q_db_conf, "status=0\narchive_mode=on\n");
	assert_null(know(v, "pg.files_seen"));
	view_free(v);
}

static void wal_level_minimal_is_a_failure(void **state)
{
	(void)state;
	struct view *v = world();
	assert_says(v, &probe_wal_level, STATE_UNKNOWN, "");
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	assert_says(v, &probe_wal_level, STATE_OK, "");
	learn(v, "pg.settings.wal_level", "minimal");
	assert_says(v, &probe_wal_level, STATE_FAIL, "wal_level.minimal");
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_four_ways_of_off_are_told_apart),
		cmocka_unit_test(without_the_files_pending_restart_decides),
		cmocka_unit_test(the_command_line_wins_over_the_files),
		cmocka_unit_test(a_standby_needs_always),
		cmocka_unit_test(errors_in_the_files_are_seen_before_the_restart),
		cmocka_unit_test(a_server_that_is_down_is_read_from_its_files),
		cmocka_unit_test(wal_level_minimal_is_a_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
