#include "tui/widget/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/base/text.h"

enum layer { LAYER_EDGE, LAYER_EXPECTED, LAYER_DATA, LAYERS };

/* Dots of a part of the canvas, a bit each. */
struct dots {
	int w, h;                  /* cells */
	unsigned char *cell[LAYERS];
};

static const unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

static struct dots dots_new(int w, int h)
{
	struct dots d = {.w = w, .h = h};
	for (int i = 0; i < LAYERS; i++)
		d.cell[i] = xcalloc((size_t)w * (size_t)h, 1);
	return d;
}

static void dots_free(struct dots *d)
{
	for (int i = 0; i < LAYERS; i++)
		free(d->cell[i]);
}

static void dot(struct dots *d, enum layer layer, long x, long y)
{
	if (x >= 0 && y >= 0 && x < 2L * d->w && y < 4L * d->h)
		d->cell[layer][y / 4 * d->w + x / 2] |= bits[y % 4][x % 2];
}

/* ---- from numbers to dots ---- */

static double x_of(const struct plot *p, const struct dots *d, double t)
{
	return (t - (double)p->from) / (double)(p->to - p->from) * (2 * d->w - 1);
}

static double y_of(const struct plot *p, const struct dots *d, double value)
{
	return (p->high - value) / (p->high - p->low) * (4 * d->h - 1);
}

/* every: draw each, or only each second dot */
static void line(struct dots *d, enum layer layer, double x0, double y0, double x1, double y1, int every)
{
	double dx = x1 - x0, dy = y1 - y0, steps = ceil(fmax(fabs(dx), fabs(dy)));
	if (!(steps < 1e5) || !isfinite(y0) || !isfinite(y1))
		return;
	for (int i = 0; i <= (int)steps; i += every) {
		double part = steps > 0 ? i / steps : 0;
		dot(d, layer, lround(x0 + dx * part), lround(y0 + dy * part));
	}
}

/* A line that begins left of what is drawn begins at its edge. */
static void segment(const struct plot *p, struct dots *d, struct point a, struct point b)
{
	if (b.at < p->from || a.at > p->now)
		return;
	if (a.at < p->from) {
		a.value += (b.value - a.value) * (double)(p->from - a.at) / (double)(b.at - a.at);
		a.at = p->from;
	}
	line(d, LAYER_DATA, x_of(p, d, (double)a.at), y_of(p, d, a.value), x_of(p, d, (double)b.at), y_of(p, d, b.value), 1);
}

static const struct point *last_known(const struct plot *p)
{
	for (int i = p->n - 1; i >= 0; i--)
		if (p->p[i].at <= p->now)
			return isnan(p->p[i].value) ? NULL : &p->p[i];
	return NULL;
}

static void trace(const struct plot *p, struct dots *d)
{
	for (int i = 0; i < p->n && p->p[i].at <= p->now; i++) {
		bool known = !isnan(p->p[i].value), before = i > 0 && !isnan(p->p[i - 1].value);
		if (known)
			segment(p, d, before ? p->p[i - 1] : p->p[i], p->p[i]);
	}
	const struct point *last = last_known(p);
	if (last)
		segment(p, d, *last, (struct point){p->now, last->value});
}

/* From the last value to the level, as far as the width goes. */
static void way_to(const struct plot *p, struct dots *d, enum layer layer, double seconds, int every)
{
	const struct point *last = last_known(p);
	double left = (double)(p->to - p->now) / 1000, part;
	if (!last || isnan(seconds) || isnan(p->level) || left <= 0)
		return;
	part = isinf(seconds) ? 0 : seconds > left ? left / seconds : 1;
	double end = isinf(seconds) || seconds > left ? left : seconds;
	line(d, layer, x_of(p, d, (double)p->now), y_of(p, d, last->value), x_of(p, d, (double)p->now + end * 1000),
	     y_of(p, d, last->value + (p->level - last->value) * part), every);
}

/* ---- from dots to cells ---- */

static int32_t ascii_of(unsigned char b)
{
	bool top = b & 0x09, middle = b & 0x36, bottom = b & 0xc0;
	return top && bottom ? '|' : top ? '\'' : middle && bottom ? ',' : middle ? '-' : '_';
}

static void cell(const struct plot *p, const struct dots *d, struct canvas *c, int y, int x, int at)
{
	const style_t styles[LAYERS] = {MEAN_FAINT, MEAN_WARN, p->style};
	unsigned char all = 0;
	style_t style = MEAN_TEXT;
	for (int i = 0; i < LAYERS; i++)
		if (d->cell[i][at]) {
			all |= d->cell[i][at];
			style = styles[i];
		}
	if (all)
		canvas_char(c, y, x, style, c->ascii ? ascii_of(all) : 0x2800 + all);
}

static void put(const struct plot *p, const struct dots *d, struct canvas *c, int y, int x)
{
	for (int i = 0; i < d->h; i++)
		for (int k = 0; k < d->w; k++)
			cell(p, d, c, y + i, x + k, i * d->w + k);
}

/* ---- round it ---- */

