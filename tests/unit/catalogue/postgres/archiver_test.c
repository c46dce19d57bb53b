#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/catalogue/postgres/world.h"

#define HEAD                                                                                                          \
	"shell_path=/usr/bin:/bin\ncluster=/var/lib/postgresql/15/main\nport=5432\nconf=/etc/postgresql/15/main/postgresql.conf\n" \
	"pid=55\nwal=/var/lib/postgresql/15/main/pg_wal\nreadable=yes\nstate=Ss\npath=\nexe=/usr/lib/postgresql/15/bin/postgres\n"
#define IDLE "archiver=     61    1116 postgres: 15/main: archiver last was 000000010000000000000003\nready=0\noldest=\nfirst=\ndone=1\n"
#define ONE_WAITS "ready=1\noldest=1795251203.8766548500\nfirst=000000010000000000000004.ready\ndone=1\n"
#define LOG_FILE "log=/var/log/postgresql/postgresql-15-main.log\n"
#define FAILED_ON "archiver=    335      42 postgres: 15/main: archiver failed on 000000010000000000000004\n"
#define END "T 2026-11-21 08:57:21.751 UTC [809] LOG:  database system is ready to accept connections\nend=\nclusters=1\n"

#define COUNTERS_GOOD                                                                                                 \
	"archived_count|3\nfailed_count|0\nlast_archived_wal|000000010000000000000003\nlast_failed_wal|\nlast_archived_ms|1795251216467\n" \
	"last_failed_ms|\nstats_reset_ms|1795250006038\npid|61\nwait_event|ArchiverMain"
#define COUNTERS_OLD                                                                                                  \
	"archived_count|3\nfailed_count|3\nlast_archived_wal|000000010000000000000003\nlast_failed_wal|000000010000000000000003\n" \
	"last_archived_ms|1795251229000\nlast_failed_ms|1795251228702\nstats_reset_ms|1795250006038"
#define COUNTERS_BAD                                                                                                  \
	"archived_count|3\nfailed_count|3\nlast_archived_wal|000000010000000000000003\nlast_failed_wal|000000010000000000000004\n" \
	"last_archived_ms|1795250016467\nlast_failed_ms|1795251228702\nstats_reset_ms|1795250006038"
#define COUNTERS_UNMOVED                                                                                              \
	"archived_count|3\nfailed_count|0\nlast_archived_wal|000000010000000000000003\nlast_failed_wal|\nlast_archived_ms|1795250016467\n" \
	"last_failed_ms|\nstats_reset_ms|1795250006038"

static struct view *flow(const char *command, const char *counters, const char *host)
{
	struct view *v = world();
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	if (command) {
		learn(v, "pg.settings.archive_command", command);
		learn_archive_command(v);
	}
	answer_sql(v, &q_pg_archiver, counters);
	answer_sh(v, &q_db_postgres, host);
	return v;
}

static void quiet_servers_are_green(void **state)
{
	(void)state;
	static const char *const counters[] = {COUNTERS_GOOD, COUNTERS_OLD,
		/* after a crash the statistics begin anew */
		"archived_count|0\nfailed_count|0\nlast_archived_wal|\nlast_failed_wal|\nlast_archived_ms|\nlast_failed_ms|\nstats_reset_ms|1795251290000"};
	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
		struct view *v = flow(NULL, counters[i], HEAD IDLE LOG_FILE END);
		assert_says(v, &probe_archive_flow, STATE_OK, "");
		assert_says(v, &probe_archive_backlog, STATE_OK, "");
		view_free(v);
	}
}

