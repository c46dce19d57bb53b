#include "probes/link/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/link/frames.h"
#include "probes/link/loop_uv.h"
#include "probes/link/places.h"
#include "probes/link/ssh_words.h"

#define ERR_MAX (64u * 1024)

/* What the far host works on at a time for us, however many servers it keeps; what takes longer than usual (a disk
 * that hangs) no longer counts. One server alone is never held back by this. */
enum { BESIDE_MAX = 10, TURNS_MAX = 12, USUAL_MS = 1000 };

/* Where a home hangs everything does that is asked there, each of them gives rise to doubt, and each look costs seconds. */
enum { DOUBT_MS = 30000 };

enum at { AT_START, AT_PARENT, AT_LINK, AT_READY };

struct session {
	struct session *next;
	struct place *place;
	struct wire *wire;
	char nonce[NONCE_SIZE];
	struct frames frames;
	struct str err, noise;
	struct queue sent; /* in order; the first that is not alone, and all alone before it, are being answered */
	struct queue held; /* wait until fewer are on their way; their clocks stand still */
	unsigned last_id;
	enum at at;
	bool over, doubt; /* a question took too long: does the home still answer? */
	int64_t looked;   /* since when that was asked last */
	struct deadline deadline, login;
};

static void memory_free(void *arg)
{
	struct session *s = arg;
	frames_free(&s->frames);
	str_free(&s->err);
	str_free(&s->noise);
	free(s);
}

static void deadline_closed(void *arg)
{
	struct session *s = arg;
	deadline_close(&s->login, memory_free);
}

/* Takes it out of its place; the wire is gone or goes now. */
static void leave(struct session *s)
{
	if (s->over)
		return;
	s->over = true;
	if (s->place->kept == s)
		s->place->kept = NULL;
	for (struct session **p = &s->place->sessions; *p; p = &(*p)->next)
		if (*p == s) {
			*p = s->next;
			break;
		}
	if (s->wire)
		s->wire->class->drop(s->wire);
	s->wire = NULL;
	deadline_close(&s->deadline, deadline_closed);
}

/* What was said on stderr; what the way to the parent said, before the mark of via.c, is not the pipeline's. */
static const char *err_text(const struct session *s)
{
	char mark[NONCE_SIZE + 8];
	snprintf(mark, sizeof mark, "%s link\n", s->nonce);
	const char *text = str_text(&s->err), *at = strstr(text, mark);
	return at ? at + strlen(mark) : text;
}

static const char *via_of(const struct session *s)
{
	return s->place->class == &via_class || !s->wire ? s->place->class->via : s->wire->class->via;
}

static void finish(struct session *s, struct asked *a, struct raw r)
{
	struct str plain = {0};
	if (a->how == ASK_LOGIN) {
		r.words = err_text(s);
	} else if (!r.words && r.outcome != REPLY_DONE) {
		ssh_words_plain(&plain, err_text(s));
		if (!plain.len)
			str_addn(&plain, str_text(&s->noise), s->noise.len);
		r.words = str_text(&plain);
	}
	asked_finish(a, &r);
	str_free(&plain);
}

/* Where a login stands that has not come to its begin mark. */
static void locate(const struct session *s, int status, struct ssh_fault *ret)
{
	bool via = s->place->class == &via_class;
	*ret = (struct ssh_fault){.stage = ""};
	if (via && s->at == AT_START)
		ret->stage = "parent";
	else if (via && s->at == AT_PARENT)
		ret->stage = "user";
	else if (status >= 0)
		ssh_words_fault(err_text(s), status, ret);
	else
		ret->stage = ssh_words_stage(err_text(s));
}

/* A login that failed while an older one still holds: what needs no proof goes there. */
static bool hand_back(struct session *s, struct asked *a)
{
	struct session *kept = s->place->kept;
	if (!kept || kept == s || a->fresh || s->at == AT_READY)
		return false;
	queue_add(&s->place->asked, a);
	place_due(s->place);
	return true;
}

