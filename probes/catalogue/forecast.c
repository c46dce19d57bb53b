/* When a volume will be full: how fast WAL is written, what holds it back, how much room there is, and how
 * sure that is. Pure: facts in, numbers out; tests/replay/forecast_test.c holds it against recorded loads. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/flow.h"
#include "probes/engine/series.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, TRACE_MAX = 256 };

/* ---- the trace of the primary's position ---- */

static int add_series(const struct view *v, const char *name, struct point *p, int n, int max)
{
	return n + know_series(v, name, p + n, max - n);
}

int flow_trace(const struct view *v, struct point *p, int max)
{
	double redo = know_num(v, "pg.redo_lsn"), at = know_num(v, "pg.checkpoint_ms");
	int n = 0;

	if (!isnan(redo) && at > 0)
		p[n++] = (struct point){flow_ms(at), redo};
	n = add_series(v, "db.wal.written", p, n, max);
	n = add_series(v, "pg.slots.lsn", p, n, max);
	n = add_series(v, "pg.lsn", p, n, max);
	series_sort(p, n);
	return series_monotone(p, n);
}

/* The faster of the last ten minutes and of the whole trace: a load that just began counts, and so
 * does what was written over hours while something held WAL back. */
static double rate_of(const struct view *v, const struct point *p, int n)
{
	int64_t now = view_now(v);
	double recent = series_growth(p, n, now, 10 * MINUTE_MS, 5 * SECOND_MS);
	double all = series_growth(p, n, now, 24 * HOUR_MS, 10 * MINUTE_MS);

	/* Of a trace of seconds: as if the rest of its minute were quiet. */
	if (n && now - p[0].at < MINUTE_MS)
		recent *= (double)(now - p[0].at) / MINUTE_MS;
	return fmax(recent, all);
}

struct rates {
	double low, high;       /* NAN: not known */
};

static void widen(struct rates *r, double rate, double by)
{
	if (isnan(rate) || !(rate > 0))
		return;
	r->low = fmin(r->low, rate / by);
	r->high = fmax(r->high, rate * by);
}

/* A load that grows goes on growing: the last half minute's rate, and as much more as it gained on the one before. */
static double rising(const struct point *p, int n, int64_t now)
{
	double last = series_growth(p, n, now, MINUTE_MS / 2, 20 * SECOND_MS);
	double both = series_growth(p, n, now, MINUTE_MS, 50 * SECOND_MS), before = 2 * both - last;

	return last > before && before > 0 ? last + fmin(last - before, last) : last;
}

/* The rate will be somewhere between the slowest and the fastest of what was seen over a minute and more. A
 * short trace says little about bursts and checkpoints to come, a long one more. */
static struct rates spread_of(const struct view *v, const struct point *p, int n, double rate)
{
	static const int64_t windows[] = {MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS};
	int64_t now = view_now(v), age = n ? now - p[0].at : 0;
	double by = age < MINUTE_MS ? 2 : age < 5 * MINUTE_MS ? 1.35 : 1.2;
	struct rates r = {NAN, NAN};

	widen(&r, rate, by);
	widen(&r, rising(p, n, now), by);
	for (size_t i = 0; i < sizeof(windows) / sizeof(*windows); i++)
		if (age >= windows[i] / 2)
			widen(&r, series_growth(p, n, now, windows[i], windows[i] / 2), by);
	return r;
}

/* ---- what holds WAL on the primary ---- */

struct pins {
	const struct view *v;
	struct pin worst;
	double segment, most; /* max_wal_size */
	bool waiting;         /* our receiver is only waiting for cron: its slot is no pin */
	const char *ours;
};

static bool consider(struct pins *p, const char *what, const char *slot, double bytes)
{
	if (p->worst.what && !(bytes > p->worst.bytes))
		return false;
	p->worst = (struct pin){.what = what, .bytes = bytes, .safe = NAN, .restart = NAN};
	snprintf(p->worst.slot, sizeof(p->worst.slot), "%s", slot);
	return true;
}

static void consider_slot(void *arg, const struct slot *s)
{
	struct pins *p = arg;
	bool beyond = !strcmp(s->status, "extended") || !strcmp(s->status, "unreserved") || s->lag > p->most;

	if (isnan(s->lag) || !strcmp(s->status, "lost"))
		return;
	if (p->waiting && p->ours && !strcmp(p->ours, s->name))
		return;
	/* One that is read lets go as its reader goes on, unless the lag is seen to grow. */
	if (!(s->active ? beyond && slot_lag_slope(p->v, s->name) > 0 : beyond || s->lag >= 3 * p->segment))
		return;
	if (!consider(p, "slot", s->name, s->lag))
		return;
	p->worst.safe = s->safe;
	p->worst.restart = s->restart;
}

static void consider_archive(struct pins *p)
{
	double ready = know_num(p->v, "db.archive.ready_count"), oldest = know_num(p->v, "db.archive.oldest_ready_ms");

	if (isnan(ready)) {
		ready = know_num(p->v, "db.wal.ready");
		oldest = know_num(p->v, "db.wal.oldest_ready_ms");
	}
	if (ready >= 3 && (double)view_now(p->v) - oldest > MINUTE_MS)
		consider(p, "archive", "", ready * p->segment);
}

/* More kept for standbys than the volume holds: nothing else needs to be wrong. */
static void consider_keep_size(struct pins *p)
{
	double keep = know_num(p->v, "pg.settings.wal_keep_size");

	if (isnan(keep))        /* until PostgreSQL 12 */
		keep = know_num(p->v, "pg.settings.wal_keep_segments") * p->segment;
	if (keep + 2 * p->segment > know_num(p->v, "db.wal.bytes") + know_num(p->v, "db.wal.avail"))
		consider(p, "wal_keep_size", "", keep);
}

