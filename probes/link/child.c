#include "probes/link/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/link/loop_uv.h"

#define LINGER_MS 200
#define DRAIN_MAX 64 /* of 16 KB: the largest pipe */

extern char **environ;

struct child {
	struct wire wire;
	struct loop *loop;
	uv_process_t process;
	uv_pipe_t pipe[3];
	bool open[3]; /* ours, not yet closed */
	struct deadline linger;
	char *failure; /* it could not be started */
	int handles;   /* not yet closed by libuv */
	int status;
	bool started, exited, over;
	char bytes[16384];
};

struct write {
	uv_write_t req;
	char bytes[];
};

static void one_less(struct child *c)
{
	if (--c->handles > 0)
		return;
	free(c->failure);
	free(c);
}

static void handle_closed(uv_handle_t *h)
{
	one_less(h->data);
}

static void linger_closed(void *arg)
{
	one_less(arg);
}

static void close_pipe(struct child *c, int i)
{
	if (!c->open[i])
		return;
	c->open[i] = false;
	uv_close((uv_handle_t *)&c->pipe[i], handle_closed);
}

static void close_all(struct child *c)
{
	c->over = true;
	for (int i = 0; i < 3; i++)
		close_pipe(c, i);
	if (c->started)
		uv_close((uv_handle_t *)&c->process, handle_closed);
	deadline_close(&c->linger, linger_closed);
}

static void ended(struct child *c)
{
	if (c->over)
		return;
	struct wire_end e = {.exited = true, .status = c->status, .stage = "", .words = ""};
	close_all(c); /* memory goes in a later turn */
	c->wire.ops->end(c->wire.arg, &e);
}

/* Where this program was not given the processor for long, what the child wrote still stands in the pipes: timers come before reading, and two
 * of them may pass without a look at the pipes in between. */
static void drain(struct child *c, int i)
{
	uv_os_fd_t fd;
	ssize_t n;
	if (!c->open[i] || uv_fileno((uv_handle_t *)&c->pipe[i], &fd) != 0)
		return;
	for (int k = 0; k < DRAIN_MAX && !c->over && (n = read(fd, c->bytes, sizeof c->bytes)) > 0; k++)
		c->wire.ops->bytes(c->wire.arg, i == 2, c->bytes, (size_t)n);
}

static void linger_over(void *arg)
{
	struct child *c = arg;
	if (c->failure) {
		/* as a shell would say it */
		c->wire.ops->bytes(c->wire.arg, true, c->failure, strlen(c->failure));
	}
	drain(c, 1);
	drain(c, 2);
	ended(c);
}

static void check_end(struct child *c)
{
	if (c->exited && !c->open[1] && !c->open[2])
		ended(c);
}

static void process_exited(uv_process_t *p, int64_t status, int signo)
{
	struct child *c = p->data;
	c->exited = true;
	c->status = signo ? 128 + signo : (int)status;
	if (c->over)
		return;
	deadline_set(&c->linger, LINGER_MS);
	check_end(c);
}

static void give_memory(uv_handle_t *h, size_t hint, uv_buf_t *ret)
{
	struct child *c = h->data;
	(void)hint;
	*ret = uv_buf_init(c->bytes, sizeof c->bytes);
}

static void got_bytes(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct child *c = s->data;
	int i = (uv_pipe_t *)s == &c->pipe[1] ? 1 : 2;
	if (c->over)
		return;
	if (n > 0)
		c->wire.ops->bytes(c->wire.arg, i == 2, buf->base, (size_t)n);
	else if (n < 0) {
		close_pipe(c, i);
		check_end(c);
	}
}

static void written(uv_write_t *req, int status)
{
	(void)status; /* a reader that went away is seen by its exit */
	free(req);
}

static void child_write(struct wire *w, const char *s, size_t n)
{
	struct child *c = (struct child *)w;
	if (!c->open[0] || !n)
		return;
	struct write *x = xmalloc(sizeof *x + n);
	memcpy(x->bytes, s, n);
	uv_buf_t buf = uv_buf_init(x->bytes, (unsigned)n);
	if (uv_write(&x->req, (uv_stream_t *)&c->pipe[0], &buf, 1, written) != 0)
		free(x);
}

struct shutdown {
	uv_shutdown_t req;
	struct child *child;
};

static void shut(uv_shutdown_t *req, int status)
{
	struct shutdown *x = (struct shutdown *)req;
	if (status != UV_ECANCELED)
		close_pipe(x->child, 0);
	free(x);
}

static void child_close_in(struct wire *w)
{
	struct child *c = (struct child *)w;
	if (!c->open[0])
		return;
	struct shutdown *x = xcalloc(1, sizeof *x);
	x->child = c;
	if (uv_shutdown(&x->req, (uv_stream_t *)&c->pipe[0], shut) != 0) {
		free(x);
		close_pipe(c, 0);
	}
}

