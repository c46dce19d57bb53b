/* What PostgreSQL 10 to 18 and their libpq say and are asked, where it differs. The lab has 15 only: replies of the documented shapes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "probes/catalogue/flow.h"
#include "tests/unit/catalogue/postgres/world.h"

/* psql tells no SQLSTATE: the words alone must do. from, to: major versions of who says it. */
static const struct {
	int from, to;
	const char *words, *cause;
} said[] = {
	{10, 13, "psql: could not connect to server: Connection refused\n\tIs the server running on host \"db1\" (10.77.0.3) and accepting\n\tTCP/IP connections on port 5432?", "pg.refused"},
	{14, 18, "psql: error: connection to server at \"db1\" (10.77.0.3), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?", "pg.refused"},
	{10, 13, "psql: could not connect to server: No such file or directory\n\tIs the server running locally and accepting\n\tconnections on Unix domain socket \"/var/run/postgresql/.s.PGSQL.5432\"?", "pg.refused"},
	{10, 13, "psql: could not connect to server: No route to host\n\tIs the server running on host \"db1\" (10.77.0.3) and accepting\n\tTCP/IP connections on port 5432?", "pg.timeout"},
	{10, 13, "psql: timeout expired", "pg.timeout"},
	{14, 18, "psql: error: connection to server at \"db1\" (10.77.0.3), port 5432 failed: timeout expired", "pg.timeout"},
	{10, 13, "psql: FATAL:  the database system is starting up", "pg.starting"},
	{14, 18, "FATAL:  the database system is not yet accepting connections\nDETAIL:  Consistent recovery state has not been yet reached.", "pg.starting"},
	{18, 18, "FATAL:  the database system is not yet accepting connections\nDETAIL:  Recovery snapshot is not yet ready for hot standby.", "pg.starting"},
	{14, 18, "FATAL:  the database system is not accepting connections\nDETAIL:  Hot standby mode is disabled.", "pg.recovering"},
	{10, 18, "FATAL:  the database system is in recovery mode", "pg.recovering"},
	{10, 18, "FATAL:  the database system is shutting down", "pg.stopping"},
	{10, 13, "psql: FATAL:  no pg_hba.conf entry for host \"10.77.0.2\", user \"barman\", database \"postgres\", SSL off", "pg.hba_rejected"},
	{14, 18, "FATAL:  no pg_hba.conf entry for host \"10.77.0.2\", user \"barman\", database \"postgres\", no encryption", "pg.hba_rejected"},
	{10, 18, "FATAL:  pg_hba.conf rejects connection for host \"10.77.0.2\", user \"barman\", database \"postgres\", SSL on", "pg.hba_rejected"},
	{10, 13, "psql: fe_sendauth: no password supplied", "pg.password_missing"},
	{14, 18, "psql: error: connection to server at \"db1\" (10.77.0.3), port 5432 failed: fe_sendauth: no password supplied", "pg.password_missing"},
	{10, 18, "FATAL:  sorry, too many clients already", "pg.too_many_connections"},
	{10, 15, "FATAL:  remaining connection slots are reserved for non-replication superuser connections", "pg.too_many_connections"},
	{16, 18, "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "pg.too_many_connections"},
	{16, 18, "FATAL:  remaining connection slots are reserved for roles with privileges of the \"pg_use_reserved_connections\" role", "pg.too_many_connections"},
	{10, 18, "FATAL:  too many connections for role \"barman\"", "pg.too_many_connections"},
	{10, 18, "FATAL:  too many connections for database \"postgres\"", "pg.too_many_connections"},
	{10, 18, "FATAL:  permission denied for database \"postgres\"\nDETAIL:  User does not have CONNECT privilege.", "pg.failing"},
	{10, 18, "psql: error: server does not support SSL, but SSL was required", "pg.tls"},
	{10, 18, "SSL error: certificate verify failed", "pg.tls"},
	{10, 18, "server certificate for \"db1.example.org\" does not match host name \"db1\"", "pg.tls"},
	{10, 18, "root certificate file \"/var/lib/barman/.postgresql/root.crt\" does not exist", "pg.tls"},
	{16, 18, "weak sslmode \"require\" may not be used with sslrootcert=system (use \"verify-full\")", "pg.tls"},
	{10, 18, "received invalid response to SSL negotiation: H", "pg.failing"},
};

static void each_version_says_it_in_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
		struct view *v = world();
		struct verdict verdict;
		answer_failure(v, &q_pg_settings, REPLY_NO_LINK, "", 0, "", said[i].words);
		probe_judge(&probe_pg_connect, v, &verdict);
		if (!verdict.findings || strcmp(verdict.finding[0].cause, said[i].cause))
			fail_msg("PostgreSQL %d to %d: '%s': %s, not %s", said[i].from, said[i].to, said[i].words,
				 verdict.findings ? verdict.finding[0].cause : "nothing", said[i].cause);
		verdict_clear(&verdict);
		view_free(v);
	}
}

