#include "tests/screens/fake_model.h"

#include <math.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/engine/view.h"

#define T0 1795230764000LL /* 2026-11-21T03:12:44Z */
#define MINUTE 60000LL

struct fake {
	struct arena *a;
	struct model model;
	struct server server;
	struct view *view;
};

static const struct probe probes[] = {
    {.id = "config.readable", .title = "Barman's configuration can be read", .stage = STAGE_CONFIG},
    {.id = "config.server",
     .title = "this server is configured",
     .stage = STAGE_CONFIG,
     .needs = {"config.readable"}},
    {.id = "config.options",
     .title = "every option is known to Barman",
     .stage = STAGE_CONFIG,
     .needs = {"config.readable"}},
    {.id = "host.backup", .title = "the Barman host answers", .stage = STAGE_HOST},
    {.id = "host.db",
     .title = "the PostgreSQL host answers",
     .stage = STAGE_HOST,
     .needs = {"config.server"}},
    {.id = "clock.skew",
     .title = "the hosts agree about the time",
     .stage = STAGE_HOST,
     .needs = {"host.db"}},
    {.id = "ssh.to_db",
     .title = "Barman reaches PostgreSQL's host by ssh",
     .stage = STAGE_SSH,
     .needs = {"host.db"}},
    {.id = "ssh.to_backup",
     .title = "PostgreSQL reaches Barman's host by ssh",
     .stage = STAGE_SSH,
     .needs = {"ssh.to_db"}},
    {.id = "pg.connect",
     .title = "Barman can log in to PostgreSQL",
     .stage = STAGE_PG,
     .needs = {"host.db"}},
    {.id = "pg.privileges",
     .title = "Barman's role may do what it must",
     .stage = STAGE_PG,
     .needs = {"pg.connect"}},
    {.id = "repl.connect",
     .title = "Barman can log in for replication",
     .stage = STAGE_PG,
     .needs = {"pg.connect"}},
    {.id = "wal.level",
     .title = "wal_level allows archiving",
     .stage = STAGE_PG,
     .needs = {"pg.connect"}},
    {.id = "archive.mode",
     .title = "archive_mode is on",
     .stage = STAGE_WAL,
     .needs = {"pg.connect"}},
    {.id = "archive.command",
     .title = "archive_command is sound",
     .stage = STAGE_WAL,
     .needs = {"archive.mode"}},
    {.id = "archive.flow",
     .title = "segments are archived",
     .stage = STAGE_WAL,
     .needs = {"archive.mode", "ssh.to_backup"}},
    {.id = "slot.exists",
     .title = "the replication slot exists",
     .stage = STAGE_SLOT,
     .about = "Asks pg_replication_slots by the name in slot_name. A slot of the same name on "
	      "another cluster is not seen.",
     .needs = {"repl.connect"}},
    {.id = "slot.active",
     .title = "somebody reads the slot",
     .stage = STAGE_SLOT,
     .needs = {"slot.exists"}},
    {.id = "slot.foreign",
     .title = "no other slot holds WAL",
     .stage = STAGE_SLOT,
     .needs = {"pg.connect"}},
    {.id = "cron.entry",
     .title = "cron has an entry for Barman",
     .stage = STAGE_CRON,
     .needs = {"host.backup"}},
    {.id = "cron.daemon",
     .title = "the cron daemon runs",
     .stage = STAGE_CRON,
     .needs = {"host.backup"}},
    {.id = "receiver.running",
     .title = "pg_receivewal runs",
     .stage = STAGE_CRON,
     .needs = {"slot.exists", "cron.entry", "cron.daemon"}},
    {.id = "incoming",
     .title = "incoming segments are processed",
     .stage = STAGE_CRON,
     .needs = {"receiver.running", "cron.entry"}},
    {.id = "disk.pg_wal", .title = "pg_wal has room", .stage = STAGE_DISK, .needs = {"ssh.to_db"}},
    {.id = "disk.backup",
     .title = "the backup volume has room",
     .stage = STAGE_DISK,
     .needs = {"host.backup"}},
    {.id = "backup.last",
     .title = "the last backup is young enough",
     .stage = STAGE_BACKUP,
     .needs = {"config.server"}},
    {.id = "backup.redundancy",
     .title = "enough backups are kept",
     .stage = STAGE_BACKUP,
     .needs = {"backup.last"}},
    {.id = "wal_archive",
     .title = "the archive has no hole",
     .stage = STAGE_BACKUP,
     .needs = {"config.server"}},
    {.id = "pg.standby",
     .title = "conninfo reaches the primary",
     .stage = STAGE_PG,
     .needs = {"pg.connect"}},
    {.id = "backup.rsync", .title = "rsync works", .stage = STAGE_BACKUP, .needs = {"ssh.to_db"}},
    {.id = "rpo",
     .title = "what would be lost now",
     .stage = STAGE_RPO,
     .needs = {"incoming", "wal_archive"}},
};
enum { NODES = sizeof probes / sizeof *probes };

