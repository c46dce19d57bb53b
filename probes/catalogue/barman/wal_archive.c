/* wal_archive: is the archive whole from the newest good backup on. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/archiver.h"
#include "probes/catalogue/postgres/postgres.h"
#include "probes/catalogue/volume.h"
#include "probes/engine/model.h"

struct missing {
	char first[28], last[28], after[28];
	double segments;
	bool history;
};

static bool hole_read(const char **p, struct missing *ret)
{
	int used = 0;

	if (sscanf(*p, "%27s %27s %27s %lf %n", ret->first, ret->last, ret->after, &ret->segments, &used) < 4)
		return false;
	ret->history = !strcmp(ret->first, "history");
	*p += used;
	return true;
}

static const char *done_wal(const struct view *v, const char *field)
{
	char name[64];
	const char *text;

	snprintf(name, sizeof(name), "server.catalogue.%s", field);
	text = know(v, name);
	return text && strlen(text) == 24 ? text : "";
}

/* Does it stand in the way of the newest good backup? */
static bool is_behind_newest(const struct view *v, const struct missing *m)
{
	const char *begin = done_wal(v, "DONE.begin_wal");

	if (!*begin)
		return false;
	return m->history ? strncmp(m->last, begin, 8) > 0 : strcmp(m->last, begin) >= 0;
}

/* Barman deletes what is older than its first backup, and nobody misses it. */
static bool is_of_use(const struct view *v, const struct missing *m)
{
	const char *oldest = done_wal(v, "oldest_begin_wal");

	return *oldest && (m->history ? strncmp(m->last, oldest, 8) > 0 : strcmp(m->last, oldest) >= 0);
}

static void describe(char *buf, size_t size, const struct missing *m)
{
	if (m->history)
		snprintf(buf, size, "%s.history", m->last);
	else if (m->segments > 1)
		snprintf(buf, size, "%.0f segments, %s to %s", m->segments, m->first, m->last);
	else
		snprintf(buf, size, "%s", m->first);
}

static void evidence(const struct view *v, struct verdict *r)
{
	const char *p = know(v, "server.wals.holes");
	struct missing m;
	char what[96];

	for (int i = 0; i < 6 && hole_read(&p, &m); i++) {
		describe(what, sizeof(what), &m);
		verdict_evidence(r, "not in wals/: %s%s%s", what, *m.after == '-' ? "" : "; there is ", *m.after == '-' ? "" : m.after);
	}
	verdict_evidence(r, "newest good backup: %s, from %s on", know(v, "server.catalogue.DONE.id") ? know(v, "server.catalogue.DONE.id") : "none",
			 *done_wal(v, "DONE.begin_wal") ? done_wal(v, "DONE.begin_wal") : "-");
}

/* It has arrived, and waits for cron's next run: by its name, as a busy server always has something waiting. */
static bool has_arrived(const struct view *v, const struct missing *m)
{
	const char *few = know(v, "server.incoming.few");
	char name[40];

	snprintf(name, sizeof(name), "%s%s", m->history ? m->last : m->first, m->history ? ".history" : "");
	return few && strstr(few, name);
}

/* While segments still wait on the primary, what is missing may come. */
static bool may_come(const struct view *v, const struct missing *m)
{
	const char *ready = know(v, "db.archive.first_ready");

	if (has_arrived(v, m))
		return true;
	if (!know_yes(v, "server.archiver") || !(know_num(v, "db.archive.ready_count") > 0))
		return false;
	return !ready || strncmp(ready, m->last, 24) <= 0;
}

