#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/postgres.h"
#include "probes/catalogue/volume.h"
#include "probes/engine/model.h"
#include "probes/engine/series.h"

static const char *pinned_by(const struct pin *pin)
{
	if (!pin->what)
		return "";
	if (!strcmp(pin->what, "archive"))
		return "archive_command, which is behind,";
	return !strcmp(pin->what, "slot") ? pin->slot : pin->what;
}

/* What fills it, from the files: for when the server is down and cannot say. */
static void say_what_is_there(struct verdict *r, const struct view *v)
{
	double ready = know_num(v, "db.wal.ready"), foreign = know_num(v, "db.wal.foreign_bytes");
	const char *big = know(v, "db.wal.big");

	verdict_evidence(r, "%s of %s free on %s; pg_wal holds %s in %s segments",
			 flow_bytes(know_num(v, "db.wal.avail")), flow_bytes(know_num(v, "db.wal.size")),
			 know(v, "db.wal.mount") ? know(v, "db.wal.mount") : "its volume",
			 flow_bytes(know_num(v, "db.wal.bytes")),
			 know(v, "db.wal.segments") ? know(v, "db.wal.segments") : "?");
	if (ready >= 3)
		verdict_evidence(r, "%.0f segments wait for archive_command (archive_status/*.ready), the oldest since %s",
				 ready, flow_time(know_num(v, "db.wal.oldest_ready_ms")));
	if (foreign > 0)
		verdict_evidence(r, "other files in pg_wal: %s (%s)", know(v, "db.wal.foreign"), flow_bytes(foreign));
	if (big && *big)
		verdict_evidence(r, "large files on that volume (bytes, path):\n%s", big);
}

static void say_pin(struct verdict *r, const struct filling *f)
{
	if (f->pin.what && !strcmp(f->pin.what, "slot"))
		verdict_evidence(r, "slot %s holds %s of WAL", f->pin.slot, flow_bytes(f->pin.bytes));
	else if (f->pin.what && !strcmp(f->pin.what, "wal_keep_size"))
		verdict_evidence(r, "wal_keep_size = %s, more than the volume holds", flow_bytes(f->pin.bytes));
	else if (f->pin.what)
		verdict_evidence(r, "%s of WAL wait for archive_command", flow_bytes(f->pin.bytes));
}

/* Both fall and rise on one volume: pg_wal stands still, free space goes. */
static double foreign_fall(const struct view *v)
{
	struct point avail[64], wal[64];
	int n = know_series(v, "db.wal.avail", avail, 64), m = know_series(v, "db.wal.bytes", wal, 64);
	double fall = -series_slope(avail, n), growth = series_slope(wal, m);

	return n >= 10 && avail[n - 1].at - avail[0].at >= 300000 && growth < fall / 4 ? fall : (double)NAN;
}

/* At first sight: a file that is being written now, by how much it grew since it was made. */
static void judge_foreign_growth(const struct view *v, struct verdict *r)
{
	double fall = foreign_fall(v), grower = know_num(v, "db.wal.grower_rate");
	double left = series_time_to(know_num(v, "db.wal.avail"), fmax(fall, grower));

	if (!(left < flow_warning_s(v)))
		return;
	verdict_cause(r, RANK_WARN, "disk.foreign_growth",
		      "files other than WAL fill the volume of pg_wal: full in %s", flow_duration(left));
	verdict_urgency(r, left);
	if (know(v, "db.wal.grower"))
		verdict_evidence(r, "%s grows by %s a second", know(v, "db.wal.grower"), flow_bytes(grower));
	say_what_is_there(r, v);
}

/* The other volumes of the server: where its data is, and the fullest one of its tablespaces. */
static void judge_other(const struct view *v, struct verdict *r, const char *key, const char *what)
{
	char name[32];
	const char *wal = know(v, "db.wal.mount"), *mount;
	double avail;

	snprintf(name, sizeof(name), "%s.mount", key);
	mount = know(v, name);
	if (wal && mount && !strcmp(wal, mount))
		return;
	if (volume_broken(v, r, key, what, "db"))
		return;
	snprintf(name, sizeof(name), "%s.avail", key);
	avail = know_num(v, name);
	if (!(avail < 2 * flow_segment_size(v)))
		return;
	verdict_cause(r, RANK_FAIL, "disk.pg_data_full", "the volume of %s, %s, is full: %s left", what,
		      mount ? mount : "which is not known", flow_bytes(avail));
	verdict_evidence(r, "%s free on %s: statements that need room fail with \"No space left on device\"", flow_bytes(avail),
			 mount ? mount : "it");
	verdict_urgency(r, 0);
}

static void say_full(const struct view *v, struct verdict *r, const struct filling *f)
{
	verdict_cause(r, RANK_FAIL, "disk.pg_wal_full",
		      "pg_wal has room for fewer than two more segments: %s left%s%s", flow_bytes(know_num(v, "db.wal.avail")),
		      f->pin.what ? ", held by " : "", pinned_by(&f->pin));
	verdict_urgency(r, 0);
	say_what_is_there(r, v);
	say_pin(r, f);
}

/* "about 2 h (50 min to 5 h)" */
static const char *about(double seconds, double soonest, double latest, char *buf, size_t size)
{
	if (isnan(soonest) || isnan(latest))
		snprintf(buf, size, "%s", flow_duration(seconds));
	else if (isinf(latest))
		snprintf(buf, size, "about %s (%s at the soonest)", flow_duration(seconds), flow_duration(soonest));
	else
		snprintf(buf, size, "about %s (%s to %s)", flow_duration(seconds), flow_duration(soonest), flow_duration(latest));
	return buf;
}