/* Replies as the lab gave them; the third column is what the log adds. */
static const struct {
	const char *command, *counters, *log, *cause;
} rows[] = {
	{"barman-archive-wal backup1 main %p", COUNTERS_UNMOVED,
	 "failing=yes\nA sh: 1: barman-archive-wal: not found\nA 2026-11-21 08:53:23.882 UTC [282] FATAL:  archive command failed with exit code 127\n"
	 "A 2026-11-21 08:53:23.882 UTC [282] DETAIL:  The failed archive command was: barman-archive-wal backup1 main pg_wal/000000010000000000000004\n",
	 "archive.not_found"},
	{"/opt/a.sh %p", COUNTERS_UNMOVED,
	 "failing=yes\nA sh: 1: /opt/a.sh: Permission denied\nA 2026-11-21 08:53:23.882 UTC [282] FATAL:  archive command failed with exit code 126\n"
	 "A 2026-11-21 08:53:23.882 UTC [282] DETAIL:  The failed archive command was: /opt/a.sh pg_wal/000000010000000000000004\n",
	 "archive.not_executable"},
	{"rsync -a %p barman@backup1:/var/lib/barman/main/nowhere/%f", COUNTERS_BAD,
	 "failing=yes\nA rsync: [Receiver] change_dir#3 \"/var/lib/barman/main/nowhere\" failed: No such file or directory (2)\n"
	 "A rsync error: errors selecting input/output files, dirs (code 3) at main.c(855) [Receiver=3.5.0]\n"
	 "A 2026-11-21 08:53:48.702 UTC [335] LOG:  archive command failed with exit code 3\n"
	 "A 2026-11-21 08:53:48.702 UTC [335] DETAIL:  The failed archive command was: rsync -a pg_wal/000000010000000000000004 barman@backup1:/x/000000010000000000000004\n",
	 "archive.destination_missing"},
	{NULL, COUNTERS_BAD,
	 "failing=yes\nA ERROR: Unknown server 'shop'\nA ERROR: Error executing ssh: [Errno 32] Broken pipe\nA Exception ignored in: <function _Stream.__del__ at 0x7f71b340b920>\n"
	 "A Traceback (most recent call last):\nA   File \"/usr/lib/python3.11/tarfile.py\", line 411, in __del__\nA ValueError: write to closed file\n"
	 "A 2026-11-21 08:54:28.701 UTC [335] LOG:  archive command failed with exit code 2\n"
	 "A 2026-11-21 08:54:28.701 UTC [335] DETAIL:  The failed archive command was: barman-wal-archive backup1 main pg_wal/000000010000000000000004\n",
	 "archive.failing"},
	{"rsync -a -e \"ssh -o BatchMode=yes\" %p barman@backup1:/var/lib/barman/main/incoming/%f", COUNTERS_UNMOVED,
	 "failing=yes\nA barman@backup1: Permission denied (publickey,password).\nA rsync: connection unexpectedly closed (0 bytes received so far) [sender]\n"
	 "A rsync error: unexplained error (code 255) at io.c(285) [sender=3.5.0]\nA 2026-11-21 08:54:39.904 UTC [335] FATAL:  archive command failed with exit code 255\n"
	 "A 2026-11-21 08:54:39.904 UTC [335] DETAIL:  The failed archive command was: rsync pg_wal/000000010000000000000004 b:/i/000000010000000000000004\n",
	 "archive.ssh"},
	{"/opt/a.sh %p", COUNTERS_UNMOVED,
	 "failing=yes\nA 2026-11-21 08:55:43.939 UTC [592] FATAL:  archive command was terminated by signal 9: Killed\n"
	 "A 2026-11-21 08:55:43.939 UTC [592] DETAIL:  The failed archive command was: /opt/a.sh pg_wal/000000010000000000000004\n",
	 "archive.signal"},
	{"/opt/a.sh %p", COUNTERS_BAD, /* no number of a signal */
	 "failing=yes\nA x FATAL:  archive command was terminated by signal 2147483647: x\nA x DETAIL:  The failed archive command was: /opt/a.sh pg_wal/000000010000000000000004\n",
	 "archive.failing"},
	{NULL, COUNTERS_BAD,
	 "failing=yes\nA ERROR: Missing checksum for file '000000010000000000000004'\nA 2026-11-21 08:55:43.939 UTC [592] LOG:  archive command failed with exit code 1\n"
	 "A 2026-11-21 08:55:43.939 UTC [592] DETAIL:  The failed archive command was: barman-wal-archive pg_wal/000000010000000000000004\n",
	 "archive.version_skew"},
	{NULL, COUNTERS_BAD,
	 "failing=yes\nA ERROR: Impossible to write already existing file '000000010000000000000004'\nA x LOG:  archive command failed with exit code 1\n"
	 "A x DETAIL:  The failed archive command was: barman-wal-archive pg_wal/000000010000000000000004\n",
	 "archive.already_exists"},
	{"test ! -f /mnt/wal/%f && cp %p /mnt/wal/%f", COUNTERS_BAD,
	 "failing=yes\nA x LOG:  archive command failed with exit code 1\n"
	 "A x DETAIL:  The failed archive command was: test ! -f /mnt/wal/000000010000000000000004 && cp pg_wal/000000010000000000000004 /mnt/wal/000000010000000000000004\n",
	 "archive.already_exists"},
	{"cp %p /mnt/wal/%f", COUNTERS_BAD,
	 "failing=yes\nA cp: error writing '/mnt/wal/000000010000000000000004': No space left on device\nA x LOG:  archive command failed with exit code 1\n"
	 "A x DETAIL:  The failed archive command was: cp pg_wal/000000010000000000000004 /mnt/wal/000000010000000000000004\n",
	 "archive.destination_full"},
	/* Barman's own volume is the business of its disk probe */
	{"rsync -a %p barman@backup1:/var/lib/barman/main/incoming/%f", COUNTERS_BAD,
	 "failing=yes\nA rsync: write failed on \"/var/lib/barman/main/incoming/000000010000000000000004\": No space left on device (28)\nA x LOG:  archive command failed with exit code 11\n"
	 "A x DETAIL:  The failed archive command was: rsync pg_wal/000000010000000000000004 b:000000010000000000000004\n",
	 "archive.failing"},
	{"cp %p /mnt/wal/%f", COUNTERS_BAD,
	 "failing=yes\nA cp: cannot create regular file '/mnt/wal/000000010000000000000004': Permission denied\nA x LOG:  archive command failed with exit code 1\n"
	 "A x DETAIL:  The failed archive command was: cp pg_wal/000000010000000000000004 /mnt/wal/000000010000000000000004\n",
	 "archive.permission"},
	/* ssh works; the far side has no barman in its PATH */
	{NULL, COUNTERS_BAD,
	 "failing=yes\nA bash: line 1: barman: command not found\nA ERROR: Error executing ssh: [Errno 32] Broken pipe\nA x LOG:  archive command failed with exit code 2\n"
	 "A x DETAIL:  The failed archive command was: barman-wal-archive backup1 main pg_wal/000000010000000000000004\n",
	 "archive.not_found"},
	/* no log to be seen, the counters alone */
	{NULL, COUNTERS_BAD, "", "archive.failing"},
};

