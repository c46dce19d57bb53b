#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/problem.h"
#include "tui/keys.h"

static int reset(void **state)
{
	(void)state;
	keys_reset();
	return 0;
}

static void every_action_has_one_row(void **state)
{
	int seen[ACTIONS] = {0};
	(void)state;
	for (const struct binding *b = bindings; b->name; b++) {
		char first[16];
		assert_int_equal(seen[b->action]++, 0);
		assert_true(*b->help && *b->name);
		assert_int_equal(!*b->keys, !*key_shown(b->action));
		assert_int_equal(!*b->keys, !*key_first(b->action, first));
		assert_ptr_equal(key_binding(b->action), b);
		assert_int_equal(key_named(b->name), b->action);
	}
	for (int i = ACT_NONE + 1; i < ACTIONS; i++)
		assert_int_equal(seen[i], 1);
}

static int words(const char *s)
{
	int n = 0;
	for (s += strspn(s, " "); *s; s += strspn(s, " "), n++)
		s += strcspn(s, " ");
	return n;
}

/* No key stands in two rows: then each row shows as many keys as were written. */
static void every_key_has_one_action(void **state)
{
	(void)state;
	for (const struct binding *b = bindings; b->name; b++) {
		struct problem p;
		if (!*b->keys)
			continue;
		assert_int_equal(words(key_shown(b->action)), words(b->keys));
		if (keys_rebind(b->name, b->keys, &p))
			fail_msg("%s: %s", b->name, p.say);
	}
	for (const struct binding *b = bindings; b->name; b++)
		assert_int_equal(words(key_shown(b->action)), words(b->keys));
}

/* A cut arrow is ESC [ A: none of its letters may act on a system. */
static void letters_of_cut_sequences_are_harmless(void **state)
{
	struct problem p;
	(void)state;
	for (const char *c = "[OABCD~"; *c; c++) {
		const char key[] = {*c, '\0'};
		enum action a = key_action(*c);
		assert_true(a != ACT_RECHECK && a != ACT_QUIT && a != ACT_CANCEL && a != ACT_OPEN);
		assert_int_equal(keys_rebind("recheck", key, &p), -1);
		assert_int_equal(keys_rebind("open", key, &p), -1);
	}
}

static void keys_in_force_are_those_of_the_table(void **state)
{
	char first[16];
	(void)state;
	assert_int_equal(key_action('k'), ACT_UP);
	assert_int_equal(key_action(K_UP), ACT_UP);
	assert_int_equal(key_action('\n'), ACT_OPEN);
	assert_int_equal(key_action(8), ACT_BACK);
	assert_int_equal(key_action('B' - 64), ACT_PAGE_UP);
	assert_int_equal(key_action(' '), ACT_FREEZE);
	assert_int_equal(key_action(0x20ac), ACT_NONE);
	assert_int_equal(key_action(K_UNKNOWN), ACT_NONE);
	assert_string_equal(key_shown(ACT_UP), "↑ k");
	assert_string_equal(key_first(ACT_PAGE_UP, first), "PgUp");
	assert_string_equal(key_shown(ACT_NONE), "");
	assert_string_equal(key_first(ACT_FIXED, first), "");
}

static void a_key_of_the_configuration_replaces_the_own_ones(void **state)
{
	struct problem p;
	char first[16];
	(void)state;
	assert_int_equal(keys_rebind("recheck", "F5  Alt-r é", &p), 0);
	assert_int_equal(key_action(K_F5), ACT_RECHECK);
	assert_int_equal(key_action(K_ALT | 'r'), ACT_RECHECK);
	assert_int_equal(key_action(0xe9), ACT_RECHECK);
	assert_int_equal(key_action('r'), ACT_NONE);
	assert_string_equal(key_shown(ACT_RECHECK), "F5 Alt-r é");
	assert_string_equal(key_first(ACT_RECHECK, first), "F5");
	assert_int_equal(keys_rebind("map", "g", &p), 0);
	assert_int_equal(key_action('g'), ACT_MAP);
	assert_string_equal(key_shown(ACT_FIRST), "Home");
	assert_int_equal(keys_rebind("map", "none", &p), 0);
	assert_int_equal(key_action('g'), ACT_NONE);
	assert_string_equal(key_first(ACT_MAP, first), "");
}

static void what_cannot_be_a_key_is_said(void **state)
{
	struct problem p;
	(void)state;
	assert_int_equal(keys_rebind("fly", "x", &p), -1);
	assert_string_equal(p.say, "there is no action \"fly\"");
	assert_int_equal(keys_rebind("map", "Hyper-m", &p), -1);
	assert_string_equal(p.say, "\"Hyper-m\" is no key for map");
	assert_int_equal(keys_rebind("map", "", &p), -1);
	assert_int_equal(keys_rebind("map", "a b c d e f g", &p), -1);
	assert_int_equal(keys_rebind("map", "^[", &p), -1);
	assert_int_equal(keys_rebind("map", "\x7f", &p), -1);
	assert_int_equal(keys_rebind("map", "\xff", &p), -1);
	assert_int_equal(keys_rebind("map", "w", &p), 0);
	assert_int_equal(keys_rebind("help", "w", &p), -1);
	assert_string_equal(p.say, "w is already the key of map");
	assert_int_equal(key_action('?'), ACT_HELP);
}

static void one_can_always_leave(void **state)
{
	struct problem p;
	(void)state;
	assert_int_equal(keys_rebind("map", "^C", &p), -1);
	assert_int_equal(keys_rebind("quit", "none", &p), 0);
	assert_int_equal(key_action('C' - 64), ACT_QUIT);
	assert_int_equal(keys_rebind("quit", "F10", &p), 0);
	assert_int_equal(key_action('C' - 64), ACT_QUIT);
	assert_int_equal(key_action('q'), ACT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_action_has_one_row, reset),
		cmocka_unit_test_setup(every_key_has_one_action, reset),
		cmocka_unit_test_setup(letters_of_cut_sequences_are_harmless, reset),
		cmocka_unit_test_setup(keys_in_force_are_those_of_the_table, reset),
		cmocka_unit_test_setup(a_key_of_the_configuration_replaces_the_own_ones, reset),
		cmocka_unit_test_setup(what_cannot_be_a_key_is_said, reset),
		cmocka_unit_test_setup(one_can_always_leave, reset),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
