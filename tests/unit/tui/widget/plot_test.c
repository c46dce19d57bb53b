/* Exact cells of plots: a rise, a gap, a forecast and its interval, in braille and in ASCII. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tui/widget/plot.h"

enum { MINUTE = 60000 };

static void number(struct str *out, double value)
{
	str_addf(out, "%.0f", value);
}

static const struct point rise[] = {{0, 0}, {MINUTE, 10}, {2 * MINUTE, 20}, {3 * MINUTE, 30}, {4 * MINUTE, 40}};

static struct plot of(const struct point *p, int n)
{
	return (struct plot){.p = p, .n = n, .from = 0, .now = 4 * MINUTE, .to = 4 * MINUTE, .low = 0, .high = 40,
			     .level = NAN, .expected = NAN, .soonest = NAN, .latest = NAN, .style = MEAN_RUNNING, .label = number};
}

static void expect(const struct plot *p, int h, int w, bool ascii, const char *const *want)
{
	struct canvas *c = canvas_new(h, w, ascii);
	plot_draw(p, c, (struct area){0, 0, h, w});
	for (int y = 0; y < h; y++) {
		struct str row = {0};
		canvas_row_text(c, y, &row);
		if (strcmp(str_text(&row), want[y]))
			fail_msg("row %d\n is   \"%s\"\n want \"%s\"", y, str_text(&row), want[y]);
		str_free(&row);
	}
	canvas_free(c);
}

static void a_rise_is_a_diagonal(void **state)
{
	(void)state;
	struct plot p = of(rise, 5);
	static const char *const want[] = {
		"      40│        ⢀⡔⠊",
		"        │     ⢀⠤⠊⠁",
		"        │  ⢀⡠⠒⠉",
		"       0│⡠⠔⠃",
		"         00:00Z",
	};
	expect(&p, 5, 20, false, want);
}

static void in_ascii_it_has_three_heights_a_cell(void **state)
{
	(void)state;
	struct plot p = of(rise, 5);
	static const char *const want[] = {
		"      40|        _,'",
		"        |     _-''",
		"        |  _,-'",
		"       0|,-'",
		"         00:00Z",
	};
	expect(&p, 5, 20, true, want);
}

static void what_is_unknown_is_marked_and_never_zero(void **state)
{
	(void)state;
	static const struct point gap[] = {{0, 40}, {MINUTE, 40}, {MINUTE + 1, NAN}, {3 * MINUTE, 20}, {4 * MINUTE, 20}};
	struct plot p = of(gap, 5);
	static const char *const want[] = {
		"      40│⠉⠉⠉⠉⠉⠁",
		"        │",
		"        │               ⠈⠉⠉⠉⠉⠉",
		"       0│      ?????????",
		"         00:00Z         00:04Z",
	};
	expect(&p, 5, 30, false, want);
}

static void what_was_not_yet_seen_is_blank(void **state)
{
	(void)state;
	static const struct point late[] = {{3 * MINUTE, 20}, {4 * MINUTE, 20}};
	struct plot p = of(late, 2);
	p.low = 0;
	p.high = 30;
	struct canvas *c = canvas_new(4, 30, false);
	plot_draw(&p, c, (struct area){0, 0, 4, 30});
	for (int y = 0; y < 3; y++)
		for (int x = PLOT_LABEL; x < 23; x++)
			assert_int_equal(canvas_cell(c, y, x)->ch, ' ');
	canvas_free(c);
}

static void the_forecast_goes_on_to_the_level_and_its_interval_opens(void **state)
{
	(void)state;
	struct plot p = of(rise, 5);
	p.high = 80;
	p.to = 8 * MINUTE;
	p.level = 80;
	p.reached = "full";
	p.expected = 240;
	p.soonest = 120;
	p.latest = INFINITY;
	struct canvas *c = canvas_new(8, 36, false);
	plot_draw(&p, c, (struct area){0, 0, 8, 36});
	/* the level's line, unless a dot stands there */
	assert_int_equal(canvas_cell(c, 0, PLOT_LABEL)->ch, 0x2500);
	assert_int_equal(canvas_cell(c, 0, PLOT_LABEL + 2)->ch, 'f');
	/* the moment's line is in the middle, the expected way ends at the upper right corner, the latest stays level */
	assert_int_equal(canvas_cell(c, 6, PLOT_LABEL + 13)->ch, 0x250a);
	assert_int_equal(canvas_cell(c, 0, 35)->style, MEAN_WARN);
	assert_true(canvas_cell(c, 3, 35)->ch > 0x2800 && canvas_cell(c, 3, 35)->style == MEAN_FAINT);
	/* the soonest is there after half of the way, and nothing is beyond */
	assert_int_equal(canvas_cell(c, 0, PLOT_LABEL + 20)->style, MEAN_FAINT);
	assert_int_equal(canvas_cell(c, 1, 35)->ch, ' ');
	/* what was seen is drawn over what is to come */
	assert_int_equal(canvas_cell(c, 6, PLOT_LABEL)->style, MEAN_RUNNING);
	canvas_free(c);
}

static void a_scale_holds_all_that_is_drawn(void **state)
{
	(void)state;
	static const struct point near[] = {{0, 7}, {MINUTE, 1000}, {2 * MINUTE, 1010}, {4 * MINUTE, 1005}};
	struct plot p = of(near, 4);
	p.from = 3 * MINUTE / 2;
	plot_scale(&p);
	assert_true(p.low > 900 && p.low < 1000 && p.high > 1010 && p.high < 1100);
	p.level = 5000;
	plot_scale(&p);
	assert_true(p.low == 0 && p.high > 5000);
	p.n = 0;
	p.level = NAN;
	plot_scale(&p);
	assert_true(p.high > p.low);
	static const struct point flat[] = {{0, 0}, {MINUTE, 0}};
	p = of(flat, 2);
	plot_scale(&p);
	assert_true(p.low == 0 && p.high > 0);
}

static void odd_numbers_and_places_draw_nothing_outside(void **state)
{
	(void)state;
	static const struct point wild[] = {{-5, 1e300}, {0, -1e300}, {0, INFINITY}, {MINUTE, NAN}, {MINUTE, 9e18}, {INT32_MAX, 0}};
	static const struct area areas[] = {{0, 0, 0, 0}, {0, 0, 1, 80}, {-3, -3, 5, 20}, {2, 70, 40, 60}, {0, 0, 24, 80}};
	for (size_t i = 0; i < sizeof areas / sizeof *areas; i++)
		for (int ascii = 0; ascii < 2; ascii++) {
			struct canvas *c = canvas_new(24, 80, ascii);
			struct plot p = of(wild, 6);
			p.expected = p.latest = 1e-9;
			p.soonest = 1e300;
			p.level = -1e300;
			plot_scale(&p);
			plot_draw(&p, c, areas[i]);
			plot_spark(&p, c, 3, 77, 10);
			p.to = p.from;
			plot_draw(&p, c, areas[i]);
			canvas_free(c);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rise_is_a_diagonal),
		cmocka_unit_test(in_ascii_it_has_three_heights_a_cell),
		cmocka_unit_test(what_is_unknown_is_marked_and_never_zero),
		cmocka_unit_test(what_was_not_yet_seen_is_blank),
		cmocka_unit_test(the_forecast_goes_on_to_the_level_and_its_interval_opens),
		cmocka_unit_test(a_scale_holds_all_that_is_drawn),
		cmocka_unit_test(odd_numbers_and_places_draw_nothing_outside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
