/* Our own ssh: libssh2 where `ssh -G`, the keys and known_hosts let it, the ssh program where they do not or
 * where libssh2 failed at something the program may do better. A weakness of ours is never the verdict:
 * what is told of kex, host key and login is always the program's word. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/link/capture.h"
#include "probes/link/places.h"
#include "probes/link/session.h"
#include "probes/link/shell.h"
#include "probes/link/ssh_libssh2.h"
#include "probes/link/ssh_program.h"

enum way { NOT_KNOWN, BY_LIBSSH2, BY_PROGRAM };

struct gate;

struct ssh {
	struct place *place;
	enum way way;
	struct ssh_config config;
	struct capture *capture; /* finding the way */
	struct ssh2 *link;
	struct gate *gates;
};

/* A wire that may still change what is behind it: what was written is kept until the far side spoke. */
struct gate {
	struct wire wire;
	struct gate *next;
	struct ssh *ssh;
	struct wire *inner;
	char nonce[NONCE_SIZE];
	struct str text, written;
	bool fresh, verbose, close_in, busy, spoke;
};

static const struct wire_class libssh2_gate, program_gate;

static void gate_free(struct gate *g)
{
	for (struct gate **p = &g->ssh->gates; *p; p = &(*p)->next)
		if (*p == g) {
			*p = g->next;
			break;
		}
	str_free(&g->text);
	str_free(&g->written);
	free(g);
}

static void begin(struct gate *g);

static void inner_bytes(void *arg, bool is_err, const char *s, size_t n)
{
	struct gate *g = arg;
	g->spoke = true;
	g->wire.ops->bytes(g->wire.arg, is_err, s, n);
}

static void inner_end(void *arg, const struct wire_end *e)
{
	static const char *const not_final[] = {"kex", "hostkey", "auth"};
	struct gate *g = arg;
	const struct wire_ops *ops = g->wire.ops;
	void *up = g->wire.arg;
	g->inner = NULL;
	for (size_t i = 0; i < 3 && !e->exited && !g->spoke && g->wire.class == &libssh2_gate; i++)
		if (!strcmp(e->stage, not_final[i])) {
			g->ssh->way = BY_PROGRAM;
			begin(g);
			return;
		}
	ops->end(up, e);
	gate_free(g);
}

static const struct wire_ops inner_ops = {inner_bytes, inner_end};

static void begin(struct gate *g)
{
	struct ssh *s = g->ssh;
	struct str word = {0};
	if (s->way == BY_LIBSSH2) {
		if (g->fresh)
			ssh2_leave(&s->link);
		shell_word(&word, g->text.len);
		g->inner = ssh2_open(&s->link, s->place->loop, &s->config, word.s, &inner_ops, g);
		g->inner->class->write(g->inner, g->text.s, g->text.len);
		str_free(&word);
	} else {
		struct opening o = {.nonce = g->nonce, .text = g->text.s, .n = g->text.len, .verbose = g->verbose};
		g->wire.class = &program_gate;
		g->inner = ssh_program_open(s->place, &o, &inner_ops, g);
	}
	g->inner->class->write(g->inner, str_text(&g->written), g->written.len);
	if (g->close_in)
		g->inner->class->close_in(g->inner);
	g->inner->class->busy(g->inner, g->busy);
}

/* ---- finding the way ---- */

static void way_found(struct ssh *s, enum way way)
{
	s->way = way;
	for (struct gate *g = s->gates, *next; g; g = next) {
		next = g->next;
		begin(g);
	}
}

static void known_read(void *arg, int status, const char *out)
{
	struct ssh *s = arg;
	(void)status;
	s->capture = NULL;
	ssh_config_known(&s->config, out);
	way_found(s, s->config.program ? BY_PROGRAM : BY_LIBSSH2);
}

static void config_read(void *arg, int status, const char *out)
{
	static const char script[] = "h=$1; shift; for f; do ssh-keygen -F \"$h\" -f \"$f\" 2>/dev/null; done";
	struct ssh *s = arg;
	const char *argv[6 + SSH_FILES] = {"sh", "-c", script, "sh"};
	int n = 4;
	s->capture = NULL;
	ssh_config_parse(&s->config, status == 0 ? out : "");
	if (s->config.program) {
		way_found(s, BY_PROGRAM);
		return;
	}
	char *name = ssh_config_stored_name(&s->config);
	argv[n++] = name;
	for (int i = 0; i < s->config.files; i++)
		argv[n++] = s->config.file[i];
	argv[n] = NULL;
	s->capture = capture_start(s->place->loop, argv, known_read, s);
	free(name);
}