/* What is there of the timeline on which the newest good backup begins: "" where nothing is. */
static bool span_of(const struct view *v, const char *begin, char first[28], char last[28])
{
	const char *p = know(v, "server.wals.spans");

	*first = *last = '\0';
	for (; p && *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (!strncmp(p, begin, 8) && sscanf(p, "%27s %27s", first, last) == 2)
			break;
	return p;
}

/* Barman calls a backup DONE when all of the WAL it was made in is archived: where that is gone, nothing can be restored. */
static bool judge_own(const struct view *v, struct verdict *r)
{
	const char *begin = done_wal(v, "DONE.begin_wal"), *end = done_wal(v, "DONE.end_wal");
	struct missing m = {.segments = 1};
	char first[28], last[28];

	if (!*begin || !*end || !span_of(v, begin, first, last) || (*first && strcmp(first, begin) <= 0 && strcmp(end, last) <= 0))
		return false;
	snprintf(m.first, sizeof(m.first), "%s", *first && strcmp(first, begin) <= 0 ? end : begin);
	snprintf(m.last, sizeof(m.last), "%s", m.first);
	if (may_come(v, &m)) {
		verdict_waiting(r, 0, "%s is missing in wals/, and may be among the files that still wait to be archived", m.first);
		return true;
	}
	verdict_cause(r, RANK_FAIL, "wal_archive.gap", "the newest backup cannot be restored: WAL that it was made in, %s, is not in the archive",
		      m.first);
	verdict_evidence(r, "newest good backup: %s, made from %s to %s", know(v, "server.catalogue.DONE.id"), begin, end);
	verdict_evidence(r, "in wals/ of its timeline: %s%s%s", *first ? first : "nothing", *first ? " to " : "", last);
	return true;
}

/* PostgreSQL counts a segment as archived, it was not seen to go elsewhere, and a walk that began after that found none so new: what came last is
 * gone. The next segment would show a hole. */
static bool judge_end(const struct view *v, struct verdict *r)
{
	const char *archived = know(v, "pg.archiver.last_archived_wal");
	double began = (double)view_now(v) - (double)know_age_ms(v, "server.wals.count") - (double)view_reply(v, &q_backup_wals)->took_ms;
	char first[28], last[28];

	if (know_num(v, "server.catalogue.WAITING_FOR_WALS.count") > 0)
		return false; /* the backup that misses it tells of it */
	if (!archived || strlen(archived) != 24 || !know_is(v, "archive.arrives", "yes") || !(began - archived_at(v) > ANSWER_MS) ||
	    !span_of(v, archived, first, last) || strcmp(archived, last) <= 0)
		return false;
	verdict_cause(r, RANK_FAIL, "wal_archive.gap", "the archive lacks its end: %s was archived and is not there, the last backup cannot be restored to that time",
		      archived);
	verdict_evidence(r, "in wals/ and its queues, of that timeline: %s%s%s", *first ? first : "nothing", *first ? " to " : "", last);
	return true;
}

static void judge_holes(const struct view *v, struct verdict *r)
{
	const char *p = know(v, "server.wals.holes");
	struct missing m, bad = {.segments = 0}, old = {.segments = 0};
	int bads = 0, olds = 0;
	char what[96];

	while (hole_read(&p, &m)) {
		if (is_behind_newest(v, &m))
			bad = bads++ ? bad : m;
		else if (is_of_use(v, &m))
			old = olds++ ? old : m;
	}
	describe(what, sizeof(what), bads ? &bad : &old);
	if (bads && may_come(v, &bad)) {
		verdict_waiting(r, 0, "%s is missing in wals/, and may be among the files that still wait to be archived", what);
	} else if (bads) {
		verdict_cause(r, RANK_FAIL, "wal_archive.gap", "the archive has a hole: %s is missing, the last backup cannot be restored to a later time",
			      what);
		evidence(v, r);
	} else if (olds) {
		verdict_cause(r, RANK_ADVICE, "wal_archive.gap", "%s is missing: backups from before it cannot be restored to a later time", what);
		evidence(v, r);
	}
	if (!bads && !judge_end(v, r))
		verdict_ok(r, "%s segments without a hole since the last good backup", know(v, "server.wals.count"));
}

/* What xlog.db does not list, Barman does not restore, though the files are there. */
static void judge_index(const struct view *v, struct verdict *r)
{
	if (know_yes(v, "server.catalogue.seen") && know_num(v, "server.catalogue.wals") == 0 && !know(v, "server.catalogue.unreadable") &&
	    know_num(v, "server.wals.archived") > 0) {
		verdict_cause(r, RANK_FAIL, "wal_archive.index_lost", "Barman's list of WAL files is empty, and %s files are in the archive",
			      know(v, "server.wals.archived"));
		verdict_evidence(r, "%s is empty or missing", know(v, "server.xlogdb") ? know(v, "server.xlogdb") : "xlog.db");
	}
}

static void judge(const struct view *v, struct verdict *r)
{
	if (volume_unseen(v)) {
		verdict_unknown(r, "wals/ cannot be seen: %s", volume_unseen(v));
		return;
	}
	if (!know_yes(v, "server.wals.seen")) {
		flow_unseen(r, v, &q_backup_wals, "the WAL archive");
		return;
	}
	if (know(v, "server.wals.unreadable")) {
		verdict_unknown(r, "Barman's user cannot read wals/");
		return;
	}
	if (know_yes(v, "server.wals.cut")) {
		verdict_unknown(r, "the archive could not be walked within 12 s");
		return;
	}
	if (!know_yes(v, "server.catalogue.seen")) {
		flow_unseen(r, v, &q_backup_catalogue, "the backups");
		return;
	}
	judge_index(v, r);
	if (!judge_own(v, r))
		judge_holes(v, r);
}

const struct probe probe_wal_archive = {
	.id = "wal_archive",
	.title = "WAL archive without a hole",
	.about = "Every segment's name in wals/, on each timeline and across its history files. A hole before the newest good backup harms only "
		 "older ones.",
	.stage = STAGE_BACKUP,
	.asks = {&q_backup_wals, &q_backup_catalogue, &q_backup_space, &q_pg_archiver, &q_backup_incoming},
	.causes = {"wal_archive.index_lost", "wal_archive.gap"},
	.judge = judge,
};
