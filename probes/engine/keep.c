#include "probes/engine/keep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/engine/history.h"
#include "probes/engine/store.h"

enum {
	CHAPTER_MS = 10 * 60 * 1000,
	CHAPTER_BYTES = 384 << 10,      /* beyond what it begins with, of all servers together */
	CHAPTER_LEAST = 64 << 10,
	MEMORY_BYTES = 1 << 20,         /* closed chapters that are on no disk, of all servers together */
	DISK_BYTES = 32 << 20,          /* a server */
	FLUSH_MS = 2000,
	FLUSH_BYTES = 16 << 10,
	RETRY_MS = 60 * 1000,
	NUMBERS_MS = 10 * 1000,
	LEAD_MS = 11 * 60 * 1000,       /* what the series of facts hold */
	JOINED_MS = 60 * 1000,          /* chapters with less between them follow each other */
	REMEMBER_MS = 24 * 3600 * 1000,
	REMEMBER_BYTES = 24 << 20,
	FILE_MAX = 16 << 20,
};

/* Lines of the open chapter that the next one begins with. */
struct kept {
	const struct question *question;
	uint64_t hash;
	size_t full, full_len, asked, asked_len;
	int64_t last;
};

struct chapter {
	int64_t from, to;
	struct str bytes;
	char *path;             /* NULL: only in memory */
};

struct keep {
	struct watched *w;
	struct store *store;
	int servers;
	struct chapter now;
	size_t written, begins_with;
	int64_t flushed, failed; /* mono ms */
	int64_t noted_at, noted[METRICS];
	struct kept *kept;
	size_t n;
	struct chapter *old;
	int olds;
	char why[300];
};

/* ---- the open chapter ---- */

static void add_line(struct keep *k, char *line)
{
	if (!line)
		return;
	str_add(&k->now.bytes, line);
	k->now.to = clock_wall_ms();
	free(line);
}

static void begin(struct keep *k, int64_t now)
{
	k->now = (struct chapter){.from = now, .to = now};
	k->written = 0;
	k->now.path = k->store ? store_name(k->store, now) : NULL;
	add_line(k, record_head(now));
	add_line(k, record_server(&k->w->spec));
}

struct keep *keep_new(struct watched *w, const char *dir, int servers)
{
	struct keep *k = xcalloc(1, sizeof *k);
	k->w = w;
	k->servers = servers > 0 ? servers : 1;
	if (dir)
		k->store = store_open(dir, w->spec.name, k->why, sizeof k->why);
	begin(k, clock_wall_ms());
	k->begins_with = k->now.bytes.len;
	return k;
}

static void chapter_done(struct chapter *c)
{
	str_free(&c->bytes);
	free(c->path);
}

void keep_free(struct keep *k)
{
	if (!k)
		return;
	keep_tick(k, clock_wall_ms(), true);
	chapter_done(&k->now);
	for (int i = 0; i < k->olds; i++)
		chapter_done(&k->old[i]);
	store_close(k->store);
	free(k->old);
	free(k->kept);
	free(k);
}

static struct kept *kept_get(struct keep *k, const struct question *q)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->kept[i].question == q)
			return &k->kept[i];
	k->kept = xrealloc(k->kept, (k->n + 1) * sizeof *k->kept);
	k->kept[k->n] = (struct kept){.question = q};
	return &k->kept[k->n++];
}

void keep_reply(struct keep *k, const struct inquiry *i, const struct reply *reply)
{
	bool full;
	if (!k)
		return;
	struct kept *q = kept_get(k, i->question);
	size_t at = k->now.bytes.len;
	add_line(k, record_reply(k->w, i, reply, &q->hash, &full));
	q->last = view_now(k->w->view);
	q->asked_len = 0;
	if (full) {
		q->full = at;
		q->full_len = k->now.bytes.len - at;
	}
}

void keep_asked(struct keep *k, const struct question *q, enum asked asked, const char *why)
{
	if (!k)
		return;
	struct kept *row = kept_get(k, q);
	row->asked = k->now.bytes.len;
	add_line(k, record_asked(k->w, q, asked, why));
	row->asked_len = k->now.bytes.len - row->asked;
}

void keep_notes(struct keep *k, int changes)
{
	const struct news *news;
	if (!k)
		return;
	int n = history_news(k->w->history, &news);
	for (int i = n - changes; i < n; i++)
		add_line(k, note_news(k->w, &news[i]));
	int64_t now = clock_wall_ms();
	if (now - k->noted_at < NUMBERS_MS && now >= k->noted_at)
		return;
	char *line = note_numbers(k->w, now, k->noted);
	if (line)
		k->noted_at = now;
	add_line(k, line);
}

/* ---- closing it ---- */

static size_t move_line(struct str *to, const struct str *from, size_t at, size_t n)
{
	size_t where = to->len;
	str_addn(to, from->s + at, n);
	return where;
}

/* The last reply to each question, and how it stands if it was not asked since. */
static void carry_over(struct keep *k, const struct str *from)
{
	for (size_t i = 0; i < k->n; i++) {
		struct kept *q = &k->kept[i];
		if (q->full_len)
			q->full = move_line(&k->now.bytes, from, q->full, q->full_len);
		if (q->asked_len)
			q->asked = move_line(&k->now.bytes, from, q->asked, q->asked_len);
	}
	add_line(k, note_standing(k->w, k->now.from));
}