static struct node *node(struct fake *f, const char *id)
{
	return &f->server.node[server_node(&f->server, id)];
}

static void set(struct fake *f, const char *id, enum state state, const char *say)
{
	struct node *n = node(f, id);
	n->verdict.state = state;
	n->verdict.pending = false;
	n->verdict.say = arena_dup(f->a, say);
}

static void blocked(struct fake *f, const char *id, const char *by, bool explained)
{
	set(f, id, STATE_BLOCKED, "");
	node(f, id)->blocked_by = server_node(&f->server, by);
	if (explained)
		node(f, id)->explained_by = server_node(&f->server, by);
}

static struct finding *cause(struct fake *f, const char *id, enum rank rank, const char *name,
			     const char *place, const char *say, const char *evidence)
{
	struct node *n = node(f, id);
	struct verdict *v = &n->verdict;
	struct finding *d = &v->finding[v->findings++];
	*d = (struct finding){.cause = name,
			      .rank = rank,
			      .say = arena_dup(f->a, say),
			      .evidence = arena_dup(f->a, evidence),
			      .urgency = NAN,
			      .place = place,
			      .host = !strcmp(place, "db") ? "db1" : "backup1"};
	v->state = rank == RANK_FAIL ? STATE_FAIL : rank == RANK_WARN ? STATE_WARN : v->state;
	v->pending = false;
	n->since = T0 - 14 * MINUTE;
	return d;
}

static void root(struct fake *f, const char *id, int unblocks)
{
	struct node *n = node(f, id);
	f->server.root[f->server.roots++] =
	    (struct root){&n->verdict.finding[0], (int)(n - f->server.node), unblocks, false};
}

static void change(struct fake *f, const char *id, enum state from, enum state to, int64_t minutes)
{
	f->server.change[f->server.changes++] =
	    (struct change){T0 - minutes * MINUTE, server_node(&f->server, id), from, to};
}

static void green(struct fake *f)
{
	for (int i = 0; i < NODES; i++) {
		struct node *n = &f->server.node[i];
		n->verdict = (struct verdict){.state = STATE_OK,
					      .say = arena_printf(f->a, "%s", probes[i].title),
					      .evidence = arena_dup(f->a, "")};
		n->since = T0 - 300 * MINUTE;
		n->asked_at = T0 - 4000;
		n->took_ms = 3 + i;
	}
	set(f, "backup.rsync", STATE_OFF, "backup_method is postgres");
	set(f, "backup.last", STATE_OK, "20261120T230002, 4 h ago, 41 GB");
	f->server.sweep_done = true;
	f->server.state = STATE_OK;
	f->server.rpo_s = 41;
}

static void slot_missing(struct fake *f)
{
	f->server.state = STATE_FAIL;
	f->server.rpo_s = 840;
	cause(f, "slot.exists", RANK_FAIL, "slot.missing", "db",
	      "the replication slot \"barman\" that Barman reads from is not there on db1: "
	      "pg_receivewal cannot start, and no WAL "
	      "has arrived by streaming since 02:58",
	      "select slot_name from pg_replication_slots\n(0 rows)\n"
	      "barman.log: pg_receivewal: error: could not send replication command "
	      "\"START_REPLICATION\": ERROR: replication "
	      "slot \"barman\" does not exist");
	root(f, "slot.exists", 4);
	blocked(f, "slot.active", "slot.exists", false);
	set(f, "receiver.running", STATE_FAIL, "no pg_receivewal runs for main");
	cause(f, "receiver.running", RANK_FAIL, "receiver.not_running", "backup",
	      "no pg_receivewal runs for main since 02:58:10Z", "");
	node(f, "receiver.running")->explained_by = server_node(&f->server, "slot.exists");
	blocked(f, "incoming", "receiver.running", true);
	blocked(f, "rpo", "incoming", true);
	change(f, "slot.exists", STATE_OK, STATE_FAIL, 14);
	change(f, "receiver.running", STATE_OK, STATE_FAIL, 14);
	change(f, "incoming", STATE_OK, STATE_BLOCKED, 14);
}

