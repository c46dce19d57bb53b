/* pg.privileges: may Barman's role do what a backup needs (Barman 3.4 postgres.py has_backup_privileges). */
#include <stdio.h>
#include <string.h>

#include "probes/base/str.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/postgres.h"
#include "probes/catalogue/postgres/session_limit.h"
#include "probes/engine/model.h"

#define COMMON                                                                                     \
	"SELECT 'superuser', CASE WHEN rolsuper THEN 'yes' ELSE 'no' END FROM pg_catalog.pg_roles WHERE rolname = current_user" \
	" UNION ALL SELECT g, CASE WHEN pg_has_role(current_user, g, 'MEMBER') THEN 'yes' ELSE 'no' END"                        \
	" FROM unnest(ARRAY['pg_monitor','pg_read_all_settings','pg_read_all_stats']) g"                                        \
	" UNION ALL SELECT split_part(f, '(', 1), CASE WHEN has_function_privilege(current_user, f, 'EXECUTE') THEN 'yes' ELSE 'no' END" \
	" FROM unnest(ARRAY['pg_switch_wal()','pg_create_restore_point(text)',"

static const struct sql_row privileges_sql[] = {
	{150000, COMMON "'pg_backup_start(text,bool)','pg_backup_stop(bool)']) f"},
	{0, COMMON "'pg_start_backup(text,bool,bool)','pg_stop_backup(bool,bool)']) f"},
};

static void read_privileges(const struct reply *r, struct view *v)
{
	forget_all(v, "privilege.");
	learn_rows(v, r, "privilege");
}

/* It waits for the version, because the functions have other names since 15. */
const struct question q_pg_privileges = {
	.id = "pg.privileges",
	.how = HOW_SQL,
	.at = "pg",
	.sql = privileges_sql,
	.only_if = "pg.version_num",
	.every_ms = 60000,
	.read = read_privileges,
};

struct missing {
	struct str grants;
	int granted;
};

static void look(void *arg, const char *name, const char *text)
{
	struct missing *m = arg;
	const char *what = name + strlen("privilege.");
	if (!strcmp(text, "yes"))
		m->granted++;
	else if (strcmp(what, "superuser") && strcmp(what, "pg_monitor"))
		str_addf(&m->grants, "%s%s", m->grants.len ? ", " : "", what);
}

static bool only_monitor_roles_missing(const struct view *v)
{
	return know_yes(v, "privilege.pg_monitor") && know_yes(v, "privilege.pg_switch_wal") &&
	       know_yes(v, "privilege.pg_create_restore_point") &&
	       (know_yes(v, "privilege.pg_backup_start") || know_yes(v, "privilege.pg_start_backup")) &&
	       (know_yes(v, "privilege.pg_backup_stop") || know_yes(v, "privilege.pg_stop_backup"));
}

/* The segment with which the last good backup ended, else the newest in Barman's archive: the new primary may push its own
 * segments there long before anybody looks. NULL: nothing yet, or not seen. */
static const char *known_segment(const struct view *v)
{
	const char *end = know(v, "server.catalogue.DONE.end_wal");
	return end && *end ? end : know(v, "server.catalogue.newest");
}

static int archived_timeline(const struct view *v)
{
	int timeline = 0;
	flow_wal_end(known_segment(v), flow_segment_size(v), &timeline);
	return timeline;
}

/* A server on a newer timeline than Barman's last backup is one after a promotion, here or where it follows. */
static bool primary_moved(const struct view *v)
{
	int archived = archived_timeline(v);
	return archived > 0 && know_num(v, "pg.timeline") > archived;
}

static void say_moved(const struct view *v, struct verdict *ret, const char *what)
{
	verdict_cause(ret, RANK_FAIL, "ha.primary_moved", "%s", what);
	verdict_evidence(ret, "pg_is_in_recovery(): %s, timeline %s; the last backup or WAL of Barman's: %s (timeline %d)",
			 know_yes(v, "pg.in_recovery") ? "true" : "false", know(v, "pg.timeline"), known_segment(v), archived_timeline(v));
	if (know(v, "pg.follows"))
		verdict_evidence(ret, "it follows %s", know(v, "pg.follows"));
}

