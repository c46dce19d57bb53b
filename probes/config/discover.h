/* Which servers there are, before anything was asked: our own file, else Barman's files on this host. */
#ifndef WALMEDIC_CONFIG_DISCOVER_H
#define WALMEDIC_CONFIG_DISCOVER_H

#include <stdbool.h>

struct arena;
struct problem;

struct discovered_server {
	const char *name;          /* Barman's server name */
	const char *engine;
	const char *backup, *db;   /* as struct server_spec of the engine has them */
	const char *barman_config; /* NULL = Barman's own search */
	const char *barman_user;   /* NULL = barman */
	const char *contact;       /* whom to call, NULL = not set */
	double rpo_max_s, fill_warning_s; /* 0 = not set */
	bool no_history;           /* what is seen of it is not to be written to the disk */
};

struct discovered {
	struct discovered_server *server;
	int servers;
	const char *source;        /* the file that named them */
	struct arena *arena;
};

/* walmedic_conf: --config or NULL; barman_config: --barman-config or NULL. -1: one sentence and a HINT in p.
 * An error in Barman's files that leaves servers readable is no error here: it is a finding. */
int discover_servers(const char *walmedic_conf, const char *barman_config, struct discovered *ret, struct problem *p);
/* Gives every line of [keys] of our own file to take, which says -1 and why in p; the answer has file and line. 0 when there is no such
 * file. */
struct own_key;
int discover_keys(const char *walmedic_conf, int (*take)(const struct own_key *k, struct problem *p), struct problem *p);
/* The same for `theme` and `mouse` of [walmedic]. */
int discover_looks(const char *walmedic_conf, int (*take)(const struct own_key *k, struct problem *p), struct problem *p);
/* The same for `runbooks` of [walmedic]. */
int discover_runbooks(const char *walmedic_conf, int (*take)(const struct own_key *k, struct problem *p), struct problem *p);
/* After discover_servers failed: nothing is configured here at all, and nothing is wrong with what there is. */
bool discover_is_empty(const char *walmedic_conf, const char *barman_config);
void discovered_free(struct discovered *d);

#endif
