#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "remedies/lint.h"
#include "remedies/runbook.h"

static bool is_cause(const char *id)
{
	return !strcmp(id, "slot.missing");
}

static bool is_probe(const char *id)
{
	return !strcmp(id, "slot.exists");
}

static void collect(void *arg, int line, const char *text)
{
	str_addf(arg, "%d: %s\n", line, text);
}

static void linted(const char *name, const char *text, struct str *ret)
{
	struct problem p = {0};
	struct arena *a = arena_new();
	struct lint l = {.name = name, .is_cause = is_cause, .is_probe = is_probe, .complain = collect, .arg = ret};
	struct page *page = page_parse(a, "f.md", text, strlen(text), &p);
	if (!page)
		fail_msg("%s", p.say);
	lint_page(page, &l);
	arena_free(a);
}

#define HEAD "---\ncause: slot.missing\ntitle: T\nfacts: server.name\n---\n"
#define READ "{on=db as=postgres risk=read}"
#define STEP(text) HEAD "Why.\n\n## One\n\n```sh " READ "\n" text "\n```\n"
#define PROSE(text) HEAD "Why.\n\n" text "\n\n## One\n\n```sh " READ "\ntrue\n```\n"

static const struct row {
	const char *text, *say; /* NULL: no complaint */
} rows[] = {
	{STEP("true"), NULL},
	{STEP("rm -rf /x/pg_wal/*"), "removing WAL"},
	{STEP("rm -f /var/lib/barman/incoming/1"), "removing WAL"},
	{STEP("rm -f /x/.cron.lock"), "removing lock"},
	{STEP("/usr/bin/pg_resetwal -f x"), "pg_resetwal"},
	{STEP("psql -c \"ALTER SYSTEM SET archive_command = '/bin/true'\""), "keeps nothing"},
	{STEP("psql -c \"ALTER SYSTEM SET archive_command TO 'cd .'\""), "keeps nothing"},
	{STEP("chmod -R 777 /x"), "chmod -R"},
	{STEP("chmod -vR 777 /x"), "chmod -R"},
	{STEP("chmod 700 /x/R"), NULL},
	{STEP("kill -9 12"), "kill -9"},
	{STEP("kill -s KILL 12"), "kill -9"},
	{STEP("git -o StrictHostKeyChecking=accept-new"), "accepting host keys"},
	{STEP("ssh-keyscan db >> known_hosts"), "from the network"},
	{STEP("psql -c 'ALTER SYSTEM SET archive_mode = off'"), "archive_mode=off"},
	{STEP("ssh db1 true"), "a step must not have ssh"},
	{STEP("true && ssh db1 true"), "a step must not have ssh"},
	{STEP("ssh -v db1 true"), "a step must not have ssh"},
	{STEP("ssh -G db1 | grep port"), NULL},
	{STEP("echo $(ssh db1 true)"), "a step must not have ssh"},
	{STEP("if true; then sudo ls; fi"), "another user"},
	{STEP("runuser -u x ls"), "another user"},
	{STEP("cd /tmp\nls"), "exit or cd"},
	{STEP("ls || exit 1"), "exit or cd"},
	{STEP("vi /etc/x"), "interactive"},
	{STEP("crontab -e"), "interactive"},
	{STEP("ls | less"), "interactive"},
	{STEP("tail -f x"), "interactive"},
	{STEP("psql -c 'x'\npsql"), "without a statement"},
	{STEP("ls ~/.ssh/sudo"), NULL},
	{STEP("echo 'a; exit'"), NULL},
	{STEP("cat <<'X'\nexit\nssh a\nX\ntrue"), NULL},
	{STEP("echo {name}"), "{name} is not declared"},
	{PROSE("One may `chmod -R` it."), "chmod -R"},
	{PROSE("Never `chmod -R` it,\nnor pg_resetwal."), NULL},
	{PROSE("Never say.\n\nThen pg_resetwal."), "pg_resetwal"},
	{HEAD "## One\n\n```sh " READ "\ntrue\n```\n", "why is missing"},
	{HEAD "Why.\n", "has no step"},
	{HEAD "Why.\n\n## One\n\n```sh\ntrue\n```\n", "on=, as= and risk="},
	{HEAD "Why.\n\n## One\n\n```sh {on=db as=x risk=change}\ntrue\n```\n", "needs proves="},
	{HEAD "Why.\n\n## One\n\n```sh {on=db as=x risk=change proves=slot.exists}\ntrue\n```\n", NULL},
	{HEAD "Why.\n\n## One\n\n```sh {on=db as=x risk=change proves=slot.exist}\ntrue\n```\n", "unknown probe \"slot.exist\""},
	{HEAD "Why.\n\n## One\n\n```sh {on=db as=x risk=read requires=x.y}\ntrue\n```\n", "requires names the unknown probe"},
	{HEAD "Why.\n\n## One\n\n```sh {on=db as=x risk=read when=a.b:c}\ntrue\n```\n", "no variant that always holds"},
	{HEAD "Why.\n\n## One\n\n```sh {on=db as=x risk=read when=a.b:c}\nx\n```\n\n## One\n\n```sh " READ "\ny\n```\n", NULL},
	{HEAD "Why.\n\n## One\n\n```sh {on=db as=x risk=read when=a.b:c}\nx\n```\n\n## One\n\n```sh {on=db as=x risk=read when=a.b:!=c}\ny\n```\n", NULL},
	{HEAD "Why.\n\n## One\n\n```sh {on=db as=x risk=read when=a.b:c}\nx\n```\n\n## One\n\n```sh {on=db as=x risk=read when=a.b:!=d}\ny\n```\n", "no variant that always holds"},
	{HEAD "Why.\n\n## One\n\n```sh " READ "\nx\n```\n\n## One\n\n```sh {on=db as=x risk=read when=a.b:c}\ny\n```\n", "never shown"},
	{"---\ncause: slot.missing\nask: n | 1 | x\n---\nWhy.\n\n## One\n\n```sh " READ "\nx\n```\n", "never used"},
	{"---\ncause: slot.lost\n---\nWhy.\n\n## One\n\n```sh " READ "\nx\n```\n", "must be the name of the file"},
};

