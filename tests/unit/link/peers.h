/* Fake peers and real private servers for the tests of the links. Everything listens on 127.0.0.1 and ends
 * with the test. */
#ifndef WALMEDIC_TESTS_PEERS_H
#define WALMEDIC_TESTS_PEERS_H

#include <sys/types.h>

enum peer { PEER_SILENT, PEER_GARBAGE, PEER_CLOSES, PEER_HTTP };

struct peer_at {
	int port;
	pid_t pid;
};

/* Accepts and then does what it is for. */
struct peer_at peer_start(enum peer kind);
void peer_stop(struct peer_at p);
/* A port on 127.0.0.1 nobody listens at. */
int peer_free_port(void);
/* A new directory for the test, removed by peer_rmdir. */
char *peer_mkdir(void);
void peer_rmdir(char *dir);
/* sh -c with the formatted text; 0 = it worked. */
int peer_sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A server in the foreground as a child; NULL-terminated argv; waits until the port answers. */
pid_t peer_serve(const char *const *argv, int port);
void peer_end(pid_t pid);

#endif
