#include "probes/engine/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/base/text.h"
#include "probes/engine/history.h"
#include "probes/engine/inside.h"
#include "probes/engine/keep.h"

enum { TICK_MS = 1000, REJUDGE_MS = 5000, REMEMBER_MS = 150, SLICE_MS = 3 };

/* A host or a cluster: its facts are shared by all servers that name the same one. */
struct subject {
	char *key;
	struct facts *facts;
	struct subject *next;
};

struct engine *engine_new(struct loop *l, const struct engine_options *o)
{
	struct engine *e = xcalloc(1, sizeof *e);
	e->loop = l;
	e->arena = arena_new();
	if (o) {
		e->options = *o;
		e->options.record = o->record ? arena_dup(e->arena, o->record) : NULL;
		e->options.history_dir = o->history_dir ? arena_dup(e->arena, o->history_dir) : NULL;
	}
	return e;
}

static struct facts *subject_get(struct engine *e, const char *kind, const char *name)
{
	char *key = arena_printf(e->arena, "%s %s", kind, name);
	for (struct subject *s = e->subjects; s; s = s->next)
		if (!strcmp(s->key, key))
			return s->facts;
	struct subject *s = arena_alloc(e->arena, sizeof *s);
	*s = (struct subject){.key = key, .facts = facts_new(), .next = e->subjects};
	e->subjects = s;
	return s->facts;
}

static void add_question(struct watched *w, const struct question *q)
{
	for (int i = 0; i < w->questions; i++)
		if (w->question[i] == q)
			return;
	w->question = xrealloc(w->question, (size_t)(w->questions + 1) * sizeof *w->question);
	w->question[w->questions++] = q;
}

static void collect_questions(struct watched *w)
{
	for (int p = 0; catalogue[p]; p++)
		for (size_t i = 0; i < sizeof catalogue[p]->asks / sizeof *catalogue[p]->asks && catalogue[p]->asks[i]; i++)
			add_question(w, catalogue[p]->asks[i]);
	w->inquiry = xcalloc((size_t)w->questions + 1, sizeof(struct inquiry *));
}

static const char *keep(struct watched *w, const char *s)
{
	return arena_dup(w->arena, s ? s : "");
}

static void copy_spec(struct watched *w, const struct server_spec *s)
{
	w->spec.name = keep(w, s->name);
	w->spec.engine = keep(w, s->engine ? s->engine : "barman");
	w->spec.backup = keep(w, s->backup && *s->backup ? s->backup : "local");
	w->spec.db = keep(w, s->db);
	w->spec.barman_config = s->barman_config ? keep(w, s->barman_config) : NULL;
	w->spec.barman_user = s->barman_user ? keep(w, s->barman_user) : NULL;
	w->spec.rpo_max_s = s->rpo_max_s;
	w->spec.fill_warning_s = s->fill_warning_s;
	w->spec.no_history = s->no_history;
}

/* Where the records of restore drills lie: $XDG_STATE_HOME/walmedic/drill. */
static const char *drill_directory(struct watched *w)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && *state == '/')
		return arena_printf(w->arena, "%s/walmedic/drill", state);
	return arena_printf(w->arena, "%s/.local/state/walmedic/drill", home ? home : "");
}

/* What is known before anything was asked: the questions' first placeholders. */
static void learn_spec(struct watched *w)
{
	view_set_now(w->view, clock_wall_ms());
	learn(w->view, "server.name", w->spec.name);
	learn(w->view, "server.config_option", w->spec.barman_config ? w->spec.barman_config : "");
	learn(w->view, "server.user_option", w->spec.barman_user ? w->spec.barman_user : "barman");
	learn(w->view, "server.backup_url", w->spec.backup);
	learn(w->view, "server.db_url", w->spec.db);
	learn(w->view, "server.drill_directory", drill_directory(w));
	if (w->spec.rpo_max_s > 0)
		learn_num(w->view, "server.rpo_max_s", w->spec.rpo_max_s);
	if (w->spec.fill_warning_s > 0)
		learn_num(w->view, "server.fill_warning_s", w->spec.fill_warning_s);
}

