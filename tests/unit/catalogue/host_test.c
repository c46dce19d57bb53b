#include <errno.h>

#include "probes/catalogue/postgres/postgres.h"
#include "tests/unit/catalogue/ssh_test.h"

static const char BACKUP[] = "clock=5000\nhostname=backup1\nwho=root\ninit=other\nos=Debian\nend=1\n";
static const char DB[] = "clock=5000\nhostname=db1\nwho=root\ninit=systemd\nos=Debian\nend=1\n";

static struct view *server(const char *db_url)
{
	struct view *v = view_new(NULL);
	view_set_now(v, 2000);
	learn(v, "server.ssh_host", "db1");
	learn(v, "server.db_url", db_url);
	learn(v, "server.pipeline_command", "ssh");
	said(v, &q_host_backup, BACKUP);
	view_set_asked(v, &q_repl_identify, ASKED_OFF, "");
	return v;
}

static void fails(struct view *v, const struct question *q, enum outcome outcome, const char *stage, int e, const char *words)
{
	view_answer(v, q, &(struct reply){.outcome = outcome, .stage = stage, .sys_errno = e, .words = words});
}

static void what_waits_for_a_disk_wants_no_processor(void **state)
{
	(void)state;
	static const struct {
		const char *stuck;
		double load;
	} rows[] = {{"", 6.25}, {"stuck=10\n", 1.25}, {"stuck=40\n", 0}};
	struct view *v = server("ssh://root@db1");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[128];
		snprintf(text, sizeof text, "clock=5000\nload=12.50\ncpus=2\n%send=1\n", rows[i].stuck);
		said(v, &q_host_backup, text);
		assert_true(know_num(v, "backup.load") == rows[i].load);
	}
	view_free(v);
}

static void a_host_says_who_it_is(void **state)
{
	(void)state;
	struct view *v = server("ssh://root@db1");
	judged(v, &probe_host_db, STATE_UNKNOWN, NULL, NULL);
	view_answer(v, &q_host_db, &(struct reply){.outcome = REPLY_DONE, .out = DB, .at = 4000, .took_ms = 200});
	judged(v, &probe_host_db, STATE_OK, NULL, "db1");
	assert_string_equal(know(v, "db.init"), "systemd");
	assert_true(know_num(v, "db.clock_offset_ms") == 1100);
	assert_true(know_num(v, "db.clock_slack_ms") == 100);
	judged(v, &probe_host_backup, STATE_OK, NULL, "backup1");
	view_free(v);
}

static void cut_or_hostile_answers_teach_nothing(void **state)
{
	(void)state;
	struct view *v = view_new(NULL);
	said(v, &q_host_db, "hostname=db1\nwho=root\n");
	assert_null(know(v, "db.hostname"));
	said(v, &q_host_db, "hostname=\nclock=nan\npg_wal.avail=1\nend=1\n");
	assert_null(know(v, "db.hostname"));
	assert_null(know(v, "db.pg_wal.avail"));
	assert_null(know(v, "db.clock_offset_ms"));
	view_free(v);
}

static void dead_only_when_every_port_is_silent(void **state)
{
	(void)state;
	struct view *v = server("ssh://root@db1");
	fails(v, &q_host_db, REPLY_TIMEOUT, "connect", 0, "");
	judged(v, &probe_host_db, STATE_UNKNOWN, NULL, NULL);
	login(v, "timeout");
	judged(v, &probe_host_db, STATE_UNKNOWN, NULL, NULL);
	fails(v, &q_pg_settings, REPLY_NO_LINK, "connect", EHOSTUNREACH, "");
	judged(v, &probe_host_db, STATE_FAIL, "host.unreachable", "db1");
	fails(v, &q_pg_settings, REPLY_NO_LINK, "connect", ECONNREFUSED, "");
	judged(v, &probe_host_db, STATE_OK, NULL, "neither the pipeline nor us");
	fails(v, &q_pg_settings, REPLY_TIMEOUT, "connect", 0, "");
	login(v, "ok");
	judged(v, &probe_host_db, STATE_WARN, "host.access", NULL);
	view_free(v);
}

/* A firewall before PostgreSQL's port and an ssh that fails by itself are two things, and no dead host. */
static void one_silent_port_is_no_dead_host(void **state)
{
	static const char *const faults[] = {"client_missing", "failing"};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct view *v = server("");
		fails(v, &q_pg_settings, REPLY_TIMEOUT, "connect", 0, "");
		fails(v, &q_host_db, REPLY_NO_LINK, "", 0, "");
		learn(v, "ssh.to_db.fault", faults[i]);
		fails(v, &q_ssh_to_db, REPLY_NO_LINK, "", 0, "");
		learn(v, "ssh.to_db.fault", faults[i]);
		struct verdict r;
		probe_judge(&probe_host_db, v, &r);
		assert_int_equal(r.findings, 0);
		assert_int_equal(r.state, STATE_UNKNOWN);
		verdict_clear(&r);
		learn(v, "ssh.to_db.fault", "timeout");
		judged(v, &probe_host_db, STATE_FAIL, "host.unreachable", NULL);
		view_free(v);
	}
}

