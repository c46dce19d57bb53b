#include "probes/catalogue/postgres/classify.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A row holds when every condition it has holds; the first one that holds decides. psql does not tell the SQLSTATE of
 * a connection that failed: a row with a state and words then holds by its words. */
struct rule {
	const char *sqlstate;  /* NULL: any */
	const char *stage;     /* NULL: any */
	const char *words;     /* NULL: any */
	int sys_errno;         /* 0: any */
	bool timed_out;        /* the deadline passed without an answer */
	enum connection_why why;
	enum server_state up;
};

static const struct rule rules[] = {
	{"57P03", NULL, "shutting down", 0, false, WHY_STOPPING, SERVER_DOWN},
	{"57P03", NULL, "in recovery mode", 0, false, WHY_RECOVERING, SERVER_DOWN},
	{"57P03", NULL, "starting up", 0, false, WHY_STARTING, SERVER_DOWN},
	{"57P03", NULL, "not yet accepting connections", 0, false, WHY_STARTING, SERVER_DOWN},
	{"57P03", NULL, "not accepting connections", 0, false, WHY_RECOVERING, SERVER_DOWN},
	{"57P03", NULL, NULL, 0, false, WHY_STARTING, SERVER_DOWN},
	{"57P01", NULL, NULL, 0, false, WHY_STOPPING, SERVER_DOWN},
	{"57P02", NULL, NULL, 0, false, WHY_RECOVERING, SERVER_DOWN},
	/* before the rows of roles and databases, whose words these have too */
	{"53300", NULL, "too many connections for", 0, false, WHY_TOO_MANY, SERVER_UP},
	{"42501", NULL, "permission denied for database", 0, false, WHY_OTHER, SERVER_UP},
	{"28000", NULL, "no pg_hba.conf entry", 0, false, WHY_HBA, SERVER_UP},
	{"28000", NULL, "pg_hba.conf rejects", 0, false, WHY_HBA, SERVER_UP},
	{"28000", NULL, "not permitted to log in", 0, false, WHY_NO_LOGIN, SERVER_UP},
	{"28000", NULL, "role \"", 0, false, WHY_ROLE_MISSING, SERVER_UP},
	{"28000", NULL, "eer authentication failed", 0, false, WHY_PEER, SERVER_UP},
	{"28000", NULL, "dent authentication failed", 0, false, WHY_PEER, SERVER_UP},
	{"28000", NULL, "certificate", 0, false, WHY_TLS, SERVER_UP},
	{"28000", NULL, NULL, 0, false, WHY_HBA, SERVER_UP},
	{"28P01", NULL, "password authentication failed", 0, false, WHY_PASSWORD_WRONG, SERVER_UP},
	{"28P01", NULL, NULL, 0, false, WHY_PASSWORD_WRONG, SERVER_UP},
	{"3D000", NULL, "database \"", 0, false, WHY_DATABASE, SERVER_UP},
	{"3D000", NULL, NULL, 0, false, WHY_DATABASE, SERVER_UP},
	{"53300", NULL, "max_wal_senders", 0, false, WHY_WALSENDERS, SERVER_UP},
	{"53300", NULL, "too many c", 0, false, WHY_TOO_MANY, SERVER_UP},
	{"53300", NULL, "connection slots are reserved", 0, false, WHY_TOO_MANY, SERVER_UP},
	{"53300", NULL, NULL, 0, false, WHY_TOO_MANY, SERVER_UP},
	{"42501", NULL, "walsender", 0, false, WHY_NO_REPLICATION, SERVER_UP},
	{"42501", NULL, "WAL sender", 0, false, WHY_NO_REPLICATION, SERVER_UP},
	{NULL, "resolve", NULL, 0, false, WHY_RESOLVE, SERVER_UNKNOWN},
	{NULL, NULL, "could not translate host name", 0, false, WHY_RESOLVE, SERVER_UNKNOWN},
	{NULL, NULL, "no password supplied", 0, false, WHY_PASSWORD_MISSING, SERVER_UP},
	{NULL, NULL, "server does not support SSL", 0, false, WHY_TLS, SERVER_UP},
	{NULL, NULL, "invalid response to SSL negotiation", 0, false, WHY_NOT_POSTGRES, SERVER_UNKNOWN},
	{NULL, NULL, "certificate", 0, false, WHY_TLS, SERVER_UP},
	{NULL, NULL, "SSL error", 0, false, WHY_TLS, SERVER_UP},
	{NULL, NULL, "weak sslmode", 0, false, WHY_TLS, SERVER_UNKNOWN},
	{NULL, NULL, "expected authentication request", 0, false, WHY_NOT_POSTGRES, SERVER_UNKNOWN},
	{NULL, "connect", NULL, ECONNREFUSED, false, WHY_REFUSED, SERVER_DOWN},
	{NULL, "connect", NULL, ENOENT, false, WHY_NO_SOCKET, SERVER_DOWN},
	{NULL, "connect", NULL, EHOSTUNREACH, false, WHY_UNREACHABLE, SERVER_UNKNOWN},
	{NULL, "connect", NULL, ENETUNREACH, false, WHY_UNREACHABLE, SERVER_UNKNOWN},
	{NULL, "connect", NULL, ETIMEDOUT, false, WHY_TIMEOUT, SERVER_UNKNOWN},
	{NULL, NULL, "Connection refused", 0, false, WHY_REFUSED, SERVER_DOWN},
	{NULL, NULL, "No such file or directory", 0, false, WHY_NO_SOCKET, SERVER_DOWN},
	{NULL, NULL, "No route to host", 0, false, WHY_UNREACHABLE, SERVER_UNKNOWN},
	{NULL, NULL, "Network is unreachable", 0, false, WHY_UNREACHABLE, SERVER_UNKNOWN},
	{NULL, "connect", NULL, 0, true, WHY_TIMEOUT, SERVER_UNKNOWN},
	/* a psql that gave up, or was ended while it ran: the port has to tell */
	{NULL, "run", NULL, 0, true, WHY_TIMEOUT, SERVER_UNKNOWN},
	{NULL, NULL, NULL, 0, true, WHY_SILENT, SERVER_UNKNOWN},
	{NULL, NULL, "timeout expired", 0, false, WHY_TIMEOUT, SERVER_UNKNOWN},
	{NULL, NULL, "closed the connection unexpectedly", 0, false, WHY_CLOSED, SERVER_UNKNOWN},
	{NULL, "startup", NULL, ECONNRESET, false, WHY_CLOSED, SERVER_UNKNOWN},
	{NULL, "tls", NULL, 0, false, WHY_TLS, SERVER_UP},
	{NULL, NULL, NULL, 0, false, WHY_OTHER, SERVER_UNKNOWN},
};

static bool holds(const struct rule *rule, const struct reply *r, bool timed_out)
{
	bool state = !rule->sqlstate || !strcmp(rule->sqlstate, r->sqlstate) || (rule->words && !*r->sqlstate);
	return state && (!rule->stage || !strcmp(rule->stage, r->stage)) &&
	       (!rule->words || strstr(r->words, rule->words)) && (!rule->sys_errno || rule->sys_errno == r->sys_errno) &&
	       (!rule->timed_out || timed_out);
}

void classify_connection(const struct reply *r, struct connection_failure *ret)
{
	bool timed_out = r->outcome == REPLY_TIMEOUT || (r->sys_errno == ETIMEDOUT && !*r->sqlstate);
	const struct rule *rule = rules;
	while (!holds(rule, r, timed_out))
		rule++;
	*ret = (struct connection_failure){rule->why, rule->up};
	/* A code that no row knows still came from a server that runs. */
	if (rule->why == WHY_OTHER && *r->sqlstate && strncmp(r->sqlstate, "08", 2))
		ret->up = SERVER_UP;
}
