/* What the probes of this room ask in common. Facts of the subject "pg" (one cluster, whoever asks):
 *   pg.up                      yes: it answers as a server; no: it is down, starting or stopping; else not known
 *   pg.version "15.18"  pg.version_num  pg.in_recovery yes/no  pg.system_identifier  pg.timeline
 *   pg.follows                 "host:port slot" of a standby's primary
 *   pg.lsn                     bytes, a series: written so far, on a standby replayed so far
 *   pg.redo_lsn (bytes)  pg.checkpoint_ms  pg.start_ms  pg.conf_load_ms  pg.time_ms (the server's clock)
 *   pg.settings.NAME           sizes in bytes (-1 stays), other values as pg_settings has them
 *   pg.pending_restart.NAME yes  pg.sourcefile.NAME  pg.source.NAME (of a value that no file gives)
 *   pg.archiver.{archived_count,last_archived_wal,last_archived_ms,failed_count,last_failed_wal,last_failed_ms,
 *               stats_reset_ms,wait_event,pid}
 *   pg.file.NAME  pg.file_source.NAME "file:line"  pg.file_shadowed.NAME "file:line value"
 *   pg.file_error, pg.hba_error  "file:line: words", also _file and _line; pg.files_seen yes once the files could be read
 *   pg.role.NAME               "login replication super password", the words that hold
 * of the subject "db":
 *   db.pg_data  db.pg_wal  db.pg_config  db.pg_log  db.pg_port  pg.postmaster_pid  pg.postmaster_path
 *   db.archive.ready_count (series)  db.archive.oldest_ready_ms  db.archive.first_ready  db.archive.done_count
 *   db.archiver.pid  db.archiver.age_s  db.archiver.title  db.archiver.child_age_s  db.archiver.child
 *   db.log.archive_status  db.log.archive_wal  db.log.archive_words  db.log.start_failure  db.log.stopped
 *   db.patroni.config (its dynamic configuration, as JSON)
 *   db.init systemd|none  db.manager patroni|none  db.pg_tool pg_ctlcluster|systemctl
 * and of the server: {connect,repl}.{host,pg_port,user,database,stage,client_address}, archive.{command,kind,program,program_path,target_host,target_user,server,ssh_words,
 *   target_directory,target_port,corrected_command}, connect.{why,port}, repl.{system_identifier,timeline}, incoming.* (see incoming.c). */
#ifndef WALMEDIC_CATALOGUE_POSTGRES_POSTGRES_H
#define WALMEDIC_CATALOGUE_POSTGRES_POSTGRES_H

#include <stdbool.h>

#include "probes/engine/probe.h"

extern const struct question q_pg_settings;   /* "pg": the first proof that the connection works */
extern const struct question q_pg_archiver;   /* "pg" */
extern const struct question q_pg_ready;      /* "pg": .ready files, for roles of pg_monitor */
extern const struct question q_pg_privileges; /* "pg" */
extern const struct question q_repl_identify; /* "repl" */
extern const struct question q_dbsql_files;   /* "dbsql": the files as a superuser sees them, roles */
extern const struct question q_db_postgres;   /* "db" as postgres: processes, archive_status, log */
extern const struct question q_db_conf;       /* "db" as postgres, while the server is down: what the files say */
extern const struct question q_db_program;    /* "db" as postgres: where archive_command's program is */
extern const struct question q_backup_pg_port; /* "backup" as barman, after a time-out: does the port accept at all */
extern const struct question q_backup_route;   /* "backup" as barman, after a refusal that does not say the address: the one it comes from */
extern const struct question q_backup_incoming; /* "backup" as barman: where WAL arrives */

/* The statement was run and its rows have this shape. */
bool sql_rows(const struct reply *r, int cols);
/* Rows of (name, value): learns prefix.name; NULL values are forgotten. False when the shape is another. */
bool learn_rows(struct view *v, const struct reply *r, const char *prefix);

/* Barman takes WAL from archive_command for this server. Not known counts as yes. */
bool pushes(const struct view *v);
/* Barman uses streaming_conninfo for this server. */
bool streams(const struct view *v);
/* archive_mode is on for what this server is (on or always; on a standby only always). */
bool archiving_on(const struct view *v);
/* The archiver has failed since it last succeeded, by its counters or by the log and a segment that still waits. */
bool archiving_fails(const struct view *v);
/* Learns archive.arrives (yes, no, soon) from the last successes of the archiver and what was seen of incoming/. */
void learn_arrival(struct view *v);
/* Segments count as archived, and nothing comes into incoming/. */
bool archiving_is_lost(const struct view *v);
/* Its password has expired (VALID UNTIL), as a superuser's connection says. */
bool role_is_expired(const struct view *v, const char *user);
/* The setting's running value, or NULL. */
const char *setting(const struct view *v, const char *name);
/* The value the configuration files give it, or NULL. */
const char *file_value(const struct view *v, const char *name);

/* The command that counts: the running one, or the file's while archive_mode is off. Learns archive.*. */
void learn_archive_command(struct view *v);

extern const struct probe probe_pg_connect, probe_pg_privileges, probe_pg_config_file, probe_repl_connect;
extern const struct probe probe_wal_level, probe_archive_mode, probe_archive_command;
extern const struct probe probe_archive_flow, probe_archive_backlog;

/* Our way to PostgreSQL is psql on the Barman host, and that does not work: a weakness of ours, no fault of
 * PostgreSQL's. unseen_without_client says so. */
bool own_client_missing(const struct view *v, const struct question *q);
void unseen_without_client(const struct view *v, struct verdict *ret, const struct question *q);

#endif