/* A promoted server takes no slot of the old primary with it; where Barman's slot is there the receiver follows by itself. */
static bool promoted_without_slot(const struct view *v)
{
	struct slot s;
	return know_is(v, "pg.in_recovery", "no") && primary_moved(v) && streams(v) && slot_name(v) && slot_seen(v) && !slot_get(v, slot_name(v), &s);
}

static void judge_role(const struct view *v, struct verdict *ret)
{
	bool standby = know_yes(v, "pg.in_recovery") && know(v, "server.conninfo");
	bool meant = know(v, "server.primary_conninfo") && *know(v, "server.primary_conninfo");
	if (standby && !meant && primary_moved(v)) {
		say_moved(v, ret, "the primary has moved: the server that conninfo reaches is a standby now, on a timeline newer than the last backup");
	} else if (standby && !meant) {
		verdict_cause(ret, RANK_FAIL, "pg.is_standby", "conninfo points to a standby, and no primary_conninfo says so");
		verdict_evidence(ret, "pg_is_in_recovery() is true");
		if (know(v, "pg.follows"))
			verdict_evidence(ret, "it follows %s", know(v, "pg.follows"));
	} else if (promoted_without_slot(v)) {
		say_moved(v, ret, "the primary has moved: the server that conninfo reaches was promoted, and has no slot for Barman");
	}
}

/* Barman 3.4 server.py: with either its check fails, and `barman backup` starts none. */
static void judge_mode(const struct view *v, struct verdict *ret)
{
	const char *options = know(v, "server.backup_options"), *primary = know(v, "server.primary_conninfo");
	if (options && flow_has_word(options, "exclusive_backup") && know_num(v, "pg.version_num") >= 150000) {
		verdict_cause(ret, RANK_FAIL, "backup.mode_refused", "backup_options asks for exclusive_backup, which PostgreSQL has no more since 15: no backup is started");
		verdict_evidence(ret, "backup_options = %s; PostgreSQL %s", options, know(v, "pg.version") ? know(v, "pg.version") : "15 or later");
	}
	if (primary && *primary && know_is(v, "pg.in_recovery", "no") && know(v, "server.conninfo")) {
		verdict_cause(ret, RANK_FAIL, "backup.mode_refused", "primary_conninfo says that conninfo reaches a standby, and that server is a primary: no backup is started");
		verdict_evidence(ret, "primary_conninfo = %s; pg_is_in_recovery() is false", primary);
	}
}

static void judge_privileges(const struct view *v, struct verdict *ret)
{
	const char *user = know(v, "pg.user") ? know(v, "pg.user") : "Barman's role";
	struct missing m = {.granted = 0};
	judge_role(v, ret);
	judge_mode(v, ret);
	judge_session_limits(v, ret);
	if (!know(v, "privilege.superuser") || !know(v, "pg.in_recovery")) {
		if (!ret->findings)
			verdict_unseen(ret, v, know(v, "pg.in_recovery") ? &q_pg_privileges : &q_pg_settings);
		return;
	}
	know_each(v, "privilege.", look, &m);
	if (know_yes(v, "privilege.superuser") || !m.grants.len || only_monitor_roles_missing(v)) {
		if (!ret->findings)
			verdict_ok(ret, "'%s' may do what backups need", user);
	} else {
		verdict_cause(ret, RANK_FAIL, "pg.privileges_missing", "'%s' lacks what backups need: %s", user, m.grants.s);
		verdict_evidence(ret, "not granted: %s", m.grants.s);
	}
	str_free(&m.grants);
}

const struct probe probe_pg_privileges = {
	.id = "pg.privileges",
	.title = "privileges of Barman's role",
	.about = "Each role and function that Barman needs to take a backup, by name, and whether the server is the primary.",
	.stage = STAGE_PG,
	.needs = {"pg.connect"},
	.asks = {&q_pg_privileges, &q_pg_settings, &q_pg_slots, &q_backup_catalogue, &q_dbsql_files},
	.causes = {"backup.mode_refused", "backup.session_limit", "pg.privileges_missing", "pg.is_standby", "ha.primary_moved"},
	.off = passive_off,
	.judge = judge_privileges,
};