static void so_does_the_replication_connection(void **state)
{
	(void)state;
	static const struct {
		const char *words, *cause;
	} rows[] = {
		{"FATAL:  no pg_hba.conf entry for replication connection from host \"10.77.0.2\", user \"streaming_barman\", SSL off", "repl.hba_rejected"},
		{"FATAL:  pg_hba.conf rejects replication connection for host \"10.77.0.2\", user \"streaming_barman\", SSL on", "repl.hba_rejected"},
		{"FATAL:  must be superuser or replication role to start walsender", "repl.role_lacks_replication"},
		{"FATAL:  permission denied to start WAL sender\nDETAIL:  Only roles with the REPLICATION attribute may start a WAL sender process.", "repl.role_lacks_replication"},
		{"FATAL:  number of requested standby connections exceeds max_wal_senders (currently 10)", "repl.walsenders_exhausted"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct view *v = world();
		answer_failure(v, &q_repl_identify, REPLY_NO_LINK, "", 0, "", rows[i].words);
		assert_says(v, &probe_repl_connect, STATE_FAIL, rows[i].cause);
		view_free(v);
	}
}

static void the_functions_have_the_names_of_the_version(void **state)
{
	(void)state;
	static const char *const versions[] = {"100023", "110022", "120022", "130023", "140020", "150020", "160011", "170007", "180001"};
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		struct view *v = world();
		bool old = atoi(versions[i]) < 150000;
		learn(v, "pg.version_num", versions[i]);
		char *text = view_expand(v, &q_pg_privileges, NULL);
		assert_non_null(strstr(text, old ? "pg_start_backup(text,bool,bool)" : "pg_backup_start(text,bool)"));
		assert_null(strstr(text, old ? "pg_backup_start" : "pg_start_backup"));
		free(text);
		view_free(v);
	}
}

/* Grants of the old names are worth nothing after an upgrade to 15. */
static void grants_of_the_old_names_are_judged_by_the_version(void **state)
{
	(void)state;
	static const char common[] = "superuser|no\npg_monitor|no\npg_read_all_settings|yes\npg_read_all_stats|yes\npg_switch_wal|yes\npg_create_restore_point|yes\n";
	static const char *const rows[] = {"pg_start_backup|yes\npg_stop_backup|yes", "pg_backup_start|yes\npg_backup_stop|yes"};
	for (size_t i = 0; i < 2; i++) {
		struct view *v = world();
		char cells[512];
		answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
		snprintf(cells, sizeof cells, "%s%s", common, rows[i]);
		answer_sql(v, &q_pg_privileges, cells);
		assert_says(v, &probe_pg_privileges, STATE_OK, "");
		snprintf(cells, sizeof cells, "%s%.*s|no", common, 15, rows[i]);
		answer_sql(v, &q_pg_privileges, cells);
		assert_says(v, &probe_pg_privileges, STATE_FAIL, "pg.privileges_missing");
		view_free(v);
	}
}

/* wal_status and safe_wal_size came with 13; before, a slot has neither, and keeps everything. */
static void a_slot_without_wal_status_is_judged_by_its_position(void **state)
{
	(void)state;
	static const struct {
		const char *cells;
		enum state state;
		const char *cause;
	} rows[] = {
		{"117582864|10|barman|physical|f|t|77|117440512|0/7000000|||10.77.0.2|barman_receive_wal|117582864|117582864|1795250018857|t", STATE_OK, ""},
		{"117582864|10|barman|physical|f|t|77|117440512|0/7000000|reserved||10.77.0.2|barman_receive_wal|117582864|117582864|1795250018857|t", STATE_OK, ""},
		{"117582864|10|barman|physical|f|f||||lost|||||||f", STATE_FAIL, "slot.lost"},
		{"117582864|10|barman|physical|f|f||117440512|0/7000000|unreserved|-4096||||||f", STATE_FAIL, "slot.unreserved"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct view *v = world();
		learn(v, "server.slot_name", "barman");
		answer_sql(v, &q_pg_slots, rows[i].cells);
		assert_says(v, &probe_slot_exists, rows[i].state, rows[i].cause);
		view_free(v);
	}
}

/* "read only" until 13, "read-only" since 14: a standby that came up is up. */
static void a_standby_that_is_ready_has_not_failed(void **state)
{
	(void)state;
	static const char *const ready[] = {"accept connections", "accept read only connections", "accept read-only connections"};
	for (size_t i = 0; i < sizeof ready / sizeof *ready; i++) {
		struct view *v = world();
		char text[1024];
		snprintf(text, sizeof text, "cluster=/d\nport=5432\npid=\nT x LOG:  starting PostgreSQL 12.22\nT x FATAL:  could not load pg_hba.conf\nT x LOG:  database system is ready to %s\nend=\nclusters=1\n", ready[i]);
		answer_sh(v, &q_db_postgres, text);
		assert_null(know(v, "db.log.start_failure"));
		view_free(v);
	}
}

static void the_archivers_title_of_every_version_is_kept(void **state)
{
	(void)state;
	static const char *const titles[] = {
		"postgres: archiver process   archiving 000000010000000000000007", /* 10 */
		"postgres: archiver   archiving 000000010000000000000007",          /* 11 to 18 */
		"postgres: 15/main: archiver archiving 000000010000000000000007",   /* cluster_name */
	};
	for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
		struct view *v = world();
		char text[512];
		snprintf(text, sizeof text, "cluster=/d\nport=5432\npid=7\nstate=Ss\narchiver= 9 1200 %s\nchild=900 sh -c rsync\nend=\nclusters=1\n", titles[i]);
		answer_sh(v, &q_db_postgres, text);
		assert_string_equal(know(v, "db.archiver.pid"), "9");
		assert_string_equal(know(v, "db.archiver.title"), titles[i]);
		assert_string_equal(know(v, "db.archiver.child_age_s"), "900");
		view_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_says_it_in_its_words),
		cmocka_unit_test(so_does_the_replication_connection),
		cmocka_unit_test(the_functions_have_the_names_of_the_version),
		cmocka_unit_test(grants_of_the_old_names_are_judged_by_the_version),
		cmocka_unit_test(a_slot_without_wal_status_is_judged_by_its_position),
		cmocka_unit_test(a_standby_that_is_ready_has_not_failed),
		cmocka_unit_test(the_archivers_title_of_every_version_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
