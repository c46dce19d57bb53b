#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/catalogue/command/lint.h"

static const struct lint_context known = {
	.server = "main", .servers = "main, shop\nold", .active_servers = "main shop", .backup_host = "backup1",
	.incoming = "/var/lib/barman/main/incoming", .pg_version_num = 150020,
};

/* cause without its family; "" = no finding at all */
static const struct {
	const char *command, *cause;
	enum lint_weight weight;
} rows[] = {
	{"barman-wal-archive backup1 main %p", "", 0},
	{"  barman-wal-archive -U barman --port 2222 backup1 main %p  ", "", 0},
	{"/usr/bin/barman-wal-archive --user=barman backup1 main '%p'", "", 0},
	{"timeout -k 5 300 barman-wal-archive backup1 main %p", "", 0},
	{"env HOME=/var/lib/postgresql barman-wal-archive backup1 main %p", "", 0},
	{"envdir /etc/wal-g/env wal-g wal-push %p", "", 0},
	{"pgbackrest --stanza=main archive-push %p", "", 0},
	{"/usr/local/bin/archive.sh %p %f", "", 0},
	{"", "empty", LINT_FAIL},
	{"   ", "empty", LINT_FAIL},
	{"# later", "empty", LINT_FAIL},
	{"/bin/true", "no_op", LINT_FAIL},
	{"cd .", "no_op", LINT_FAIL},
	{"exit 0", "no_op", LINT_FAIL},
	{":", "no_op", LINT_FAIL},
	{"echo %p >/dev/null", "no_op", LINT_FAIL},
	{"timeout 5 true", "no_op", LINT_FAIL},
	{"barman-wal-archive backup1 main %p || true", "no_op", LINT_FAIL},
	{"barman-wal-archive backup1 main %p; exit 0", "no_op", LINT_FAIL},
	{"barman-wal-archive backup1 main %p &", "no_op", LINT_FAIL},
	{"rsync -a --timeout=60 --ignore-existing %p barman@backup1:/var/lib/barman/main/incoming/%f & echo sent %f", "no_op", LINT_FAIL},
	{"(barman-wal-archive backup1 main %p; date) &", "no_op", LINT_FAIL},
	{"(barman-wal-archive backup1 main %p) || true", "no_op", LINT_FAIL},
	{"barman-wal-archive backup1 main %p & wait $!", "", 0},
	{"barman-wal-archive backup1 main %p 2>&1 | tee -a /var/log/archive.log", "no_op", LINT_FAIL},
	{"barman-wal-archive backup1 main %p 2>&1 | logger -t archive", "no_op", LINT_FAIL},
	{"set -o pipefail; barman-wal-archive backup1 main %p 2>&1 | logger -t archive", "", 0},
	{"tee </dev/null | barman-wal-archive backup1 main %p", "", 0},
	{"gzip -c %p | cat >/mnt/wal/%f.gz", "", 0},
	{"cp %p /dev/null", "no_op", LINT_FAIL},
	{"\"barman-wal-archive backup1 main %p\"", "arguments", LINT_FAIL},
	{"rsync -a --timeout=60 --ignore-existing %p barman@backup1:/var/lib/barman/main/incoming/%f.partial", "arguments", LINT_FAIL},
	{"barman-wal-archive backup1 main %p; exit $?", "", 0},
	{"barman-wal-archive backup1 main %p || exit 1", "", 0},
	{"barman-wal-archive --test backup1 main %p", "no_op", LINT_FAIL},
	{"barman-archive-wal backup1 main %p", "misspelled", LINT_FAIL},
	{"/usr/bin/barman-archive-wal backup1 main %p", "misspelled", LINT_FAIL},
	{"barman_wal_archive backup1 main %p", "misspelled", LINT_FAIL},
	{"barman-wal-archiv backup1 main %p", "misspelled", LINT_FAIL},
	{"barman archive-wal main", "misspelled", LINT_FAIL},
	{"rsnyc -a %p barman@backup1:/var/lib/barman/main/incoming/%f", "misspelled", LINT_FAIL},
	{"barman-wal-archive main %p", "arguments", LINT_FAIL},
	{"barman-wal-archive backup1 main %f", "arguments", LINT_FAIL},
	{"barman-wal-archive backup1 main", "arguments", LINT_FAIL},
	{"barman-wal-archive main backup1 %p", "arguments", LINT_FAIL},
	{"cp /var/lib/x /archive/", "arguments", LINT_FAIL},
	{"rsync -a '%p", "arguments", LINT_FAIL},
	{"rsync -a --timeout=60 --ignore-existing %f barman@backup1:/var/lib/barman/main/incoming/%p", "arguments", LINT_FAIL},
	{"cp -n %f /var/lib/barman/main/incoming/%f", "arguments", LINT_FAIL},
	{"cp -n %p /var/lib/barman/main/incoming/%p", "arguments", LINT_FAIL},
	{"cp -n pg_wal/%f /var/lib/barman/main/incoming/%f", "", 0},
	{"rsync --ignore-existing --timeout=60 $PWD/pg_wal/%f barman@backup1:/var/lib/barman/main/incoming/", "", 0},
	{"barman-wal-archive backup1 nobody %p", "wrong_server", LINT_FAIL},
	{"barman-wal-archive backup1 old %p", "wrong_server", LINT_FAIL},
	{"barman-wal-archive backup1 shop %p", "wrong_server", LINT_FAIL},
	{"rsync -a --timeout=60 --ignore-existing %p barman@backup1:/srv/wal/%f", "wrong_directory", LINT_FAIL},
	{"rsync -a --timeout=60 --ignore-existing %p barman@backup1:/var/lib/barman/main/incoming/%f", "", 0},
	{"cp -n %p /mnt/barman/incoming/%f", "wrong_directory", LINT_WARN},
	{"cp %p /var/lib/barman/main/incoming/%f", "overwrites", LINT_ADVICE},
	{"test ! -f /var/lib/barman/main/incoming/%f && cp %p /var/lib/barman/main/incoming/%f", "not_idempotent", LINT_ADVICE},
	{"rsync -a --ignore-existing %p barman@backup1:/var/lib/barman/main/incoming/%f", "no_timeout", LINT_ADVICE},
};

