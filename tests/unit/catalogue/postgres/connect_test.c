#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/catalogue/flow.h"
#include "tests/unit/catalogue/postgres/world.h"

static const struct {
	enum outcome outcome;
	const char *stage;
	int sys_errno;
	const char *sqlstate, *words, *cause, *up;
} failures[] = {
	{REPLY_NO_LINK, "connect", ECONNREFUSED, "", "connection to server at \"db1\" (10.77.0.3), port 5432 failed: Connection refused", "pg.refused", "no"},
	{REPLY_NO_LINK, "", 0, "", "psql: error: connection to server at \"db1\" (10.77.0.3), port 5432 failed: Connection refused", "pg.refused", "no"},
	{REPLY_NO_LINK, "connect", ENOENT, "", "connection to server on socket failed: No such file or directory", "pg.refused", "no"},
	{REPLY_NO_LINK, "connect", ETIMEDOUT, "", "Connection timed out", "pg.timeout", NULL},
	{REPLY_TIMEOUT, "connect", 0, "", "", "pg.timeout", NULL},
	{REPLY_NO_LINK, "connect", EHOSTUNREACH, "", "No route to host", "pg.timeout", NULL},
	{REPLY_TIMEOUT, "startup", 0, "", "", "pg.silent", NULL},
	{REPLY_TIMEOUT, "run", 0, "", "", "pg.timeout", NULL},
	{REPLY_TIMEOUT, "tls", 0, "", "", "pg.silent", NULL},
	{REPLY_NO_LINK, "startup", 0, "57P03", "FATAL:  57P03: the database system is starting up", "pg.starting", "no"},
	{REPLY_NO_LINK, "startup", 0, "", "FATAL:  the database system is starting up", "pg.starting", "no"},
	{REPLY_NO_LINK, "startup", 0, "57P03", "FATAL:  57P03: the database system is shutting down", "pg.stopping", "no"},
	{REPLY_NO_LINK, "startup", 0, "57P03", "FATAL:  57P03: the database system is in recovery mode", "pg.recovering", "no"},
	{REPLY_NO_LINK, "startup", 0, "57P03", "FATAL:  57P03: the database system is not accepting connections", "pg.recovering", "no"},
	{REPLY_NO_LINK, "startup", 0, "28000", "FATAL:  28000: no pg_hba.conf entry for host \"10.77.0.2\", user \"barman\", database \"postgres\", no encryption", "pg.hba_rejected", "yes"},
	{REPLY_NO_LINK, "", 0, "", "FATAL:  no pg_hba.conf entry for host \"10.77.0.2\", user \"barman\", database \"postgres\", SSL encryption", "pg.hba_rejected", "yes"},
	{REPLY_NO_LINK, "startup", 0, "28000", "FATAL:  28000: Peer authentication failed for user \"barman\"", "pg.hba_rejected", "yes"},
	{REPLY_NO_LINK, "startup", 0, "28000", "FATAL:  28000: role \"barman\" does not exist", "pg.role_missing", "yes"},
	{REPLY_NO_LINK, "startup", 0, "28000", "FATAL:  28000: role \"barman\" is not permitted to log in", "pg.role_missing", "yes"},
	{REPLY_NO_LINK, "startup", 0, "28P01", "FATAL:  28P01: password authentication failed for user \"barman\"", "pg.password_wrong", "yes"},
	{REPLY_NO_LINK, "", 0, "", "FATAL:  password authentication failed for user \"barman\"", "pg.password_wrong", "yes"},
	{REPLY_NO_LINK, "auth", 0, "", "fe_sendauth: no password supplied", "pg.password_missing", "yes"},
	{REPLY_NO_LINK, "startup", 0, "3D000", "FATAL:  3D000: database \"postgres\" does not exist", "pg.database_missing", "yes"},
	{REPLY_NO_LINK, "", 0, "", "FATAL:  database \"postgres\" does not exist", "pg.database_missing", "yes"},
	{REPLY_NO_LINK, "startup", 0, "53300", "FATAL:  53300: sorry, too many clients already", "pg.too_many_connections", "yes"},
	{REPLY_NO_LINK, "tls", 0, "", "server does not support SSL, but SSL was required", "pg.tls", "yes"},
	{REPLY_NO_LINK, "tls", 0, "", "SSL error: certificate verify failed", "pg.tls", "yes"},
	{REPLY_NO_LINK, "startup", 0, "", "expected authentication request from server, but received H", "pg.failing", NULL},
	{REPLY_NO_LINK, "resolve", 0, "", "could not translate host name \"db1\" to address: Name or service not known", "pg.failing", NULL},
	{REPLY_LOST, "query", 0, "", "server closed the connection unexpectedly", "pg.failing", NULL},
	{REPLY_NO_LINK, "startup", ECONNRESET, "", "SSL SYSCALL error: EOF detected", "pg.failing", NULL},
	{REPLY_LOST, "startup", 0, "", "server closed the connection unexpectedly", "pg.failing", NULL},
	{REPLY_NO_LINK, "startup", 0, "XX000", "FATAL:  XX000: something new", "pg.failing", "yes"},
	{REPLY_NO_LINK, "startup", 0, "", "FATAL:  Passwort-Authentifizierung", "pg.failing", NULL},
};