static void end_all(struct session *s, struct raw r, bool refused)
{
	struct asked *a;
	while ((a = queue_take(&s->held)))
		queue_add(&s->sent, a);
	struct queue q = s->sent;
	queue_init(&s->sent);
	r.via = via_of(s);
	if (s->noise.len && s->at != AT_READY) {
		r.out = s->noise.s;
		r.out_len = s->noise.len;
	}
	if (refused) {
		struct raw kept = r;
		kept.words = err_text(s);
		place_refused(s->place, &kept);
	}
	s->wire = r.outcome == REPLY_TIMEOUT ? s->wire : NULL;
	leave(s);
	while (q.first) {
		struct asked *next = q.first->next;
		a = q.first;
		q.first = next;
		if (!hand_back(s, a))
			finish(s, a, r);
	}
}

static void take_noise(struct session *s)
{
	size_t n;
	const char *rest = frames_rest(&s->frames, &n);
	if (s->at != AT_READY)
		str_addn(&s->noise, rest, n);
}

static void wire_ended(void *arg, const struct wire_end *e)
{
	struct session *s = arg;
	struct ssh_fault f = {.stage = ""};
	take_noise(s);
	if (*e->words) {
		if (s->err.len)
			str_addc(&s->err, '\n');
		str_add(&s->err, e->words);
	}
	struct raw r = {.outcome = s->at == AT_READY ? REPLY_LOST : REPLY_NO_LINK, .status = e->status};
	if (s->at != AT_READY)
		locate(s, e->exited ? e->status : 255, &f);
	if (!e->exited && *e->stage && s->at != AT_READY && s->place->class != &via_class)
		f = (struct ssh_fault){e->stage, e->sys_errno, !strcmp(e->stage, "auth") || !strcmp(e->stage, "banner")};
	r.stage = s->at == AT_READY ? "session" : f.stage;
	r.sys_errno = f.sys_errno;
	end_all(s, r, f.refused);
}

/* Of those that are being answered now, the one whose deadline is next; the others' clocks stand still. */
static struct asked *next_due(struct session *s)
{
	struct asked *due = NULL, *a = s->sent.first;
	int64_t now = clock_mono_ms();
	for (; a; a = a->next) {
		if (a->how == ASK_LOGIN)
			continue;
		if (!a->begun)
			a->begun = now;
		if (!due || asked_patience(a) < asked_patience(due))
			due = a;
		if (!a->alone)
			break;
	}
	return due;
}

/* Has the far host room for it? Of many that could go in turn some go beside the others. */
static bool has_room(struct session *s, struct asked *a)
{
	int turns = 0, besides = 0;
	int64_t now = clock_mono_ms();
	for (const struct asked *o = s->sent.first; o; o = o->next)
		if (o->how != ASK_LOGIN && o->alone)
			besides += !o->begun || now - o->begun < USUAL_MS;
		else
			turns += o->how != ASK_LOGIN;
	if (!a->alone && turns < TURNS_MAX)
		return true;
	a->alone |= besides < BESIDE_MAX;
	return besides < BESIDE_MAX;
}

static bool look_again(struct session *s)
{
	int64_t now = clock_mono_ms();
	if (!s->doubt || now - s->looked < DOUBT_MS)
		return false;
	s->doubt = false;
	s->looked = now;
	return true;
}

static void write_one(struct session *s, struct asked *a)
{
	a->id = ++s->last_id;
	if (a->how == ASK_SH) {
		struct str text = {0};
		shell_request(&text, a->id, a->text, asked_far_seconds(a), a->user, (struct manner){a->alone, look_again(s)});
		s->wire->class->write(s->wire, text.s, text.len);
		str_free(&text);
	}
	queue_add(&s->sent, a);
}