static void every_failure_has_its_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char host[4000];
		snprintf(host, sizeof host, "%s%s%s", HEAD ONE_WAITS LOG_FILE, rows[i].log, END);
		struct view *v = flow(rows[i].command, rows[i].counters, host);
		assert_says(v, &probe_archive_flow, STATE_FAIL, rows[i].cause);
		view_free(v);
	}
}

/* Exits above 125 are counted nowhere: the counters alone would look good. */
static void an_archiver_that_is_gone_is_a_failure(void **state)
{
	(void)state;
	struct view *v = flow(NULL, COUNTERS_UNMOVED, HEAD ONE_WAITS LOG_FILE END);
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.failing");
	/* just started: it comes within a minute */
	learn(v, "pg.start_ms", "1795251250000");
	assert_says(v, &probe_archive_flow, STATE_OK, "");
	view_free(v);
}

static void a_command_that_hangs_is_seen_by_its_child(void **state)
{
	(void)state;
	struct view *v = flow("sleep 300; test -f %p", COUNTERS_UNMOVED,
			      HEAD "archiver=    646      42 postgres: 15/main: archiver archiving 000000010000000000000004\n"
			      "child=142 sh -c sleep 300; test -f pg_wal/000000010000000000000004\n" ONE_WAITS LOG_FILE END);
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.hung");
	answer_sh(v, &q_db_postgres, HEAD "archiver=    646      42 postgres: 15/main: archiver archiving 000000010000000000000004\n"
			      "child=42 sh -c sleep 300; test -f pg_wal/000000010000000000000004\n" ONE_WAITS LOG_FILE END);
	assert_says(v, &probe_archive_flow, STATE_OK, "");
	view_free(v);
}

