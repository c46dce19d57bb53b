#include "probes/engine/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"

enum { SAMPLE_MS = 5000, STALE_MS = 100000, SAME_MS = 3000, TOGETHER_MS = 3000, UNSEEN = -1 };

struct trace {
	struct point *p;
	int n, cap;
};

struct seen_fact {
	char *text;
	int64_t earlier;           /* an earlier run saw it then; 0: this run did */
};

struct history {
	int nodes, facts;
	int *state;                /* of each node, UNSEEN until first looked at */
	int64_t *earlier;          /* beside it: an earlier run saw that state then; 0: this run did */
	struct seen_fact *fact;
	struct news *news;
	int n, cap;
	struct trace trace[METRICS];
	int64_t first;
};

struct history *history_new(const struct server *s)
{
	struct history *h = xcalloc(1, sizeof *h);
	h->nodes = s->nodes;
	h->state = xcalloc((size_t)s->nodes + 1, sizeof *h->state);
	h->earlier = xcalloc((size_t)s->nodes + 1, sizeof *h->earlier);
	for (int i = 0; i < s->nodes; i++)
		h->state[i] = UNSEEN;
	while (watched_facts[h->facts].fact)
		h->facts++;
	h->fact = xcalloc((size_t)h->facts + 1, sizeof *h->fact);
	return h;
}

static void news_done(struct news *n)
{
	free(n->was);
	free(n->is);
}

void history_free(struct history *h)
{
	if (!h)
		return;
	for (int i = 0; i < h->n; i++)
		news_done(&h->news[i]);
	for (int i = 0; i < h->facts; i++)
		free(h->fact[i].text);
	for (int i = 0; i < METRICS; i++)
		free(h->trace[i].p);
	free(h->news);
	free(h->fact);
	free(h->state);
	free(h->earlier);
	free(h);
}

/* ---- changes ---- */

