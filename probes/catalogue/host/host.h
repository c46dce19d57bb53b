/* Hosts and the two ssh directions. Facts of the subjects "backup" and "db":
 *   .hostname  .init (systemd, other)  .os  .who (our login there)  .clock_offset_ms (that host's clock less
 *   ours, right within .clock_slack_ms)
 * of the server: server.pipeline_command (shell text, the far side's command is appended as one word), and those of
 * ssh_login.h. */
#ifndef WALMEDIC_CATALOGUE_HOST_HOST_H
#define WALMEDIC_CATALOGUE_HOST_HOST_H

#include "probes/engine/probe.h"

extern const struct question q_host_backup, q_host_db;  /* "backup", "db": the login itself, any user */
extern const struct question q_ssh_to_db;               /* "pipeline": HOW_LOGIN */
extern const struct question q_ssh_to_db_near, q_ssh_to_db_far, q_ssh_to_db_listen, q_ssh_to_db_hostkeys;
extern const struct question q_ssh_to_backup;           /* "db" as postgres */
extern const struct question q_ssh_to_backup_near, q_ssh_to_backup_far, q_ssh_to_backup_far_root, q_ssh_to_backup_listen,
	q_ssh_to_backup_hostkeys;

/* Learns server.pipeline_command from server.ssh_words: whoever learns those calls it then. */
void learn_pipeline_command(struct view *v);

extern const struct probe probe_host_backup, probe_host_db, probe_ssh_to_db, probe_ssh_to_backup;

#endif
