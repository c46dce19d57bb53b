#include "probes/link/loop_uv.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probes/base/arena.h"
#include "probes/link/places.h"

struct later {
	struct later *next;
	loop_call *call;
	void *arg;
};

struct loop {
	uv_loop_t uv;
	uv_idle_t idle; /* runs while something is put off: makes the loop not wait */
	uv_timer_t guard; /* ends loop_turn */
	struct later *first, **last;
	struct places *places;
	bool ending;
};

struct loop_timer {
	uv_timer_t timer;
	loop_call *call;
	void *arg;
	bool repeats, stopped;
};

struct loop_fd {
	uv_poll_t poll;
	loop_call *call;
	void *arg;
};

struct loop_signal {
	uv_signal_t signal;
	loop_call *call;
	void *arg;
};

static void free_handle(uv_handle_t *h)
{
	free(h->data);
}

static void run_later(uv_idle_t *idle)
{
	struct loop *l = idle->data;
	struct later *todo = l->first;
	l->first = NULL;
	l->last = &l->first;
	uv_idle_stop(idle);
	while (todo) {
		struct later *next = todo->next;
		todo->call(todo->arg);
		free(todo);
		todo = next;
	}
}

void loop_later(struct loop *l, loop_call *call, void *arg)
{
	struct later *x = xcalloc(1, sizeof *x);
	x->call = call;
	x->arg = arg;
	*l->last = x;
	l->last = &x->next;
	uv_idle_start(&l->idle, run_later);
}

static void guard_rang(uv_timer_t *t)
{
	(void)t; /* being called is all it is for: the turn ends */
}

struct loop *loop_new(void)
{
	/* libuv reads it once, at the first look-up; silent DNS holds a thread for 5 s and more */
	setenv("UV_THREADPOOL_SIZE", "8", 0);
	/* A child that ends early must not end us: writes then fail with EPIPE. */
	signal(SIGPIPE, SIG_IGN);
	struct loop *l = xcalloc(1, sizeof *l);
	l->last = &l->first;
	if (uv_loop_init(&l->uv) != 0)
		abort();
	l->uv.data = l;
	uv_idle_init(&l->uv, &l->idle);
	l->idle.data = l;
	uv_timer_init(&l->uv, &l->guard);
	uv_unref((uv_handle_t *)&l->guard);
	l->places = places_new(l);
	return l;
}

/* What a user of the loop did not stop: there the handle is the first member of its block. */
static void close_left(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, h->data == h ? free_handle : NULL);
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	l->ending = true;
	places_free(l->places);
	while (l->first) {
		struct later *next = l->first->next;
		free(l->first);
		l->first = next;
	}
	l->last = &l->first;
	/* Everything closes within a few turns, except look-ups that hang in the resolver: their
	 * threads still point into the loop, so it is left to the end of the process with them. */
	for (int i = 0; i < 16; i++) {
		if (i == 2)
			uv_walk(&l->uv, close_left, NULL);
		if (i >= 2 && uv_loop_close(&l->uv) == 0) {
			free(l);
			return;
		}
		uv_run(&l->uv, UV_RUN_NOWAIT);
	}
	static struct loop *abandoned;
	abandoned = l;
	(void)abandoned;
}

uv_loop_t *loop_uv(struct loop *l)
{
	return &l->uv;
}

struct places *loop_places(struct loop *l)
{
	return l->places;
}