static void say_filling(const struct view *v, struct verdict *r, const struct filling *f)
{
	char buf[160];

	verdict_cause(r, RANK_FAIL, "disk.pg_wal_filling", "pg_wal will be full in %s: %s keeps WAL from being removed",
		      about(f->seconds, f->soonest, f->latest, buf, sizeof(buf)), pinned_by(&f->pin));
	verdict_urgency(r, f->seconds);
	verdict_evidence(r, "%s of WAL a second into %s of room", flow_bytes(f->rate), flow_bytes(f->room));
	say_pin(r, f);
	say_what_is_there(r, v);
}

static void say_room(const struct view *v, struct verdict *r, const struct filling *f)
{
	const char *avail = flow_bytes(know_num(v, "db.wal.avail"));
	char buf[160];

	if (f->pin.what && isfinite(f->lost))
		verdict_ok(r, "%s free; slot %s holds %s, and max_slot_wal_keep_size gives it up in %s, before the volume is full",
			   avail, f->pin.slot, flow_bytes(f->pin.bytes), about(f->lost, f->lost_soonest, f->lost_latest, buf, sizeof(buf)));
	else if (f->pin.what)
		verdict_ok(r, "%s free; %s holds %s of WAL%s", avail, pinned_by(&f->pin), flow_bytes(f->pin.bytes),
			   isnan(f->rate) ? ", the rate is not known yet" : "");
	else if (!know_is(v, "pg.up", "yes"))
		verdict_ok(r, "%s free; what holds WAL back is not known while PostgreSQL does not answer", avail);
	else if (!slot_seen(v) || isnan(know_num(v, "db.wal.ready")))
		verdict_ok(r, "%s free; whether %s holds WAL back cannot be seen", avail, slot_seen(v) ? "the archiver" : "a slot");
	else
		verdict_ok(r, "%s free; nothing holds WAL back, pg_wal levels out near max_wal_size (%s)", avail,
			   flow_bytes(know_num(v, "pg.settings.max_wal_size")));
}

/* pg_wal may grow to max_wal_size before a checkpoint removes anything, and somewhat beyond it (PostgreSQL 15 xlog.c: a soft limit): a
 * busy hour fills a volume that is smaller, though nothing holds WAL back. */
static void judge_small(const struct view *v, struct verdict *r)
{
	double most = know_num(v, "pg.settings.max_wal_size"), segment = flow_segment_size(v);
	double room = know_num(v, "db.wal.bytes") + know_num(v, "db.wal.avail");

	if (r->findings || !(most + 2 * segment > room))
		return;
	verdict_cause(r, RANK_WARN, "disk.pg_wal_small", "max_wal_size lets pg_wal grow to %s, and its volume has room for %s: a busy hour fills it",
		      flow_bytes(most), flow_bytes(room));
	say_what_is_there(r, v);
}

static void judge_room(const struct view *v, struct verdict *r)
{
	struct filling f;

	flow_pg_wal(v, &f);
	if (know_num(v, "db.wal.avail") < 2 * flow_segment_size(v))
		say_full(v, r, &f);
	else if (f.seconds < flow_warning_s(v))
		say_filling(v, r, &f);
	judge_foreign_growth(v, r);
	judge_small(v, r);
	judge_other(v, r, "db.data", "the data directory");
	judge_other(v, r, "db.tbs", "a tablespace");
	if (!r->findings)
		say_room(v, r, &f);
}

static void judge(const struct view *v, struct verdict *r)
{
	if (!know_yes(v, "db.wal.seen") && know_yes(v, "pg.waldir.seen")) {
		verdict_unknown(r, "free space is not visible without a way in to the PostgreSQL host; pg_wal holds %s",
				flow_bytes(know_num(v, "pg.waldir.bytes")));
		return;
	}
	if (!know_yes(v, "db.wal.seen")) {
		flow_unseen(r, v, &q_db_wal, "the volume of pg_wal");
		return;
	}
	if (volume_broken(v, r, "db.wal", "pg_wal", "db") || volume_broken(v, r, "db.data", "the data directory", "db") ||
	    volume_broken(v, r, "db.logs", "PostgreSQL's log", "db"))
		return;
	if (isnan(know_num(v, "db.wal.avail"))) {
		verdict_unknown(r, "the free space of pg_wal's volume could not be read as postgres%s",
				know(v, "db.wal.missing") ? ": the directory is not there" : "");
		return;
	}
	judge_room(v, r);
}

const struct probe probe_disk_pg_wal = {
	.id = "disk.pg_wal",
	.title = "room for WAL on the PostgreSQL host",
	.about = "Free space of pg_wal's volume, what keeps WAL from being removed, and how fast it is written. A pg_wal "
		 "that grew to max_wal_size and stays there is normal: only WAL that something holds back can fill it.",
	.stage = STAGE_DISK,
	.asks = {&q_db_wal, &q_pg_waldir, &q_pg_slots, &q_db_postgres},
	.causes = {"disk.pg_wal_full", "disk.pg_wal_filling", "disk.pg_wal_small", "disk.foreign_growth", "disk.pg_data_full", "disk.inodes",
		   "disk.read_only", "disk.not_mounted", "disk.hung"},
	.off = passive_off,
	.judge = judge,
};
