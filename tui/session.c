#include "tui/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/config/discover.h"
#include "probes/config/walmedic.h"
#include "probes/engine/engine.h"
#include "probes/link/loop.h"

/* More than this is no list of servers; and each costs some forty questions a sweep. */
enum { SERVERS_MAX = 500 };

static bool is_wanted(const char *name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return n == 0;
}

static const struct discovered_server *find(const struct discovered *d, const char *name)
{
	for (int i = 0; i < d->servers; i++)
		if (!strcmp(d->server[i].name, name))
			return &d->server[i];
	return NULL;
}

static int check_names(const struct discovered *d, const char *const *names, int n, struct problem *p)
{
	for (int i = 0; i < n; i++)
		if (!find(d, names[i]))
			return problem_set(p, "`walmedic list` shows the servers that are configured", "there is no server \"%.60s\" in %s",
					   names[i], d->source);
	return 0;
}

static int check_number(const struct discovered *d, const char *const *names, int n, struct problem *p)
{
	int wanted = 0;
	for (int i = 0; i < d->servers; i++)
		wanted += is_wanted(d->server[i].name, names, n);
	if (wanted > SERVERS_MAX)
		return problem_set(p, "name the ones you mean: walmedic check SERVER...", "%s has %d servers; walmedic looks at %d at once",
				   d->source, wanted, SERVERS_MAX);
	return 0;
}

static int check_plain(const struct discovered *d, const char *name, struct problem *p)
{
	struct str shown = {0};
	if (*name && text_is_plain(name))
		return 0;
	text_clean(&shown, name, strlen(name), 120, 120);
	problem_set(p, "give its section a name of letters, digits, '-' and '_'; or name the servers you mean: walmedic check SERVER...",
		    "%s: \"%s\" is no name for a server: it has control or invisible characters", d->source, str_text(&shown));
	str_free(&shown);
	return -1;
}

static int add_servers(struct session *s, const struct discovered *d, const char *const *names, int n, struct problem *p)
{
	for (int i = 0; i < d->servers; i++) {
		const struct discovered_server *from = &d->server[i];
		struct server_spec spec = {.name = from->name, .engine = from->engine, .backup = from->backup, .db = from->db,
					   .barman_config = from->barman_config, .barman_user = from->barman_user,
					   .rpo_max_s = from->rpo_max_s, .fill_warning_s = from->fill_warning_s, .no_history = from->no_history};
		if (is_wanted(from->name, names, n) && (check_plain(d, from->name, p) || engine_add(s->engine, &spec, p)))
			return -1;
	}
	return 0;
}

/* From malloc; NULL where there is no home. */
static char *history_directory(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct str s = {0};
	if (state && *state == '/')
		str_addf(&s, "%s/walmedic/history", state);
	else if (home && *home == '/')
		str_addf(&s, "%s/.local/state/walmedic/history", home);
	return s.s;
}

int session_open(const struct cli *c, const char *const *names, int n, const char *record, struct session *ret, struct problem *p)
{
	struct discovered d = {0};
	struct session s = {0};
	struct engine_options options = {.timeout_ms = c->timeout_ms, .record = record, .cross_check = c->cross_check,
					 .history = c->history};
	int failed = discover_servers(c->config, c->barman_config, &d, p);
	if (failed)
		return -1;
	char *directory = c->history && !c->no_history ? history_directory() : NULL;
	options.history_dir = directory;
	s.loop = loop_new();
	s.engine = engine_new(s.loop, &options);
	free(directory);
	failed = check_names(&d, names, n, p) || check_number(&d, names, n, p) || add_servers(&s, &d, names, n, p);
	discovered_free(&d);
	if (failed) {
		session_close(&s);
		return -1;
	}
	*ret = s;
	return 0;
}

int session_contact(const struct cli *c, const char *name, char *ret, size_t size, struct problem *p)
{
	struct discovered d = {0};
	if (discover_servers(c->config, c->barman_config, &d, p))
		return -1;
	const struct discovered_server *s = find(&d, name);
	snprintf(ret, size, "%s", s && s->contact ? s->contact : "");
	discovered_free(&d);
	return 0;
}

static char *runbooks_place;
static size_t runbooks_size;

static int take_runbooks(const struct own_key *k, struct problem *p)
{
	if (*k->keys != '/' || strlen(k->keys) >= runbooks_size)
		return problem_set(p, "write its whole path: runbooks = /srv/wiki/runbooks", "runbooks names no directory from / on");
	snprintf(runbooks_place, runbooks_size, "%s", k->keys);
	return 0;
}

int session_runbooks(const struct cli *c, char *ret, size_t size, struct problem *p)
{
	*ret = '\0';
	runbooks_place = ret;
	runbooks_size = size;
	return discover_runbooks(c->config, take_runbooks, p);
}

void session_nowhere(const struct cli *c, struct session *ret)
{
	struct engine_options options = {.timeout_ms = c->timeout_ms};
	*ret = (struct session){.loop = loop_new()};
	ret->engine = engine_new(ret->loop, &options);
}

int session_replay(const char *bytes, size_t n, double speed, struct session *ret, struct problem *p)
{
	struct session s = {.loop = loop_new()};
	s.engine = engine_replay(s.loop, bytes, n, speed, p);
	if (!s.engine) {
		loop_free(s.loop);
		return -1;
	}
	*ret = s;
	return 0;
}

void session_sweep(struct session *s)
{
	engine_start(s->engine, false);
	while (!engine_sweep_done(s->engine))
		loop_turn(s->loop, 1000);
}

void session_close(struct session *s)
{
	engine_free(s->engine);
	loop_free(s->loop);
	*s = (struct session){0};
}