static void nothing_ever_archived_needs_a_segment_that_waits(void **state)
{
	(void)state;
	static const char zero[] = "archived_count|0\nfailed_count|0\nlast_archived_wal|\nlast_failed_wal|\nlast_archived_ms|\nlast_failed_ms|\nstats_reset_ms|1795250006038";
	struct view *v = flow(NULL, zero, HEAD "archiver= 61 1116 postgres: 15/main: archiver\n"
			      "ready=2\noldest=1795251100.5\nfirst=000000010000000000000004.ready\ndone=0\n" LOG_FILE END);
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.never_ran");
	answer_sh(v, &q_db_postgres, HEAD "archiver= 61 1116 postgres: 15/main: archiver\nready=0\noldest=\nfirst=\ndone=0\n" LOG_FILE END);
	assert_says(v, &probe_archive_flow, STATE_OK, "");
	view_free(v);
}

/* archive_library that does nothing: the counters are from before, the segments wait since. */
static void an_archiver_that_stands_still_is_told_from_a_slow_one(void **state)
{
	(void)state;
	static const char waits[] = HEAD "archiver= 61 1116 postgres: 15/main: archiver\nready=2\noldest=1795251100.5\nfirst=000000010000000000000004.ready\ndone=3\n"
		LOG_FILE END;
	struct view *v = flow(NULL, COUNTERS_UNMOVED, waits);
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.never_ran");
	/* archived since the oldest that waits was ready: slow, but it goes on */
	answer_sql(v, &q_pg_archiver, COUNTERS_GOOD);
	assert_says(v, &probe_archive_flow, STATE_OK, "");
	view_free(v);
	/* at work on one */
	v = flow(NULL, COUNTERS_UNMOVED, HEAD "archiver= 61 1116 postgres: 15/main: archiver archiving 000000010000000000000004\nchild= 40 sh -c rsync\n"
		 "ready=2\noldest=1795251100.5\nfirst=000000010000000000000004.ready\ndone=3\n" LOG_FILE END);
	assert_says(v, &probe_archive_flow, STATE_OK, "");
	view_free(v);
}

#define SCRIPT_FAILED(code, words)                                                                                    \
	"failing=yes\nA " words "\nA 2026-11-21 08:53:23.882 UTC [282] FATAL:  archive command failed with exit code " code "\n"  \
	"A 2026-11-21 08:53:23.882 UTC [282] DETAIL:  The failed archive command was: /opt/a.sh pg_wal/000000010000000000000004\n"

/* The program is there: what it runs is not, or what it runs is ended. */
static void a_script_fails_in_its_own_ways(void **state)
{
	(void)state;
	static const char *const scripts[][2] = {
		{SCRIPT_FAILED("127", "sh: 1: /opt/a.sh: not found"), "archive.not_found"},
		{SCRIPT_FAILED("153", "Filesize limit exceeded"), "archive.signal"},
		{SCRIPT_FAILED("255", "ssh: connect to host backup1 port 2222: Connection refused"), "archive.ssh"},
		{SCRIPT_FAILED("1", "cp: error writing '/srv/copy/000000010000000000000004': No space left on device"), "archive.destination_full"},
	};
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		struct view *v = flow("/opt/a.sh %p", COUNTERS_UNMOVED, HEAD "archiver=\n" ONE_WAITS LOG_FILE END);
		char *host = malloc(4096);
		snprintf(host, 4096, HEAD ONE_WAITS LOG_FILE "%s" END, scripts[i][0]);
		answer_sh(v, &q_db_program, "found=/opt/a.sh\nend=\n");
		answer_sh(v, &q_db_postgres, host);
		assert_says(v, &probe_archive_flow, STATE_FAIL, scripts[i][1]);
		if (!strcmp(scripts[i][1], "archive.destination_full"))
			assert_string_equal(know(v, "db.log.full_path"), "/srv/copy/000000010000000000000004");
		assert_string_equal(know(v, "archive.advised_command"), "barman-wal-archive backup1 main %p");
		assert_true(know_yes(v, "archive.differs"));
		free(host);
		view_free(v);
	}
}

