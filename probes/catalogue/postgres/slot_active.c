#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"

static const char *holder(const struct slot *s, char *buf, size_t size)
{
	if (!s->holder_visible)
		snprintf(buf, size, "a process that the role may not see (backend %.0f)", s->pid);
	else
		snprintf(buf, size, "'%s' from %s", s->holder_application ? s->holder_application : "",
			 s->holder_address ? s->holder_address : "the PostgreSQL host itself");
	return buf;
}

static void say_held(const struct view *v, struct verdict *r, const struct slot *s)
{
	const char *orphans = know(v, "server.receiver.orphans");
	char who[256];

	verdict_cause(r, RANK_FAIL, "slot.held_by_other", "replication slot '%s' is read by another receiver: %s", s->name,
		      holder(s, who, sizeof(who)));
	verdict_evidence(r, "pg_replication_slots: active_pid = %.0f, in pg_stat_replication: client_addr = %s, application_name = %s, since %s",
			 s->pid, s->holder_address ? s->holder_address : "NULL",
			 s->holder_application ? s->holder_application : "NULL", flow_time(s->holder_since));
	if (orphans && *orphans)
		verdict_evidence(r, "receivers here that no 'barman receive-wal' owns (pid, slot): %s", orphans);
	verdict_evidence(r, "addresses of the Barman host: %s",
			 know(v, "server.receiver.addresses") ? know(v, "server.receiver.addresses") : "not known");
}

static void judge_active(const struct view *v, struct verdict *r, const struct slot *s)
{
	const char *addresses = know(v, "server.receiver.addresses");
	struct receiver receiver;

	receiver_get(v, &receiver);
	if (slot_is_ours(v, s)) {
		verdict_ok(r, "slot '%s' is read by our receiver%s%s", s->name, s->holder_address ? " from " : "",
			   s->holder_address ? s->holder_address : "");
	} else if (!know_yes(v, "server.receiver.seen") || !addresses) {
		char who[256];

		verdict_unknown(r, "slot '%s' is active, read by %s; whether that is ours cannot be told without the Barman host's processes",
				s->name, holder(s, who, sizeof(who)));
	} else if (receiver.state == RECEIVER_RUNNING && !strcmp(receiver.slot, s->name)) {
		verdict_waiting(r, 0, "slot '%s': the receiver has just started", s->name);
	} else {
		say_held(v, r, s);
	}
}

static void say_inactive(const struct view *v, struct verdict *r, const struct slot *s, const struct receiver *receiver)
{
	struct filling f;

	flow_pg_wal(v, &f);
	verdict_cause(r, RANK_FAIL, "slot.inactive", "nobody reads replication slot '%s': it holds %s of WAL and will hold more",
		      s->name, flow_bytes(s->lag));
	verdict_evidence(r, "pg_replication_slots: active = false, restart_lsn = %s%s%s",
			 s->restart_text ? s->restart_text : "NULL", *s->status ? ", wal_status = " : "", s->status);
	if (isfinite(s->unread_since))
		verdict_evidence(r, "inactive_since: %s", flow_time(s->unread_since));
	if (receiver->state == RECEIVER_RUNNING)
		verdict_evidence(r, "pg_receivewal runs (pid %.0f) %s%s", receiver->pid,
				 *receiver->slot ? "with slot " : "without a slot", receiver->slot);
	if (receiver->state == RECEIVER_OFF)
		verdict_evidence(r, "streaming_archiver is off: this server does not stream");
	if (f.pin.what && !strcmp(f.pin.slot, s->name) && isfinite(f.seconds))
		verdict_urgency(r, f.seconds);
}

/* The slots were last looked at before a receiver that started then could have taken one. */
static bool looked_before(const struct view *v, double started)
{
	double looked = (double)(view_now(v) - know_age_ms(v, "pg.slots.seen"));
	return looked < started + 10000;
}

static void judge_inactive(const struct view *v, struct verdict *r, const struct slot *s)
{
	struct receiver receiver;

	receiver_get(v, &receiver);
	if (receiver.state == RECEIVER_WAITING)
		verdict_waiting(r, receiver.until, "slot '%s' waits for the receiver, which the next run of cron starts", s->name);
	else if (receiver.state == RECEIVER_RUNNING && !strcmp(receiver.slot, s->name) && looked_before(v, receiver.started))
		verdict_waiting(r, 0, "slot '%s': the receiver has just started", s->name);
	else if (isnan(s->restart))
		verdict_off(r, "slot '%s' holds nothing yet", s->name);
	else
		say_inactive(v, r, s, &receiver);
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *name = slot_asked(v, r);
	struct slot s;

	if (!name)
		return;
	if (!slot_get(v, name, &s))
		verdict_off(r, "there is no slot '%s'", name);
	else if (s.active)
		judge_active(v, r, &s);
	else if (!know_yes(v, "server.receiver.seen") && know_yes(v, "server.streaming_archiver"))
		flow_unseen(r, v, &q_backup_receiver, "the receiver");
	else
		judge_inactive(v, r, &s);
}

const struct probe probe_slot_active = {
	.id = "slot.active",
	.title = "replication slot is read by our receiver",
	.about = "Who reads the slot: the backend in pg_stat_replication is compared with the process that owns Barman's "
		 "receive-wal lock. An unread slot keeps WAL on the primary for ever.",
	.stage = STAGE_SLOT,
	.needs = {"pg.connect", "slot.exists"},
	.asks = {&q_pg_slots, &q_backup_receiver},
	.causes = {"slot.held_by_other", "slot.inactive"},
	.off = passive_off,
	.judge = judge,
};
