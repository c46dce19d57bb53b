/* archive.flow: does the archiver get rid of finished segments. The counters do not count exits above 125 (they end the
 * archiver, PostgreSQL 15 pgarch.c), so waiting segments, the log and the processes are looked at as well. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/command/lint.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/archiver.h"
#include "probes/catalogue/postgres/command.h"
#include "probes/catalogue/postgres/postgres.h"
#include "probes/engine/model.h"

/* An archiver that exits above 125 comes back within a minute; a slow link takes long for 16 MB. */
enum { ARCHIVER_RETURNS_MS = 70 * 1000, HUNG_S = 120, NEVER_RAN_MS = 120 * 1000, TURNED_MS = 5000, ARRIVES_MS = 10 * 1000 };

double archived_at(const struct view *v)
{
	double age = know_num(v, "pg.time_ms") - know_num(v, "pg.archiver.last_archived_ms");
	return (double)view_now(v) - (double)know_age_ms(v, "pg.time_ms") - age;
}

static double looked_at(const struct view *v)
{
	return (double)view_now(v) - (double)know_age_ms(v, "incoming.unchanged_s");
}

/* Every way into incoming/ makes a name there, and so sets the directory's time: one that was not touched since the last segment
 * counted as archived has not got it. Ages by each host's own clock, so that a wrong clock proves nothing. */
static bool came_later(const struct view *v)
{
	double arrived = looked_at(v) - know_num(v, "incoming.unchanged_s") * 1000;
	return archived_at(v) - arrived > ARRIVES_MS;
}

/* A look before the last segment was archived says nothing about it: what was known before stands. */
void learn_arrival(struct view *v)
{
	if (isnan(archived_at(v)) || isnan(know_num(v, "incoming.unchanged_s")))
		learn(v, "archive.arrives", NULL);
	else if (!came_later(v))
		learn(v, "archive.arrives", "yes");
	else if (looked_at(v) - archived_at(v) > ANSWER_MS)
		learn(v, "archive.arrives", "no");
	else if (!know(v, "archive.arrives"))
		learn(v, "archive.arrives", "soon");
}

static bool expects_arrival(const struct view *v)
{
	return pushes(v) && know(v, "server.archiver") && archiving_on(v);
}

bool archiving_is_lost(const struct view *v)
{
	return expects_arrival(v) && know_is(v, "archive.arrives", "no");
}

static void read_archiver(const struct reply *r, struct view *v)
{
	forget_all(v, "pg.archiver.");
	learn_rows(v, r, "pg.archiver");
	learn_arrival(v);
}

#define MS(column) "floor(extract(epoch FROM " column ") * 1000)::bigint::text"

const struct question q_pg_archiver = {
	.id = "pg.archiver",
	.how = HOW_SQL,
	.at = "pg",
	.text = "SELECT k.name, k.value FROM pg_catalog.pg_stat_archiver a, LATERAL (VALUES"
		" ('archived_count', a.archived_count::text), ('failed_count', a.failed_count::text),"
		" ('last_archived_wal', a.last_archived_wal), ('last_failed_wal', a.last_failed_wal),"
		" ('last_archived_ms', " MS("a.last_archived_time") "), ('last_failed_ms', " MS("a.last_failed_time") "),"
		" ('stats_reset_ms', " MS("a.stats_reset") ")) AS k(name, value)"
		" UNION ALL SELECT 'pid', pid::text FROM pg_catalog.pg_stat_activity WHERE backend_type = 'archiver'"
		" UNION ALL SELECT 'wait_event', wait_event FROM pg_catalog.pg_stat_activity WHERE backend_type = 'archiver'",
	.read = read_archiver,
};

static void read_ready(const struct reply *r, struct view *v)
{
	forget_all(v, "pg.ready.");
	learn_rows(v, r, "pg.ready");
}

static const struct sql_row ready_sql[] = {
	{120000, "SELECT 'count', count(*)::text FROM pg_catalog.pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"
		 " UNION ALL SELECT 'oldest_ms', " MS("min(modification)") " FROM pg_catalog.pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"},
	{0, "SELECT 'count', NULL::text"},
};

const struct question q_pg_ready = {
	.id = "pg.ready",
	.how = HOW_SQL,
	.at = "pg",
	.sql = ready_sql,
	/* without the right to it the server would log an error each time */
	.only_if = "privilege.pg_monitor=yes",
	.read = read_ready,
};

double ready_count(const struct view *v)
{
	double n = know_num(v, "db.archive.ready_count");
	return isnan(n) ? know_num(v, "pg.ready.count") : n;
}

