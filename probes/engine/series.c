#include "probes/engine/series.h"

#include <math.h>
#include <stdlib.h>

#include "probes/base/arena.h"

static int compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int compare_point(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

static double median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), compare_double);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

double series_slope(const struct point *p, int n)
{
	double *slope, ret = NAN;
	int pairs = 0;

	if (n < 3)
		return NAN;
	if (n > SERIES_LOOK) {
		p += n - SERIES_LOOK;
		n = SERIES_LOOK;
	}
	slope = xcalloc((size_t)n * (size_t)(n - 1) / 2, sizeof(*slope));
	for (int i = 0; i < n; i++)
		for (int j = i + 1; j < n; j++)
			if (p[j].at != p[i].at)
				slope[pairs++] = (p[j].value - p[i].value) * 1000.0 /
						 (double)(p[j].at - p[i].at);
	if (pairs)
		ret = median(slope, pairs);
	free(slope);
	return ret;
}

/* The value at that time by straight lines; outside the trace its nearest end. */
static double value_at(const struct point *p, int n, int64_t at)
{
	int i = 0;

	if (at <= p[0].at)
		return p[0].value;
	while (i < n && p[i].at < at)
		i++;
	if (i == n)
		return p[n - 1].value;
	if (p[i].at == p[i - 1].at)
		return p[i].value;
	return p[i - 1].value + (p[i].value - p[i - 1].value) * (double)(at - p[i - 1].at) /
					(double)(p[i].at - p[i - 1].at);
}

double series_growth(const struct point *p, int n, int64_t now, int64_t window_ms, int64_t least_ms)
{
	int64_t from = now - window_ms;

	if (n < 3)
		return NAN;
	if (from < p[0].at)
		from = p[0].at;
	if (now <= from || now - from < least_ms)
		return NAN;
	return (p[n - 1].value - value_at(p, n, from)) * 1000.0 / (double)(now - from);
}

int64_t series_last_at_most(const struct point *p, int n, double value)
{
	for (int i = n - 1; i >= 0; i--)
		if (p[i].value <= value)
			return p[i].at;
	return -1;
}

double series_time_to(double room, double rate)
{
	if (isnan(room) || isnan(rate))
		return NAN;
	if (room <= 0)
		return 0;
	return rate > 0 ? room / rate : (double)INFINITY;
}

bool series_plateau(const struct point *p, int n, int64_t least_ms, double slack)
{
	double low, high;
	int i;

	if (n < 3)
		return false;
	low = high = p[n - 1].value;
	for (i = n - 2; i >= 0; i--) {
		low = fmin(low, p[i].value);
		high = fmax(high, p[i].value);
		if (!(high - low <= slack))
			return false;
		if (n - i >= 3 && p[n - 1].at - p[i].at >= least_ms)
			return true;
	}
	return false;
}

void series_sort(struct point *p, int n)
{
	if (n > 1)
		qsort(p, (size_t)n, sizeof(*p), compare_point);
}

int series_monotone(struct point *p, int n)
{
	int kept = n;

	for (int i = n - 1; i >= 0; i--)
		if (kept == n || p[i].value <= p[kept].value)
			p[--kept] = p[i];
	for (int i = kept; i < n; i++)
		p[i - kept] = p[i];
	return n - kept;
}
