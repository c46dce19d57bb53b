/* backup_method = rsync copies the data with rsync on both hosts; barman check looks for neither. */
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"
#include "probes/catalogue/host/host.h"

static void judge(const struct view *v, struct verdict *r)
{
	const char *method = know(v, "server.backup_method"), *here = know(v, "backup.rsync"), *there = know(v, "db.rsync");

	if (!know(v, "server.known")) {
		verdict_unknown(r, "Barman's configuration is not known");
		return;
	}
	if (!method || strcmp(method, "rsync") != 0) {
		verdict_off(r, "backup_method is %s", method ? method : "not set");
		return;
	}
	if (here && !strcmp(here, "no")) {
		verdict_cause(r, RANK_FAIL, "backup.rsync_missing", "rsync is not on the Barman host: the next backup will fail");
		verdict_host(r, "backup");
	}
	if (there && !strcmp(there, "no")) {
		verdict_cause(r, RANK_FAIL, "backup.rsync_missing", "rsync is not on the PostgreSQL host: the next backup will fail");
		verdict_host(r, "db");
	}
	if (r->findings)
		verdict_evidence(r, "command -v rsync finds nothing there");
	else if (!here)
		verdict_unseen(r, v, &q_host_backup);
	else if (!there)
		verdict_unseen(r, v, &q_host_db);
	else
		verdict_ok(r, "rsync is on both hosts");
}

const struct probe probe_backup_rsync = {
	.id = "backup.rsync",
	.title = "rsync is on both hosts",
	.about = "Backups with backup_method = rsync need the program on both hosts; neither Barman nor cron says so before the backup fails.",
	.stage = STAGE_BACKUP,
	.asks = {&q_host_backup, &q_host_db},
	.causes = {"backup.rsync_missing"},
	.off = passive_off,
	.judge = judge,
};
