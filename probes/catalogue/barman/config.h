/* What Barman was told, and cron with it: the questions that others rest on. */
#ifndef WALMEDIC_CATALOGUE_BARMAN_CONFIG_H
#define WALMEDIC_CATALOGUE_BARMAN_CONFIG_H

#include "probes/engine/probe.h"

struct barman_config;
struct barman_server;

extern const struct question q_backup_config;  /* Barman's files: every server.* option fact */
extern const struct question q_backup_cron;    /* every place cron reads, and its processes */
extern const struct question q_backup_cron_root; /* root's crontab, where no other place starts it */
extern const struct question q_backup_program; /* does the barman program start at all */
extern const struct question q_backup_cron_runs; /* locks, log lines: when barman cron last ran */

extern const struct probe probe_config_barman, probe_cron_entry, probe_cron_daemon, probe_cron_ran;

/* Learns the server.* facts of one server (NULL: it is not there) and what all servers have in common. */
void config_learn(struct view *v, const struct barman_config *c, const struct barman_server *s, const char *name);

/* The barman program was run and did not start (program.c). */
bool program_broken(const struct view *v);
void say_program(const struct view *v, struct verdict *r);

#endif
