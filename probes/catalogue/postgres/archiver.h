#ifndef WALMEDIC_CATALOGUE_POSTGRES_ARCHIVER_H
#define WALMEDIC_CATALOGUE_POSTGRES_ARCHIVER_H

#include <stdbool.h>

struct view;

/* Finished segments that wait to be archived, and how long the oldest has waited; NAN when not known. */
double ready_count(const struct view *v);
double oldest_ready_age_ms(const struct view *v);
enum { ANSWER_MS = 2000 }; /* so far apart may two answers of one look be: what one host says of another */
/* When the archiver last succeeded, in ms of our clock: the server's own clock tells how long ago; NAN. */
double archived_at(const struct view *v);
/* The command has run far longer than a segment takes. */
bool archiving_hangs(const struct view *v);

#endif
