/* clock: do the Barman host and PostgreSQL's host agree what time it is. */
#include <math.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/postgres.h"
#include "probes/engine/model.h"

/* Barman's clock is asked in whole seconds, and an answer takes its time. */
enum { ALLOWED_MS = 5000, SLACK_MS = 1500, SLOW_MS = 2000 };

static double clock_of(const struct view *v, const char *fact)
{
	double at = know_num(v, fact);
	int64_t age = know_age_ms(v, fact);

	return age < 0 ? (double)NAN : at + (double)age;
}

static bool was_slow(const struct view *v, const struct question *q)
{
	const struct reply *r = view_reply(v, q);

	return r->took_ms > SLOW_MS;
}

static void judge(const struct view *v, struct verdict *r)
{
	double backup = clock_of(v, "server.receiver.clock_ms"), pg = clock_of(v, "pg.time_ms"), ahead = (backup - pg) / 1000.0;

	if (isnan(backup)) {
		flow_unseen(r, v, &q_backup_receiver, "the Barman host's clock");
	} else if (isnan(pg)) {
		flow_unseen(r, v, &q_pg_settings, "PostgreSQL's clock");
	} else if (was_slow(v, &q_backup_receiver) || was_slow(v, &q_pg_settings)) {
		verdict_unknown(r, "the answers came too slowly to compare two clocks");
	} else if (fabs(ahead) * 1000 > ALLOWED_MS + SLACK_MS) {
		verdict_cause(r, RANK_WARN, "clock.skew", "the clock of the Barman host is %s %s that of PostgreSQL's host: ages and points in time are wrong by that much",
			      flow_duration(fabs(ahead)), ahead > 0 ? "ahead of" : "behind");
		verdict_evidence(r, "Barman host: %s\nPostgreSQL: %s", flow_time(backup), flow_time(pg));
	} else {
		verdict_ok(r, "both hosts have the same time");
	}
}

const struct probe probe_clock = {
	.id = "clock",
	.title = "the hosts' clocks agree",
	.about = "date on the Barman host beside clock_timestamp() of PostgreSQL. A recovery to a point in time means PostgreSQL's clock, ages of "
		 "backups mean Barman's.",
	.stage = STAGE_HOST,
	.asks = {&q_backup_receiver, &q_pg_settings},
	.causes = {"clock.skew"},
	.off = passive_off,
	.judge = judge,
};
