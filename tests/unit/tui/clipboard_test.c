#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/clipboard.h"

static void the_ladder(void **state)
{
	(void)state;
	assert_int_equal(clipboard_choose("/tmp/tmux-0/default,1,0", "1.pts"), CLIPBOARD_TMUX);
	assert_int_equal(clipboard_choose(NULL, "1.pts-0.host"), CLIPBOARD_SCREEN);
	assert_int_equal(clipboard_choose("", ""), CLIPBOARD_RAW);
	for (int w = CLIPBOARD_TMUX; w <= CLIPBOARD_RAW; w++) {
		assert_non_null(strstr(clipboard_words((enum clipboard_way)w), "sent"));
		assert_null(strstr(clipboard_words((enum clipboard_way)w), "copied"));
	}
}

static void raw_is_one_osc_without_final_newline(void **state)
{
	(void)state;
	struct str s = {0};
	clipboard_sequence(&s, CLIPBOARD_RAW, "barman cron\n");
	assert_string_equal(str_text(&s), "\033]52;c;YmFybWFuIGNyb24=\a");
	str_clear(&s);
	clipboard_sequence(&s, CLIPBOARD_RAW, "ab");
	assert_string_equal(str_text(&s), "\033]52;c;YWI=\a");
	str_clear(&s);
	clipboard_sequence(&s, CLIPBOARD_RAW, "abc");
	assert_string_equal(str_text(&s), "\033]52;c;YWJj\a");
	str_free(&s);
}

static void screen_gets_short_pieces(void **state)
{
	(void)state;
	struct str s = {0};
	char text[2001];
	memset(text, 'x', 2000);
	text[2000] = '\0';
	clipboard_sequence(&s, CLIPBOARD_SCREEN, text);
	int pieces = 0;
	for (const char *p = str_text(&s); *p; pieces++) {
		assert_int_equal(strncmp(p, "\033P", 2), 0);
		const char *end = strstr(p, "\033\\");
		assert_non_null(end);
		assert_true(end - p <= 768);
		p = end + 2;
	}
	assert_int_equal(pieces, 4);
	str_free(&s);
}

static void long_text_is_capped(void **state)
{
	(void)state;
	struct str s = {0};
	static char text[100001];
	memset(text, 'x', 100000);
	clipboard_sequence(&s, CLIPBOARD_RAW, text);
	assert_true(s.len < 12000);
	str_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ladder),
		cmocka_unit_test(raw_is_one_osc_without_final_newline),
		cmocka_unit_test(screen_gets_short_pieces),
		cmocka_unit_test(long_text_is_capped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
