/* Themes are tables: what they promise holds for every row of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/text.h"
#include "tui/style.h"

enum { RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4 };

static struct paint paint(const char *theme, style_t style)
{
	return theme_paint(theme_find(theme), style);
}

static bool same(struct paint a, struct paint b)
{
	return a.colour == b.colour && a.look == b.look;
}

static void a_theme_is_found_by_its_name(void **state)
{
	(void)state;
	assert_ptr_equal(theme_find(NULL), theme_at(0));
	assert_null(theme_find("dark"));
	int n = 0;
	for (; theme_at(n); n++)
		assert_ptr_equal(theme_find(theme_at(n)->name), theme_at(n));
	assert_int_equal(n, 4);
}

static void mono_has_no_colour(void **state)
{
	(void)state;
	for (int m = 0; m < MEANINGS; m++)
		assert_int_equal(paint("mono", (style_t)m).colour, -1);
}

static void nothing_rests_on_red_against_green_for_the_colour_blind(void **state)
{
	(void)state;
	for (int m = 0; m < MEANINGS; m++) {
		assert_int_not_equal(paint("colour-blind", (style_t)m).colour, RED);
		assert_int_not_equal(paint("colour-blind", (style_t)m).colour, GREEN);
	}
}

static void no_colour_is_unreadable_on_its_background(void **state)
{
	(void)state;
	for (int m = 0; m < MEANINGS; m++) {
		assert_int_not_equal(paint("default", (style_t)m).colour, BLUE);
		assert_int_not_equal(paint("light", (style_t)m).colour, YELLOW);
		assert_false(paint("light", (style_t)m).look & LOOK_DIM);
	}
}

static void a_failure_never_looks_like_what_is_green(void **state)
{
	(void)state;
	for (int i = 0; theme_at(i); i++) {
		const char *t = theme_at(i)->name;
		assert_false(same(paint(t, MEAN_FAIL), paint(t, MEAN_OK)));
		assert_false(same(paint(t, MEAN_FAIL), paint(t, MEAN_TEXT)));
		assert_true(paint(t, MEAN_FAIL | STYLE_SELECTED).look & LOOK_REVERSE);
	}
}

/* Word, glyph and meaning; the glyph one column wide, also as ASCII, and each state's its own. */
static void every_state_has_a_word_and_a_glyph(void **state)
{
	char seen[16] = "";
	(void)state;
	for (int s = STATE_UNKNOWN; s <= STATE_BLOCKED; s++) {
		const struct state_look *look = style_state((enum state)s, false);
		int32_t ch;
		text_next(look->glyph, strlen(look->glyph), &ch);
		assert_int_equal(text_width(look->glyph), 1);
		assert_in_range(strlen(look->word), 1, 4);
		char ascii[2] = {(char)style_ascii(ch), '\0'};
		assert_in_range(ascii[0], '!', '~');
		assert_null(strstr(seen, ascii));
		strcat(seen, ascii);
	}
}

static void ascii_is_chosen_by_the_locale_and_by_old_terminals(void **state)
{
	(void)state;
	assert_false(style_needs_ascii("UTF-8", "tmux-256color"));
	assert_true(style_needs_ascii("ANSI_X3.4-1968", "tmux-256color"));
	assert_true(style_needs_ascii("ISO-8859-1", "xterm"));
	assert_true(style_needs_ascii("UTF-8", "linux"));
	assert_true(style_needs_ascii("UTF-8", "vt100"));
	assert_true(style_needs_ascii("UTF-8", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_theme_is_found_by_its_name),
		cmocka_unit_test(mono_has_no_colour),
		cmocka_unit_test(nothing_rests_on_red_against_green_for_the_colour_blind),
		cmocka_unit_test(no_colour_is_unreadable_on_its_background),
		cmocka_unit_test(a_failure_never_looks_like_what_is_green),
		cmocka_unit_test(every_state_has_a_word_and_a_glyph),
		cmocka_unit_test(ascii_is_chosen_by_the_locale_and_by_old_terminals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
