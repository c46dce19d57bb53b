/* One file per output behind one row of a table; adding one touches no other. */
#ifndef WALMEDIC_REPORT_REPORT_H
#define WALMEDIC_REPORT_REPORT_H

#include "probes/base/str.h"
#include "probes/engine/model.h"

struct report {
	const char *name;      /* of --format */
	const char *about;
	void (*write)(const struct model *m, struct str *out);
};

extern const struct report *const reports[]; /* NULL at the end */
const struct report *report_find(const char *name);

/* The one line that stands above everything: state and what to fix first. */
void report_headline(const struct server *s, struct str *out);

extern const struct report report_text, report_json, report_nagios, report_prometheus;

#endif
