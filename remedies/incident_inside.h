/* The joints of the report; nobody outside incident*.c includes this. */
#ifndef WALMEDIC_REMEDIES_INCIDENT_INSIDE_H
#define WALMEDIC_REMEDIES_INCIDENT_INSIDE_H

#include <stdint.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/engine/model.h"

/* One line of the timeline, and the command where it is one. */
struct moment {
	char at[32];           /* RFC 3339: in order of text is in order of time */
	int order;             /* of those at one second */
	const char *text;
	const char *command, *where, *who, *outcome;
};

struct deeds {
	struct arena *arena;
	const struct server *server;
	char from[32], to[32];
	struct moment *moment;
	int moments, cap;
	const char *cause[16]; /* whose remedies were used */
	int causes;
};

/* Takes what the journal has of the server between the two, wall ms. */
void deeds_read(struct deeds *d, const char *journal, int64_t from, int64_t to);
/* And what its history has of that time. */
void deeds_add_news(struct deeds *d);
void deeds_timeline(struct deeds *d, struct str *out);
void deeds_commands(const struct deeds *d, struct str *out);
/* Appends text of hosts or people as part of a line of Markdown. */
void incident_put(struct str *out, const char *text);

#endif