static void every_failure_has_its_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct view *v = world();
		answer_failure(v, &q_pg_settings, failures[i].outcome, failures[i].stage, failures[i].sys_errno, failures[i].sqlstate,
			       failures[i].words);
		learn(v, "db.postmaster_state", "Tsl");
		struct verdict verdict;
		probe_judge(&probe_pg_connect, v, &verdict);
		assert_true(*verdict.finding[0].evidence);
		if (verdict.state != STATE_FAIL || strcmp(verdict.finding[0].cause, failures[i].cause))
			fail_msg("%s: %s", failures[i].words, verdict.finding[0].cause);
		verdict_clear(&verdict);
		const char *up = know(v, "pg.up");
		if (!up != !failures[i].up || (up && strcmp(up, failures[i].up)))
			fail_msg("%s: up %s", failures[i].words, up ? up : "unknown");
		view_free(v);
	}
}

static void a_healthy_answer_is_green_and_no_answer_is_not(void **state)
{
	(void)state;
	struct view *v = world();
	assert_says(v, &probe_pg_connect, STATE_UNKNOWN, "");
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	assert_says(v, &probe_pg_connect, STATE_OK, "");
	assert_string_equal(know(v, "pg.version"), "15.20");
	assert_string_equal(know(v, "pg.up"), "yes");
	assert_string_equal(know(v, "archive.ssh_words"), "ssh -q -T barman@backup1");
	assert_string_equal(know(v, "connect.user"), "barman");
	assert_string_equal(know(v, "connect.pg_port"), "5432");
	assert_null(know(v, "connect.client_address"));
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "startup", 0, "28000", "FATAL:  28000: no pg_hba.conf entry for host \"10.77.0.2\", user \"barman\"");
	assert_string_equal(know(v, "connect.client_address"), "10.77.0.2");
	struct point p[4];
	assert_int_equal(know_series(v, "pg.lsn", p, 4), 1);
	assert_true(p[0].value == 67403936);
	view_free(v);
}

/* psql says the same for both; the port tells. */
static void a_time_out_is_refined_by_the_port(void **state)
{
	(void)state;
	struct view *v = world();
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "", 0, "", "connection to server at \"db1\" (10.77.0.3), port 5432 failed: timeout expired");
	assert_true(view_only_if(v, q_backup_pg_port.only_if));
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.timeout");
	answer_sh(v, &q_backup_pg_port, "port=silent\n");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.timeout");
	answer_sh(v, &q_backup_pg_port, "port=open\n");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.silent");
	view_free(v);
}

/* Who loses patience first, and where, is chance: silence is one stage. */
static void silence_is_one_stage(void **state)
{
	(void)state;
	static const struct {
		enum outcome outcome;
		const char *stage;
		int sys_errno;
	} rows[] = {{REPLY_TIMEOUT, "run", 0}, {REPLY_TIMEOUT, "startup", 0}, {REPLY_NO_LINK, "connect", ETIMEDOUT}, {REPLY_NO_LINK, "connect", EHOSTUNREACH}};
	struct view *v = world();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		answer_failure(v, &q_pg_settings, rows[i].outcome, rows[i].stage, rows[i].sys_errno, "", "");
		assert_string_equal(know(v, "connect.stage"), "silence");
	}
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "connect", ECONNREFUSED, "", "Connection refused");
	assert_string_equal(know(v, "connect.stage"), "connect");
	view_free(v);
}

