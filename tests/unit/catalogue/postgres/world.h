/* A server's facts by hand, replies by hand, and what a probe says about them. Include after <cmocka.h>. */
#ifndef WALMEDIC_TESTS_CATALOGUE_POSTGRES_WORLD_H
#define WALMEDIC_TESTS_CATALOGUE_POSTGRES_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "probes/catalogue/postgres/postgres.h"
#include "probes/engine/model.h"
#include "probes/engine/view.h"

#define NOW 1795251300000LL

static inline struct view *world(void)
{
	struct view *v = view_new(NULL);
	view_set_now(v, NOW);
	learn(v, "server.name", "main");
	learn(v, "server.names", "main");
	learn(v, "server.active_names", "main");
	learn(v, "server.archiver", "on");
	learn(v, "server.streaming_archiver", "on");
	learn(v, "server.conninfo", "host=db1 user=barman dbname=postgres connect_timeout=5");
	learn(v, "server.streaming_conninfo", "host=db1 user=streaming_barman");
	learn(v, "server.incoming_wals_directory", "/var/lib/barman/main/incoming");
	learn(v, "backup.hostname", "backup1");
	return v;
}

/* cells: "|" ends a cell, "\n" a row, an empty cell is NULL; as `psql -At -F '|'` prints them. */
static inline void answer_sql(struct view *v, const struct question *q, const char *cells)
{
	static const char *cell[2000];
	char *copy = strdup(cells);
	int n = 0, cols = 1, rows = 0;
	for (char *p = copy; *p && n < 2000; rows++) {
		char *end = strchr(p, '\n');
		if (end)
			*end = '\0';
		for (cols = 1;; cols++) {
			char *bar = strchr(p, '|');
			if (bar)
				*bar = '\0';
			cell[n++] = *p ? p : NULL;
			if (!bar)
				break;
			p = bar + 1;
		}
		p = end ? end + 1 : p + strlen(p);
	}
	struct reply r = {.outcome = REPLY_DONE, .rows = rows, .cols = cols, .cell = cell, .at = NOW};
	view_answer(v, q, &r);
	free(copy);
}

static inline void answer_sh(struct view *v, const struct question *q, const char *out)
{
	struct reply r = {.outcome = REPLY_DONE, .out = out, .out_len = strlen(out), .at = NOW};
	view_answer(v, q, &r);
}

static inline void answer_failure(struct view *v, const struct question *q, enum outcome outcome, const char *stage,
				  int sys_errno, const char *sqlstate, const char *words)
{
	struct reply r = {.outcome = outcome, .stage = stage, .sys_errno = sys_errno, .sqlstate = sqlstate, .words = words, .at = NOW};
	view_answer(v, q, &r);
}

/* The state, and the first cause ("" = none) that the probe names. */
static inline void assert_says(const struct view *v, const struct probe *p, enum state state, const char *cause)
{
	struct verdict verdict;
	probe_judge(p, v, &verdict);
	const char *got = verdict.findings ? verdict.finding[0].cause : "";
	if (verdict.state != state || strcmp(got, cause))
		fail_msg("%s: %s %s (%s), not %s %s", p->id, state_names[verdict.state], got, verdict.say, state_names[state], cause);
	if (verdict.findings)
		assert_true(*verdict.finding[0].evidence);
	verdict_clear(&verdict);
}

/* What the lab's healthy server answers to q_pg_settings. */
#define SETTINGS_HEALTHY                                                                                             \
	"settings.archive_command|barman-wal-archive backup1 main %p\nsettings.archive_library|\nsettings.archive_mode|on\n" \
	"settings.max_wal_size|134217728\nsettings.wal_level|replica\nsettings.wal_segment_size|16777216\n"               \
	"version_num|150020\nversion|15.20\nin_recovery|no\nlsn|67403936\ntimeline|1\nredo_lsn|67403680\n"               \
	"checkpoint_ms|1795250318000\nsystem_identifier|7710540064051791130\nstart_ms|1795250018857\n"                 \
	"conf_load_ms|1795250018850\ntime_ms|1795251300000\nuser|barman"

#define FILES_HEALTHY                                                                                                \
	"setting|archive_command|barman-wal-archive backup1 main %p|/etc/postgresql/15/main/postgresql.conf:257|\n"      \
	"setting|archive_mode|on|/etc/postgresql/15/main/postgresql.conf:252|\n"                                         \
	"setting|wal_level|replica|/etc/postgresql/15/main/postgresql.conf:205|\n"                                      \
	"role|streaming_barman|login replication password||\nrole|barman|login password||\nrole|postgres|login replication super||\n" \
	"seen||||"

#endif
