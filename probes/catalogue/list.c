#include "probes/catalogue/barman/check.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/host/host.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/postgres.h"
#include "probes/engine/probe.h"

#include <stddef.h>

/* One line a probe, in order of what rests on what: a probe's needs stand above it. */
const struct probe *const catalogue[] = {
	&probe_host_backup,
	&probe_config_barman,
	&probe_backup_directories,
	&probe_host_db,
	&probe_ssh_to_db,
	&probe_ssh_to_backup,
	&probe_pg_config_file,
	&probe_pg_connect,
	&probe_pg_privileges,
	&probe_pg_identity,
	&probe_clock,
	&probe_repl_connect,
	&probe_wal_level,
	&probe_archive_mode,
	&probe_archive_command,
	&probe_archive_flow,
	&probe_archive_backlog,
	&probe_cron_entry,
	&probe_cron_daemon,
	&probe_cron_ran,
	&probe_disk_backup,
	&probe_disk_pg_wal,
	&probe_receiver_client,
	&probe_receiver_running,
	&probe_slot_exists,
	&probe_slot_active,
	&probe_slot_lag,
	&probe_slots_foreign,
	&probe_commits,
	&probe_filing,
	&probe_incoming,
	&probe_sync,
	&probe_backup_rsync,
	&probe_backup_last,
	&probe_backup_policy,
	&probe_wal_archive,
	&probe_restore_tested,
	&probe_rpo,
	&probe_barman_check,
	NULL,
};
