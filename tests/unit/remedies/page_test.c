#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "remedies/page.h"

#define HEAD "---\ncause: slot.missing\ntitle: T\nfacts: server.slot_name pg.port\nask: days | 7 | How many days\n---\n"
#define STEP(attrs, text) HEAD "Why.\n\n## One\n\nProse.\n\n```sh " attrs "\n" text "\n```\n"

static void reads_all_parts(void **state)
{
	(void)state;
	struct problem p;
	struct arena *a = arena_new();
	const char text[] = HEAD "Why it is so.\n\n## Look\n\nProse of *Look*.\n\n"
			    "```bash {on=db as=postgres risk=destructive proves=slot.exists,slot.active requires=pg.connect when=\"db.init:systemd pg.version:>=15\" timeout=5m "
			    "undo=\"say \\\"no\\\"\"}\nprintf '%s\\n' {server.slot_name} \"${x}\"\n\n  second {days}\n```\n\n"
			    "After.\n\n```text\nshown only\n```\n\n```expect\n^a|b$\n```\n\n### Remarks\n\nLast words.\n";
	struct page *page = page_parse(a, "f.md", text, sizeof text - 1, &p);
	assert_non_null(page);
	assert_string_equal(page->cause, "slot.missing");
	assert_string_equal(page->title, "T");
	assert_int_equal(page->n_facts, 2);
	assert_string_equal(page->ask[0].fallback, "7");
	assert_int_equal(page->steps, 1);
	const struct step *s = page->step;
	assert_string_equal(s->heading, "Look");
	assert_int_equal(s->line, 9);
	assert_int_equal(s->text_line, 14);
	assert_true(s->bash);
	assert_string_equal(s->text, "printf '%s\\n' {server.slot_name} \"${x}\"\n\n  second {days}");
	assert_string_equal(s->on, "db");
	assert_string_equal(s->as, "postgres");
	assert_int_equal(s->risk, RISK_DESTRUCTIVE);
	assert_string_equal(s->proves[1], "slot.active");
	assert_string_equal(s->requires[0], "pg.connect");
	assert_string_equal(s->when, "db.init:systemd pg.version:>=15");
	assert_string_equal(s->expect, "^a|b$");
	assert_string_equal(s->undo, "say \"no\"");
	assert_int_equal(s->timeout_s, 300);
	assert_non_null(strstr(s->prose, "Prose of *Look*."));
	assert_non_null(strstr(s->prose, "shown only"));
	assert_non_null(strstr(s->prose, "Last words."));
	assert_null(strstr(s->prose, "printf"));
	arena_free(a);
}

struct wrong {
	const char *text, *say;
};

