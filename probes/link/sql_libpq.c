/* PostgreSQL from this process. One connection a place, kept for a minute; what one turn asked goes in
 * one pipeline with a Sync after each statement. Replication connections know only the simple protocol. */
#include <libpq-fe.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/base/str.h"
#include "probes/link/loop_uv.h"
#include "probes/link/places.h"
#include "probes/link/sql_words.h"

enum { KEEP_MS = 60000, PARAMS = 48, MAX_ADDRESSES = 4 };

enum at { AT_REST, AT_RESOLVE, AT_CONNECT, AT_READY };

struct pg;

/* A look-up that hangs is abandoned: it then belongs to nobody. */
struct lookup {
	uv_getaddrinfo_t req;
	struct pg *pg;
};

struct watch {
	uv_poll_t poll;
	struct pg *pg;
};

struct pg {
	struct place *place;
	enum at at;
	PGconn *conn;
	struct watch *watch;
	struct lookup *lookup;
	struct queue waiting, sent;
	struct deadline deadline;
	bool replication, reused, got_result;
	int64_t connected_at;
	ConnStatusType was;
	PQconninfoOption *options;
};

static void pg_step(struct pg *pg);
static void pg_connect(struct pg *pg, const char *host, const char *hostaddr);
static void pg_start(struct pg *pg);

/* ---- watching the socket: libpq may reuse a descriptor number, so the handle is new at every step ---- */

static void watch_closed(uv_handle_t *h)
{
	free(h->data);
}

static void unwatch(struct pg *pg)
{
	if (!pg->watch)
		return;
	uv_close((uv_handle_t *)&pg->watch->poll, watch_closed);
	pg->watch = NULL;
}

static void ready(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;
	(void)status, (void)events;
	pg_step(w->pg);
}

static bool watch(struct pg *pg, int events)
{
	unwatch(pg);
	int fd = PQsocket(pg->conn);
	struct watch *w = xcalloc(1, sizeof *w);
	w->pg = pg;
	if (fd < 0 || uv_poll_init(loop_uv(pg->place->loop), &w->poll, fd) != 0) {
		free(w);
		return false;
	}
	w->poll.data = w;
	pg->watch = w;
	return uv_poll_start(&w->poll, events, ready) == 0;
}

static void disconnect(struct pg *pg)
{
	unwatch(pg);
	PQfinish(pg->conn);
	pg->conn = NULL;
	if (pg->lookup) {
		pg->lookup->pg = NULL;
		uv_cancel((uv_req_t *)&pg->lookup->req);
		pg->lookup = NULL;
	}
	pg->at = AT_REST;
}

/* ---- ends ---- */

static void give_all(struct queue *q, const struct raw *r)
{
	struct queue todo = *q;
	struct asked *a = todo.first;
	queue_init(q);
	while (a) {
		struct asked *next = a->next;
		asked_finish(a, r);
		a = next;
	}
}

static void end_all(struct pg *pg, struct raw r)
{
	r.via = "libpq";
	deadline_stop(&pg->deadline);
	disconnect(pg);
	if (r.outcome == REPLY_NO_LINK && r.sqlstate && (!strcmp(r.sqlstate, "28P01") || !strcmp(r.sqlstate, "53300")))
		place_refused(pg->place, &r);
	give_all(&pg->sent, &r);
	give_all(&pg->waiting, &r);
}

static void connect_failed(struct pg *pg, const char *message)
{
	struct sql_fault fault;
	struct str words = {0};
	sql_words_fault(message, &fault);
	sql_words_plain(message, &words);
	struct raw r = {.outcome = fault.timed_out ? REPLY_TIMEOUT : REPLY_NO_LINK, .stage = fault.stage, .words = str_text(&words),
			.sys_errno = fault.sys_errno, .sqlstate = fault.sqlstate};
	end_all(pg, r);
	str_free(&words);
}

static const char *connect_stage(const struct pg *pg)
{
	if (pg->at == AT_RESOLVE)
		return "resolve";
	if (pg->at == AT_READY)
		return "query";
	return pg->was == CONNECTION_STARTED ? "connect" : pg->was == CONNECTION_SSL_STARTUP ? "tls" : "startup";
}

