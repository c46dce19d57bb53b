/* From a question's place and user to a link: what this server's specification and facts allow. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/problem.h"
#include "probes/base/secret.h"
#include "probes/base/text.h"
#include "probes/engine/inside.h"
#include "probes/link/shell.h"

static bool is_local(const char *url)
{
	return url && !strcmp(url, "local");
}

bool way_is_us(const char *user)
{
	struct passwd *me = getpwuid(geteuid());
	return !user || (me && !strcmp(me->pw_name, user));
}

static const char *barman_user(const struct watched *w)
{
	const char *known = know(w->view, "server.barman_user");
	return known ? known : w->spec.barman_user ? w->spec.barman_user : "barman";
}

#define HOST_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

struct url {
	char host[256], login[64];
	int port;
};

/* ssh://[user@]host[:port]; an address of IPv6 stands in brackets. */
static void parse_url(const char *url, struct url *ret)
{
	const char *rest = text_starts(url, "ssh://") ? url + 6 : url;
	const char *at = strrchr(rest, '@');
	const char *host = at ? at + 1 : rest;
	size_t n = *host == '[' ? strcspn(host, "]") : strcspn(host, ":/");
	const char *after = host + n + (host[n] == ']');
	snprintf(ret->login, sizeof ret->login, "%.*s", at ? (int)(at - rest) : 0, rest);
	snprintf(ret->host, sizeof ret->host, "%.*s", (int)(*host == '[' ? n - 1 : n), *host == '[' ? host + 1 : host);
	ret->port = *after == ':' ? atoi(after + 1) : 0;
}

static struct place *host_place(struct engine *e, const char *name, const char *url)
{
	struct url parts;
	struct place_spec spec = {.kind = PLACE_LOCAL, .name = name, .host = "localhost"};
	if (is_local(url))
		return place_get(e->loop, &spec);
	parse_url(url, &parts);
	spec.kind = PLACE_SSH;
	spec.host = parts.host;
	spec.login = *parts.login ? parts.login : NULL;
	spec.port = parts.port;
	return place_get(e->loop, &spec);
}

static struct way later(const char *fact)
{
	struct way way = {.later = true};
	snprintf(way.why, sizeof way.why, "%s is not known yet", fact);
	return way;
}

static struct way none(const char *why)
{
	struct way way = {0};
	snprintf(way.why, sizeof way.why, "%s", why);
	return way;
}

/* A name that would be shell text, or an option, is never tried. */
static struct way no_user(const char *user)
{
	struct str why = {0};
	str_add(&why, "\"");
	text_clean(&why, user, strlen(user), 60, 60);
	str_add(&why, "\" is no name of a user: see barman_user in Barman's configuration");
	struct way way = none(str_text(&why));
	str_free(&why);
	return way;
}

static struct way backup_way(struct engine *e, struct watched *w, const char *as)
{
	const char *user = !as ? NULL : !strcmp(as, "barman") ? barman_user(w) : as;
	bool local = is_local(w->spec.backup);
	if (local && user && geteuid() != 0 && !way_is_us(user))
		return none(!strcmp(user, "root") ? "needs root on the Barman host" : "start walmedic as the barman user or as root");
	if (user && !shell_user_ok(user))
		return no_user(user);
	return (struct way){.place = host_place(e, "backup", w->spec.backup), .user = user};
}

/* As Barman's user with its keys and passwords: they lie in its home, and who reads there while that hangs waits for ever. */
static struct way barman_way(struct engine *e, struct watched *w)
{
	const char *home = know(w->view, "backup.home_hung");
	char why[200];
	if (!home)
		return backup_way(e, w, "barman");
	snprintf(why, sizeof why, "keys and passwords of Barman's user lie in %.100s, which does not answer", home);
	return none(why);
}

static struct way pipeline_way(struct engine *e, struct watched *w)
{
	const char *command = know(w->view, "server.pipeline_command");
	const char *host = know(w->view, "server.ssh_host");
	if (!command)
		return know(w->view, "server.known") ? none("Barman has no ssh_command") : later("server.pipeline_command");
	struct way parent = barman_way(e, w);
	if (!parent.place)
		return parent;
	struct place_spec spec = {.kind = PLACE_VIA, .name = "pipeline", .host = host ? host : "",
				  .parent = parent.place, .as = parent.user, .command = command};
	return (struct way){.place = place_get(e->loop, &spec)};
}

