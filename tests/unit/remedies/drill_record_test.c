/* The record of restore drills: whole or not at all, and whatever stands in the file does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "remedies/drill_record.h"

static char top[64], drills[96];
static const struct drill_done done = {.backup = "20261121T031702", .at = 1795251164000, .seconds = 312.7, .last = 1795251123};

static int setup(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "/tmp/walmedic-record-XXXXXX");
	assert_non_null(mkdtemp(top));
	snprintf(drills, sizeof drills, "%s/state/walmedic/drill", top);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

static void put(const char *name, const char *bytes)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", drills, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(bytes, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static const char *get(const char *name)
{
	static char bytes[8192];
	char path[256];
	snprintf(path, sizeof path, "%s/%s", drills, name);
	FILE *f = fopen(path, "r");
	if (!f)
		return NULL;
	bytes[fread(bytes, 1, sizeof bytes - 1, f)] = '\0';
	fclose(f);
	return bytes;
}

static void writes_what_the_probe_reads(void **state)
{
	(void)state;
	struct problem p;
	assert_int_equal(drill_record_write(drills, "main", &done, &p), 0);
	assert_string_equal(get("main.json"), "{\"version\": 1, \"server\": \"main\", \"restored\": {\"backup\": \"20261121T031702\", \"at\": \"2026-11-21T08:52:44Z\", "
					      "\"seconds\": 312, \"last_transaction\": \"2026-11-21T08:52:03Z\"}}");
	struct stat st;
	char path[160];
	snprintf(path, sizeof path, "%s/main.json", drills);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(drill_record_write(drills, "../a b\xc3\xa9", &done, &p), 0);
	assert_non_null(get(".._a_b__.json"));
}

static void keeps_what_others_wrote(void **state)
{
	(void)state;
	struct problem p;
	struct drill_done verified = done;
	assert_int_equal(drill_record_write(drills, "main", &done, &p), 0);
	put("main.json", "{\"verified\": {\"backup\": \"a\", \"at\": \"2026-01-01T00:00:00Z\"}, \"ours\": [1]}");
	assert_int_equal(drill_record_write(drills, "main", &done, &p), 0);
	assert_non_null(strstr(get("main.json"), "\"verified\": {\"backup\": \"a\", \"at\": \"2026-01-01T00:00:00Z\"}"));
	assert_non_null(strstr(get("main.json"), "\"ours\": [1]"));
	verified.verified = true;
	assert_int_equal(drill_record_write(drills, "main", &verified, &p), 0);
	assert_non_null(strstr(get("main.json"), "\"verified\": {\"backup\": \"20261121T031702\", \"at\": \"2026-11-21T08:52:44Z\"}"));
}

static void what_is_no_record_is_replaced(void **state)
{
	(void)state;
	struct problem p;
	char *big = malloc(9000);
	memset(big, ' ', 8999);
	big[8999] = '\0';
	memcpy(big, "{\"a\": \"", 7);
	memset(big + 7, 'x', 3985);
	memcpy(big + 3992, "\"}", 2);
	const char *const was[] = {"", "{", "[]", "null", "\"x\"", "{\"restored\": 7, \"verified\": []}", "\xff\xfe", "{\"restored\": {\"at\": \"\\u0000\"}}", big};
	assert_int_equal(drill_record_write(drills, "main", &done, &p), 0);
	for (size_t i = 0; i < sizeof was / sizeof *was; i++) {
		put("main.json", was[i]);
		assert_int_equal(drill_record_write(drills, "main", &done, &p), 0);
		assert_non_null(strstr(get("main.json"), "\"restored\": {\"backup\": \"20261121T031702\""));
		assert_true(strlen(get("main.json")) < 4096);
	}
	free(big);
}

static void a_note_says_where_the_copy_lies(void **state)
{
	(void)state;
	struct problem p;
	struct drill_left l = {.directory = "/srv/x y'\"", .login = "postgres", .host = "scratch1", .at = "2026-11-21T08:52:44Z"}, back;
	assert_int_equal(drill_left_read(drills, "main", &back, &p), 0);
	assert_int_equal(drill_left_write(drills, "main", &l, &p), 0);
	assert_int_equal(drill_left_read(drills, "main", &back, &p), 1);
	assert_string_equal(back.directory, l.directory);
	assert_string_equal(back.login, "postgres");
	assert_string_equal(back.host, "scratch1");
	drill_left_remove(drills, "main");
	assert_int_equal(drill_left_read(drills, "main", &back, &p), 0);
}

static void a_hostile_note_is_no_note(void **state)
{
	(void)state;
	struct problem p;
	struct drill_left l = {.directory = "/x"}, back;
	const char *const wrong[] = {"", "{}", "[]", "{\"directory\": 1}", "{\"directory\": \"x\"}", "{\"directory\": \"\"}", "{\"directory\": \"/a\\nb\"}",
				     "{\"directory\": \"/a\", \"login\": \"u\"}", "{\"directory\": \"/a\", \"host\": \"h\"}", "{\"directory\": \"/\\u202e\"}", "\xff"};
	assert_int_equal(drill_left_write(drills, "main", &l, &p), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		put("main.scratch", wrong[i]);
		if (drill_left_read(drills, "main", &back, &p) != -1)
			fail_msg("taken for a note: %s", wrong[i]);
		assert_string_equal(back.directory, "");
	}
}

static void nothing_is_read_through_links_or_pipes(void **state)
{
	(void)state;
	struct problem p;
	struct drill_left l = {.directory = "/x"}, back;
	char path[160];
	assert_int_equal(drill_left_write(drills, "main", &l, &p), 0);
	snprintf(path, sizeof path, "%s/link.scratch", drills);
	assert_int_equal(symlink("main.scratch", path), 0);
	assert_int_equal(drill_left_read(drills, "link", &back, &p), -1);
	snprintf(path, sizeof path, "%s/pipe.scratch", drills);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(drill_left_read(drills, "pipe", &back, &p), -1);
	snprintf(path, sizeof path, "%s/dir.json", drills);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(drill_record_write(drills, "dir", &done, &p), -1);
	assert_non_null(strstr(p.say, "cannot be written"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(writes_what_the_probe_reads), T(keeps_what_others_wrote), T(what_is_no_record_is_replaced),
		T(a_note_says_where_the_copy_lies), T(a_hostile_note_is_no_note), T(nothing_is_read_through_links_or_pipes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