static void each_command_gets_its_finding(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct lint l;
		lint_command(a, rows[i].command, &known, &l);
		const struct lint_finding *f = lint_worst(&l, LINT_ADVICE);
		const char *cause = f ? f->cause + strlen("archive_command.") : "";
		if (strcmp(cause, rows[i].cause) || (f && f->weight != rows[i].weight))
			fail_msg("'%s': '%s' (%s), not '%s'", rows[i].command, cause, f ? f->say : "", rows[i].cause);
	}
	arena_free(a);
}

static void the_parts_are_found(void **state)
{
	(void)state;
	static const struct {
		const char *command, *kind, *host, *user, *server, *directory, *ssh;
	} parts[] = {
		{"barman-wal-archive backup1 main %p", "barman-wal-archive", "backup1", "barman", "main", NULL, "ssh -q -T barman@backup1"},
		{"barman-wal-archive -U bob --port=22022 backup1 main %p", "barman-wal-archive", "backup1", "bob", "main", NULL,
		 "ssh -p 22022 -q -T bob@backup1"},
		{"rsync -ae 'ssh -p 22 -i \"/k e/y\"' %p b@h:/a/%f", "rsync", "h", "b", NULL, "/a", "ssh -p 22 -i '/k e/y' b@h"},
		{"rsync -a %p h:/a/", "rsync", "h", NULL, NULL, "/a", "ssh h"},
		{"rsync -a %p h::wal/%f", "rsync", NULL, NULL, NULL, NULL, NULL},
		{"scp -P 2222 -q %p b@h:/a/%f", "scp", "h", "b", NULL, "/a", "ssh -p 2222 b@h"},
		{"cat %p | ssh -p 2222 -o BatchMode=yes b@h 'cat >/a/%f'", "ssh", "h", "b", NULL, NULL, "ssh -p 2222 -o BatchMode=yes b@h"},
		{"test ! -f /a/%f && cp %p /a/%f", "cp", NULL, NULL, NULL, "/a", NULL},
		{"/opt/archive.sh %p", "other", NULL, NULL, NULL, NULL, NULL},
	};
	struct arena *a = arena_new();
	static const struct lint_context nothing;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct lint l;
		lint_command(a, parts[i].command, &nothing, &l);
		const char *const want[] = {parts[i].kind, parts[i].host, parts[i].user, parts[i].server, parts[i].directory, parts[i].ssh};
		const char *const got[] = {l.kind, l.host, l.user, l.server, l.directory, l.ssh_words};
		for (size_t k = 0; k < 6; k++)
			if (!got[k] != !want[k] || (got[k] && strcmp(got[k], want[k])))
				fail_msg("'%s' part %zu: '%s', not '%s'", parts[i].command, k, got[k] ? got[k] : "", want[k] ? want[k] : "");
	}
	arena_free(a);
}

