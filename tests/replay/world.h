/* The last replies of a recording as a world that can be told otherwise, one reply at a time. */
#ifndef WALMEDIC_TESTS_REPLAY_WORLD_H
#define WALMEDIC_TESTS_REPLAY_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/base/str.h"
#include "probes/engine/engine.h"
#include "probes/link/reply.h"

struct loop;

/* What a recording says last of one question. */
struct said {
	char *question;
	int64_t t;
	bool is_reply;
	struct reply reply;
	char *asked, *why;       /* instead of a reply */
};

struct world {
	char *file;
	struct said *said;
	size_t n;
	void *json;              /* what the replies point into */
	struct server_spec spec;
};

/* All *.jsonl of a directory below srcdir. */
struct world *worlds_load(const char *directory, size_t *ret_n);
void worlds_free(struct world *w, size_t n);

/* The judged engine when said[at] were `other` (SIZE_MAX: as recorded). */
struct engine *world_judge(struct loop *l, const struct world *w, size_t at, const struct reply *other);
/* Every fact of the one server, one a line, and how the question of said[at] stands. */
void world_facts(const struct engine *e, struct str *out);

#endif
