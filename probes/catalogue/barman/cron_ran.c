#include <math.h>
#include <string.h>

#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/flow.h"

/* A run may begin late and takes a while until it touches its lock. */
static const double grace_s = 45, stuck_s = 300, archive_stuck_s = 1800, entry_stuck_s = 105, usual_gap_s = 60;

static double later(double a, double b)
{
	return isnan(b) || a > b ? a : b;
}

/* Barman leaves these servers out of its cron runs. */
static bool judge_skipped(const struct view *v, struct verdict *r)
{
	const char *reasons = know(v, "server.disabled_reasons");
	if (know_is(v, "server.active", "no"))
		verdict_off(r, "barman cron skips this server: it is inactive");
	else if (reasons && *reasons)
		verdict_off(r, "barman cron skips this server: %s", reasons);
	else
		return false;
	return true;
}

static bool judge_stuck(const struct view *v, struct verdict *r)
{
	static const struct {
		const char *lock, *since, *pid, *what, *halted;
		const double *limit;
	} rows[] = {
		{"cron", "server.cron.held.cron.since_ms", "server.cron.held.cron.pid", "server.cron.held.cron.what", "server.cron.held.cron.halted", &stuck_s},
		{"archive-wal", "server.cron.held.archive-wal.since_ms", "server.cron.held.archive-wal.pid", "server.cron.held.archive-wal.what",
		 "server.cron.held.archive-wal.halted", &archive_stuck_s},
		/* flock's, around `barman cron`, which ends within seconds */
		{"entry's own", "server.cron.held.entry.since_ms", "server.cron.held.entry.pid", "server.cron.held.entry.what", "server.cron.held.entry.halted", &entry_stuck_s},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double age = ((double)view_now(v) - know_num(v, rows[i].since)) / 1000;
		const char *what = know(v, rows[i].what);
		bool halted = know_yes(v, rows[i].halted);
		if (!halted && !(age > *rows[i].limit))
			continue;
		verdict_cause(r, RANK_FAIL, "cron.stuck", halted ? "one run of Barman is halted (state T) and has held the %s lock for %s (pid %.0f)"
			      : "one run has held the %s lock for %s (pid %.0f)", rows[i].lock, flow_duration(age), know_num(v, rows[i].pid));
		verdict_evidence(r, "%s", what ? what : "");
		return true;
	}
	return false;
}

/* Left by somebody who worked as root, or by a restore: every run ends at it. */
static bool judge_owner(const struct view *v, struct verdict *r)
{
	const char *path = know(v, "server.cron.lock_closed"), *owner = know(v, "server.cron.lock_closed_owner");
	const char *user = know(v, "server.barman_user");
	if (!path || !owner || !strcmp(owner, user ? user : "barman"))
		return false;
	verdict_cause(r, RANK_FAIL, "config.wrong_user", "\"%s\" belongs to %s: Barman may not take its lock, and every run fails", path, owner);
	return true;
}

static bool judge_directory(const struct view *v, struct verdict *r)
{
	const char *directory = know(v, "server.barman_lock_directory");
	if (know_is(v, "server.cron.lock_directory", "none")) {
		verdict_cause(r, RANK_FAIL, "cron.lock_directory_missing", "Barman's lock directory \"%s\" does not exist: every run fails in silence", directory);
		return true;
	}
	if (know_is(v, "server.cron.lock_directory", "hidden")) {
		verdict_unknown(r, "\"%s\" cannot be looked into", directory);
		return true;
	}
	return false;
}

/* Rule 2: after a start of the daemon or a change of the entry the next tick is waited for. */
static void judge_age(const struct view *v, struct verdict *r)
{
	double now = (double)view_now(v), last = know_num(v, "server.cron.last_run_ms"), gap = know_num(v, "server.cron.entry.gap_s");
	double since = later(later(know_num(v, "backup.cron.daemon_started_ms"), know_num(v, "server.cron.entry.changed_ms")),
			     later(know_num(v, "server.config.changed_ms"), know_num(v, "server.cron.lock_directory_ms")));
	double next = know_num(v, "backup.cron.next_tick_ms");
	double patience = ((isfinite(gap) && gap > 0 && gap < 3600 ? gap : usual_gap_s) + grace_s) * 1000;
	const char *log = know(v, "server.cron.log");
	if (now - last <= patience) {
		verdict_ok(r, "barman cron last ran at %s", flow_time(last));
	} else if (now - since <= patience) {
		verdict_waiting(r, flow_ms(since + patience), "waiting for the next run of cron%s%s", isfinite(next) ? " at " : "",
				isfinite(next) ? flow_time(next) : "");
	} else if (isnan(last)) {
		verdict_cause(r, RANK_FAIL, "cron.not_firing", "there is no trace that barman cron ever ran for this server");
	} else {
		verdict_cause(r, RANK_FAIL, "cron.not_firing", "barman cron has not run for %s", flow_duration((now - last) / 1000));
		verdict_evidence(r, "last trace at %s", flow_time(last));
		if (log && *log)
			verdict_evidence(r, "%s", log);
	}
}

static void judge(const struct view *v, struct verdict *r)
{
	if (judge_skipped(v, r))
		return;
	if (!know(v, "server.cron.traces")) {
		verdict_unseen(r, v, &q_backup_cron_runs);
		return;
	}
	if (!judge_directory(v, r) && !judge_owner(v, r) && !judge_stuck(v, r))
		judge_age(v, r);
}

const struct probe probe_cron_ran = {
	.id = "cron.ran",
	.title = "barman cron really ran",
	.about = "An entry and a daemon prove nothing: each run leaves the time of its lock and lines in barman.log. Somebody who runs "
		 "\"barman cron\" by hand leaves the same traces.",
	.stage = STAGE_CRON,
	.essential = true,
	.asks = {&q_backup_config, &q_backup_cron, &q_backup_cron_runs},
	.causes = {"cron.not_firing", "cron.stuck", "cron.lock_directory_missing", "config.wrong_user"},
	.judge = judge,
};
