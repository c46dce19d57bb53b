/* pg.connect: does Barman's conninfo reach a server that lets it in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/postgres/classify.h"
#include "probes/catalogue/postgres/conninfo.h"
#include "probes/catalogue/postgres/postgres.h"

/* %1$s host:port, %2$s user, %3$s database */
static const struct {
	const char *cause, *say;
} rows[WHYS] = {
	[WHY_RESOLVE] = {"pg.failing", "the name in conninfo does not resolve: %1$s"},
	[WHY_REFUSED] = {"pg.refused", "nothing listens for PostgreSQL on %1$s: the connection is refused"},
	[WHY_NO_SOCKET] = {"pg.refused", "nothing listens for PostgreSQL on %1$s: its socket does not exist"},
	[WHY_TIMEOUT] = {"pg.timeout", "no packet comes back from PostgreSQL's port %1$s: a firewall drops them or the host is down"},
	[WHY_UNREACHABLE] = {"pg.timeout", "there is no way to PostgreSQL's port %1$s: the network says it cannot be reached"},
	[WHY_SILENT] = {"pg.silent", "PostgreSQL's port %1$s accepts the connection and says nothing: the server is stopped or hangs, or a proxy stands before it"},
	[WHY_TLS] = {"pg.tls", "TLS with PostgreSQL on %1$s fails"},
	[WHY_NOT_POSTGRES] = {"pg.failing", "what listens on %1$s is not PostgreSQL"},
	[WHY_STARTING] = {"pg.starting", "PostgreSQL on %1$s is starting and lets nobody in yet"},
	[WHY_STOPPING] = {"pg.stopping", "PostgreSQL on %1$s is shutting down"},
	[WHY_RECOVERING] = {"pg.recovering", "PostgreSQL on %1$s is in recovery and lets nobody in"},
	[WHY_HBA] = {"pg.hba_rejected", "pg_hba.conf on %1$s lets user '%2$s' not into database '%3$s' from here"},
	[WHY_PEER] = {"pg.hba_rejected", "pg_hba.conf on %1$s asks user '%2$s' for another proof (peer or ident) than a password"},
	[WHY_PASSWORD_MISSING] = {"pg.password_missing", "PostgreSQL on %1$s asks for the password of '%2$s', and Barman's user has none for database '%3$s' in its ~/.pgpass"},
	[WHY_PASSWORD_WRONG] = {"pg.password_wrong", "PostgreSQL on %1$s refuses the password of '%2$s'"},
	[WHY_PASSWORD_EXPIRED] = {"pg.password_expired", "the password of '%2$s' on %1$s has expired: PostgreSQL refuses it as if it were wrong"},
	[WHY_ROLE_MISSING] = {"pg.role_missing", "PostgreSQL on %1$s has no role '%2$s'"},
	[WHY_NO_LOGIN] = {"pg.role_missing", "role '%2$s' on %1$s is not permitted to log in"},
	[WHY_DATABASE] = {"pg.database_missing", "PostgreSQL on %1$s has no database '%3$s'"},
	[WHY_TOO_MANY] = {"pg.too_many_connections", "PostgreSQL on %1$s has no free connection for '%2$s'"},
	[WHY_WALSENDERS] = {"pg.failing", "PostgreSQL on %1$s has no free WAL sender"},
	[WHY_NO_REPLICATION] = {"pg.failing", "role '%2$s' on %1$s lacks REPLICATION"},
	[WHY_CLOSED] = {"pg.failing", "PostgreSQL on %1$s closed the connection without a word"},
	[WHY_OTHER] = {"pg.failing", "the connection to PostgreSQL on %1$s fails"},
};

/* psql says "timeout expired" for packets that vanish and for a server that accepts and hangs: the port itself tells. */
static const char port_sh[] =
	"set -- {server.conninfo}; h=localhost; p=5432\n"
	"for w in $1; do case $w in host=*|hostaddr=*) h=${w#*=} ;; port=*) p=${w#*=} ;; esac; done\n"
	"H=$h P=$p timeout 3 bash -c ': <\"/dev/tcp/$H/$P\"' 2>/dev/null; s=$?\n"
	"case $s in 0) echo port=open ;; 124) echo port=silent ;; *) echo port=closed ;; esac\n";

static void read_port(const struct reply *r, struct view *v)
{
	char value[32];
	char *text = reply_copy(r);
	learn(v, "connect.port", r->outcome == REPLY_DONE ? text_value(text, "port", value, sizeof value) : NULL);
	free(text);
}

const struct question q_backup_pg_port = {
	.id = "backup.pg_port",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = port_sh,
	.only_if = "connect.why=timeout",
	.flags = Q_ALONE,
	.read = read_port,
};