static void watch(struct session *s)
{
	while (s->held.first && has_room(s, s->held.first))
		write_one(s, queue_take(&s->held));
	if (!s->sent.first) {
		deadline_stop(&s->deadline);
		if (s->place->kept != s)
			leave(s);
		else
			s->wire->class->busy(s->wire, false);
		return;
	}
	struct asked *due = next_due(s);
	if (!due)
		return;
	int64_t left = asked_patience(due) - clock_mono_ms();
	if (s->held.first && left > USUAL_MS / 4)
		left = USUAL_MS / 4;
	deadline_set(&s->deadline, left > 1 ? (unsigned)left : 1);
}

/* What hangs beside the others gives up alone: the session still answers. */
static void deadline_passed(void *arg)
{
	struct session *s = arg;
	struct ssh_fault f = {.stage = "run"};
	struct asked *due = s->at == AT_READY ? next_due(s) : NULL;
	if (due && s->held.first && asked_patience(due) > clock_mono_ms()) {
		watch(s);
		return;
	}
	if (due && due->alone) {
		queue_unlink(&s->sent, due);
		s->doubt = true;
		const char *via = via_of(s);
		watch(s);
		asked_finish(due, &(struct raw){.outcome = REPLY_TIMEOUT, .stage = "run", .words = "", .via = via});
		return;
	}
	take_noise(s);
	if (s->at != AT_READY)
		locate(s, -1, &f);
	const char *stage = s->wire && s->wire->class->stage && s->at != AT_READY ?
			    s->wire->class->stage(s->wire) : NULL;
	end_all(s, (struct raw){.outcome = REPLY_TIMEOUT, .stage = stage && *stage ? stage : f.stage}, false);
}

static void retire(struct session *s)
{
	if (s && !s->sent.first)
		leave(s);
}

/* stderr may be read a moment later than the mark: the login is told one turn later. */
static void tell_login(void *arg)
{
	struct session *s = arg;
	struct asked **p = &s->sent.first, *logins = NULL;
	while (*p) {
		struct asked *a = *p;
		if (a->how == ASK_LOGIN) {
			*p = a->next;
			a->next = logins;
			logins = a;
		} else {
			p = &a->next;
		}
	}
	s->sent.last = p;
	const char *via = via_of(s);
	if (!s->over)
		watch(s);
	while (logins) {
		struct asked *a = logins;
		logins = a->next;
		finish(s, a, (struct raw){
			.outcome = REPLY_DONE, .out = str_text(&s->noise), .out_len = s->noise.len, .via = via});
	}
}

static void begun(struct session *s, const char *noise, size_t n)
{
	struct place *p = s->place;
	str_addn(&s->noise, noise, n);
	s->at = AT_READY;
	place_welcomed(p);
	struct session *old = p->kept;
	p->kept = s;
	retire(old);
	deadline_set(&s->login, 0);
	if (s->sent.first)
		watch(s);
}

static void answered(struct session *s, const char *words, const char *out, size_t n)
{
	char what[16] = "";
	unsigned id = 0;
	if (sscanf(words, "%u %15s", &id, what) != 2)
		return;
	struct asked *a = s->sent.first;
	while (a && (a->how == ASK_LOGIN || a->id != id))
		a = a->next;
	if (!a) /* it was given up */
		return;
	int64_t took = clock_mono_ms() - a->begun;
	struct raw r = {.outcome = REPLY_DONE, .status = atoi(what), .out = out, .out_len = n, .via = via_of(s)};
	char *why = NULL;
	if (!strcmp(what, "user")) {
		why = xcalloc(1, n + 1);
		memcpy(why, out, n);
		r = (struct raw){.outcome = REPLY_NO_LINK, .stage = "user", .words = why, .via = r.via};
	} else if (!strcmp(what, "late") || ((r.status == 124 || r.status == 137) && took >= (int64_t)asked_far_seconds(a) * 500)) { /* on a busy machine we saw it begin late */
		r.outcome = REPLY_TIMEOUT;
		r.stage = "run";
		r.words = "";
		s->doubt = true;
	}
	queue_unlink(&s->sent, a);
	watch(s);
	finish(s, a, r);
	free(why);
}

