/* A number over time as dots, 2 x 4 in a cell (braille; in ASCII three heights a cell), with what is to come drawn on. */
#ifndef WALMEDIC_TUI_WIDGET_PLOT_H
#define WALMEDIC_TUI_WIDGET_PLOT_H

#include "probes/base/str.h"
#include "probes/engine/facts.h"
#include "tui/canvas.h"

struct plot {
	const struct point *p;     /* in order of time; value NAN: not known from there on */
	int n;
	int64_t from, now, to;     /* wall ms: what the width stands for; right of now is the forecast */
	double low, high;          /* what the height stands for */
	double level;              /* what the forecast ends at; NAN: there is none */
	double expected, soonest, latest; /* seconds from now until then; INFINITY: never, NAN: not known */
	const char *reached;       /* what stands on the line of the level: "full" */
	style_t style;
	void (*label)(struct str *out, double value);
};

enum { PLOT_LABEL = 9 };

/* With labels: values on the left, times on the last line. Unknown stretches have a question mark at the bottom. */
void plot_draw(const struct plot *p, struct canvas *c, struct area area);
/* One line, no labels, no forecast. */
void plot_spark(const struct plot *p, struct canvas *c, int y, int x, int w);
/* Chooses low and high for the values of the time that is drawn: from 0, unless that would make a flat line of them. */
void plot_scale(struct plot *p);

#endif