void loop_run(struct loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_turn(struct loop *l, unsigned wait_ms)
{
	if (!wait_ms) {
		uv_run(&l->uv, UV_RUN_NOWAIT);
		return;
	}
	uv_update_time(&l->uv);
	uv_timer_start(&l->guard, guard_rang, wait_ms, 0);
	uv_ref((uv_handle_t *)&l->guard);
	uv_run(&l->uv, UV_RUN_ONCE);
	uv_unref((uv_handle_t *)&l->guard);
	uv_timer_stop(&l->guard);
}

void loop_stop(struct loop *l)
{
	uv_stop(&l->uv);
}

static void timer_rang(uv_timer_t *uv)
{
	struct loop_timer *t = uv->data;
	loop_call *call = t->call;
	void *arg = t->arg;
	if (!t->repeats)
		loop_timer_stop(t);
	call(arg);
}

struct loop_timer *loop_timer_start(struct loop *l, unsigned ms, unsigned repeat_ms,
				    loop_call *call, void *arg)
{
	struct loop_timer *t = xcalloc(1, sizeof *t);
	t->call = call;
	t->arg = arg;
	t->repeats = repeat_ms > 0;
	uv_timer_init(&l->uv, &t->timer);
	t->timer.data = t;
	uv_update_time(&l->uv);
	uv_timer_start(&t->timer, timer_rang, ms, repeat_ms);
	if (t->repeats)
		uv_unref((uv_handle_t *)&t->timer);
	return t;
}

void loop_timer_stop(struct loop_timer *t)
{
	if (t && !uv_is_closing((uv_handle_t *)&t->timer))
		uv_close((uv_handle_t *)&t->timer, free_handle);
}

static void fd_ready(uv_poll_t *p, int status, int events)
{
	struct loop_fd *w = p->data;
	(void)status, (void)events;
	w->call(w->arg);
}

struct loop_fd *loop_fd_watch(struct loop *l, int fd, loop_call *call, void *arg)
{
	struct loop_fd *w = xcalloc(1, sizeof *w);
	w->call = call;
	w->arg = arg;
	if (uv_poll_init(&l->uv, &w->poll, fd) != 0) {
		free(w);
		return NULL;
	}
	w->poll.data = w;
	if (uv_poll_start(&w->poll, UV_READABLE, fd_ready) != 0) {
		loop_fd_stop(w);
		return NULL;
	}
	return w;
}

void loop_fd_stop(struct loop_fd *w)
{
	if (w && !uv_is_closing((uv_handle_t *)&w->poll))
		uv_close((uv_handle_t *)&w->poll, free_handle);
}

static void signal_came(uv_signal_t *s, int signo)
{
	struct loop_signal *w = s->data;
	const struct loop *l = s->loop->data;
	(void)signo;
	/* Who asked for it may be gone: a terminal that is lost also sends SIGHUP, while everything is being closed. */
	if (!l->ending)
		w->call(w->arg);
}

void loop_signal_watch(struct loop *l, int signo, loop_call *call, void *arg)
{
	struct loop_signal *w = xcalloc(1, sizeof *w);
	w->call = call;
	w->arg = arg;
	uv_signal_init(&l->uv, &w->signal);
	w->signal.data = w;
	uv_signal_start(&w->signal, signal_came, signo);
	uv_unref((uv_handle_t *)&w->signal);
}

/* A deadline is a part of somebody's memory: unlike the handles above it does not point to itself, or close_left would free it. */
static void deadline_rang(uv_timer_t *t)
{
	struct deadline *d = (struct deadline *)t;
	d->call(d->arg);
}

void deadline_init(struct loop *l, struct deadline *d, loop_call *call, void *arg)
{
	d->call = call;
	d->arg = arg;
	uv_timer_init(&l->uv, &d->timer);
	d->timer.data = NULL;
}

void deadline_set(struct deadline *d, unsigned ms)
{
	uv_update_time(d->timer.loop);
	uv_timer_start(&d->timer, deadline_rang, ms, 0);
}

void deadline_stop(struct deadline *d)
{
	uv_timer_stop(&d->timer);
}

static void deadline_closed(uv_handle_t *h)
{
	struct deadline *d = (struct deadline *)h;
	if (d->closed)
		d->closed(d->arg);
}

void deadline_close(struct deadline *d, loop_call *closed)
{
	d->closed = closed;
	if (!uv_is_closing((uv_handle_t *)&d->timer))
		uv_close((uv_handle_t *)&d->timer, deadline_closed);
}

/* Processes in state D: they count as load, and want no processor. */
static unsigned stuck_processes(void)
{
	unsigned n = 0;
	DIR *dir = opendir("/proc");
	struct dirent *d;
	while (dir && (d = readdir(dir))) {
		char path[300], text[512];
		snprintf(path, sizeof path, "/proc/%s/stat", d->d_name);
		FILE *f = d->d_name[0] >= '1' && d->d_name[0] <= '9' ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		const char *at = fgets(text, sizeof text, f) ? strrchr(text, ')') : NULL;
		n += at && !strncmp(at, ") D", 3);
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return n;
}

double loop_load(void)
{
	double avg[3] = {0};
	uv_loadavg(avg);
	unsigned n = uv_available_parallelism(), stuck = avg[0] >= 1 ? stuck_processes() : 0;
	return avg[0] > stuck ? (avg[0] - stuck) / (n ? n : 1) : 0;
}

void link_versions(char *buf, size_t size)
{
	snprintf(buf, size, "libuv %s, libpq %d.%d, libssh2 %s", uv_version_string(), libpq_version() / 10000,
		 libpq_version() % 10000, libssh2_version_text());
}