/* ident's refusal names no address: the Barman host is asked, and what it says stands until words name another. */
static void an_address_that_is_not_said_is_asked_for(void **state)
{
	(void)state;
	struct view *v = world();
	assert_false(view_only_if(v, q_backup_route.only_if));
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "startup", 0, "28000", "FATAL:  28000: Ident authentication failed for user \"barman\"");
	assert_true(view_only_if(v, q_backup_route.only_if));
	assert_null(know(v, "connect.client_address"));
	answer_sh(v, &q_backup_route, "source=10.77.0.2; rm -rf /\n");
	assert_null(know(v, "connect.client_address"));
	answer_sh(v, &q_backup_route, "source=10.77.0.2\n");
	assert_string_equal(know(v, "connect.client_address"), "10.77.0.2");
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "startup", 0, "28000", "FATAL:  28000: Ident authentication failed for user \"barman\"");
	assert_string_equal(know(v, "connect.client_address"), "10.77.0.2");
	view_free(v);
}

static void a_missing_role_is_seen_by_the_superuser(void **state)
{
	(void)state;
	struct view *v = world();
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "startup", 0, "28P01", "FATAL:  28P01: password authentication failed for user \"barman\"");
	answer_sql(v, &q_dbsql_files, FILES_HEALTHY);
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.password_wrong");
	answer_sql(v, &q_dbsql_files, "role|postgres|login super||\nseen||||");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.role_missing");
	/* cut off: nothing is concluded from it */
	answer_sql(v, &q_dbsql_files, "role|postgres|login super||");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.password_wrong");
	view_free(v);
}

#define START_FAILED                                                                                                  \
	"shell_path=/usr/bin:/bin\ncluster=/var/lib/postgresql/15/main\nport=5432\nconf=/etc/postgresql/15/main/postgresql.conf\n" \
	"pid=\nwal=/var/lib/postgresql/15/main/pg_wal\nreadable=yes\nready=0\noldest=\nfirst=\ndone=1\n"                  \
	"log=/var/log/postgresql/postgresql-15-main.log\n"                                                                \
	"T 2026-11-21 08:57:20.395 UTC [55] LOG:  received fast shutdown request\n"                                       \
	"T 2026-11-21 08:57:21.111 UTC [55] LOG:  database system is shut down\n"
#define WRONG_LINE                                                                                                    \
	"T 2026-11-21 08:57:21.268 GMT [719] LOG:  unrecognized configuration parameter \"wal_levell\" in file \"/etc/postgresql/15/main/postgresql.conf\" line 817\n" \
	"T 2026-11-21 08:57:21.268 GMT [719] FATAL:  configuration file \"/etc/postgresql/15/main/postgresql.conf\" contains errors\n" \
	"T pg_ctl: could not start server\nT Examine the log output.\n"
#define BAD_HBA                                                                                                       \
	"T 2026-11-21 08:57:21.540 UTC [767] LOG:  starting PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64-pc-linux-gnu\n" \
	"T 2026-11-21 08:57:21.542 UTC [767] LOG:  end-of-line before authentication method\n"                            \
	"T 2026-11-21 08:57:21.542 UTC [767] CONTEXT:  line 108 of configuration file \"/etc/postgresql/15/main/pg_hba.conf\"\n" \
	"T 2026-11-21 08:57:21.542 UTC [767] FATAL:  could not load pg_hba.conf\n"                                        \
	"T 2026-11-21 08:57:21.543 UTC [767] LOG:  database system is shut down\n"

static struct view *refused(void)
{
	struct view *v = world();
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "connect", ECONNREFUSED, "", "Connection refused");
	return v;
}

