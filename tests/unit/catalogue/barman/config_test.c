#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/base/secret.h"
#include "probes/base/str.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"
#include "probes/engine/view.h"
#include "tests/unit/catalogue/barman/config_replies.h"

enum { NOW_S = 1795253116 };

static struct view *new_view(void)
{
	struct view *v = view_new(NULL);
	view_set_now(v, (int64_t)NOW_S * 1000 + 679);
	learn(v, "server.name", "main");
	learn(v, "server.config_option", "");
	return v;
}

static void answer(struct view *v, enum outcome outcome, const char *text)
{
	struct reply r = {.outcome = outcome, .out = text, .out_len = strlen(text), .words = "", .stage = "", .sqlstate = "", .via = "local"};
	view_answer(v, &q_backup_config, &r);
}

/* The captured reply with one text in place of another. */
static char *with(const char *old, const char *new)
{
	const char *at = strstr(reply_config, old);
	assert_non_null(at);
	struct str s = {0};
	str_addn(&s, reply_config, (size_t)(at - reply_config));
	str_add(&s, new);
	str_add(&s, at + strlen(old));
	return s.s;
}

static void fact_is(const struct view *v, const char *name, const char *want)
{
	const char *text = know(v, name);
	if (!text || strcmp(text, want))
		fail_msg("%s is %s, not %s", name, text ? text : "not known", want);
}

/* Barman 3.13 gave xlog.db another name; the reply is that of 3.4 with another version. */
static void the_files_have_the_names_of_the_version(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"version 2.18\n", "xlog.db"}, {"version 3.4.0\n", "xlog.db"}, {"version 3.10.0\n", "xlog.db"}, {"version 3.12.1\n", "xlog.db"},
		{"version 3.13.0\n", "main-xlog.db"}, {"version 3.14.1\n", "main-xlog.db"}, {"version 3.17.0\n", "main-xlog.db"},
		{"version 3.21.0\n", "main-xlog.db"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct view *v = new_view();
		char *reply = with("version 3.4.0\n", rows[i][0]), want[80];
		answer(v, REPLY_DONE, reply);
		snprintf(want, sizeof want, "/var/lib/barman/main/wals/%s", rows[i][1]);
		fact_is(v, "server.xlogdb", want);
		free(reply);
		view_free(v);
	}
}

static void the_facts_others_use_are_learnt(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"server.known", "yes"}, {"server.active", "yes"}, {"server.disabled_reasons", ""}, {"server.barman_user", "barman"},
		{"server.barman_version", "3.4.0"}, {"server.barman_home", "/var/lib/barman"}, {"server.barman_lock_directory", "/var/lib/barman"},
		{"server.log_file", "/var/log/barman/barman.log"}, {"server.conninfo", "host=db1 user=barman dbname=postgres connect_timeout=5"},
		{"server.streaming_conninfo", "host=db1 user=streaming_barman"}, {"server.ssh_command", "ssh postgres@db1"},
		{"server.ssh_words", "ssh postgres@db1"}, {"server.ssh_host", "db1"}, {"server.ssh_user", "postgres"}, {"server.backup_method", "rsync"},
		{"server.archiver", "on"}, {"server.streaming_archiver", "on"}, {"server.slot_name", "barman"}, {"server.slot_name_meant", ""},
		{"server.create_slot", "manual"}, {"server.incoming_wals_directory", "/var/lib/barman/main/incoming"},
		{"server.streaming_wals_directory", "/var/lib/barman/main/streaming"}, {"server.wals_directory", "/var/lib/barman/main/wals"},
		{"server.basebackups_directory", "/var/lib/barman/main/base"}, {"server.errors_directory", "/var/lib/barman/main/errors"},
		{"server.backup_directory", "/var/lib/barman/main"}, {"server.xlogdb", "/var/lib/barman/main/wals/xlog.db"}, {"server.path_prefix", ""},
		{"server.minimum_redundancy", "1"}, {"server.last_backup_maximum_age_s", "172800"},
		{"server.retention_policy", "RECOVERY WINDOW OF 7 DAYS"}, {"server.streaming_archiver_name", "barman_receive_wal"},
		{"server.names", "main"}, {"server.active_names", "main"}, {"server.pg_port", "5432"}, {"server.pg_host", "db1"},
		{"backup.hostname", "backup1"}, {"backup.barman_home_dir", "/var/lib/barman"}, {"backup.init", "other"}};
	struct view *v = new_view();
	answer(v, REPLY_DONE, reply_config);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fact_is(v, rows[i][0], rows[i][1]);
	assert_non_null(strstr(know(v, "server.option_values"), "barman\n"));
	view_free(v);
}

