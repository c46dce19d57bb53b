#include "probes/catalogue/flow.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "probes/base/clock.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/check.h"
#include "probes/catalogue/volume.h"
#include "probes/engine/series.h"

/* ---- reading ---- */

bool flow_whole(struct view *v, const struct reply *r, const char *seen)
{
	bool whole = r->outcome == REPLY_DONE && r->status == 0 && r->out;

	if (whole)
		whole = r->out_len >= 5 && !strncmp(r->out + r->out_len - 5, "end=\n", 5);
	learn(v, seen, whole ? "yes" : NULL);
	return whole;
}

double flow_number(const char *s)
{
	char *end;
	double d;

	if (!s || !(isdigit((unsigned char)*s) || *s == '-' || *s == '.'))
		return NAN;
	d = strtod(s, &end);
	return *end || !(fabs(d) <= KNOW_NUM_MAX) ? (double)NAN : d;
}

int64_t flow_ms(double ms)
{
	if (isnan(ms))
		return 0;
	return (int64_t)fmax(-KNOW_NUM_MAX, fmin(KNOW_NUM_MAX, ms));
}

double flow_zone_s(double hhmm)
{
	if (!(fabs(hhmm) <= 1400))
		return NAN;
	return trunc(hhmm / 100) * 3600 + fmod(hhmm, 100) * 60;
}

const char *flow_word(const char *line, int n, char *buf, size_t size)
{
	size_t len;

	for (line += strspn(line, " "); n > 0 && *line; n--) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	len = strcspn(line, " ");
	if (!len || len >= size)
		return NULL;
	memcpy(buf, line, len);
	buf[len] = '\0';
	return buf;
}

double flow_word_number(const char *line, int n)
{
	char buf[64];
	const char *word = flow_word(line, n, buf, sizeof(buf));

	return flow_number(word && *word == '+' ? word + 1 : word);
}

void flow_unseen(struct verdict *r, const struct view *v, const struct question *q, const char *what)
{
	if (view_asked(v, q) == ASKED_DONE)
		verdict_unknown(r, "the answer about %s could not be read: it is incomplete or not understood", what);
	else
		verdict_unseen(r, v, q);
}

static char *spare(void)
{
	static char buf[4][64];
	static unsigned turn;

	return buf[turn++ % 4];
}

static const char *keep(struct str *b)
{
	char *to = spare();

	snprintf(to, 64, "%s", str_text(b));
	str_free(b);
	return to;
}

const char *flow_bytes(double n)
{
	struct str b = {0};

	if (isnan(n))
		return "an unknown amount";
	text_bytes(&b, n);
	return keep(&b);
}

const char *flow_duration(double seconds)
{
	struct str b = {0};

	if (isnan(seconds))
		return "an unknown time";
	text_duration(&b, seconds);
	return keep(&b);
}

const char *flow_time(double ms)
{
	if (isnan(ms))
		return "an unknown time";
	return clock_rfc3339(flow_ms(ms), spare(), 64);
}

static bool is_word(int c)
{
	return isalnum(c) || c == '_';
}

bool flow_has_word(const char *text, const char *word)
{
	size_t n = word ? strlen(word) : 0;

	for (const char *p = text; n && p && *p; p++)
		if (!strncasecmp(p, word, n) && (p == text || !is_word((unsigned char)p[-1])) &&
		    !is_word((unsigned char)p[n]))
			return true;
	return false;
}

double flow_wal_end(const char *name, double segment_size, int *ret_timeline)
{
	unsigned timeline, high, low;

	if (!name || strlen(name) < 24 || strspn(name, "0123456789ABCDEF") != 24 || !(segment_size > 0))
		return NAN;
	if (sscanf(name, "%8X%8X%8X", &timeline, &high, &low) != 3)
		return NAN;
	if (ret_timeline)
		*ret_timeline = (int)timeline;
	return high * 4294967296.0 + (low + 1.0) * segment_size;
}

double flow_segment_size(const struct view *v)
{
	double size = know_num(v, "pg.settings.wal_segment_size");

	if (isnan(size))
		size = know_num(v, "db.wal.segment_size");
	if (isnan(size))
		size = know_num(v, "server.catalogue.segment_size");
	return size >= 1048576 && size <= 1073741824 ? size : 16777216; /* PostgreSQL: 1 MB to 1 GB */
}

double flow_lsn(const struct view *v)
{
	return fmax(know_num(v, "pg.lsn"), know_num(v, "pg.slots.lsn"));
}

