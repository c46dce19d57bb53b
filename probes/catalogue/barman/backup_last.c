#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/flow.h"
#include "probes/catalogue/volume.h"
#include "probes/engine/model.h"

/* A finished backup gets its last WAL within two runs of cron; then it waits for something. */
static const double waiting_s = 600;
/* A backup that takes less is not called long, whatever the last one took. */
static const double long_s = 12 * 3600.0;
/* With no last_backup_maximum_age set, older than this deserves a word. */
static const double old_s = 8 * 86400.0;

static double fact(const struct view *v, const char *status, const char *field)
{
	char name[96];

	snprintf(name, sizeof(name), "server.catalogue.%s.%s", status, field);
	return know_num(v, name);
}

static const char *text_of(const struct view *v, const char *status, const char *field)
{
	char name[96];

	snprintf(name, sizeof(name), "server.catalogue.%s.%s", status, field);
	return know(v, name) ? know(v, name) : "";
}

static double age_s(const struct view *v, double at_ms)
{
	return (know_num(v, "server.catalogue.clock_ms") - at_ms) / 1000.0;
}

static void judge_failed(const struct view *v, struct verdict *r)
{
	const char *last = know(v, "server.catalogue.last_status");
	bool dead = last && !know_yes(v, "server.catalogue.running") && (!strcmp(last, "STARTED") || !strcmp(last, "EMPTY"));
	double failed = fact(v, "FAILED", "count");

	if (last && (!strcmp(last, "FAILED") || dead)) {
		verdict_cause(r, RANK_FAIL, "backup.failed", dead ? "backup %s was broken off: it is %s and nothing works on it"
								  : "the last backup, %s, failed%s",
			      know(v, "server.catalogue.last_id"), dead ? last : "");
		verdict_evidence(r, "backup.info: status = %s, error = %s", last, text_of(v, last, "error"));
	} else if (failed > 0) {
		verdict_cause(r, RANK_ADVICE, "backup.failed", "%.0f older backup%s failed and still take%s room", failed,
			      failed == 1 ? "" : "s", failed == 1 ? "s" : "");
		verdict_evidence(r, "newest of them: %s, error = %s", text_of(v, "FAILED", "id"), text_of(v, "FAILED", "error"));
	}
}

/* A backup holds its lock as long as it lives, and no other one begins. Of one that is merely long only its own past tells. */
static void judge_stuck(const struct view *v, struct verdict *r)
{
	const char *state = know(v, "server.catalogue.running_state"), *pid = know(v, "server.catalogue.running_pid");
	bool halted = state && (*state == 'T' || *state == 't');
	double took = (fact(v, "DONE", "end") - fact(v, "DONE", "begin")) / 1000, age = age_s(v, fact(v, "STARTED", "begin"));

	if (!know_yes(v, "server.catalogue.running") || (!halted && !(age > fmax(long_s, 5 * took))))
		return;
	if (halted)
		verdict_cause(r, RANK_FAIL, "backup.stuck", "the backup that runs is halted (pid %s, state %s): it does nothing, and no other one can begin",
			      pid ? pid : "?", state);
	else
		verdict_cause(r, RANK_WARN, "backup.stuck", "a backup has run for %s and keeps every other one from beginning", flow_duration(age));
	verdict_evidence(r, "backup %s: status = STARTED, begun %s; the last good one took %s", text_of(v, "STARTED", "id"),
			 flow_time(fact(v, "STARTED", "begin")), flow_duration(took));
}

static void judge_waiting(const struct view *v, struct verdict *r)
{
	double age = age_s(v, fact(v, "WAITING_FOR_WALS", "end"));

	if (!(fact(v, "WAITING_FOR_WALS", "count") > 0) || !(age > waiting_s))
		return;
	if (strcmp(text_of(v, "WAITING_FOR_WALS", "id"), text_of(v, "DONE", "id")) < 0)
		return;
	verdict_cause(r, RANK_FAIL, "backup.waiting_for_wals", "backup %s cannot be restored yet: it has waited for its WAL for %s",
		      text_of(v, "WAITING_FOR_WALS", "id"), flow_duration(age));
	verdict_evidence(r, "backup.info: status = WAITING_FOR_WALS, end_wal = %s; newest archived: %s",
			 text_of(v, "WAITING_FOR_WALS", "end_wal"),
			 know(v, "server.catalogue.newest") ? know(v, "server.catalogue.newest") : "none");
}