static void find_way(struct ssh *s)
{
	const struct place_spec *spec = &s->place->spec;
	const char *argv[12] = {"ssh", "-G"};
	char port[16];
	int n = 2;
	if (spec->port) {
		snprintf(port, sizeof port, "%d", spec->port);
		argv[n++] = "-p";
		argv[n++] = port;
	}
	if (spec->login) {
		argv[n++] = "-l";
		argv[n++] = spec->login;
	}
	argv[n++] = "--";
	argv[n++] = spec->host;
	argv[n] = NULL;
	ssh_config_free(&s->config);
	s->capture = capture_start(s->place->loop, argv, config_read, s);
}

/* ---- the wire ---- */

static void gate_write(struct wire *w, const char *bytes, size_t n)
{
	struct gate *g = (struct gate *)w;
	if (!g->spoke)
		str_addn(&g->written, bytes, n);
	if (g->inner)
		g->inner->class->write(g->inner, bytes, n);
}

static void gate_close_in(struct wire *w)
{
	struct gate *g = (struct gate *)w;
	g->close_in = true;
	if (g->inner)
		g->inner->class->close_in(g->inner);
}

static void gate_drop(struct wire *w)
{
	struct gate *g = (struct gate *)w;
	if (g->inner)
		g->inner->class->drop(g->inner);
	gate_free(g);
}

static void gate_terminate(struct wire *w)
{
	struct gate *g = (struct gate *)w;
	if (g->inner) {
		g->inner->class->terminate(g->inner);
		return;
	}
	const struct wire_ops *ops = g->wire.ops;
	void *up = g->wire.arg;
	ops->end(up, &(struct wire_end){.stage = "", .words = ""});
	gate_free(g);
}

static void gate_busy(struct wire *w, bool busy)
{
	struct gate *g = (struct gate *)w;
	g->busy = busy;
	if (g->inner)
		g->inner->class->busy(g->inner, busy);
}

static const char *gate_stage(struct wire *w)
{
	struct gate *g = (struct gate *)w;
	return g->inner && g->inner->class->stage ? g->inner->class->stage(g->inner) : "";
}

static const struct wire_class libssh2_gate = {.via = "libssh2", .write = gate_write, .close_in = gate_close_in, .terminate = gate_terminate,
					       .drop = gate_drop, .busy = gate_busy, .stage = gate_stage};
static const struct wire_class program_gate = {.via = "ssh", .write = gate_write, .close_in = gate_close_in, .terminate = gate_terminate,
					       .drop = gate_drop, .busy = gate_busy, .stage = gate_stage};

static struct wire *ssh_open(struct place *p, const struct opening *o, const struct wire_ops *ops, void *arg)
{
	if (!p->own) {
		p->own = xcalloc(1, sizeof(struct ssh));
		((struct ssh *)p->own)->place = p;
	}
	struct ssh *s = p->own;
	struct gate *g = xcalloc(1, sizeof *g);
	g->wire = (struct wire){.class = &libssh2_gate, .ops = ops, .arg = arg};
	g->ssh = s;
	snprintf(g->nonce, sizeof g->nonce, "%s", o->nonce);
	str_addn(&g->text, o->text, o->n);
	g->fresh = o->fresh;
	g->verbose = o->verbose;
	g->busy = true;
	g->next = s->gates;
	s->gates = g;
	if (s->way != NOT_KNOWN)
		begin(g);
	else if (!s->capture)
		find_way(s);
	return &g->wire;
}

/* The operator may have changed keys or known_hosts: look again, unless something still runs on them. */
static void ssh_retry(struct place *p)
{
	struct ssh *s = p->own;
	if (s && !s->capture && !s->gates)
		s->way = NOT_KNOWN;
}

static void ssh_free(struct place *p)
{
	struct ssh *s = p->own;
	if (!s)
		return;
	while (s->gates)
		gate_drop(&s->gates->wire);
	ssh2_leave(&s->link);
	capture_drop(s->capture);
	ssh_config_free(&s->config);
	free(s);
}

const struct place_class ssh_class = {
	.via = "ssh", .flush = session_flush, .open = ssh_open, .free = ssh_free, .retry = ssh_retry};
