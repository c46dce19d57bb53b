/* PostgreSQL's configuration files, as the server would read them now: as a superuser over SQL, or by `postgres -C`
 * while the server is down. And the probe that says whether the next start would work. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/postgres/conninfo.h"
#include "probes/catalogue/postgres/postgres.h"

/* kind, name, value, where, error. pg_file_settings has the rows in the order they are read: the last one wins.
 * "setting could not be applied" on a setting of context postmaster only means that a restart is needed, when the
 * value itself is valid; an invalid value there is told apart by its type (guc-file.c, PostgreSQL 15). */
static const char files_sql[] =
	"SELECT 'setting', f.name, f.setting, f.sourcefile || ':' || f.sourceline,"
	" CASE WHEN f.error = 'setting could not be applied' AND s.context = 'postmaster' AND CASE s.vartype"
	" WHEN 'enum' THEN lower(f.setting) = ANY (s.enumvals) OR lower(f.setting) IN ('true','false','yes','no','1','0')"
	" WHEN 'bool' THEN lower(f.setting) IN ('on','off','true','false','yes','no','1','0','t','f','y','n')"
	" WHEN 'integer' THEN f.setting ~ '^-?[0-9]+ ?(B|kB|MB|GB|TB|us|ms|s|min|h|d)?$'"
	" ELSE true END THEN NULL ELSE f.error END"
	" FROM pg_catalog.pg_file_settings f LEFT JOIN pg_catalog.pg_settings s USING (name)"
	" WHERE f.error IS NOT NULL OR f.name IN ('archive_mode','archive_command','archive_library','wal_level',"
	"'archive_timeout','max_wal_senders','max_slot_wal_keep_size','statement_timeout')"
	" UNION ALL SELECT 'hba', NULL, NULL, current_setting('hba_file') || ':' || line_number, error"
	" FROM pg_catalog.pg_hba_file_rules WHERE error IS NOT NULL"
	" UNION ALL SELECT 'role', r.rolname, concat_ws(' ', CASE WHEN r.rolcanlogin THEN 'login' END,"
	" CASE WHEN r.rolreplication THEN 'replication' END, CASE WHEN r.rolsuper THEN 'super' END,"
	" CASE WHEN r.rolpassword IS NOT NULL THEN 'password' END,"
	" CASE WHEN r.rolvaliduntil < now() THEN 'expired' END), NULL, NULL FROM (SELECT * FROM pg_catalog.pg_authid"
	" WHERE rolcanlogin OR rolreplication ORDER BY oid DESC LIMIT 100) r"
	" UNION ALL SELECT 'seen', NULL, NULL, NULL, NULL";

/* A later line of the same setting with another value hides this one. */
static void learn_file_row(struct view *v, const struct reply *r, int i)
{
	char fact[160];
	const char *name = reply_cell(r, i, 1), *value = reply_cell(r, i, 2), *where = reply_cell(r, i, 3), *error = reply_cell(r, i, 4);
	if (error && !know(v, "pg.file_error"))
		learn_f(v, "pg.file_error", "%s: %s%s%s", where ? where : "?", name ? name : "", name ? ": " : "", error);
	if (!name || !value || strlen(name) > 64)
		return;
	snprintf(fact, sizeof fact, "pg.file.%s", name);
	const char *before = know(v, fact);
	if (before && strcmp(before, value)) {
		char source[160], shadowed[160];
		snprintf(source, sizeof source, "pg.file_source.%s", name);
		snprintf(shadowed, sizeof shadowed, "pg.file_shadowed.%s", name);
		learn_f(v, shadowed, "%s %s", know(v, source) ? know(v, source) : "?", before);
	}
	learn(v, fact, value);
	snprintf(fact, sizeof fact, "pg.file_source.%s", name);
	learn(v, fact, where);
	if (!strcmp(name, "archive_mode"))
		learn_yes_no(v, "pg.archive_mode_in_auto_conf", where && strstr(where, "postgresql.auto.conf:"));
}

