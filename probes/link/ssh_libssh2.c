#include "probes/link/ssh_libssh2.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/link/ssh_libssh2_inside.h"

/* Reaching the login, whatever the question's own deadline is (acting has a long one). */
#define LOGIN_MS 15000

static void pump(struct ssh2 *s);

/* ---- the end of a connection ---- */

static void memory_free(void *arg)
{
	free(arg);
}

static void kick_closed(void *arg)
{
	struct ssh2 *s = arg;
	deadline_close(&s->deadline, memory_free);
}

static void poll_closed(uv_handle_t *h)
{
	free(h);
}

static void close_socket(struct ssh2 *s)
{
	if (s->poll)
		uv_close((uv_handle_t *)s->poll, poll_closed);
	s->poll = NULL;
	if (s->session) {
		/* On a shut socket nothing is left to wait for. */
		shutdown(s->fd, SHUT_RDWR);
		for (int i = 0; i < 100 && libssh2_session_free(s->session) == LIBSSH2_ERROR_EAGAIN; i++)
			;
		s->session = NULL;
	}
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void link_end(struct ssh2 *s)
{
	if (s->at == AT_END)
		return;
	s->at = AT_END;
	if (s->slot)
		*s->slot = NULL;
	s->slot = NULL;
	if (s->lookup) {
		s->lookup->link = NULL;
		uv_cancel((uv_req_t *)&s->lookup->req);
		s->lookup = NULL;
	}
	close_socket(s);
	uv_freeaddrinfo(s->list);
	s->list = NULL;
	deadline_close(&s->kick, kick_closed);
}

/* Everything that runs over it hears of it. */
static void link_fail(struct ssh2 *s, const char *stage, const char *words)
{
	struct wire_end e = {.stage = stage, .words = words, .sys_errno = s->sys_errno};
	struct chan *c = s->chans;
	s->chans = NULL;
	link_end(s);
	while (c) {
		struct chan *next = c->next;
		if (!c->dropped && c->doing != GONE)
			c->wire.ops->end(c->wire.arg, &e);
		chan_free(c);
		c = next;
	}
}

static const char *stage_of(const struct ssh2 *s)
{
	static const char *const stages[] = {[AT_RESOLVE] = "resolve", [AT_CONNECT] = "connect", [AT_HANDSHAKE] = "kex",
					     [AT_AUTH] = "auth", [AT_READY] = "session", [AT_END] = ""};
	if (s->at == AT_HANDSHAKE && !libssh2_session_banner_get(s->session))
		return "banner";
	return stages[s->at];
}

/* ---- the login ---- */

static enum step step_handshake(struct ssh2 *s)
{
	size_t n;
	int type, r = libssh2_session_handshake(s->session, s->fd);
	if (r == LIBSSH2_ERROR_EAGAIN)
		return AGAIN;
	if (r != 0)
		return BROKEN;
	const char *blob = libssh2_session_hostkey(s->session, &n, &type);
	if (!blob || !ssh_config_is_known(s->config, (const unsigned char *)blob, n)) {
		link_fail(s, "hostkey", "its host key is not the one in known_hosts");
		return AGAIN;
	}
	s->at = AT_AUTH;
	return NEXT;
}

static enum step step_auth(struct ssh2 *s)
{
	const struct ssh_config *c = s->config;
	int r = libssh2_userauth_publickey_fromfile_ex(s->session, c->user, (unsigned)strlen(c->user), NULL, c->key[s->key], NULL);
	if (r == LIBSSH2_ERROR_EAGAIN)
		return AGAIN;
	if (r == 0) {
		s->at = AT_READY;
		deadline_stop(&s->deadline);
		return NEXT;
	}
	return ++s->key < c->keys ? NEXT : BROKEN;
}

static void update_poll(struct ssh2 *s);

static void pump(struct ssh2 *s)
{
	static enum step (*const steps[])(struct ssh2 *) = {
		[AT_HANDSHAKE] = step_handshake, [AT_AUTH] = step_auth, [AT_READY] = step_channels};
	enum step step = NEXT;
	if (s->pumping || s->at < AT_HANDSHAKE || s->at == AT_END)
		return;
	s->pumping = true;
	while (step == NEXT && s->at != AT_END)
		step = steps[s->at](s);
	s->pumping = false;
	if (s->at == AT_END)
		return;
	if (step == BROKEN) {
		char *words = xstrdup(last_error(s));
		const char *banner = libssh2_session_banner_get(s->session);
		struct str say = {0};
		str_add(&say, words);
		if (s->at == AT_HANDSHAKE && banner && strncmp(banner, "SSH-", 4))
			str_addf(&say, ": the other end said \"%.200s\"", banner);
		/* text instead of a banner is no ssh server, or one that throttles */
		const char *stage = s->at == AT_HANDSHAKE && banner && strncmp(banner, "SSH-", 4) ? "banner" : stage_of(s);
		link_fail(s, stage, str_text(&say));
		str_free(&say);
		free(words);
	} else if (!channels_wanted(s)) {
		link_fail(s, "", "");
	} else {
		update_poll(s);
	}
}

/* ---- the socket ---- */

static void socket_ready(uv_poll_t *p, int status, int events);

static void update_poll(struct ssh2 *s)
{
	int want = libssh2_session_block_directions(s->session), events = UV_READABLE;
	bool busy = s->at != AT_READY;
	if (want & LIBSSH2_SESSION_BLOCK_OUTBOUND)
		events |= UV_WRITABLE;
	for (struct chan *c = s->chans; c; c = c->next)
		busy |= c->busy && !c->dropped;
	uv_poll_start(s->poll, events, socket_ready);
	(busy ? uv_ref : uv_unref)((uv_handle_t *)s->poll);
}

static void connect_next(struct ssh2 *s);

static void start_handshake(struct ssh2 *s)
{
	int one = 1, idle = 10, silent_ms = 10000;
	char *types = ssh_config_types(s->config);
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(s->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
	setsockopt(s->fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
	setsockopt(s->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent_ms, sizeof silent_ms);
	s->session = libssh2_session_init();
	libssh2_session_set_blocking(s->session, 0);
	s->at = AT_HANDSHAKE;
	/* Else a server that offers a type we have not stored would look like a changed key. */
	int r = libssh2_session_method_pref(s->session, LIBSSH2_METHOD_HOSTKEY, types);
	free(types);
	if (r != 0)
		link_fail(s, "kex", "libssh2 has no host key type that known_hosts has");
	else
		pump(s);
}

static void socket_ready(uv_poll_t *p, int status, int events)
{
	struct ssh2 *s = p->data;
	int error = 0;
	socklen_t n = sizeof error;
	(void)status, (void)events;
	if (s->at != AT_CONNECT) {
		pump(s);
		return;
	}
	getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n);
	if (!error) {
		start_handshake(s);
		return;
	}
	s->sys_errno = error;
	close_socket(s);
	connect_next(s);
}

static void connect_next(struct ssh2 *s)
{
	for (; s->address; s->address = s->address->ai_next) {
		struct addrinfo *a = s->address;
		s->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (s->fd >= 0 && (connect(s->fd, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS)) {
			s->address = a->ai_next;
			s->poll = xcalloc(1, sizeof *s->poll);
			uv_poll_init(loop_uv(s->loop), s->poll, s->fd);
			s->poll->data = s;
			uv_poll_start(s->poll, UV_WRITABLE, socket_ready);
			return;
		}
		s->sys_errno = errno;
		close_socket(s);
	}
	char say[300];
	snprintf(say, sizeof say, "connect to host %.200s port %d: %s", s->config->hostname, s->config->port, strerror(s->sys_errno));
	link_fail(s, "connect", say);
}

static void looked_up(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct lookup *look = req->data;
	struct ssh2 *s = look->link;
	free(look);
	if (!s) {
		uv_freeaddrinfo(list);
		return;
	}
	s->lookup = NULL;
	if (status != 0) {
		char say[300];
		snprintf(say, sizeof say, "Could not resolve hostname %.200s: %s", s->config->hostname, uv_strerror(status));
		link_fail(s, "resolve", say);
		return;
	}
	s->list = s->address = list;
	s->at = AT_CONNECT;
	connect_next(s);
}

static void kicked(void *arg)
{
	pump(arg);
}

static void too_late(void *arg)
{
	struct ssh2 *s = arg;
	link_fail(s, stage_of(s), "no answer in time");
}

static void no_lookup(void *arg)
{
	link_fail(arg, "resolve", "the name cannot be looked up");
}

static struct ssh2 *link_new(struct loop *l, const struct ssh_config *c)
{
	static bool ready;
	if (!ready)
		libssh2_init(0);
	ready = true;
	struct ssh2 *s = xcalloc(1, sizeof *s);
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	char port[16];
	s->loop = l;
	s->config = c;
	s->fd = -1;
	deadline_init(l, &s->kick, kicked, s);
	deadline_init(l, &s->deadline, too_late, s);
	deadline_set(&s->deadline, LOGIN_MS);
	snprintf(port, sizeof port, "%d", c->port);
	s->lookup = xcalloc(1, sizeof *s->lookup);
	s->lookup->link = s;
	s->lookup->req.data = s->lookup;
	if (uv_getaddrinfo(loop_uv(l), &s->lookup->req, looked_up, c->hostname, port, &hints) != 0) {
		free(s->lookup);
		s->lookup = NULL;
		s->deadline.call = no_lookup;
		deadline_set(&s->deadline, 0);
	}
	return s;
}

/* ---- the wire ---- */

static void kick(struct chan *c)
{
	if (c->link->at == AT_READY)
		deadline_set(&c->link->kick, 0);
}

static void chan_write(struct wire *w, const char *bytes, size_t n)
{
	struct chan *c = (struct chan *)w;
	if (!n)
		return;
	struct block *b = xmalloc(sizeof *b + n);
	*b = (struct block){.n = n};
	memcpy(b->bytes, bytes, n);
	*c->last = b;
	c->last = &b->next;
	kick(c);
}

static void chan_close_in(struct wire *w)
{
	struct chan *c = (struct chan *)w;
	c->close_in = true;
	kick(c);
}

static void chan_drop(struct wire *w)
{
	struct chan *c = (struct chan *)w;
	c->dropped = true;
	if (c->link->at == AT_READY)
		kick(c);
	else if (c->link->at != AT_END && !channels_wanted(c->link) && !c->link->pumping)
		link_fail(c->link, "", ""); /* nobody is told: all were dropped */
}

/* Closing the channel; the command on the far side may go on, so its outcome is not known. */
static void chan_terminate(struct wire *w)
{
	struct chan *c = (struct chan *)w;
	struct wire_end e = {.stage = "", .words = ""};
	if (c->dropped)
		return;
	const struct wire_ops *ops = c->wire.ops;
	void *arg = c->wire.arg;
	chan_drop(w);
	ops->end(arg, &e);
}

static void chan_busy(struct wire *w, bool busy)
{
	struct chan *c = (struct chan *)w;
	c->busy = busy;
	if (c->link->at == AT_READY && !c->link->pumping)
		update_poll(c->link);
}

static const char *chan_stage(struct wire *w)
{
	return stage_of(((struct chan *)w)->link);
}

static const struct wire_class chan_class = {
	.via = "libssh2",
	.write = chan_write,
	.close_in = chan_close_in,
	.terminate = chan_terminate,
	.drop = chan_drop,
	.busy = chan_busy,
	.stage = chan_stage,
};

struct wire *ssh2_open(struct ssh2 **link, struct loop *l, const struct ssh_config *config, const char *word,
		       const struct wire_ops *ops, void *arg)
{
	if (!*link) {
		*link = link_new(l, config);
		(*link)->slot = link;
	}
	struct chan *c = xcalloc(1, sizeof *c), **p = &(*link)->chans;
	c->wire = (struct wire){.class = &chan_class, .ops = ops, .arg = arg};
	c->link = *link;
	c->word = xstrdup(word);
	c->last = &c->first;
	c->busy = true;
	while (*p)
		p = &(*p)->next;
	*p = c;
	kick(c);
	return &c->wire;
}

void ssh2_leave(struct ssh2 **link)
{
	if (*link)
		(*link)->slot = NULL;
	*link = NULL;
}
