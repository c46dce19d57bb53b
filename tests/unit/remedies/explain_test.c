#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "probes/engine/probe.h"
#include "remedies/catalogue.h"
#include "remedies/explain.h"

static void explains_every_cause(void **state)
{
	(void)state;
	for (const struct cause *c = causes; c->id; c++) {
		struct str out = {0};
		struct problem p;
		assert_int_equal(explain_cause(c->id, &out, &p), 0);
		assert_non_null(strstr(str_text(&out), c->title));
		str_free(&out);
	}
}

static void shows_commands_at_the_margin(void **state)
{
	(void)state;
	struct str out = {0};
	struct problem p;
	assert_int_equal(explain_cause("slot.missing", &out, &p), 0);
	assert_non_null(strstr(str_text(&out), "\nbarman receive-wal --create-slot {server.name}\n"));
	assert_non_null(strstr(str_text(&out), "[on backup as barman, change]"));
	assert_non_null(strstr(str_text(&out), "proven by: slot.exists"));
	str_free(&out);
}

static void suggests_near_names(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"slot.mising", "near it: slot.missing "}, {"receiver.client_misssing", "near it: receiver.client_missing "},
		{"hostkey_changed", "ssh.to_db.hostkey_changed"}, {"", "near it:"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str out = {0};
		struct problem p = {0};
		assert_int_equal(explain_cause(rows[i][0], &out, &p), -1);
		if (!strstr(p.hint, rows[i][1]))
			fail_msg("%s: %s", rows[i][0], p.hint);
		assert_int_equal(out.len, 0);
		str_free(&out);
	}
	char long_name[5000];
	struct problem p = {0};
	struct str out = {0};
	memset(long_name, '\x1b', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	assert_int_equal(explain_cause(long_name, &out, &p), -1);
	assert_null(strchr(p.say, '\x1b'));
	str_free(&out);
}

static void lists_all(void **state)
{
	(void)state;
	struct str out = {0};
	explain_list(&out);
	assert_non_null(strstr(str_text(&out), "* slot.missing "));
	for (const struct cause *c = causes; c->id; c++)
		assert_non_null(strstr(str_text(&out), c->title));
	str_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains_every_cause), cmocka_unit_test(shows_commands_at_the_margin),
		cmocka_unit_test(suggests_near_names),  cmocka_unit_test(lists_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