static void judged(const char *text, enum state state, const char *cause, const char *words)
{
	struct view *v = new_view();
	struct verdict r;
	answer(v, REPLY_DONE, text);
	probe_judge(&probe_config_barman, v, &r);
	if (r.state != state)
		fail_msg("%s: %s", state_names[r.state], r.say);
	if (cause)
		assert_string_equal(r.finding[0].cause, cause);
	if (!strstr(r.say, words))
		fail_msg("%s", r.say);
	verdict_clear(&r);
	view_free(v);
}

static void changed(const char *old, const char *new, enum state state, const char *cause, const char *words)
{
	char *text = with(old, new);
	judged(text, state, cause, words);
	free(text);
}

static void what_is_wrong_gets_its_cause(void **state)
{
	(void)state;
	judged(reply_config, STATE_OK, NULL, "\"main\" is configured");
	changed("|slot_name", "|replication_slot_name", STATE_FAIL, "config.unknown_option", "replication_slot_name");
	changed("|retention_policy =", "|retention_policy", STATE_FAIL, "config.syntax", "without \"=\"");
	changed("The shop's", "99% of", STATE_FAIL, "config.syntax", "lone %");
	changed("|parallel_jobs = 1", "|parallel_jobs = 1 # one", STATE_WARN, "config.bad_value", "parallel_jobs");
	changed("|streaming_archiver = on", "|streaming_archiver = on ; x", STATE_FAIL, "config.bad_value", "streaming_archiver");
	changed("|conninfo = host=db1 user", "|conninfo = postgresql://db1/ user", STATE_FAIL, "config.conninfo_invalid", "conninfo");
	changed("|parallel_jobs = 1", "|active = off", STATE_FAIL, "config.server_inactive", "switched off");
	changed("|ssh_command", "|description", STATE_FAIL, "config.server_disabled", "needs ssh_command");
	changed("|parallel_jobs = 1", "|wals_directory = /var/lib/barman/main/incoming", STATE_FAIL, "config.path_conflict", "same directory");
	changed("|[main]", "|[other]", STATE_FAIL, "config.unreadable", "no server \"main\"");
}

static void streaming_only_without_slot_tells_all_three(void **state)
{
	(void)state;
	char *text = with("|archiver = on", "|archiver = off"), *at = strstr(text, "|slot_name");
	memcpy(at, "|slot_nams", 10);
	struct view *v = new_view();
	struct verdict r;
	answer(v, REPLY_DONE, text);
	probe_judge(&probe_config_barman, v, &r);
	assert_int_equal(r.findings, 3);
	assert_string_equal(r.finding[0].cause, "config.unknown_option");
	assert_string_equal(r.finding[1].cause, "config.slot_name_missing");
	assert_string_equal(r.finding[2].cause, "config.server_disabled");
	fact_is(v, "server.slot_name_meant", "barman");
	fact_is(v, "server.config.repair", "rename");
	fact_is(v, "server.config.nearest", "slot_name");
	fact_is(v, "server.config.line", "7");
	verdict_clear(&r);
	view_free(v);
	free(text);
}

static void unreadable_files_say_who_owns_them(void **state)
{
	(void)state;
	judged("now 1795253116679\nuser barman\nfile absent - - 0 /var/lib/barman/.barman.conf\nfile unreadable 600 root 1 /etc/barman.conf\n"
	       "file absent - - 0 /etc/barman/barman.conf\nversion \nend\n", STATE_FAIL, "config.unreadable", "\"barman\" cannot read");
	judged("now 1795253116679\nuser barman\nfile absent - - 0 /etc/barman.conf\nend\n", STATE_FAIL, "config.unreadable", "finds no configuration");
}

/* Masking takes the % of a password away; the host tells the line. */
static void a_lone_percent_in_a_masked_password_is_seen(void **state)
{
	(void)state;
	char *text = with("|conninfo = host=db1 user=barman", "|conninfo = host=db1 password=ab%c user=barman");
	struct str masked = {0};
	secret_mask(&masked, text, strlen(text));
	assert_null(strstr(masked.s, "ab%c"));
	char *at = strstr(masked.s, "\nversion");
	struct str whole = {0};
	str_addn(&whole, masked.s, (size_t)(at - masked.s));
	str_add(&whole, "\npercent 4");
	str_add(&whole, at);
	judged(whole.s, STATE_FAIL, "config.syntax", "lone %");
	judged(masked.s, STATE_OK, NULL, "configured");
	str_free(&masked), str_free(&whole), free(text);
}

