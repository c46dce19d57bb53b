#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/input.h"

struct heard {
	int32_t key[64];
	bool pasted[64];
	int n;
};

static void hear(void *arg, int32_t key, bool pasted)
{
	struct heard *h = arg;
	if (h->n == 64)
		return;
	h->key[h->n] = key;
	h->pasted[h->n++] = pasted;
}

static struct heard feed(struct input *in, const char *bytes, size_t n)
{
	struct heard h = {.n = 0};
	input_feed(in, bytes, n, hear, &h);
	return h;
}

static void one_key(const char *bytes, int32_t want)
{
	struct input whole = {.n = 0}, split = {.n = 0};
	struct heard h = feed(&whole, bytes, strlen(bytes));
	assert_int_equal(h.n, 1);
	assert_int_equal(h.key[0], want);
	/* the same byte by byte, as a slow link brings it: nothing before the last one */
	for (size_t i = 0; i < strlen(bytes); i++) {
		h = feed(&split, bytes + i, 1);
		assert_int_equal(h.n, bytes[i + 1] ? 0 : 1);
		assert_int_equal(input_wait_ms(&split, 120), bytes[i + 1] ? 120 : 0);
	}
	assert_int_equal(h.key[0], want);
}

static void both_forms_of_arrows_and_their_kin(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		int32_t key;
	} rows[] = {
	    {"\033[A", K_UP},
	    {"\033OA", K_UP},
	    {"\033[B", K_DOWN},
	    {"\033OB", K_DOWN},
	    {"\033[C", K_RIGHT},
	    {"\033OD", K_LEFT},
	    {"\033[H", K_HOME},
	    {"\033OF", K_END},
	    {"\033[1~", K_HOME},
	    {"\033[4~", K_END},
	    {"\033[5~", K_PAGE_UP},
	    {"\033[6~", K_PAGE_DOWN},
	    {"\033[Z", K_BACKTAB},
	    {"\033OP", K_F1},
	    {"\033[11~", K_F1},
	    {"\033[[A", K_F1},
	    {"\033[21~", K_F10},
	    {"\033[1;5A", K_UP},
	    {"\033[1;2D", K_LEFT},
	    {"\033[5;5~", K_PAGE_UP},
	    {"\033[3~", K_DELETE},
	    {"j", 'j'},
	    {"\r", K_ENTER},
	    {"\xc3\xa9", 0xe9},
	    {"\xf0\x9f\x98\x80", 0x1f600},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		one_key(rows[i].bytes, rows[i].key);
}

static void terminfo_strings_are_learnt(void **state)
{
	(void)state;
	struct input in = {.n = 0};
	input_learn(&in, "\033Kx", K_UP);
	input_learn(&in, "\033", K_DOWN);
	input_learn(&in, NULL, K_DOWN);
	struct heard h = feed(&in, "\033Kx", 3);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.key[0], K_UP);
	h = feed(&in, "\033[B", 3);
	assert_int_equal(h.key[0], K_DOWN);
}

static void a_lone_esc_waits_for_its_time(void **state)
{
	(void)state;
	struct input in = {.n = 0};
	struct heard h = feed(&in, "\033", 1);
	assert_int_equal(h.n, 0);
	assert_int_equal(input_wait_ms(&in, 120), 120);
	input_timeout(&in, hear, &h);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.key[0], K_ESC);
	assert_int_equal(input_wait_ms(&in, 120), 0);
	h = feed(&in, "\033\033[A", 4);
	assert_int_equal(h.n, 2);
	assert_int_equal(h.key[0], K_ESC);
	assert_int_equal(h.key[1], K_UP);
}

/* A cut or unknown sequence is nothing: its letters never become commands. */
static void rubbish_gives_no_letters(void **state)
{
	(void)state;
	static const char *const rows[] = {
	    "\033[99;99;99q",
	    "\033[>0;276;0c",
	    "\033]11;rgb:0000/0000/0000\a",
	    "\033P1$r0m\033\\",
	    "\033[?1;2c",
	    "\033Or",
	    "\033[200;200x",
	    "\033[111111111111111111111111111111111111111111111111111111111q",
	    "\xff\xfe\x80",
	    "\xc3",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct input in = {.n = 0};
		struct heard h = feed(&in, rows[i], strlen(rows[i]));
		input_timeout(&in, hear, &h);
		for (int k = 0; k < h.n; k++)
			assert_false(h.key[k] >= ' ' && h.key[k] < K_DEL);
		h = feed(&in, "j", 1);
		assert_int_equal(h.n, 1);
		assert_int_equal(h.key[0], 'j');
	}
}