static void labels(const struct plot *p, struct canvas *c, struct area a)
{
	const int rows[] = {0, a.h - 2, (a.h - 2) / 2};
	struct str s[3] = {{0}, {0}, {0}};
	for (int i = 0; i < 3; i++) {
		p->label(&s[i], p->high - (p->high - p->low) * rows[i] / (a.h > 2 ? a.h - 2 : 1));
		bool says_nothing = i == 2 && (a.h < 6 || !strcmp(s[2].s, s[0].s) || !strcmp(s[2].s, s[1].s));
		if (!says_nothing)
			canvas_right(c, a.y + rows[i], a.x, a.x + PLOT_LABEL - 1, MEAN_FAINT, str_text(&s[i]));
	}
	for (int i = 0; i < 3; i++)
		str_free(&s[i]);
	for (int y = 0; y < a.h - 1; y++)
		canvas_char(c, a.y + y, a.x + PLOT_LABEL - 1, MEAN_LINE, 0x2502);
}

/* Hours and minutes, where they alone could mean another day the day as well. */
static const char *clock_of(const struct plot *p, int64_t t, char buf[32])
{
	char full[32];
	bool days = p->to - p->from > (int64_t)20 * 3600 * 1000;
	clock_rfc3339(t, full, sizeof full);
	snprintf(buf, 32, days ? "%.5s %.5sZ" : "%.0s%.5sZ", full + 5, full + 11);
	return buf;
}

static void times(const struct plot *p, struct canvas *c, struct area a, int now)
{
	char clock[32];
	int y = a.y + a.h - 1, end = a.x + a.w;
	int free_from = canvas_text(c, y, a.x, end, MEAN_FAINT, clock_of(p, p->from, clock)) + 1;
	if (p->to > p->now)
		end = canvas_right(c, y, free_from, end, MEAN_FAINT, clock_of(p, p->to, clock)) - 1;
	int w = text_width(clock_of(p, p->now, clock)), x = now - w / 2;
	x = x < free_from ? free_from : x + w > end ? end - w : x;
	if (x >= free_from)
		canvas_text(c, y, x, end, MEAN_TITLE, clock);
}

/* A level right at the edge is the edge. */
static int level_row(const struct plot *p, const struct dots *d)
{
	double y = isnan(p->level) ? -1 : y_of(p, d, p->level);
	return y < 0 || y > 4 * d->h ? -1 : (int)fmin(y / 4, d->h - 1);
}

static void guides(const struct plot *p, const struct dots *d, struct canvas *c, int y, int x, int now)
{
	int row = level_row(p, d);
	for (int i = 0; i < d->h && p->to > p->now; i++)
		canvas_char(c, y + i, x + now, MEAN_LINE, 0x250a);
	if (row >= 0)
		canvas_fill(c, y + row, x, x + d->w, MEAN_LINE, 0x2500);
	if (row >= 0 && p->reached)
		canvas_printf(c, y + row, x + 1, x + d->w, MEAN_WARN, " %s ", p->reached);
}

static bool is_drawn(const struct dots *d, int column)
{
	bool any = false;
	for (int i = 0; i < d->h; i++)
		any |= d->cell[LAYER_DATA][i * d->w + column] != 0;
	return any;
}

/* Unknown is not zero. */
static void gaps(const struct dots *d, struct canvas *c, int y, int x, int now)
{
	int first = 0;
	while (first < d->w && !is_drawn(d, first))
		first++;
	for (int k = first; k < now; k++)
		if (!is_drawn(d, k))
			canvas_char(c, y, x + k, MEAN_UNKNOWN, '?');
}

void plot_draw(const struct plot *p, struct canvas *c, struct area area)
{
	struct area a = {area.y, area.x + PLOT_LABEL, area.h, area.w - PLOT_LABEL};
	if (a.w < 8 || area.h < 2 || p->to <= p->from || !(p->high > p->low))
		return;
	struct dots d = dots_new(a.w, area.h - 1);
	int now = (int)(x_of(p, &d, (double)p->now) / 2);
	trace(p, &d);
	way_to(p, &d, LAYER_EDGE, p->soonest, 2);
	way_to(p, &d, LAYER_EDGE, p->latest, 2);
	way_to(p, &d, LAYER_EXPECTED, p->expected, 1);
	labels(p, c, area);
	guides(p, &d, c, a.y, a.x, now);
	gaps(&d, c, a.y + d.h - 1, a.x, now);
	put(p, &d, c, a.y, a.x);
	times(p, c, a, a.x + now);
	dots_free(&d);
}

void plot_spark(const struct plot *p, struct canvas *c, int y, int x, int w)
{
	if (w < 1 || p->now <= p->from || !(p->high > p->low))
		return;
	struct plot all = *p;
	struct dots d = dots_new(w, 1);
	all.to = p->now;
	trace(&all, &d);
	gaps(&d, c, y, x, w);
	put(&all, &d, c, y, x);
	dots_free(&d);
}

void plot_scale(struct plot *p)
{
	double low = INFINITY, high = -INFINITY;
	for (int i = 0; i < p->n && p->p[i].at <= p->now; i++)
		if (!isnan(p->p[i].value) && (p->p[i].at >= p->from || i + 1 == p->n || p->p[i + 1].at > p->from)) {
			low = fmin(low, p->p[i].value);
			high = fmax(high, p->p[i].value);
		}
	if (!isnan(p->level) && isfinite(low)) {
		low = fmin(low, p->level);
		high = fmax(high, p->level);
	}
	if (!isfinite(low))
		low = high = 0;
	double pad = (high - low) * 0.08;
	p->low = low >= 0 && low < high / 2 ? 0 : low - pad;
	if (low >= 0 && p->low < 0)
		p->low = 0;
	p->high = high + pad;
	if (!(p->high > p->low)) {
		p->low = fmin(low, 0);
		p->high = high > 0 ? high * 1.25 : p->low + 1;
	}
}