static struct view *make_view(struct engine *e, const struct watched *w)
{
	const char *db = *w->spec.db ? w->spec.db : w->spec.name;
	struct facts *scope[SCOPES] = {
		[SCOPE_BACKUP] = subject_get(e, "host", w->spec.backup),
		[SCOPE_DB] = subject_get(e, *w->spec.db ? "host" : "db of", db),
		[SCOPE_CONSOLE] = subject_get(e, "host", "console"),
		[SCOPE_PG] = subject_get(e, "cluster of", w->spec.name),
	};
	return view_new(scope);
}

struct watched *engine_watch(struct engine *e, const struct server_spec *s)
{
	struct watched *w = xcalloc(1, sizeof *w);
	int n = e->model.servers;
	w->engine = e;
	w->arena = arena_new();
	w->index = n;
	copy_spec(w, s);
	w->view = make_view(e, w);
	learn_spec(w);
	collect_questions(w);
	e->watched = xrealloc(e->watched, (size_t)(n + 1) * sizeof(struct watched *));
	e->watched[n] = w;
	e->model.server = xrealloc(e->model.server, (size_t)(n + 1) * sizeof *e->model.server);
	e->model.server[n] = (struct server){.name = w->spec.name, .engine = w->spec.engine, .view = w->view,
					     .backup_host = "", .db_host = "", .pg_version = "", .other_route = "",
					     .pg_wal_full_s = NAN, .backup_full_s = NAN, .slot_lost_s = NAN, .rpo_s = NAN};
	graph_build(&e->model.server[n]);
	e->model.servers++;
	return w;
}

int engine_add(struct engine *e, const struct server_spec *s, struct problem *p)
{
	if (!s->name || !*s->name || !text_is_plain(s->name))
		return problem_set(p, "give the name of a section of Barman's configuration", "a server needs a plain name");
	engine_watch(e, s);
	return 0;
}

/* ---- judging ---- */

/* What the host is called: by itself, else as the configuration calls it. */
static const char *host_name(const struct watched *w, const char *fact, const char *url, const char *fallback)
{
	const char *own = know(w->view, fact);
	if (own && *own)
		return own;
	if (text_starts(url, "ssh://")) {
		const char *host = strrchr(url, '@') ? strrchr(url, '@') + 1 : url + 6;
		return arena_dupn(w->arena, host, strcspn(host, ":/"));
	}
	const char *other = know(w->view, fallback);
	return other ? other : "";
}

static void name_hosts(const struct watched *w, struct server *s)
{
	const char *backup = host_name(w, "backup.hostname", w->spec.backup, "server.backup_host");
	const char *db = host_name(w, "db.hostname", w->spec.db, "server.ssh_host");
	if (!*db && know(w->view, "server.pg_host"))
		db = know(w->view, "server.pg_host");
	if (strcmp(s->backup_host, backup))
		s->backup_host = arena_dup(w->arena, backup);
	if (strcmp(s->db_host, db))
		s->db_host = arena_dup(w->arena, db);
}

static void mark_asking(const struct watched *w, struct server *s)
{
	for (int i = 0; i < s->nodes; i++) {
		bool asking = false;
		for (int k = 0; k < w->questions; k++)
			for (size_t a = 0; a < sizeof s->node[i].probe->asks / sizeof *s->node[i].probe->asks; a++)
				asking |= s->node[i].probe->asks[a] == w->question[k] && w->inquiry[k] && w->inquiry[k]->outstanding;
		s->node[i].asking = asking;
	}
}

