/* The engine's own joints; nobody outside probes/engine includes this. */
#ifndef WALMEDIC_ENGINE_INSIDE_H
#define WALMEDIC_ENGINE_INSIDE_H

#include <stdio.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/engine/engine.h"
#include "probes/engine/graph.h"
#include "probes/engine/view.h"
#include "probes/link/loop.h"
#include "probes/link/place.h"

/* A way to ask: the place, as whom, or why there is none. */
struct way {
	struct place *place;
	const char *user;       /* NULL = the place's login */
	bool later;             /* not known yet: a fact is missing (why says which) */
	char why[200];
};

struct watched;

/* One text at one place as one user: asked once for every server that wants it. */
struct inquiry {
	struct engine *engine;
	const struct question *question;
	struct place *place;
	char *user, *text;
	size_t text_len;
	bool outstanding, answered;
	bool again;             /* time ran out on a busy machine: it is asked once more, with more patience */
	bool anew;              /* asked for while it was on its way: what comes is from before, and it is asked once more */
	bool stuck;             /* a login that was begun, and never came to an end */
	int64_t asked_mono;     /* ms; when it was last asked */
	int64_t asked_wall;
	struct watched **subscriber;
	int subscribers;
	struct inquiry *next;   /* of those with the same hash */
};

/* A server under watch: its specification, facts and judged graph. */
struct watched {
	struct engine *engine;
	struct server_spec spec;
	struct arena *arena;
	struct view *view;
	const char *scratch;    /* how Barman's user reaches the host of a restore drill; NULL: it is the Barman host */
	int index;
	unsigned judged_version;
	int64_t judged_at;
	unsigned scheduled_version, scheduled_shared; /* of its facts, when its questions were last prepared */
	bool scheduled, stale;  /* stale: to be prepared again though no fact has changed */
	bool busy;              /* a question is on its way, slow ones aside */
	bool slow;              /* a slow one is on its way */
	struct history *history; /* NULL: nothing is kept */
	struct keep *keep;
	const struct question **question;
	struct inquiry **inquiry; /* beside each question: the last one made for it, or NULL */
	int questions;
};

enum { INQUIRY_HASH = 1024 };

struct recorder;

struct engine {
	struct loop *loop;
	struct engine_options options;
	struct arena *arena;
	struct watched **watched;
	struct model model;
	struct inquiry *inquiry[INQUIRY_HASH];
	struct subject *subjects;
	struct recorder *recorder;
	struct replay *replay;
	struct loop_timer *timer, *soon, *remember, *more;
	int judge_from;              /* where the judging of many servers was broken off */
	bool live, started, frozen, sweep_done, slow_done, slow_outstanding;
	void (*on_change)(void *arg);
	void *on_change_arg;
};

/* ways.c */
struct way way_find(struct engine *e, struct watched *w, const char *at, const char *as);
bool way_is_us(const char *user);

/* schedule.c: asks what is due; true when something was asked or is on its way (slow questions aside). Of many servers
 * only those are looked at that have learnt something, but `all` now and then: time makes due, others share facts. */
bool schedule_pass(struct engine *e, bool all);
void schedule_forget(struct engine *e, struct watched *w, const struct question *q);
void schedule_free(struct engine *e);

/* engine.c */
void engine_soon(struct engine *e);   /* another pass in this turn of the loop */
void engine_judge(struct engine *e);
struct watched *engine_watch(struct engine *e, const struct server_spec *s);
/* From now on changes and numbers of every server are kept. */
void engine_keep(struct engine *e);
/* As if nothing had been asked yet. */
void engine_forget(struct engine *e);

/* record.c: lines of a recording, from malloc and with their newline. A reply whose bytes are those of the hash becomes a
 * back reference; the hash is brought up to date. */
char *record_head(int64_t t);
char *record_server(const struct server_spec *s);
char *record_reply(const struct watched *w, const struct inquiry *i, const struct reply *reply, uint64_t *hash, bool *ret_full);
char *record_asked(const struct watched *w, const struct question *q, enum asked asked, const char *why);
struct recorder *recorder_open(const char *file, const struct engine *e, struct problem *p);
void recorder_servers(struct recorder *r, const struct engine *e);
void recorder_reply(struct recorder *r, const struct watched *w, const struct inquiry *i, const struct reply *reply);
void recorder_asked(struct recorder *r, const struct watched *w, const struct question *q, enum asked asked, const char *why);
void recorder_close(struct recorder *r);

/* replay.c: a recording at any of its moments. Nothing moves by itself, no clock is touched. The bytes must outlive it. */
struct engine *engine_tape(const char *bytes, size_t n, struct problem *p);
void engine_seek(struct engine *e, int64_t t);
void engine_tape_span(const struct engine *e, int64_t *ret_first, int64_t *ret_last);
/* The recording that is replayed; false when it is the world. */
bool engine_recording(const struct engine *e, const char **ret, size_t *ret_n);
void replay_free(struct replay *r);

#endif
