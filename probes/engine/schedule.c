/* What is due, may be asked and how: questions become inquiries, shared by every server that has the
 * same one. */
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/engine/inside.h"
#include "probes/engine/keep.h"

enum { DEFAULT_DEADLINE_MS = 5000, DEFAULT_EVERY_MS = 10000, PATIENCE = 3, PATIENT_MS = 15000, HUNG_MS = 2500,
       LOGIN_GRACE_MS = 120000 };

/* Processes that want one processor: from here on a time-out says nothing about the one who was asked. */
static const double crowded = 4;

static const enum ask_how ask_of[] = {[HOW_SH] = ASK_SH, [HOW_SQL] = ASK_SQL, [HOW_LOGIN] = ASK_LOGIN};

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static unsigned hash_of(const struct question *q, const char *text)
{
	uint64_t h = 1469598103934665603ULL ^ (uintptr_t)q;
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211ULL;
	return (unsigned)(h ^ h >> 32);
}

static bool is_same(const struct inquiry *i, const struct question *q, const struct way *way, const char *text, size_t n)
{
	return i->question == q && i->place == way->place && i->text_len == n && same(i->user, way->user) && !memcmp(i->text, text, n);
}

/* `known`, if it is still what is meant: mostly nothing has changed. */
static struct inquiry *inquiry_get(struct engine *e, const struct question *q, const struct way *way, const char *text, struct inquiry *known)
{
	size_t n = strlen(text);
	if (known && is_same(known, q, way, text, n))
		return known;
	struct inquiry **head = &e->inquiry[hash_of(q, text) % INQUIRY_HASH];
	for (struct inquiry *i = *head; i; i = i->next)
		if (is_same(i, q, way, text, n))
			return i;
	struct inquiry *i = xcalloc(1, sizeof *i);
	i->engine = e;
	i->question = q;
	i->place = way->place;
	i->user = way->user ? xstrdup(way->user) : NULL;
	i->text = xstrdup(text);
	i->text_len = n;
	i->next = *head;
	*head = i;
	return i;
}

static void subscribe(struct inquiry *i, struct watched *w)
{
	for (int k = 0; k < i->subscribers; k++)
		if (i->subscriber[k] == w)
			return;
	i->subscriber = xrealloc(i->subscriber, (size_t)(i->subscribers + 1) * sizeof(struct watched *));
	i->subscriber[i->subscribers++] = w;
	if (!i->outstanding)
		i->asked_mono = 0; /* the newcomer has not heard the answer */
}

/* Its text changed with a fact: the old inquiry no longer speaks for this server. */
static void unsubscribe(struct inquiry *i, const struct watched *w)
{
	for (int k = 0; k < i->subscribers; k++)
		if (i->subscriber[k] == w)
			i->subscriber[k--] = i->subscriber[--i->subscribers];
}

/* By the clients' own words as well: ssh's ConnectTimeout, libpq's connect_timeout. */
static bool ran_out_of_time(const struct reply *r)
{
	return r->outcome == REPLY_TIMEOUT || (r->outcome != REPLY_DONE && (strstr(r->words, "timed out") || strstr(r->words, "timeout expired")));
}

static bool is_busy(const struct inquiry *i)
{
	bool there = false;
	for (int k = 0; k < i->subscribers && !there; k++)
		there = know_num(i->subscriber[k]->view, "backup.load") >= crowded || know_num(i->subscriber[k]->view, "db.load") >= crowded;
	return there || loop_load() >= crowded;
}

/* Barman's home or the server's own volume does not answer: what is asked on its host answers without it, and then soon, or never will. */
static bool may_hang(const struct inquiry *i)
{
	const struct question *q = i->question;
	if (q->how != HOW_SH || strcmp(q->at, "backup") || (q->flags & Q_WARY))
		return false;
	for (int k = 0; k < i->subscribers; k++)
		if (know(i->subscriber[k]->view, "backup.home_hung") || know(i->subscriber[k]->view, "server.space.hung"))
			return true;
	return false;
}

static void ask_again(struct inquiry *i)
{
	i->asked_mono = 0;
	for (int k = 0; k < i->subscribers; k++)
		i->subscriber[k]->stale = true;
}

