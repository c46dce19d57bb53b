/* Any Markdown page as steps: what a wiki writes, and what nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "remedies/runbook.h"

static struct arena *arena;
static struct problem problem;

static struct page *parse(const char *text)
{
	return runbook_parse(arena, "page.md", text, strlen(text), &problem);
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	problem = (struct problem){.say = ""};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const char wiki[] =
	"\xef\xbb\xbf---\r\ntitle: \"Runbook - backup failed\"\r\ntags: [a, b]\r\nnested:\r\n  - x: y\r\n---\r\n\r\n"
	"# Runbook: backup failed\r\n\r\n**Severity**: high\r\n\r\n"
	"## Immediate actions\r\n\r\n"
	"### 1. Look at the web page\r\n\r\nOpen it. Look for red.\r\n\r\n```\r\nno command\r\n```\r\n\r\n"
	"### 2. Find the job\r\n\r\n```bash\r\njobs list\r\n```\r\n\r\nIf low on space:\r\n\r\n```console title=\"x\"\r\n$ df -h /x \\\r\n  /y\r\nFilesystem ...\r\n$ sync\r\n```\r\n\r\nAt least 20% must be free.\r\n\r\n"
	"- step in a list\r\n\r\n  ```sh {1,3}\r\n  rm -r <dir> # old ones\r\n  ```\r\n\r\n"
	"## Checklist\r\n\r\n- [ ] tell *the* team\r\n- [x] breathe\r\n- [ ] slot is there {proves=slot.exists}\r\n\r\n"
	"## Related\r\n\r\n| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n";

static void reads_a_wiki_page(void **state)
{
	(void)state;
	struct page *p = parse(wiki);
	if (!p)
		fail_msg("%s", problem.say);
	assert_string_equal(p->title, "Runbook - backup failed");
	assert_true(p->walkable);
	assert_non_null(strstr(p->why, "Severity"));
	static const struct {
		enum step_kind kind;
		const char *under, *heading, *text;
	} want[] = {
		{STEP_READ, "Immediate actions", "1. Look at the web page", ""},
		{STEP_COMMAND, "Immediate actions", "2. Find the job", "jobs list"},
		{STEP_COMMAND, "Immediate actions", "2. Find the job: If low on space", "df -h /x \\\n  /y\nsync"},
		{STEP_COMMAND, "Immediate actions", "2. Find the job", "rm -r <dir> # old ones"},
		{STEP_TICK, "Checklist", "tell the team", ""},
		{STEP_TICK, "Checklist", "breathe", ""},
		{STEP_TICK, "Checklist", "slot is there", ""},
		{STEP_READ, "", "Related", ""},
	};
	assert_int_equal(p->steps, sizeof want / sizeof *want);
	for (int i = 0; i < p->steps; i++) {
		assert_int_equal(p->step[i].kind, want[i].kind);
		assert_string_equal(p->step[i].under, want[i].under);
		assert_string_equal(p->step[i].heading, want[i].heading);
		assert_string_equal(p->step[i].text, want[i].text);
	}
	assert_non_null(strstr(p->step[0].prose, "no command"));
	assert_non_null(strstr(p->step[3].prose, "20% must be free"));
	assert_true(p->step[1].bash && !p->step[2].bash && !p->step[1].on && !p->step[1].risk_named);
	assert_int_equal(p->step[1].risk, RISK_CHANGE);
	assert_int_equal(p->step[3].risk, RISK_DESTRUCTIVE);
	assert_true(p->step[5].ticked && !p->step[4].ticked);
	assert_string_equal(p->step[6].proves[0], "slot.exists");
	assert_int_equal(p->asks, 1);
	assert_string_equal(p->ask[0].name, "dir");
	assert_int_equal(p->step[1].text_line, 25);
}

static const char choices[] =
	"## Which do you see?\n\n- [it is lost](#slot-lost \"slot.lost\")\n- [it is there](#it-is-there)\n- [neither](#nowhere)\n\n"
	"## Slot lost\n\n```sh\na\n```\n\n### More\n\n- [ ] b\n\n## It is there\n\n```sh\nc\n```\n\n## End\n\n- [ ] d\n";

static void finds_the_branches_of_a_choice(void **state)
{
	(void)state;
	struct page *p = parse(choices);
	if (!p)
		fail_msg("%s", problem.say);
	assert_int_equal(p->steps, 5);
	const struct step *s = &p->step[0];
	assert_int_equal(s->kind, STEP_CHOICE);
	assert_int_equal(s->options, 3);
	assert_string_equal(s->option[0].text, "it is lost");
	assert_string_equal(s->option[0].cause, "slot.lost");
	assert_int_equal(s->option[0].first, 1);
	assert_int_equal(s->option[0].last, 2);
	assert_int_equal(s->option[1].first, 3);
	assert_int_equal(s->option[1].last, 3);
	assert_true(s->option[2].last < s->option[2].first);
}

/* Text of the web, with comments that look like headings. */
static void has_no_steps_without_marks(void **state)
{
	(void)state;
	static const char *const pages[] = {"", "\n\n", "How to fix it\n\nbash\n$ barman check x\n\n# switch user\nsu - postgres\n", "---\nno end",
					    "# Title\n\nText.\n\n## More\n\n```ini\na = b\n```\n", "    indented\n    code\n"};
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		struct page *p = parse(pages[i]);
		if (!p || p->walkable)
			fail_msg("page %zu: %s", i, p ? "walkable" : problem.say);
		assert_string_equal(p->raw, pages[i]);
	}
}