/* Whom sshd turns away before any login it turns away alike; only what differs is a matter of our own access. */
static void what_fails_alike_is_told_once(void **state)
{
	(void)state;
	struct view *v = server("ssh://root@db1");
	fails(v, &q_pg_settings, REPLY_DONE, "", 0, "");
	fails(v, &q_host_db, REPLY_TIMEOUT, "banner", 0, "");
	login(v, "no_banner");
	judged(v, &probe_host_db, STATE_OK, NULL, "neither the pipeline nor us");
	login(v, "key_refused");
	judged(v, &probe_host_db, STATE_WARN, "host.access", "at banner");
	fails(v, &q_host_db, REPLY_NO_LINK, "auth", 0, "Permission denied (publickey).");
	login(v, "port_refused");
	judged(v, &probe_host_db, STATE_WARN, "host.access", "at auth");
	view_free(v);
}

static void psql_s_words_count_where_there_is_no_errno(void **state)
{
	(void)state;
	struct view *v = server("ssh://root@db1");
	fails(v, &q_host_db, REPLY_TIMEOUT, "connect", 0, "");
	login(v, "timeout");
	fails(v, &q_pg_settings, REPLY_NO_LINK, "", 0, "psql: error: connection to server at \"db1\" (10.77.0.3), port 5432 failed: timeout expired");
	judged(v, &probe_host_db, STATE_FAIL, "host.unreachable", NULL);
	fails(v, &q_pg_settings, REPLY_NO_LINK, "", 0, "psql: error: connection to server at \"db1\" failed: FATAL:  no pg_hba.conf entry");
	judged(v, &probe_host_db, STATE_OK, NULL, NULL);
	view_free(v);
}

static void a_dead_barman_host_says_nothing_about_the_other(void **state)
{
	(void)state;
	struct view *v = server("ssh://root@db1");
	fails(v, &q_host_backup, REPLY_NO_LINK, "connect", EHOSTUNREACH, "");
	fails(v, &q_pg_settings, REPLY_NO_LINK, "connect", EHOSTUNREACH, "");
	view_set_asked(v, &q_ssh_to_backup, ASKED_OFF, "");
	fails(v, &q_host_db, REPLY_NO_LINK, "auth", 0, "Permission denied (publickey).");
	judged(v, &probe_host_db, STATE_WARN, "host.access", "at auth");
	judged(v, &probe_host_backup, STATE_FAIL, "host.unreachable", "backup1");
	learn(v, "ssh.to_backup.fault", "refused");
	judged(v, &probe_host_backup, STATE_OK, NULL, "neither the pipeline nor us");
	learn(v, "ssh.to_backup.fault", "none");
	judged(v, &probe_host_backup, STATE_WARN, "host.access", NULL);
	view_free(v);
}

static void a_name_is_called_wrong_only_when_nobody_resolves_it(void **state)
{
	(void)state;
	struct view *v = server("");
	login(v, "dns");
	fails(v, &q_pg_settings, REPLY_NO_LINK, "resolve", 0, "could not translate host name \"db1\" to address");
	judged(v, &probe_host_db, STATE_FAIL, "host.dns", "\"db1\"");
	fails(v, &q_pg_settings, REPLY_DONE, "", 0, "");
	judged(v, &probe_host_db, STATE_OK, NULL, NULL);
	view_free(v);
}

/* Barman's user reaches the other host by Barman's ssh only: there is no access of our own to miss. */
static void from_barman_s_view_there_is_no_way_of_our_own(void **state)
{
	(void)state;
	struct view *v = server("");
	fails(v, &q_host_db, REPLY_NO_LINK, "auth", 0, "Permission denied (publickey).");
	login(v, "key_refused");
	fails(v, &q_pg_settings, REPLY_DONE, "", 0, "");
	judged(v, &probe_host_db, STATE_OK, NULL, NULL);
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_for_a_disk_wants_no_processor),
		cmocka_unit_test(a_host_says_who_it_is),
		cmocka_unit_test(cut_or_hostile_answers_teach_nothing),
		cmocka_unit_test(one_silent_port_is_no_dead_host), cmocka_unit_test(dead_only_when_every_port_is_silent),
		cmocka_unit_test(what_fails_alike_is_told_once),
		cmocka_unit_test(psql_s_words_count_where_there_is_no_errno),
		cmocka_unit_test(a_dead_barman_host_says_nothing_about_the_other),
		cmocka_unit_test(a_name_is_called_wrong_only_when_nobody_resolves_it),
		cmocka_unit_test(from_barman_s_view_there_is_no_way_of_our_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
