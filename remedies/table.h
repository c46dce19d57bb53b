/* A table as text: columns side by side, each as wide as it needs or as there is room for. */
#ifndef WALMEDIC_REMEDIES_TABLE_H
#define WALMEDIC_REMEDIES_TABLE_H

#include "probes/base/str.h"

enum { TABLE_COLUMNS = 12 };

struct table {
	int columns, rows;          /* row 0 is the heading */
	const char *const *cell;    /* row by row; plain text on one line, never NULL */
};

void table_render(struct str *out, const struct table *t, int width);

#endif
