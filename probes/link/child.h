/* A child process as a wire: own session, no tty, pipes, killed by group. It has ended when it
 * exited and its pipes did too, or 200 ms after it exited: daemons may hold a pipe for ever. */
#ifndef WALMEDIC_LINK_CHILD_H
#define WALMEDIC_LINK_CHILD_H

#include "probes/link/wire.h"

struct child_spec {
	const char *const *argv;
	const char *const *env; /* NULL: ours, without secrets */
	const char *via;        /* "local" or "ssh" */
};

struct wire *child_start(struct loop *l, const struct child_spec *s, const struct wire_ops *ops, void *arg);

#endif
