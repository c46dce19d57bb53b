/* What screens, reports and remedies may see: the judged graph. Read only. */
#ifndef WALMEDIC_ENGINE_MODEL_H
#define WALMEDIC_ENGINE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/engine/probe.h"

#define MODEL_NEEDS 6

struct finding {
	const char *cause;
	enum rank rank;
	char *say;          /* one sentence */
	char *evidence;     /* lines, or "" */
	double urgency;     /* seconds, NAN = none */
	const char *place;  /* "backup" or "db" */
	const char *host;   /* its host name */
};

struct verdict {
	enum state state;
	bool pending;       /* UNKNOWN only because the first reply is still to come */
	char *say;
	char *evidence;
	int64_t until;      /* waiting: becomes a failure then; 0 */
	struct finding finding[8];
	int findings;
};

struct node {
	const struct probe *probe;
	struct verdict verdict;
	int64_t since;            /* wall ms, in this state */
	int64_t asked_at;         /* newest reply it rests on; 0 = none */
	int64_t took_ms;
	enum state before;        /* state before the last change */
	int needs[MODEL_NEEDS], n_needs; /* indices into server->node */
	int explained_by;         /* index of the nearest failing node that explains it, or -1 */
	int blocked_by;           /* index of the first need that is not green, or -1 */
	bool asking;              /* a question of it is on its way */
};

struct root {
	const struct finding *finding;
	int node;
	int unblocks;             /* nodes that are explained or blocked by it */
	bool standing;
};

struct change {               /* for "recent changes" */
	int64_t at;
	int node;
	enum state from, to;
};

struct server {
	const char *name;
	const char *engine;        /* "barman" */
	const char *backup_host, *db_host; /* names for the screen; "" if not known */
	char pg_version[128];      /* "15.18" or ""; a copy, as facts change between judging and painting */
	enum state state;          /* ok warn fail unknown */
	struct node *node;
	int nodes;
	struct root *root;         /* in the order to fix */
	int roots;
	const struct finding *advice[16];
	int advices;
	int hidden;                /* probes not visible from here */
	double pg_wal_full_s, backup_full_s; /* forecast, NAN = null */
	double slot_lost_s;        /* forecast: max_slot_wal_keep_size takes the slot's WAL before the disk is full; NAN = null */
	double rpo_s;              /* NAN = null */
	char other_route[64];      /* rule 7: "WAL still arrives by streaming" or "" */
	struct change change[32];  /* newest first */
	int changes;
	const struct view *view;
	const struct history *history; /* changes and numbers over time (history.h); may be of later, too; NULL: none is kept */
	bool sweep_done;           /* every question that can be asked has been answered once */
};

struct model {
	struct server *server;
	int servers;
	int64_t now;
	bool replaying;
	unsigned version;          /* grows with every change: screens redraw when it does */
};

int server_exit_status(const struct server *s);   /* 2, 1, 3, 0 as design.md */
int model_exit_status(const struct model *m);     /* the worst in the order 2, 1, 3, 0 */
/* Index of a node by probe id, or -1. */
int server_node(const struct server *s, const char *probe_id);

#endif
