#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/config/discover.h"
#include "probes/config/walmedic.h"

static void servers_have_their_places(void **state)
{
	(void)state;
	static const char text[] =
		"[walmedic]\nbarman_user = bart\n[mydb]\nengine = barman            ; barman | command\n"
		"backup = ssh://root@backup1            ; how\ndb = ssh://db1:2222\nserver = main\nrpo_max = 15 min\ncontact = DBA on call; +49 30 1\n[other]\ndb = local\nhistory = no\n";
	struct arena *a = arena_new();
	struct own_config c;
	struct problem p = {"", ""};
	assert_int_equal(own_config_parse(a, "f", text, sizeof text - 1, &c, &p), 0);
	assert_int_equal(c.servers, 2);
	assert_string_equal(c.server[0].section, "mydb");
	assert_string_equal(c.server[0].name, "main");
	assert_string_equal(c.server[0].backup, "ssh://root@backup1");
	assert_string_equal(c.server[0].db, "ssh://db1:2222");
	assert_string_equal(c.server[0].barman_user, "bart");
	assert_true(c.server[0].rpo_max_s == 900);
	assert_string_equal(c.server[0].history, "yes");
	assert_string_equal(c.server[1].history, "no");
	assert_string_equal(c.server[0].contact, "DBA on call; +49 30 1");
	assert_string_equal(c.server[1].contact, "");
	assert_string_equal(c.server[1].name, "other");
	assert_string_equal(c.server[1].backup, "local");
	assert_string_equal(c.server[1].db, "local");
	arena_free(a);
}

static void wrong(const char *text, const char *say)
{
	struct arena *a = arena_new();
	struct own_config c;
	struct problem p = {"", ""};
	if (!own_config_parse(a, "f", text, strlen(text), &c, &p))
		fail_msg("accepted: %s", text);
	if (!strstr(p.say, say))
		fail_msg("%s: %s", text, p.say);
	assert_string_not_equal(p.hint, "");
	arena_free(a);
}

static void what_is_wrong_is_said_with_file_and_line(void **state)
{
	(void)state;
	wrong("[a]\nbackupp = local\n", "f:2: unknown key \"backupp\"");
	wrong("[a]\n\nengine = barmann\n", "f:3: \"barmann\" is no valid value for engine");
	wrong("[a]\nengine = bar\n", "f:2:");
	wrong("[a]\nbackup = root@backup1\n", "f:2:");
	wrong("[a]\nbackup = ssh://\n", "f:2:");
	wrong("[a]\nbackup = ssh://-oProxyCommand=x\n", "f:2:");
	wrong("[a]\nbackup = ssh://root@-x\n", "f:2:");
	wrong("[a]\nbackup = ssh://h;id\n", "f:2:");
	wrong("[a]\nbackup = ssh://h:99999\n", "f:2:");
	wrong("[a]\nbackup = ssh://[::1\n", "f:2:");
	wrong("[a]\nbackup = ssh://h/x\n", "f:2:");
	wrong("[walmedic]\nserver = x\n[a]\n", "f:2: unknown key \"server\" in section [walmedic]");
	wrong("backup = local\n", "f:1:");
	wrong("[a]\nrpo_max = soon\n", "f:2:");
	wrong("[a]\nhistory = maybe\n", "f:2:");
	wrong("[a]\ncontact = -x\n", "f:2:");
	wrong("[\033]\n", "f:1: \"<1B>\"");
	wrong("", "names no server");
}

static void good_places_are_taken(void **state)
{
	(void)state;
	static const char *const rows[] = {"local", "ssh://h", "ssh://u@h", "ssh://u@h:22", "ssh://[2001:db8::1]:22", "ssh://u@[::1]"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[100];
		struct arena *a = arena_new();
		struct own_config c;
		snprintf(text, sizeof text, "[a]\nbackup = %s\n", rows[i]);
		assert_int_equal(own_config_parse(a, "f", text, strlen(text), &c, NULL), 0);
		assert_string_equal(c.server[0].backup, rows[i]);
		arena_free(a);
	}
}

static char *write_file(const char *dir, const char *name, const char *text)
{
	char *path = malloc(300);
	snprintf(path, 300, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return path;
}

static void barmans_own_files_are_found(void **state)
{
	(void)state;
	char dir[] = "/tmp/walmedic-test-XXXXXX", text[200];
	assert_non_null(mkdtemp(dir));
	snprintf(text, sizeof text, "[barman]\nbarman_home = %s\nconfiguration_files_directory = %s\n", dir, dir);
	char *main_path = write_file(dir, "barman.main", text);
	char *b = write_file(dir, "b.conf", "[two]\nbroken\n"), *x = write_file(dir, "a.conf", "[one]\n"), *t = write_file(dir, "c.conf-template", "[three]\n");
	struct discovered d;
	struct problem p = {"", ""};
	assert_int_equal(discover_servers(NULL, main_path, &d, &p), 0);
	assert_int_equal(d.servers, 2);
	assert_string_equal(d.server[0].name, "one");
	assert_string_equal(d.server[1].name, "two");
	assert_string_equal(d.server[0].barman_config, main_path);
	assert_string_equal(d.server[0].backup, "local");
	discovered_free(&d);
	unlink(b), unlink(x);
	assert_int_equal(discover_servers(NULL, main_path, &d, &p), -1);
	assert_non_null(strstr(p.say, "names no server"));
	assert_int_equal(discover_servers("/nowhere/walmedic.conf", NULL, &d, &p), -1);
	assert_non_null(strstr(p.say, "cannot read \"/nowhere/walmedic.conf\""));
	assert_int_equal(discover_servers(dir, NULL, &d, &p), -1);
	assert_non_null(strstr(p.say, "no regular file"));
	unlink(main_path), unlink(t), rmdir(dir);
	free(main_path), free(b), free(x), free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_have_their_places),
		cmocka_unit_test(what_is_wrong_is_said_with_file_and_line),
		cmocka_unit_test(good_places_are_taken),
		cmocka_unit_test(barmans_own_files_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