static struct pin find_pin(const struct view *v)
{
	struct pins p = {.v = v, .worst = {.safe = NAN, .restart = NAN}, .segment = flow_segment_size(v),
			 .most = know_num(v, "pg.settings.max_wal_size"), .ours = slot_name(v)};
	struct receiver receiver;

	receiver_get(v, &receiver);
	p.waiting = receiver.state == RECEIVER_WAITING;
	if (isnan(p.most))
		p.most = INFINITY;
	slot_each(v, consider_slot, &p);
	consider_archive(&p);
	consider_keep_size(&p);
	return p.worst;
}

/* How fast the pin itself goes on, bytes a second: an archiver that is only too slow, a reader that only lags.
 * What it holds is counted in segments; less than a tenth of the rate may be their grain. */
static double advance_of(const struct view *v, const struct pin *pin, double rate)
{
	struct point p[64];
	double held, unit = 1;
	int n;
	char name[96];

	if (!strcmp(pin->what, "slot"))
		snprintf(name, sizeof(name), "pg.slot.%.63s.lag", pin->slot);
	else if (!strcmp(pin->what, "archive"))
		snprintf(name, sizeof(name), "db.archive.ready_count"), unit = flow_segment_size(v);
	else
		return 0;
	n = know_series(v, name, p, 64);
	if (n < 6 || p[n - 1].at - p[0].at < 2 * MINUTE_MS)
		return 0;
	held = series_growth(p, n, p[n - 1].at, 10 * MINUTE_MS, MINUTE_MS) * unit;
	return rate - held > rate / 10 ? fmin(rate - held, rate) : 0;
}

/* ---- room ---- */

/* Segments made ahead cost no room when WAL moves into them, nor does the rest of the open one. */
static double ready_made(const struct view *v, double segment)
{
	double last = flow_wal_end(know(v, "db.wal.last"), segment, NULL), ahead = last - flow_lsn(v);

	return ahead > 0 ? fmin(ahead, know_num(v, "db.wal.bytes")) : 0;
}

/* Segments older than everything that holds WAL: the next checkpoint takes them into use again. */
static double reusable(const struct view *v, const struct pin *pin, double segment)
{
	double first = flow_wal_end(know(v, "db.wal.first"), segment, NULL) - segment, until = pin->restart;

	if (!strcmp(pin->what, "archive"))
		until = flow_lsn(v) - pin->bytes - segment;
	until = fmin(until, know_num(v, "pg.redo_lsn"));
	return until - first > segment ? floor((until - first) / segment) * segment : 0;
}

/* ---- pg_wal ---- */

/* A limit on slots gives their WAL up before the volume is full: then that is what is to come. */
static bool slot_is_lost_first(const struct view *v, struct filling *f, const struct rates *r)
{
	double limit = know_num(v, "pg.settings.max_slot_wal_keep_size");
	double safe = isnan(f->pin.safe) ? limit - f->pin.bytes : f->pin.safe;

	if (strcmp(f->pin.what, "slot") != 0 || !(limit >= 0) || !(safe < f->room + reusable(v, &f->pin, flow_segment_size(v))))
		return false;
	f->lost = series_time_to(fmax(safe, 0), f->rate);
	f->lost_soonest = series_time_to(fmax(safe, 0), r->high);
	/* The checkpoint takes it that comes next after the limit. */
	f->lost_latest = series_time_to(fmax(safe, 0), r->low) +
			 fmin(series_time_to(know_num(v, "pg.settings.max_wal_size"), r->low),
			      know_num(v, "pg.settings.checkpoint_timeout"));
	return true;
}

void flow_pg_wal(const struct view *v, struct filling *ret)
{
	struct point p[TRACE_MAX];
	int n = flow_trace(v, p, TRACE_MAX);
	double segment = flow_segment_size(v), advance;
	struct rates rates;

	*ret = (struct filling){.rate = rate_of(v, p, n), .seconds = NAN, .soonest = NAN, .latest = NAN, .lost = NAN,
				.lost_soonest = NAN, .lost_latest = NAN, .pin = find_pin(v)};
	ret->room = floor(know_num(v, "db.wal.avail") / segment) * segment + ready_made(v, segment);
	if (!ret->pin.what)
		return;
	rates = spread_of(v, p, n, ret->rate);
	if (slot_is_lost_first(v, ret, &rates))
		return;
	advance = advance_of(v, &ret->pin, ret->rate);
	ret->seconds = series_time_to(ret->room, ret->rate - advance);
	ret->soonest = series_time_to(fmax(ret->room - segment, 0), rates.high - advance);
	ret->latest = series_time_to(ret->room + reusable(v, &ret->pin, segment) + segment, rates.low - advance);
}

/* ---- the backup volume ---- */

void flow_backup(const struct view *v, struct filling *ret)
{
	struct point p[64];
	int n = know_series(v, "server.space.avail", p, 64);
	double usual = know_num(v, "server.catalogue.rate"), slope = NAN;

	/* A short fall is a base backup or a burst: the live slope counts from ten minutes on. */
	if (n >= 10 && p[n - 1].at - p[0].at >= 10 * MINUTE_MS && !know_yes(v, "server.catalogue.running"))
		slope = -series_slope(p, n);
	*ret = (struct filling){.room = know_num(v, "server.space.avail"), .rate = fmax(usual, slope), .soonest = NAN,
				.latest = NAN, .lost = NAN, .lost_soonest = NAN, .lost_latest = NAN};
	ret->seconds = series_time_to(ret->room, ret->rate);
}

double flow_warning_s(const struct view *v)
{
	double own = know_num(v, "server.fill_warning_s");

	return own > 0 ? own : 86400;
}