static char *keep(const char *s)
{
	if (!s)
		return NULL;
	size_t n = strnlen(s, HISTORY_TEXT);
	while (s[n] && n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	char *copy = xmalloc(n + 1);
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

static void make_room(struct history *h)
{
	if (h->n == HISTORY_NEWS) {
		news_done(&h->news[0]);
		memmove(h->news, h->news + 1, (size_t)(--h->n) * sizeof *h->news);
	}
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 16;
		h->news = xrealloc(h->news, (size_t)h->cap * sizeof *h->news);
	}
}

void history_begins(struct history *h, int64_t at)
{
	if (!h->first || at < h->first)
		h->first = at;
}

void history_add_news(struct history *h, const struct news *n)
{
	int i;
	if (n->node >= h->nodes || n->fact >= h->facts || (n->node < 0) == (n->fact < 0))
		return;
	if (h->n == HISTORY_NEWS && n->at < h->news[0].at)
		return;
	make_room(h);
	for (i = h->n++; i > 0 && h->news[i - 1].at > n->at; i--)
		h->news[i] = h->news[i - 1];
	h->news[i] = *n;
	h->news[i].was = keep(n->was);
	h->news[i].is = keep(n->is);
	history_begins(h, n->at);
}

int history_news(const struct history *h, const struct news **ret)
{
	*ret = h ? h->news : NULL;
	return h ? h->n : 0;
}

int history_last_of(const struct history *h, int node, int64_t t)
{
	for (int i = h->n - 1; i >= 0; i--)
		if (h->news[i].at <= t && h->news[i].node == node)
			return i;
	return -1;
}

/* What breaks together is seen over some seconds: one stop, at its end. */
static bool is_same_stop(const struct history *h, int i)
{
	return i + 1 < h->n && h->news[i + 1].at - h->news[i].at <= TOGETHER_MS;
}

int64_t history_neighbour(const struct history *h, int64_t t, int step)
{
	int64_t best = 0;
	for (int i = 0; h && i < h->n; i++) {
		int64_t at = h->news[i].at;
		if (is_same_stop(h, i))
			continue;
		if (step < 0 ? at < t : at > t && !best)
			best = at;
	}
	return best;
}

int64_t history_first(const struct history *h)
{
	return h ? h->first : 0;
}

const char *history_fact(const struct history *h, int fact)
{
	return h->fact[fact].text;
}

int history_state(const struct history *h, int node)
{
	return h->state[node];
}

void history_was_state(struct history *h, int node, enum state state, int64_t at)
{
	if (node < 0 || node >= h->nodes || (h->state[node] != UNSEEN && !h->earlier[node]))
		return;
	h->state[node] = (int)state;
	h->earlier[node] = at;
}

void history_was_fact(struct history *h, int fact, const char *text, int64_t at)
{
	if (fact < 0 || fact >= h->facts || (h->fact[fact].text && !h->fact[fact].earlier))
		return;
	free(h->fact[fact].text);
	h->fact[fact].text = keep(text);
	h->fact[fact].earlier = at;
}

static bool look_at_node(struct history *h, const struct server *s, int i, int64_t now)
{
	const struct verdict *v = &s->node[i].verdict;
	int was = h->state[i];
	int64_t after = h->earlier[i];
	if (v->pending || (v->state == STATE_UNKNOWN && (!s->sweep_done || after)))
		return false; /* still to come; or not seen yet by this run */
	h->state[i] = (int)v->state;
	h->earlier[i] = 0;
	if (was == UNSEEN || was == (int)v->state)
		return false;
	struct news n = {.at = now, .after = after, .node = i, .fact = -1, .from = (enum state)was, .to = v->state};
	history_add_news(h, &n);
	return true;
}

/* The tokens that stand for secrets are others in every run. */
static bool same_but_secrets(const char *a, const char *b)
{
	static const char token[] = "<secret:";
	for (; *a && *a == *b; a++, b++)
		if (!strncmp(a, token, sizeof token - 1) && !strncmp(b, token, sizeof token - 1)) {
			a += strcspn(a, ">");
			b += strcspn(b, ">");
			if (!*a || !*b)
				break;
		}
	return !*a && !*b;
}

/* Times are worked out from two clocks and differ by a moment. */
static bool same_fact(const struct watched_fact *row, const struct seen_fact *f, const char *is)
{
	if (row->is_time)
		return fabs(strtod(f->text, NULL) - strtod(is, NULL)) < SAME_MS;
	return f->earlier ? same_but_secrets(f->text, is) : !strcmp(f->text, is);
}

/* A fact that cannot be seen for a while has not changed. */
static bool look_at_fact(struct history *h, const struct server *s, int i, int64_t now)
{
	const char *text = know(s->view, watched_facts[i].fact);
	struct seen_fact *f = &h->fact[i];
	if (!text)
		return false;
	char *is = keep(text);
	bool changed = f->text && !same_fact(&watched_facts[i], f, is);
	if (f->text && !changed && !f->earlier) {
		free(is);
		return false;
	}
	struct news n = {.at = now, .after = f->earlier, .node = -1, .fact = i, .was = f->text, .is = is};
	if (changed)
		history_add_news(h, &n);
	free(f->text);
	*f = (struct seen_fact){.text = is};
	return changed;
}

void history_was_until(struct history *h, int64_t at)
{
	for (int i = 0; i < h->nodes; i++)
		if (h->earlier[i] && h->earlier[i] < at)
			h->earlier[i] = at;
	for (int i = 0; i < h->facts; i++)
		if (h->fact[i].earlier && h->fact[i].earlier < at)
			h->fact[i].earlier = at;
}

/* ---- numbers ---- */

/* The older half loses every second point, but not the marks of where nothing was known. */
static void thin(struct trace *t)
{
	int kept = 0;
	for (int i = 0; i < t->n; i++)
		if (i >= t->n / 2 || i % 2 == 0 || isnan(t->p[i].value))
			t->p[kept++] = t->p[i];
	if (kept == t->n)
		memmove(t->p, t->p + t->n / 4, (size_t)(kept -= t->n / 4) * sizeof *t->p);
	t->n = kept;
}

void history_add_point(struct history *h, enum metric m, int64_t at, double value)
{
	struct trace *t = &h->trace[m];
	int i;
	if (t->n == HISTORY_POINTS)
		thin(t);
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 16;
		t->p = xrealloc(t->p, (size_t)t->cap * sizeof *t->p);
	}
	for (i = t->n++; i > 0 && t->p[i - 1].at > at; i--)
		t->p[i] = t->p[i - 1];
	t->p[i] = (struct point){at, value};
	history_begins(h, at);
}

int history_points(const struct history *h, enum metric m, const struct point **ret)
{
	*ret = h ? h->trace[m].p : NULL;
	return h ? h->trace[m].n : 0;
}

static void look_at_number(struct history *h, const struct view *v, enum metric m, int64_t now)
{
	char buf[128];
	const struct trace *t = &h->trace[m];
	const struct point *last = t->n ? &t->p[t->n - 1] : NULL;
	const char *fact = measures[m].fact(v, buf);
	double value = fact ? know_num(v, fact) : NAN;
	int64_t age = fact ? know_age_ms(v, fact) : -1;
	if (age < 0 || age > STALE_MS)
		value = NAN;
	if (isnan(value)) {
		if (last && !isnan(last->value))
			history_add_point(h, m, last->at + 1 > now ? last->at + 1 : now, NAN);
		return;
	}
	if (!last || isnan(last->value) || now - age - last->at >= SAMPLE_MS)
		history_add_point(h, m, now - age, value);
}

int history_look(struct history *h, const struct server *s, int64_t now)
{
	int changes = 0;
	history_begins(h, now);
	for (int i = 0; i < s->nodes && i < h->nodes; i++)
		changes += look_at_node(h, s, i, now);
	for (int i = 0; i < h->facts; i++)
		changes += look_at_fact(h, s, i, now);
	for (int i = 0; i < METRICS; i++)
		look_at_number(h, s->view, (enum metric)i, now);
	return changes < h->n ? changes : h->n;
}
