/* The one loop. */
#ifndef WALMEDIC_LINK_LOOP_H
#define WALMEDIC_LINK_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct loop_fd;

struct loop *loop_new(void);
/* Abandons what hangs (look-ups), ends children by group, frees every place. */
void loop_free(struct loop *l);
/* Runs until loop_stop or until nothing is left to wait for. */
void loop_run(struct loop *l);
/* One turn; waits at most wait_ms (0: not at all). */
void loop_turn(struct loop *l, unsigned wait_ms);
void loop_stop(struct loop *l);

/* How many processes of this machine want each of its processors, over the last minute; 0 when it does not say. */
double loop_load(void);

/* "libuv 1.44.2, libpq 15.18, libssh2 1.10.0" */
void link_versions(char *buf, size_t size);

typedef void loop_call(void *arg);
/* Calls once after ms; repeat_ms > 0: again and again. A repeating timer keeps no loop alive; one that
 * calls once does, and is gone when it has called (do not stop it then). */
struct loop_timer *loop_timer_start(struct loop *l, unsigned ms, unsigned repeat_ms, loop_call *call, void *arg);
void loop_timer_stop(struct loop_timer *t);
/* Readable watch for a foreign fd (the terminal). NULL when it cannot be watched (a regular file). */
struct loop_fd *loop_fd_watch(struct loop *l, int fd, loop_call *call, void *arg);
void loop_fd_stop(struct loop_fd *w);
/* Signals come as calls in the loop. */
void loop_signal_watch(struct loop *l, int signo, loop_call *call, void *arg);

#endif