/* Without a way of our own the PostgreSQL host is seen through Barman's ssh, as its user only. */
static struct way db_way(struct engine *e, struct watched *w, const char *as)
{
	if (w->spec.db && *w->spec.db) {
		if (is_local(w->spec.db) && as && geteuid() != 0 && !way_is_us(as))
			return none("needs root on the PostgreSQL host");
		return (struct way){.place = host_place(e, "db", w->spec.db), .user = as};
	}
	struct way way = pipeline_way(e, w);
	const char *login = know(w->view, "server.ssh_user");
	if (way.place && as && strcmp(as, login && *login ? login : "postgres")) {
		char why[160];
		snprintf(why, sizeof why, "Barman's ssh comes in as \"%s\", this needs \"%s\"", login ? login : "?", as);
		return none(why);
	}
	return way;
}

/* A password that stands in Barman's conninfo came masked; Barman reads each %% of it as one %. */
static void add_conninfo(struct str *out, const char *conninfo)
{
	struct str plain = {0};
	secret_reveal(&plain, conninfo);
	bool masked = strcmp(str_text(&plain), conninfo) != 0;
	for (const char *p = str_text(&plain); *p; p += masked && p[0] == '%' && p[1] == '%' ? 2 : 1)
		str_addc(out, *p);
	str_free(&plain);
}

static const char *first_set(const struct view *v, const char *const *facts)
{
	const char *text = NULL;
	for (; *facts; facts++)
		if ((text = know(v, *facts)) && *text)
			break;
	return text;
}

/* Since Barman 3.10 backups may come from a standby and WAL, with its slot, from the primary: the receiver and what is asked about
 * slots go by wal_streaming_conninfo and wal_conninfo, of which either stands for the other. */
static struct way sql_way(struct engine *e, struct watched *w, bool replication, bool of_wal)
{
	static const char *const slots[] = {"server.wal_conninfo", "server.wal_streaming_conninfo", "server.conninfo", NULL};
	static const char *const stream[] = {"server.wal_streaming_conninfo", "server.wal_conninfo", "server.streaming_conninfo", NULL};
	const char *conninfo = replication ? first_set(w->view, stream) : of_wal ? first_set(w->view, slots) : know(w->view, "server.conninfo");
	if (!conninfo || !*conninfo)
		return know(w->view, "server.known") ? none(replication ? "Barman has no streaming_conninfo" : "Barman has no conninfo")
						     : later("server.conninfo");
	struct way parent = barman_way(e, w);
	if (!parent.place)
		return parent;
	struct str full = {0};
	add_conninfo(&full, conninfo);
	str_add(&full, replication ? " dbname=replication replication=true" : "");
	bool direct = is_local(w->spec.backup) && way_is_us(parent.user);
	struct place_spec spec = {.kind = direct ? PLACE_PG : PLACE_PSQL, .name = replication ? "repl" : "pg", .host = "",
				  .parent = direct ? NULL : parent.place, .as = direct ? NULL : parent.user, .conninfo = str_text(&full)};
	struct way way = {.place = place_get(e->loop, &spec)};
	str_free(&full);
	return way;
}

static struct way dbsql_way(struct engine *e, struct watched *w)
{
	struct way db = db_way(e, w, "postgres");
	if (!db.place)
		return db;
	const char *port = know(w->view, "server.pg_port");
	char conninfo[64];
	snprintf(conninfo, sizeof conninfo, "dbname=postgres port=%d", port ? atoi(port) : 5432);
	struct place_spec spec = {.kind = PLACE_PSQL, .name = "dbsql", .host = "", .parent = db.place, .as = db.user, .conninfo = conninfo};
	return (struct way){.place = place_get(e->loop, &spec)};
}

