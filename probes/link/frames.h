/* Finds the marks ("\nNONCE word…\n") in a stream and gives what stood before each. */
#ifndef WALMEDIC_LINK_FRAMES_H
#define WALMEDIC_LINK_FRAMES_H

#include <stddef.h>

#include "probes/base/str.h"
#include "probes/link/shell.h"

/* Kept of what stands before one mark; more is read and forgotten. */
#define FRAME_MAX (256u * 1024)

struct frames {
	char mark[NONCE_SIZE + 2]; /* "\nNONCE " */
	struct str buf;
	size_t seen; /* no mark begins before this */
	size_t eat;  /* given out by the last call */
};

void frames_init(struct frames *f, const char *nonce);
void frames_free(struct frames *f);
void frames_feed(struct frames *f, const char *s, size_t n);
/* The next complete mark: returns its words (without nonce) or NULL; *ret, *ret_n are the bytes before
 * it. Both live until the next call. */
const char *frames_next(struct frames *f, const char **ret, size_t *ret_n);
/* Takes out what surely stands before any mark, without waiting for one. Lives until the next call. */
const char *frames_rest(struct frames *f, size_t *ret_n);

#endif
