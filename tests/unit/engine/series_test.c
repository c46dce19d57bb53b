/* Estimators on traces made for the purpose. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probes/engine/series.h"

static void near(double a, double b)
{
	if (!(fabs(a - b) <= 1e-6 * fmax(1, fabs(b))))
		fail_msg("%g is not %g", a, b);
}

static void few_points_say_nothing(void **state)
{
	const struct point p[] = {{0, 0}, {1000, 10}, {1000, 20}};
	const struct point same[] = {{5, 1}, {5, 2}, {5, 3}};

	(void)state;
	assert_true(isnan(series_slope(p, 0)));
	assert_true(isnan(series_slope(p, 2)));
	assert_true(isnan(series_slope(same, 3)));
	assert_true(isnan(series_growth(p, 2, 2000, 60000, 0)));
	assert_false(series_plateau(p, 2, 0, 100));
	assert_int_equal(series_last_at_most(p, 0, 5), -1);
}

static void slope_is_robust(void **state)
{
	struct point p[20];

	(void)state;
	for (int i = 0; i < 20; i++)
		p[i] = (struct point){i * 1000, 100.0 * i};
	near(series_slope(p, 20), 100);
	/* a quarter of wild points moves it little; a mean would be far off */
	p[3].value = p[8].value = p[12].value = p[16].value = 1e9;
	assert_true(series_slope(p, 20) > 80 && series_slope(p, 20) < 160);
	for (int i = 0; i < 20; i++)
		p[i].value = -5.0 * i;
	near(series_slope(p, 20), -5);
}

static void long_traces(void **state)
{
	static struct point p[1000];

	(void)state;
	for (int i = 0; i < 1000; i++)
		p[i] = (struct point){i * 1000, i < 500 ? 0 : 7.0 * (i - 500)};
	near(series_slope(p, 1000), 7); /* the newest points count */
}

static void growth_in_a_window(void **state)
{
	/* a burst of 100 units long ago, then nothing */
	const struct point idle[] = {{0, 0}, {10000, 100}, {20000, 100}, {900000, 100}};
	const struct point steady[] = {{0, 0}, {100000, 1000}, {300000, 3000}, {600000, 6000}};

	(void)state;
	near(series_growth(idle, 4, 900000, 600000, 0), 0);
	near(series_growth(idle, 4, 900000, 10000000, 0), 100.0 / 900);
	near(series_growth(steady, 4, 600000, 200000, 0), 10);
	/* the window starts between points; the last value holds until now */
	near(series_growth(steady, 4, 700000, 200000, 0), 5);
	assert_true(isnan(series_growth(steady, 4, 600000, 200000, 200001)));
	assert_true(isnan(series_growth(steady, 4, -5, 10, 0)));
}

static void time_to_full(void **state)
{
	(void)state;
	near(series_time_to(100, 4), 25);
	near(series_time_to(-3, 4), 0);
	assert_true(isinf(series_time_to(100, 0)));
	assert_true(isinf(series_time_to(100, -1)));
	assert_true(isnan(series_time_to(NAN, 1)));
	assert_true(isnan(series_time_to(1, NAN)));
}

static void plateau(void **state)
{
	const struct point rising[] = {{0, 0}, {1000, 10}, {2000, 20}, {3000, 30}};
	const struct point rests[] = {{0, 0}, {1000, 100}, {2000, 101}, {3000, 99}, {4000, 100}};

	(void)state;
	assert_false(series_plateau(rising, 4, 2000, 5));
	assert_true(series_plateau(rests, 5, 2000, 5));
	assert_false(series_plateau(rests, 5, 3500, 5));
	assert_false(series_plateau(rests, 5, 2000, 1));
}

static void merged_traces(void **state)
{
	struct point p[] = {{3000, 30}, {1000, 99}, {2000, 20}, {1500, 15}};

	(void)state;
	series_sort(p, 4);
	assert_int_equal(p[0].at, 1000);
	assert_int_equal(series_monotone(p, 4), 3); /* the stray above all later ones goes */
	assert_int_equal(p[0].at, 1500);
	assert_int_equal(series_last_at_most(p, 3, 20), 2000);
	assert_int_equal(series_last_at_most(p, 3, 14), -1);
	assert_int_equal(series_monotone(p, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_points_say_nothing), cmocka_unit_test(slope_is_robust), cmocka_unit_test(long_traces),
		cmocka_unit_test(growth_in_a_window), cmocka_unit_test(time_to_full), cmocka_unit_test(plateau),
		cmocka_unit_test(merged_traces)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