static void a_log_that_hangs_is_named(void **state)
{
	(void)state;
	struct view *v = refused();
	answer_sh(v, &q_db_wal, "db.wal.clock=1795250934.5\ndb.wal.avail=400000000\nend=\n");
	answer_sh(v, &q_db_postgres, START_FAILED "db.logs.dir=/var/log/postgresql\ndb.logs.hung=nfs4 nas1:/log\ndb.logs.mount=/var/log\nend=\nclusters=1\n");
	assert_says(v, &probe_disk_pg_wal, STATE_FAIL, "disk.hung");
	assert_string_equal(know(v, "server.disk_at"), "db");
	assert_string_equal(know(v, "server.disk_mount"), "/var/log");
	answer_sh(v, &q_db_postgres, START_FAILED "end=\nclusters=1\n");
	assert_says(v, &probe_disk_pg_wal, STATE_OK, "");
	view_free(v);
}

static void a_start_that_failed_is_told_from_a_stop(void **state)
{
	(void)state;
	struct view *v = refused();
	answer_sh(v, &q_db_postgres, START_FAILED "end=\nclusters=1\n");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.refused");
	assert_non_null(know(v, "db.log.stopped"));
	assert_says(v, &probe_pg_config_file, STATE_UNKNOWN, "");
	answer_sh(v, &q_db_postgres, START_FAILED WRONG_LINE "end=\nclusters=1\n");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.start_failed");
	assert_says(v, &probe_pg_config_file, STATE_FAIL, "config_file.error");
	answer_sh(v, &q_db_postgres, START_FAILED BAD_HBA "end=\nclusters=1\n");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.start_failed");
	assert_says(v, &probe_pg_config_file, STATE_FAIL, "config_file.hba_error");
	assert_string_equal(know(v, "pg.hba_error_line"), "108");
	/* repaired since: only a start can tell */
	answer_sh(v, &q_db_postgres, START_FAILED "hba_changed=yes\n" BAD_HBA "end=\nclusters=1\n");
	assert_says(v, &probe_pg_config_file, STATE_UNKNOWN, "");
	answer_sh(v, &q_db_postgres, START_FAILED WRONG_LINE "end=\nclusters=1\n");
	answer_sh(v, &q_db_conf, "status=0\narchive_mode=on\narchive_command=x %p\nwal_level=replica\nend=\n");
	assert_says(v, &probe_pg_config_file, STATE_OK, "");
	/* cut before the end: nothing is known */
	answer_sh(v, &q_db_postgres, START_FAILED WRONG_LINE);
	assert_null(know(v, "db.postmaster_runs"));
	assert_null(know(v, "db.log.start_failure"));
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.refused");
	view_free(v);
}

#define PORT_TAKEN                                                                                                    \
	"T 2026-11-21 08:57:21.540 UTC [767] LOG:  starting PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64-pc-linux-gnu\n" \
	"T 2026-11-21 08:57:21.542 UTC [767] LOG:  could not bind IPv4 address \"0.0.0.0\": Address already in use\n"    \
	"T 2026-11-21 08:57:21.542 UTC [767] WARNING:  could not create listen socket for \"*\"\n"                       \
	"T 2026-11-21 08:57:21.542 UTC [767] FATAL:  could not create any TCP/IP sockets\n"                               \
	"T 2026-11-21 08:57:21.543 UTC [767] LOG:  database system is shut down\n"

static void a_taken_port_is_a_start_that_failed(void **state)
{
	(void)state;
	struct view *v = world();
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "", 0, "", "received invalid response to SSL negotiation: H");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.failing");
	answer_sh(v, &q_db_postgres, START_FAILED WRONG_LINE "end=\nclusters=1\n");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.failing");
	answer_sh(v, &q_db_postgres, START_FAILED PORT_TAKEN "end=\nclusters=1\n");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.start_failed");
	answer_failure(v, &q_pg_settings, REPLY_TIMEOUT, "startup", 0, "", "");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.start_failed");
	view_free(v);
}

