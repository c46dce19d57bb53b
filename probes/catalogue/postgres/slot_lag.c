#include <math.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/series.h"

/* A bulk load writes faster than a network carries: what the receiver has not yet is behind only when it is old. */
enum { BURST_S = 20, TRACE_MAX = 256 };

/* Since when the primary stands beyond what the receiver has written, in seconds, by the times of its segments; NAN. */
static double behind_s(const struct view *v, double streamed)
{
	struct point p[TRACE_MAX];
	int64_t stood = series_last_at_most(p, flow_trace(v, p, TRACE_MAX), streamed);

	return stood > 0 ? (double)(view_now(v) - stood) / 1000 : (double)NAN;
}

static void judge_lag(const struct view *v, struct verdict *r, const struct slot *s)
{
	double segment = flow_segment_size(v), most = know_num(v, "pg.settings.max_wal_size");
	struct safety safety;
	double behind, slope = slot_lag_slope(v, s->name);
	bool far = s->lag > fmax(isnan(most) ? 1073741824 : most, 4 * segment);

	flow_safety(v, &safety);
	behind = fmax(flow_lsn(v) - safety.streamed, 0);
	/* The slot moves when a segment is complete and synced, and pg_receivewal reports every ten seconds:
	 * the file it writes to knows better. */
	if (!(s->lag > 4 * segment) || behind < 2 * segment) {
		verdict_ok(r, "%s behind%s%s", flow_bytes(isnan(safety.streamed) ? s->lag : behind),
			   isnan(safety.streamed) ? "" : "; the slot holds ",
			   isnan(safety.streamed) ? "" : flow_bytes(s->lag));
	} else if (slope < 0) {
		verdict_ok(r, "%s behind and catching up, level in about %s", flow_bytes(s->lag),
			   flow_duration(s->lag / -slope));
	} else if (isnan(slope) && behind_s(v, safety.streamed) < BURST_S) {
		verdict_waiting(r, 0, "the receiver is %s behind, all of it written in the last %s; whether it catches up shows in half a minute",
				flow_bytes(behind), flow_duration(behind_s(v, safety.streamed)));
	} else {
		verdict_cause(r, far && slope >= 0 ? RANK_FAIL : RANK_WARN, "slot.lagging",
			      isnan(slope) ? "the receiver is %s behind; whether it catches up shows in half a minute"
					   : "the receiver is %s behind and does not catch up", flow_bytes(s->lag));
		verdict_evidence(r, "pg_replication_slots: restart_lsn = %s; pg_stat_replication: %s not yet written on the Barman host",
				 s->restart_text ? s->restart_text : "NULL", flow_bytes(isnan(safety.streamed) ? NAN : behind));
	}
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *name = slot_asked(v, r);
	struct slot s;

	if (!name)
		return;
	if (!slot_get(v, name, &s) || isnan(s.lag))
		verdict_off(r, "slot '%s' holds no position yet", name);
	else if (!s.active)
		verdict_off(r, "slot '%s' is not read; it is %s behind", name, flow_bytes(s.lag));
	else
		judge_lag(v, r, &s);
}

const struct probe probe_slot_lag = {
	.id = "slot.lag",
	.title = "receiver keeps up",
	.about = "How far the slot is behind the primary, and whether that grows. pg_receivewal reports a segment only when it "
		 "is complete and synced: up to two segments of lag are normal.",
	.stage = STAGE_SLOT,
	.needs = {"pg.connect", "slot.active"},
	.asks = {&q_pg_slots},
	.causes = {"slot.lagging"},
	.off = passive_off,
	.judge = judge,
};