static void forget_files(struct view *v)
{
	static const char *const lists[] = {"pg.file.", "pg.file_source.", "pg.file_shadowed."};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		forget_all(v, lists[i]);
	learn(v, "pg.file_error", NULL);
	learn(v, "pg.hba_error", NULL);
}

static void read_files(const struct reply *r, struct view *v)
{
	bool complete = sql_rows(r, 5) && reply_cell(r, r->rows - 1, 0) && !strcmp(reply_cell(r, r->rows - 1, 0), "seen");
	learn(v, "pg.files_seen", complete ? "yes" : NULL);
	if (!complete)
		return;
	forget_files(v);
	forget_all(v, "pg.role.");
	for (int i = 0; i < r->rows; i++) {
		const char *kind = reply_cell(r, i, 0), *name = reply_cell(r, i, 1), *error = reply_cell(r, i, 4);
		char fact[160];
		if (kind && !strcmp(kind, "setting")) {
			learn_file_row(v, r, i);
		} else if (kind && !strcmp(kind, "hba") && error && !know(v, "pg.hba_error")) {
			learn_f(v, "pg.hba_error", "%s: %s", reply_cell(r, i, 3) ? reply_cell(r, i, 3) : "pg_hba.conf", error);
		} else if (kind && !strcmp(kind, "role") && name && strlen(name) < 64) {
			snprintf(fact, sizeof fact, "pg.role.%s", name);
			learn(v, fact, reply_cell(r, i, 2) ? reply_cell(r, i, 2) : "");
		}
	}
	learn_file_place(v, "pg.file_error", know(v, "pg.file_error"));
	learn_file_place(v, "pg.hba_error", know(v, "pg.hba_error"));
	learn_archive_command(v);
}

const struct question q_dbsql_files = {
	.id = "dbsql.files",
	.how = HOW_SQL,
	.at = "dbsql",
	.as = "postgres",
	.text = files_sql,
	.read = read_files,
};

/* postgres -C reads the files and starts nothing (postmaster.c). One run a setting, the first one shows the errors. */
static const char conf_sh[] =
	"export LC_ALL=C; d={db.pg_data}; c={db.pg_config}; b=\n"
	"v=$(cat \"$d/PG_VERSION\") || exit 0\n"
	"for p in /usr/lib/postgresql/$v/bin /usr/pgsql-$v/bin /usr/bin /usr/local/pgsql/bin; do [ -x $p/postgres ] && { b=$p/postgres; break; }; done\n"
	"[ -n \"$b\" ] || exit 0\n"
	"cd \"$d\" && e=$($b -D \"$d\" -c config_file=\"$c\" -C archive_mode 2>&1 >/dev/null); s=$?\n"
	"echo \"status=$s\"\n"
	"[ $s = 0 ] || [ -z \"$e\" ] || printf '%s\\n' \"$e\" | cut -c1-400 | sed 's/^/E /'\n"
	"[ $s = 0 ] && for k in archive_mode archive_command wal_level; do echo \"$k=$($b -D \"$d\" -c config_file=\"$c\" -C $k 2>/dev/null)\"; done\n"
	"echo end=\n";

static void learn_errors(struct view *v, char *text)
{
	char *line;
	while ((line = text_line(&text))) {
		const char *before = know(v, "pg.file_error");
		if (text_starts(line, "E "))
			learn_f(v, "pg.file_error", "%s%s%s", before ? before : "", before ? "\n" : "", line + 2);
	}
}