/* The first time that time runs out on a busy machine is kept to ourselves; the second is the proof. */
static bool wants_a_second_proof(struct inquiry *i, const struct reply *r)
{
	bool first = !i->again && !(i->question->flags & Q_SLOW) && ran_out_of_time(r) && is_busy(i) && !may_hang(i);
	i->again = first;
	if (!first)
		return false;
	ask_again(i);
	engine_soon(i->engine);
	return true;
}

static void answered(void *arg, const struct reply *r)
{
	struct inquiry *i = arg;
	i->outstanding = false;
	if (wants_a_second_proof(i, r))
		return;
	i->answered = true;
	i->stuck = i->question->how == HOW_LOGIN && r->outcome == REPLY_TIMEOUT && !strcmp(r->stage, "session");
	for (int k = 0; k < i->subscribers; k++) {
		struct watched *w = i->subscriber[k];
		view_set_now(w->view, clock_wall_ms());
		recorder_reply(i->engine->recorder, w, i, r);
		keep_reply(w->keep, i, r);
		view_answer(w->view, i->question, r);
	}
	if (i->anew && !i->stuck)
		ask_again(i);
	engine_soon(i->engine);
}

static void dispatch(struct engine *e, struct inquiry *i)
{
	const struct question *q = i->question;
	struct ask ask = {
		.how = ask_of[q->how],
		.text = i->text,
		.user = i->user,
		.deadline_ms = q->deadline_ms ? q->deadline_ms : e->options.timeout_ms ? e->options.timeout_ms : DEFAULT_DEADLINE_MS,
		.alone = q->flags & Q_ALONE,
		.fresh = q->how == HOW_LOGIN,
	};
	if (i->again && ask.deadline_ms < PATIENT_MS)
		ask.deadline_ms = ask.deadline_ms * PATIENCE < PATIENT_MS ? ask.deadline_ms * PATIENCE : PATIENT_MS;
	if (may_hang(i) && ask.deadline_ms > HUNG_MS)
		ask.deadline_ms = HUNG_MS;
	i->outstanding = true;
	i->anew = false;
	i->asked_mono = clock_mono_ms();
	i->asked_wall = clock_wall_ms();
	place_ask(i->place, &ask, answered, i);
}

static bool is_due(const struct engine *e, const struct inquiry *i)
{
	if (i->outstanding)
		return false;
	if (!i->asked_mono)
		return true;
	if (!e->live || (i->question->flags & Q_ONCE))
		return false;
	int64_t every = i->question->every_ms ? i->question->every_ms : DEFAULT_EVERY_MS;
	/* Each one stays with its sshd, which lets in no more than MaxStartups of them (10, sshd_config), until LoginGraceTime is over at best. */
	if (i->stuck && every < LOGIN_GRACE_MS)
		every = LOGIN_GRACE_MS;
	return clock_mono_ms() - i->asked_mono >= every;
}

static void set_asked(struct watched *w, const struct question *q, enum asked asked, const char *why)
{
	if (view_asked(w->view, q) == asked && !strcmp(view_why(w->view, q), why))
		return;
	recorder_asked(w->engine->recorder, w, q, asked, why);
	keep_asked(w->keep, q, asked, why);
	view_set_asked(w->view, q, asked, why);
}

/* NULL when it cannot be asked now; the view is told why. */
static struct inquiry *prepare(struct engine *e, struct watched *w, int k)
{
	const struct question *q = w->question[k];
	char why[300], *missing = NULL;
	if (!view_only_if(w->view, q->only_if)) {
		set_asked(w, q, ASKED_OFF, "there was no reason to ask");
		return NULL;
	}
	struct way way = way_find(e, w, q->at, q->as);
	if (!way.place) {
		set_asked(w, q, way.later ? ASKED_OFF : ASKED_NO_PLACE, way.why);
		return NULL;
	}
	char *text = view_expand(w->view, q, &missing);
	if (!text) {
		snprintf(why, sizeof why, "%s is not known", missing);
		free(missing);
		set_asked(w, q, ASKED_OFF, why);
		return NULL;
	}
	struct inquiry *i = inquiry_get(e, q, &way, text, w->inquiry[k]);
	free(text);
	return i;
}

