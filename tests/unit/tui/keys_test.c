#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tui/keys.h"

static void every_action_has_one_row_and_every_key_one_action(void **state)
{
	(void)state;
	int seen[ACTIONS] = {0};
	for (const struct binding *b = bindings; b->name; b++) {
		assert_int_equal(seen[b->action]++, 0);
		assert_true(*b->help && *b->keys && *b->name);
		for (size_t i = 0; i < 6 && b->key[i]; i++)
			assert_int_equal(key_action(b->key[i]), b->action);
		assert_ptr_equal(key_binding(b->action), b);
	}
	for (int i = ACT_NONE + 1; i < ACTIONS; i++)
		assert_int_equal(seen[i], 1);
}

/* A cut arrow is ESC [ A: none of its letters may act on a system. */
static void letters_of_cut_sequences_are_harmless(void **state)
{
	(void)state;
	for (const char *c = "[OABCD~"; *c; c++) {
		enum action a = key_action(*c);
		assert_true(a != ACT_RECHECK && a != ACT_QUIT && a != ACT_CANCEL && a != ACT_OPEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_action_has_one_row_and_every_key_one_action),
		cmocka_unit_test(letters_of_cut_sequences_are_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
