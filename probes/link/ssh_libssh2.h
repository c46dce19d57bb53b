/* Our own ssh by libssh2: one connection, a channel a wire. What it cannot do (stages kex, hostkey, auth)
 * is never the last word: see ssh.c. */
#ifndef WALMEDIC_LINK_SSH_LIBSSH2_H
#define WALMEDIC_LINK_SSH_LIBSSH2_H

#include "probes/link/ssh_config.h"
#include "probes/link/wire.h"

struct ssh2;

/* A channel that runs word. *link is the connection to use; NULL: one is made. It goes with its last
 * channel, or when it breaks, and then *link is NULL again. c must outlive it. */
struct wire *ssh2_open(struct ssh2 **link, struct loop *l, const struct ssh_config *c, const char *word,
		       const struct wire_ops *ops, void *arg);
/* Lets go of the connection: it serves its channels to their end, new ones go over a new one. */
void ssh2_leave(struct ssh2 **link);

#endif