static void a_server_that_listens_elsewhere_is_said_to_run(void **state)
{
	(void)state;
	struct verdict verdict;
	struct view *v = refused();
	learn(v, "db.postmaster_runs", "yes");
	learn(v, "db.pg_port", "5432");
	learn(v, "connect.pg_port", "5432");
	probe_judge(&probe_pg_connect, v, &verdict);
	assert_string_equal(verdict.finding[0].cause, "pg.refused");
	assert_non_null(strstr(verdict.finding[0].say, "listen_addresses"));
	verdict_clear(&verdict);
	learn(v, "db.pg_port", "5433");
	probe_judge(&probe_pg_connect, v, &verdict);
	assert_non_null(strstr(verdict.finding[0].say, "runs with port 5433"));
	verdict_clear(&verdict);
	view_free(v);
}

static void the_cluster_of_the_port_is_chosen(void **state)
{
	(void)state;
	struct view *v = world();
	learn(v, "server.conninfo", "host=db1 port=5433 user=barman");
	answer_sh(v, &q_db_postgres, "shell_path=/bin\ncluster=/a\nport=5432\npid=7\npath=/x\nend=\ncluster=/b\nport=5433\npid=8\npath=\nend=\nclusters=2\n");
	assert_string_equal(know(v, "db.pg_data"), "/b");
	assert_string_equal(know(v, "pg.postmaster_pid"), "8");
	assert_string_equal(know(v, "pg.postmaster_path"), "/bin");
	answer_sh(v, &q_db_postgres, "cluster=/a\nport=5431\npid=7\nend=\ncluster=/b\nport=5432\npid=8\nend=\nclusters=2\n");
	assert_null(know(v, "db.pg_data"));
	answer_sh(v, &q_db_postgres, "cluster=/a\nport=5431\npid=7\nend=\nclusters=1\n");
	assert_string_equal(know(v, "db.pg_data"), "/a");
	view_free(v);
}

/* psql is only our way from a console host; that it is gone is not PostgreSQL's fault. */
static void own_psql_missing_is_no_fault(void **state)
{
	(void)state;
	struct view *v = world();
	struct verdict verdict;
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "client", 0, "", "Error: You must install at least one postgresql-client-<version> package");
	probe_judge(&probe_pg_connect, v, &verdict);
	assert_int_equal(verdict.state, STATE_UNKNOWN);
	assert_int_equal(verdict.findings, 0);
	verdict_clear(&verdict);
	view_free(v);
}

/* The words are those of a wrong password; the roles' dates tell. */
static void an_expired_password_is_not_a_wrong_one(void **state)
{
	(void)state;
	struct view *v = world();
	answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "auth", 0, "28P01", "FATAL:  28P01: password authentication failed for user \"barman\"");
	answer_failure(v, &q_repl_identify, REPLY_NO_LINK, "auth", 0, "28P01", "FATAL:  28P01: password authentication failed for user \"streaming_barman\"");
	answer_sql(v, &q_dbsql_files, FILES_HEALTHY);
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.password_wrong");
	assert_says(v, &probe_repl_connect, STATE_FAIL, "repl.password_wrong");
	answer_sql(v, &q_dbsql_files, "role|streaming_barman|login replication password expired||\nrole|barman|login password expired||\nseen||||");
	assert_says(v, &probe_pg_connect, STATE_FAIL, "pg.password_expired");
	assert_says(v, &probe_repl_connect, STATE_FAIL, "repl.password_expired");
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expired_password_is_not_a_wrong_one),
		cmocka_unit_test(own_psql_missing_is_no_fault),
		cmocka_unit_test(every_failure_has_its_cause),
		cmocka_unit_test(silence_is_one_stage),
		cmocka_unit_test(a_healthy_answer_is_green_and_no_answer_is_not),
		cmocka_unit_test(a_time_out_is_refined_by_the_port),
		cmocka_unit_test(an_address_that_is_not_said_is_asked_for),
		cmocka_unit_test(a_missing_role_is_seen_by_the_superuser),
		cmocka_unit_test(a_log_that_hangs_is_named), cmocka_unit_test(a_start_that_failed_is_told_from_a_stop),
		cmocka_unit_test(a_taken_port_is_a_start_that_failed),
		cmocka_unit_test(a_server_that_listens_elsewhere_is_said_to_run),
		cmocka_unit_test(the_cluster_of_the_port_is_chosen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
