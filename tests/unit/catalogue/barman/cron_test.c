#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/barman/cron.h"
#include "probes/engine/model.h"
#include "probes/engine/view.h"
#include "tests/unit/catalogue/barman/config_replies.h"

/* The host's clock when reply_cron and reply_runs were taken. */
#define CRON_NOW 1795253116908
#define RUNS_NOW 1795253117023

static void answer(struct view *v, const struct question *q, const char *text)
{
	struct reply r = {.outcome = REPLY_DONE, .out = text, .out_len = strlen(text), .words = "", .stage = "", .sqlstate = "", .via = "local"};
	view_answer(v, q, &r);
}

static struct view *new_view(const char *cron)
{
	struct view *v = view_new(NULL);
	learn(v, "server.name", "main");
	view_set_now(v, CRON_NOW);
	answer(v, &q_backup_config, reply_config);
	answer(v, &q_backup_cron, cron);
	view_set_now(v, RUNS_NOW);
	answer(v, &q_backup_cron_runs, reply_runs);
	return v;
}

static void judge_is(const struct view *v, const struct probe *p, enum state state, const char *cause, const char *words)
{
	struct verdict r;
	probe_judge(p, v, &r);
	if (r.state != state || !strstr(r.say, words))
		fail_msg("%s: %s", state_names[r.state], r.say);
	if (cause)
		assert_string_equal(r.finding[0].cause, cause);
	verdict_clear(&r);
}

static char *with(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	assert_non_null(at);
	struct str s = {0};
	str_addn(&s, text, (size_t)(at - text));
	str_add(&s, new);
	str_add(&s, at + strlen(old));
	return s.s;
}

#define LINE "* * * * * barman [ -x /usr/bin/barman ] && /usr/bin/barman -q cron"

static void entry(const char *old, const char *new, enum state state, const char *cause, const char *words)
{
	char *text = with(reply_cron, old, new);
	struct view *v = new_view(text);
	judge_is(v, &probe_cron_entry, state, cause, words);
	view_free(v);
	free(text);
}

static void a_healthy_host_is_green(void **state)
{
	(void)state;
	struct view *v = new_view(reply_cron);
	judge_is(v, &probe_cron_entry, STATE_OK, NULL, "/etc/cron.d/barman");
	judge_is(v, &probe_cron_daemon, STATE_OK, NULL, "cron runs (pid 75)");
	judge_is(v, &probe_cron_ran, STATE_OK, NULL, "last ran");
	assert_string_equal(know(v, "server.cron.last_run_ms"), "1795253104000");
	assert_string_equal(know(v, "backup.cron.next_tick_ms"), "1795253160000");
	assert_string_equal(know(v, "backup.cron.daemon_started_ms"), "1795252083000");
	view_free(v);
}