/* Seen to turn good after the last failure: the archiver's own minute is waited for, and no longer. */
static void after_a_repair_the_next_try_is_waited_for(void **state)
{
	(void)state;
	struct view *v = flow(NULL, COUNTERS_BAD, HEAD FAILED_ON ONE_WAITS LOG_FILE END);
	learn(v, "pg.archiver.last_failed_ms", "1795251299000");
	learn(v, "ssh.to_backup.fault", "none");
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.failing"); /* a single look cannot know */
	learn(v, "ssh.to_backup.fault", "refused");
	view_set_now(v, NOW + 20000);
	learn(v, "ssh.to_backup.fault", "none");
	struct verdict r;
	probe_judge(&probe_archive_flow, v, &r);
	assert_int_equal(r.findings, 0);
	assert_int_equal(r.until, 1795251299000 + 70000);
	verdict_clear(&r);
	view_set_now(v, NOW + 75000);
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.failing");
	view_free(v);
}

/* A single look: the very ssh of the command works now, and no try came since. A warning, and a failure when the archiver's minute is over. */
static void what_works_now_is_a_warning_until_the_next_try(void **state)
{
	(void)state;
	struct view *v = flow(NULL, COUNTERS_BAD, HEAD FAILED_ON ONE_WAITS LOG_FILE "failing=yes\nA barman@backup1: Permission denied (publickey).\n"
			      "A x LOG:  archive command failed with exit code 2\n"
			      "A x DETAIL:  The failed archive command was: barman-wal-archive backup1 main pg_wal/000000010000000000000004\n" END);
	learn(v, "pg.archiver.last_failed_ms", "1795251280000");
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.ssh");
	learn(v, "ssh.to_backup.fault", "key_refused");
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.ssh");
	learn(v, "ssh.to_backup.fault", "none");
	assert_says(v, &probe_archive_flow, STATE_WARN, "archive.ssh");
	view_set_now(v, NOW + 55000);
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.ssh");
	view_free(v);
}

static void the_destination_counts_before_the_first_failure(void **state)
{
	(void)state;
	struct view *v = flow("rsync -a %p barman@backup1:/var/lib/barman/main/incoming/%f", COUNTERS_GOOD, HEAD IDLE LOG_FILE END);
	answer_sh(v, &q_backup_incoming, "state=missing\nnearest=/var/lib/barman/main\nwritable=yes\nmode=drwxr-xr-x barman:barman\nend=\n");
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.destination_missing");
	/* put-wal would make it, where it can */
	learn(v, "pg.settings.archive_command", "barman-wal-archive backup1 main %p");
	learn_archive_command(v);
	assert_says(v, &probe_archive_flow, STATE_OK, "");
	answer_sh(v, &q_backup_incoming, "state=missing\nnearest=/var/lib/barman\nwritable=no\nmode=drwxr-xr-x root:root\nend=\n");
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.destination_missing");
	answer_sh(v, &q_backup_incoming, "state=directory\nnearest=/var/lib/barman/main/incoming\nwritable=no\nmode=drwxr-xr-x root:root\nend=\n");
	assert_says(v, &probe_archive_flow, STATE_FAIL, "archive.permission");
	answer_sh(v, &q_backup_incoming, "state=missing\nwritable=no\n");
	assert_says(v, &probe_archive_flow, STATE_OK, "");
	view_free(v);
}

static void odd_replies_are_unknown(void **state)
{
	(void)state;
	struct view *v = world();
	assert_says(v, &probe_archive_flow, STATE_UNKNOWN, "");
	assert_says(v, &probe_archive_backlog, STATE_UNKNOWN, "");
	answer_sql(v, &q_pg_settings, SETTINGS_HEALTHY);
	static const char *const odd[] = {"archived_count", "archived_count|x", "|||||", "a|b|c\nd|e|f"};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		answer_sql(v, &q_pg_archiver, COUNTERS_GOOD);
		answer_sql(v, &q_pg_archiver, odd[i]);
		assert_says(v, &probe_archive_flow, STATE_UNKNOWN, "");
	}
	static const char *const hosts[] = {"", "end=\n", "cluster=\nend=\n", "cluster=/a\nport=5432\npid=x\nready=-\noldest=x\narchiver=\nchild=\nA \nT \nend=\n",
					    "ready=99\nend=\nclusters=0\n"};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		answer_sh(v, &q_db_postgres, hosts[i]);
		assert_says(v, &probe_archive_backlog, STATE_UNKNOWN, "");
	}
	learn(v, "pg.settings.archive_mode", "off");
	assert_says(v, &probe_archive_flow, STATE_OFF, "");
	view_free(v);
}

