/* A passive node (primary_ssh_command): a second Barman that copies backups and WAL from a first one, and never talks to PostgreSQL. */
#ifndef WALMEDIC_CATALOGUE_BARMAN_PASSIVE_H
#define WALMEDIC_CATALOGUE_BARMAN_PASSIVE_H

#include "probes/engine/probe.h"

bool passive_node(const struct view *v);
/* For probe.off of what only the primary Barman does: why it does not apply to a passive node; NULL: it is none. */
const char *passive_off(const struct view *v);

extern const struct question q_backup_sync; /* the way to the primary Barman, what it last said and how far the copy is */
extern const struct probe probe_sync;

#endif
