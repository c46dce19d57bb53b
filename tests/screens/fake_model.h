/* Models built by hand: a pipeline of some thirty probes, and what is wrong with it. */
#ifndef TESTS_SCREENS_FAKE_MODEL_H
#define TESTS_SCREENS_FAKE_MODEL_H

#include "probes/engine/model.h"

struct fake;

/* "green", "slot_missing", "pending", "two_roots", "waiting", "host_down", "hostile", "empty" */
struct fake *fake_new(const char *scene);
void fake_free(struct fake *f);
struct model *fake_model(struct fake *f);
/* The operator's step worked: the root cause is gone and everything is green. */
void fake_heal(struct fake *f);
void fake_set(struct fake *f, const char *probe, enum state state);
/* The names of all scenes, NULL at the end. */
extern const char *const fake_scenes[];

#endif
