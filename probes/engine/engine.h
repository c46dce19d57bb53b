/* The wheel: config -> graph -> due questions -> places -> replies -> facts -> verdicts -> root causes. */
#ifndef WALMEDIC_ENGINE_ENGINE_H
#define WALMEDIC_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/engine/model.h"

struct loop;
struct place;
struct problem;
struct engine;

/* One server to watch and how to reach it. Strings are copied. */
struct server_spec {
	const char *name;           /* Barman's server name */
	const char *engine;         /* "barman" */
	const char *backup;         /* "local" or ssh://[user@]host[:port] */
	const char *db;             /* "", "local" or ssh://…; "" = through Barman's ssh_command */
	const char *barman_config;  /* --barman-config or NULL */
	const char *barman_user;    /* NULL = barman */
	double rpo_max_s;           /* 0 = no limit given */
	double fill_warning_s;      /* 0 = default */
	bool no_history;            /* nothing of it goes to engine_options.history_dir */
};

struct engine_options {
	unsigned timeout_ms;        /* default deadline; 0 = 5000 */
	const char *record;         /* file to record replies to, or NULL */
	bool cross_check;           /* one sweep asks the slow cross-checks too, and is done when they are */
	bool history;               /* keep what was seen, to go back to (past.h) */
	const char *history_dir;    /* where on disk, NULL = in memory only */
};

struct engine *engine_new(struct loop *l, const struct engine_options *o);
void engine_free(struct engine *e);
int engine_add(struct engine *e, const struct server_spec *s, struct problem *p);
/* The view of one sweep: asks everything once. */
void engine_start(struct engine *e, bool live);
/* Called after anything changed (at most once a turn of the loop). */
void engine_on_change(struct engine *e, void (*call)(void *arg), void *arg);
const struct model *engine_model(const struct engine *e);
/* False when the recording that was asked for could not be begun. */
bool engine_records(const struct engine *e);
/* All that can be asked has been answered once, why-questions included, slow cross-checks only if told so. */
bool engine_sweep_done(const struct engine *e);
/* Ask the questions of one node (and of what it needs that is not green) now; node -1 = all. */
void engine_ask_now(struct engine *e, int server, int node);
void engine_freeze(struct engine *e, bool frozen);
/* From now on "scratch" is this host, reached by Barman's own ssh; login and host NULL: the Barman host, as it is without this. -1: these
 * are no names. */
int engine_scratch(struct engine *e, int server, const char *login, const char *host, struct problem *p);
/* The place a step of a remedy runs at ("backup", "db", "scratch", "console"), or NULL when there is no way in as that user. */
struct place *engine_place(struct engine *e, int server, const char *place);
/* True when the role user can be had there (login user equal, root, or sudo -n seen to work). */
bool engine_can_act(struct engine *e, int server, const char *place, const char *user);

/* Why the history is not written to the disk, or "". */
const char *engine_history_trouble(const struct engine *e);

/* A recording instead of the world. speed 0: everything at once (check), 1: as it happened. The bytes must outlive it. */
struct engine *engine_replay(struct loop *l, const char *bytes, size_t n, double speed, struct problem *p);

#endif
