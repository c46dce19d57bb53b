#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/postgres.h"

/* Each turn of Patroni drops an inactive slot that is neither in its slots: nor in its ignore_slots: (slots.py,
 * _drop_incorrect_slots). Its configuration is in the data directory as it was last seen: a name stands there in quotes. */
static bool patroni_drops(const struct view *v, const char *name)
{
	char quoted[80];
	const char *config = know(v, "db.patroni.config");
	snprintf(quoted, sizeof quoted, "\"%s\"", name);
	return know_is(v, "db.manager", "patroni") && config && !strstr(config, quoted);
}

static void say_missing(const struct view *v, struct verdict *r, const char *name)
{
	double count = know_num(v, "pg.slots.count"), most = know_num(v, "pg.slots.max");
	struct receiver receiver;

	receiver_get(v, &receiver);
	if (patroni_drops(v, name)) {
		verdict_cause(r, RANK_FAIL, "ha.slot_not_permanent",
			      "replication slot '%s' does not exist: Patroni drops every slot that its own configuration does not name", name);
		verdict_evidence(r, "patroni.dynamic.json: %s", know(v, "db.patroni.config"));
	} else if (count >= most) {
		verdict_cause(r, RANK_FAIL, "slots.exhausted",
			      "replication slot '%s' is missing and cannot be made: all %.0f slots are in use", name, most);
		verdict_evidence(r, "pg_replication_slots: %.0f of max_replication_slots = %.0f", count, most);
	} else if (know_is(v, "server.create_slot", "auto") && receiver.state == RECEIVER_WAITING) {
		verdict_waiting(r, receiver.until, "slot '%s' is made by the next run of barman cron (create_slot = auto)", name);
	} else {
		verdict_cause(r, RANK_FAIL, "slot.missing", "replication slot '%s' does not exist", name);
		verdict_evidence(r, "pg_replication_slots: %.0f slots, none named '%s'", count, name);
	}
}

static void say_lost(struct verdict *r, const struct slot *s)
{
	bool idle = s->reason && !strcmp(s->reason, "idle_timeout");

	verdict_cause(r, RANK_FAIL, "slot.lost", "replication slot '%s' was invalidated%s: WAL that Barman had not received may be gone", s->name,
		      idle ? " because nobody read it for idle_replication_slot_timeout" : "");
	verdict_evidence(r, "pg_replication_slots: wal_status = %s, restart_lsn = %s%s%s", s->status, s->restart_text ? s->restart_text : "NULL",
			 s->reason ? ", invalidation_reason = " : "", s->reason ? s->reason : "");
	if (isfinite(s->unread_since))
		verdict_evidence(r, "inactive_since: %s", flow_time(s->unread_since));
}

static void say_unreserved(const struct view *v, struct verdict *r, const struct slot *s)
{
	struct filling f;

	flow_pg_wal(v, &f);
	verdict_cause(r, RANK_FAIL, "slot.unreserved",
		      "the next checkpoint removes WAL that replication slot '%s' still needs", s->name);
	verdict_evidence(r, "pg_replication_slots: wal_status = %s, safe_wal_size = %s, %s behind", s->status,
			 isnan(s->safe) ? "NULL" : flow_bytes(s->safe), flow_bytes(s->lag));
	verdict_urgency(r, 0);
}

static void say_never_used(const struct view *v, struct verdict *r, const struct slot *s)
{
	struct receiver receiver;

	receiver_get(v, &receiver);
	if (receiver.state == RECEIVER_OFF) {
		verdict_ok(r, "slot '%s' exists and holds nothing; this server does not stream", s->name);
	} else if (receiver.state == RECEIVER_RUNNING && strcmp(receiver.slot, s->name) != 0) {
		verdict_cause(r, RANK_FAIL, "slot.never_used", "the receiver still runs %s%s: slot '%s' was never used and keeps no WAL",
			      *receiver.slot ? "with slot " : "without a slot", receiver.slot, s->name);
		verdict_evidence(r, "pg_replication_slots: restart_lsn = NULL; pg_receivewal (pid %.0f) was started before slot_name was changed",
				 receiver.pid);
	} else if (receiver.state == RECEIVER_WAITING || receiver.state == RECEIVER_RUNNING) {
		verdict_waiting(r, receiver.until, "slot '%s' is new: the receiver has not used it yet", s->name);
	} else {
		verdict_cause(r, RANK_FAIL, "slot.never_used",
			      "replication slot '%s' exists but was never used: it keeps no WAL yet", s->name);
		verdict_evidence(r, "pg_replication_slots: restart_lsn = NULL, wal_status = NULL");
	}
}

static void judge_slot(const struct view *v, struct verdict *r, const struct slot *s)
{
	if (strcmp(s->type, "physical") != 0) {
		verdict_cause(r, RANK_FAIL, "slot.missing", "slot '%s' is a %s slot: the receiver needs a physical one",
			      s->name, s->type);
		verdict_evidence(r, "pg_replication_slots: slot_type = %s", s->type);
	} else if (!strcmp(s->status, "lost") || s->reason) {
		say_lost(r, s);
	} else if (!strcmp(s->status, "unreserved")) {
		say_unreserved(v, r, s);
	} else if (isnan(s->restart)) {
		say_never_used(v, r, s);
	} else {
		verdict_ok(r, "slot '%s' exists%s%s", s->name, *s->status ? ", its WAL is " : "", s->status);
		if (s->safe >= 0)
			verdict_evidence(r, "safe_wal_size: %s", flow_bytes(s->safe));
	}
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *name = slot_asked(v, r);
	struct slot s;

	if (!name)
		return;
	if (slot_get(v, name, &s))
		judge_slot(v, r, &s);
	else if (!know_yes(v, "server.streaming_archiver"))
		verdict_off(r, "this server does not stream, so slot '%s' is not needed", name);
	else
		say_missing(v, r, name);
}

const struct probe probe_slot_exists = {
	.id = "slot.exists",
	.title = "replication slot exists",
	.about = "Asks pg_replication_slots for the slot Barman streams from. A slot that was never used or was invalidated "
		 "is there but protects nothing; Barman 3.4 calls both 'not initialised'.",
	.stage = STAGE_SLOT,
	.needs = {"pg.connect"},
	.asks = {&q_pg_slots, &q_backup_receiver, &q_db_postgres},
	.causes = {"slot.missing", "ha.slot_not_permanent", "slots.exhausted", "slot.lost", "slot.unreserved", "slot.never_used"},
	.off = passive_off,
	.judge = judge,
};