/* Each breaks one rule; the sentence names the line of the file. */
static const struct wrong wrongs[] = {
	{STEP("{on=moon}", "true"), "f.md:13: \"moon\" is no place"},
	{STEP("{risk=big}", "true"), "f.md:13: \"big\" is no risk"},
	{STEP("{colour=red}", "true"), "f.md:13: unknown attribute \"colour\""},
	{STEP("{on=db on=db}", "true"), "stands twice"},
	{STEP("{on=db", "true"), "not closed by }"},
	{STEP("{undo=\"x}", "true"), "not closed by a quote"},
	{STEP("{on}", "true"), "has no value"},
	{STEP("{on=db} more", "true"), "text stands behind"},
	{STEP("on=db", "true"), "stand in braces"},
	{STEP("{timeout=0}", "true"), "no time limit"},
	{STEP("{timeout=9d}", "true"), "no time limit"},
	{STEP("{timeout=99999999999999999999h}", "true"), "no time limit"},
	{STEP("{when=systemd}", "true"), "no condition"},
	{STEP("{expect=\"(\"}", "true"), "the expected pattern is wrong"},
	{STEP("{proves=Slot}", "true"), "no name of a probe"},
	{STEP("{as=-x}", "true"), "no name of a user"},
	{STEP("", "$ true"), "f.md:14: the command begins with a prompt"},
	{STEP("", " "), "has no command"},
	{STEP("", "a\x1b[1m"), "control character"},
	{STEP("", "a \xe2\x80\xae b"), "invisible"},
	{STEP("", "echo '{server.slot_name}'"), "f.md:14: the placeholder {server.slot_name} stands inside of quotes"},
	{STEP("", "true\necho \"{days}\""), "f.md:15: the placeholder {days} stands inside of quotes"},
	{STEP("", "cat <<X\n{days}\nX"), "here-document"},
	{STEP("", "cat <<-'X'\n\t{days}\n\tX"), "here-document"},
	{STEP("", "echo ${a:-{days}}"), "inside of quotes"},
	{STEP("", "echo $((1 + {days}))"), "inside of quotes"},
	{STEP("", "echo `echo {days}`"), "inside of quotes"},
	{STEP("", "echo \"$(echo \"{days}\")\""), "inside of quotes"},
	{STEP("", "echo \"$(case x in x) echo \"a\" ;; esac)\""), "cannot be followed"},
	{STEP("", "echo 'open"), "cannot be followed"},
	{STEP("", "echo {server.other}"), "{server.other} is not declared"},
	{HEAD "## One\n\n```sh\na\n```\n\n```sh\nb\n```\n", "f.md:13: the step \"One\" has two command fences"},
	{HEAD "## One\n\n```sh\na\n", "f.md:9: the fence is not closed"},
	{HEAD "## One\n\n````sh\na\n```\n", "the fence is not closed"},
	{HEAD "```sh\na\n```\n", "before the first heading"},
	{HEAD "## One\n\n```expect\na\n```\n", "without a step"},
	{HEAD "## One\n\n```sh {expect=a}\na\n```\n```expect\na\n```\n", "two expected patterns"},
	{HEAD "## One\n\n```sh\na\n```\n```expect\na\nb\n```\n", "holds one line"},
	{HEAD "## One\n\n- x\n\n  ```sh\n  a\n  ```\n", "f.md:11: a command stands inside of a list"},
	{HEAD "##\n\n```sh\na\n```\n", "heading is empty"},
	{"---\ncause: a.b\n", "front matter is not closed"},
	{"---\ncolour: red\n---\n", "f.md:2: \"colour:\" is no key"},
	{"---\ncause: a.b\ncause: a.b\n---\n", "stands twice"},
	{"---\ncause: A B\n---\n", "is no cause"},
	{"---\nfacts: slot\n---\n", "no name of a fact"},
	{"---\nask: x | y\n---\n", "needs a name"},
	{"---\nask: x | y | z | loud\n---\n", "needs a name"},
	{"---\nask: x | 1 | a\nask: x | 1 | a\n---\n", "cannot be the name"},
	{"---\nask: x | {a.b} | c\n---\n", "is not declared"},
	{"---\nhello\n---\n", "without a key"},
	{"a\r\nb\n", "f.md:1: the line has a carriage return"},
	{"a\n\xff\n", "f.md:2: this is not text"},
};

static void names_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		struct problem p = {0};
		struct arena *a = arena_new();
		struct page *page = page_parse(a, "f.md", wrongs[i].text, strlen(wrongs[i].text), &p);
		if (page || !strstr(p.say, wrongs[i].say))
			fail_msg("row %zu: want \"%s\", got %s \"%s\"", i, wrongs[i].say, page ? "a page" : "", p.say);
		arena_free(a);
	}
}

/* Braces and quotes of the shell's own that must pass. */
static const char *const rights[] = {
	"find . -exec ls {} +", "awk '{print $1}'", "echo \"it's\" {days}", "echo a\\'b {days}", "# don't {days}\ntrue {days}",
	"echo $(echo {days})", "echo \"$(echo {days})\"", "f() { echo; }; f {days}", "cat <<'X' {days}\n$x {y}\nX\necho {days}",
	"echo $'it\\'s' {days}", "echo {a,b}", "x=${y} && echo {days}", "cat <<<{days}", "echo \\{days}", "echo $(( (1+2) * 3 )) {days}",
	"case x in x) echo {days} ;; esac",
};

