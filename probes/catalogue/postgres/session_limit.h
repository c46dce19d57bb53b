/* Limits of time that would end a backup of Barman's role. */
#ifndef WALMEDIC_CATALOGUE_POSTGRES_SESSION_LIMIT_H
#define WALMEDIC_CATALOGUE_POSTGRES_SESSION_LIMIT_H

#include "probes/engine/probe.h"

/* Adds a cause for each limit that would, and nothing when none is known to. */
void judge_session_limits(const struct view *v, struct verdict *r);

#endif
