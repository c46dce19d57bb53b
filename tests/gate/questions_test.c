/* Watching changes nothing: what every question of the catalogue asks, read as text. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "probes/engine/probe.h"

static const char *const sql_starts[] = {
	"select", "with", "values", "show", "identify_system", "read_replication_slot", "timeline_history", NULL};

/* A name that ends in '*' stands for all that begin so. */
static const char *const sql_denied[] = {
	"insert", "update", "delete", "merge", "truncate", "create*", "alter", "drop", "grant", "revoke", "comment", "set", "reset",
	"copy", "call", "do", "into", "lock", "notify", "listen", "vacuum", "analyze", "reindex", "cluster", "refresh", "checkpoint",
	"load", "begin", "commit", "start_replication", "base_backup", "pg_switch_*", "pg_create_*", "pg_drop_*", "pg_copy_*",
	"pg_terminate_*", "pg_cancel_*", "pg_reload_conf", "pg_rotate_*", "pg_start_backup", "pg_stop_backup", "pg_backup_*",
	"pg_promote", "pg_wal_replay_*", "pg_stat_reset*", "pg_replication_slot_advance", "pg_replication_origin_*",
	"pg_logical_slot_get_*", "pg_logical_emit_message", "pg_advisory_*", "pg_try_advisory_*", "pg_sleep*", "pg_file_write", "pg_file_unlink", "pg_file_rename", "pg_file_sync",
	"pg_export_snapshot", "pg_sync_*", "set_config", "setval", "nextval", "lo_*", "dblink*", "query_to_xml*", NULL};

static const char *const shell_denied[] = {
	"rm", "rmdir", "unlink", "shred", "mv", "cp", "ln", "dd", "install", "touch", "mkdir", "mknod", "mkfifo", "mktemp", "tee",
	"truncate", "fallocate", "chmod", "chown", "chgrp", "setfacl", "chattr", "mount", "umount", "rsync", "scp", "sftp", "tar",
	"wget", "curl", "apt", "apt-get", "dpkg", "yum", "dnf", "service", "invoke-rc.d", "shutdown", "reboot",
	"useradd", "usermod", "userdel", "passwd", "sysctl", "logger", "ssh-copy-id", "ssh-keyscan",
	"ssh-agent", "ssh-add", "initdb", "createdb", "dropdb", "psql", "vacuumdb", "reindexdb", "pg_ctl", "pg_ctlcluster",
	"pg_conftool", "pg_createcluster", "pg_dropcluster", "pg_resetwal", "pg_archivecleanup", "pg_rewind",
	"vi", "ed", "ex", "perl", "pkill", "killall", "nohup", "at", "batch", "eval", "-delete", "-exec", "-execdir", "-ok",
	"-fprint", "-fprintf", "-fls", "--in-place", NULL};

/* Programs that both look and change: what must, or must not, follow. */
static const struct {
	const char *program;
	bool must;
	const char *next[16];
} shell_pairs[] = {
	{"barman", false, {"check", "cron", "backup", "delete", "receive-wal", "switch-*", "archive-wal", "recover", "restore",
			   "keep", "sync-*", "put-wal", "generate-manifest", "verify*", "config-*", NULL}},
	{"pg_basebackup", true, {"--version", NULL}},
	{"ssh-keygen", true, {"-y", "-l", "-lf", "-F", NULL}},
	{"crontab", true, {"-l", NULL}},
	{"systemctl", true, {"list-timers", "show", "cat", "is-active", "is-enabled", NULL}},
	{"chage", true, {"-l", NULL}},
	{"/usr/sbin/sshd", true, {"-T", NULL}},
	{"kill", true, {"-0", "-9", NULL}}, /* -9: its own child, a statfs that hangs */
};

static bool is_in(const char *const *list, const char *word)
{
	for (; *list; list++) {
		size_t n = strlen(*list);
		if ((*list)[n - 1] == '*' ? !strncasecmp(*list, word, n - 1) : !strcasecmp(*list, word))
			return true;
	}
	return false;
}

/* ---- SQL ---- */

static const char *skip_quoted(const char *p)
{
	char quote = *p++;
	while (*p && *p != quote)
		p++;
	return *p ? p + 1 : p;
}

/* Why it is not one statement that only reads, or NULL. */
static const char *sql_fault(const char *sql)
{
	static char why[120];
	int words = 0;
	for (const char *p = sql; *p;) {
		char word[64];
		size_t n = 0;
		if (*p == '\'' || *p == '"') {
			p = skip_quoted(p);
		} else if (*p == ';' && p[1 + strspn(p + 1, " \t\n;")]) {
			return "more than one statement";
		} else if (!isalnum((unsigned char)*p) && *p != '_') {
			p++;
		} else {
			for (; isalnum((unsigned char)*p) || *p == '_'; p++)
				if (n + 1 < sizeof word)
					word[n++] = *p;
			word[n] = 0;
			snprintf(why, sizeof why, "\"%s\"", word);
			if (is_in(sql_denied, word) || (!words++ && !is_in(sql_starts, word)))
				return why;
		}
	}
	return words ? NULL : "no statement";
}

/* ---- shell ---- */

struct scan {
	const char *p;
	bool doubly;     /* within double quotes: what stands there is read as code as well, for $(…) is */
	char word[200], before[200];
};

static bool is_of_word(char c)
{
	return c && !strchr(" \t\n;|&(){}<>\"'`$", c);
}

