#include <math.h>

#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/flow.h"

static void judge(const struct view *v, struct verdict *r)
{
	double pid = know_num(v, "backup.cron.daemon_pid");
	const char *timers = know(v, "server.cron.timers"), *stand = know(v, "server.cron.entry.stand");
	if (!know(v, "server.cron.seen")) {
		verdict_unseen(r, v, &q_backup_cron);
	} else if (isfinite(pid) && know_yes(v, "backup.cron.daemon_stopped")) {
		verdict_cause(r, RANK_FAIL, "cron.daemon_stopped", "the cron daemon is halted (pid %.0f is in state T)", pid);
	} else if (isfinite(pid)) {
		verdict_ok(r, "%s runs (pid %.0f) since %s", know(v, "backup.cron.daemon_name"), pid,
			   flow_time(know_num(v, "backup.cron.daemon_started_ms")));
	} else if (timers && *timers && !(stand && *stand == 'g')) {
		verdict_ok(r, "systemd's timer starts Barman");
		verdict_evidence(r, "%s", timers);
	} else if (know_yes(v, "backup.cron.hidden")) {
		verdict_unknown(r, "processes of other users are hidden here (hidepid); root could see the cron daemon");
	} else {
		verdict_cause(r, RANK_FAIL, "cron.daemon_stopped", "no cron daemon runs on the Barman host");
		verdict_evidence(r, "no process is called cron, crond or fcron");
	}
}

const struct probe probe_cron_daemon = {
	.id = "cron.daemon",
	.title = "cron daemon",
	.about = "Looks for a process called cron, crond or fcron. It sees no processes of others where /proc is mounted with hidepid.",
	.stage = STAGE_CRON,
	.asks = {&q_backup_cron},
	.causes = {"cron.daemon_stopped"},
	.judge = judge,
};