/* A slow cross-check comes after everything else, and in one sweep only when it was asked for. */
static bool is_held_back(struct engine *e, struct watched *w, const struct question *q)
{
	if (!(q->flags & Q_SLOW) || (e->sweep_done && (e->live || e->options.cross_check)))
		return false;
	if (!e->live && !e->options.cross_check)
		set_asked(w, q, ASKED_OFF, "one sweep does not wait for it");
	return true;
}

/* True while somebody waits for it; of the slow ones is only noted that they are on their way. Under watch what was answered once is asked
 * again and again: where answers take longer than that, something is always on its way. */
static bool is_waited_for(const struct engine *e, struct watched *w, const struct question *q, const struct inquiry *i)
{
	if (!(q->flags & Q_SLOW))
		return i->outstanding && (!e->live || view_asked(w->view, q) == ASKED_NEVER);
	w->slow |= i->outstanding;
	return false;
}

static bool schedule_question(struct engine *e, struct watched *w, int k)
{
	const struct question *q = w->question[k];
	struct inquiry *i = w->inquiry[k];
	if (i && i->outstanding)
		return is_waited_for(e, w, q, i);
	if (is_held_back(e, w, q))
		return false;
	i = prepare(e, w, k);
	if (w->inquiry[k] && w->inquiry[k] != i)
		unsubscribe(w->inquiry[k], w);
	bool known = i && w->inquiry[k] == i;
	w->inquiry[k] = i;
	if (!i)
		return false;
	if (!known)
		subscribe(i, w);
	if (view_asked(w->view, q) == ASKED_OFF || view_asked(w->view, q) == ASKED_NO_PLACE) {
		set_asked(w, q, ASKED_NEVER, "");
		i->asked_mono = 0;
	}
	if (is_due(e, i))
		dispatch(e, i);
	return is_waited_for(e, w, q, i);
}

static void schedule_server(struct engine *e, struct watched *w)
{
	w->busy = w->slow = false;
	for (int k = 0; k < w->questions; k++)
		w->busy |= schedule_question(e, w, k);
	w->scheduled = true;
	w->stale = false;
	w->scheduled_version = view_version(w->view);
	w->scheduled_shared = view_shared_version(w->view);
}

/* Nothing was learnt: what is asked is the same, and may be due again. */
static void schedule_due(struct engine *e, struct watched *w)
{
	w->busy = w->slow = false;
	for (int k = 0; k < w->questions; k++) {
		struct inquiry *i = w->inquiry[k];
		if (i && is_due(e, i))
			dispatch(e, i);
		w->busy |= i && is_waited_for(e, w, w->question[k], i);
	}
}

static bool pass(struct engine *e, bool all)
{
	bool busy = false;
	e->slow_outstanding = false;
	for (int s = 0; s < e->model.servers; s++) {
		struct watched *w = e->watched[s];
		if (!w->scheduled || w->stale || w->scheduled_version != view_version(w->view) ||
		    (all && w->scheduled_shared != view_shared_version(w->view)))
			schedule_server(e, w);
		else if (all)
			schedule_due(e, w);
		busy |= w->busy;
		e->slow_outstanding |= w->slow;
	}
	return busy;
}

bool schedule_pass(struct engine *e, bool all)
{
	bool busy = pass(e, all);
	/* nothing seems to be left of the first sweep: that must hold for everybody */
	return busy || all || e->sweep_done ? busy : pass(e, true);
}

void schedule_forget(struct engine *e, struct watched *w, const struct question *q)
{
	(void)e;
	w->stale = true;
	for (int k = 0; k < w->questions; k++) {
		struct inquiry *i = w->question[k] == q ? w->inquiry[k] : NULL;
		if (i && i->outstanding) {
			i->anew = true;
		} else if (i) {
			i->asked_mono = 0;
			place_retry_now(i->place);
		}
	}
}

void schedule_free(struct engine *e)
{
	for (size_t h = 0; h < INQUIRY_HASH; h++)
		while (e->inquiry[h]) {
			struct inquiry *i = e->inquiry[h];
			e->inquiry[h] = i->next;
			free(i->user);
			free(i->text);
			free(i->subscriber);
			free(i);
		}
}