static bool judge_one(struct engine *e, struct watched *w, int64_t now)
{
	struct server *s = &e->model.server[w->index];
	bool moved = view_version(w->view) != w->judged_version || !w->judged_at;
	if (!moved && now - w->judged_at < REJUDGE_MS)
		return false;
	view_set_now(w->view, now);
	w->judged_version = view_version(w->view);
	w->judged_at = now;
	name_hosts(w, s);
	graph_judge(s);
	mark_asking(w, s);
	if (w->history)
		keep_notes(w->keep, history_look(w->history, s, now));
	return true;
}

static void on_more(void *arg)
{
	struct engine *e = arg;
	e->more = NULL;
	if (!e->frozen)
		engine_judge(e);
}

/* Where somebody looks, keys come before the judging of hundreds of servers: it goes on in the next turn of the loop. */
static bool break_off(struct engine *e, int64_t started, int at)
{
	if (!e->on_change || clock_mono_ms() - started < SLICE_MS)
		return false;
	e->judge_from = at;
	if (!e->more)
		e->more = loop_timer_start(e->loop, 0, 0, on_more, e);
	return true;
}

void engine_judge(struct engine *e)
{
	bool moved = false;
	int64_t now = clock_wall_ms(), started = clock_mono_ms();
	int n = e->model.servers;
	e->model.now = now;
	for (int i = 0, at = e->judge_from; i < n; i++) {
		int k = at++ % n;
		if (e->model.server[k].sweep_done != e->sweep_done)
			e->watched[k]->judged_at = 0; /* what was still to come is now unknown */
		e->model.server[k].sweep_done = e->sweep_done;
		if (!judge_one(e, e->watched[k], now))
			continue;
		moved = true;
		if (i + 1 < n && break_off(e, started, at % n))
			break;
	}
	if (!moved)
		return;
	e->model.version++;
	if (e->on_change)
		e->on_change(e->on_change_arg);
}

/* ---- keeping it ---- */

void engine_keep(struct engine *e)
{
	for (int i = 0; i < e->model.servers; i++)
		if (!e->watched[i]->history)
			e->model.server[i].history = e->watched[i]->history = history_new(&e->model.server[i]);
}

static void keep_replies(struct engine *e)
{
	for (int i = 0; i < e->model.servers && e->model.servers <= KEEP_SERVERS; i++) {
		struct watched *w = e->watched[i];
		w->keep = keep_new(w, w->spec.no_history ? NULL : e->options.history_dir, e->model.servers);
	}
}

/* After the first picture: a large history must not hold it up. */
static void on_remember(void *arg)
{
	struct engine *e = arg;
	e->remember = NULL;
	for (int i = 0; i < e->model.servers; i++)
		if (e->watched[i]->keep)
			keep_remember(e->watched[i]->keep, clock_wall_ms());
	e->model.version++;
	if (e->on_change)
		e->on_change(e->on_change_arg);
}

static void keep_all(struct engine *e)
{
	int64_t now = clock_wall_ms();
	for (int i = 0; i < e->model.servers; i++)
		if (e->watched[i]->keep)
			keep_tick(e->watched[i]->keep, now, false);
}

const char *engine_history_trouble(const struct engine *e)
{
	for (int i = 0; i < e->model.servers; i++)
		if (*keep_trouble(e->watched[i]->keep))
			return keep_trouble(e->watched[i]->keep);
	return "";
}

void engine_forget(struct engine *e)
{
	for (int i = 0; i < e->model.servers; i++)
		view_free(e->watched[i]->view);
	for (struct subject *s = e->subjects; s; s = s->next)
		facts_free(s->facts);
	e->subjects = NULL;
	for (int i = 0; i < e->model.servers; i++) {
		struct watched *w = e->watched[i];
		e->model.server[i].view = w->view = make_view(e, w);
		learn_spec(w);
		w->judged_at = 0;
	}
}

/* ---- turning the wheel ---- */

/* Now the slow cross-checks, which were held back, have their turn. */
static void sweep_ends(struct engine *e)
{
	e->sweep_done = true;
	for (int s = 0; s < e->model.servers; s++)
		if (e->watched[s])
			e->watched[s]->stale = true;
	if (!e->replay)
		engine_soon(e);
}

