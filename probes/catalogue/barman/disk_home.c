#include <math.h>
#include <string.h>

#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/volume.h"

/* Barman said "No space left on device" since it last filed a WAL file, a quota for instance. */
static bool refused(const struct view *v)
{
	double at = know_num(v, "server.receiver.enospc_ms"), clock = know_num(v, "server.receiver.clock_ms");
	double newest = fmax(know_num(v, "server.streaming.partial_at"), know_num(v, "server.incoming.arrived_at")) * 1000.0;

	return clock - at < 180000 && !(newest > at);
}

static void judge_room(const struct view *v, struct verdict *r)
{
	double avail = know_num(v, "server.space.avail"), segment = flow_segment_size(v);
	const char *mount = know(v, "server.space.mount") ? know(v, "server.space.mount") : "its volume";
	struct filling f;

	flow_backup(v, &f);
	if (avail < 2 * segment || refused(v)) {
		verdict_cause(r, RANK_FAIL, "disk.backup_full", "the backup volume %s is full: %s left, less than WAL needs", mount,
			      flow_bytes(avail));
		verdict_evidence(r, "%s of %s free", flow_bytes(avail), flow_bytes(know_num(v, "server.space.size")));
		if (refused(v))
			verdict_evidence(r, "barman.log at %s: No space left on device",
					 flow_time(know_num(v, "server.receiver.enospc_ms")));
		verdict_urgency(r, 0);
	} else if (f.seconds < flow_warning_s(v)) {
		verdict_cause(r, RANK_WARN, "disk.backup_filling", "the backup volume %s will be full in %s", mount,
			      flow_duration(f.seconds));
		verdict_evidence(r, "%s free; %s came in the last day, %s an hour at present", flow_bytes(avail),
				 flow_bytes(know_num(v, "server.catalogue.day_bytes")), flow_bytes(f.rate * 3600));
		verdict_urgency(r, f.seconds);
	} else {
		verdict_ok(r, "%s of %s free on %s", flow_bytes(avail), flow_bytes(know_num(v, "server.space.size")), mount);
	}
}

static void judge(const struct view *v, struct verdict *r)
{
	bool seen = know_yes(v, "server.space.seen");

	if ((seen && volume_broken(v, r, "server.space", "the backups", "backup")) || volume_broken(v, r, "server.logs", "Barman's log", "backup"))
		return;
	if (!seen) {
		flow_unseen(r, v, &q_backup_space, "the backup volume");
		return;
	}
	if (isnan(know_num(v, "server.space.avail"))) {
		verdict_unknown(r, "%s%s", know(v, "server.space.missing") ? "there is no directory " : "the free space could not be read",
				know(v, "server.space.missing") ? know(v, "server.space.missing") : "");
		return;
	}
	judge_room(v, r);
}

const struct probe probe_disk_backup = {
	.id = "disk.backup",
	.title = "room for backups and WAL",
	.about = "The volume of the server's backup directory: free space, inodes, and how long it lasts at the rate WAL came in.",
	.stage = STAGE_DISK,
	.asks = {&q_backup_space, &q_backup_config, &q_backup_catalogue, &q_backup_receiver},
	.causes = {"disk.backup_full", "disk.backup_filling", "disk.inodes", "disk.read_only", "disk.not_mounted", "disk.hung"},
	.judge = judge,
};
