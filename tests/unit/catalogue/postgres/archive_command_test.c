#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/catalogue/postgres/world.h"

static struct view *running(const char *command)
{
	struct view *v = world();
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	learn(v, "pg.settings.archive_command", command);
	learn_archive_command(v);
	return v;
}

static void the_running_command_is_judged(void **state)
{
	(void)state;
	struct view *v = world();
	assert_says(v, &probe_archive_command, STATE_UNKNOWN, "");
	view_free(v);
	v = running("barman-wal-archive backup1 main %p");
	assert_says(v, &probe_archive_command, STATE_OK, "");
	view_free(v);
	v = running("barman-archive-wal backup1 main %p");
	assert_says(v, &probe_archive_command, STATE_FAIL, "archive_command.misspelled");
	assert_string_equal(know(v, "archive.corrected_command"), "barman-wal-archive backup1 main %p");
	assert_string_equal(know(v, "archive.ssh_words"), "ssh -q -T barman@backup1");
	assert_string_equal(know(v, "archive.program"), "barman-archive-wal");
	/* a program of that name exists on that host after all */
	answer_sh(v, &q_db_program, "found=/usr/local/bin/barman-archive-wal\nend=\n");
	assert_says(v, &probe_archive_command, STATE_OK, "");
	answer_sh(v, &q_db_program, "found=\nend=\n");
	assert_says(v, &probe_archive_command, STATE_FAIL, "archive_command.misspelled");
	view_free(v);
	v = running("cp %p /var/lib/barman/main/incoming/%f");
	assert_says(v, &probe_archive_command, STATE_OK, "archive_command.overwrites");
	learn(v, "server.archiver", "off");
	assert_says(v, &probe_archive_command, STATE_OFF, "");
	view_free(v);
}

/* "(disabled)" says nothing about the command: the file's counts. */
static void while_archiving_is_off_the_file_is_judged(void **state)
{
	(void)state;
	struct view *v = running("(disabled)");
	assert_says(v, &probe_archive_command, STATE_UNKNOWN, "");
	answer_sql(v, &q_dbsql_files, FILES_HEALTHY);
	assert_says(v, &probe_archive_command, STATE_OK, "");
	assert_string_equal(know(v, "archive.server"), "main");
	answer_sql(v, &q_dbsql_files, "setting|archive_command|/bin/true|/a:1|\nseen||||");
	assert_says(v, &probe_archive_command, STATE_FAIL, "archive_command.no_op");
	view_free(v);
}

static void a_change_that_was_not_reloaded_is_seen(void **state)
{
	(void)state;
	struct view *v = running("/bin/true");
	answer_sql(v, &q_dbsql_files, FILES_HEALTHY);
	assert_says(v, &probe_archive_command, STATE_FAIL, "archive_command.reload_pending");
	learn(v, "pg.settings.archive_command", "barman-wal-archive -U barman backup1 main %p");
	assert_says(v, &probe_archive_command, STATE_WARN, "archive_command.reload_pending");
	/* a reload would not help: the file is broken elsewhere */
	learn(v, "pg.file_error", "x:1: syntax error");
	assert_says(v, &probe_archive_command, STATE_OK, "");
	view_free(v);
}

static void a_library_takes_over(void **state)
{
	(void)state;
	struct view *v = running("");
	assert_says(v, &probe_archive_command, STATE_FAIL, "archive_command.empty");
	learn(v, "pg.settings.archive_library", "basic_archive");
	assert_says(v, &probe_archive_command, STATE_OFF, "");
	view_free(v);
	v = running("barman-wal-archive backup1 main %p");
	learn(v, "pg.settings.archive_library", "house_archive");
	assert_says(v, &probe_archive_command, STATE_WARN, "archive_command.overridden");
	learn(v, "pg.version_num", "160001");
	assert_says(v, &probe_archive_command, STATE_FAIL, "archive_command.overridden");
	learn(v, "pg.version_num", "150020");
	learn(v, "pg.settings.archive_library", "basic_archive");
	learn(v, "pg.settings.basic_archive.archive_directory", "/var/lib/postgresql/archive");
	assert_says(v, &probe_archive_command, STATE_FAIL, "archive_command.overridden");
	/* by way of a mount it may write to Barman's own directory */
	learn(v, "pg.settings.basic_archive.archive_directory", "/var/lib/barman/main/incoming");
	learn(v, "server.incoming_wals_directory", "/var/lib/barman/main/incoming");
	assert_says(v, &probe_archive_command, STATE_OFF, "");
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_running_command_is_judged),
		cmocka_unit_test(while_archiving_is_off_the_file_is_judged),
		cmocka_unit_test(a_change_that_was_not_reloaded_is_seen),
		cmocka_unit_test(a_library_takes_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
