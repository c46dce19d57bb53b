#include "probes/link/asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/base/secret.h"
#include "probes/base/str.h"
#include "probes/base/text.h"

#define LINE_MAX_BYTES 16384
#define CELL_MAX (64u * 1024)

void queue_init(struct queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

void queue_add(struct queue *q, struct asked *a)
{
	a->next = NULL;
	*q->last = a;
	q->last = &a->next;
}

struct asked *queue_take(struct queue *q)
{
	struct asked *a = q->first;
	if (!a)
		return NULL;
	q->first = a->next;
	if (!q->first)
		q->last = &q->first;
	a->next = NULL;
	return a;
}

void queue_unlink(struct queue *q, struct asked *a)
{
	for (struct asked **p = &q->first; *p; p = &(*p)->next)
		if (*p == a) {
			*p = a->next;
			if (!*p)
				q->last = p;
			return;
		}
}

unsigned asked_far_seconds(const struct asked *a)
{
	return a->deadline_ms < 1500 ? 1 : (a->deadline_ms - 500) / 1000;
}

int64_t asked_patience(const struct asked *a)
{
	unsigned far = asked_far_seconds(a) * 1000 + 500;
	return a->begun + (a->deadline_ms > far ? a->deadline_ms : far);
}

struct asked *asked_new(const struct ask *a, ask_done *done, void *arg)
{
	struct asked *x = xcalloc(1, sizeof *x);
	x->how = a->how;
	x->text = xstrdup(a->text ? a->text : "");
	x->user = a->user ? xstrdup(a->user) : NULL;
	x->deadline_ms = a->deadline_ms ? a->deadline_ms : 5000;
	x->alone = a->alone;
	x->fresh = a->fresh || a->how == ASK_LOGIN;
	x->done = done;
	x->arg = arg;
	x->since = clock_mono_ms();
	return x;
}

void asked_free(struct asked *a)
{
	free(a->text);
	free(a->user);
	free(a);
}

void queue_drop(struct queue *q)
{
	struct asked *a;
	while ((a = queue_take(q)))
		asked_free(a);
}

/* The door. */
static void clean(struct str *out, const char *s, size_t n, size_t max)
{
	struct str masked = {0};
	secret_mask(&masked, s, n < max ? n : max);
	text_clean(out, str_text(&masked), masked.len, LINE_MAX_BYTES, max);
	str_free(&masked);
}

static const char **clean_cells(const struct raw *raw, struct str *store)
{
	size_t n = (size_t)raw->rows * (size_t)raw->cols;
	const char **cell = xcalloc(n + 1, sizeof *cell);
	size_t *at = xcalloc(n + 1, sizeof *at);
	for (size_t i = 0; i < n; i++) {
		at[i] = store->len;
		if (raw->cell[i]) {
			clean(store, raw->cell[i], strlen(raw->cell[i]), CELL_MAX);
			str_addc(store, '\0');
		}
	}
	for (size_t i = 0; i < n; i++)
		cell[i] = raw->cell[i] ? store->s + at[i] : NULL;
	free(at);
	return cell;
}

static size_t trimmed(const char *s)
{
	size_t n = strlen(s);
	while (n && (s[n - 1] == '\n' || s[n - 1] == '\r'))
		n--;
	return n;
}

void asked_finish(struct asked *a, const struct raw *raw)
{
	struct str out = {0}, words = {0}, cells = {0};
	if (raw->out)
		clean(&out, raw->out, raw->out_len, OUT_MAX);
	if (raw->words)
		clean(&words, raw->words, trimmed(raw->words), WORDS_MAX);
	const char **cell = raw->rows ? clean_cells(raw, &cells) : NULL;
	struct reply r = {
		.outcome = raw->outcome,
		.status = raw->status,
		.out = str_text(&out),
		.out_len = out.len,
		.words = str_text(&words),
		.stage = raw->stage ? raw->stage : "",
		.sys_errno = raw->sys_errno,
		.sqlstate = raw->sqlstate ? raw->sqlstate : "",
		.rows = raw->rows,
		.cols = raw->cols,
		.cell = cell,
		.at = clock_wall_ms(),
		.took_ms = clock_mono_ms() - a->since,
		.via = raw->via ? raw->via : "",
	};
	a->done(a->arg, &r);
	free(cell);
	str_free(&out);
	str_free(&words);
	str_free(&cells);
	asked_free(a);
}

void failure_keep(struct failure *f, const struct raw *r)
{
	failure_free(f);
	f->outcome = r->outcome;
	f->words = xstrdup(r->words ? r->words : "");
	f->stage = xstrdup(r->stage ? r->stage : "");
	f->sys_errno = r->sys_errno;
	snprintf(f->sqlstate, sizeof f->sqlstate, "%s", r->sqlstate ? r->sqlstate : "");
	f->via = r->via;
}

void failure_raw(const struct failure *f, struct raw *ret)
{
	*ret = (struct raw){
		.outcome = f->outcome,
		.words = f->words,
		.stage = f->stage,
		.sys_errno = f->sys_errno,
		.sqlstate = f->sqlstate,
		.via = f->via,
	};
}

void failure_free(struct failure *f)
{
	free(f->words);
	free(f->stage);
	*f = (struct failure){0};
}
