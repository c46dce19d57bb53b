#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/str.h"
#include "probes/config/ini.h"

static struct ini *read_as(enum ini_dialect dialect, const char *text)
{
	struct ini *ini = ini_new();
	ini_add(ini, dialect, "f", text, strlen(text));
	return ini;
}

static void value_is(const struct ini *ini, const char *section, const char *key, const char *want, int line)
{
	const struct ini_entry *e = ini_find(ini, section, key);
	assert_non_null(e);
	assert_string_equal(e->value, want);
	assert_int_equal(e->line, line);
}

static void values_stay_whole_and_know_their_line(void **state)
{
	(void)state;
	struct str text = {0};
	str_add(&text, "; head\n[Main Section]\r\nSSH_Command = ssh -o 'A ; B' # no comment\n");
	str_add(&text, "long = ");
	for (int i = 0; i < 1000; i++)
		str_addc(&text, 'x');
	str_add(&text, "\nConn : host=a\n\tuser=b\n\n  port=1\nlast=v=w");
	struct ini *ini = read_as(INI_PYTHON, text.s);
	assert_null(ini_errors(ini));
	value_is(ini, "Main Section", "ssh_command", "ssh -o 'A ; B' # no comment", 3);
	assert_int_equal(strlen(ini_find(ini, "Main Section", "long")->value), 1000);
	value_is(ini, "Main Section", "conn", "host=a\nuser=b\n\nport=1", 5);
	value_is(ini, "Main Section", "last", "v=w", 9);
	assert_null(ini_find(ini, "Main Section", "none"));
	assert_null(ini_find(ini, "main section", "last"));
	ini_free(ini);
	str_free(&text);
}

static void the_last_value_wins_over_files(void **state)
{
	(void)state;
	struct ini *ini = read_as(INI_PYTHON, "[a]\nk=1\nk=2\n[b]\nk=3\n[a]\nl=4\n");
	ini_add(ini, INI_PYTHON, "g", "[a]\nk=5\n", 8);
	value_is(ini, "a", "k", "5", 2);
	assert_string_equal(ini_find(ini, "a", "k")->file, "g");
	assert_string_equal(ini_find(ini, "a", "k")->earlier->value, "2");
	value_is(ini, "a", "l", "4", 7);
	assert_int_equal(ini_sections(ini), 2);
	assert_string_equal(ini_section(ini, 1)->name, "b");
	assert_string_equal(ini_section(ini, 0)->first->key, "k");
	assert_string_equal(ini_section(ini, 0)->first->next->key, "l");
	ini_free(ini);
}

static void error_is(const char *text, int line, const char *words)
{
	struct ini *ini = read_as(INI_PYTHON, text);
	const struct ini_error *e = ini_errors(ini);
	assert_non_null(e);
	assert_int_equal(e->line, line);
	assert_non_null(strstr(e->say, words));
	assert_string_not_equal(e->hint, "");
	ini_free(ini);
}

static void errors_have_line_and_hint(void **state)
{
	(void)state;
	error_is("[a]\nretention_policy REDUNDANCY 2\nk=1\n", 2, "retention_policy REDUNDANCY 2");
	error_is("k = 1\n[a]\n", 1, "before the first section");
	error_is("\xef\xbb\xbf[a]\nk=1\n", 1, "before the first section");
	error_is("[a]\n= 1\n", 2, "without a name");
	error_is("[a]\n\033[2J evil\n", 2, "<1B>[2J evil");
	struct ini *ini = ini_new();
	ini_add(ini, INI_PYTHON, "f", "[a]\nk=\0x\n", 9);
	assert_int_equal(ini_errors(ini)->line, 2);
	ini_free(ini);
}

static void too_much_is_a_clear_error(void **state)
{
	(void)state;
	struct str text = {0};
	for (int i = 0; i < 5000; i++)
		str_addf(&text, "[s%d]\nk=1\n", i);
	struct ini *ini = read_as(INI_PYTHON, text.s);
	assert_non_null(strstr(ini_errors(ini)->say, "sections"));
	ini_free(ini);
	str_clear(&text);
	while (text.len <= INI_MAX_BYTES)
		str_add(&text, "[section]\nkey = value\n");
	ini = read_as(INI_PYTHON, text.s);
	assert_non_null(strstr(ini_errors(ini)->say, "bytes"));
	ini_free(ini);
	str_clear(&text);
	str_addc(&text, '[');
	for (int i = 0; i < 300; i++)
		str_addc(&text, 'n');
	str_add(&text, "]\n");
	ini = read_as(INI_PYTHON, text.s);
	assert_non_null(strstr(ini_errors(ini)->say, "name of a section"));
	ini_free(ini);
	str_free(&text);
}

static void long_section_names_are_read(void **state)
{
	(void)state;
	char text[128] = "[a-name-of-a-server-that-is-longer-than-inih-itself-would-keep-it]\nk=1\n";
	struct ini *ini = read_as(INI_PYTHON, text);
	value_is(ini, "a-name-of-a-server-that-is-longer-than-inih-itself-would-keep-it", "k", "1", 2);
	ini_free(ini);
}

static void our_own_dialect_has_comments_behind_values(void **state)
{
	(void)state;
	struct ini *ini = read_as(INI_WALMEDIC, "[a]\nengine = barman   ; or command\n  backup = ssh://x#y # z\n;k=1\n");
	assert_null(ini_errors(ini));
	value_is(ini, "a", "engine", "barman", 2);
	value_is(ini, "a", "backup", "ssh://x#y", 3);
	assert_null(ini_find(ini, "a", "k"));
	ini_free(ini);
}

/* Every prefix of a file with all constructions is read without harm, whatever byte is changed. */
static void no_bytes_do_harm(void **state)
{
	(void)state;
	static const char seed[] = "[a]\n k = 1\n\tc\n[b\n]x]\n=\n:\n%\xff\0;\n#\r[c] d\r\nx:y=\"z\n";
	char copy[sizeof seed];
	unsigned random = 1;
	for (int i = 0; i < 3000; i++) {
		memcpy(copy, seed, sizeof seed);
		for (int k = 0; k < i % 7; k++) {
			random = random * 1103515245u + 12345u;
			copy[(random >> 8) % sizeof copy] = "[]=:;#%\n\r \t\0a\xc3"[(random >> 20) % 14];
		}
		struct ini *ini = ini_new();
		ini_add(ini, i & 1 ? INI_PYTHON : INI_WALMEDIC, "f", copy, (size_t)i % sizeof copy);
		for (size_t s = 0; s < ini_sections(ini); s++)
			for (const struct ini_entry *e = ini_section(ini, s)->first; e; e = e->next)
				assert_ptr_equal(ini_find(ini, e->section->name, e->key), e);
		ini_free(ini);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stay_whole_and_know_their_line),
		cmocka_unit_test(the_last_value_wins_over_files),
		cmocka_unit_test(errors_have_line_and_hint),
		cmocka_unit_test(too_much_is_a_clear_error),
		cmocka_unit_test(long_section_names_are_read),
		cmocka_unit_test(our_own_dialect_has_comments_behind_values),
		cmocka_unit_test(no_bytes_do_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
