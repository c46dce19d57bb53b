#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/volume.h"
#include "probes/engine/model.h"

/* Cron files what waits every minute; two of its runs and a slow one are given. */
enum { PATIENCE_S = 180 };

static double age_of(const struct view *v, const char *fact)
{
	return know_num(v, "server.receiver.clock_ms") / 1000.0 - know_num(v, fact);
}

static void judge_queue(const struct view *v, struct verdict *r, const char *queue, const char *route, double keep)
{
	char name[64];
	double count, age;

	snprintf(name, sizeof(name), "server.%s.count", queue);
	count = know_num(v, name) - keep;
	snprintf(name, sizeof(name), "server.%s.oldest", queue);
	age = age_of(v, name);
	if (!(count > 0) || !(age > PATIENCE_S))
		return;
	verdict_cause(r, RANK_FAIL, "incoming.unprocessed", "%.0f WAL file%s in %s/ wait%s to be filed, the oldest for %s", count,
		      count == 1 ? "" : "s", queue, count == 1 ? "s" : "", flow_duration(age));
	snprintf(name, sizeof(name), "server.%s.few", queue);
	verdict_evidence(r, "%s: %s …", queue, know(v, name) ? know(v, name) : "");
	snprintf(name, sizeof(name), "server.%s", route);
	if (know(v, name) && !know_yes(v, name))
		verdict_evidence(r, "%s is off: nothing will ever take these files", route);
}

static void judge_errors(const struct view *v, struct verdict *r)
{
	double count = know_num(v, "server.errors.count");
	const char *few = know(v, "server.errors.few");
	bool duplicate = few && strstr(few, ".duplicate");

	if (!(count > 0))
		return;
	verdict_cause(r, duplicate ? RANK_FAIL : RANK_WARN, "wal_archive.errors", "%.0f file%s in errors/%s", count,
		      count == 1 ? "" : "s",
		      duplicate ? ": the same WAL name came with another content, as from a second cluster" : " could not be filed as WAL");
	verdict_evidence(r, "errors: %s", few ? few : "");
}

static void judge_empty(const struct view *v, struct verdict *r)
{
	struct receiver receiver;

	receiver_get(v, &receiver);
	if (passive_node(v) || !know_yes(v, "server.catalogue.seen") || know_num(v, "server.catalogue.wals") != 0)
		return;
	if (know_num(v, "server.incoming.count") > 0 || know_num(v, "server.streaming.count") > 0)
		return;
	verdict_cause(r, RANK_WARN, "wal_archive.empty", "no WAL is archived yet: the database wrote less than one segment");
	verdict_evidence(r, "xlog.db is empty; nothing waits in incoming/ or streaming/%s",
			 receiver.state == RECEIVER_RUNNING ? "; the receiver runs" : "");
}

static bool unusable(const struct view *v, struct verdict *r)
{
	static const char *const queues[] = {"incoming", "streaming"};
	char name[64];

	for (int i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "server.%s.state", queues[i]);
		if (!know(v, name) || strcmp(know(v, name), "unreadable") != 0)
			continue;
		verdict_unknown(r, "%s/ cannot be read by Barman's user", queues[i]);
		return true;
	}
	return false;
}

static void judge(const struct view *v, struct verdict *r)
{
	/* With a partial file there, archive-wal takes every complete segment; without one it leaves the
	 * newest (Barman 3.4 wal_archiver.py). */
	double keep = know(v, "server.streaming.partial") ? 0 : 1;

	if (volume_unseen(v)) {
		verdict_unknown(r, "incoming/ and streaming/ cannot be seen: %s", volume_unseen(v));
		return;
	}
	if (!know_yes(v, "server.receiver.seen")) {
		flow_unseen(r, v, &q_backup_receiver, "incoming and streaming");
		return;
	}
	if (unusable(v, r))
		return;
	if (!passive_node(v)) {
		judge_queue(v, r, "incoming", "archiver", 0);
		judge_queue(v, r, "streaming", "streaming_archiver", keep);
	}
	judge_errors(v, r);
	judge_empty(v, r);
	if (!r->findings)
		verdict_ok(r, "incoming/ %s, streaming/ %s complete, errors/ empty",
			   know(v, "server.incoming.count") ? know(v, "server.incoming.count") : "0",
			   know(v, "server.streaming.count") ? know(v, "server.streaming.count") : "0");
}

const struct probe probe_incoming = {
	.id = "incoming",
	.title = "received WAL is filed",
	.about = "What waits in incoming/ and streaming/ and for how long, and what lies in errors/. Cron files it every minute.",
	.stage = STAGE_CRON,
	.asks = {&q_backup_receiver, &q_backup_catalogue, &q_backup_space},
	.causes = {"incoming.unprocessed", "wal_archive.errors", "wal_archive.empty"},
	.judge = judge,
};