static void deadline_passed(void *arg)
{
	struct pg *pg = arg;
	end_all(pg, (struct raw){.outcome = REPLY_TIMEOUT, .stage = connect_stage(pg), .words = ""});
}

/* A kept connection that broke proves nothing about the server now: ask again over a new one, once. */
static void lost(struct pg *pg)
{
	struct str words = {0};
	sql_words_plain(PQerrorMessage(pg->conn), &words);
	if (pg->reused) {
		struct asked *a;
		disconnect(pg);
		while ((a = queue_take(&pg->waiting)))
			queue_add(&pg->sent, a);
		while ((a = queue_take(&pg->sent)))
			queue_add(&pg->waiting, a);
		pg->reused = false;
		pg_start(pg);
	} else {
		end_all(pg, (struct raw){.outcome = REPLY_LOST, .stage = "query", .words = str_text(&words)});
	}
	str_free(&words);
}

/* ---- asking ---- */

static bool send_one(struct pg *pg, const struct asked *a)
{
	if (pg->replication)
		return PQsendQuery(pg->conn, a->text);
	return PQsendQueryParams(pg->conn, a->text, 0, NULL, NULL, NULL, NULL, 0) && PQpipelineSync(pg->conn);
}

static void send_waiting(struct pg *pg)
{
	unsigned ms = 0;
	while (pg->waiting.first && !(pg->replication && pg->sent.first)) {
		struct asked *a = queue_take(&pg->waiting);
		ms = a->deadline_ms > ms ? a->deadline_ms : ms;
		bool sent = send_one(pg, a);
		queue_add(&pg->sent, a);
		if (!sent) {
			lost(pg);
			return;
		}
	}
	if (ms)
		deadline_set(&pg->deadline, ms);
}

static void give_result(struct pg *pg, const PGresult *res)
{
	struct asked *a = queue_take(&pg->sent);
	ExecStatusType status = PQresultStatus(res);
	struct raw r = {.outcome = REPLY_DONE, .via = "libpq"};
	const char **cell = NULL;
	if (status == PGRES_TUPLES_OK) {
		r.rows = PQntuples(res);
		r.cols = PQnfields(res);
		cell = xcalloc((size_t)r.rows * (size_t)r.cols + 1, sizeof *cell);
		for (int i = 0; i < r.rows * r.cols; i++)
			cell[i] = PQgetisnull(res, i / r.cols, i % r.cols) ? NULL : PQgetvalue(res, i / r.cols, i % r.cols);
		r.cell = cell;
	} else if (status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
		const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE), *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
		r.status = 1;
		r.stage = "query";
		r.sqlstate = state ? state : "";
		r.words = message ? message : PQresultErrorMessage(res);
	}
	asked_finish(a, &r);
	free(cell);
}

/* The server said goodbye (57P01 to 57P03: terminated, crashed, shutting down); the socket does not say so yet. */
static bool is_goodbye(const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	return state && !strncmp(state, "57P0", 4);
}

static void take_results(struct pg *pg)
{
	/* got_result: the simple protocol sends the next one only after the NULL that ends the last */
	while (pg->at == AT_READY && (pg->sent.first || (pg->replication && pg->got_result)) && !PQisBusy(pg->conn)) {
		PGresult *res = PQgetResult(pg->conn);
		if (!res) {
			bool over = pg->got_result;
			pg->got_result = false;
			if (PQstatus(pg->conn) == CONNECTION_BAD || (pg->replication && !over))
				return;
			if (pg->replication)
				send_waiting(pg);
			continue;
		}
		ExecStatusType status = PQresultStatus(res);
		bool broken = PQstatus(pg->conn) == CONNECTION_BAD || is_goodbye(res);
		if (!broken && status != PGRES_PIPELINE_SYNC && status != PGRES_PIPELINE_ABORTED && pg->sent.first) {
			pg->got_result = true;
			give_result(pg, res);
		}
		PQclear(res);
		if (broken) {
			lost(pg);
			return;
		}
	}
}

static void rest(struct pg *pg)
{
	deadline_stop(&pg->deadline);
	unwatch(pg);
	pg->reused = true;
}

