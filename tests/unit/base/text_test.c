#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/base/secret.h"
#include "probes/base/text.h"

static void clean_is(const char *in, size_t n, const char *want)
{
	struct str s = {0};
	text_clean(&s, in, n, 4096, 65536);
	assert_string_equal(str_text(&s), want);
	str_free(&s);
}

static void clean_defuses_what_acts_on_a_terminal(void **state)
{
	(void)state;
	clean_is("a\033[2Jb", 6, "a<1B>[2Jb");
	clean_is("\xe2\x80\xae!", 4, "<202E>!");
	clean_is("\xc2\x9b" "x", 3, "<9B>x");
	clean_is("\xff\xfe", 2, "<FF><FE>");
	clean_is("\xc0\xaf", 2, "<C0><AF>");
	clean_is("\xed\xa0\x80", 3, "<ED><A0><80>");
	clean_is("ok\xe2\x9c\x93\r\nnext\tx", 13, "ok✓\nnext\tx");
	clean_is("nul\0x", 5, "nul<00>x");
}

static void clean_cuts_lines_and_totals(void **state)
{
	(void)state;
	struct str s = {0};
	text_clean(&s, "abcdef\nxy", 9, 3, 100);
	assert_string_equal(str_text(&s), "abc…\nxy");
	str_clear(&s);
	text_clean(&s, "abcdef", 6, 100, 2);
	assert_string_equal(str_text(&s), "ab…");
	str_free(&s);
}

static void shell_quote_leaves_one_word(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"main", "main"}, {"a b", "'a b'"}, {"", "''"}, {"it's", "'it'\\''s'"}, {"$(x)", "'$(x)'"}, {"~", "'~'"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str s = {0};
		text_shell_quote(&s, rows[i][0]);
		assert_string_equal(str_text(&s), rows[i][1]);
		str_free(&s);
	}
}

static void words_are_split_without_expansion(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	int n = 0;
	char **w = text_split_words(a, "ssh -o 'A b' \"q\\\"x\" p\\ q", &n);
	assert_int_equal(n, 5);
	assert_string_equal(w[2], "A b");
	assert_string_equal(w[3], "q\"x");
	assert_string_equal(w[4], "p q");
	assert_null(w[5]);
	assert_null(text_split_words(a, "ssh $(id)", &n));
	assert_null(text_split_words(a, "ssh 'open", &n));
	assert_null(text_split_words(a, "ssh a; rm b", &n));
	assert_null(text_split_words(a, "x \"`id`\"", &n));
	arena_free(a);
}

static void secrets_become_equal_tokens(void **state)
{
	(void)state;
	struct str a = {0}, b = {0};
	const char *line = "host=db1 password=hunter22 user=x postgresql://u:hunter22@h/d";
	secret_mask(&a, line, strlen(line));
	assert_null(strstr(str_text(&a), "hunter22"));
	assert_non_null(strstr(str_text(&a), "host=db1 password=<secret:"));
	char token[18] = "";
	memcpy(token, strstr(str_text(&a), "<secret:"), 17);
	assert_non_null(strstr(strstr(str_text(&a), "u:"), token));
	secret_learn("s3cr3t-literal");
	secret_mask(&b, "x s3cr3t-literal y PGPASSWORD='a b' z", 37);
	assert_null(strstr(str_text(&b), "s3cr3t"));
	assert_null(strstr(str_text(&b), "a b"));
	assert_non_null(strstr(str_text(&b), " z"));
	str_clear(&b);
	secret_reveal(&b, str_text(&a));
	assert_string_equal(str_text(&b), line);
	str_clear(&b);
	secret_reveal(&b, "x <secret:00000000> <secret:");
	assert_string_equal(str_text(&b), "x <secret:00000000> <secret:");
	str_free(&a);
	str_free(&b);
}

static void a_token_is_not_masked_again(void **state)
{
	(void)state;
	struct str once = {0}, twice = {0};
	const char *line = "PGPASSWORD=Zq7 http://me:Zq7@h:80/ password='Zq7' barman-wal-archive b m %p";
	secret_mask(&once, line, strlen(line));
	secret_mask(&twice, str_text(&once), once.len);
	assert_string_equal(str_text(&twice), str_text(&once));
	assert_null(strstr(str_text(&once), "Zq7"));
	str_free(&once);
	str_free(&twice);
}

static void passwords_of_sql_and_sshpass_are_secrets(void **state)
{
	(void)state;
	struct str s = {0};
	const char *lines = "STATEMENT:  ALTER ROLE b PASSWORD 'Zq7 x' VALID; sshpass -p Zq7 ssh h; sshpass -pZq7 ssh h\n"
			    "AWS_SECRET_ACCESS_KEY=Zq7 wal-g; FATAL:  password authentication failed for user 'b'";
	secret_mask(&s, lines, strlen(lines));
	assert_null(strstr(str_text(&s), "Zq7"));
	assert_non_null(strstr(str_text(&s), " VALID; sshpass -p "));
	assert_non_null(strstr(str_text(&s), "password authentication failed for user 'b'"));
	str_free(&s);
}

static void patterns_and_times(void **state)
{
	(void)state;
	assert_true(text_match("ssh.to_db.*", "ssh.to_db.refused"));
	assert_false(text_match("ssh.to_db.*", "ssh.to_backup.refused"));
	assert_true(text_match("*", ""));
	assert_false(text_match("a*b", "ac"));
	struct str s = {0};
	text_duration(&s, 11520);
	assert_string_equal(str_text(&s), "3 h 12 min");
	str_clear(&s);
	text_bytes(&s, 1.5 * 1024 * 1024 * 1024);
	assert_string_equal(str_text(&s), "1.5 GB");
	str_free(&s);
}

int main(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_defuses_what_acts_on_a_terminal),
		cmocka_unit_test(clean_cuts_lines_and_totals),
		cmocka_unit_test(shell_quote_leaves_one_word),
		cmocka_unit_test(words_are_split_without_expansion),
		cmocka_unit_test(secrets_become_equal_tokens),
		cmocka_unit_test(a_token_is_not_masked_again),
		cmocka_unit_test(passwords_of_sql_and_sshpass_are_secrets),
		cmocka_unit_test(patterns_and_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
