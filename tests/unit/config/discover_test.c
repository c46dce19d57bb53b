#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/problem.h"
#include "probes/config/discover.h"
#include "probes/config/walmedic.h"

static char dir[64];

static void put(const char *text)
{
	FILE *f = fopen("barman.conf", "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/walmedic-discover-XXXXXX");
	unsetenv("BARMAN_CONFIG_FILE");
	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	unlink("barman.conf");
	return chdir("/") || rmdir(dir);
}

/* The questions run from Barman's home, not from here. */
static void a_relative_path_is_the_same_file_everywhere(void **state)
{
	(void)state;
	struct discovered d;
	struct problem p;
	char wanted[128];
	put("[barman]\nbarman_home = /b\nbarman_user = barman\n[a]\nconninfo = host=x\n");
	assert_int_equal(discover_servers(NULL, "barman.conf", &d, &p), 0);
	snprintf(wanted, sizeof wanted, "%s/barman.conf", dir);
	assert_int_equal(d.servers, 1);
	assert_string_equal(d.server[0].barman_config, wanted);
	discovered_free(&d);
}

static void no_line_is_named_where_there_is_none(void **state)
{
	(void)state;
	struct discovered d;
	struct problem p;
	put("");
	assert_int_equal(discover_servers(NULL, "barman.conf", &d, &p), -1);
	assert_non_null(strstr(p.say, "barman.conf: there is no [barman] section"));
}

static char taken[200];

static int take(const struct own_key *k, struct problem *p)
{
	size_t n = strlen(taken);
	snprintf(taken + n, sizeof taken - n, "%s=%s@%d ", k->action, k->keys, k->line);
	return strcmp(k->action, "fly") ? 0 : problem_set(p, "walk", "nobody can fly");
}

static void own_keys_are_no_server(void **state)
{
	(void)state;
	struct discovered d;
	struct problem p;
	put("[keys]\nmap = w F5\n\nopen = Enter ; as ever\n[a]\n");
	assert_int_equal(discover_servers("barman.conf", NULL, &d, &p), 0);
	assert_int_equal(d.servers, 1);
	discovered_free(&d);
	assert_int_equal(discover_keys("barman.conf", take, &p), 0);
	assert_string_equal(taken, "map=w F5@2 open=Enter@4 ");
	put("[a]\n[keys]\n\nfly = f\n");
	assert_int_equal(discover_keys("barman.conf", take, &p), -1);
	assert_string_equal(p.say, "barman.conf:4: nobody can fly");
	assert_string_equal(p.hint, "walk");
	assert_int_equal(discover_keys("nowhere.conf", take, &p), -1);
}

static void theme_and_mouse_are_the_consoles(void **state)
{
	struct problem p;
	struct discovered d;
	(void)state;
	taken[0] = '\0';
	put("[walmedic]\nbackup = local\ntheme = light\nmouse = yes\n[a]\n");
	assert_int_equal(discover_looks("barman.conf", take, &p), 0);
	assert_string_equal(taken, "theme=light@3 mouse=yes@4 ");
	put("[a]\nmouse = yes\n");
	assert_int_equal(discover_servers("barman.conf", NULL, &d, &p), -1);
	assert_non_null(strstr(p.say, "unknown key \"mouse\""));
	taken[0] = '\0';
	put("[walmedic]\nrunbooks = /srv/wiki\n");
	assert_int_equal(discover_runbooks("barman.conf", take, &p), 0);
	assert_int_equal(discover_looks("barman.conf", take, &p), 0);
	assert_string_equal(taken, "runbooks=/srv/wiki@2 ");
	put("[a]\ntheme = light\n");
	assert_int_equal(discover_servers("barman.conf", NULL, &d, &p), -1);
	assert_non_null(strstr(p.say, "unknown key \"theme\""));
}

/* A file that only names keys leaves the rest to Barman's own. */
static void a_file_of_keys_alone_leaves_the_servers_to_barman(void **state)
{
	(void)state;
	struct discovered d;
	struct problem p;
	put("[keys]\nmap = w\n");
	FILE *f = fopen("own.conf", "w");
	assert_non_null(f);
	fputs("[barman]\nbarman_home = /b\n[a]\nconninfo = host=x\n", f);
	fclose(f);
	setenv("BARMAN_CONFIG_FILE", "own.conf", 1);
	assert_int_equal(discover_servers("barman.conf", NULL, &d, &p), 0);
	assert_int_equal(d.servers, 1);
	assert_string_equal(d.server[0].name, "a");
	discovered_free(&d);
	unsetenv("BARMAN_CONFIG_FILE");
	unlink("own.conf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relative_path_is_the_same_file_everywhere),
		cmocka_unit_test(no_line_is_named_where_there_is_none),
		cmocka_unit_test(own_keys_are_no_server),
		cmocka_unit_test(theme_and_mouse_are_the_consoles),
		cmocka_unit_test(a_file_of_keys_alone_leaves_the_servers_to_barman),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
