#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/canvas.h"

static void row_is(const struct canvas *c, int y, const char *want)
{
	struct str s = {0};
	canvas_row_text(c, y, &s);
	assert_string_equal(str_text(&s), want);
	str_free(&s);
}

static void text_stops_at_its_end_with_an_ellipsis(void **state)
{
	(void)state;
	struct canvas *c = canvas_new(2, 10, false);
	assert_int_equal(canvas_text(c, 0, 2, 7, MEAN_TEXT, "abcdefgh"), 7);
	row_is(c, 0, "  abcd…");
	assert_int_equal(canvas_text(c, 1, 2, 7, MEAN_TEXT, "abcde"), 7);
	row_is(c, 1, "  abcde");
	canvas_erase(c);
	assert_int_equal(canvas_text(c, 0, 8, 99, MEAN_TEXT, "xyz"), 10);
	row_is(c, 0, "        x…");
	canvas_free(c);
}

static void nothing_is_drawn_outside(void **state)
{
	(void)state;
	struct canvas *c = canvas_new(2, 4, false);
	canvas_text(c, -1, 0, 4, MEAN_TEXT, "a");
	canvas_text(c, 2, 0, 4, MEAN_TEXT, "a");
	canvas_text(c, 0, 9, 4, MEAN_TEXT, "a");
	canvas_text(c, 0, -2, 4, MEAN_TEXT, "abcd");
	canvas_fill(c, 5, -5, 50, MEAN_TEXT, 'x');
	canvas_mark(c, 9, 0, 9, STYLE_SELECTED);
	canvas_mark(c, 1, -3, 99, STYLE_SELECTED);
	row_is(c, 0, "cd");
	row_is(c, 1, "");
	assert_int_equal(canvas_cell(c, 1, 3)->style, STYLE_SELECTED);
	canvas_free(c);
}

static void wide_characters_are_never_halved(void **state)
{
	(void)state;
	struct canvas *c = canvas_new(1, 5, false);
	canvas_text(c, 0, 0, 5, MEAN_TEXT, "漢字x");
	row_is(c, 0, "漢字x");
	canvas_char(c, 0, 1, MEAN_TEXT, 'a');
	row_is(c, 0, " a字x");
	canvas_char(c, 0, 2, MEAN_TEXT, 'b');
	row_is(c, 0, " ab x");
	canvas_erase(c);
	canvas_text(c, 0, 0, 4, MEAN_TEXT, "a漢字");
	row_is(c, 0, "a漢…");
	canvas_free(c);
}

static void hostile_text_is_harmless(void **state)
{
	(void)state;
	struct canvas *c = canvas_new(1, 40, false);
	canvas_text(c, 0, 0, 40, MEAN_TEXT, "a\033[2J\r\b\xe2\x80\xae\xc2\x9b\xff\xe2\x80\x8bz");
	for (int x = 0; x < c->w; x++) {
		int32_t ch = canvas_cell(c, 0, x)->ch;
		assert_true(ch >= ' ' && ch != 0x7f && !(ch >= 0x80 && ch < 0xa0) && ch != 0x202e &&
			    ch != 0x200b);
	}
	row_is(c, 0, "a?[2J??????z");
	canvas_free(c);
}

static void ascii_keeps_every_column(void **state)
{
	(void)state;
	struct canvas *c = canvas_new(1, 20, true);
	canvas_text(c, 0, 0, 20, MEAN_TEXT, "✓ ✗ ⊘ ▸ ─│└ é漢…");
	row_is(c, 0, ". X - > -|` ??~");
	canvas_free(c);
}

static void styles_are_written_as_letters(void **state)
{
	(void)state;
	struct canvas *c = canvas_new(1, 8, false);
	struct str s = {0};
	canvas_text(c, 0, 1, 8, MEAN_FAIL, "xx");
	canvas_mark(c, 0, 0, 2, STYLE_SELECTED);
	canvas_row_style(c, 0, &s);
	assert_string_equal(str_text(&s), "#Ff");
	str_free(&s);
	canvas_free(c);
}

static void themes_have_every_meaning_and_never_only_colour(void **state)
{
	(void)state;
	static const char *const names[] = {"default", "light", "colour-blind", "mono"};
	for (int i = 0; i < 4; i++) {
		const struct theme *t = theme_find(names[i]);
		assert_non_null(t);
		assert_int_equal(theme_paint(t, MEAN_TEXT | STYLE_SELECTED).look & LOOK_REVERSE,
				 LOOK_REVERSE);
		assert_int_equal(theme_paint(t, MEAN_BLOCKED | STYLE_SELECTED).look & LOOK_DIM, 0);
		for (int m = 0; m < MEANINGS; m++)
			assert_true(i < 3 || theme_paint(t, (style_t)m).colour == -1);
	}
	assert_null(theme_find("pink"));
	for (int st = STATE_UNKNOWN; st <= STATE_BLOCKED; st++)
		for (int other = STATE_UNKNOWN; other < st; other++) {
			assert_string_not_equal(style_state((enum state)st, false)->word,
						style_state((enum state)other, false)->word);
			assert_string_not_equal(style_state((enum state)st, false)->glyph,
						style_state((enum state)other, false)->glyph);
		}
}

static void ascii_is_chosen_by_codeset_and_terminal(void **state)
{
	(void)state;
	assert_false(style_needs_ascii("UTF-8", "xterm-256color"));
	assert_false(style_needs_ascii("UTF-8", "tmux-256color"));
	assert_true(style_needs_ascii("ANSI_X3.4-1968", "xterm-256color"));
	assert_true(style_needs_ascii("UTF-8", "linux"));
	assert_true(style_needs_ascii("UTF-8", "vt100"));
	assert_true(style_needs_ascii("UTF-8", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stops_at_its_end_with_an_ellipsis),
		cmocka_unit_test(nothing_is_drawn_outside),
		cmocka_unit_test(wide_characters_are_never_halved),
		cmocka_unit_test(hostile_text_is_harmless),
		cmocka_unit_test(ascii_keeps_every_column),
		cmocka_unit_test(styles_are_written_as_letters),
		cmocka_unit_test(themes_have_every_meaning_and_never_only_colour),
		cmocka_unit_test(ascii_is_chosen_by_codeset_and_terminal),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
