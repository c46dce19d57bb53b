/* What the running server says about itself, and the readers that all questions in SQL share. */
#include <stdio.h>
#include <string.h>

#include "probes/catalogue/postgres/classify.h"
#include "probes/catalogue/postgres/conninfo.h"
#include "probes/catalogue/postgres/postgres.h"

bool sql_rows(const struct reply *r, int cols)
{
	return r->outcome == REPLY_DONE && r->status == 0 && !*r->sqlstate && r->cols == cols && r->rows > 0;
}

bool learn_rows(struct view *v, const struct reply *r, const char *prefix)
{
	if (!sql_rows(r, 2))
		return false;
	for (int i = 0; i < r->rows; i++) {
		char name[160];
		const char *key = reply_cell(r, i, 0);
		if (!key || !*key || strlen(key) > 100)
			continue;
		snprintf(name, sizeof name, "%s.%s", prefix, key);
		learn(v, name, reply_cell(r, i, 1));
	}
	return true;
}

/* Positions and counters get a series. */
static void learn_series(struct view *v, const char *name)
{
	double value = know_num(v, name);
	learn_point(v, name, view_now(v), value);
}

/* Until its host has been looked at: so the volumes are asked about at once. */
static void learn_data_directory(struct view *v)
{
	const char *data = know(v, "pg.settings.data_directory");

	if (!data || *data != '/' || know(v, "db.pg_data"))
		return;
	learn(v, "db.pg_data", data);
	learn_f(v, "db.pg_wal", "%s/pg_wal", data);
}

static void read_settings(const struct reply *r, struct view *v)
{
	struct connection_failure f;
	learn_conninfo(v, know(v, "server.conninfo"), "connect", r);
	if (r->outcome == REPLY_DONE) {
		learn(v, "pg.up", "yes");
		learn(v, "connect.why", NULL);
	} else {
		classify_connection(r, &f);
		learn(v, "connect.why", f.why == WHY_TIMEOUT || f.why == WHY_SILENT ? "timeout" : NULL);
		learn(v, "pg.up", f.up == SERVER_UP ? "yes" : f.up == SERVER_DOWN ? "no" : NULL);
	}
	forget_all(v, "pg.pending_restart.");
	forget_all(v, "pg.source.");
	if (!learn_rows(v, r, "pg")) {
		learn(v, "pg.lsn", NULL);
		return;
	}
	learn_series(v, "pg.lsn");
	learn_data_directory(v);
	learn_archive_command(v);
}

/* pg_settings of sizes: to bytes, so that nobody needs the unit. Works from PostgreSQL 10 on; names that a
 * version does not have are simply not among the rows. */
#define SETTINGS                                                                                   \
	"'archive_mode','archive_command','archive_timeout','archive_library','wal_level','max_wal_size'," \
	"'min_wal_size','max_slot_wal_keep_size','wal_keep_size','wal_keep_segments','wal_segment_size'," \
	"'data_directory','config_file','hba_file','log_directory','log_filename','logging_collector'," \
	"'max_wal_senders','max_replication_slots','max_connections','port','server_encoding'," \
	"'cluster_name','idle_replication_slot_timeout','checkpoint_timeout','synchronous_standby_names'"

/* What a new session of this role would get: our own ones set statement_timeout themselves, and a kept session keeps what it
 * began with. The most special setting wins (pg_db_role_setting.c ApplySetting). The text is as somebody wrote it. */
#define ROLE_LIMIT(name)                                                                               \
	"(SELECT split_part(c, '=', 2) FROM pg_catalog.pg_db_role_setting s, unnest(s.setconfig) c WHERE c LIKE '" name "=%'" \
	" AND s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user))"            \
	" AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))" \
	" ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC LIMIT 1)"

