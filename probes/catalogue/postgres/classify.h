/* Why a connection to PostgreSQL failed, from stage, errno and SQLSTATE; the server's texts only where those
 * are the same for two reasons (reference: libpq 15 fe-connect.c, PostgreSQL auth.c, postinit.c, postmaster.c). */
#ifndef WALMEDIC_CATALOGUE_POSTGRES_CLASSIFY_H
#define WALMEDIC_CATALOGUE_POSTGRES_CLASSIFY_H

#include "probes/link/reply.h"

enum connection_why {
	WHY_RESOLVE, WHY_REFUSED, WHY_NO_SOCKET, WHY_TIMEOUT, WHY_UNREACHABLE, WHY_SILENT, WHY_TLS, WHY_NOT_POSTGRES,
	WHY_STARTING, WHY_STOPPING, WHY_RECOVERING, WHY_HBA, WHY_PEER, WHY_PASSWORD_MISSING, WHY_PASSWORD_WRONG, WHY_PASSWORD_EXPIRED,
	WHY_ROLE_MISSING, WHY_NO_LOGIN, WHY_DATABASE, WHY_TOO_MANY, WHY_WALSENDERS, WHY_NO_REPLICATION, WHY_CLOSED,
	WHY_OTHER, WHYS
};
enum server_state { SERVER_UNKNOWN, SERVER_UP, SERVER_DOWN };

struct connection_failure {
	enum connection_why why;
	enum server_state up;
};

/* For a reply whose outcome is not REPLY_DONE. */
void classify_connection(const struct reply *r, struct connection_failure *ret);

#endif
