#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/str.h"
#include "probes/engine/probe.h"
#include "probes/engine/view.h"

const struct probe *const catalogue[] = {NULL};
const struct cause causes[] = {{NULL, NULL, NULL, 0}};
const struct blame blames[] = {{NULL, NULL, EDGE_ALWAYS}};
const struct cause *cause_find(const char *id)
{
	(void)id;
	return NULL;
}

static void shared_subjects_are_seen_by_all(void **state)
{
	(void)state;
	struct facts *host = facts_new();
	struct facts *scopes[SCOPES] = {[SCOPE_BACKUP] = host};
	struct view *a = view_new(scopes), *b = view_new(scopes);
	learn(a, "backup.hostname", "backup1");
	learn(a, "server.slot_name", "barman");
	assert_string_equal(know(b, "backup.hostname"), "backup1");
	assert_null(know(b, "server.slot_name"));
	view_free(a);
	view_free(b);
	facts_free(host);
}

static void facts_have_ages_and_series(void **state)
{
	(void)state;
	struct view *v = view_new(NULL);
	view_set_now(v, 1000);
	learn_num(v, "pg.lsn", 10);
	view_set_now(v, 3000);
	learn_num(v, "pg.lsn", 10);
	assert_int_equal(know_since_ms(v, "pg.lsn"), 2000);
	assert_int_equal(know_age_ms(v, "pg.lsn"), 0);
	learn_point(v, "pg.lsn", 500, 5);
	struct point p[8];
	assert_int_equal(know_series(v, "pg.lsn", p, 8), 3);
	assert_int_equal(p[0].at, 500);
	assert_int_equal(p[2].at, 3000);
	for (int i = 0; i < 200; i++)
		learn_point(v, "pg.lsn", 4000 + i, i);
	assert_int_equal(know_series(v, "pg.lsn", p, 8), 8);
	assert_true(p[7].value == 199);
	assert_true(isnan(know_num(v, "pg.none")));
	learn(v, "x.bad", "12abc");
	assert_true(isnan(know_num(v, "x.bad")));
	view_free(v);
}

static void names(void *arg, const char *name, const char *text)
{
	(void)text;
	str_addf(arg, "%s ", name);
}

static void lists_are_learnt_anew_in_order(void **state)
{
	(void)state;
	struct view *v = view_new(NULL);
	learn(v, "pg.slot.b.active", "t");
	learn(v, "pg.slot.a.active", "f");
	learn(v, "pg.slots", "2");
	struct str s = {0};
	know_each(v, "pg.slot.", names, &s);
	assert_string_equal(str_text(&s), "pg.slot.a.active pg.slot.b.active ");
	forget_all(v, "pg.slot.");
	assert_null(know(v, "pg.slot.a.active"));
	assert_non_null(know(v, "pg.slots"));
	str_free(&s);
	view_free(v);
}

static void expand_is(struct view *v, enum how how, const char *text, const char *want)
{
	struct question q = {.id = "t", .how = how, .at = "backup", .text = text};
	char *got = view_expand(v, &q, NULL);
	assert_non_null(got);
	assert_string_equal(got, want);
	free(got);
}

static void questions_are_expanded_and_quoted(void **state)
{
	(void)state;
	struct view *v = view_new(NULL);
	learn(v, "server.home", "/a b'c");
	learn(v, "server.ssh_words", "ssh -p 22 'x y'");
	expand_is(v, HOW_SH, "ls {server.home}; awk '{print $1}' ${HOME}", "ls '/a b'\\''c'; awk '{print $1}' ${HOME}");
	expand_is(v, HOW_SQL, "SELECT {server.home}", "SELECT '/a b''c'");
	expand_is(v, HOW_SH, "{server.ssh_words!} true", "ssh -p 22 'x y' true");
	struct question q = {.id = "t", .how = HOW_SH, .at = "backup", .text = "x {server.nothing}"};
	char *missing = NULL;
	assert_null(view_expand(v, &q, &missing));
	assert_string_equal(missing, "server.nothing");
	free(missing);
	view_free(v);
}

static void sql_rows_follow_the_version(void **state)
{
	(void)state;
	static const struct sql_row rows[] = {{150000, "new"}, {0, "old"}};
	struct question q = {.id = "t", .how = HOW_SQL, .at = "pg", .sql = rows};
	struct view *v = view_new(NULL);
	char *s = view_expand(v, &q, NULL);
	assert_string_equal(s, "old");
	free(s);
	learn(v, "pg.version_num", "150018");
	s = view_expand(v, &q, NULL);
	assert_string_equal(s, "new");
	free(s);
	view_free(v);
}

static void conditions_of_why_questions(void **state)
{
	(void)state;
	struct view *v = view_new(NULL);
	learn(v, "ssh.stage", "auth");
	assert_true(view_only_if(v, NULL));
	assert_true(view_only_if(v, "ssh.stage"));
	assert_true(view_only_if(v, "ssh.stage=auth"));
	assert_false(view_only_if(v, "ssh.stage=kex"));
	assert_true(view_only_if(v, "ssh.stage!=kex"));
	assert_false(view_only_if(v, "ssh.none!=kex"));
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_subjects_are_seen_by_all),
		cmocka_unit_test(facts_have_ages_and_series),
		cmocka_unit_test(lists_are_learnt_anew_in_order),
		cmocka_unit_test(questions_are_expanded_and_quoted),
		cmocka_unit_test(sql_rows_follow_the_version),
		cmocka_unit_test(conditions_of_why_questions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
