#include "probes/engine/facts.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/engine/view.h"

enum { SERIES_MAX = 64, WORDS_MAX = 8192 };

struct fact {
	char *name, *text;
	int64_t at, since;
	struct point *series;
	int points;
};

/* Sorted by name, so that lists come out in order. */
struct facts {
	struct fact *fact;
	size_t n, cap;
	unsigned version; /* changes learnt */
};

struct seen {
	const struct question *question;
	enum asked asked;
	char *why;
	struct reply reply;
	char *words, *stage, *sqlstate;
};

struct view {
	struct facts *scope[SCOPES];
	bool own[SCOPES];
	int64_t now;
	unsigned version;
	struct seen *seen;
	size_t seens;
};

static const char *const scope_names[SCOPES] = {NULL, "backup", "db", "console", "pg"};

/* ---- one subject's store ---- */

struct facts *facts_new(void)
{
	return xcalloc(1, sizeof(struct facts));
}

static void fact_done(struct fact *f)
{
	free(f->name);
	free(f->text);
	free(f->series);
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n; i++)
		fact_done(&f->fact[i]);
	free(f->fact);
	free(f);
}

/* First index whose name is not less than name. */
static size_t lower_bound(const struct facts *f, const char *name)
{
	size_t lo = 0, hi = f->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (strcmp(f->fact[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct fact *facts_find(const struct facts *f, const char *name)
{
	size_t i = lower_bound(f, name);
	return i < f->n && !strcmp(f->fact[i].name, name) ? &f->fact[i] : NULL;
}

static struct fact *facts_get(struct facts *f, const char *name)
{
	size_t i = lower_bound(f, name);
	if (i < f->n && !strcmp(f->fact[i].name, name))
		return &f->fact[i];
	if (f->n == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 32;
		f->fact = xrealloc(f->fact, f->cap * sizeof *f->fact);
	}
	memmove(f->fact + i + 1, f->fact + i, (f->n - i) * sizeof *f->fact);
	f->n++;
	f->fact[i] = (struct fact){.name = xstrdup(name)};
	return &f->fact[i];
}

static void facts_remove(struct facts *f, size_t i)
{
	fact_done(&f->fact[i]);
	memmove(f->fact + i, f->fact + i + 1, (f->n - i - 1) * sizeof *f->fact);
	f->n--;
}

/* ---- a server's view ---- */

struct view *view_new(struct facts *const scope[SCOPES])
{
	struct view *v = xcalloc(1, sizeof *v);
	for (int i = 0; i < SCOPES; i++) {
		v->own[i] = !scope || !scope[i];
		v->scope[i] = v->own[i] ? facts_new() : scope[i];
	}
	return v;
}

static void seen_done(struct seen *s)
{
	free(s->why);
	free(s->words);
	free(s->stage);
	free(s->sqlstate);
}

void view_free(struct view *v)
{
	if (!v)
		return;
	for (int i = 0; i < SCOPES; i++)
		if (v->own[i])
			facts_free(v->scope[i]);
	for (size_t i = 0; i < v->seens; i++)
		seen_done(&v->seen[i]);
	free(v->seen);
	free(v);
}

void view_set_now(struct view *v, int64_t wall_ms)
{
	v->now = wall_ms;
}

int64_t view_now(const struct view *v)
{
	return v->now;
}

unsigned view_version(const struct view *v)
{
	return v->version;
}

unsigned view_shared_version(const struct view *v)
{
	unsigned version = 0;
	for (int i = 0; i < SCOPES; i++)
		version += v->own[i] ? 0 : v->scope[i]->version;
	return version;
}

static struct facts *scope_of(const struct view *v, const char *name)
{
	size_t n = strcspn(name, ".");
	for (int i = 1; i < SCOPES; i++)
		if (strlen(scope_names[i]) == n && !strncmp(scope_names[i], name, n))
			return v->scope[i];
	return v->scope[SCOPE_SERVER];
}

static const struct fact *find(const struct view *v, const char *name)
{
	const struct fact *f = facts_find(scope_of(v, name), name);
	return f && f->text ? f : NULL;
}

const char *know(const struct view *v, const char *name)
{
	const struct fact *f = find(v, name);
	return f ? f->text : NULL;
}

double know_num(const struct view *v, const char *name)
{
	const char *s = know(v, name);
	if (!s || !*s)
		return NAN;
	char *end;
	double d = strtod(s, &end);
	return *end || !(fabs(d) <= KNOW_NUM_MAX) ? NAN : d;
}

bool know_is(const struct view *v, const char *name, const char *text)
{
	const char *s = know(v, name);
	return s && !strcmp(s, text);
}

bool know_yes(const struct view *v, const char *name)
{
	static const char *const yes[] = {"yes", "on", "true", "1", "t"};
	const char *s = know(v, name);
	for (size_t i = 0; s && i < sizeof yes / sizeof *yes; i++)
		if (!strcmp(s, yes[i]))
			return true;
	return false;
}

int64_t know_age_ms(const struct view *v, const char *name)
{
	const struct fact *f = find(v, name);
	return f ? v->now - f->at : -1;
}

int64_t know_since_ms(const struct view *v, const char *name)
{
	const struct fact *f = find(v, name);
	return f ? v->now - f->since : -1;
}

void know_each(const struct view *v, const char *prefix,
	       void (*each)(void *arg, const char *name, const char *text), void *arg)
{
	const struct facts *f = scope_of(v, prefix);
	for (size_t i = lower_bound(f, prefix); i < f->n && text_starts(f->fact[i].name, prefix); i++)
		if (f->fact[i].text)
			each(arg, f->fact[i].name, f->fact[i].text);
}

int know_series(const struct view *v, const char *name, struct point *ret, int max)
{
	const struct fact *f = facts_find(scope_of(v, name), name);
	int n = f ? f->points : 0;
	int skip = n > max ? n - max : 0;
	if (n - skip > 0)
		memcpy(ret, f->series + skip, (size_t)(n - skip) * sizeof *ret);
	return n - skip;
}

/* ---- learning ---- */

void learn(struct view *v, const char *name, const char *text)
{
	struct facts *store = scope_of(v, name);
	struct fact *f = facts_get(store, name);
	f->at = v->now;
	if (f->text == text || (text && f->text && !strcmp(f->text, text)))
		return;
	free(f->text);
	f->text = text ? xstrdup(text) : NULL;
	f->since = v->now;
	store->version++;
	v->version++;
}

void learn_f(struct view *v, const char *name, const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n >= 0)
		learn(v, name, s);
	free(n >= 0 ? s : NULL);
}

void learn_yes_no(struct view *v, const char *name, bool yes)
{
	learn(v, name, yes ? "yes" : "no");
}

void learn_point(struct view *v, const char *name, int64_t at, double value)
{
	struct fact *f = facts_get(scope_of(v, name), name);
	if (!(fabs(value) <= KNOW_NUM_MAX) || at < 0 || (double)at > KNOW_NUM_MAX)
		return;
	if (!f->series)
		f->series = xcalloc(SERIES_MAX, sizeof *f->series);
	int i = f->points;
	while (i > 0 && f->series[i - 1].at > at)
		i--;
	if (i > 0 && f->series[i - 1].at == at) {
		f->series[i - 1].value = value;
		return;
	}
	if (f->points == SERIES_MAX) {
		if (i == 0)
			return;
		memmove(f->series, f->series + 1, (SERIES_MAX - 1) * sizeof *f->series);
		f->points--;
		i--;
	}
	memmove(f->series + i + 1, f->series + i, (size_t)(f->points - i) * sizeof *f->series);
	f->series[i] = (struct point){at, value};
	f->points++;
}

void learn_num(struct view *v, const char *name, double num)
{
	if (!(fabs(num) <= KNOW_NUM_MAX)) {
		learn(v, name, NULL);
		return;
	}
	learn_f(v, name, "%.17g", num);
	learn_point(v, name, v->now, num);
}

void forget_all(struct view *v, const char *prefix)
{
	struct facts *f = scope_of(v, prefix);
	size_t i = lower_bound(f, prefix);
	while (i < f->n && text_starts(f->fact[i].name, prefix)) {
		facts_remove(f, i);
		f->version++;
		v->version++;
	}
}

static bool is_key(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("_.-", s[i]))
			return false;
	return n > 0 && n < 100;
}

void learn_lines(struct view *v, const char *prefix, const char *text)
{
	char *copy = xstrdup(text), *p = copy, *line;
	while ((line = text_line(&p))) {
		char *eq = strchr(line, '=');
		if (!eq || !is_key(line, (size_t)(eq - line)))
			continue;
		*eq = '\0';
		char name[256];
		snprintf(name, sizeof name, "%s.%s", prefix, line);
		learn(v, name, eq + 1);
	}
	free(copy);
}

/* ---- how questions stand ---- */

static struct seen *seen_find(const struct view *v, const struct question *q)
{
	for (size_t i = 0; i < v->seens; i++)
		if (v->seen[i].question == q)
			return &v->seen[i];
	return NULL;
}

static struct seen *seen_get(struct view *v, const struct question *q)
{
	struct seen *s = seen_find(v, q);
	if (s)
		return s;
	v->seen = xrealloc(v->seen, (v->seens + 1) * sizeof *v->seen);
	s = &v->seen[v->seens++];
	*s = (struct seen){.question = q, .asked = ASKED_NEVER};
	s->reply.words = s->reply.stage = s->reply.sqlstate = s->reply.out = s->reply.via = "";
	return s;
}

static const char *keep(char **slot, const char *text, size_t max)
{
	size_t n = text ? strlen(text) : 0;
	if (n > max)
		n = max;
	char *copy = xmalloc(n + 1);
	memcpy(copy, text ? text : "", n);
	copy[n] = '\0';
	free(*slot);
	return *slot = copy;
}

/* Keeps how the reply ended and the words; what was said is in the facts. */
static void remember(struct seen *s, const struct reply *r)
{
	s->asked = r->outcome == REPLY_DONE ? ASKED_DONE : ASKED_FAILED;
	s->reply = *r;
	s->reply.out = "";
	s->reply.out_len = 0;
	s->reply.rows = s->reply.cols = 0;
	s->reply.cell = NULL;
	s->reply.words = keep(&s->words, r->words, WORDS_MAX);
	s->reply.stage = keep(&s->stage, r->stage, 32);
	s->reply.sqlstate = keep(&s->sqlstate, r->sqlstate, 5);
	s->reply.via = "";
}

void view_answer(struct view *v, const struct question *q, const struct reply *r)
{
	struct reply safe = *r;
	safe.out = r->out ? r->out : "";
	safe.words = r->words ? r->words : "";
	safe.stage = r->stage ? r->stage : "";
	safe.sqlstate = r->sqlstate ? r->sqlstate : "";
	safe.via = r->via ? r->via : "";
	remember(seen_get(v, q), &safe);
	v->version++;
	if (q->read)
		q->read(&safe, v);
}

void view_set_asked(struct view *v, const struct question *q, enum asked asked, const char *why)
{
	struct seen *s = seen_get(v, q);
	if (s->asked == asked && !strcmp(s->why ? s->why : "", why ? why : ""))
		return;
	s->asked = asked;
	keep(&s->why, why, 512);
	v->version++;
}

enum asked view_asked(const struct view *v, const struct question *q)
{
	const struct seen *s = seen_find(v, q);
	return s ? s->asked : ASKED_NEVER;
}

const char *view_why(const struct view *v, const struct question *q)
{
	const struct seen *s = seen_find(v, q);
	return s && s->why ? s->why : "";
}

const struct reply *view_reply(const struct view *v, const struct question *q)
{
	static const struct reply none = {.outcome = REPLY_LOST, .out = "", .words = "", .stage = "", .sqlstate = "", .via = ""};
	const struct seen *s = seen_find(v, q);
	return s ? &s->reply : &none;
}

int64_t view_asked_at(const struct view *v, const struct question *q)
{
	const struct seen *s = seen_find(v, q);
	return s ? s->reply.at : 0;
}
