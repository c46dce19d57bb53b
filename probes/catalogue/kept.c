/* What the history keeps: the numbers of the trends, and the facts whose change is news. */
#include <stdio.h>

#include "probes/catalogue/flow.h"
#include "probes/engine/history.h"

static const char *pg_wal(const struct view *v, char buf[128])
{
	(void)buf;
	return know(v, "db.wal.bytes") ? "db.wal.bytes" : "pg.waldir.bytes";
}

static const char *backlog(const struct view *v, char buf[128])
{
	(void)buf;
	return know(v, "db.archive.ready_count") ? "db.archive.ready_count" : "db.wal.ready";
}

static const char *slot_lag(const struct view *v, char buf[128])
{
	const char *slot = slot_name(v);
	if (!slot)
		return NULL;
	snprintf(buf, 128, "pg.slot.%.63s.lag", slot);
	return buf;
}

static const char *pg_wal_free(const struct view *v, char buf[128])
{
	(void)v;
	(void)buf;
	return "db.wal.avail";
}

static const char *backup_free(const struct view *v, char buf[128])
{
	(void)v;
	(void)buf;
	return "server.space.avail";
}

static const char *rpo(const struct view *v, char buf[128])
{
	(void)v;
	(void)buf;
	return "rpo.seconds";
}

const struct measure measures[METRICS] = {
	[METRIC_PG_WAL] = {"pg_wal", pg_wal},
	[METRIC_BACKLOG] = {"backlog", backlog},
	[METRIC_SLOT_LAG] = {"slot_lag", slot_lag},
	[METRIC_PG_WAL_FREE] = {"pg_wal_free", pg_wal_free},
	[METRIC_BACKUP_FREE] = {"backup_free", backup_free},
	[METRIC_RPO] = {"rpo", rpo},
};

const struct watched_fact watched_facts[] = {
	{"pg.start_ms", "PostgreSQL was started", true},
	{"pg.conf_load_ms", "PostgreSQL read its configuration", true},
	{"pg.version", "PostgreSQL's version", false},
	{"pg.system_identifier", "the cluster's identifier", false},
	{"pg.timeline", "timeline", false},
	{"pg.in_recovery", "in recovery", false},
	{"pg.settings.archive_mode", "archive_mode", false},
	{"pg.settings.archive_command", "archive_command", false},
	{"pg.settings.archive_library", "archive_library", false},
	{"pg.settings.archive_timeout", "archive_timeout", false},
	{"pg.settings.wal_level", "wal_level", false},
	{"pg.settings.max_wal_senders", "max_wal_senders", false},
	{"pg.settings.max_replication_slots", "max_replication_slots", false},
	{"pg.settings.max_slot_wal_keep_size", "max_slot_wal_keep_size", false},
	{"pg.settings.wal_keep_size", "wal_keep_size", false},
	{"pg.settings.max_wal_size", "max_wal_size", false},
	{"server.config.changed_ms", "Barman's configuration was written", true},
	{"server.conninfo", "conninfo", false},
	{"server.streaming_conninfo", "streaming_conninfo", false},
	{"server.ssh_command", "ssh_command", false},
	{"server.slot_name", "slot_name", false},
	{"server.archiver", "archiver", false},
	{"server.streaming_archiver", "streaming_archiver", false},
	{"server.active", "active", false},
	{"server.barman_version", "Barman's version", false},
	{"backup.cron.daemon_started_ms", "cron was started", true},
	{"server.cron.entry.changed_ms", "the crontab was written", true},
	{"backup.hostname", "name of the Barman host", false},
	{"db.hostname", "name of PostgreSQL's host", false},
	{NULL, NULL, false},
};