static void turn(struct engine *e, bool all)
{
	bool swept = e->sweep_done, busy = e->frozen || schedule_pass(e, all);
	if (!busy && !swept)
		sweep_ends(e);
	if (swept && !busy && !e->slow_outstanding)
		e->slow_done = true;
	engine_judge(e);
}

static void on_soon(void *arg)
{
	struct engine *e = arg;
	e->soon = NULL;
	turn(e, false);
}

void engine_soon(struct engine *e)
{
	if (!e->soon)
		e->soon = loop_timer_start(e->loop, 0, 0, on_soon, e);
}

static void on_tick(void *arg)
{
	keep_all(arg);
	turn(arg, true);
}

void engine_start(struct engine *e, bool live)
{
	struct problem p;
	if (e->replay)
		return;
	e->live = live;
	e->started = true;
	if (e->options.record) {
		e->recorder = recorder_open(e->options.record, e, &p);
		if (!e->recorder)
			problem_print(stderr, &p);
	}
	recorder_servers(e->recorder, e);
	if (e->options.history) {
		engine_keep(e);
		keep_replies(e);
		e->remember = loop_timer_start(e->loop, REMEMBER_MS, 0, on_remember, e);
	}
	e->timer = loop_timer_start(e->loop, TICK_MS, TICK_MS, on_tick, e);
	engine_soon(e);
}

void engine_on_change(struct engine *e, void (*call)(void *arg), void *arg)
{
	e->on_change = call;
	e->on_change_arg = arg;
}

const struct model *engine_model(const struct engine *e)
{
	return &e->model;
}

bool engine_records(const struct engine *e)
{
	return e->recorder;
}

bool engine_sweep_done(const struct engine *e)
{
	return e->sweep_done && (e->slow_done || !e->options.cross_check);
}

static void ask_node(struct engine *e, struct watched *w, const struct node *n)
{
	const struct server *s = &e->model.server[w->index];
	for (size_t i = 0; i < sizeof n->probe->asks / sizeof *n->probe->asks && n->probe->asks[i]; i++)
		schedule_forget(e, w, n->probe->asks[i]);
	for (int i = 0; i < n->n_needs; i++)
		if (s->node[n->needs[i]].verdict.state != STATE_OK)
			ask_node(e, w, &s->node[n->needs[i]]);
}

void engine_ask_now(struct engine *e, int server, int node)
{
	if (e->replay || server < 0 || server >= e->model.servers)
		return;
	const struct server *s = &e->model.server[server];
	for (int i = 0; i < s->nodes; i++)
		if (node < 0 || node == i)
			ask_node(e, e->watched[server], &s->node[i]);
	engine_soon(e);
}

void engine_freeze(struct engine *e, bool frozen)
{
	e->frozen = frozen;
	if (!frozen && !e->replay) /* a recording goes on by itself; the world is never asked */
		engine_soon(e);
}

static void watched_free(struct watched *w)
{
	keep_free(w->keep);
	history_free(w->history);
	view_free(w->view);
	arena_free(w->arena);
	free(w->question);
	free(w->inquiry);
	free(w);
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	if (e->timer)
		loop_timer_stop(e->timer);
	if (e->soon)
		loop_timer_stop(e->soon);
	if (e->remember)
		loop_timer_stop(e->remember);
	if (e->more)
		loop_timer_stop(e->more);
	recorder_close(e->recorder);
	replay_free(e->replay);
	schedule_free(e);
	for (int i = 0; i < e->model.servers; i++) {
		graph_free(&e->model.server[i]);
		watched_free(e->watched[i]);
	}
	for (struct subject *s = e->subjects; s; s = s->next)
		facts_free(s->facts);
	free(e->watched);
	free(e->model.server);
	arena_free(e->arena);
	free(e);
}