double oldest_ready_age_ms(const struct view *v)
{
	double at = know_num(v, "db.archive.oldest_ready_ms");
	if (isnan(at))
		at = know_num(v, "pg.ready.oldest_ms");
	return isnan(at) ? NAN : (double)view_now(v) - at;
}

/* Since the server's start, by its own clock. */
static double uptime_ms(const struct view *v)
{
	return know_num(v, "pg.time_ms") - know_num(v, "pg.start_ms");
}

static bool counters_fail(const struct view *v)
{
	double failed = know_num(v, "pg.archiver.last_failed_ms"), archived = know_num(v, "pg.archiver.last_archived_ms");
	return !isnan(failed) && (isnan(archived) || failed > archived);
}

/* Nobody is there to archive what waits: an exit above 125 ends the archiver. */
static bool archiver_gone(const struct view *v)
{
	return know_yes(v, "db.archiver.seen") && !know(v, "db.archiver.pid") && oldest_ready_age_ms(v) > 0 &&
	       uptime_ms(v) > ARCHIVER_RETURNS_MS;
}

bool archiving_fails(const struct view *v)
{
	if (!archiving_on(v) || ready_count(v) == 0)
		return false;
	return counters_fail(v) || know_yes(v, "db.log.archive_failing") || archiver_gone(v);
}

/* After three failures PostgreSQL waits for a minute, or for the next finished segment (pgarch.c, PGARCH_AUTOWAKE_INTERVAL). */
static double tries_again_ms(const struct view *v)
{
	double failed = know_num(v, "pg.archiver.last_failed_ms");
	return ARCHIVER_RETURNS_MS - ((double)view_now(v) - failed);
}

/* What the last try failed of has turned good while we watched, and no try came after that. A single look cannot know. */
static bool repaired_since(const struct view *v)
{
	static const char *const way[][2] = {{"ssh.to_backup.fault", "none"}, {"incoming.writable", "yes"}};
	double failed = know_num(v, "pg.archiver.last_failed_ms"), now = (double)view_now(v);
	double watched = (double)know_since_ms(v, "db.archiver.seen");
	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		double since = (double)know_since_ms(v, way[i][0]);
		bool turned = know_is(v, way[i][0], way[i][1]) && since >= 0 && watched - since > TURNED_MS;
		if (turned && counters_fail(v) && now - since > failed && tries_again_ms(v) > 0)
			return true;
	}
	return false;
}

bool archiving_hangs(const struct view *v)
{
	double child = know_num(v, "db.archiver.child_age_s");
	if (child >= HUNG_S)
		return true;
	return isnan(child) && know_is(v, "pg.archiver.wait_event", "ArchiveCommand") && oldest_ready_age_ms(v) > HUNG_S * 1000.0 &&
	       !know(v, "db.archiver.seen") && know_age_ms(v, "pg.archiver.last_archived_ms") >= 0 &&
	       (double)view_now(v) - know_num(v, "pg.archiver.last_archived_ms") > HUNG_S * 1000.0;
}

/* ---- which failure it is ---- */

struct failure {
	const struct view *view;
	struct lint lint;
	int status;          /* -1: not known */
	const char *words;   /* from the log, "" if not seen */
	bool said;           /* the command itself wrote something */
	bool to_barman;      /* it ends in Barman's own directory */
};

struct word_rule {
	const char *words;
	const char *cause;
};

/* The first one that occurs decides; causes of the connection go before those of the far side. */
static const struct word_rule word_rules[] = {
	{"barman: not found", "archive.not_found"},
	{"barman: command not found", "archive.not_found"},
	{"Missing checksum for file", "archive.version_skew"},
	{"already existing file", "archive.already_exists"},
	{"File exists", "archive.already_exists"},
	{"No space left on device", "archive.destination_full"},
	{"Disk quota exceeded", "archive.destination_full"},
	{"Permission denied (publickey", "archive.ssh"},
	{"Host key verification failed", "archive.ssh"},
	{"Could not resolve hostname", "archive.ssh"},
	{"Connection problem with ssh", "archive.ssh"},
	{"Connection refused", "archive.ssh"},
	{"Connection timed out", "archive.ssh"},
	{"Connection closed by", "archive.ssh"},
	{"No route to host", "archive.ssh"},
	{"Permission denied", "archive.permission"},
};

