#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/postgres/postgres.h"

static void judge_wal_level(const struct view *v, struct verdict *ret)
{
	const char *level = setting(v, "wal_level"), *file = file_value(v, "wal_level");
	if (!level) {
		verdict_unseen(ret, v, &q_pg_settings);
	} else if (strcmp(level, "minimal")) {
		verdict_ok(ret, "wal_level is %s", level);
	} else {
		bool pending = (file && strcmp(file, "minimal")) || know_yes(v, "pg.pending_restart.wal_level");
		verdict_cause(ret, RANK_FAIL, "wal_level.minimal", "wal_level is minimal: WAL can neither be archived nor streamed%s",
			      pending ? "; the file has another value that waits for a restart" : "");
		verdict_evidence(ret, "wal_level = %s", level);
	}
}

const struct probe probe_wal_level = {
	.id = "wal_level",
	.title = "wal_level",
	.about = "The running value. It changes only at a restart.",
	.stage = STAGE_PG,
	.needs = {"pg.connect"},
	.asks = {&q_pg_settings, &q_dbsql_files},
	.causes = {"wal_level.minimal"},
	.off = passive_off,
	.judge = judge_wal_level,
};