static void stale_backup(struct fake *f)
{
	cause(f, "backup.last", RANK_WARN, "backup.too_old", "backup",
	      "the last full backup is 26 h old, the limit is 24 h", "");
	node(f, "backup.last")->since = T0 - 180 * MINUTE;
	root(f, "backup.last", 0);
	change(f, "backup.last", STATE_OK, STATE_WARN, 180);
}

static void slot_and_backup(struct fake *f)
{
	slot_missing(f);
	stale_backup(f);
}

static void two_roots(struct fake *f)
{
	struct finding *d = cause(
	    f, "disk.pg_wal", RANK_FAIL, "disk.pg_wal_filling", "db",
	    "pg_wal on db1 will be full in 3 h 12 min: the slot \"old_standby\" holds 61 GB of WAL",
	    "df: 71 GB of 80 GB used");
	d->urgency = 11520;
	root(f, "disk.pg_wal", 0);
	f->server.pg_wal_full_s = 11520;
	slot_missing(f);
	static const struct finding drill = {.cause = "restore.never_tested",
					     .rank = RANK_ADVICE,
					     .urgency = NAN,
					     .place = "backup",
					     .host = "backup1",
					     .say =
						 (char *)"no restore of this server was ever tried",
					     .evidence = (char *)""};
	f->server.advice[f->server.advices++] = &drill;
}

static void waiting(struct fake *f)
{
	static const char *const rows[] = {"receiver.running", "slot.active"};
	f->server.state = STATE_WARN;
	for (int i = 0; i < 2; i++) {
		set(f, rows[i], STATE_WARN,
		    i ? "nobody reads the slot until then"
		      : "pg_receivewal stopped with PostgreSQL and starts at the next cron run");
		node(f, rows[i])->verdict.until = T0 + 23000;
		node(f, rows[i])->since = T0 - 20000;
	}
}

static void host_down(struct fake *f)
{
	cause(f, "host.db", RANK_FAIL, "host.unreachable", "db",
	      "db1 (10.0.0.5) answers on no port: 22 and 5432 were silent for 5 s",
	      "connect 10.0.0.5:22: timed out");
	for (bool grew = true; grew;) {
		grew = false;
		for (int i = 0; i < NODES; i++)
			for (int k = 0; k < f->server.node[i].n_needs; k++) {
				const struct node *n = &f->server.node[f->server.node[i].needs[k]];
				if (f->server.node[i].verdict.state == STATE_OK &&
				    n->verdict.state != STATE_OK) {
					blocked(f, probes[i].id, n->probe->id,
						n->verdict.state == STATE_FAIL);
					grew = true;
				}
			}
	}
	int unblocks = 0;
	for (int i = 0; i < NODES; i++)
		unblocks += f->server.node[i].verdict.state == STATE_BLOCKED;
	root(f, "host.db", unblocks);
}

static void pending(struct fake *f)
{
	f->server.state = STATE_UNKNOWN;
	f->server.sweep_done = false;
	f->server.rpo_s = NAN;
	for (int i = 4; i < NODES; i++) {
		f->server.node[i].verdict = (struct verdict){.state = STATE_UNKNOWN,
							     .pending = true,
							     .say = arena_dup(f->a, "asked"),
							     .evidence = arena_dup(f->a, "")};
		f->server.node[i].asked_at = 0;
	}
}

