/* Times and processes of the Barman host, as the two questions about cron tell them. */
#ifndef WALMEDIC_CATALOGUE_BARMAN_CRON_HOST_H
#define WALMEDIC_CATALOGUE_BARMAN_CRON_HOST_H

#include <stdbool.h>

#include "probes/engine/facts.h"

/* What every time of a reply hangs on: the host's clock, its zone, seconds since it booted and ticks a second. */
struct host_now {
	double ms, zone_s, uptime, ticks;
};
/* "MS +hhmm UPTIME TICKS"; false if that cannot be. */
bool host_now(const char *line, struct host_now *ret);
/* Seconds at the head of the text, in ms; 0 for no time. */
double host_seconds_ms(const char *text);
/* A whole number; NAN makes the fact unknown. */
void learn_whole(struct view *v, const char *name, double n);

/* `flock_of INODE` sets $q to the process that holds a lock on it, else its status is 1; `run_of PID` sets $now to "PID STATE START". Locks are
 * looked up, never taken. */
#define FLOCK_SH                                                                                                  \
	"flock_of() {\n"                                                                                        \
	"	while read -r a b c e q j z; do [ \"$b ${j##*:}\" != \"FLOCK $1\" ] || return 0; done </proc/locks\n"     \
	"	return 1\n"                                                                                      \
	"} 2>/dev/null\n"                                                                                       \
	"run_of() { t=; read -r t <\"/proc/$1/stat\"; t=${t##*) }; set -- \"$1\" $t; now=\"$1 ${2:--} ${21:-0}\"; } 2>/dev/null\n"

/* Who holds a lock; pid 0: nobody. */
struct held {
	double pid, start; /* start in ticks since boot */
	char state;        /* of /proc/PID/stat */
	const char *what;  /* its command line, or NULL */
};
/* "PID STATE START [WHAT]" */
bool held_read(const char *text, struct held *ret);
/* Facts server.cron.held.NAME.{since_ms,pid,what,halted}, and server.cron.held_pid: the first of those that somebody holds. */
void held_learn(struct view *v, const char *name, const struct held *h, const struct host_now *now);

#endif
