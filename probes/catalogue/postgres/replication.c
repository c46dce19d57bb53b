/* repl.connect: does Barman's streaming_conninfo reach the same cluster as a replication connection. */
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/postgres/classify.h"
#include "probes/catalogue/postgres/conninfo.h"
#include "probes/catalogue/postgres/postgres.h"

/* The receiver's, which since Barman 3.10 may go to another server than that of backups. */
static const char *streaming_conninfo(const struct view *v)
{
	const char *wal = know(v, "server.wal_streaming_conninfo");
	return wal && *wal ? wal : know(v, "server.streaming_conninfo");
}

/* systemid, timeline, xlogpos, dbname (protocol-replication, PostgreSQL 10 to 18) */
static void read_identify(const struct reply *r, struct view *v)
{
	learn_conninfo(v, streaming_conninfo(v), "repl", r);
	bool good = sql_rows(r, 4) && reply_cell(r, 0, 0);
	learn(v, "repl.system_identifier", good ? reply_cell(r, 0, 0) : NULL);
	learn(v, "repl.timeline", good ? reply_cell(r, 0, 1) : NULL);
}

const struct question q_repl_identify = {
	.id = "repl.identify",
	.how = HOW_SQL,
	.at = "repl",
	.text = "IDENTIFY_SYSTEM",
	.read = read_identify,
};

/* What has an id of its own on a replication connection; all else is repl.failing. */
static const struct {
	enum connection_why why;
	const char *cause, *say; /* %1$s host:port, %2$s user */
} rows[] = {
	{WHY_HBA, "repl.hba_rejected", "pg_hba.conf on %1$s lets '%2$s' not in for replication: a line for database 'all' does not count for it"},
	{WHY_PEER, "repl.hba_rejected", "pg_hba.conf on %1$s asks '%2$s' for another proof (peer or ident) than a password for replication"},
	{WHY_PASSWORD_MISSING, "repl.password_missing", "~/.pgpass of Barman's user has no line for database 'replication', host %1$s and user '%2$s'"},
	{WHY_PASSWORD_WRONG, "repl.password_wrong", "PostgreSQL on %1$s refuses the password of '%2$s' for replication"},
	{WHY_PASSWORD_EXPIRED, "repl.password_expired", "the password of '%2$s' on %1$s has expired: PostgreSQL refuses it for replication as if it were wrong"},
	{WHY_NO_REPLICATION, "repl.role_lacks_replication", "role '%2$s' on %1$s lacks the attribute REPLICATION"},
	{WHY_WALSENDERS, "repl.walsenders_exhausted", "all WAL senders of %1$s are in use (max_wal_senders)"},
	{WHY_OTHER, "repl.failing", "the replication connection to %1$s as '%2$s' fails"},
};

static void judge_failure(const struct view *v, struct verdict *ret)
{
	const struct reply *r = view_reply(v, &q_repl_identify);
	const char *conninfo = streaming_conninfo(v);
	char target[160], user[64], say[512];
	struct connection_failure f;
	size_t i = 0;
	classify_connection(r, &f);
	conninfo_target(conninfo, target, sizeof target);
	conninfo_value(conninfo, "user", user, sizeof user);
	if (f.why == WHY_PASSWORD_WRONG && role_is_expired(v, user))
		f.why = WHY_PASSWORD_EXPIRED;
	while (i < sizeof rows / sizeof *rows - 1 && rows[i].why != f.why)
		i++;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(say, sizeof say, rows[i].say, target, user);
#pragma GCC diagnostic pop
	verdict_cause(ret, RANK_FAIL, rows[i].cause, "%s", say);
	if (*r->words)
		verdict_evidence(ret, "%s", r->words);
	else
		verdict_evidence(ret, "%s at %s", outcome_names[r->outcome], *r->stage ? r->stage : "an unknown stage");
}

static void judge_replication(const struct view *v, struct verdict *ret)
{
	const char *other = know(v, "repl.system_identifier"), *own = know(v, "pg.system_identifier");
	if (know(v, "server.conninfo") && !streams(v)) {
		verdict_off(ret, "Barman uses no replication connection for this server");
	} else if (own_client_missing(v, &q_repl_identify)) {
		unseen_without_client(v, ret, &q_repl_identify);
	} else if (view_asked(v, &q_repl_identify) == ASKED_FAILED) {
		judge_failure(v, ret);
	} else if (!other) {
		verdict_unseen(ret, v, &q_repl_identify);
	} else if (own && strcmp(own, other)) {
		verdict_cause(ret, RANK_FAIL, "repl.other_cluster", "conninfo and streaming_conninfo reach two different clusters");
		verdict_evidence(ret, "conninfo: system identifier %s\nstreaming_conninfo: system identifier %s", own, other);
	} else {
		verdict_ok(ret, "the replication connection works");
	}
}

const struct probe probe_repl_connect = {
	.id = "repl.connect",
	.title = "replication connection",
	.about = "Barman's streaming_conninfo with IDENTIFY_SYSTEM. It has its own line in pg_hba.conf and in ~/.pgpass (database replication).",
	.stage = STAGE_PG,
	.asks = {&q_repl_identify, &q_pg_settings, &q_dbsql_files},
	.causes = {"repl.hba_rejected", "repl.password_missing", "repl.password_wrong", "repl.password_expired", "repl.role_lacks_replication",
		   "repl.walsenders_exhausted", "repl.other_cluster", "repl.failing"},
	.off = passive_off,
	.judge = judge_replication,
};
