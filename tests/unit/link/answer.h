/* What a place answered, kept beyond the call back; included by the tests of places. */
#ifndef WALMEDIC_TESTS_LINK_ANSWER_H
#define WALMEDIC_TESTS_LINK_ANSWER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/clock.h"
#include "probes/link/loop.h"
#include "probes/link/place.h"

struct answer {
	int replies;
	enum outcome outcome;
	int status, sys_errno, rows, cols;
	char out[4096], words[2048], stage[32], sqlstate[8], via[16];
	char cell[8][256];
	bool null[8];
	int64_t took;
	size_t out_len;
};

static inline void take(void *arg, const struct reply *r)
{
	struct answer *a = arg;
	a->replies++;
	a->outcome = r->outcome;
	a->status = r->status;
	a->sys_errno = r->sys_errno;
	a->rows = r->rows;
	a->cols = r->cols;
	a->took = r->took_ms;
	a->out_len = r->out_len;
	for (int i = 0; i < r->rows * r->cols && i < 8; i++) {
		a->null[i] = !r->cell[i];
		snprintf(a->cell[i], sizeof a->cell[i], "%s", r->cell[i] ? r->cell[i] : "");
	}
	snprintf(a->out, sizeof a->out, "%s", r->out);
	snprintf(a->words, sizeof a->words, "%s", r->words);
	snprintf(a->stage, sizeof a->stage, "%s", r->stage);
	snprintf(a->sqlstate, sizeof a->sqlstate, "%s", r->sqlstate);
	snprintf(a->via, sizeof a->via, "%s", r->via);
}

/* The clock is only there so that what never comes fails instead of hanging. */
static inline void turn_until(struct loop *l, const int *count, int want)
{
	int64_t end = clock_mono_ms() + 20000;
	while (*count < want && clock_mono_ms() < end)
		loop_turn(l, 100);
	assert_int_equal(*count, want);
}

static inline void ask(struct place *p, enum ask_how how, const char *text, unsigned ms, struct answer *a)
{
	place_ask(p, &(struct ask){.how = how, .text = text, .deadline_ms = ms}, take, a);
}

#endif
