/* pg.identity: is this the cluster that was backed up so far. */
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/postgres.h"
#include "probes/engine/model.h"

static void judge(const struct view *v, struct verdict *r)
{
	const char *now = know(v, "pg.system_identifier"), *stored = know(v, "server.catalogue.identity");
	const char *port = know(v, "server.identity.port");

	if (!know_yes(v, "server.catalogue.seen")) {
		flow_unseen(r, v, &q_backup_catalogue, "identity.json");
	} else if (!stored || !*stored) {
		verdict_off(r, "no cluster was backed up yet: Barman has no identity.json");
	} else if (!now) {
		flow_unseen(r, v, &q_pg_settings, "the system identifier");
	} else if (strcmp(now, stored)) {
		verdict_cause(r, RANK_FAIL, "pg.identity_changed", "conninfo reaches another cluster than the one that was backed up so far");
		verdict_evidence(r, "conninfo: system identifier %s\nidentity.json: system identifier %s", now, stored);
		if (port && *port)
			verdict_evidence(r, "the cluster of identity.json runs on the same host at port %s", port);
	} else {
		verdict_ok(r, "the cluster is the one that was backed up so far (%s)", now);
	}
}

const struct probe probe_pg_identity = {
	.id = "pg.identity",
	.title = "the same cluster as before",
	.about = "The system identifier of the cluster that conninfo reaches, and the one that Barman wrote into identity.json at the first backup. "
		 "A restored copy has the same one.",
	.stage = STAGE_PG,
	.needs = {"pg.connect"},
	.asks = {&q_pg_settings, &q_backup_catalogue},
	.causes = {"pg.identity_changed"},
	.off = passive_off,
	.judge = judge,
};
