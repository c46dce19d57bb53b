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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relative_path_is_the_same_file_everywhere),
		cmocka_unit_test(no_line_is_named_where_there_is_none),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
