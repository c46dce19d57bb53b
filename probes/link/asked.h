/* One question on its way, and the door: every reply is masked and cleaned here, once. */
#ifndef WALMEDIC_LINK_ASKED_H
#define WALMEDIC_LINK_ASKED_H

#include "probes/link/place.h"

#define OUT_MAX (256u * 1024)
#define WORDS_MAX (32u * 1024)

struct asked {
	struct asked *next;
	enum ask_how how;
	char *text, *user;
	unsigned deadline_ms;
	bool alone, fresh;
	ask_done *done;
	void *arg;
	int64_t since; /* monotonic ms */
	unsigned id;   /* in its session */
	int64_t begun; /* in its session: its turn came, monotonic ms; 0 = others stand before it */
};

/* A queue of questions. */
struct queue {
	struct asked *first, **last;
};
void queue_init(struct queue *q);
void queue_add(struct queue *q, struct asked *a);
struct asked *queue_take(struct queue *q);
void queue_unlink(struct queue *q, struct asked *a);

/* What a link saw, raw; unset members are nothing. */
struct raw {
	enum outcome outcome;
	int status;
	const char *out;
	size_t out_len;
	const char *words;
	const char *stage;
	int sys_errno;
	const char *sqlstate;
	int rows, cols;
	const char *const *cell;
	const char *via;
};

struct asked *asked_new(const struct ask *a, ask_done *done, void *arg);
/* Calls back with the cleaned reply and frees the question. */
void asked_finish(struct asked *a, const struct raw *r);
/* For `timeout` on the far host: a little before our own deadline. */
unsigned asked_far_seconds(const struct asked *a);
/* Until when its answer is waited for in a session, monotonic ms. */
int64_t asked_patience(const struct asked *a);
/* Frees without a call: only when the loop is freed. */
void asked_free(struct asked *a);
void queue_drop(struct queue *q);

/* A failure kept as raw, to be repeated (backoff). */
struct failure {
	enum outcome outcome;
	char *words, *stage;
	int sys_errno;
	char sqlstate[6];
	const char *via;
};
void failure_keep(struct failure *f, const struct raw *r);
void failure_raw(const struct failure *f, struct raw *ret);
void failure_free(struct failure *f);

#endif
