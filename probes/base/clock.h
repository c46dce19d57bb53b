/* The only place that reads a clock. Judges never call it: `now` is a fact (see view_now). */
#ifndef WALMEDIC_BASE_CLOCK_H
#define WALMEDIC_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since the epoch. */
int64_t clock_wall_ms(void);
/* Milliseconds of a clock that only runs forward and stands still while the machine sleeps. */
int64_t clock_mono_ms(void);
/* From now on clock_wall_ms answers this; 0 gives the real clock back. For replay and tests. */
void clock_freeze_wall(int64_t ms);
/* What it was frozen at; 0: it runs. */
int64_t clock_frozen_wall(void);
/* RFC 3339 in UTC with seconds: 2026-11-21T03:12:44Z. buf of at least 32 bytes. */
const char *clock_rfc3339(int64_t ms, char *buf, size_t size);

#endif