static void query_step(struct pg *pg)
{
	unwatch(pg);
	if (!PQconsumeInput(pg->conn) || PQflush(pg->conn) < 0) {
		lost(pg);
		return;
	}
	take_results(pg);
	if (pg->at != AT_READY)
		return;
	if (PQstatus(pg->conn) == CONNECTION_BAD) {
		if (pg->sent.first)
			lost(pg);
		else
			disconnect(pg);
		return;
	}
	int unsent = PQflush(pg->conn);
	if (!pg->sent.first && !pg->waiting.first)
		rest(pg);
	else if (unsent < 0 || !watch(pg, UV_READABLE | (unsent ? UV_WRITABLE : 0)))
		lost(pg);
}

/* ---- connecting ---- */

static void connected(struct pg *pg)
{
	pg->at = AT_READY;
	pg->reused = false;
	pg->got_result = false;
	pg->connected_at = clock_mono_ms();
	PQsetnonblocking(pg->conn, 1);
	place_welcomed(pg->place);
	if (!pg->replication)
		PQenterPipelineMode(pg->conn);
	send_waiting(pg);
	if (pg->at == AT_READY)
		query_step(pg);
}

static void connect_step(struct pg *pg)
{
	pg->was = PQstatus(pg->conn);
	unwatch(pg);
	PostgresPollingStatusType next = PQconnectPoll(pg->conn);
	if (PQstatus(pg->conn) != CONNECTION_BAD)
		pg->was = PQstatus(pg->conn);
	if (next == PGRES_POLLING_OK)
		connected(pg);
	else if (next == PGRES_POLLING_FAILED || !watch(pg, next == PGRES_POLLING_READING ? UV_READABLE : UV_WRITABLE))
		connect_failed(pg, PQerrorMessage(pg->conn));
}

static void pg_step(struct pg *pg)
{
	if (pg->at == AT_CONNECT)
		connect_step(pg);
	else if (pg->at == AT_READY)
		query_step(pg);
}

static const char *option(const struct pg *pg, const char *keyword)
{
	for (const PQconninfoOption *o = pg->options; o && o->keyword; o++)
		if (!strcmp(o->keyword, keyword))
			return o->val && *o->val ? o->val : NULL;
	return NULL;
}

static void pg_connect(struct pg *pg, const char *host, const char *hostaddr)
{
	const char *key[PARAMS + 12], *value[PARAMS + 12];
	struct str options = {0};
	int n = 0;
	str_addf(&options, "%s%s" SQL_OPTIONS, option(pg, "options") ? option(pg, "options") : "", option(pg, "options") ? " " : "");
	for (const PQconninfoOption *o = pg->options; o && o->keyword && n < PARAMS; o++)
		if (o->val && *o->val && strcmp(o->keyword, "options") && strcmp(o->keyword, "application_name") &&
		    !(host && !strcmp(o->keyword, "host"))) {
			key[n] = o->keyword;
			value[n++] = o->val;
		}
	const char *more[][2] = {{"application_name", "walmedic"}, {"options", str_text(&options)}, {"gssencmode", "disable"},
				 {"client_encoding", "UTF8"}, {"keepalives_idle", "5"}, {"tcp_user_timeout", "10000"},
				 {"host", host}, {"hostaddr", hostaddr}, {"passfile", pg->place->spec.passfile}};
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (more[i][1] && (strcmp(more[i][0], "passfile") || !option(pg, "passfile"))) {
			key[n] = more[i][0];
			value[n++] = more[i][1];
		}
	key[n] = value[n] = NULL;
	pg->at = AT_CONNECT;
	pg->was = CONNECTION_STARTED;
	pg->conn = PQconnectStartParams(key, value, 0);
	str_free(&options);
	if (!pg->conn || PQstatus(pg->conn) == CONNECTION_BAD) {
		connect_failed(pg, pg->conn ? PQerrorMessage(pg->conn) : "out of memory");
		return;
	}
	PQsetErrorVerbosity(pg->conn, PQERRORS_VERBOSE);
	if (!watch(pg, UV_WRITABLE))
		connect_failed(pg, PQerrorMessage(pg->conn));
}

/* Every address, as libpq would try them ("localhost" is ::1 and 127.0.0.1); the name stays with each,
 * for TLS and the password file. */
