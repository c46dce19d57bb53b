/* The program that copies: rsync on both hosts, which barman check looks for on neither; or pg_basebackup on Barman's. */
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"
#include "probes/catalogue/host/host.h"
#include "probes/catalogue/postgres/postgres.h"

static void judge(const struct view *v, struct verdict *r)
{
	const char *method = know(v, "server.backup_method"), *here = know(v, "backup.rsync"), *there = know(v, "db.rsync");

	if (!know(v, "server.known")) {
		verdict_unknown(r, "Barman's configuration is not known");
		return;
	}
	if (method && !strcmp(method, "postgres")) {
		client_of_backups(v, r);
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
	.title = "the program that copies backups is there",
	.about = "Backups with backup_method = rsync need rsync on both hosts; neither Barman nor cron says so before the backup fails. With "
		 "backup_method = postgres it is pg_basebackup, by the PATH that cron gives, no older than the server.",
	.stage = STAGE_BACKUP,
	.asks = {&q_host_backup, &q_host_db, &q_backup_client, &q_pg_settings},
	.causes = {"backup.rsync_missing", "backup.client_missing", "backup.client_old"},
	.off = passive_off,
	.judge = judge,
};
