#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"

struct survey {
	const struct view *v;
	struct verdict *r;
	double most;      /* max_wal_size */
	int others, hoarding;
	struct slot worst;
	char worst_name[64];
};

static void look(void *arg, const struct slot *s)
{
	struct survey *y = arg;
	const char *ours = slot_name(y->v);

	if (ours && !strcmp(ours, s->name))
		return;
	y->others++;
	if (isnan(s->lag) || !strcmp(s->status, "lost"))
		return;
	if (!y->worst_name[0] || s->lag > y->worst.lag) {
		y->worst = *s;
		y->worst.name = NULL;
		strncpy(y->worst_name, s->name, sizeof(y->worst_name) - 1);
	}
}

static bool beyond(const struct survey *y, const struct slot *s)
{
	return !strcmp(s->status, "extended") || !strcmp(s->status, "unreserved") || s->lag > y->most;
}

/* repmgr_slot_N is the slot of repmgr's node N (repmgr 5, with use_replication_slots): who drops it has to build that standby anew. */
static void say_owner(struct verdict *r, const char *name)
{
	int node = 0, used = 0;

	if (sscanf(name, "repmgr_slot_%d%n", &node, &used) == 1 && !name[used])
		verdict_evidence(r, "repmgr names its slots so: node %d is down, or was never unregistered; repmgr cluster show tells which", node);
}

static void hoarding(void *arg, const struct slot *s)
{
	struct survey *y = arg;
	const char *ours = slot_name(y->v), *protected = slot_protected(y->v, s->name);
	struct filling f;

	if ((ours && !strcmp(ours, s->name)) || isnan(s->lag) || !strcmp(s->status, "lost") || !beyond(y, s))
		return;
	y->hoarding++;
	if (protected) {
		verdict_evidence(y->r, "slot %s holds %s of WAL; %s", s->name, flow_bytes(s->lag), protected);
		return;
	}
	flow_pg_wal(y->v, &f);
	verdict_cause(y->r, s->active ? RANK_WARN : RANK_FAIL, "slot.foreign_hoarding",
		      "slot '%s', which is not Barman's, holds %s of WAL%s", s->name, flow_bytes(s->lag),
		      s->active ? " although it is read" : " and nobody reads it");
	verdict_evidence(y->r, "pg_replication_slots: slot_type = %s, active = %s, wal_status = %s, restart_lsn = %s", s->type,
			 s->active ? "true" : "false", *s->status ? s->status : "not known to this version",
			 s->restart_text ? s->restart_text : "NULL");
	say_owner(y->r, s->name);
	if (s->active)
		verdict_evidence(y->r, "read by '%s' from %s", s->holder_application ? s->holder_application : "",
				 s->holder_address ? s->holder_address : "an address not visible");
	if (f.pin.what && !strcmp(f.pin.slot, s->name) && isfinite(f.seconds))
		verdict_urgency(y->r, f.seconds);
}

static void judge(const struct view *v, struct verdict *r)
{
	struct survey y = {.v = v, .r = r, .most = know_num(v, "pg.settings.max_wal_size")};

	if (!slot_seen(v)) {
		flow_unseen(r, v, &q_pg_slots, "replication slots");
		return;
	}
	if (!know(v, "server.names")) {
		verdict_unknown(r, "which slots are Barman's is not known without its configuration");
		return;
	}
	if (isnan(y.most))
		y.most = INFINITY; /* without the setting only PostgreSQL's own wal_status counts */
	slot_each(v, look, &y);
	slot_each(v, hoarding, &y);
	if (r->findings)
		return;
	if (y.hoarding)
		verdict_ok(r, "another slot of Barman's holds much WAL; it is judged with its own server");
	else if (!y.others)
		verdict_ok(r, "no other slots");
	else if (!y.worst_name[0])
		verdict_ok(r, "%d other slot%s, none holds WAL", y.others, y.others == 1 ? "" : "s");
	else
		verdict_ok(r, "%d other slot%s; '%s' holds most, %s", y.others, y.others == 1 ? "" : "s", y.worst_name,
			   flow_bytes(y.worst.lag));
}

const struct probe probe_slots_foreign = {
	.id = "slots.foreign",
	.title = "no other slot holds WAL back",
	.about = "Slots that are not Barman's and hold more WAL than max_wal_size. A slot that any option, server name or log of "
		 "Barman's names is never called foreign.",
	.stage = STAGE_SLOT,
	.needs = {"pg.connect"},
	.asks = {&q_pg_slots},
	.causes = {"slot.foreign_hoarding"},
	.off = passive_off,
	.judge = judge,
};
