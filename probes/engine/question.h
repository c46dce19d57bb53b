/* A question is data; beside it a pure read(reply -> facts). It never waits. */
#ifndef WALMEDIC_ENGINE_QUESTION_H
#define WALMEDIC_ENGINE_QUESTION_H

#include "probes/engine/facts.h"
#include "probes/link/reply.h"

enum how { HOW_SH, HOW_SQL, HOW_LOGIN };

enum question_flag {
	Q_ALONE = 1, /* may hang, or takes long: runs beside the other questions of its session */
	Q_SLOW = 2,  /* a slow cross-check: no verdict waits for it, `check` does not either */
	Q_ONCE = 4,  /* asked once, again only on `R` */
	Q_WARY = 8,  /* sees whether a directory answers before it touches it */
};

/* Places a question can be asked at (struct view knows which exist for this server):
 *   "backup"   the Barman host                       as barman ({server.barman_user}), or root
 *   "db"       the PostgreSQL host                   as postgres, or root
 *   "pipeline" db through Barman's own ssh_command as cron would run it (HOW_LOGIN proves it)
 *   "pg"       Barman's conninfo                     HOW_SQL
 *   "wal"      Barman's wal_conninfo, else as "pg"   HOW_SQL: the server that WAL is streamed from
 *   "repl"     Barman's streaming_conninfo           HOW_SQL with replication commands (IDENTIFY_SYSTEM)
 *   "dbsql"    psql as postgres on db, by peer       HOW_SQL; more rights than "pg"
 * From the barman user's view on the Barman host, "db" is the same link as "pipeline", as postgres only. */
struct sql_row {
	int min_version;  /* server_version_num; rows from newest to oldest, last one 0 */
	const char *text;
};

struct question {
	const char *id;          /* stable, e.g. "pg.settings"; recordings and tests use it */
	enum how how;
	const char *at;          /* place, see above */
	const char *as;          /* "barman", "postgres", "root"; NULL = the place's login */
	/* {scope.name} is replaced by the fact, shell- or SQL-quoted; {scope.name!} as it is (the reader made
	 * it safe). Only names with a dot are placeholders, so shell and awk braces stay. A question with a
	 * missing fact is not asked. */
	const char *text;
	const struct sql_row *sql; /* instead of text, by pg.version_num */
	const char *only_if;     /* "name=value", "name!=value" or "name" (known); NULL = always. why-questions: the failure they explain */
	unsigned deadline_ms;    /* 0 = default 5000 */
	unsigned every_ms;       /* live interval; 0 = default 10000 */
	unsigned flags;
	/* Called for every reply, also failed ones (outcome != REPLY_DONE): learn what the failure says, or nothing. */
	void (*read)(const struct reply *r, struct view *v);
};

#endif