/* ---- what would be lost ---- */

/* Less than this is no transaction to speak of: a page header, running transactions and one checkpoint
 * record, as an idle server writes after each switch (PostgreSQL 15 xlog.c, standby.c). */
enum { IDLE_BYTES = 1024 };

/* The newest archived position on the current timeline's count, and when that segment was finished. */
static void newest_archived(const struct view *v, double *ret_end, double *ret_at)
{
	static const char *const names[][2] = {
		{"server.catalogue.newest", "server.catalogue.newest_at"},
		{"server.incoming.last", "server.incoming.last_at"},
		{"server.streaming.last", "server.streaming.last_at"}};
	double segment = flow_segment_size(v);

	*ret_end = *ret_at = NAN;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		double end = flow_wal_end(know(v, names[i][0]), segment, NULL);

		if (isnan(end) || end <= *ret_end)
			continue;
		*ret_end = end;
		*ret_at = know_num(v, names[i][1]) * 1000.0;
	}
}

/* A partial file ends somewhere in its segment: at least its start is there, and whatever the primary
 * had written when it was last touched. */
static void newest_streamed(const struct view *v, const struct point *p, int n, double *ret_end, double *ret_at)
{
	double written = receiver_written(v), segment = flow_segment_size(v);
	double end = flow_wal_end(know(v, "server.streaming.partial"), segment, NULL);
	double touched = know_num(v, "server.streaming.partial_at") * 1000.0;

	*ret_at = NAN;
	*ret_end = written;
	if (!isnan(written) && !(end - segment > written)) {
		*ret_at = (double)view_now(v);
		return;
	}
	if (isnan(end))
		return;
	*ret_end = end - segment;
	*ret_at = touched;
	for (int i = 0; i < n; i++)
		if ((double)p[i].at <= touched && p[i].value > *ret_end && p[i].value <= end)
			*ret_end = p[i].value;
}

static const char *working_route(const struct view *v, double lsn, const struct safety *s)
{
	struct receiver receiver;
	bool archive_on = know_yes(v, "server.archiver"), archive_ok, stream_ok;

	receiver_get(v, &receiver);
	if (!archive_on || receiver.state == RECEIVER_OFF || receiver.state == RECEIVER_UNSEEN)
		return "";
	stream_ok = receiver.state == RECEIVER_RUNNING || receiver.state == RECEIVER_WAITING;
	archive_ok = !(know_num(v, "db.archive.ready_count") >= 3) && !know_yes(v, "db.archive.failing") &&
		     !(lsn - s->archived > 3 * flow_segment_size(v));
	if (stream_ok && !archive_ok)
		return "WAL still arrives by streaming";
	if (archive_ok && !stream_ok)
		return "WAL still arrives by archive_command";
	return "";
}

void flow_safety(const struct view *v, struct safety *ret)
{
	struct point p[256];
	int n = flow_trace(v, p, 256);
	double lsn = flow_lsn(v), archived_at, streamed_at, safe;
	int64_t stood;

	*ret = (struct safety){.seconds = NAN, .bytes = NAN, .safe_at = NAN, .route = ""};
	newest_archived(v, &ret->archived, &archived_at);
	newest_streamed(v, p, n, &ret->streamed, &streamed_at);
	ret->route = working_route(v, lsn, ret);
	safe = fmax(ret->archived, ret->streamed);
	if (isnan(safe) || isnan(lsn))
		return;
	ret->bytes = fmax(lsn - safe, 0);
	ret->safe_at = safe == ret->streamed ? fmax(streamed_at, safe == ret->archived ? archived_at : NAN)
					     : archived_at;
	/* The primary itself says how long it stood there: nothing written is nothing to lose. */
	stood = series_last_at_most(p, n, safe + IDLE_BYTES);
	if (stood > 0)
		ret->safe_at = fmax(ret->safe_at, (double)stood);
	if (ret->bytes <= IDLE_BYTES)
		ret->seconds = 0;
	else if (!isnan(ret->safe_at))
		ret->seconds = fmax(((double)view_now(v) - ret->safe_at) / 1000.0, 0);
}

/* ---- what remedy pages name ---- */

struct search {
	const struct view *v;
	char name[64];
	double lag, most;
};

static void find_hoarder(void *arg, const struct slot *s)
{
	struct search *h = arg;
	bool beyond = !strcmp(s->status, "extended") || !strcmp(s->status, "unreserved") || s->lag > h->most;

	if (s->active || !beyond || !(s->lag > h->lag) || slot_protected(h->v, s->name))
		return;
	h->lag = s->lag;
	snprintf(h->name, sizeof(h->name), "%s", s->name);
}

