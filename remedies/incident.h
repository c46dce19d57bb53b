/* `walmedic incident`: what happened, what was done, what is open, as Markdown to be filed and mended by hand. */
#ifndef WALMEDIC_REMEDIES_INCIDENT_H
#define WALMEDIC_REMEDIES_INCIDENT_H

#include <stdint.h>

#include "probes/base/str.h"
#include "probes/engine/model.h"

/* When the last time of failure began and ended, wall ms; breaks of up to ten minutes do not divide it. */
struct incident_window {
	int64_t begin;       /* 0: no failure is on record */
	int64_t end;         /* 0: it goes on */
	bool before;         /* it may have begun earlier: it failed already when it was first looked at, or nobody looked */
	int64_t look_at;     /* a moment at which its cause shows */
};

struct incident_order {
	const struct server *server;    /* now, after a sweep */
	const struct server *then;      /* as it was at window.look_at, or NULL when that was not kept */
	struct incident_window window;
	int64_t now;                    /* wall ms */
	const char *journal;            /* its file, or "" */
	const char *contact;            /* whom to call, from the configuration, or NULL */
};

/* From the history of the server, where one is kept, and from its state now. */
void incident_window(const struct server *s, int64_t now, struct incident_window *ret);
/* The report. Everything in it is cleaned, and secrets are masked. */
void incident_write(const struct incident_order *o, struct str *out);

#endif
