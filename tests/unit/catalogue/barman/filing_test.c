/* The last run of archive-wal, xlog.db, and rsync. */
#include "probes/catalogue/host/host.h"
#include "tests/unit/catalogue/flow_fixture.h"

#define RUN "run=1795250900.520 99\n"

static void expect_filing(const char *out, const char *cause)
{
	struct view *v = server_view();

	answer_sh(v, &q_backup_filing, out);
	if (cause)
		expect_cause(v, &probe_filing, cause, RANK_FAIL);
	else
		expect_state(v, &probe_filing, STATE_OK);
	view_free(v);
}

static void what_the_last_run_said(void **state)
{
	(void)state;
	expect_filing(RUN "end=\n", NULL);
	expect_filing(RUN "said=barman.exceptions.CommandFailedException: {'ret': 127, 'out': '', 'err': '/bin/sh: 1: pigz: not found }\nend=\n",
		      "incoming.compression_failing");
	expect_filing(RUN "said=barman.exceptions.CompressionIncompatibility: custom_compression_filter\nend=\n", "incoming.compression_failing");
	expect_filing(RUN "said=PermissionError: [Errno 13] Permission denied: '/b/main/wals/0000000100000000'\nend=\n", "incoming.failing");
	expect_filing(RUN "held=99\nsaid=barman.hooks WARNING: /bin/false returned 1\nend=\n", "incoming.hook_failing");
	expect_filing(RUN "said=barman.hooks WARNING: /bin/false returned 1\nend=\n", NULL);
	expect_filing(RUN "index_bad=7 0000000100000000000\nend=\n", "wal_archive.index_broken");
}

static void what_cannot_be_seen_is_not_ok(void **state)
{
	struct view *v = server_view();

	(void)state;
	expect_state(v, &probe_filing, STATE_UNKNOWN);
	answer_sh(v, &q_backup_filing, RUN);
	expect_state(v, &probe_filing, STATE_UNKNOWN);
	answer_sh(v, &q_backup_filing, RUN "log_unreadable=yes\nend=\n");
	expect_state(v, &probe_filing, STATE_UNKNOWN);
	answer_sh(v, &q_backup_filing, "end=\n");
	expect_state(v, &probe_filing, STATE_OFF);
	view_free(v);
}

static void a_run_that_has_just_begun_takes_nothing_back(void **state)
{
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_filing, RUN "said=OSError: [Errno 5] Input/output error\nend=\n");
	expect_cause(v, &probe_filing, "incoming.failing", RANK_FAIL);
	answer_sh(v, &q_backup_filing, "run=1795250960.520 120\nheld=120\nend=\n");
	expect_cause(v, &probe_filing, "incoming.failing", RANK_FAIL);
	answer_sh(v, &q_backup_filing, "run=1795250960.520 120\nend=\n");
	expect_state(v, &probe_filing, STATE_OK);
	view_free(v);
}

static void the_script_is_named_as_the_configuration_names_it(void **state)
{
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_filing, RUN "held=99\nsaid=barman.hooks WARNING: /opt/copy.sh -q returned 1 Output\nend=\n");
	assert_string_equal(know(v, "server.filing.script"), "/opt/copy.sh -q");
	view_free(v);
}

static void rsync_on_both_hosts(void **state)
{
	struct view *v = server_view();

	(void)state;
	learn(v, "server.known", "yes");
	learn(v, "server.backup_method", "rsync");
	learn(v, "backup.rsync", "yes");
	expect_state(v, &probe_backup_rsync, STATE_UNKNOWN);
	learn(v, "db.rsync", "yes");
	expect_state(v, &probe_backup_rsync, STATE_OK);
	learn(v, "db.rsync", "no");
	expect_cause(v, &probe_backup_rsync, "backup.rsync_missing", RANK_FAIL);
	learn(v, "server.backup_method", "snapshot");
	expect_state(v, &probe_backup_rsync, STATE_OFF);
	view_free(v);
}

#define CLIENT "path=/usr/bin:/bin\nfound=/usr/bin/pg_receivewal\nstatus=0\nsaid=pg_receivewal (PostgreSQL) 15.20 (Debian)\n"

static void pg_basebackup_where_it_copies(void **state)
{
	struct view *v = server_view();

	(void)state;
	learn(v, "server.known", "yes");
	learn(v, "server.backup_method", "postgres");
	expect_state(v, &probe_backup_rsync, STATE_UNKNOWN);
	answer_sh(v, &q_backup_client, CLIENT "end=\n");
	expect_state(v, &probe_backup_rsync, STATE_UNKNOWN);
	answer_sh(v, &q_backup_client, CLIENT "copier_status=0\ncopier_said=pg_basebackup (PostgreSQL) 15.20 (Debian) \nend=\n");
	expect_state(v, &probe_backup_rsync, STATE_OK);
	answer_sh(v, &q_backup_client, CLIENT "copier_status=0\ncopier_said=pg_basebackup (PostgreSQL) 14.9 \nend=\n");
	expect_cause(v, &probe_backup_rsync, "backup.client_old", RANK_FAIL);
	answer_sh(v, &q_backup_client, CLIENT "copier_status=127\ncopier_said=env: 'pg_basebackup': No such file or directory \nend=\n");
	expect_cause(v, &probe_backup_rsync, "backup.client_missing", RANK_FAIL);
	expect_state(v, &probe_receiver_client, STATE_OK);
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_last_run_said),
		cmocka_unit_test(what_cannot_be_seen_is_not_ok),
		cmocka_unit_test(a_run_that_has_just_begun_takes_nothing_back),
		cmocka_unit_test(the_script_is_named_as_the_configuration_names_it),
		cmocka_unit_test(rsync_on_both_hosts),
		cmocka_unit_test(pg_basebackup_where_it_copies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