/* Each as the laboratory or a manual page has it. */
static void entries_are_read_by_crons_own_rules(void **state)
{
	(void)state;
	entry("|" LINE, "|#" LINE, STATE_FAIL, "cron.entry_disabled", "commented out");
	entry("|" LINE, "|@reboot barman /usr/bin/barman cron", STATE_FAIL, "cron.entry_disabled", "at boot only");
	entry("|* * * * * barman [", "|0 * * * * barman [", STATE_FAIL, "cron.entry_disabled", "too rarely");
	entry("|* * * * * barman [", "|*/5 * * * * barman [", STATE_OK, NULL, "cron runs barman");
	entry("|* * * * * barman [", "|*/10 * * * * barman [", STATE_FAIL, "cron.entry_disabled", "too rarely");
	entry("|* * * * * barman [", "|* * * * mon barman [", STATE_FAIL, "cron.entry_disabled", "too rarely");
	entry("|" LINE, "|", STATE_FAIL, "cron.entry_missing", "no cron entry");
	/* its last run, four seconds into its minute, was long after any crontab was changed; or not */
	entry("|" LINE, "|\nplaces 1795252000", STATE_UNKNOWN, NULL, "perhaps root's");
	entry("|" LINE, "|\nplaces 1795253050", STATE_FAIL, "cron.entry_missing", "no cron entry");
	entry("yes /etc/cron.d/barman\n", "yes /etc/cron.d/barman.cron\n", STATE_FAIL, "cron.entry_broken", "no dot");
	entry("system 644 0 1", "system 666 0 1", STATE_FAIL, "cron.entry_broken", "others than root");
	entry("system 644 0 1", "system 644 107 1", STATE_FAIL, "cron.entry_broken", "does not belong to root");
	entry("yes /etc/cron.d/barman\n", "no /etc/cron.d/barman\n", STATE_FAIL, "cron.entry_broken", "no newline");
	entry("exec /usr/bin/barman", "none /usr/bin/barman", STATE_FAIL, "cron.entry_broken", "there is no \"/usr/bin/barman\"");
	entry("|* * * * * barman [", "|* * * * * [", STATE_FAIL, "cron.entry_broken", "user");
	entry("|* * * * * barman [", "|* * * * * backup [", STATE_FAIL, "config.wrong_user", "\"backup\"");
	entry("|* * * * * barman [", "|* * * * * nobody1 [", STATE_FAIL, "cron.entry_broken", "does not exist");
	entry("|* * * * * barman [", "|* * * * [", STATE_FAIL, "cron.entry_broken", "not understood");
	entry("|MAILTO=root", "|what is this", STATE_FAIL, "cron.entry_broken", "line 2 is not understood");
	entry("barman -q cron", "barman -c /nowhere.conf -q cron\nnone /nowhere.conf", STATE_FAIL, "cron.entry_broken", "/nowhere.conf");
	entry("barman -q cron", "barman -c /etc/other.conf -q cron", STATE_WARN, "cron.entry_broken", "another configuration");
	entry("barman -q cron", "barman -c /etc/barman.conf -q cron", STATE_OK, NULL, "cron runs barman");
	entry("|" LINE, "|PATH=/opt/b\n|* * * * * barman barman -q cron\nlost /opt/b", STATE_FAIL, "cron.entry_broken", "\"/opt/b\"");
	entry("|" LINE, "|PATH = \"/opt/b\"\n|* * * * * barman barman -q cron\nlost /opt/b", STATE_FAIL, "cron.entry_broken", "\"/opt/b\"");
	entry("|" LINE, "|PATH=/usr/bin\n|* * * * * barman barman -q cron", STATE_OK, NULL, "cron runs barman");
	entry("|" LINE, "|SHELL=/usr/bin/zsh\n|" LINE "\ndull /usr/bin/zsh", STATE_FAIL, "cron.entry_broken", "SHELL to \"/usr/bin/zsh\"");
	entry("|" LINE, "|SHELL=/bin/bash\n|" LINE "\ndull /usr/bin/zsh", STATE_OK, NULL, "cron runs barman");
	entry("|" LINE, "|" LINE " >>/var/log/b-$(date +%F).log", STATE_FAIL, "cron.entry_broken", "first %");
	entry("|" LINE, "|" LINE " >>/var/log/b-$(date +\\%F).log", STATE_OK, NULL, "cron runs barman");
	entry("|" LINE, "|" LINE " % from cron", STATE_OK, NULL, "cron runs barman");
	entry("|" LINE, "|" LINE " >>/var/log/b.log 2>&1\nshut /var/log/b.log", STATE_FAIL, "cron.entry_broken", "\"/var/log/b.log\"");
	entry("|" LINE, "|* * * * * root /usr/bin/barman -q cron >>/var/log/b.log 2>&1\nhas root\nshut /var/log/b.log", STATE_OK, NULL, "cron runs barman");
	entry("|" LINE, "|* * * * * barman barman -q cron\n|PATH=/opt/b\nlost /opt/b", STATE_OK, NULL, "cron runs barman");
	entry("own no crontab for barman", "access -:ALL EXCEPT root:cron", STATE_FAIL, "cron.denied", "pam_access");
	entry("own no crontab for barman", "expires 1000", STATE_FAIL, "cron.denied", "expired");
}

static void other_places_count_too(void **state)
{
	(void)state;
	char *none = with(reply_cron, "|" LINE, "|");
	char *own = with(none, "own no crontab for barman", "file own 600 0 1 0 yes crontab\n|* * * * * barman -q cron\n");
	struct view *v = new_view(own);
	judge_is(v, &probe_cron_entry, STATE_OK, NULL, "crontab");
	view_free(v);
	char *timer = with(none, "own no crontab for barman", "timer Sat 09:00 barman-cron.timer barman-cron.service");
	v = new_view(timer);
	judge_is(v, &probe_cron_entry, STATE_OK, NULL, "timer");
	view_free(v);
	char *closed = with(none, "own no crontab for barman", "closed /etc/cron.d/barman-x");
	v = new_view(closed);
	judge_is(v, &probe_cron_entry, STATE_UNKNOWN, NULL, "cannot be read");
	view_free(v);
	char *denied = with(none, "own no crontab for barman", "own You (barman) are not allowed to use this program (crontab)");
	v = new_view(denied);
	judge_is(v, &probe_cron_entry, STATE_FAIL, "cron.denied", "may not have a crontab");
	view_free(v);
	char *script = with(none, "own no crontab for barman", "file script 755 0 1 0 yes /etc/cron.hourly/barman\n|barman cron\n");
	v = new_view(script);
	judge_is(v, &probe_cron_entry, STATE_FAIL, "cron.entry_disabled", "/etc/cron.hourly/barman");
	view_free(v);
	free(none), free(own), free(timer), free(closed), free(denied), free(script);
}

