/* A view of one server with a streaming and an archiving route, and replies as hosts gave them:
 * recorded from PostgreSQL 15.20 and Barman 3.4.0 on Debian 12, then altered where a test says so. */
#ifndef WALMEDIC_TESTS_FLOW_FIXTURE_H
#define WALMEDIC_TESTS_FLOW_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/str.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"
#include "probes/engine/view.h"

#define NOW_S 1795250935
#define NOW ((int64_t)NOW_S * 1000)

static inline void answer_sh(struct view *v, const struct question *q, const char *out)
{
	struct reply r = {.outcome = REPLY_DONE, .out = out, .out_len = strlen(out), .words = "", .stage = "",
			  .sqlstate = "", .via = "local", .at = view_now(v)};

	view_answer(v, q, &r);
}

static inline void answer_fail(struct view *v, const struct question *q, enum outcome outcome)
{
	struct reply r = {.outcome = outcome, .out = "", .words = "Connection timed out", .stage = "connect",
			  .sqlstate = "", .via = "", .at = view_now(v)};

	view_answer(v, q, &r);
}

static inline void answer_rows(struct view *v, const struct question *q, const char *const *cell, int rows, int cols)
{
	struct reply r = {.outcome = REPLY_DONE, .out = "", .words = "", .stage = "", .sqlstate = "", .via = "libpq",
			  .rows = rows, .cols = cols, .cell = cell, .at = view_now(v)};

	view_answer(v, q, &r);
}

static inline struct view *server_view(void)
{
	static const char *const facts[][2] = {
		{"server.name", "mydb"}, {"server.names", "mydb other-db"}, {"server.slot_name", "barman_mydb"},
		{"server.slot_name_meant", ""}, {"server.option_values", "barman_mydb\nhost=127.0.0.1 user=postgres\nspare_slot"},
		{"server.streaming_archiver", "on"}, {"server.archiver", "on"}, {"server.create_slot", "manual"},
		{"server.streaming_archiver_name", "barman_receive_wal"},
		{"server.streaming_wals_directory", "/b/mydb/streaming"}, {"server.minimum_redundancy", "0"},
		{"pg.settings.wal_segment_size", "16777216"}, {"pg.settings.max_wal_size", "100663296"},
		{"pg.settings.max_slot_wal_keep_size", "-1"}, {"pg.version_num", "150020"}, {"pg.up", "yes"},
		{"pg.start_ms", "1795249540000"}, {"server.cron.last_run_ms", "1795250920000"},
		{"backup.cron.next_tick_ms", "1795250940000"}, {"backup.cron.daemon_started_ms", "1795240000000"}};
	struct view *v = view_new(NULL);

	view_set_now(v, NOW);
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		learn(v, facts[i][0], facts[i][1]);
	return v;
}

/* One row of q_pg_slots. */
enum { SLOT_COLUMNS = 17 };
#define SLOT(name, active, pid, restart, status, safe, address, application, write)                         \
	"117582864", "10", name, "physical", "f", active, pid, restart, "0/7000000", status, safe, address,   \
		application, write, "117440512", "1795249540383", "t"
#define OUR_SLOT SLOT("barman_mydb", "t", "31164", "117440512", "reserved", NULL, "192.0.2.2", "barman_receive_wal", "117582864")

#define RECEIVER_HEAD "clock=1795250935 +0000\nuptime=3140.55\nhz=100\n"
#define RECEIVER_TAIL                                                                                       \
	"addresses=192.0.2.2 fd00::2 \n"                                                                     \
	"log=2026-11-21 08:25:40,324 [31158] barman.server INFO: Starting receive-wal for server mydb\n"     \
	"log=2026-11-21 08:25:40,390 [31158] barman.command_wrappers INFO: mydb: pg_receivewal: starting log streaming at 0/6000000 (timeline 1)\n"
#define QUEUES                                                                                              \
	"slots=barman_mydb \n"                                                                               \
	"streaming=0 0.000 - 0.000 000000010000000000000007.partial 1795250934.657\n"                        \
	"incoming=0 0.000 - 0.000 - 0.000\nerrors=0 0.000 - 0.000 - 0.000\nend=\n"
#define RECEIVER_RUNS                                                                                       \
	RECEIVER_HEAD "lock=1795249540.320 31158\nheld=31158\n"                                              \
	"process=31163 31158 174536 /usr/lib/postgresql/15/bin/pg_receivewal\t--directory=/b/mydb/streaming\t--slot=barman_mydb\t\n" \
	"process=4724 4716 222629 /usr/lib/postgresql/15/bin/pg_receivewal\t--directory=/b/other/streaming\t--slot=barman\t\n" \
	RECEIVER_TAIL QUEUES

static inline void answer_slots(struct view *v, const char *const *cell, int rows)
{
	answer_rows(v, &q_pg_slots, cell, rows, SLOT_COLUMNS);
}

static inline void assert_cause(const struct verdict *r, const char *cause, enum rank rank)
{
	if (!r->findings)
		fail_msg("no cause, state %s: %s", state_names[r->state], r->say ? r->say : "");
	assert_string_equal(r->finding[0].cause, cause);
	assert_int_equal(r->finding[0].rank, rank);
}

static inline void assert_state(const struct verdict *r, enum state state)
{
	if (r->state != state || (state == STATE_OK && r->findings))
		fail_msg("state %s, cause %s: %s", state_names[r->state], r->findings ? r->finding[0].cause : "none",
			 r->findings ? r->finding[0].say : r->say ? r->say : "");
}

static inline void expect_state(const struct view *v, const struct probe *p, enum state state)
{
	struct verdict r;

	probe_judge(p, v, &r);
	assert_state(&r, state);
	verdict_clear(&r);
}

static inline void expect_cause(const struct view *v, const struct probe *p, const char *cause, enum rank rank)
{
	struct verdict r;

	probe_judge(p, v, &r);
	assert_cause(&r, cause, rank);
	verdict_clear(&r);
}

#endif