/* Where a restore drill puts its copy: another host as Barman's own ssh reaches it, else the Barman host. */
static struct way scratch_way(struct engine *e, struct watched *w, const char *as)
{
	struct way parent = backup_way(e, w, w->scratch ? "barman" : as);
	if (!w->scratch || !parent.place)
		return parent;
	const char *login = know(w->view, "server.scratch_user"), *host = know(w->view, "server.scratch_host");
	if (as && login && strcmp(as, login)) {
		char why[160];
		snprintf(why, sizeof why, "the drill comes in there as \"%.40s\", this needs \"%.40s\"", login, as);
		return none(why);
	}
	struct place_spec spec = {.kind = PLACE_VIA, .name = "scratch", .host = host ? host : "", .parent = parent.place, .as = parent.user, .command = w->scratch};
	return (struct way){.place = place_get(e->loop, &spec)};
}

struct way way_find(struct engine *e, struct watched *w, const char *at, const char *as)
{
	if (!strcmp(at, "backup"))
		return backup_way(e, w, as);
	if (!strcmp(at, "db"))
		return db_way(e, w, as);
	if (!strcmp(at, "pipeline"))
		return pipeline_way(e, w);
	if (!strcmp(at, "scratch"))
		return scratch_way(e, w, as);
	if (!strcmp(at, "pg"))
		return sql_way(e, w, false, false);
	if (!strcmp(at, "wal"))
		return sql_way(e, w, false, true);
	if (!strcmp(at, "repl"))
		return sql_way(e, w, true, true);
	if (!strcmp(at, "dbsql"))
		return dbsql_way(e, w);
	if (!strcmp(at, "console"))
		return (struct way){.place = host_place(e, "console", "local"), .user = as};
	return none("there is no such place");
}

/* ---- for steps of remedies ---- */

int engine_scratch(struct engine *e, int server, const char *login, const char *host, struct problem *p)
{
	struct watched *w = e->watched[server];
	if (login && (!shell_user_ok(login) || !*host || *host == '-' || host[strspn(host, HOST_LETTERS)]))
		return problem_set(p, "--to USER@HOST:/DIRECTORY, or --to /DIRECTORY on Barman's own host",
				   "\"%.60s@%.100s\" cannot be a user and a host", login, host);
	w->scratch = !login ? NULL : arena_printf(w->arena, "ssh -o BatchMode=yes %s@%s", login, host);
	learn(w->view, "server.scratch_user", login);
	learn(w->view, "server.scratch_host", host);
	learn(w->view, "server.scratch_command", w->scratch);
	return 0;
}

struct place *engine_place(struct engine *e, int server, const char *place)
{
	if (e->replay || server < 0 || server >= e->model.servers)
		return NULL;
	struct watched *w = e->watched[server];
	if (!strcmp(place, "db") && !(w->spec.db && *w->spec.db))
		return pipeline_way(e, w).place;
	return way_find(e, w, place, NULL).place;
}

/* What was asked there last did not even get there: sshd is down, the key is refused. */
static bool out_of_reach(const struct watched *w, const struct way *way)
{
	int64_t newest = 0;
	bool failed = false;
	for (int k = 0; k < w->questions; k++) {
		const struct inquiry *i = w->inquiry[k];
		if (!i || i->place != way->place || !i->answered)
			continue;
		const struct reply *r = view_reply(w->view, w->question[k]);
		bool no_link = r->outcome == REPLY_NO_LINK || (r->outcome == REPLY_TIMEOUT && strcmp(r->stage, "run"));
		/* A user that cannot be had there says nothing about the others. */
		if (r->at < newest || !strcmp(r->stage, "user"))
			continue;
		newest = r->at;
		failed = no_link;
	}
	return failed;
}

bool engine_can_act(struct engine *e, int server, const char *place, const char *user)
{
	if (e->replay || server < 0 || server >= e->model.servers)
		return false;
	struct way way = way_find(e, e->watched[server], place, user);
	if (!way.place || out_of_reach(e->watched[server], &way))
		return false;
	const char *login = place_login(way.place);
	return !way.user || !login || !strcmp(login, "root") || !strcmp(login, way.user);
}