static const char *cause_of_words(const struct failure *f)
{
	for (size_t i = 0; i < sizeof word_rules / sizeof *word_rules; i++) {
		if (!strstr(f->words, word_rules[i].words))
			continue;
		/* Barman's own volume has probes of its own, which explain archive.failing */
		if (f->to_barman && !strcmp(word_rules[i].cause, "archive.destination_full"))
			return "archive.failing";
		return word_rules[i].cause;
	}
	if (strstr(f->words, "No such file or directory") && f->lint.directory && strstr(f->words, f->lint.directory))
		return "archive.destination_missing";
	return NULL;
}

static const char *cause_of_program(const struct failure *f)
{
	const struct view *v = f->view;
	const char *asked = know(v, "archive.program_asked");
	bool found = asked && know_is(v, "archive.program", asked) && know(v, "archive.program_path");
	bool looked = asked && know_is(v, "archive.program", asked);
	if (looked && !found)
		return know(v, "archive.program_closed") ? "archive.not_executable" : "archive.not_found";
	/* A script that is there ends so for its interpreter, or for a program inside; over ssh for one of the far side. */
	if (f->status == 127)
		return "archive.not_found";
	return f->status == 126 && !f->lint.host ? "archive.not_executable" : NULL;
}

static const char *cause_of(const struct failure *f)
{
	const char *cause = cause_of_program(f);
	if (cause)
		return cause;
	if (f->status > 128 && f->status <= 128 + 64)
		return "archive.signal";
	cause = cause_of_words(f);
	if (cause)
		return cause;
	if (f->status == 255)
		return "archive.ssh";
	for (int i = 0; i < f->lint.findings; i++)
		if (!strcmp(f->lint.finding[i].cause, "archive_command.not_idempotent") && f->status == 1 && !f->said)
			return "archive.already_exists";
	return "archive.failing";
}

static void failure_of(const struct view *v, struct arena *a, struct failure *ret)
{
	const char *command = archive_command(v), *incoming = know(v, "server.incoming_wals_directory");
	*ret = (struct failure){.view = v, .status = -1, .words = ""};
	if (command)
		lint_archive_command(a, v, command, &ret->lint);
	ret->to_barman = know_is(v, "archive.kind", "barman-wal-archive") ||
			 (ret->lint.directory && incoming && !strcmp(ret->lint.directory, incoming));
	/* The log's last failure counts only if it is this one. */
	const char *wal = know(v, "db.log.archive_wal"), *failed = know(v, "pg.archiver.last_failed_wal");
	if (!know_yes(v, "db.log.archive_failing") && !(wal && failed && counters_fail(v) && !strcmp(wal, failed)))
		return;
	double status = know_num(v, "db.log.archive_status");
	ret->status = status >= 0 && status < 65536 ? (int)status : -1;
	ret->words = know(v, "db.log.archive_words") ? know(v, "db.log.archive_words") : "";
	ret->said = *ret->words && !text_starts(ret->words, "LOG:") && !text_starts(ret->words, "FATAL:");
}

static const struct {
	const char *cause, *say;
} sayings[] = {
	{"archive.not_found", "the program of archive_command, or one that it runs, is not found"},
	{"archive.not_executable", "the program of archive_command may not be executed"},
	{"archive.destination_missing", "the directory that archive_command writes to is missing"},
	{"archive.permission", "archive_command may not write where it should"},
	{"archive.destination_full", "the volume that archive_command writes to is full"},
	{"archive.ssh", "the ssh of archive_command fails"},
	{"archive.signal", "archive_command is killed"},
	{"archive.version_skew", "barman-cli on the database host is newer than Barman: what it sends is refused"},
	{"archive.already_exists", "archive_command refuses a segment that exists already, and will do so for ever"},
};

static void add_counts(const struct view *v, struct verdict *ret)
{
	const char *wal = know(v, "pg.archiver.last_failed_wal");
	double waiting = ready_count(v), failed = know_num(v, "pg.archiver.failed_count");
	if (!isnan(failed))
		verdict_evidence(ret, "pg_stat_archiver: failed_count %.0f%s%s", failed, wal ? ", last_failed_wal " : "", wal ? wal : "");
	if (!isnan(waiting))
		verdict_evidence(ret, "%.0f segment(s) wait to be archived", waiting);
	if (archiver_gone(v))
		verdict_evidence(ret, "there is no archiver process: its command ended above 125, which is counted nowhere");
}

/* The last try failed for something that works now, asked by the very words of the command; the next try tells. A command that gets
 * another environment than the proof would fail on, so this is a warning and no all-clear. */
