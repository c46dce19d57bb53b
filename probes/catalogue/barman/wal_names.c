#include "probes/catalogue/barman/wal_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"

enum { TIMELINES_MAX = 1024 };

struct run {              /* segments that follow one another */
	uint32_t timeline;
	uint64_t first, last;
};

struct branch {           /* where a timeline came from */
	uint32_t timeline, parent;
	uint64_t segment; /* that both have */
	bool used;        /* the timeline has segments here */
};

struct wal_names {
	uint64_t segment_size, per; /* segments in each 4 GB of the position */
	struct run *run;
	size_t runs, room;
	struct branch branch[TIMELINES_MAX];
	int branches;
};

struct wal_names *wal_names_new(double segment_size)
{
	struct wal_names *w = xcalloc(1, sizeof *w);
	uint64_t size = segment_size >= 1048576 && segment_size <= 1073741824 ? (uint64_t)segment_size : 0;
	w->segment_size = size && !(size & (size - 1)) ? size : 16777216;
	w->per = (UINT64_C(1) << 32) / w->segment_size;
	return w;
}

void wal_names_free(struct wal_names *w)
{
	if (w)
		free(w->run);
	free(w);
}

/* ---- names ---- */

/* Eight digits as PostgreSQL writes them: no lower case. */
static bool hex8(const char *s, uint32_t *ret)
{
	uint32_t n = 0;
	for (int i = 0; i < 8; i++) {
		char c = s[i];
		if (c >= '0' && c <= '9')
			n = n << 4 | (uint32_t)(c - '0');
		else if (c >= 'A' && c <= 'F')
			n = n << 4 | (uint32_t)(c - 'A' + 10);
		else
			return false;
	}
	*ret = n;
	return true;
}

static void name_of(const struct wal_names *w, uint32_t timeline, uint64_t segment, char ret[25])
{
	snprintf(ret, 25, "%08X%08X%08X", timeline, (uint32_t)(segment / w->per), (uint32_t)(segment % w->per));
}

/* Names mostly come in order: the last run grows. */
static void add(struct wal_names *w, uint32_t timeline, uint64_t first, uint64_t last)
{
	struct run *tail = w->runs ? &w->run[w->runs - 1] : NULL;
	if (tail && tail->timeline == timeline && first == tail->last + 1) {
		tail->last = last;
		return;
	}
	if (w->runs == w->room) {
		size_t room = w->room ? w->room * 2 : 256;
		struct run *grown = xcalloc(room, sizeof *grown);
		if (w->runs)
			memcpy(grown, w->run, w->runs * sizeof *grown);
		free(w->run);
		w->run = grown;
		w->room = room;
	}
	w->run[w->runs++] = (struct run){timeline, first, last};
}

bool wal_names_add_run(struct wal_names *w, const char *directory, const char *from, const char *to)
{
	uint32_t timeline, high, low, top;
	if (strlen(directory) != 16 || strlen(from) != 8 || strlen(to) != 8 || !hex8(directory, &timeline) || !hex8(directory + 8, &high) ||
	    !hex8(from, &low) || !hex8(to, &top) || !timeline || low > top || top >= w->per)
		return false;
	add(w, timeline, high * w->per + low, high * w->per + top);
	return true;
}

bool wal_names_add(struct wal_names *w, const char *name)
{
	uint32_t timeline, high, low;
	if (strlen(name) != 24 || !hex8(name, &timeline) || !hex8(name + 8, &high) || !hex8(name + 16, &low) || !timeline || low >= w->per)
		return false;
	add(w, timeline, high * w->per + low, high * w->per + low);
	return true;
}

/* ---- histories ---- */

static struct branch *branch_of(struct wal_names *w, uint32_t timeline)
{
	for (int i = 0; i < w->branches; i++)
		if (w->branch[i].timeline == timeline)
			return &w->branch[i];
	return NULL;
}

/* Its last line names the direct parent; the earlier lines are the parent's own history. */
bool wal_names_add_history(struct wal_names *w, const char *name, const char *text)
{
	uint32_t timeline;
	bool found = false;
	struct branch b = {.used = false};
	if (strlen(name) < 16 || strcmp(name + 8, ".history") || !hex8(name, &timeline))
		return false;
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		unsigned parent, high, low;
		if (sscanf(p, "%u %X/%X", &parent, &high, &low) != 3 || !parent || parent >= timeline)
			continue;
		b = (struct branch){timeline, parent, high * w->per + low / w->segment_size, false};
		found = true;
	}
	if (!found || w->branches == TIMELINES_MAX || branch_of(w, timeline))
		return false;
	w->branch[w->branches++] = b;
	return true;
}

/* ---- holes ---- */