static const char settings_sql[] =
	"SELECT 'settings.' || name, CASE WHEN unit IN ('B','kB','8kB','MB','GB') THEN"
	" CASE WHEN setting::bigint < 0 THEN setting ELSE (setting::bigint * CASE unit WHEN 'B' THEN 1"
	" WHEN 'kB' THEN 1024 WHEN '8kB' THEN 8192 WHEN 'MB' THEN 1048576 ELSE 1073741824 END)::text END"
	" ELSE setting END FROM pg_catalog.pg_settings WHERE name IN (" SETTINGS ")"
	" UNION ALL SELECT 'pending_restart.' || name, 'yes' FROM pg_catalog.pg_settings WHERE pending_restart"
	" UNION ALL SELECT 'sourcefile.' || name, sourcefile || ':' || sourceline FROM pg_catalog.pg_settings"
	" WHERE name IN ('archive_mode','archive_command','wal_level')"
	" UNION ALL SELECT 'source.' || name, replace(source, ' ', '_') FROM pg_catalog.pg_settings"
	" WHERE name IN ('archive_mode','archive_command','wal_level') AND source <> 'configuration file'"
	/* of a library's own settings pg_settings shows nothing in a session that has not loaded it */
	" UNION ALL SELECT 'settings.basic_archive.archive_directory', current_setting('basic_archive.archive_directory', true)"
	" UNION ALL SELECT 'limit.statement_timeout', " ROLE_LIMIT("statement_timeout")
	" UNION ALL SELECT 'limit.idle_session_timeout', coalesce(" ROLE_LIMIT("idle_session_timeout") ", (SELECT setting FROM pg_catalog.pg_settings"
	" WHERE name = 'idle_session_timeout' AND source IN ('default', 'configuration file', 'command line', 'environment variable')))"
	/* commits that wait for a synchronous standby, since when, and who is one */
	" UNION ALL SELECT 'syncrep.waiting', count(*)::text FROM pg_catalog.pg_stat_activity WHERE wait_event = 'SyncRep'"
	" UNION ALL SELECT 'syncrep.longest_s', floor(extract(epoch FROM clock_timestamp() - min(query_start)))::bigint::text"
	" FROM pg_catalog.pg_stat_activity WHERE wait_event = 'SyncRep'"
	" UNION ALL SELECT 'syncrep.standbys', string_agg(sync_state || ' ' || application_name, E'\\n') FROM pg_catalog.pg_stat_replication"
	" UNION ALL SELECT 'version_num', current_setting('server_version_num')"
	" UNION ALL SELECT 'version', split_part(current_setting('server_version'), ' ', 1)"
	" UNION ALL SELECT 'in_recovery', CASE WHEN pg_is_in_recovery() THEN 'yes' ELSE 'no' END"
	" UNION ALL SELECT 'lsn', pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery()"
	" THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0')::text"
	" UNION ALL SELECT 'timeline', CASE WHEN pg_is_in_recovery()"
	" THEN (SELECT coalesce((SELECT received_tli FROM pg_stat_wal_receiver), timeline_id)::text FROM pg_control_checkpoint())"
	" ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int::text END"
	" UNION ALL SELECT 'follows', (SELECT coalesce(substring(conninfo FROM 'host=([^ ]+)') || ':' ||"
	" coalesce(substring(conninfo FROM 'port=([^ ]+)'), '5432'), slot_name) FROM pg_stat_wal_receiver)"
	" UNION ALL SELECT 'redo_lsn', pg_wal_lsn_diff(redo_lsn, '0/0')::text FROM pg_control_checkpoint()"
	" UNION ALL SELECT 'checkpoint_ms', floor(extract(epoch FROM checkpoint_time) * 1000)::bigint::text"
	" FROM pg_control_checkpoint()"
	" UNION ALL SELECT 'system_identifier', system_identifier::text FROM pg_control_system()"
	" UNION ALL SELECT 'start_ms', floor(extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint::text"
	" UNION ALL SELECT 'conf_load_ms', floor(extract(epoch FROM pg_conf_load_time()) * 1000)::bigint::text"
	" UNION ALL SELECT 'time_ms', floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint::text"
	" UNION ALL SELECT 'user', current_user::text";

const struct question q_pg_settings = {
	.id = "pg.settings",
	.how = HOW_SQL,
	.at = "pg",
	.text = settings_sql,
	.read = read_settings,
};

const char *setting(const struct view *v, const char *name)
{
	char fact[100];
	snprintf(fact, sizeof fact, "pg.settings.%s", name);
	return know(v, fact);
}

bool pushes(const struct view *v)
{
	const char *archiver = know(v, "server.archiver");
	return !archiver || know_yes(v, "server.archiver");
}

bool streams(const struct view *v)
{
	return know_yes(v, "server.streaming_archiver") || know_is(v, "server.backup_method", "postgres");
}

bool archiving_on(const struct view *v)
{
	const char *mode = setting(v, "archive_mode");
	if (!mode)
		return false;
	return !strcmp(mode, "always") || (!strcmp(mode, "on") && !know_yes(v, "pg.in_recovery"));
}