static void leaves_the_shell_its_braces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
		struct problem p = {0};
		struct arena *a = arena_new();
		char *text = arena_printf(a, HEAD "## One\n\n```sh\n%s\n```\n", rights[i]);
		struct page *page = page_parse(a, "f.md", text, strlen(text), &p);
		if (!page || strcmp(page->step[0].text, rights[i]))
			fail_msg("%s: %s", rights[i], p.say);
		arena_free(a);
	}
}

static void refuses_what_is_no_page(void **state)
{
	(void)state;
	struct problem p;
	struct arena *a = arena_new();
	size_t n = 50u << 20;
	char *big = xmalloc(n);
	memset(big, 'a', n);
	assert_null(page_parse(a, "f.md", big, n, &p));
	assert_non_null(strstr(p.say, "larger than 1 MB"));
	free(big);
	assert_null(page_parse(a, "f.md", "a\n\0b", 4, &p));
	assert_non_null(strstr(p.say, "f.md:2: this is not text: a NUL byte"));
	assert_non_null(page_parse(a, "f.md", "", 0, &p));
	/* deep nesting must not exhaust the stack */
	char *deep = xmalloc(500000);
	memset(deep, '>', 500000);
	assert_non_null(page_parse(a, "f.md", deep, 500000, &p));
	free(deep);
	arena_free(a);
}

static void trusts_only_safe_files(void **state)
{
	(void)state;
	struct problem p;
	struct arena *a = arena_new();
	char path[] = "/tmp/walmedic-page-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, HEAD, strlen(HEAD)), strlen(HEAD));
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_non_null(page_read(a, path, &p));
	assert_int_equal(fchmod(fd, 0620), 0);
	assert_null(page_read(a, path, &p));
	assert_non_null(strstr(p.say, "changed by other users"));
	if (geteuid() == 0) {
		assert_int_equal(fchmod(fd, 0600), 0);
		assert_int_equal(fchown(fd, 12345, 0), 0);
		assert_null(page_read(a, path, &p));
		assert_non_null(strstr(p.say, "another user"));
	}
	assert_null(page_read(a, "/dev/zero", &p));
	assert_non_null(strstr(p.say, "not a regular file"));
	assert_null(page_read(a, "/nonexistent/x.md", &p));
	close(fd);
	unlink(path);
	arena_free(a);
}

static void renders_prose(void **state)
{
	(void)state;
	struct str out = {0};
	page_render(&out, "One `two` *three* four five six seven eight\n\n- item\n", 20);
	assert_string_equal(str_text(&out), "One two three four\nfive six seven eight\n\n  - item\n");
	str_free(&out);
}

static void a_table_is_columns(void **state)
{
	(void)state;
	struct str out = {0};
	page_render(&out, "Before.\n\n| a | what it is |\n|---|---|\n| `x` | one two three four five six |\n| yy | **ü** |\n\n- after\n", 24);
	assert_string_equal(str_text(&out), "Before.\n\na   what it is\n--  --------------------\nx   one two three four\n    five six\nyy  ü\n\n  - after\n");
	str_free(&out);
	page_render(&out, "| a |\n|---|\n| averyveryverylongword |\n", 8);
	assert_string_equal(str_text(&out), "a\n--------\naveryver\nyverylon\ngword\n");
	str_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_columns),
		cmocka_unit_test(reads_all_parts),         cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(leaves_the_shell_its_braces), cmocka_unit_test(refuses_what_is_no_page),
		cmocka_unit_test(trusts_only_safe_files),  cmocka_unit_test(renders_prose),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
