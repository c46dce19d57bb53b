/* Between the two files of libssh2: the connection, and the channels it carries. */
#ifndef WALMEDIC_LINK_SSH_LIBSSH2_INSIDE_H
#define WALMEDIC_LINK_SSH_LIBSSH2_INSIDE_H

#include <libssh2.h>
#include <netdb.h>

#include "probes/link/loop_uv.h"
#include "probes/link/ssh_libssh2.h"

enum at { AT_RESOLVE, AT_CONNECT, AT_HANDSHAKE, AT_AUTH, AT_READY, AT_END };
enum doing { WAITS, OPENS, EXECS, RUNS, ENDS, CLOSES, GONE };
enum step { AGAIN, NEXT, BROKEN };

struct block {
	struct block *next;
	size_t n, sent;
	char bytes[];
};

struct chan {
	struct wire wire;
	struct chan *next;
	struct ssh2 *link;
	LIBSSH2_CHANNEL *ch;
	enum doing doing;
	char *word;
	struct block *first, **last;
	int resume; /* of the four things a running channel does, where to go on */
	bool close_in, sent_eof, dropped, busy;
};

/* A look-up that hangs is abandoned: it then belongs to nobody. */
struct lookup {
	uv_getaddrinfo_t req;
	struct ssh2 *link;
};

struct ssh2 {
	struct loop *loop;
	struct ssh2 **slot;
	const struct ssh_config *config;
	enum at at;
	struct lookup *lookup;
	struct addrinfo *list, *address;
	int fd, sys_errno;
	uv_poll_t *poll;
	LIBSSH2_SESSION *session;
	struct chan *chans;
	struct chan *stuck; /* its packet is half sent: nothing else may be sent before */
	int key;            /* the one being tried */
	struct deadline kick, deadline;
	bool pumping;
};

/* ssh_libssh2_channel.c */
enum step step_channels(struct ssh2 *s);
bool channels_wanted(const struct ssh2 *s);
void chan_free(struct chan *c);
const char *last_error(struct ssh2 *s);

#endif