/* In memory only the newest remain. */
static void forget_oldest(struct keep *k)
{
	size_t sum = 0, max = (size_t)(MEMORY_BYTES / k->servers);
	for (int i = k->olds - 1; i >= 0; i--) {
		sum += k->old[i].bytes.len;
		if (sum <= max)
			continue;
		chapter_done(&k->old[i]);
		memmove(k->old + i, k->old + i + 1, (size_t)(--k->olds - i) * sizeof *k->old);
	}
}

static void turn_page(struct keep *k, int64_t now)
{
	struct chapter closed = k->now;
	bool on_disk = closed.path && k->written == closed.bytes.len;
	begin(k, now);
	carry_over(k, &closed.bytes);
	k->begins_with = k->now.bytes.len;
	if (on_disk) {
		str_free(&closed.bytes);
		store_prune(k->store, now, DISK_BYTES);
	}
	k->old = xrealloc(k->old, (size_t)(k->olds + 1) * sizeof *k->old);
	k->old[k->olds++] = closed;
	forget_oldest(k);
}

static void flush(struct keep *k)
{
	int64_t mono = clock_mono_ms();
	size_t n = k->now.bytes.len - k->written;
	k->flushed = mono;
	if (!k->now.path || !n || (k->failed && mono - k->failed < RETRY_MS))
		return;
	if (store_append(k->now.path, (long long)k->written, k->now.bytes.s + k->written, n, k->why, sizeof k->why)) {
		k->failed = mono;
		return;
	}
	k->failed = 0;
	*k->why = '\0';
	k->written = k->now.bytes.len;
}

void keep_tick(struct keep *k, int64_t now, bool at_once)
{
	size_t room = (size_t)(CHAPTER_BYTES / k->servers);
	if (room < CHAPTER_LEAST)
		room = CHAPTER_LEAST;
	if (at_once || clock_mono_ms() - k->flushed >= FLUSH_MS || k->now.bytes.len - k->written >= FLUSH_BYTES)
		flush(k);
	if (now - k->now.from >= CHAPTER_MS || now < k->now.from || k->now.bytes.len > k->begins_with + room)
		turn_page(k, now);
}

const char *keep_trouble(const struct keep *k)
{
	return k ? k->why : "";
}

/* ---- reading it ---- */

static int add_chapter(const struct chapter *c, struct str *ret)
{
	if (c->bytes.len) {
		str_addn(ret, c->bytes.s, c->bytes.len);
		return 0;
	}
	return c->path ? store_read(c->path, (long long)ret->len + FILE_MAX, ret) : -1;
}

static const struct chapter *own_chapter(const struct keep *k, int i)
{
	return i < k->olds ? &k->old[i] : &k->now;
}

/* Of this run: as many before it as hold what led to t, and all that followed within the last one. */
static int read_own(const struct keep *k, int64_t t, struct str *ret, int64_t *ret_from, int64_t *ret_end)
{
	int at = k->olds, first;
	while (at > 0 && own_chapter(k, at)->from > t)
		at--;
	first = at;
	while (first > 0 && own_chapter(k, first)->from > t - LEAD_MS)
		first--;
	*ret_from = own_chapter(k, first)->from;
	*ret_end = own_chapter(k, at)->to;
	for (int i = first; i <= at; i++)
		if (add_chapter(own_chapter(k, i), ret))
			return -1;
	return 0;
}

/* Of another run: the file that t is in or that ended before it, and those of the same run before that one. */
static int read_stored(const struct stored *f, int n, int64_t t, struct str *ret, int64_t *ret_from, int64_t *ret_end)
{
	int at = n - 1, first;
	while (at >= 0 && f[at].from > t)
		at--;
	if (at < 0)
		return -1;
	first = at;
	*ret_end = f[at].to;
	for (int i = at - 1; i >= 0 && f[first].from > t - LEAD_MS; i--)
		if (f[i].pid == f[at].pid && f[first].from - f[i].to < JOINED_MS)
			first = i;
	*ret_from = f[first].from;
	for (int i = first; i <= at; i++)
		if (f[i].pid == f[at].pid && store_read(f[i].path, (long long)ret->len + FILE_MAX, ret))
			return -1;
	return 0;
}

int keep_read(const struct keep *k, int64_t t, struct str *ret, int64_t *ret_from, int64_t *ret_end)
{
	struct stored *list;
	if (t >= own_chapter(k, 0)->from)
		return read_own(k, t, ret, ret_from, ret_end);
	if (!k->store)
		return -1;
	int n = store_list(k->store, &list), rc = read_stored(list, n, t, ret, ret_from, ret_end);
	stored_free(list, n);
	return rc;
}

static void end_of_run(struct history *h, int64_t at)
{
	for (int m = 0; m < METRICS; m++)
		history_add_point(h, (enum metric)m, at + 1, NAN);
}

void keep_remember(struct keep *k, int64_t now)
{
	struct stored *list;
	long long sum = 0;
	int n = k->store ? store_list(k->store, &list) : 0, first = n;
	while (first > 0 && list[first - 1].to > now - REMEMBER_MS && (sum += list[first - 1].size) <= REMEMBER_BYTES)
		first--;
	for (int i = first; i < n; i++) {
		struct str bytes = {0};
		if (list[i].from == k->now.from || store_read(list[i].path, FILE_MAX, &bytes))
			continue;
		history_begins(k->w->history, list[i].from);
		int64_t last = notes_read(k->w, str_text(&bytes), bytes.len);
		bool goes_on = i + 1 < n && list[i + 1].from - last < JOINED_MS && list[i + 1].pid == list[i].pid;
		if (last)
			history_was_until(k->w->history, last);
		if (last && !goes_on)
			end_of_run(k->w->history, last);
		str_free(&bytes);
	}
	if (n)
		stored_free(list, n);
}