static void take_word(struct scan *s)
{
	size_t n = 0;
	memcpy(s->before, s->word, sizeof s->word);
	for (; is_of_word(*s->p); s->p++)
		if (n + 1 < sizeof s->word)
			s->word[n++] = *s->p;
	s->word[n] = 0;
}

static bool redirects_to_a_file(const char *p)
{
	if (p[1] == '&')
		return !(isdigit((unsigned char)p[2]) || p[2] == '-');
	p += 1 + strspn(p + 1, " ");
	return strncmp(p, "/dev/null", 9) || is_of_word(p[9]);
}

static bool is_denied(const struct scan *s)
{
	if (!strcmp(s->before, "-v") || !strcmp(s->before, "-x") || !strcmp(s->before, "getent"))
		return false; /* command -v X, pgrep -x X, getent passwd */
	if (is_in(shell_denied, s->word) || (!strcmp(s->before, "sed") && !strncmp(s->word, "-i", 2)))
		return true;
	for (size_t i = 0; i < sizeof shell_pairs / sizeof *shell_pairs; i++)
		if (!strcmp(s->before, shell_pairs[i].program) && is_in(shell_pairs[i].next, s->word) != shell_pairs[i].must)
			return true;
	return false;
}

/* Why the script changes something, or NULL. Single-quoted text (awk, sed and printf) is no shell code. */
static const char *shell_fault(const char *text)
{
	static char why[500];
	struct scan s = {.p = text};
	while (*s.p) {
		if (*s.p == '\\' && s.p[1]) {
			s.p += 2;
		} else if (*s.p == '$') {
			s.p += 1 + (s.p[1] == '{');
			while (isalnum((unsigned char)*s.p) || *s.p == '_')
				s.p++;
		} else if (*s.p == '"') {
			s.doubly = !s.doubly;
			s.p++;
		} else if (*s.p == '\'' && !s.doubly) {
			const char *end = strchr(s.p + 1, '\'');
			if (!end)
				return "a quote that does not end";
			s.p = end + 1;
		} else if (*s.p == '>' && redirects_to_a_file(s.p)) {
			snprintf(why, sizeof why, "a redirection: %.60s", s.p);
			return why;
		} else if (is_of_word(*s.p)) {
			take_word(&s);
			snprintf(why, sizeof why, "\"%s %s\"", s.before, s.word);
			if (is_denied(&s))
				return why;
		} else {
			s.p++;
		}
	}
	return s.doubly ? "a double quote that does not end" : NULL;
}

/* ---- the catalogue ---- */

static void check_question(const struct question *q, int *ret_checked)
{
	const char *why = q->text ? (q->how == HOW_SQL ? sql_fault(q->text) : shell_fault(q->text)) : NULL;
	for (const struct sql_row *row = q->sql; row && !why; row++) {
		why = sql_fault(row->text);
		if (!row->min_version)
			break;
	}
	/* The one exception: asked last, not at all by a sweep, and only when nothing of what it would change is there to change. */
	if (q->text && strstr(q->text, "barman") && strstr(q->text, " check ") && (!(q->flags & Q_SLOW) || !q->only_if || !strstr(q->text, "skip=")))
		why = "barman check without its guards";
	if (why)
		fail_msg("question %s: %s", q->id, why);
	*ret_checked += q->text || q->sql;
}

static void questions_change_nothing(void **state)
{
	int checked = 0;
	(void)state;
	for (int i = 0; catalogue[i]; i++)
		for (int j = 0; j < 8 && catalogue[i]->asks[j]; j++)
			check_question(catalogue[i]->asks[j], &checked);
	assert_true(checked > 20);
}

static void changing_sql_is_seen(void **state)
{
	(void)state;
	assert_null(sql_fault("SELECT pg_current_wal_lsn(), 'drop; delete' FROM pg_stat_replication;"));
	assert_null(sql_fault("IDENTIFY_SYSTEM"));
	assert_non_null(sql_fault("SELECT pg_switch_wal()"));
	assert_non_null(sql_fault("SELECT 1; DROP TABLE t"));
	assert_non_null(sql_fault("WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x"));
	assert_non_null(sql_fault("CHECKPOINT"));
	assert_non_null(sql_fault(""));
}

static void changing_shell_is_seen(void **state)
{
	(void)state;
	assert_null(shell_fault("n=$(stat -c %s \"$f\" 2>/dev/null) && echo 'rm > x' >&2; command -v pg_ctlcluster >/dev/null"));
	assert_null(shell_fault("ssh-keygen -lf \"$f\" | awk '{ print $1 > 2 }'"));
	assert_non_null(shell_fault("echo x > /etc/barman.conf"));
	assert_non_null(shell_fault("echo x >>$f"));
	assert_non_null(shell_fault("echo $x; rm $x"));
	assert_non_null(shell_fault("echo \"$(rm -rf /tmp/x)\""));
	assert_non_null(shell_fault("if true; then touch /dev/null; fi"));
	assert_non_null(shell_fault("sed -i s/a/b/ f"));
	assert_non_null(shell_fault("find . -name x -delete"));
	assert_non_null(shell_fault("barman cron"));
	assert_non_null(shell_fault("barman check main"));
	assert_non_null(shell_fault("ssh-keygen -R host"));
	assert_non_null(shell_fault("echo 'not ended"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_change_nothing),
		cmocka_unit_test(changing_sql_is_seen),
		cmocka_unit_test(changing_shell_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