/* On which host the other reader of our slot runs: "db", "backup", or "elsewhere". */
static const char *where_held(const struct view *v, const struct slot *s)
{
	const char *address = s->holder_address;

	if (!s->active || !s->holder_visible || slot_is_ours(v, s))
		return NULL;
	if (!address || !strncmp(address, "127.", 4) || !strcmp(address, "::1"))
		return "db";
	return flow_has_word(know(v, "server.receiver.addresses"), address) ? "backup" : "elsewhere";
}

/* The port of the running cluster on the database host that Barman backed up so far; "" when it is not there. */
static void find_identity(struct view *v)
{
	const char *stored = know(v, "server.catalogue.identity"), *p = know(v, "db.clusters");
	char sysid[24], port[8], pid[16], found[8] = "";

	while (p && *p && stored && *stored && !*found) {
		if (sscanf(p, "%23s %7s %15s", sysid, port, pid) == 3 && !strcmp(sysid, stored) && *pid != '-')
			snprintf(found, sizeof(found), "%s", port);
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	learn(v, "server.identity.port", p && stored ? found : NULL);
	learn(v, "server.identity.repair", *found ? "port" : "aside");
}

/* The queue that holds WAL although its route is off: no run of cron will ever take it. */
static const char *stray_queue(const struct view *v)
{
	if (know_is(v, "server.archiver", "off") && know_num(v, "server.incoming.count") > 0)
		return "incoming";
	return know_is(v, "server.streaming_archiver", "off") && know_num(v, "server.streaming.count") > 0 ? "streaming" : "none";
}

static void name_for_pages(struct view *v, const struct filling *f)
{
	struct search h = {.v = v, .lag = -1, .most = know_num(v, "pg.settings.max_wal_size")};
	double quarter = floor(know_num(v, "db.wal.size") / 4 / 1048576);
	double half = floor((know_num(v, "db.wal.bytes") + know_num(v, "db.wal.avail")) / 2 / 1048576);
	const char *name = slot_name(v);
	struct receiver receiver;
	struct slot s;
	bool here = slot_get(v, name, &s);

	if (isnan(h.most))
		h.most = INFINITY;
	slot_each(v, find_hoarder, &h);
	learn(v, "server.hoarding_slot", h.name[0] ? h.name : NULL);
	learn(v, "server.slot_used", name);
	learn(v, "server.slot_kind", here ? s.type : NULL);
	receiver_get(v, &receiver);
	learn_yes_no(v, "server.slot_renamed", name && receiver.state == RECEIVER_RUNNING && strcmp(receiver.slot, name) != 0);
	learn(v, "server.slot_holder_where", here ? where_held(v, &s) : NULL);
	learn(v, "server.slot_holder_address", here ? s.holder_address : NULL);
	learn(v, "server.wal_pin", f->pin.what);
	learn(v, "server.incoming.stray", stray_queue(v));
	if (quarter >= 16)
		learn_f(v, "server.wal_keep_fit", "%.0fMB", quarter);
	if (half >= 2 * flow_segment_size(v) / 1048576) /* PostgreSQL takes no less than two segments */
		learn_f(v, "server.wal_size_fit", "%.0fMB", half);
}

static void learn_seconds(struct view *v, const char *name, double seconds)
{
	learn_num(v, name, isfinite(seconds) ? floor(seconds) : NAN);
}

void flow_derive(struct view *v)
{
	struct filling pg_wal, backup;
	struct safety safety;

	flow_pg_wal(v, &pg_wal);
	flow_backup(v, &backup);
	flow_safety(v, &safety);
	learn_seconds(v, "forecast.pg_wal_full_s", pg_wal.seconds);
	learn_seconds(v, "forecast.pg_wal_soonest_s", pg_wal.soonest);
	learn_seconds(v, "forecast.pg_wal_latest_s", pg_wal.latest);
	learn_seconds(v, "forecast.slot_lost_s", pg_wal.lost);
	learn_seconds(v, "forecast.backup_full_s", backup.seconds);
	volume_for_pages(v);
	check_derive(v);
	learn_num(v, "rpo.seconds", floor(safety.seconds));
	learn(v, "rpo.route", safety.route);
	name_for_pages(v, &pg_wal);
	find_identity(v);
}
