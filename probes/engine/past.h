/* Going back: the model as it was at an earlier moment, made again from what was recorded of then. The same for a server
 * under watch and for a recording that is replayed. */
#ifndef WALMEDIC_ENGINE_PAST_H
#define WALMEDIC_ENGINE_PAST_H

#include "probes/engine/model.h"

struct engine;
struct past;
struct problem;

struct past *past_new(const struct engine *of);
void past_free(struct past *p);
/* The model of the moment t, with the servers in the same order; server: the one in view, whose record decides. It is valid
 * until the next call. If nothing was recorded at t, the last moment before it: its `now` says which. NULL, and why, when
 * nothing is kept of then. */
const struct model *past_seek(struct past *p, int server, int64_t t, struct problem *why);
/* The same, made when it is first needed; t 0 ends it. */
const struct model *past_at(struct past **p, const struct engine *of, int server, int64_t t, struct problem *why);

#endif