/* Root's crontab is not Barman's to read, and a good place all the same: barman becomes its own user. */
static void roots_crontab_counts_where_root_can_look(void **state)
{
	(void)state;
	static const struct { const char *line; enum state state; const char *cause, *words; } rows[] = {
		{"* * * * * /usr/bin/barman -q cron", STATE_OK, NULL, "root's crontab"},
		{"* * * * * su - barman -c 'barman cron'", STATE_OK, NULL, "root's crontab"},
		{"* * * * * runuser -u barman -- /usr/bin/barman cron", STATE_OK, NULL, "root's crontab"},
		{"0 3 * * * /usr/bin/barman cron", STATE_FAIL, "cron.entry_missing", "no cron entry"},
		{"0 3 * * * /usr/bin/barman backup main", STATE_FAIL, "cron.entry_missing", "no cron entry"},
		{"x", STATE_FAIL, "cron.entry_missing", "no cron entry"}};
	char *none = with(reply_cron, "|" LINE, "|");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct view *v = new_view(none);
		char text[200];
		assert_true(view_only_if(v, q_backup_cron_root.only_if));
		judge_is(v, &probe_cron_entry, STATE_FAIL, "cron.entry_missing", "no cron entry");
		snprintf(text, sizeof text, "/var/spool/cron/crontabs/root:%s\nend=\n", rows[i].line);
		answer(v, &q_backup_cron_root, text);
		judge_is(v, &probe_cron_entry, rows[i].state, rows[i].cause, rows[i].words);
		assert_int_equal(know(v, "server.cron.root.backup") != NULL, strstr(rows[i].line, "backup main") != NULL);
		answer(v, &q_backup_cron_root, "end=\n");
		judge_is(v, &probe_cron_entry, STATE_FAIL, "cron.entry_missing", "no cron entry");
		view_free(v);
	}
	free(none);
}