static const struct row {
	const char *text, *say;
} refused[] = {
	{"## A\n\n```sh {on=db speed=9}\nx\n```\n", "page.md:3: unknown attribute \"speed\""},
	{"## A\n\n```sh {on=mars}\nx\n```\n", "page.md:3: \"mars\" is no place"},
	{"## A\n\n```sh {as=$(id)}\nx\n```\n", "page.md:3: \"$(id)\" is no name of a user"},
	{"## A\n\n```sh {on=db as=\"a\nx\n```\n", "page.md:3: the value of the attribute"},
	{"## A\n\n```sh {expect=\"(\"}\nx\n```\n", "page.md:3: the expected pattern is wrong"},
	{"## A\n\n```expect\nx\n```\n", "page.md:3: this expect fence belongs to no command"},
	{"## A\n\n- [ ] x {proves=Bad}\n", "page.md:3: \"Bad\" is no name of a probe"},
	{"---\nask: x\n---\n", "page.md:2: \"ask:\" needs a name"},
	{"---\nask: x | {db.no} | what\n---\n", "page.md:1: the default {db.no}"},
	{"## A\n\n```sh\nx\n```\n\n## Again?\n\n- [once more](#a)\n", "page.md:9: the choice \"once more\" leads back"},
	{"## Again?\n\n- [once more](#again)\n", "page.md:3: the choice \"once more\" leads back"},
	{"a\n\xff\xfe\n", "page.md:2: this is not text: not UTF-8"},
};

static void names_the_line_of_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		problem = (struct problem){.say = ""};
		if (parse(refused[i].text) || strncmp(problem.say, refused[i].say, strlen(refused[i].say)))
			fail_msg("row %zu: want \"%s\", got \"%s\"", i, refused[i].say, problem.say);
	}
	assert_null(runbook_parse(arena, "page.md", "a\nb\0c\n", 6, &problem));
	assert_non_null(strstr(problem.say, "page.md:2: this is not text: a NUL byte"));
	char *big = arena_alloc(arena, 50 << 20);
	memset(big, 'a', 50 << 20);
	assert_null(runbook_parse(arena, "page.md", big, 50 << 20, &problem));
	assert_non_null(strstr(problem.say, "larger than 1 MB"));
}

static void keeps_from_running_what_is_no_plain_text(void **state)
{
	(void)state;
	struct page *p = parse("## A\n\n```sh\nls\nls\xc2\xa0-l\n```\n\n```sh\nls \x1b[2J\n```\n\n```sh\n# only words\n```\n\n```sh\nls \xe2\x80\x8b\n```\n\n```sh\nls\n```\n");
	assert_int_equal(p->steps, 5);
	assert_non_null(strstr(p->step[0].wrong, "line 5 has a space that is no space"));
	assert_non_null(strstr(p->step[1].wrong, "line 9 has a control character"));
	assert_non_null(strstr(p->step[2].wrong, "no command"));
	assert_non_null(strstr(p->step[3].wrong, "line 17"));
	assert_null(p->step[4].wrong);
}

static void asks_for_what_stands_in_angles(void **state)
{
	(void)state;
	static const struct {
		const char *command, *names;
	} rows[] = {
		{"qm set <vmid> --x", "vmid;"},
		{"login <user>@<realm>!<token-name>@h:<Data Store>", "user;realm;token-name;Data Store;"},
		{"psql -c \"SELECT '<slot>'\"", "slot;"},
		{"cat <in.txt >out", ""},
		{"cat <in >out", ""},
		{"cat <<EOF\n<value>\nEOF", "value;"},
		{"cat <<<word>x", ""},
		{"a <b c <d> e", "d;"},
		{"x {vmid} ${x} <-x> < y>", ""},
		{"x <a> <a> '<a>'", "a;"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str names = {0};
		struct page *p = parse(arena_printf(arena, "## A\n\n```sh\n%s\n```\n", rows[i].command));
		for (int k = 0; k < p->asks; k++)
			str_addf(&names, "%s;", p->ask[k].name);
		if (strcmp(str_text(&names), rows[i].names))
			fail_msg("%s: %s", rows[i].command, str_text(&names));
		str_free(&names);
	}
	struct page *p = parse("---\nask: vmid | 100 | which\n---\n## A\n\n```sh\nx <vmid> --password <token-secret>\n```\n");
	assert_int_equal(p->asks, 2);
	assert_string_equal(p->ask[0].fallback, "100");
	assert_true(p->ask[1].secret && !p->ask[0].secret);
	assert_string_equal(p->ask[1].about, "first in line 7: x <vmid> --password <token-secret>");
}

static void is_no_longer_than_a_page(void **state)
{
	(void)state;
	struct str text = {0};
	for (int i = 0; i < 201; i++)
		str_add(&text, "- [ ] x\n");
	assert_null(runbook_parse(arena, "page.md", text.s, text.len, &problem));
	assert_non_null(strstr(problem.say, "more than 200 steps"));
	str_clear(&text);
	for (int i = 0; i < 401; i++)
		str_add(&text, "# x\n");
	assert_null(runbook_parse(arena, "page.md", text.s, text.len, &problem));
	assert_non_null(strstr(problem.say, "more than 400 headings"));
	str_clear(&text);
	for (int i = 0; i < 20000; i++)
		str_addc(&text, '>');
	str_add(&text, "\n```sh\nx\n```\n");
	runbook_parse(arena, "page.md", text.s, text.len, &problem); /* and comes back */
	str_free(&text);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(reads_a_wiki_page), T(finds_the_branches_of_a_choice), T(has_no_steps_without_marks), T(names_the_line_of_what_is_wrong),
		T(keeps_from_running_what_is_no_plain_text), T(asks_for_what_stands_in_angles), T(is_no_longer_than_a_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