static void a_backlog_that_shrinks_is_waited_for(void **state)
{
	(void)state;
	struct view *v = flow(NULL, COUNTERS_GOOD, HEAD "archiver= 61 1116 postgres: 15/main: archiver archiving 000000010000000000000004\n"
			      "ready=40\noldest=1795251100.5\nfirst=000000010000000000000004.ready\ndone=0\n" LOG_FILE END);
	assert_says(v, &probe_archive_backlog, STATE_FAIL, "archive.backlog");
	learn_point(v, "db.archive.ready_count", NOW - 60000, 80);
	assert_says(v, &probe_archive_backlog, STATE_FAIL, "archive.backlog");
	learn_point(v, "db.archive.ready_count", NOW - 30000, 60);
	assert_says(v, &probe_archive_backlog, STATE_WARN, "");
	learn_point(v, "db.archive.ready_count", NOW - 90000, 20);
	assert_says(v, &probe_archive_backlog, STATE_FAIL, "archive.backlog");
	view_free(v);
}

/* The archiver succeeded 83.5 s ago; incoming/ was looked at now. */
static void what_is_archived_must_arrive(void **state)
{
	(void)state;
	static const struct {
		const char *unchanged, *command;
		enum state flow;
		const char *cause, *command_cause;
	} looks[] = {
		{"changed=1795251216\nclock=1795251300\n", "/opt/a.sh %p", STATE_OK, "", ""},
		{"changed=1795251210\nclock=1795251300\n", "/opt/a.sh %p", STATE_OK, "", ""},
		{"changed=1795251100\nclock=1795251300\n", "/opt/a.sh %p", STATE_FAIL, "archive.not_arriving", ""},
		/* each host's own clock: this one is an hour behind, and the segment came */
		{"changed=1795247617\nclock=1795247700\n", "/opt/a.sh %p", STATE_OK, "", ""},
		{"changed=1795247500\nclock=1795247700\n", "/opt/a.sh %p", STATE_FAIL, "archive.not_arriving", ""},
		{"changed=\nclock=1795251300\n", "/opt/a.sh %p", STATE_OK, "", ""},
		{"changed=1795251216\nclock=1795251300\n", "cp -n %p /mnt/b/%f", STATE_OK, "", "archive_command.wrong_directory"},
		{"changed=1795251100\nclock=1795251300\n", "cp -n %p /mnt/b/%f", STATE_FAIL, "archive.not_arriving", "archive_command.wrong_directory"},
	};
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		char reply[300];
		struct view *v = flow(looks[i].command, COUNTERS_GOOD, HEAD IDLE LOG_FILE END);
		snprintf(reply, sizeof reply, "state=directory\nnearest=/var/lib/barman/main/incoming\nwritable=yes\n%smode=drwx------ barman:barman\nend=\n",
			 looks[i].unchanged);
		answer_sh(v, &q_backup_incoming, reply);
		assert_says(v, &probe_archive_flow, looks[i].flow, looks[i].cause);
		if (*looks[i].command_cause)
			assert_says(v, &probe_archive_command, looks[i].flow == STATE_OK ? STATE_WARN : STATE_FAIL, looks[i].command_cause);
		learn(v, "server.archiver", "off");
		assert_false(archiving_is_lost(v));
		view_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quiet_servers_are_green),
		cmocka_unit_test(what_is_archived_must_arrive),
		cmocka_unit_test(every_failure_has_its_cause),
		cmocka_unit_test(an_archiver_that_is_gone_is_a_failure),
		cmocka_unit_test(a_command_that_hangs_is_seen_by_its_child),
		cmocka_unit_test(nothing_ever_archived_needs_a_segment_that_waits),
		cmocka_unit_test(an_archiver_that_stands_still_is_told_from_a_slow_one),
		cmocka_unit_test(a_script_fails_in_its_own_ways),
		cmocka_unit_test(after_a_repair_the_next_try_is_waited_for),
		cmocka_unit_test(what_works_now_is_a_warning_until_the_next_try),
		cmocka_unit_test(the_destination_counts_before_the_first_failure),
		cmocka_unit_test(odd_replies_are_unknown),
		cmocka_unit_test(a_backlog_that_shrinks_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
