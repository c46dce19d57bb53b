/* Estimates over traces of a number: pure functions, no clock. Unknown is NAN, never 0: with fewer
 * than three points nothing is said. Points are in order of time unless a contract says otherwise. */
#ifndef WALMEDIC_ENGINE_SERIES_H
#define WALMEDIC_ENGINE_SERIES_H

#include <stdbool.h>

#include "probes/engine/facts.h"

/* At most this many points are looked at, the newest ones. */
enum { SERIES_LOOK = 160 };

/* Robust slope in units a second (Theil-Sen: the median of the slopes of all pairs): up to 29 % of
 * the points may be wild. NAN with fewer than three points or when all have one time. */
double series_slope(const struct point *p, int n);
/* Mean growth a second from now - window_ms to now, the value at the window's start read off the
 * trace by straight lines; a trace younger than the window counts from its oldest point. For a
 * number that only grows (an LSN). The last point's value is taken to hold until now. NAN with fewer
 * than three points, or when the trace is younger than least_ms. */
double series_growth(const struct point *p, int n, int64_t now, int64_t window_ms, int64_t least_ms);
/* When the trace last stood at or below the value; -1 when it never did. */
int64_t series_last_at_most(const struct point *p, int n, double value);
/* Seconds until room units are used up at that rate: NAN when either is not known, INFINITY when the
 * rate is not above zero, 0 when nothing is left. */
double series_time_to(double room, double rate);
/* True when the last values (at least three points that span least_ms) stay within `slack` of each
 * other: the number has come to rest, whatever it did before. */
bool series_plateau(const struct point *p, int n, int64_t least_ms, double slack);
/* Puts traces from several sources into one: sorts by time (equal times: by value), in place. */
void series_sort(struct point *p, int n);
/* Drops points that go backwards in value, seen from the newest: of a number that only grows, an
 * older point above a newer one is a stray (a reused file, a reset). Returns how many remain. */
int series_monotone(struct point *p, int n);

#endif