static int by_place(const void *a, const void *b)
{
	const struct run *x = a, *y = b;
	if (x->timeline != y->timeline)
		return x->timeline < y->timeline ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

static void merge(struct wal_names *w)
{
	size_t n = 0;
	if (w->runs)
		qsort(w->run, w->runs, sizeof *w->run, by_place);
	for (size_t i = 0; i < w->runs; i++) {
		struct run *r = &w->run[i], *tail = n ? &w->run[n - 1] : NULL;
		if (!tail || tail->timeline != r->timeline || r->first > tail->last + 1)
			w->run[n++] = *r;
		else if (r->last > tail->last)
			tail->last = r->last;
	}
	w->runs = n;
}

struct holes {
	struct wal_names *w;
	struct wal_hole *ret;
	int n, max;
};

static void hole(struct holes *h, uint32_t timeline, uint64_t first, uint64_t last, const char *after)
{
	if (h->n++ >= h->max)
		return;
	struct wal_hole *to = &h->ret[h->n - 1];
	*to = (struct wal_hole){.timeline = timeline, .segments = last - first + 1};
	name_of(h->w, timeline, first, to->first);
	name_of(h->w, timeline, last, to->last);
	snprintf(to->after, sizeof to->after, "%s", after);
}

/* What of the parent leads to the branch: its segments below the common one, which the child has as well. */
static void parent_to_branch(struct holes *h, const struct branch *b, const struct run *child)
{
	char after[25] = "";
	const struct run *end = NULL;
	for (size_t i = 0; i < h->w->runs; i++)
		if (h->w->run[i].timeline == b->parent && h->w->run[i].first < b->segment)
			end = &h->w->run[i];
	if (!end)
		return; /* nothing is kept from before the branch */
	if (end->last + 1 < b->segment) {
		name_of(h->w, b->parent, end->last, after);
		hole(h, b->parent, end->last + 1, b->segment - 1, after);
	}
	if (child->first > b->segment) {
		name_of(h->w, b->parent, b->segment - 1, after);
		hole(h, b->timeline, b->segment, child->first - 1, after);
	}
}

/* The parent's segments behind the branch belong to nobody's recovery: the old primary wrote them. */
static uint64_t end_of_use(const struct wal_names *w, uint32_t timeline)
{
	uint64_t end = UINT64_MAX;
	for (int i = 0; i < w->branches; i++)
		if (w->branch[i].parent == timeline && w->branch[i].used && w->branch[i].segment < end)
			end = w->branch[i].segment;
	return end;
}

static void first_of_timeline(struct holes *h, const struct run *r)
{
	struct branch *b = branch_of(h->w, r->timeline);
	bool older = h->w->run[0].timeline < r->timeline;
	if (b) {
		parent_to_branch(h, b, r);
	} else if (older && h->n++ < h->max) {
		h->ret[h->n - 1] = (struct wal_hole){.timeline = r->timeline, .history = true};
	}
}

static void mark_used(struct wal_names *w)
{
	for (size_t i = 0; i < w->runs; i++)
		if (!i || w->run[i].timeline != w->run[i - 1].timeline) {
			struct branch *b = branch_of(w, w->run[i].timeline);
			if (b)
				b->used = true;
		}
}

int wal_names_holes(struct wal_names *w, struct wal_hole *ret, int max)
{
	struct holes h = {.w = w, .ret = ret, .max = max};
	uint64_t end = UINT64_MAX;
	merge(w);
	mark_used(w);
	for (size_t i = 0; i < w->runs; i++) {
		const struct run *r = &w->run[i], *before = i ? r - 1 : NULL;
		char after[25];
		if (!before || before->timeline != r->timeline) {
			first_of_timeline(&h, r);
			end = end_of_use(w, r->timeline);
		} else if (r->first < end) {
			name_of(w, r->timeline, before->last, after);
			hole(&h, r->timeline, before->last + 1, r->first - 1, after);
		}
	}
	return h.n;
}

int wal_names_spans(struct wal_names *w, struct wal_span *ret, int max)
{
	int n = 0;
	merge(w);
	for (size_t i = 0; i < w->runs; i++) {
		const struct run *r = &w->run[i];
		if (!i || r[-1].timeline != r->timeline)
			n++;
		if (n > max)
			continue;
		if (!i || r[-1].timeline != r->timeline)
			name_of(w, r->timeline, r->first, ret[n - 1].first);
		name_of(w, r->timeline, r->last, ret[n - 1].last);
	}
	return n;
}

uint64_t wal_names_count(const struct wal_names *w)
{
	uint64_t n = 0;
	for (size_t i = 0; i < w->runs; i++)
		n += w->run[i].last - w->run[i].first + 1;
	return n;
}