static void read_conf(const struct reply *r, struct view *v)
{
	static const char *const names[] = {"archive_mode", "archive_command", "wal_level"};
	char buf[2048], fact[64];
	char *text = reply_copy(r);
	bool complete = r->outcome == REPLY_DONE && text_value(text, "end", buf, sizeof buf);
	const char *status = complete ? text_value(text, "status", buf, sizeof buf) : NULL;
	bool good = status && !strcmp(status, "0");
	/* Ended without a word (killed for lack of memory), it has said nothing of the files. */
	bool told = good || (status && (strstr(text, "\nE ") || text_starts(text, "E ")));
	learn(v, "pg.files_seen", told ? "yes" : NULL);
	if (told) {
		forget_files(v);
		if (!good)
			learn_errors(v, text);
		for (size_t i = 0; good && i < sizeof names / sizeof *names; i++) {
			snprintf(fact, sizeof fact, "pg.file.%s", names[i]);
			learn(v, fact, text_value(text, names[i], buf, sizeof buf));
		}
		learn_file_place(v, "pg.file_error", know(v, "pg.file_error"));
		learn_archive_command(v);
	}
	free(text);
}

const struct question q_db_conf = {
	.id = "db.conf",
	.how = HOW_SH,
	.at = "db",
	.as = "postgres",
	.text = conf_sh,
	.only_if = "pg.up=no",
	.read = read_conf,
};

const char *file_value(const struct view *v, const char *name)
{
	char fact[100];
	snprintf(fact, sizeof fact, "pg.file.%s", name);
	return know(v, fact);
}

/* What the log says of a start that failed, when it is about the files. */
static const char *start_failure_of(const struct view *v, const char *const *words, size_t n)
{
	const char *failure = know_is(v, "pg.up", "no") ? know(v, "db.log.start_failure") : NULL;
	for (size_t i = 0; failure && i < n; i++)
		if (strstr(failure, words[i]))
			return failure;
	return NULL;
}

static void judge_config_file(const struct view *v, struct verdict *ret)
{
	static const char *const conf[] = {"contains errors", "invalid value for parameter", "unrecognized configuration parameter",
					   "syntax error in file", "could not open configuration", "cannot be enabled when"};
	static const char *const hba[] = {"could not load ", "pg_hba.conf"};
	bool down = know_is(v, "pg.up", "no");
	const char *error = know(v, "pg.file_error"), *bad_hba = know(v, "pg.hba_error");
	/* The log tells of the last start; a file that was read or changed since tells more. */
	if (!error && !know_yes(v, "pg.files_seen"))
		error = start_failure_of(v, conf, sizeof conf / sizeof *conf);
	if (!bad_hba && !know_yes(v, "db.pg_hba_changed"))
		bad_hba = start_failure_of(v, hba, sizeof hba / sizeof *hba);
	if (error) {
		verdict_cause(ret, RANK_FAIL, "config_file.error", down ? "PostgreSQL cannot start: its configuration file has an error"
			      : "the configuration file has an error: a reload is ignored and the next restart will not start");
		verdict_evidence(ret, "%s", error);
	}
	if (bad_hba) {
		verdict_cause(ret, RANK_FAIL, "config_file.hba_error", down ? "PostgreSQL cannot start: pg_hba.conf has a bad line"
			      : "pg_hba.conf has a bad line: the old rules stay and the next restart will not start");
		verdict_evidence(ret, "%s", bad_hba);
	}
	if (error || bad_hba)
		return;
	if (know_yes(v, "pg.files_seen"))
		verdict_ok(ret, "the configuration files can be loaded");
	else
		verdict_unseen(ret, v, down ? &q_db_conf : &q_dbsql_files);
}

const struct probe probe_pg_config_file = {
	.id = "pg.config_file",
	.title = "configuration files",
	.about = "What the server would find if it read its files now: pg_file_settings and pg_hba_file_rules need a superuser, "
		 "so they are asked as postgres on the database host. While the server is down, `postgres -C` and the log tell.",
	.stage = STAGE_PG,
	.asks = {&q_dbsql_files, &q_db_conf, &q_db_postgres},
	.causes = {"config_file.error", "config_file.hba_error"},
	.off = passive_off,
	.judge = judge_config_file,
};