/* The options are kept where only the program's name is wrong; else the whole command is written anew. */
static void the_corrected_command_is_good(void **state)
{
	(void)state;
	static const char *const pairs[][2] = {
		{"barman-archive-wal -U bob backup1 main %p", "barman-wal-archive -U bob backup1 main %p"},
		{"barman archive-wal main", "barman-wal-archive backup1 main %p"},
		{"barman-wal-archive backup1.example nobody %p", "barman-wal-archive backup1.example main %p"},
		{"barman-wal-archive main backup1 %p", "barman-wal-archive backup1 main %p"},
		{"/bin/true", "barman-wal-archive backup1 main %p"},
		{"", "barman-wal-archive backup1 main %p"},
	};
	struct arena *a = arena_new();
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct lint l;
		lint_command(a, pairs[i][0], &known, &l);
		assert_non_null(l.corrected);
		assert_string_equal(l.corrected, pairs[i][1]);
	}
	arena_free(a);
}

/* What is not known is not judged: no names, no wrong server; a program that exists is not misspelled. */
static void nothing_is_guessed(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct lint l;
	static const struct lint_context nothing;
	lint_command(a, "barman-wal-archive x y %p", &nothing, &l);
	assert_null(lint_worst(&l, LINT_ADVICE));
	lint_command(a, "/bin/true", &nothing, &l);
	assert_null(l.corrected);
	struct lint_context there = known;
	there.program_found = true;
	lint_command(a, "barman-wal-archiver backup1 main %p", &there, &l);
	assert_null(lint_worst(&l, LINT_ADVICE));
	there.pg_version_num = 160000;
	lint_command(a, "/opt/archive.sh %p %q", &there, &l);
	assert_string_equal(lint_worst(&l, LINT_FAIL)->cause, "archive_command.arguments");
	arena_free(a);
}

static void no_text_breaks_it(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct lint l;
	char many[4000];
	memset(many, '|', sizeof many - 1);
	many[sizeof many - 1] = '\0';
	lint_command(a, many, &known, &l);
	for (size_t i = 0; i + 2 < sizeof many; i += 2)
		memcpy(many + i, "a ", 2);
	lint_command(a, many, &known, &l);
	for (size_t i = 0; i + 3 < sizeof many; i += 3)
		memcpy(many + i, "a; ", 3);
	lint_command(a, many, &known, &l);
	static const char *const odd[] = {"-", "--", "rsync -e", "scp -P", "barman-wal-archive -U", "timeout", "env A=b", "ssh -p", "rsync : :", "cp", "\\", "\"", "2>", "%", "a@b:", "rsync %p :"};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		lint_command(a, odd[i], &known, &l);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_gets_its_finding),
		cmocka_unit_test(the_parts_are_found),
		cmocka_unit_test(the_corrected_command_is_good),
		cmocka_unit_test(nothing_is_guessed),
		cmocka_unit_test(no_text_breaks_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