static void marked(struct session *s, const char *words, const char *before, size_t n)
{
	if (s->at == AT_READY)
		answered(s, words, before, n);
	else if (!strcmp(words, "begin"))
		begun(s, before, n);
	else if (!strcmp(words, "login"))
		s->at = AT_PARENT;
	else if (!strcmp(words, "link"))
		s->at = AT_LINK;
}

static void wire_bytes(void *arg, bool is_err, const char *bytes, size_t n)
{
	struct session *s = arg;
	const char *words, *before;
	size_t before_n;
	if (is_err) {
		if (s->err.len < ERR_MAX)
			str_addn(&s->err, bytes, n);
		return;
	}
	frames_feed(&s->frames, bytes, n);
	while (!s->over && (words = frames_next(&s->frames, &before, &before_n)))
		marked(s, words, before, before_n);
}

static const struct wire_ops session_ops = {wire_bytes, wire_ended};

static struct session *session_open(struct place *p, bool fresh, const struct asked *first)
{
	struct session *s = xcalloc(1, sizeof *s);
	struct str text = {0};
	s->place = p;
	queue_init(&s->sent);
	queue_init(&s->held);
	shell_nonce(s->nonce);
	frames_init(&s->frames, s->nonce);
	deadline_init(p->loop, &s->deadline, deadline_passed, s);
	deadline_init(p->loop, &s->login, tell_login, s);
	s->looked = clock_mono_ms();
	s->next = p->sessions;
	p->sessions = s;
	shell_loop(&text, s->nonce);
	struct opening o = {.nonce = s->nonce, .text = text.s, .n = text.len, .fresh = fresh, .verbose = true};
	s->wire = p->class->open(p, &o, &session_ops, s);
	deadline_set(&s->deadline, first->deadline_ms);
	str_free(&text);
	return s;
}

static void send_one(struct session *s, struct asked *a)
{
	if (a->how == ASK_LOGIN || has_room(s, a))
		write_one(s, a);
	else
		queue_add(&s->held, a);
	s->wire->class->busy(s->wire, true);
	if (s->at == AT_READY)
		watch(s);
}

static struct session *connecting(struct place *p)
{
	for (struct session *s = p->sessions; s; s = s->next)
		if (s->at != AT_READY)
			return s;
	return NULL;
}

static bool refuse(struct place *p, struct asked *a)
{
	struct raw r;
	if (a->user && !shell_user_ok(a->user)) {
		r = (struct raw){.outcome = REPLY_NO_LINK, .stage = "user", .words = "not a user name", .via = p->class->via};
		asked_finish(a, &r);
		return true;
	}
	if (a->how == ASK_SQL) {
		r = (struct raw){.outcome = REPLY_NO_LINK, .stage = "client", .words = "not a database", .via = p->class->via};
		asked_finish(a, &r);
		return true;
	}
	if (place_backs_off(p) && (a->fresh || !p->kept)) {
		failure_raw(&p->failed, &r);
		asked_finish(a, &r);
		return true;
	}
	return false;
}

void session_flush(struct place *p)
{
	struct queue q = p->asked;
	struct asked *a;
	bool fresh = false;
	if (!q.first)
		return;
	queue_init(&p->asked);
	for (a = q.first; a; a = a->next)
		fresh |= a->fresh;
	while (q.first) {
		a = q.first;
		q.first = a->next;
		if (refuse(p, a))
			continue;
		struct session *s = connecting(p);
		if (!s && !fresh)
			s = p->kept;
		else if (!s && place_backs_off(p))
			s = p->kept;
		if (!s)
			s = session_open(p, fresh, a);
		send_one(s, a);
	}
}

void session_free_all(struct place *p)
{
	while (p->sessions) {
		struct session *s = p->sessions;
		struct asked *a;
		while ((a = queue_take(&s->sent)) || (a = queue_take(&s->held)))
			asked_free(a);
		leave(s);
	}
}
