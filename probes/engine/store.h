/* Files of recorded history, one directory a server: each file is a recording of its own that `walmedic replay` opens. */
#ifndef WALMEDIC_ENGINE_STORE_H
#define WALMEDIC_ENGINE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/base/str.h"

enum { STORE_ROOM = 32 << 20, STORE_DAYS = 14 };

struct store;

struct stored {
	int64_t from, to;          /* wall ms: begun, written to last */
	long pid;                  /* whose it is */
	long long size;
	char *path;
};

/* Makes the directory DIR/SERVER (0700) where it is missing. NULL, and why, when it cannot be made or is not ours alone. */
struct store *store_open(const char *dir, const char *server, char *why, size_t why_size);
void store_close(struct store *s);
/* A path for a file that begins at that time, from malloc. */
char *store_name(const struct store *s, int64_t from);
/* Appends to a file of that length; 0 makes the file (0600). On failure nothing of the bytes remains in it, and -1 with why:
 * also when less than STORE_ROOM would be left on the volume, so that history never fills a disk. */
int store_append(const char *path, long long length, const char *bytes, size_t n, char *why, size_t why_size);
/* All files of the server in order of their beginning; returns how many, freed by stored_free. */
int store_list(const struct store *s, struct stored **ret);
void stored_free(struct stored *list, int n);
/* At most max bytes of a file into ret; -1 when it cannot be read. */
int store_read(const char *path, long long max, struct str *ret);
/* Removes the oldest files until they are no more than that many bytes, and those of before STORE_DAYS; never one that
 * was written to in the last minutes. */
void store_prune(const struct store *s, int64_t now, long long max);

#endif