static void unseen(struct fake *f)
{
	static const char *const rows[] = {"disk.pg_wal", "clock.skew", "ssh.to_backup"};
	for (int i = 0; i < 3; i++)
		set(f, rows[i], STATE_UNKNOWN,
		    "needs a way in to db1 as root: add db = ssh://root@db1 to walmedic.conf");
	f->server.hidden = 3;
	blocked(f, "archive.flow", "ssh.to_backup", false);
}

static void hostile(struct fake *f)
{
	slot_missing(f);
	struct verdict *v = &node(f, "slot.exists")->verdict;
	v->finding[0].say = arena_dup(f->a, "a\033[2J\033]52;c;ZXZpbA==\ab \xe2\x80\xae"
					    "evil \xff\xfe \xc2\x9b"
					    "31m wide 漢字漢字 tab\tend");
	v->finding[0].evidence =
	    arena_dup(f->a, "\033[?1049l\r\rrm -rf\b\b\xe2\x80\x8b\xc2\xad zero");
	f->server.name = "\033c\xe2\x80\xae" "main";
}

static void empty(struct fake *f)
{
	f->server.nodes = 0;
	f->server.sweep_done = false;
}

static const struct {
	const char *name;
	void (*make)(struct fake *f);
} scenes[] = {
    {"green", NULL},	      {"slot_missing", slot_and_backup},
    {"two_roots", two_roots}, {"waiting", waiting},
    {"host_down", host_down}, {"pending", pending},
    {"unseen", unseen},	      {"hostile", hostile},
    {"empty", empty},
};
const char *const fake_scenes[] = {"green",   "slot_missing", "two_roots", "waiting", "host_down",
				   "pending", "unseen",	      "hostile",   "empty",   NULL};

static void link_needs(struct fake *f)
{
	for (int i = 0; i < NODES; i++) {
		struct node *n = &f->server.node[i];
		n->probe = &probes[i];
		n->explained_by = n->blocked_by = -1;
	}
	for (int i = 0; i < NODES; i++)
		for (int k = 0; k < 6 && probes[i].needs[k]; k++)
			f->server.node[i].needs[f->server.node[i].n_needs++] =
			    server_node(&f->server, probes[i].needs[k]);
}

struct fake *fake_new(const char *scene)
{
	struct arena *a = arena_new();
	struct fake *f = arena_alloc(a, sizeof *f);
	f->a = a;
	f->server = (struct server){.name = "main",
				    .engine = "barman",
				    .backup_host = "backup1",
				    .db_host = "db1",
				    .pg_version = "15.18",
				    .other_route = "",
				    .pg_wal_full_s = NAN,
				    .backup_full_s = NAN,
				    .rpo_s = NAN,
				    .nodes = NODES};
	f->server.node = arena_alloc(a, NODES * sizeof *f->server.node);
	f->server.root = arena_alloc(a, NODES * sizeof *f->server.root);
	f->model = (struct model){.server = &f->server, .servers = 1, .now = T0, .version = 1};
	f->view = view_new((struct facts *[SCOPES]){NULL});
	view_set_now(f->view, T0);
	learn(f->view, "server.name", "main");
	learn(f->view, "server.slot_name", "barman");
	learn(f->view, "db.pg_port", "5432");
	f->server.view = f->view;
	link_needs(f);
	green(f);
	for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++)
		if (!strcmp(scenes[i].name, scene) && scenes[i].make)
			scenes[i].make(f);
	return f;
}

void fake_free(struct fake *f)
{
	view_free(f->view);
	arena_free(f->a);
}

void fake_set(struct fake *f, const char *probe, enum state state)
{
	struct node *n = node(f, probe);
	n->verdict = (struct verdict){.state = state,
				      .say = arena_dup(f->a, n->probe->title),
				      .evidence = arena_dup(f->a, "")};
	n->blocked_by = n->explained_by = -1;
	if (f->server.roots && f->server.root[0].node == (int)(n - f->server.node))
		f->server.roots = 0;
	f->model.version++;
}

void fake_heal(struct fake *f)
{
	for (int i = 0; i < NODES; i++)
		f->server.node[i].blocked_by = f->server.node[i].explained_by = -1;
	f->server.roots = f->server.changes = 0;
	green(f);
	f->model.version++;
}

struct model *fake_model(struct fake *f)
{
	return &f->model;
}
