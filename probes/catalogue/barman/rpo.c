#include <math.h>
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"

/* What may be lost where neither rpo_max of our own file nor Barman's last_wal_maximum_age says it. */
static const double allowed_s = 900;

static void say_exceeded(const struct view *v, struct verdict *r, const struct safety *s, double allowed)
{
	bool segments = s->bytes > flow_segment_size(v);

	/* Less than a segment that nobody switches is lost late, not wrongly: archive_timeout is missing. */
	verdict_cause(r, segments || !know_yes(v, "server.archiver") ? RANK_FAIL : RANK_WARN, "rpo.exceeded",
		      "were the primary lost now, %s of changes (%s of WAL) would be gone; allowed are %s",
		      flow_duration(s->seconds), flow_bytes(s->bytes), flow_duration(allowed));
	if (!segments)
		verdict_evidence(r, "the open segment was not switched: archive_timeout is what bounds this");
}

static void judge(const struct view *v, struct verdict *r)
{
	double own = know_num(v, "server.rpo_max_s"), barmans = know_num(v, "server.last_wal_maximum_age_s");
	double allowed = own > 0 ? own : barmans > 0 ? barmans : allowed_s;
	struct safety s;

	flow_safety(v, &s);
	if (isnan(s.seconds)) {
		if (!know_yes(v, "server.catalogue.seen") || !know_yes(v, "server.receiver.seen"))
			flow_unseen(r, v, know_yes(v, "server.catalogue.seen") ? &q_backup_receiver : &q_backup_catalogue,
				    "the newest WAL on the Barman host");
		else if (isnan(flow_lsn(v)))
			verdict_unknown(r, "the primary's position is not known; the newest WAL here is of %s",
					flow_time(know_num(v, "server.catalogue.newest_at") * 1000.0));
		else
			verdict_unknown(r, "no WAL is on the Barman host yet");
		return;
	}
	if (s.seconds > allowed)
		say_exceeded(v, r, &s, allowed);
	else if (s.seconds == 0)
		verdict_ok(r, "nothing would be lost: all WAL is on the Barman host");
	else
		verdict_ok(r, "%s would be lost now (%s of WAL)", flow_duration(s.seconds), flow_bytes(s.bytes));
	verdict_evidence(r, "safe on the Barman host since %s; behind by streaming: %s, by archive_command: %s", flow_time(s.safe_at),
			 isnan(s.streamed) ? "nothing came" : flow_bytes(fmax(flow_lsn(v) - s.streamed, 0)),
			 isnan(s.archived) ? "nothing came" : flow_bytes(fmax(flow_lsn(v) - s.archived, 0)));
	if (*s.route)
		verdict_evidence(r, "%s", s.route);
}

const struct probe probe_rpo = {
	.id = "rpo",
	.title = "WAL safe on the Barman host",
	.about = "The newest position of the primary that is on the Barman host, by the better of both routes. Positions are "
		 "compared, not times: an idle server has nothing to lose.",
	.stage = STAGE_RPO,
	.essential = true,
	.asks = {&q_backup_receiver, &q_backup_catalogue, &q_pg_slots, &q_db_wal},
	.causes = {"rpo.exceeded"},
	.off = passive_off,
	.judge = judge,
};
