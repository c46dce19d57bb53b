#include "probes/engine/past.h"

#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/engine/history.h"
#include "probes/engine/keep.h"

struct past {
	const struct engine *of;
	struct engine *tape;
	struct str bytes;       /* of the tape, unless they are of the recording that is replayed */
	int64_t from, end;      /* what the tape tells of */
};


static const char hint[] = "[ and ] go through what is recorded, { and } from change to change";

struct past *past_new(const struct engine *of)
{
	struct past *p = xcalloc(1, sizeof *p);
	p->of = of;
	return p;
}

static void drop(struct past *p)
{
	engine_free(p->tape);
	p->tape = NULL;
	str_free(&p->bytes);
}

void past_free(struct past *p)
{
	if (!p)
		return;
	drop(p);
	free(p);
}

/* Every server in the order of the model, then what is kept of each. */
static int read_kept(struct past *p, int server, int64_t t, struct problem *why)
{
	const struct engine *e = p->of;
	char *head = record_head(t);
	str_add(&p->bytes, head);
	free(head);
	for (int i = 0; i < e->model.servers; i++) {
		char *line = record_server(&e->watched[i]->spec);
		str_add(&p->bytes, line);
		free(line);
	}
	for (int i = 0; i < e->model.servers; i++) {
		int64_t from = 0, end = 0;
		int rc = e->watched[i]->keep ? keep_read(e->watched[i]->keep, t, &p->bytes, &from, &end) : -1;
		if (i == server && rc)
			return problem_set(why, hint, "of then nothing is kept");
		if (i == server) {
			p->from = from;
			p->end = end;
		}
	}
	return 0;
}

static int load(struct past *p, int server, int64_t t, struct problem *why)
{
	const char *bytes;
	size_t n;
	bool replayed = engine_recording(p->of, &bytes, &n);
	drop(p);
	if (!replayed) {
		if (read_kept(p, server, t, why))
			return -1;
		bytes = p->bytes.s;
		n = p->bytes.len;
	}
	p->tape = engine_tape(bytes, n, why);
	if (!p->tape)
		return -1;
	if (replayed) {
		engine_tape_span(p->tape, &p->from, &p->end);
		p->end = INT64_MAX;
	}
	return 0;
}

static bool is_loaded(const struct past *p, int64_t t)
{
	return p->tape && t >= p->from && t <= p->end;
}

/* One judgement knows no "since when": the history does. */
static void tell_since(struct server *s, const struct history *h, int64_t t)
{
	const struct news *news;
	int n = history_news(h, &news);
	for (int i = 0; i < s->nodes; i++) {
		int last = history_last_of(h, i, t);
		s->node[i].since = last >= 0 ? news[last].at : history_first(h);
		s->node[i].before = last >= 0 ? news[last].from : STATE_UNKNOWN;
	}
	s->changes = 0;
	for (int i = n - 1; i >= 0 && s->changes < (int)(sizeof s->change / sizeof *s->change); i--)
		if (news[i].at <= t && news[i].node >= 0)
			s->change[s->changes++] = (struct change){news[i].at, news[i].node, news[i].from, news[i].to};
}

const struct model *past_seek(struct past *p, int server, int64_t t, struct problem *why)
{
	int64_t first = server < p->of->model.servers ? history_first(p->of->model.server[server].history) : 0;
	if (!first)
		return problem_set(why, hint, "nothing is kept yet"), NULL;
	if (t < first)
		t = first;
	if (!is_loaded(p, t) && load(p, server, t, why))
		return NULL;
	if (t > p->end)
		t = p->end;
	engine_seek(p->tape, t);
	for (int i = 0; i < p->tape->model.servers && i < p->of->model.servers; i++) {
		const struct history *h = p->of->model.server[i].history;
		p->tape->model.server[i].history = h;
		if (h)
			tell_since(&p->tape->model.server[i], h, t);
	}
	return &p->tape->model;
}

const struct model *past_at(struct past **p, const struct engine *of, int server, int64_t t, struct problem *why)
{
	if (!t) {
		past_free(*p);
		*p = NULL;
		return NULL;
	}
	if (!*p)
		*p = past_new(of);
	return past_seek(*p, server, t, why);
}
