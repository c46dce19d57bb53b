/* Walmedic's own configuration: one section a server, [walmedic] for what all have in common, [keys] for the console. */
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
	const char *history;       /* "yes", "no": nothing of it is written to the disk */
	const char *contact;       /* whom to call, "" = nobody */
	double rpo_max_s;          /* 0 = not set */
	double fill_warning_s;     /* 0 = not set */
};

/* A line of [keys]: what it means is the console's business. */
struct own_key {
	const char *action, *keys;
	const char *file;
	int line;
};

struct own_config {
	struct own_server *server;
	int servers;
	struct own_key *key;
	int keys;
	struct own_key look[3];    /* theme, mouse and runbooks of [walmedic]: what they may be is the console's business */
	int looks;
};

/* All strings from the arena. A file without a server is an error, unless it has [keys], a theme or runbooks. -1 and one sentence with file:line for the first thing that is wrong. */
int own_config_parse(struct arena *a, const char *name, const char *bytes, size_t n, struct own_config *ret, struct problem *p);

#endif
