#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/base/problem.h"
#include "probes/base/secret.h"
#include "remedies/journal.h"
#include "remedies/sha256.h"

static char top[64], state_file[160], runtime_file[160], shared_file[160];

static int setup(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "/tmp/walmedic-journal-XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(state_file, sizeof state_file, "%s/state/walmedic/journal", top);
	snprintf(runtime_file, sizeof runtime_file, "%s/run/walmedic/journal", top);
	snprintf(shared_file, sizeof shared_file, "%s/shm/journal", top);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

static struct journal *open_here(void)
{
	const char *const home[JOURNAL_HOMES] = {state_file, runtime_file, shared_file};
	return journal_open_in(home);
}

static char *contents(const char *path)
{
	static char buf[65536];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(buf, 1, sizeof buf - 1, f) : 0;
	buf[n] = '\0';
	if (f)
		fclose(f);
	return buf;
}

static int lines(const char *text)
{
	int n = 0;
	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

static const struct deed deed = {
	.id = 7, .server = "main", .cause = "slot.missing", .heading = "Create", .risk = "change", .place = "backup", .host = "backup1",
	.user = "barman", .command = "psql 'password=hunter2secret'\nsecond \"line\"", .ended = true, .status = 3, .output_sha256 = "abc", .say = "there",
};

static void writes_whole_lines(void **state)
{
	(void)state;
	struct problem p;
	struct stat st;
	setenv("SUDO_USER", "anna", 1);
	struct journal *j = open_here();
	assert_string_equal(journal_say(j), "");
	assert_string_equal(journal_path(j), state_file);
	for (int phase = DEED_BEGUN; phase <= DEED_UNPROVEN; phase++)
		assert_int_equal(journal_write(j, phase, &deed, &p), 0);
	assert_true(journal_next(j) != journal_next(j));
	journal_close(j);
	assert_int_equal(stat(state_file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	char *text = contents(state_file);
	assert_int_equal(lines(text), 4);
	assert_null(strstr(text, "hunter2secret"));
	char *second = strchr(text, '\n') + 1;
	*strchr(second, '\n') = '\0';
	json_t *o = json_loads(second, 0, NULL);
	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "phase")), "ended");
	assert_int_equal(json_integer_value(json_object_get(o, "exit")), 3);
	assert_string_equal(json_string_value(json_object_get(o, "sudo_user")), "anna");
	assert_string_equal(json_string_value(json_object_get(o, "output_sha256")), "abc");
	assert_string_equal(json_string_value(json_object_get(o, "host")), "backup1");
	assert_non_null(strstr(json_string_value(json_object_get(o, "command")), "\nsecond \"line\""));
	json_decref(o);
}

static void mends_a_torn_line(void **state)
{
	(void)state;
	struct problem p;
	journal_close(open_here());
	FILE *f = fopen(state_file, "a");
	fputs("{\"phase\":\"beg", f);
	fclose(f);
	struct journal *j = open_here();
	assert_int_equal(journal_write(j, DEED_BEGUN, &deed, &p), 0);
	journal_close(j);
	char *text = contents(state_file);
	assert_int_equal(lines(text), 2);
	json_t *o = json_loads(strchr(text, '\n') + 1, 0, NULL);
	assert_non_null(o);
	json_decref(o);
}

/* A file where the directory should be: also root cannot write there. */
static void block_state_home(void)
{
	char dir[128];
	snprintf(dir, sizeof dir, "%s/state", top);
	FILE *f = fopen(dir, "w");
	assert_non_null(f);
	fclose(f);
}

static void moves_and_comes_back(void **state)
{
	(void)state;
	struct problem p;
	char dir[128];
	block_state_home();
	struct journal *j = open_here();
	assert_string_equal(journal_path(j), runtime_file);
	assert_non_null(strstr(journal_say(j), "cannot be written"));
	assert_int_equal(journal_write(j, DEED_BEGUN, &deed, &p), 0);
	journal_close(j);
	snprintf(dir, sizeof dir, "%s/state", top);
	unlink(dir);
	j = open_here();
	assert_string_equal(journal_path(j), state_file);
	assert_string_equal(journal_say(j), "");
	assert_int_equal(access(runtime_file, F_OK), -1);
	assert_int_equal(journal_write(j, DEED_ENDED, &deed, &p), 0);
	journal_close(j);
	assert_int_equal(lines(contents(state_file)), 2);
}

static void moves_when_the_disk_fills_in_the_middle(void **state)
{
	(void)state;
	struct problem p;
	struct rlimit old, small = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
	struct journal *j = open_here();
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	journal_write(j, DEED_BEGUN, &deed, &p); /* no file can grow now: wherever it lands, nothing is lost or torn */
	setrlimit(RLIMIT_FSIZE, &old);
	assert_true(journal_path(j) != NULL && strcmp(journal_path(j), state_file) != 0);
	assert_non_null(strstr(journal_say(j), "File too large"));
	journal_close(j);
	j = open_here();
	assert_int_equal(journal_write(j, DEED_ENDED, &deed, &p), 0);
	journal_close(j);
	char *last = strstr(contents(state_file), "\n{");
	while (last && strstr(last + 1, "\n{"))
		last = strstr(last + 1, "\n{");
	json_t *o = last ? json_loads(last, 0, NULL) : NULL;
	assert_non_null(o);
	json_decref(o);
}

/* kill -9 while a step runs: no line is lost, and the next start says so, once. */
static void tells_what_was_begun_and_never_ended(void **state)
{
	(void)state;
	int status;
	pid_t child = fork();
	if (child == 0) {
		struct problem p;
		struct journal *j = open_here();
		journal_write(j, DEED_BEGUN, &deed, &p);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	struct journal *j = open_here();
	assert_non_null(strstr(journal_lost(j), "\"Create\" on backup1 was begun at "));
	assert_non_null(strstr(journal_lost(j), "its outcome is not known"));
	journal_close(j);
	j = open_here();
	assert_string_equal(journal_lost(j), "");
	journal_close(j);
	char *text = contents(state_file);
	assert_int_equal(lines(text), 2);
	assert_non_null(strstr(strchr(text, '\n'), "unknown_outcome"));
}

/* Another walmedic at work is not lost. */
static void leaves_a_running_deed_alone(void **state)
{
	(void)state;
	struct problem p;
	struct journal *first = open_here(), *second;
	assert_int_equal(journal_write(first, DEED_BEGUN, &deed, &p), 0);
	second = open_here();
	assert_string_equal(journal_lost(second), "");
	journal_close(second);
	journal_close(first);
	assert_int_equal(lines(contents(state_file)), 1);
}

static void trusts_no_foreign_directory(void **state)
{
	(void)state;
	char dir[128];
	block_state_home();
	snprintf(dir, sizeof dir, "%s/run", top);
	mkdir(dir, 0700);
	snprintf(dir, sizeof dir, "%s/run/walmedic", top);
	mkdir(dir, 0700);
	chmod(dir, 0777);
	struct journal *j = open_here();
	assert_string_not_equal(journal_path(j), runtime_file);
	journal_close(j);
}

static void hashes_as_sha256sum(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	for (size_t i = 0; i < 3; i++) {
		struct sha256 s;
		char hex[65];
		sha256_start(&s);
		sha256_add(&s, rows[i][0], strlen(rows[i][0]));
		sha256_end(&s, hex);
		assert_string_equal(hex, rows[i][1]);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(writes_whole_lines), T(mends_a_torn_line), T(moves_and_comes_back), T(moves_when_the_disk_fills_in_the_middle),
		T(tells_what_was_begun_and_never_ended), T(leaves_a_running_deed_alone),
		T(trusts_no_foreign_directory), cmocka_unit_test(hashes_as_sha256sum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
