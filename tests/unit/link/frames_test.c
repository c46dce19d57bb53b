#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "probes/link/frames.h"

#define N "0123456789abcdef0123456789abcdef"

static const char stream[] = "motd\nN" N "\n" N " begin\nfirst\n\n\n" N " 1 0\n\n" N "x\n\n\n" N " 2 127\n\n" N " 3 0\nrest";

static void check(struct frames *f, size_t *step, struct str *rest)
{
	static const struct {
		const char *words, *before;
	} want[] = {{"begin", "motd\nN" N}, {"1 0", "first\n\n"}, {"2 127", "\n" N "x\n\n"}, {"3 0", ""}};
	const char *words, *before;
	size_t n;
	while ((words = frames_next(f, &before, &n))) {
		assert_true(*step < 4);
		assert_string_equal(words, want[*step].words);
		assert_int_equal(n, strlen(want[*step].before));
		assert_memory_equal(before, want[*step].before, n);
		++*step;
	}
	if (*step == 4) {
		before = frames_rest(f, &n);
		str_addn(rest, before, n);
	}
}

static void marks_are_found_however_the_bytes_are_cut(void **state)
{
	(void)state;
	size_t len = sizeof stream - 1;
	for (size_t piece = 1; piece <= len; piece++) {
		struct frames f;
		struct str rest = {0};
		size_t step = 0;
		frames_init(&f, N);
		for (size_t at = 0; at < len; at += piece) {
			frames_feed(&f, stream + at, piece < len - at ? piece : len - at);
			check(&f, &step, &rest);
		}
		assert_int_equal(step, 4);
		assert_string_equal(str_text(&rest), "rest");
		str_free(&rest);
		frames_free(&f);
	}
}

static void what_may_become_a_mark_is_kept_back(void **state)
{
	(void)state;
	struct frames f;
	size_t n;
	frames_init(&f, N);
	frames_feed(&f, "abc\n0123", 8);
	assert_memory_equal(frames_rest(&f, &n), "abc", 3);
	assert_int_equal(n, 3);
	frames_feed(&f, "45\nx", 4);
	assert_memory_equal(frames_rest(&f, &n), "\n012345\nx", 9);
	assert_int_equal(n, 9);
	frames_free(&f);
}

static void too_much_is_forgotten_but_the_mark_is_found(void **state)
{
	(void)state;
	struct frames f;
	struct str chunk = {0};
	const char *before;
	size_t n;
	for (int i = 0; i < 10000; i++)
		str_add(&chunk, "yyyyyy\n");
	frames_init(&f, N);
	for (int i = 0; i < 40; i++) {
		frames_feed(&f, chunk.s, chunk.len);
		assert_null(frames_next(&f, &before, &n));
		assert_true(f.buf.len <= FRAME_MAX + 64);
	}
	frames_feed(&f, "\n" N " 1 0\n", 38);
	assert_string_equal(frames_next(&f, &before, &n), "1 0");
	assert_in_range(n, FRAME_MAX, FRAME_MAX + 1); /* a last \n may have been kept back */
	str_free(&chunk);
	frames_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_are_found_however_the_bytes_are_cut),
		cmocka_unit_test(what_may_become_a_mark_is_kept_back),
		cmocka_unit_test(too_much_is_forgotten_but_the_mark_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
