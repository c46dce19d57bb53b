/* The channels of a connection: each a small state machine that never blocks. */
#include <stdlib.h>

#include "probes/base/arena.h"
#include "probes/link/places.h"
#include "probes/link/ssh_libssh2_inside.h"

const char *last_error(struct ssh2 *s)
{
	char *words = NULL;
	libssh2_session_last_error(s->session, &words, NULL, 0);
	return words && *words ? words : "the connection broke";
}

void chan_free(struct chan *c)
{
	while (c->first) {
		struct block *b = c->first;
		c->first = b->next;
		free(b);
	}
	free(c->word);
	free(c);
}

static void chan_ended(struct chan *c)
{
	char *signal = NULL;
	struct wire_end e = {.exited = true, .status = libssh2_channel_get_exit_status(c->ch), .stage = "", .words = ""};
	/* 1.10 says 0 for a command that was killed */
	if (libssh2_channel_get_exit_signal(c->ch, &signal, NULL, NULL, NULL, NULL, NULL) == 0 && signal) {
		libssh2_free(c->link->session, signal);
		e.status = 255;
	}
	c->doing = CLOSES;
	c->dropped = true;
	c->wire.ops->end(c->wire.arg, &e);
}

static enum step result(struct chan *c, ssize_t r, int op)
{
	struct ssh2 *s = c->link;
	if (r != LIBSSH2_ERROR_EAGAIN)
		return r < 0 ? BROKEN : NEXT;
	if (libssh2_session_block_directions(s->session) & LIBSSH2_SESSION_BLOCK_OUTBOUND) {
		s->stuck = c;
		c->resume = op;
	}
	return AGAIN;
}

static enum step op_write(struct chan *c)
{
	while (c->first) {
		struct block *b = c->first;
		ssize_t r = libssh2_channel_write(c->ch, b->bytes + b->sent, b->n - b->sent);
		enum step step = result(c, r, 0);
		if (step != NEXT)
			return step;
		b->sent += (size_t)r;
		if (b->sent < b->n)
			continue;
		c->first = b->next;
		if (!c->first)
			c->last = &c->first;
		free(b);
	}
	return NEXT;
}

static enum step op_eof(struct chan *c)
{
	if (!c->close_in || c->sent_eof)
		return NEXT;
	enum step step = result(c, libssh2_channel_send_eof(c->ch), 1);
	c->sent_eof = step == NEXT;
	return step;
}

static enum step read_stream(struct chan *c, int stream, int op)
{
	char bytes[16384];
	while (!c->dropped) {
		ssize_t r = libssh2_channel_read_ex(c->ch, stream, bytes, sizeof bytes);
		if (r == 0)
			return NEXT;
		if (r < 0)
			return result(c, r, op);
		c->wire.ops->bytes(c->wire.arg, stream != 0, bytes, (size_t)r);
	}
	return NEXT;
}

static enum step op_read_err(struct chan *c)
{
	return read_stream(c, SSH_EXTENDED_DATA_STDERR, 2);
}

static enum step op_read(struct chan *c)
{
	return read_stream(c, 0, 3);
}

/* Writing that has to wait does not keep reading from going on, unless a packet is half sent. */
static enum step chan_run(struct chan *c)
{
	static enum step (*const ops[])(struct chan *) = {op_write, op_eof, op_read_err, op_read};
	int first = c->resume;
	enum step step = NEXT;
	c->resume = 0;
	for (int i = first; i < 4 && !c->dropped; i++) {
		step = ops[i](c);
		if (step == BROKEN || c->link->stuck)
			return step;
	}
	if (!c->dropped && libssh2_channel_eof(c->ch) == 1) {
		c->doing = ENDS;
		return NEXT;
	}
	return AGAIN;
}

/* MaxSessions, a key without a session: this channel's end, not the connection's. */
static enum step chan_refused(struct chan *c)
{
	int error = libssh2_session_last_errno(c->link->session);
	if (error != LIBSSH2_ERROR_CHANNEL_FAILURE && error != LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
		return BROKEN;
	char *words = xstrdup(last_error(c->link));
	struct wire_end e = {.stage = "session", .words = words};
	bool dropped = c->dropped;
	c->dropped = true;
	c->doing = c->ch ? CLOSES : GONE;
	if (!dropped)
		c->wire.ops->end(c->wire.arg, &e);
	free(words);
	return NEXT;
}

static enum step chan_open(struct chan *c)
{
	struct ssh2 *s = c->link;
	c->ch = libssh2_channel_open_session(s->session);
	if (!c->ch && result(c, libssh2_session_last_errno(s->session), 0) == AGAIN)
		return AGAIN;
	if (!c->ch)
		return chan_refused(c);
	c->doing = EXECS;
	return NEXT;
}

static enum step chan_exec(struct chan *c)
{
	enum step step = result(c, libssh2_channel_exec(c->ch, c->word), 0);
	if (step == NEXT)
		c->doing = RUNS;
	return step == BROKEN ? chan_refused(c) : step;
}

static enum step chan_end(struct chan *c)
{
	enum step step = result(c, libssh2_channel_wait_closed(c->ch), 0);
	if (step == NEXT)
		chan_ended(c);
	return step;
}

static enum step chan_close(struct chan *c)
{
	enum step step = result(c, libssh2_channel_free(c->ch), 0);
	if (step == AGAIN)
		return step;
	c->ch = NULL;
	c->doing = GONE;
	return NEXT;
}

static enum step chan_step(struct chan *c)
{
	static enum step (*const steps[])(struct chan *) = {
		[OPENS] = chan_open, [EXECS] = chan_exec, [RUNS] = chan_run, [ENDS] = chan_end, [CLOSES] = chan_close};
	if (c->dropped && (c->doing == RUNS || c->doing == EXECS || c->doing == ENDS))
		c->doing = CLOSES;
	if (c->doing == GONE || c->doing == WAITS)
		return AGAIN;
	if (c->link->stuck == c)
		c->link->stuck = NULL;
	return steps[c->doing](c);
}

/* One channel is opened at a time: libssh2 keeps the state of an open in the session. */
static void let_next_open(struct ssh2 *s)
{
	for (struct chan *c = s->chans; c; c = c->next)
		if (c->doing == OPENS || c->doing == EXECS)
			return;
	for (struct chan *c = s->chans; c; c = c->next)
		if (c->doing == WAITS) {
			c->doing = OPENS;
			return;
		}
}

static void sweep(struct ssh2 *s)
{
	for (struct chan **p = &s->chans; *p;) {
		struct chan *c = *p;
		if (c->doing == GONE || (c->dropped && c->doing == WAITS)) {
			*p = c->next;
			chan_free(c);
		} else {
			p = &c->next;
		}
	}
}

bool channels_wanted(const struct ssh2 *s)
{
	for (const struct chan *c = s->chans; c; c = c->next)
		if (!c->dropped)
			return true;
	return false;
}

enum step step_channels(struct ssh2 *s)
{
	bool progress = true;
	if (s->stuck) {
		if (chan_step(s->stuck) == BROKEN)
			return BROKEN;
		if (s->stuck)
			return AGAIN;
	}
	while (progress) {
		progress = false;
		let_next_open(s);
		for (struct chan *c = s->chans; c; c = c->next) {
			enum step step = chan_step(c);
			if (step == BROKEN)
				return BROKEN;
			if (s->stuck)
				return AGAIN;
			progress |= step == NEXT;
		}
	}
	sweep(s);
	return AGAIN;
}

const char *libssh2_version_text(void)
{
	return libssh2_version(0);
}
