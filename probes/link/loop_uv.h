/* The loop as the links see it: libuv underneath, and calls put off to the next turn. */
#ifndef WALMEDIC_LINK_LOOP_UV_H
#define WALMEDIC_LINK_LOOP_UV_H

#include <stdbool.h>
#include <uv.h>

#include "probes/link/loop.h"

struct places;

uv_loop_t *loop_uv(struct loop *l);
struct places *loop_places(struct loop *l);
/* Calls once, before the loop waits again: what one turn asked travels together. */
void loop_later(struct loop *l, loop_call *call, void *arg);
/* A timer inside a link: embedded, reused; stopped whenever no question is outstanding. */
struct deadline {
	uv_timer_t timer;
	loop_call *call;
	void *arg;
	loop_call *closed;
};
void deadline_init(struct loop *l, struct deadline *d, loop_call *call, void *arg);
void deadline_set(struct deadline *d, unsigned ms);
void deadline_stop(struct deadline *d);
/* closed(arg) is called from the loop when the memory of d may be freed. */
void deadline_close(struct deadline *d, loop_call *closed);

#endif
