/* The answers of the setup wizard: what is a value, what a file may say, and that no host key is accepted without a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "remedies/answers.h"

#define PRINT_A "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define PRINT_B "SHA256:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB+/"

static const struct value_row {
	const char *name, *value;
	bool good;
} value_rows[] = {
	{"server", "main", true}, {"server", "a-b_2", true}, {"server", "-x", false}, {"server", "a b", false}, {"server", "", false}, {"server", "a;b", false},
	{"backup", "local", true}, {"backup", "ssh://root@b1", true}, {"backup", "ssh://b1:2222", true}, {"backup", "ssh://root@[fe80::1]:22", true},
	{"backup", "root@b1", false}, {"backup", "ssh://root@-oProxyCommand", false}, {"backup", "ssh://a$(id)", false},
	{"mode", "push", true}, {"mode", "pull", false}, {"db_address", "10.0.0.7", true}, {"db_address", "db1.example", true}, {"db_address", "db1;id", false},
	{"port", "5432", true}, {"port", "0", false}, {"port", "x", false}, {"port", "543210", false},
	{"allow", "10.0.0.2/32", true}, {"allow", "fd00::2/128", true}, {"allow", "10.0.0.2", false}, {"allow", "all", false}, {"allow", "0/0 trust", false},
	{"retention", "RECOVERY WINDOW OF 7 DAYS", true}, {"retention", "REDUNDANCY 3", true}, {"retention", "for ever", false}, {"retention", "REDUNDANCY 0", false},
	{"schedule", "03:17", true}, {"schedule", "3:5", false}, {"schedule", "24:00", false}, {"schedule", "* * * * *", false},
	{"monitoring", "nagios", true}, {"monitoring", "zabbix", false}, {"restart", "yes", true}, {"restart", "perhaps", false},
	{"hostkey_db", PRINT_A, true}, {"hostkey_db", PRINT_A " " PRINT_B, true}, {"hostkey_db", "SHA256:short", false}, {"hostkey_db", "MD5:aa", false},
	{"hostkeys", "trust-on-first-use", true}, {"hostkeys", "yes", false}, {"no_rule", "anything", true},
};

static void values_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof value_rows / sizeof *value_rows; i++) {
		struct problem p = {"", ""};
		if ((answers_check(value_rows[i].name, value_rows[i].value, &p) == 0) != value_rows[i].good)
			fail_msg("%s = %s", value_rows[i].name, value_rows[i].value);
		if (!value_rows[i].good)
			assert_true(*p.say && *p.hint);
	}
}

static int parse(struct arena *a, const char *text, struct answers *ret, struct problem *p)
{
	return answers_parse(a, "answers", text, ret, p);
}

static void a_file_is_read(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct answers got;
	struct problem p;
	assert_int_equal(parse(a, "# a comment\n\n server = main \n;another\nretention=REDUNDANCY 2\nrestart = yes", &got, &p), 0);
	assert_string_equal(answers_get(&got, "server"), "main");
	assert_string_equal(answers_get(&got, "retention"), "REDUNDANCY 2");
	assert_null(answers_get(&got, "mode"));
	assert_true(got.may_restart);
	assert_int_equal(parse(a, "restart = no\n", &got, &p), 0);
	assert_false(got.may_restart);
	arena_free(a);
}

static const struct wrong_row {
	const char *text, *say;
} wrong_rows[] = {
	{"server = main\nservre = x\n", "answers:2: there is no answer of the name \"servre\""},
	{"server = main\n\nserver = other\n", "answers:3: \"server\" stands twice"},
	{"server main\n", "answers:1: the line has no \"=\""},
	{"mode = pull\n", "answers:1: \"pull\" is no value for mode: push, stream or both"},
	{"server = ma\x1b[2Jin\n", "answers:1: the line has a control character or an invisible one"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong_rows / sizeof *wrong_rows; i++) {
		struct arena *a = arena_new();
		struct answers got;
		struct problem p;
		assert_int_equal(parse(a, wrong_rows[i].text, &got, &p), -1);
		assert_string_equal(p.say, wrong_rows[i].say);
		arena_free(a);
	}
}

static const struct complete_row {
	const char *text;
	bool good;
} complete_rows[] = {
	{"server = m\nbackup = local\ndb = ssh://d\nhostkey_db = " PRINT_A "\n", true},
	{"server = m\nbackup = ssh://b\ndb = ssh://d\nhostkeys = trust-on-first-use\n", true},
	{"server = m\nbackup = ssh://b\ndb = ssh://d\nhostkey_db = " PRINT_A "\nhostkey_backup = " PRINT_B "\n", true},
	{"server = m\nbackup = local\ndb = local\n", true},
	{"server = m\nbackup = ssh://b\ndb = ssh://d\nhostkey_db = " PRINT_A "\n", false},
	{"server = m\nbackup = local\ndb = ssh://d\n", false},
	{"backup = local\ndb = local\n", false},
	{"server = m\ndb = local\n", false},
};

static void no_host_key_is_accepted_without_a_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof complete_rows / sizeof *complete_rows; i++) {
		struct arena *a = arena_new();
		struct answers got;
		struct problem p;
		assert_int_equal(parse(a, complete_rows[i].text, &got, &p), 0);
		if ((answers_complete(&got, "answers", &p) == 0) != complete_rows[i].good)
			fail_msg("%s", complete_rows[i].text);
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_checked), cmocka_unit_test(a_file_is_read), cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(no_host_key_is_accepted_without_a_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
