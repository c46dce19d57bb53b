/* What Barman would say about a configuration that it can read; part of barman_config_parse. */
#ifndef WALMEDIC_CONFIG_BARMAN_JUDGE_H
#define WALMEDIC_CONFIG_BARMAN_JUDGE_H

#include "probes/config/barman.h"

struct ini_entry;

void barman_judge(struct barman_config *c);
/* server NULL = all; at (may be NULL) gives option, value, file and line. */
struct barman_problem *barman_problem_add(struct barman_config *c, enum barman_trouble kind, const char *server,
					  const struct ini_entry *at, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

#endif
