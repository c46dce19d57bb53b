/* archive.backlog: segments pile up although each one is archived: slower than WAL is written. */
#include <math.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/postgres/archiver.h"
#include "probes/catalogue/postgres/postgres.h"

/* A burst leaves a few segments for a moment: only many that have waited long are a backlog. */
enum { MANY = 8, LONG_MS = 120 * 1000, POINTS = 64 };

/* Segments more per second over the series; NAN with fewer than three points. */
static double growth(const struct view *v)
{
	struct point p[POINTS];
	int n = know_series(v, "db.archive.ready_count", p, POINTS);
	if (n < 3 || p[n - 1].at <= p[0].at)
		return NAN;
	return (p[n - 1].value - p[0].value) / ((double)(p[n - 1].at - p[0].at) / 1000);
}

static void judge_backlog(const struct view *v, struct verdict *ret)
{
	double waiting = ready_count(v), age = oldest_ready_age_ms(v), slope = growth(v);
	struct str text = {0};
	if (setting(v, "archive_mode") && !archiving_on(v)) {
		verdict_off(ret, "no segment is archived: archive_mode is %s", setting(v, "archive_mode"));
		return;
	}
	if (isnan(waiting)) {
		verdict_unseen(ret, v, &q_db_postgres);
		return;
	}
	text_duration(&text, isnan(age) ? 0 : age / 1000);
	if (waiting < MANY || !(age > LONG_MS)) {
		verdict_ok(ret, waiting > 0 ? "%.0f segment(s) wait, the oldest for %s" : "no segment waits", waiting, str_text(&text));
	} else if (slope < 0) {
		verdict_waiting(ret, 0, "%.0f segments wait, the oldest for %s; they become fewer", waiting, str_text(&text));
	} else {
		verdict_cause(ret, RANK_FAIL, "archive.backlog", "%.0f segments wait to be archived, the oldest for %s, though nothing fails: "
			      "WAL is written faster than it is archived", waiting, str_text(&text));
		if (know(v, "db.archive.first_ready"))
			verdict_evidence(ret, "next: %s", know(v, "db.archive.first_ready"));
		verdict_evidence(ret, isnan(slope) ? "%.0f segments wait" : "%.0f segments wait, %+.1f a minute", waiting, slope * 60);
	}
	str_free(&text);
}

const struct probe probe_archive_backlog = {
	.id = "archive.backlog",
	.title = "segments waiting to be archived",
	.about = "The .ready files of pg_wal/archive_status and their slope. They are only judged while archiving itself works.",
	.stage = STAGE_WAL,
	.needs = {"pg.connect", "archive.flow"},
	.asks = {&q_db_postgres, &q_pg_ready, &q_pg_settings},
	.causes = {"archive.backlog"},
	.off = passive_off,
	.judge = judge_backlog,
};