static void list_addresses(const struct addrinfo *list, const char *name, struct str *hosts, struct str *addresses)
{
	for (int n = 0; list && n < MAX_ADDRESSES; list = list->ai_next) {
		char one[64];
		if (getnameinfo(list->ai_addr, list->ai_addrlen, one, sizeof one, NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		str_addf(hosts, "%s%s", n ? "," : "", name);
		str_addf(addresses, "%s%s", n ? "," : "", one);
		n++;
	}
}

static void looked_up(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct lookup *look = req->data;
	struct pg *pg = look->pg;
	struct str hosts = {0}, addresses = {0};
	char say[256];
	if (pg)
		list_addresses(list, option(pg, "host"), &hosts, &addresses);
	uv_freeaddrinfo(list);
	free(look);
	if (!pg)
		return;
	pg->lookup = NULL;
	if (status == 0 && addresses.len) {
		pg_connect(pg, hosts.s, addresses.s);
	} else {
		snprintf(say, sizeof say, "could not translate host name \"%.120s\" to address: %s", option(pg, "host"), uv_strerror(status));
		connect_failed(pg, say);
	}
	str_free(&hosts);
	str_free(&addresses);
}

/* libpq would look names up blockingly; several hosts, sockets and addresses are left to it. */
static bool needs_lookup(const struct pg *pg)
{
	const char *host = option(pg, "host");
	return host && host[0] != '/' && host[0] != '@' && !strchr(host, ',') && !option(pg, "hostaddr");
}

static void pg_start(struct pg *pg)
{
	unsigned ms = 0;
	char *problem = NULL;
	for (struct asked *a = pg->waiting.first; a; a = a->next)
		ms = a->deadline_ms > ms ? a->deadline_ms : ms;
	deadline_set(&pg->deadline, ms ? ms : 5000);
	PQconninfoFree(pg->options);
	pg->options = PQconninfoParse(pg->place->spec.conninfo, &problem);
	if (!pg->options) {
		connect_failed(pg, problem ? problem : "the connection string cannot be parsed");
		PQfreemem(problem);
		return;
	}
	pg->replication = option(pg, "replication") && strcmp(option(pg, "replication"), "database");
	if (!needs_lookup(pg)) {
		pg_connect(pg, NULL, NULL);
		return;
	}
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	pg->at = AT_RESOLVE;
	pg->lookup = xcalloc(1, sizeof *pg->lookup);
	pg->lookup->pg = pg;
	pg->lookup->req.data = pg->lookup;
	if (uv_getaddrinfo(loop_uv(pg->place->loop), &pg->lookup->req, looked_up, option(pg, "host"), NULL, &hints) != 0) {
		free(pg->lookup);
		pg->lookup = NULL;
		connect_failed(pg, "could not translate host name: no memory for the look-up");
	}
}

/* ---- the class ---- */

static struct pg *pg_new(struct place *p)
{
	struct pg *pg = xcalloc(1, sizeof *pg);
	pg->place = p;
	queue_init(&pg->waiting);
	queue_init(&pg->sent);
	deadline_init(p->loop, &pg->deadline, deadline_passed, pg);
	return pg;
}

static void pg_flush(struct place *p)
{
	struct pg *pg = p->own ? p->own : (p->own = pg_new(p));
	struct asked *a;
	while ((a = queue_take(&p->asked)))
		queue_add(&pg->waiting, a);
	if (pg->at == AT_READY && pg->reused && clock_mono_ms() - pg->connected_at > KEEP_MS)
		disconnect(pg);
	if (pg->at == AT_READY) {
		send_waiting(pg);
		if (pg->at == AT_READY)
			query_step(pg);
		return;
	}
	if (pg->at != AT_REST || !pg->waiting.first)
		return;
	if (place_backs_off(p)) {
		struct raw r;
		failure_raw(&p->failed, &r);
		give_all(&pg->waiting, &r);
		return;
	}
	pg_start(pg);
}

static void pg_free(struct place *p)
{
	struct pg *pg = p->own;
	if (!pg)
		return;
	disconnect(pg);
	queue_drop(&pg->waiting);
	queue_drop(&pg->sent);
	PQconninfoFree(pg->options);
	deadline_close(&pg->deadline, free);
}

int libpq_version(void)
{
	return PQlibVersion();
}

const struct place_class pg_class = {.via = "libpq", .flush = pg_flush, .free = pg_free};
