/* Walmedic's own configuration: one section a server, [walmedic] for what all have in common. */
#ifndef WALMEDIC_CONFIG_WALMEDIC_H
#define WALMEDIC_CONFIG_WALMEDIC_H

#include <stddef.h>

struct arena;
struct problem;

struct own_server {
	const char *section;
	const char *name;          /* Barman's name of the server; the section's unless `server` says otherwise */
	const char *engine;        /* "barman" … */
	const char *backup, *db;   /* "local", ssh://[user@]host[:port], db also "" */
	const char *barman_config; /* "" = Barman's own search */
	const char *barman_user;   /* "" = barman */
	double rpo_max_s;          /* 0 = not set */
	double fill_warning_s;     /* 0 = not set */
};

struct own_config {
	struct own_server *server;
	int servers;
};

/* All strings from the arena. -1 and one sentence with file:line for the first thing that is wrong. */
int own_config_parse(struct arena *a, const char *name, const char *bytes, size_t n, struct own_config *ret, struct problem *p);

#endif
