/* Every reply of a healthy recording, spoilt in every way: the program stays whole, says what it does not
 * know, and is never greener than before. Uses the real catalogue. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/engine/engine.h"
#include "probes/link/loop.h"

static json_t **line;
static size_t lines;

static int load(void **state)
{
	(void)state;
	char path[512];
	json_error_t error;
	char *text = NULL;
	size_t size = 0;
	snprintf(path, sizeof path, "%s/tests/replay/recordings/healthy.jsonl", getenv("srcdir") ? getenv("srcdir") : ".");
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (getline(&text, &size, f) > 0) {
		line = xrealloc(line, (lines + 1) * sizeof *line);
		line[lines++] = json_loads(text, 0, &error);
	}
	free(text);
	fclose(f);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	for (size_t i = 0; i < lines; i++)
		json_decref(line[i]);
	free(line);
	return 0;
}

/* The recording with line `at` replaced. */
static struct engine *replay_with(struct loop *l, size_t at, const json_t *other)
{
	struct str bytes = {0};
	struct problem p;
	for (size_t i = 0; i < lines; i++) {
		char *s = json_dumps(i == at ? other : line[i], JSON_COMPACT);
		str_add(&bytes, s);
		str_addc(&bytes, '\n');
		free(s);
	}
	struct engine *e = engine_replay(l, bytes.s, bytes.len, 0, &p);
	if (!e)
		fail_msg("%s", p.say);
	str_free(&bytes);
	return e;
}

static int count_ok(const struct server *s)
{
	int n = 0;
	for (int i = 0; i < s->nodes; i++)
		n += s->node[i].verdict.state == STATE_OK;
	return n;
}

static void must_be_harmless(const struct server *s, const char *what)
{
	for (int i = 0; i < s->nodes; i++) {
		const struct verdict *v = &s->node[i].verdict;
		if (!v->say || !*v->say)
			fail_msg("%s: %s says nothing", what, s->node[i].probe->id);
		for (int k = 0; k < v->findings; k++)
			if (!text_is_plain(v->finding[k].say))
				fail_msg("%s: %s says \"%s\"", what, s->node[i].probe->id, v->finding[k].say);
	}
}

static int healthy_count(void)
{
	struct loop *l = loop_new();
	struct engine *e = replay_with(l, SIZE_MAX, NULL);
	int n = count_ok(&engine_model(e)->server[0]);
	assert_int_equal(engine_model(e)->server[0].roots, 0);
	engine_free(e);
	loop_free(l);
	return n;
}

static void spoil_and_judge(size_t at, json_t *spoilt, int healthy, const char *how, bool must_lose)
{
	char what[200];
	const char *question = json_string_value(json_object_get(line[at], "q"));
	struct loop *l = loop_new();
	struct engine *e = replay_with(l, at, spoilt);
	const struct server *s = &engine_model(e)->server[0];
	snprintf(what, sizeof what, "%s, %s", question, how);
	must_be_harmless(s, what);
	if (count_ok(s) > healthy)
		fail_msg("%s: greener than healthy", what);
	if (must_lose && count_ok(s) == healthy && s->roots == 0)
		fail_msg("%s: nothing turned unknown", what);
	engine_free(e);
	loop_free(l);
	json_decref(spoilt);
}

static bool is_reply(size_t i)
{
	return json_object_get(line[i], "outcome") != NULL;
}

/* Questions that only add words to what others prove, or prove by being answered at all. */
static const char *const extras[] = {"ssh.to_db.setup", "db.program", "pg.waldir", "backup.incoming", "dbsql.files", "pg.privileges",
				     "backup.client", "db.postgres", "host.backup", "host.db"};

static bool is_extra(size_t i)
{
	const char *q = json_string_value(json_object_get(line[i], "q"));
	for (size_t k = 0; k < sizeof extras / sizeof *extras; k++)
		if (!strcmp(extras[k], q))
			return true;
	return false;
}

static void an_empty_or_failed_reply_is_never_ok(void **state)
{
	(void)state;
	static const char *const outcomes[] = {"no-link", "timeout", "lost"};
	int healthy = healthy_count();
	for (size_t i = 0; i < lines; i++) {
		if (!is_reply(i))
			continue;
		json_t *empty = json_deep_copy(line[i]);
		json_object_set_new(empty, "out", json_string(""));
		json_object_set_new(empty, "rows", json_array());
		spoil_and_judge(i, empty, healthy, "empty",
				!is_extra(i) && strcmp(json_string_value(json_object_get(line[i], "at")), "pipeline"));
		for (size_t k = 0; k < sizeof outcomes / sizeof *outcomes; k++) {
			json_t *failed = json_deep_copy(line[i]);
			json_object_set_new(failed, "outcome", json_string(outcomes[k]));
			json_object_set_new(failed, "out", json_string(""));
			json_object_set_new(failed, "rows", json_array());
			json_object_set_new(failed, "words", json_string("\xe2\x9c\x97 broken\nin two lines"));
			spoil_and_judge(i, failed, healthy, outcomes[k], !is_extra(i));
		}
	}
}

static void a_reply_cut_anywhere_crashes_nothing(void **state)
{
	(void)state;
	int healthy = healthy_count();
	for (size_t i = 0; i < lines; i++) {
		const char *out = json_string_value(json_object_get(line[i], "out"));
		size_t n = is_reply(i) && out ? strlen(out) : 0;
		for (size_t cut = 0; cut < n; cut += n > 60 ? n / 30 : 1) {
			json_t *shorter = json_deep_copy(line[i]);
			char *part = strndup(out, cut);
			json_t *text = json_string(part);
			free(part);
			if (text) {
				json_object_set_new(shorter, "out", text);
				spoil_and_judge(i, shorter, healthy, "cut", false);
			} else {
				json_decref(shorter);
			}
		}
	}
}

static const char *const nasty[] = {
	"<1B>[2J<202E>", "-1", "99999999999999999999999999999", "NaN", "", "=", "a=b\n=\n==\nx", "0x7fffffff", "1e308", "/", "';--", "%s%n",
	"\xf0\x9f\x92\xa9", "FFFFFFFFFFFFFFFFFFFFFFFF", "-", "\n\n\n",
};

static void nasty_texts_and_cells_crash_nothing(void **state)
{
	(void)state;
	int healthy = healthy_count();
	for (size_t i = 0; i < lines; i++) {
		if (!is_reply(i))
			continue;
		for (size_t k = 0; k < sizeof nasty / sizeof *nasty; k++) {
			json_t *bad = json_deep_copy(line[i]), *rows = json_object_get(bad, "rows");
			size_t r, c;
			json_t *row, *cell;
			struct str out = {0};
			for (int n = 0; n < (k == 0 ? 3000 : 1); n++)
				str_addf(&out, "%s\n", nasty[k]);
			json_object_set_new(bad, "out", json_string(str_text(&out)));
			str_free(&out);
			json_array_foreach(rows, r, row)
				json_array_foreach(row, c, cell)
					if (c > 0 || k % 2)
						json_array_set_new(row, c, k % 5 == 4 ? json_null() : json_string(nasty[k]));
			spoil_and_judge(i, bad, healthy, "nasty", false);
			json_t *narrow = json_deep_copy(line[i]);
			json_array_foreach(json_object_get(narrow, "rows"), r, row)
				json_array_remove(row, json_array_size(row) - 1);
			spoil_and_judge(i, narrow, healthy, "a column less", false);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_or_failed_reply_is_never_ok),
		cmocka_unit_test(a_reply_cut_anywhere_crashes_nothing),
		cmocka_unit_test(nasty_texts_and_cells_crash_nothing),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
