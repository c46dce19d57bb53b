/* Whether a file system answers: whoever touches a stale network mount, or a disk that is gone, hangs with it. */
#ifndef WALMEDIC_BASE_ALIVE_H
#define WALMEDIC_BASE_ALIVE_H

#include <stdbool.h>

/* A child touches the directory, and is given up after `ms` milliseconds: false. Any answer is one, also that it is not there. */
bool directory_answers(const char *path, int ms);

#endif
