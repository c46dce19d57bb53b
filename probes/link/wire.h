/* A wire is one running command somewhere: bytes in, bytes out, one end. A local child, the ssh
 * program and a libssh2 channel are wires; everything above does not know which. */
#ifndef WALMEDIC_LINK_WIRE_H
#define WALMEDIC_LINK_WIRE_H

#include <stdbool.h>
#include <stddef.h>

struct loop;
struct wire;

struct wire_end {
	bool exited;       /* status holds; else the link broke, see stage and words */
	int status;        /* 128+n: killed by signal n */
	const char *stage; /* not exited: where it broke, "" if not known */
	const char *words; /* not exited: why; never NULL */
	int sys_errno;
};

struct wire_ops {
	void (*bytes)(void *arg, bool is_err, const char *s, size_t n);
	/* The last call: the wire is gone when it returns. */
	void (*end)(void *arg, const struct wire_end *e);
};

struct wire_class {
	const char *via; /* "local" "ssh" "libssh2" */
	void (*write)(struct wire *w, const char *s, size_t n);
	void (*close_in)(struct wire *w);
	/* SIGTERM to the group, or closing the channel: the end still comes. */
	void (*terminate)(struct wire *w);
	/* Ends it by force; nothing is called any more, the wire is gone. */
	void (*drop)(struct wire *w);
	/* Whether the loop runs on for it. */
	void (*busy)(struct wire *w, bool busy);
	/* What it was doing, for a deadline that passed; NULL = the words on stderr tell. */
	const char *(*stage)(struct wire *w);
};

struct wire {
	const struct wire_class *class;
	const struct wire_ops *ops;
	void *arg;
};

#endif