/* A file's content cannot pass for a frame, and what is cut is unknown, never OK. */
static void hostile_and_cut_replies_are_not_believed(void **state)
{
	(void)state;
	changed("|parallel_jobs = 1", "|end\n|file ok 644 root 0 /x\n|[main]", STATE_FAIL, "config.syntax", "without \"=\"");
	static const char *const garbage[] = {"", "end", "end\n", "|x\nend\n", "file ok\nend\n", "file ok 1 2 3 \nend\n", "percent 99999999999\nfile ok 1 r 1 /x\npercent -4\nend\n",
					      "sh: 1: syntax error\n", "\001\002\003", "now x\nuser\nend"};
	for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
		struct view *v = new_view();
		struct verdict r;
		answer(v, REPLY_DONE, garbage[i]);
		probe_judge(&probe_config_barman, v, &r);
		assert_int_not_equal(r.state, STATE_OK);
		verdict_clear(&r);
		view_free(v);
	}
	for (size_t n = 0; n + 5 < sizeof reply_config; n += 7) {
		char *cut = xstrdup(reply_config);
		cut[n] = '\0';
		struct view *v = new_view();
		struct verdict r;
		answer(v, REPLY_DONE, cut);
		probe_judge(&probe_config_barman, v, &r);
		assert_int_equal(r.state, STATE_UNKNOWN);
		verdict_clear(&r);
		view_free(v);
		free(cut);
	}
}

static void a_failed_reply_takes_an_old_green_back(void **state)
{
	(void)state;
	struct view *v = new_view();
	struct verdict r;
	answer(v, REPLY_DONE, reply_config);
	answer(v, REPLY_TIMEOUT, "");
	probe_judge(&probe_config_barman, v, &r);
	assert_int_equal(r.state, STATE_UNKNOWN);
	fact_is(v, "server.conninfo", "host=db1 user=barman dbname=postgres connect_timeout=5");
	verdict_clear(&r);
	view_free(v);
}

/* /etc/barman.conf is read all the same, and what else lies in that home is told as not to be tried. */
static void a_home_that_hangs_is_told_until_it_answers(void **state)
{
	(void)state;
	struct view *v = new_view();
	char *hung = with("home /var/lib/barman\n", "home /var/lib/barman\nhome_hung /var/lib/barman\n");
	answer(v, REPLY_DONE, hung);
	fact_is(v, "backup.home_hung", "/var/lib/barman");
	fact_is(v, "backup.barman_home_dir", "/var/lib/barman");
	fact_is(v, "server.conninfo", "host=db1 user=barman dbname=postgres connect_timeout=5");
	answer(v, REPLY_DONE, reply_config);
	assert_null(know(v, "backup.home_hung"));
	free(hung);
	view_free(v);
}

/* Barman hangs on such a log itself; nobody else is to ask for it. */
static void a_log_that_hangs_is_told_and_not_asked_for(void **state)
{
	(void)state;
	struct view *v = new_view();
	char *hung = with("version 3.4.0\n", "server.logs.dir=/var/log/barman\nserver.logs.hung=nfs4 nas1:/log\nserver.logs.mount=/var/log\nversion 3.4.0\n");
	answer(v, REPLY_DONE, hung);
	fact_is(v, "server.log_file", "");
	fact_is(v, "server.disk_at", "backup");
	fact_is(v, "server.disk_dir", "/var/log/barman");
	fact_is(v, "server.disk_mount", "/var/log");
	struct verdict r;
	probe_judge(&probe_disk_backup, v, &r);
	assert_int_equal(r.findings, 1);
	assert_string_equal(r.finding[0].cause, "disk.hung");
	verdict_clear(&r);
	answer(v, REPLY_DONE, reply_config);
	fact_is(v, "server.log_file", "/var/log/barman/barman.log");
	assert_null(know(v, "server.logs.hung"));
	free(hung);
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_files_have_the_names_of_the_version),
		cmocka_unit_test(the_facts_others_use_are_learnt),
		cmocka_unit_test(what_is_wrong_gets_its_cause),
		cmocka_unit_test(streaming_only_without_slot_tells_all_three),
		cmocka_unit_test(unreadable_files_say_who_owns_them),
		cmocka_unit_test(a_lone_percent_in_a_masked_password_is_seen),
		cmocka_unit_test(a_home_that_hangs_is_told_until_it_answers),
		cmocka_unit_test(a_log_that_hangs_is_told_and_not_asked_for),
		cmocka_unit_test(hostile_and_cut_replies_are_not_believed),
		cmocka_unit_test(a_failed_reply_takes_an_old_green_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