static void complains_where_it_must(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str out = {0};
		linted("slot.missing", rows[i].text, &out);
		if (rows[i].say ? !strstr(str_text(&out), rows[i].say) : out.len > 0)
			fail_msg("row %zu, want \"%s\", got \"%s\"", i, rows[i].say ? rows[i].say : "", str_text(&out));
		str_free(&out);
	}
}

#define BOOK(body) "# T\n\n**Impact**: x\n\n**Times**: x\n\n" body "\n\n## Verify\n\nx\n\n## Prevention\n\nx\n\n## Escalation\n\nx\n"
static const struct row books[] = {
	{BOOK("## A\n\n```sh " READ "\ntrue\n```\n"), NULL},
	{BOOK("## A\n\n```sh\ntrue\n```\n"), "on=, as= and risk="},
	{BOOK("## A\n\n```sh " READ "\nssh x true\n```\n"), "must not have ssh"},
	{BOOK("## A\n\n```sh " READ "\nproxmox-backup-client verify x\n```\n"), "known to be wrong: proxmox-backup-client"},
	{BOOK("## A\n\n```sh " READ "\nls {server.name}\n```\n"), "is not declared"},
	{"---\nask: n | 1 | x\n---\n" BOOK("## A\n\n```sh " READ "\nls \"{n}\"\n```\n"), "stands inside of quotes"},
	{BOOK("## A\n\n- [ ] x {proves=slot.exist}\n"), "unknown probe"},
	{BOOK("## A?\n\n- [x](#verify \"slot.found\")\n"), "is no cause"},
	{BOOK("## A?\n\n- [x](#nowhere)\n"), "leads to no step"},
	{BOOK("## A\n\nThen chmod -R it.\n"), "chmod -R"},
	{"# T\n\n## A\n\n- [ ] x\n", "\"**Impact**\" is missing"},
	{"---\nask: n | 1 | x\n---\n" BOOK("- [ ] x\n"), "never used"},
};

static void complains_of_runbooks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof books / sizeof *books; i++) {
		struct str out = {0};
		struct problem p = {0};
		struct arena *a = arena_new();
		struct lint l = {.name = "f", .is_cause = is_cause, .is_probe = is_probe, .complain = collect, .arg = &out};
		struct page *page = runbook_parse(a, "f.md", books[i].text, strlen(books[i].text), &p);
		if (!page)
			fail_msg("%s", p.say);
		lint_runbook(page, &l);
		if (books[i].say ? !strstr(str_text(&out), books[i].say) : out.len > 0)
			fail_msg("row %zu, want \"%s\", got \"%s\"", i, books[i].say ? books[i].say : "", str_text(&out));
		arena_free(a);
		str_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(complains_where_it_must), cmocka_unit_test(complains_of_runbooks)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
