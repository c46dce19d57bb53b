#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/widget/wrap.h"

static void wraps_to(const char *s, int width, int max, const char *want)
{
	struct arena *a = arena_new();
	const char *line[16];
	char got[512] = "";
	int n = wrap_text(a, s, width, line, max);
	for (int i = 0; i < n; i++) {
		strcat(got, line[i]);
		strcat(got, "|");
	}
	assert_string_equal(got, want);
	arena_free(a);
}

static void lines_break_at_blanks(void **state)
{
	(void)state;
	wraps_to("one two three", 7, 16, "one two|three|");
	wraps_to("one two three", 13, 16, "one two three|");
	wraps_to("one  two", 4, 16, "one|two|");
	wraps_to("a\nb c", 9, 16, "a|b c|");
	wraps_to("", 9, 16, "|");
	wraps_to("  indented", 20, 16, "  indented|");
}

static void long_words_break_hard_and_nothing_is_lost(void **state)
{
	(void)state;
	wraps_to("abcdefgh ij", 3, 16, "abc|def|gh|ij|");
	wraps_to("漢字漢", 4, 16, "漢字|漢|");
	wraps_to("漢字", 1, 16, "漢|字|");
}

static void the_last_line_says_that_more_follows(void **state)
{
	(void)state;
	wraps_to("one two three four", 7, 2, "one two|three …|");
	wraps_to("one two three", 7, 2, "one two|three|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_at_blanks),
		cmocka_unit_test(long_words_break_hard_and_nothing_is_lost),
		cmocka_unit_test(the_last_line_says_that_more_follows),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