/* The address that the Barman host takes on its way to PostgreSQL. */
static const char route_sh[] =
	"set -- {server.conninfo}; h=; for w in $1; do case $w in host=*|hostaddr=*) h=${w#*=} ;; esac; done\n"
	"case $h in ''|/*) exit ;; esac\n"
	"getent ahosts \"$h\" | { read -r a z && ip -o route get \"$a\" | sed -n 's/.* src \\([^ ]*\\).*/source=\\1/p'; }\n";

static void read_route(const struct reply *r, struct view *v)
{
	static const char *const wants[] = {"connect", "repl"};
	char value[64], fact[64], *text = reply_copy(r);
	const char *source = r->outcome == REPLY_DONE ? text_value(text, "source", value, sizeof value) : NULL;
	if (source && strspn(source, "0123456789abcdefABCDEF.:") == strlen(source) && *source)
		learn(v, "pg.source_address", source);
	for (size_t i = 0; i < sizeof wants / sizeof *wants; i++) {
		snprintf(fact, sizeof fact, "%s.client_address", wants[i]);
		if (!know(v, fact))
			learn(v, fact, know(v, "pg.source_address"));
	}
	free(text);
}

const struct question q_backup_route = {
	.id = "backup.route",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = route_sh,
	.only_if = "pg.source_wanted=yes",
	.every_ms = 60000,
	.read = read_route,
};

/* Over the superuser's connection a wrong password and a missing role can be told apart. */
static bool role_is_missing(const struct view *v, const char *user)
{
	char fact[160];
	snprintf(fact, sizeof fact, "pg.role.%s", user);
	return view_asked(v, &q_dbsql_files) == ASKED_DONE && know_yes(v, "pg.files_seen") && !know(v, fact);
}

bool role_is_expired(const struct view *v, const char *user)
{
	char fact[160];
	snprintf(fact, sizeof fact, "pg.role.%s", user);
	const char *words = know_yes(v, "pg.files_seen") ? know(v, fact) : NULL;
	return words && strstr(words, "expired");
}

/* A server that runs and refuses listens for its own host only, or on another port. */
static void judge_elsewhere(const struct view *v, struct verdict *ret, const char *target)
{
	const char *port = know(v, "db.pg_port"), *wanted = know(v, "connect.pg_port");
	if (port && wanted && strcmp(port, wanted))
		verdict_cause(ret, RANK_FAIL, "pg.refused", "PostgreSQL runs with port %s, and conninfo goes to %s", port, target);
	else
		verdict_cause(ret, RANK_FAIL, "pg.refused", "PostgreSQL runs, and does not listen on %s for other hosts: see listen_addresses", target);
	verdict_evidence(ret, "a server runs on that host with port %s", port ? port : "?");
}

static void judge_refused(const struct view *v, struct verdict *ret, const char *target)
{
	const char *failure = know(v, "db.log.start_failure"), *stopped = know(v, "db.log.stopped");
	if (know_is(v, "db.postmaster_runs", "no") && failure) {
		verdict_cause(ret, RANK_FAIL, "pg.start_failed",
			      "PostgreSQL on %s is down and its last start failed: read its last words before starting it again", target);
		verdict_evidence(ret, "%s", failure);
	} else if (know_yes(v, "db.postmaster_runs")) {
		judge_elsewhere(v, ret, target);
	} else {
		verdict_cause(ret, RANK_FAIL, "pg.refused", "nothing listens for PostgreSQL on %s: the connection is refused", target);
		if (stopped)
			verdict_evidence(ret, "%s", stopped);
	}
}

/* Something answers, or only accepts, and PostgreSQL itself is down because it found its port taken. */
static bool port_is_taken(const struct view *v, enum connection_why why)
{
	const char *failure = know(v, "db.log.start_failure");
	return (why == WHY_NOT_POSTGRES || why == WHY_SILENT || why == WHY_CLOSED || why == WHY_TIMEOUT) &&
	       know_is(v, "db.postmaster_runs", "no") && failure &&
	       (strstr(failure, "could not bind") || strstr(failure, "could not create any TCP/IP sockets"));
}

static void judge_taken(const struct view *v, struct verdict *ret, const char *target)
{
	verdict_cause(ret, RANK_FAIL, "pg.start_failed", "PostgreSQL is down and cannot start: another program has its port %s", target);
	verdict_evidence(ret, "%s", know(v, "db.log.start_failure"));
}