static void alt_is_not_the_letter(void **state)
{
	(void)state;
	struct input in = {.n = 0};
	struct heard h = feed(&in, "\033y", 2);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.key[0], K_ALT | 'y');
	assert_int_equal(key_action(h.key[0]), ACT_NONE);
}

static void a_cut_sequence_then_time_is_dropped(void **state)
{
	(void)state;
	struct input in = {.n = 0};
	struct heard h = feed(&in, "\033[1;", 4);
	input_timeout(&in, hear, &h);
	assert_int_equal(h.n, 0);
	h = feed(&in, "q", 1);
	assert_int_equal(h.key[0], 'q');
}

static void a_paste_is_marked_to_its_end(void **state)
{
	(void)state;
	struct input in = {.n = 0};
	const char *text = "\033[200~ry\r\033[A\033[201~q";
	struct heard h = {.n = 0};
	for (size_t i = 0; i < strlen(text); i++)
		input_feed(&in, text + i, 1, hear, &h);
	assert_true(h.n >= 4);
	for (int i = 0; i < h.n - 1; i++)
		assert_true(h.pasted[i]);
	assert_int_equal(h.key[h.n - 1], 'q');
	assert_false(h.pasted[h.n - 1]);
}

static void a_paste_that_never_ends_is_given_up(void **state)
{
	(void)state;
	struct input in = {.n = 0};
	struct heard h = feed(&in, "\033[200~abc", 9);
	assert_true(input_wait_ms(&in, 120) > 120);
	input_timeout(&in, hear, &h);
	h = feed(&in, "q", 1);
	assert_false(h.pasted[0]);
}

/* Every byte after every other: no crash, and no byte is held for ever. */
static void any_bytes_at_all(void **state)
{
	(void)state;
	struct input in = {.n = 0};
	unsigned seed = 12345;
	struct heard h = {.n = 0};
	for (int i = 0; i < 300000; i++) {
		char c;
		seed = seed * 1103515245u + 12345u;
		c = (char)(seed >> 16);
		if (seed >> 28 == 0)
			c = '\033';
		h.n = 0;
		input_feed(&in, &c, 1, hear, &h);
		assert_true(in.n <= INPUT_BYTES);
	}
	input_timeout(&in, hear, &h);
	input_timeout(&in, hear, &h);
	assert_int_equal(input_wait_ms(&in, 120), 0);
}

static void the_mouse_clicks_and_turns_its_wheel_when_it_is_wanted(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		int32_t key;     /* K_UNKNOWN: none */
	} rows[] = {
	    {"\033[<0;1;1M", 0x400000},       {"\033[<0;80;24M", 0x400000 | 23 << 10 | 79}, {"\033[<64;5;5M", K_WHEEL_UP},
	    {"\033[<65;5;5M", K_WHEEL_DOWN},  {"\033[<0;80;24m", K_UNKNOWN},	{"\033[<2;80;24M", K_UNKNOWN},
	    {"\033[<32;8;2M", K_UNKNOWN},     {"\033[<0;0;1M", K_UNKNOWN},		{"\033[<0;1001;1M", K_UNKNOWN},
	    {"\033[<0;1;501M", K_UNKNOWN},    {"\033[<0;99999999999;1M", K_UNKNOWN}, {"\033[<0;1M", K_UNKNOWN},
	    {"\033[<;;M", K_UNKNOWN},	       {"\033[<0;-1;-1M", K_UNKNOWN},	{"\033[<0;1;1;1M", K_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct input on = {.mouse = true}, off = {.n = 0};
		struct heard h = feed(&on, rows[i].bytes, strlen(rows[i].bytes));
		assert_int_equal(h.n, rows[i].key != K_UNKNOWN);
		if (h.n)
			assert_int_equal(h.key[0], rows[i].key);
		assert_int_equal(feed(&off, rows[i].bytes, strlen(rows[i].bytes)).n, 0);
		h = feed(&on, "j", 1);
		assert_int_equal(h.n, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_of_arrows_and_their_kin),
		cmocka_unit_test(terminfo_strings_are_learnt),
		cmocka_unit_test(a_lone_esc_waits_for_its_time),
		cmocka_unit_test(rubbish_gives_no_letters),
		cmocka_unit_test(alt_is_not_the_letter),
		cmocka_unit_test(a_cut_sequence_then_time_is_dropped),
		cmocka_unit_test(a_paste_is_marked_to_its_end),
		cmocka_unit_test(a_paste_that_never_ends_is_given_up),
		cmocka_unit_test(any_bytes_at_all),
		cmocka_unit_test(the_mouse_clicks_and_turns_its_wheel_when_it_is_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