static void daemons_are_seen_or_said_to_be_hidden(void **state)
{
	(void)state;
	static const struct { const char *new; enum state state; const char *cause, *words; } rows[] = {
		{"", STATE_FAIL, "cron.daemon_stopped", "no cron daemon"},
		{"hidden\n", STATE_UNKNOWN, NULL, "hidden"},
		{"daemon 75 cron T 1 428764\n", STATE_FAIL, "cron.daemon_stopped", "halted"},
		{"daemon 75 cron Z 1 428764\n", STATE_FAIL, "cron.daemon_stopped", "no cron daemon"},
		{"daemon 900 crond S 75 500000\ndaemon 80 crond S 1 428764\n", STATE_OK, NULL, "crond runs (pid 80)"},
		{"daemon x\n", STATE_FAIL, "cron.daemon_stopped", "no cron daemon"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *text = with(reply_cron, "daemon 75 cron S 1 428764\n", rows[i].new);
		struct view *v = new_view(text);
		judge_is(v, &probe_cron_daemon, rows[i].state, rows[i].cause, rows[i].words);
		view_free(v);
		free(text);
	}
}

/* Rule 2: waiting is not failing. The daemon started long ago, the last run was 13 s before. */
static void the_next_run_is_waited_for(void **state)
{
	(void)state;
	struct view *v = new_view(reply_cron);
	view_set_now(v, RUNS_NOW + 80000);
	judge_is(v, &probe_cron_ran, STATE_OK, NULL, "last ran");
	view_set_now(v, RUNS_NOW + 200000);
	judge_is(v, &probe_cron_ran, STATE_FAIL, "cron.not_firing", "has not run for");
	learn_f(v, "backup.cron.daemon_started_ms", "%lld", (long long)RUNS_NOW + 190000);
	judge_is(v, &probe_cron_ran, STATE_WARN, NULL, "waiting for the next run");
	struct verdict r;
	probe_judge(&probe_cron_ran, v, &r);
	assert_int_equal(r.findings, 0);
	assert_true(r.until > RUNS_NOW + 190000);
	verdict_clear(&r);
	view_set_now(v, RUNS_NOW + 400000);
	judge_is(v, &probe_cron_ran, STATE_FAIL, "cron.not_firing", "has not run for");
	learn(v, "server.cron.last_run_ms", NULL);
	judge_is(v, &probe_cron_ran, STATE_FAIL, "cron.not_firing", "no trace");
	learn(v, "server.active", "no");
	judge_is(v, &probe_cron_ran, STATE_OFF, NULL, "inactive");
	view_free(v);
}

static void runs(const char *old, const char *new, enum state state, const char *cause, const char *words)
{
	char *text = with(reply_runs, old, new);
	struct view *v = new_view(reply_cron);
	answer(v, &q_backup_cron_runs, text);
	judge_is(v, &probe_cron_ran, state, cause, words);
	view_free(v);
	free(text);
}

static void stuck_runs_and_lost_directories_are_told(void **state)
{
	(void)state;
	runs("end\n", "held cron 463 D 428764\nwhat cron /usr/bin/python3 /usr/bin/barman -q cron\nend\n", STATE_FAIL, "cron.stuck", "17 min");
	runs("end\n", "held cron 463 R 532000\nend\n", STATE_OK, NULL, "last ran");
	runs("end\n", "held archive-wal 463 R 428764\nend\n", STATE_OK, NULL, "last ran");
	runs("end\n", "held archive-wal 463 T 532000\nend\n", STATE_FAIL, "cron.stuck", "halted");
	runs("end\n", "closed root /var/lib/barman/.main-cron.lock\nend\n", STATE_FAIL, "config.wrong_user", "belongs to root");
	/* its own, and yet closed: the volume is read-only, which has a probe of its own */
	runs("end\n", "closed barman /var/lib/barman\nend\n", STATE_OK, NULL, "last ran");
	runs("directory 1795251277.405 barman 750", "directory none", STATE_FAIL, "cron.lock_directory_missing", "/var/lib/barman");
	runs("directory 1795251277.405 barman 750", "directory hidden", STATE_UNKNOWN, NULL, "cannot be looked into");
}

static void holder(const char *line, enum state state, const char *cause, const char *words)
{
	char *text = with(reply_cron, "end\n", line);
	struct view *v = new_view(text);
	answer(v, &q_backup_cron_runs, reply_runs);
	judge_is(v, &probe_cron_ran, state, cause, words);
	assert_string_equal(know(v, "server.cron.held_pid"), "87");
	view_free(v);
	free(text);
}

static void a_lock_around_the_entry_is_told(void **state)
{
	(void)state;
	holder("holder 87 S 428764 /usr/bin/python3 /usr/bin/barman -q cron \nend\n", STATE_FAIL, "cron.stuck", "entry's own lock for 17 min");
	holder("holder 87 T 532000 sleep 1\nend\n", STATE_FAIL, "cron.stuck", "halted");
	holder("holder 87 S 532000 /usr/bin/barman -q cron\nend\n", STATE_OK, NULL, "last ran");
}

static void cut_and_garbled_replies_are_unknown(void **state)
{
	(void)state;
	static const char *const garbage[] = {"", "end\n", "now\nend\n", "now 1 2 3\nend\n", "|||\n", "held cron\nlock\nend\n"};
	for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
		struct view *v = new_view(reply_cron);
		answer(v, &q_backup_cron, garbage[i]);
		answer(v, &q_backup_cron_runs, garbage[i]);
		judge_is(v, &probe_cron_entry, STATE_UNKNOWN, NULL, "");
		judge_is(v, &probe_cron_daemon, STATE_UNKNOWN, NULL, "");
		judge_is(v, &probe_cron_ran, STATE_UNKNOWN, NULL, "");
		view_free(v);
	}
}

static void schedules_are_cron_s(void **state)
{
	(void)state;
	static const struct { const char *text; int gap; } rows[] = {
		{"* * * * * x", 1}, {"*/5 * * * * x", 5}, {"0-59/2 * * * * x", 2}, {"0,30 * * * * x", 30}, {"@hourly x", 60}, {"@reboot x", 0},
		{"5 0 * * * x", 1440}, {"* 8-17 * * * x", 841}, {"* * 1 * * x", 1440}, {"* * * jan x x", -1}, {"60 * * * * x", -1}, {"*/0 * * * * x", -1},
		{"* * * * x", -1}, {"@never x", -1}, {"5-1 * * * * x", -1}, {"", -1}, {"* * * * *", -1}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct schedule s;
		const char *rest;
		bool ok = schedule_parse(rows[i].text, &s, &rest);
		if (ok != (rows[i].gap >= 0) || (ok && schedule_gap(&s) != rows[i].gap))
			fail_msg("%s: %d", rows[i].text, ok ? schedule_gap(&s) : -1);
	}
	struct schedule s;
	const char *rest;
	assert_true(schedule_parse("17 3 * * sun barman x", &s, &rest));
	assert_string_equal(rest, "barman x");
	assert_int_equal(schedule_next(&s, 1795253116), 1795317420); /* Saturday 2026-11-21 09:25:16 to Sunday 03:17 */
	assert_true(schedule_parse("* * * * * ", &s, &rest));
	assert_int_equal(schedule_next(&s, 1795253116), 1795253160);
}

