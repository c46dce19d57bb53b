/* The shelf of runbooks, and the lock of a page. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "remedies/lock.h"
#include "remedies/shelf.h"

static char top[64];

static void put(const char *name, const char *text, int mode)
{
	char path[200];
	snprintf(path, sizeof path, "%s/%s", top, name);
	FILE *f = fopen(path, "we");
	fputs(text, f);
	fclose(f);
	chmod(path, (mode_t)mode);
}

static int setup(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "/tmp/walmedic-shelf-XXXXXX");
	return mkdtemp(top) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

static const struct book *book(const struct shelf *s, const char *name)
{
	for (int i = 0; i < s->books; i++)
		if (!strcmp(s->book[i].name, name))
			return &s->book[i];
	return NULL;
}

static void ours_and_the_teams(void **state)
{
	(void)state;
	struct shelf s;
	struct arena *a = arena_new();
	put("failover.md", "# How we fail over\n\n- [ ] call\n", 0600);
	put("open.md", "# Anybody's\n", 0666);
	put("notes.txt", "# no page\n", 0600);
	put(".hidden.md", "# no page\n", 0600);
	shelf_read(a, top, &s);
	assert_true(book(&s, "slot-lag")->steps > 5 && !book(&s, "slot-lag")->path);
	assert_string_equal(book(&s, "failover.md")->title, "How we fail over");
	assert_int_equal(book(&s, "failover.md")->steps, 1);
	assert_non_null(book(&s, "failover.md")->path);
	assert_true(book(&s, "open.md")->wrong && *book(&s, "open.md")->title);
	assert_null(book(&s, "notes.txt"));
	assert_null(book(&s, ".hidden.md"));
	assert_string_equal(s.problem.say, "");
	shelf_read(a, "/nonexistent/there", &s);
	assert_non_null(book(&s, "slot-lag"));
	assert_non_null(strstr(s.problem.say, "/nonexistent/there"));
	arena_free(a);
}

static void a_name_is_ours_or_the_teams_or_a_path(void **state)
{
	(void)state;
	struct problem p;
	const char *path;
	struct arena *a = arena_new();
	put("failover.md", "# How we fail over\n\n- [ ] call\n", 0600);
	assert_string_equal(shelf_take(a, top, "failover.md", &path, &p)->title, "How we fail over");
	assert_int_equal(strncmp(path, top, strlen(top)), 0);
	assert_string_equal(shelf_take(a, top, "failover", NULL, &p)->title, "How we fail over");
	assert_non_null(shelf_take(a, top, "slot-lag", &path, &p));
	assert_string_equal(path, "slot-lag");
	assert_null(shelf_take(a, top, "..", NULL, &p));
	assert_null(shelf_take(a, top, "nothing", NULL, &p));
	assert_null(shelf_take(a, NULL, "failover", NULL, &p));
	arena_free(a);
}

static void one_holds_the_page_until_it_ends(void **state)
{
	(void)state;
	char journal[100], say[400];
	int ready[2];
	char c;
	snprintf(journal, sizeof journal, "%s/journal", top);
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (!pid) {
		setenv("SUDO_USER", "alice\033[2J", 1);
		setenv("SSH_CONNECTION", "10.0.0.5 4711 10.0.0.1 22", 1);
		bool taken = walk_lock_take(walk_lock_open(journal, "page"));
		if (write(ready[1], taken ? "y" : "n", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	struct walk_lock *l = walk_lock_open(journal, "page"), *other = walk_lock_open(journal, "another");
	assert_true(walk_lock_take(other));
	assert_false(walk_lock_take(l));
	snprintf(say, sizeof say, "%s", walk_lock_holder(l));
	assert_non_null(strstr(say, "alice"));
	assert_non_null(strstr(say, "10.0.0.5"));
	assert_non_null(strstr(say, " since "));
	assert_null(strchr(say, '\033'));
	kill(pid, SIGKILL); /* the kernel lets go of it */
	waitpid(pid, NULL, 0);
	assert_true(walk_lock_take(l) && walk_lock_take(l));
	walk_lock_close(l);
	walk_lock_close(other);
	close(ready[0]);
	close(ready[1]);
}

static void where_nothing_can_be_written_everybody_has_it(void **state)
{
	(void)state;
	struct walk_lock *l = walk_lock_open("syslog", "page"), *m = walk_lock_open("/nonexistent/there/journal", "page");
	assert_true(walk_lock_take(l) && walk_lock_take(m));
	walk_lock_close(l);
	walk_lock_close(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ours_and_the_teams, setup, teardown),
		cmocka_unit_test_setup_teardown(a_name_is_ours_or_the_teams_or_a_path, setup, teardown),
		cmocka_unit_test_setup_teardown(one_holds_the_page_until_it_ends, setup, teardown),
		cmocka_unit_test(where_nothing_can_be_written_everybody_has_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