static void judge_failure(const struct view *v, struct verdict *ret)
{
	const struct reply *r = view_reply(v, &q_pg_settings);
	const char *conninfo = know(v, "server.conninfo");
	char target[160], user[64], database[64], passfile[256];
	struct connection_failure f;
	classify_connection(r, &f);
	conninfo_target(conninfo, target, sizeof target);
	conninfo_value(conninfo, "user", user, sizeof user);
	conninfo_value(conninfo, "dbname", database, sizeof database);
	conninfo_value(conninfo, "passfile", passfile, sizeof passfile);
	if (f.why == WHY_PASSWORD_WRONG && role_is_missing(v, user))
		f.why = WHY_ROLE_MISSING;
	if (f.why == WHY_PASSWORD_WRONG && role_is_expired(v, user))
		f.why = WHY_PASSWORD_EXPIRED;
	if (f.why == WHY_TIMEOUT && know_is(v, "connect.port", "open"))
		f.why = WHY_SILENT;
	if (f.why == WHY_REFUSED || f.why == WHY_NO_SOCKET) {
		judge_refused(v, ret, target);
	} else if (port_is_taken(v, f.why)) {
		judge_taken(v, ret, target);
	} else {
		char say[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(say, sizeof say, rows[f.why].say, target, user, *database ? database : user);
#pragma GCC diagnostic pop
		verdict_cause(ret, RANK_FAIL, rows[f.why].cause, "%s", say);
	}
	if (*r->words)
		verdict_evidence(ret, "%s", r->words);
	else
		verdict_evidence(ret, "%s at %s", outcome_names[r->outcome], *r->stage ? r->stage : "an unknown stage");
	if (f.why == WHY_PASSWORD_MISSING && *passfile)
		verdict_evidence(ret, "conninfo says passfile=%s: that file is read, and not ~/.pgpass", passfile);
	if (f.why == WHY_TOO_MANY && strstr(r->words, "for role"))
		verdict_evidence(ret, "the limit of the role itself is reached (ALTER ROLE … CONNECTION LIMIT), not that of the server");
	if (know(v, "connect.port"))
		verdict_evidence(ret, "seen from the Barman host its port is %s", know(v, "connect.port"));
	if (f.why == WHY_SILENT && know(v, "db.postmaster_state") && strchr(know(v, "db.postmaster_state"), 'T'))
		verdict_evidence(ret, "its first process is stopped (state %s)", know(v, "db.postmaster_state"));
	if (f.why == WHY_STOPPING && know(v, "db.archiver.child"))
		verdict_evidence(ret, "it waits for archive_command, which has run for %s s: %s",
				 know(v, "db.archiver.child_age_s") ? know(v, "db.archiver.child_age_s") : "?",
				 know(v, "db.archiver.child"));
	if (f.why == WHY_RECOVERING && know(v, "db.log.start_failure"))
		verdict_evidence(ret, "%s", know(v, "db.log.start_failure"));
}

bool own_client_missing(const struct view *v, const struct question *q)
{
	return view_asked(v, q) == ASKED_FAILED && !strcmp(view_reply(v, q)->stage, "client");
}

void unseen_without_client(const struct view *v, struct verdict *ret, const struct question *q)
{
	verdict_unknown(ret, "cannot be asked: from here the way to PostgreSQL is psql on the Barman host, and none works there");
	verdict_evidence(ret, "%s", view_reply(v, q)->words);
}

/* It answered, or said what is wrong with the question. A line that broke in the midst says no more of the server than one that never came about. */
static bool lets_in(const struct view *v, enum asked asked)
{
	const struct reply *r = view_reply(v, &q_pg_settings);
	return asked == ASKED_DONE || (asked == ASKED_FAILED && r->outcome != REPLY_LOST && !strcmp(r->stage, "query"));
}

static void judge_connect(const struct view *v, struct verdict *ret)
{
	char target[160];
	enum asked asked = view_asked(v, &q_pg_settings);
	if (own_client_missing(v, &q_pg_settings))
		unseen_without_client(v, ret, &q_pg_settings);
	else if (lets_in(v, asked))
		verdict_ok(ret, "PostgreSQL %s on %s lets Barman in", know(v, "pg.version") ? know(v, "pg.version") : "",
			   conninfo_target(know(v, "server.conninfo"), target, sizeof target));
	else if (asked == ASKED_FAILED)
		judge_failure(v, ret);
	else
		verdict_unseen(ret, v, &q_pg_settings);
}

const struct probe probe_pg_connect = {
	.id = "pg.connect",
	.title = "connection to PostgreSQL",
	.about = "Barman's own conninfo, with the password file of Barman's user. A wrong password and a role that does not exist read "
		 "the same for a client: only the server knows.",
	.stage = STAGE_PG,
	.essential = true,
	.asks = {&q_pg_settings, &q_db_postgres, &q_dbsql_files, &q_backup_pg_port, &q_backup_route},
	.causes = {"pg.refused", "pg.timeout", "pg.silent", "pg.start_failed", "pg.starting", "pg.stopping", "pg.recovering",
		   "pg.hba_rejected", "pg.password_missing", "pg.password_wrong", "pg.role_missing", "pg.database_missing",
		   "pg.too_many_connections", "pg.tls", "pg.failing"},
	.off = passive_off,
	.judge = judge_connect,
};
