/* The real engine over recordings of the laboratory: recordings/CAUSE.jsonl begins green and ends with that
 * one root cause; on the way no other is ever named. The demo goes from green to green. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "probes/engine/engine.h"
#include "probes/link/loop.h"

enum { MOMENTS = 120 };

/* The root causes after the first n bytes, separated by spaces. */
static char *causes_after(const struct str *recording, size_t n)
{
	struct loop *l = loop_new();
	struct problem p;
	struct str names = {0};
	struct engine *e = engine_replay(l, recording->s, n, 0, &p);
	if (!e)
		fail_msg("%s", p.say);
	const struct server *s = &engine_model(e)->server[0];
	for (int i = 0; i < s->roots; i++)
		str_addf(&names, "%s%s", i ? " " : "", s->root[i].finding->cause);
	engine_free(e);
	loop_free(l);
	char *text = strdup(str_text(&names));
	str_free(&names);
	return text;
}

static void read_recording(const char *path, struct str *ret)
{
	char full[512], bytes[65536];
	size_t n;
	snprintf(full, sizeof full, "%s/%s", getenv("srcdir") ? getenv("srcdir") : ".", path);
	FILE *f = fopen(full, "r");
	if (!f)
		fail_msg("cannot read %s", full);
	while ((n = fread(bytes, 1, sizeof bytes, f)) > 0)
		str_addn(ret, bytes, n);
	fclose(f);
}

/* What is named over time, each name once in a row: "; cron.daemon_stopped; " */
static char *story_of(const char *path)
{
	struct str recording = {0}, story = {0};
	char *before = NULL;
	read_recording(path, &recording);
	for (size_t at = 0, moment = 1; at < recording.len;) {
		size_t until = recording.len * moment++ / MOMENTS;
		while (at < recording.len && (at < until || recording.s[at - 1] != '\n'))
			at++;
		char *now = at ? causes_after(&recording, at) : NULL;
		if (now && (!before || strcmp(before, now)))
			str_addf(&story, "%s%s", before ? " -> " : "", *now ? now : "none");
		free(before);
		before = now;
	}
	free(before);
	str_free(&recording);
	char *text = strdup(str_text(&story));
	str_free(&story);
	return text;
}

static void check_story(const char *path, const char *expected)
{
	char *story = story_of(path);
	if (strcmp(story, expected))
		fail_msg("%s: named over time: %s; expected: %s", path, story, expected);
	free(story);
}

static void every_recording_names_its_cause(void **state)
{
	char path[512], expected[300];
	int seen = 0;
	(void)state;
	snprintf(path, sizeof path, "%s/tests/replay/recordings", getenv("srcdir") ? getenv("srcdir") : ".");
	DIR *d = opendir(path);
	assert_non_null(d);
	for (struct dirent *f; (f = readdir(d));) {
		char *dot = strstr(f->d_name, ".jsonl");
		if (!dot)
			continue;
		bool healthy = !strcmp(f->d_name, "healthy.jsonl");
		snprintf(path, sizeof path, "tests/replay/recordings/%s", f->d_name);
		snprintf(expected, sizeof expected, healthy ? "none" : "none -> %.*s", (int)(dot - f->d_name), f->d_name);
		check_story(path, expected);
		seen++;
	}
	closedir(d);
	assert_true(seen >= 4);
}

static void the_demo_goes_from_green_to_green(void **state)
{
	(void)state;
	check_story("tui/command/demo.rec", "none -> cron.daemon_stopped -> none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recording_names_its_cause),
		cmocka_unit_test(the_demo_goes_from_green_to_green),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