static void child_terminate(struct wire *w)
{
	struct child *c = (struct child *)w;
	if (c->started && !c->exited)
		kill(-c->process.pid, SIGTERM);
}

static void child_drop(struct wire *w)
{
	struct child *c = (struct child *)w;
	if (c->over)
		return;
	if (c->started && !c->exited)
		kill(-c->process.pid, SIGKILL);
	close_all(c);
}

static void child_busy(struct wire *w, bool busy)
{
	struct child *c = (struct child *)w;
	void (*set)(uv_handle_t *) = busy ? uv_ref : uv_unref;
	if (c->over)
		return;
	if (c->started)
		set((uv_handle_t *)&c->process);
	for (int i = 0; i < 3; i++)
		if (c->open[i])
			set((uv_handle_t *)&c->pipe[i]);
}

static const struct wire_class local_class = {
	.via = "local",
	.write = child_write,
	.close_in = child_close_in,
	.terminate = child_terminate,
	.drop = child_drop,
	.busy = child_busy,
};

static const struct wire_class ssh_class = {
	.via = "ssh",
	.write = child_write,
	.close_in = child_close_in,
	.terminate = child_terminate,
	.drop = child_drop,
	.busy = child_busy,
};

/* Our environment is the operator's: PGPASSWORD and the like are nobody else's business. */
static char **own_env(void)
{
	int n = 0, m = 0;
	while (environ[n])
		n++;
	char **env = xcalloc((size_t)n + 1, sizeof *env);
	for (int i = 0; i < n; i++)
		if (strncmp(environ[i], "PGPASS", 6) && strncmp(environ[i], "WALMEDIC_", 9))
			env[m++] = environ[i];
	return env;
}

static int spawn(struct child *c, const struct child_spec *s, const int far[3])
{
	uv_stdio_container_t stdio[3];
	char **own = s->env ? NULL : own_env();
	for (int i = 0; i < 3; i++) {
		stdio[i].flags = UV_INHERIT_FD;
		stdio[i].data.fd = far[i];
	}
	uv_process_options_t o = {
		.exit_cb = process_exited,
		.file = s->argv[0],
		.args = (char **)s->argv,
		.env = s->env ? (char **)s->env : own,
		.flags = UV_PROCESS_DETACHED, /* setsid: no tty, and a group to kill */
		.stdio_count = 3,
		.stdio = stdio,
	};
	int r = uv_spawn(loop_uv(c->loop), &c->process, &o);
	free(own);
	return r;
}

/* Real pipes, as a shell would make them: /dev/stdout and /dev/stderr cannot be opened on sockets. */
static int make_pipes(struct child *c, int far[3])
{
	int fd[2];
	for (int i = 0; i < 3; i++)
		far[i] = -1;
	for (int i = 0; i < 3; i++) {
		if (pipe2(fd, O_CLOEXEC) != 0)
			return -errno;
		far[i] = i == 0 ? fd[0] : fd[1];
		uv_pipe_init(loop_uv(c->loop), &c->pipe[i], 0);
		c->pipe[i].data = c;
		c->open[i] = true;
		c->handles++;
		uv_pipe_open(&c->pipe[i], i == 0 ? fd[1] : fd[0]);
	}
	return 0;
}

static void failed(struct child *c, const char *program, int r)
{
	struct str s = {0};
	str_addf(&s, r == UV_ENOENT ? "%s: command not found\n" : "%s: %s\n", program, uv_strerror(r));
	c->failure = s.s;
	c->status = r == UV_ENOENT ? 127 : 126;
	c->exited = true;
	deadline_set(&c->linger, 0);
}

struct wire *child_start(struct loop *l, const struct child_spec *s, const struct wire_ops *ops, void *arg)
{
	struct child *c = xcalloc(1, sizeof *c);
	int far[3];
	c->loop = l;
	c->wire = (struct wire){.class = !strcmp(s->via, "ssh") ? &ssh_class : &local_class, .ops = ops, .arg = arg};
	deadline_init(l, &c->linger, linger_over, c);
	c->handles = 1;
	int r = make_pipes(c, far);
	if (r == 0) {
		c->process.data = c;
		c->handles++;
		c->started = true; /* libuv wants the handle closed even when spawning failed */
		r = spawn(c, s, far);
	}
	for (int i = 0; i < 3; i++)
		if (far[i] >= 0)
			close(far[i]);
	if (r != 0) {
		failed(c, s->argv[0], r);
		return &c->wire;
	}
	for (int i = 1; i < 3; i++)
		uv_read_start((uv_stream_t *)&c->pipe[i], give_memory, got_bytes);
	return &c->wire;
}