static bool works_now(const struct view *v, const char *cause, const struct failure *f)
{
	bool ssh = !strcmp(cause, "archive.ssh") || (f->to_barman && strstr(f->words, "Connection problem with ssh"));
	bool write = f->to_barman && (!strcmp(cause, "archive.permission") || !strcmp(cause, "archive.destination_missing"));
	bool proven = (ssh && know_is(v, "ssh.to_backup.fault", "none")) || (write && know_yes(v, "incoming.writable") && know_is(v, "incoming.state", "directory"));
	return proven && counters_fail(v) && tries_again_ms(v) > 0;
}

static void say_works_now(const struct view *v, struct verdict *ret, const char *cause)
{
	bool ssh = strcmp(cause, "archive.permission") && strcmp(cause, "archive.destination_missing");
	double ago = ((double)view_now(v) - know_num(v, "pg.archiver.last_failed_ms")) / 1000;
	verdict_cause(ret, RANK_WARN, cause, "archive_command failed %s ago, and %s now: the archiver has not tried again yet, which takes up to a minute",
		      flow_duration(fmax(ago, 0)), ssh ? "its ssh works" : "Barman's directory can be written");
}

static void judge_failing(const struct view *v, struct verdict *ret)
{
	struct arena *a = arena_new();
	struct failure f;
	failure_of(v, a, &f);
	const char *cause = cause_of(&f), *say = NULL, *also = streams(v) ? " (Barman also streams this server's WAL)" : "";
	for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++)
		if (!strcmp(sayings[i].cause, cause))
			say = sayings[i].say;
	if (works_now(v, cause, &f))
		say_works_now(v, ret, cause);
	else if (!strcmp(cause, "archive.not_found") && know_yes(v, "db.log.archive_far"))
		verdict_cause(ret, RANK_FAIL, cause, "the Barman host does not find 'barman' in the PATH that its sshd gives to commands%s", also);
	else if (say)
		verdict_cause(ret, RANK_FAIL, cause, "%s%s", say, also);
	else if (f.status >= 0)
		verdict_cause(ret, RANK_FAIL, cause, "archive_command fails with exit code %d%s", f.status, also);
	else
		verdict_cause(ret, RANK_FAIL, cause,
			      "archive_command fails; why (program, ssh, directory, space) can only be seen in the log on the database host%s", also);
	if (*f.words)
		verdict_evidence(ret, "%s", f.words);
	add_counts(v, ret);
	arena_free(a);
}

/* The directory on Barman's side counts before the first failure too. True when it was found bad. */
static bool judge_destination(const struct view *v, struct verdict *ret)
{
	const char *state = know(v, "incoming.state"), *directory = know(v, "server.incoming_wals_directory");
	const char *target = know(v, "archive.target_directory"), *nearest = know(v, "incoming.nearest");
	bool barman = know_is(v, "archive.kind", "barman-wal-archive");
	bool same = target && directory && !strcmp(target, directory);
	if (!pushes(v) || !state || !directory || (!barman && !same))
		return false;
	bool there = !strcmp(state, "directory"), writable = know_yes(v, "incoming.writable");
	if (there && writable)
		return false;
	if (!there && barman && writable)
		return false;
	if (there)
		verdict_cause(ret, RANK_FAIL, "archive.permission", "Barman's user may not write into '%s', where WAL arrives", directory);
	else
		verdict_cause(ret, RANK_FAIL, "archive.destination_missing", "the directory where WAL arrives is missing: '%s'%s", directory,
			      strcmp(state, "dangling") ? "" : " (a link to nothing)");
	verdict_evidence(ret, "%s: %s\n%s %s", directory, state, know(v, "incoming.mode") ? know(v, "incoming.mode") : "",
			 nearest ? nearest : "");
	return true;
}

/* Nothing archived since a segment began to wait long ago, nothing failed, and no command runs. */
static bool never_ran(const struct view *v)
{
	double waited = oldest_ready_age_ms(v), archived = know_num(v, "pg.archiver.last_archived_ms");
	double idle = isnan(archived) ? waited : (double)view_now(v) - archived;
	return !isnan(know_num(v, "pg.archiver.archived_count")) && isnan(know_num(v, "db.archiver.child_age_s")) &&
	       waited > NEVER_RAN_MS && idle >= waited && uptime_ms(v) > NEVER_RAN_MS;
}

static void say_never_ran(const struct view *v, struct verdict *ret)
{
	const char *library = setting(v, "archive_library");
	struct str age = {0};
	text_duration(&age, oldest_ready_age_ms(v) / 1000);
	verdict_cause(ret, RANK_FAIL, "archive.never_ran", "segments have waited for %s, nothing is archived and nothing fails%s%s", age.s,
		      library && *library ? ": archive_library does nothing with them, " : "", library ? library : "");
	add_counts(v, ret);
	str_free(&age);
}