/* Age counts as Barman's check does: the end of the last backup that is done or waits for WAL. */
static void judge_age(const struct view *v, struct verdict *r)
{
	double most = know_num(v, "server.last_backup_maximum_age_s");
	double age = fmin(age_s(v, fact(v, "DONE", "end")), age_s(v, fact(v, "WAITING_FOR_WALS", "end")));

	if (most > 0 && age > most) {
		verdict_cause(r, RANK_FAIL, "backup.too_old", "the last backup is %s old; last_backup_maximum_age allows %s",
			      flow_duration(age), flow_duration(most));
		verdict_evidence(r, "newest good backup: %s, ended %s", text_of(v, "DONE", "id"), flow_time(fact(v, "DONE", "end")));
	} else if (!(most > 0) && age > old_s) {
		verdict_cause(r, RANK_WARN, "backup.too_old", "the last backup is %s old, and no last_backup_maximum_age says how old it may be",
			      flow_duration(age));
		verdict_evidence(r, "newest good backup: %s, ended %s", text_of(v, "DONE", "id"), flow_time(fact(v, "DONE", "end")));
	}
}

static void judge_policy(const struct view *v, struct verdict *r)
{
	double least = know_num(v, "server.minimum_redundancy"), done = fact(v, "DONE", "count");
	const char *retention = know(v, "server.retention_policy");

	if (done < least && !(done == 0 && r->findings)) {
		verdict_cause(r, RANK_WARN, "backup.redundancy", "%.0f good backup%s, minimum_redundancy wants %.0f", done,
			      done == 1 ? "" : "s", least);
		verdict_evidence(r, "%s backups in all; only DONE counts, as in barman check", know(v, "server.catalogue.count"));
	}
	if (retention && !*retention)
		verdict_cause(r, RANK_ADVICE, "backup.retention_unset",
			      "no retention_policy is set: backups and WAL are kept until the volume is full");
}

static void judge_none(const struct view *v, struct verdict *r)
{
	if (know_yes(v, "server.catalogue.running")) {
		verdict_waiting(r, 0, "the first backup is being made");
		return;
	}
	if (fact(v, "FAILED", "count") > 0)
		return; /* backup.failed says it */
	verdict_cause(r, RANK_FAIL, "backup.none", "there is no backup to restore from");
	verdict_evidence(r, "no backup.info with status DONE in base/");
}

static void judge(const struct view *v, struct verdict *r)
{
	double good, age;

	if (volume_unseen(v)) {
		verdict_unknown(r, "the backups cannot be seen: %s", volume_unseen(v));
		return;
	}
	if (!know_yes(v, "server.catalogue.seen")) {
		flow_unseen(r, v, &q_backup_catalogue, "the backups");
		return;
	}
	if (know(v, "server.catalogue.unreadable") && !strcmp(know(v, "server.catalogue.unreadable"), "base")) {
		verdict_unknown(r, "Barman's user cannot read base/");
		return;
	}
	good = fact(v, "DONE", "count") + fact(v, "WAITING_FOR_WALS", "count");
	judge_failed(v, r);
	judge_stuck(v, r);
	if (!(good > 0))
		judge_none(v, r);
	judge_age(v, r);
	judge_waiting(v, r);
	judge_policy(v, r);
	if (!(good > 0) || (r->findings && r->finding[0].rank != RANK_ADVICE))
		return;
	age = fmin(age_s(v, fact(v, "DONE", "end")), age_s(v, fact(v, "WAITING_FOR_WALS", "end")));
	if (isnan(age))
		verdict_unknown(r, "there %s %.0f good backup%s, but when the last one ended cannot be read", good == 1 ? "is" : "are", good,
				good == 1 ? "" : "s");
	else
		verdict_ok(r, "%.0f good backup%s, the last ended %s ago%s", good, good == 1 ? "" : "s", flow_duration(age),
			   know_yes(v, "server.catalogue.running") ? "; one is being made" : "");
}

const struct probe probe_backup_last = {
	.id = "backup.last",
	.title = "last backup",
	.about = "Reads the backup.info files as Barman does: state and age of the last backup, failed ones, redundancy.",
	.stage = STAGE_BACKUP,
	.essential = true,
	.asks = {&q_backup_catalogue, &q_backup_space},
	.causes = {"backup.none", "backup.too_old", "backup.failed", "backup.stuck", "backup.waiting_for_wals", "backup.redundancy",
		   "backup.retention_unset"},
	.judge = judge,
};
