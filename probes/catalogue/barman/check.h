/* `barman check` as a second opinion: slow, bounded, asked after everything else, and never waited for. */
#ifndef WALMEDIC_CATALOGUE_BARMAN_CHECK_H
#define WALMEDIC_CATALOGUE_BARMAN_CHECK_H

#include "probes/engine/probe.h"

struct server;

extern const struct question q_barman_check;
extern const struct probe probe_barman_check;

/* Whether it may be asked without changing anything: learns server.cross_check. For readers. */
void check_derive(struct view *v);
/* What each saw, and why walmedic believes itself. Pure. */
void check_compare(const struct server *s, struct verdict *ret, struct finding *first);

#endif