static void judge_hung(const struct view *v, struct verdict *ret)
{
	struct str age = {0};
	double seconds = know_num(v, "db.archiver.child_age_s");
	text_duration(&age, isnan(seconds) ? oldest_ready_age_ms(v) / 1000 : seconds);
	verdict_cause(ret, RANK_FAIL, "archive.hung", "archive_command has run for %s and neither fails nor ends", age.s);
	if (know(v, "db.archiver.title"))
		verdict_evidence(ret, "%s", know(v, "db.archiver.title"));
	if (know(v, "db.archiver.child"))
		verdict_evidence(ret, "its child: %s", know(v, "db.archiver.child"));
	add_counts(v, ret);
	str_free(&age);
}

static void judge_good(const struct view *v, struct verdict *ret)
{
	struct str age = {0};
	double archived = know_num(v, "pg.archiver.last_archived_ms"), now = know_num(v, "pg.time_ms");
	const char *wal = know(v, "pg.archiver.last_archived_wal");
	if (wal && !isnan(archived) && !isnan(now)) {
		text_duration(&age, (now - archived) / 1000);
		verdict_ok(ret, "archived %s %s ago", wal, age.s);
	} else {
		verdict_ok(ret, "nothing failed; no segment was finished since the statistics began");
	}
	str_free(&age);
}

static void judge_lost(const struct view *v, struct verdict *ret)
{
	const char *wal = know(v, "pg.archiver.last_archived_wal"), *directory = know(v, "server.incoming_wals_directory");
	const char *library = setting(v, "archive_library"), *by = library && *library ? "archive_library" : "archive_command";
	double now = (double)view_now(v), arrived = looked_at(v) - know_num(v, "incoming.unchanged_s") * 1000;
	verdict_cause(ret, RANK_FAIL, "archive.not_arriving", "%s reports success, and nothing arrives at Barman: segments count as archived and are %s", by,
		      streams(v) ? "only there by streaming" : "lost");
	verdict_evidence(ret, "pg_stat_archiver: last_archived_wal %s, %s ago\n%s: nothing came or went for %s", wal ? wal : "not known",
			 flow_duration((now - archived_at(v)) / 1000), directory ? directory : "incoming/", flow_duration((now - arrived) / 1000));
	verdict_evidence(ret, "%s = '%s'", by, library && *library ? library : archive_command(v) ? archive_command(v) : "");
}

static void judge_flow(const struct view *v, struct verdict *ret)
{
	const char *mode = setting(v, "archive_mode");
	if (!mode)
		verdict_unseen(ret, v, &q_pg_settings);
	else if (!archiving_on(v))
		verdict_off(ret, "no segment is archived: archive_mode is %s%s", mode, know_yes(v, "pg.in_recovery") ? " on a standby" : "");
	else if (judge_destination(v, ret))
		add_counts(v, ret);
	else if (archiving_hangs(v))
		judge_hung(v, ret);
	else if (archiving_fails(v) && repaired_since(v))
		verdict_waiting(ret, flow_ms((double)view_now(v) + tries_again_ms(v)), "what stopped archive_command is repaired; the archiver tries again within a minute");
	else if (archiving_fails(v))
		judge_failing(v, ret);
	else if (never_ran(v))
		say_never_ran(v, ret);
	else if (isnan(know_num(v, "pg.archiver.archived_count")))
		verdict_unseen(ret, v, &q_pg_archiver);
	else if (archiving_is_lost(v))
		judge_lost(v, ret);
	else if (expects_arrival(v) && know_is(v, "archive.arrives", "soon"))
		verdict_waiting(ret, 0, "a segment was archived a moment ago: the next look tells whether it has arrived");
	else
		judge_good(v, ret);
}

const struct probe probe_archive_flow = {
	.id = "archive.flow",
	.title = "archiver",
	.about = "pg_stat_archiver, the segments that wait (.ready), the archiver's process and the server's log. failed_count alone proves nothing: "
		 "it counts old failures, and none whose exit code is above 125 (ssh's own failure is 255).",
	.stage = STAGE_WAL,
	.needs = {"pg.connect"},
	.asks = {&q_pg_settings, &q_pg_archiver, &q_pg_ready, &q_db_postgres, &q_db_program, &q_backup_incoming},
	.causes = {"archive.not_found", "archive.not_executable", "archive.destination_missing", "archive.permission",
		   "archive.destination_full", "archive.ssh", "archive.hung", "archive.signal", "archive.version_skew",
		   "archive.already_exists", "archive.never_ran", "archive.not_arriving", "archive.failing"},
	.off = passive_off,
	.judge = judge_flow,
};