static void access_conf_refuses_what_it_names(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		bool refused;
	} rows[] = {
		{"", false},
		{"-:barman:cron", true},
		{"- : ALL EXCEPT root postgres : cron crond", true},
		{"-:ALL EXCEPT root barman:ALL", false},
		{"+:barman:cron\n-:ALL:ALL", false},
		{"+:root:ALL\n-:ALL:ALL", true},
		{"-:barman:ALL EXCEPT cron", false},
		{"-:barman:tty1 ssh", false},
		/* names of groups and addresses: not guessed */
		{"-:(backupers):ALL", false},
		{"+:(backupers):ALL\n-:ALL:ALL", false},
		{"-:ALL EXCEPT (wheel):ALL", false},
		{"-:barman", false},
		{":::\n-::\n-", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char line[80] = "";
		if (cron_access_refuses(rows[i].lines, "barman", line, sizeof line) != rows[i].refused)
			fail_msg("%s", rows[i].lines);
		assert_true(!rows[i].refused || *line);
	}
}

static void commands_are_recognised(void **state)
{
	(void)state;
	assert_true(cron_is_ours("[ -x /usr/bin/barman ] && /usr/bin/barman -q cron"));
	assert_true(cron_is_ours("flock -n /x barman --config /e cron >/dev/null"));
	assert_true(cron_is_ours("/usr/local/bin/barman-cron.sh"));
	assert_false(cron_is_ours("/usr/bin/barman -q backup main"));
	assert_false(cron_is_ours("cron barman"));
	assert_false(cron_is_ours(""));
}

static void a_program_that_does_not_start_is_told(void **state)
{
	(void)state;
	static const struct {
		const char *out;
		enum state state;
		const char *cause, *words;
	} runs[] = {
		{"found=/usr/bin/barman\nstatus=0\nsaid=3.4.0 Barman by EnterpriseDB (www.enterprisedb.com)\nhead=#!/usr/bin/python3\nend=\n", STATE_OK, NULL, "cron runs barman"},
		{"found=/usr/bin/barman\nstatus=1\nsaid=ModuleNotFoundError: No module named 'barman'\nhead=#!/usr/bin/python3\nend=\n", STATE_FAIL, "barman.broken", "does not start"},
		{"found=/usr/bin/barman\nstatus=127\nsaid=env: 'barman': No such file or directory\nhead=#!/usr/bin/python3.9\nend=\n", STATE_FAIL, "barman.broken", "does not start"},
		/* slow is not broken, and in another PATH is cron.entry_broken's to tell */
		{"found=/usr/bin/barman\nstatus=124\nsaid=\nhead=#!/usr/bin/python3\nend=\n", STATE_OK, NULL, "cron runs barman"},
		{"found=\nend=\n", STATE_OK, NULL, "cron runs barman"},
		{"found=/usr/bin/barman\nstatus=1\n", STATE_OK, NULL, "cron runs barman"},
	};
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
		struct view *v = new_view(reply_cron);
		struct reply r = {.outcome = REPLY_DONE, .out = runs[i].out, .out_len = strlen(runs[i].out)};
		view_answer(v, &q_backup_program, &r);
		judge_is(v, &probe_cron_entry, runs[i].state, runs[i].cause, runs[i].words);
		view_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_host_is_green),
		cmocka_unit_test(entries_are_read_by_crons_own_rules),
		cmocka_unit_test(a_program_that_does_not_start_is_told),
		cmocka_unit_test(other_places_count_too),
		cmocka_unit_test(roots_crontab_counts_where_root_can_look), cmocka_unit_test(daemons_are_seen_or_said_to_be_hidden),
		cmocka_unit_test(the_next_run_is_waited_for),
		cmocka_unit_test(stuck_runs_and_lost_directories_are_told),
		cmocka_unit_test(a_lock_around_the_entry_is_told),
		cmocka_unit_test(cut_and_garbled_replies_are_unknown),
		cmocka_unit_test(schedules_are_cron_s),
		cmocka_unit_test(access_conf_refuses_what_it_names),
		cmocka_unit_test(commands_are_recognised),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
