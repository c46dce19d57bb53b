#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "probes/engine/view.h"
#include "remedies/plan.h"

#define HEAD "---\ncause: slot.missing\ntitle: T\nfacts: server.slot_name\nask: days | 7 | d\nask: slot | {server.slot_name} | d\n---\n"

struct world {
	struct arena *arena;
	struct view *view;
	struct server server;
	struct node node[4];
	struct probe probe[4];
	struct plan_for f;
	struct plan plan;
};

static bool anything(void *arg, const char *place, const char *user)
{
	(void)arg, (void)place;
	return strcmp(user, "nobody") != 0;
}

static int setup(void **state)
{
	static const char *const ids[] = {"pg.connect", "slot.exists", "slot.active", "disk.pg_wal"};
	struct facts *const none[SCOPES] = {NULL};
	struct world *w = xcalloc(1, sizeof *w);
	w->arena = arena_new();
	w->view = view_new(none);
	w->server = (struct server){.name = "main", .db_host = "db1", .backup_host = "backup1", .node = w->node, .nodes = 4, .view = w->view};
	for (int i = 0; i < 4; i++) {
		w->probe[i].id = w->probe[i].title = ids[i];
		w->node[i] = (struct node){.probe = &w->probe[i], .verdict.state = STATE_OK, .verdict.say = "said", .explained_by = -1, .blocked_by = -1};
	}
	learn(w->view, "server.slot_name", "barman");
	w->f = (struct plan_for){.server = &w->server, .cause = "slot.missing", .can_act = anything};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	view_free(w->view);
	arena_free(w->arena);
	free(w);
	return 0;
}

static const struct planned *planned(struct world *w, const char *text)
{
	struct problem p = {0};
	struct page *page = page_parse(w->arena, "f.md", text, strlen(text), &p);
	if (!page)
		fail_msg("%s", p.say);
	plan_make(w->arena, page, &w->f, &w->plan);
	return w->plan.step;
}

#define STEP(attrs, text) HEAD "## One\n\n```sh {on=db as=postgres" attrs "}\n" text "\n```\n"

static const struct value_row {
	const char *value, *text; /* NULL: refused */
} value_rows[] = {
	{"barman", "drop barman \"${x}\" awk '{print}'"},
	{"a b", "drop 'a b' \"${x}\" awk '{print}'"},
	{"it's", "drop 'it'\\''s' \"${x}\" awk '{print}'"},
	{"$(reboot)", "drop '$(reboot)' \"${x}\" awk '{print}'"},
	{"a\\", "drop 'a\\' \"${x}\" awk '{print}'"},
	{"", NULL}, {"-rf", NULL}, {"a\nb", NULL}, {"a\x1b[0m", NULL}, {"a\xe2\x80\xae" "b", NULL}, {"a\tb", NULL}, {"\xff", NULL},
};

static void quotes_or_refuses_values(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < sizeof value_rows / sizeof *value_rows; i++) {
		learn(w->view, "server.slot_name", value_rows[i].value);
		const struct planned *s = planned(w, STEP("", "drop {server.slot_name} \"${x}\" awk '{print}'"));
		if (value_rows[i].text) {
			assert_non_null(s->text);
			assert_string_equal(s->text, value_rows[i].text);
			assert_null(s->refused);
		} else {
			assert_null(s->text);
			assert_non_null(strstr(s->refused, "server.slot_name"));
		}
	}
}

static void refuses_what_is_not_known(void **state)
{
	struct world *w = *state;
	learn(w->view, "server.slot_name", NULL);
	const struct planned *s = planned(w, STEP("", "drop {server.slot_name}"));
	assert_null(s->text);
	assert_non_null(strstr(s->refused, "\"server.slot_name\" is not known"));
	assert_string_equal(s->shown, "drop {server.slot_name}");
}

static void takes_answers_before_defaults(void **state)
{
	struct world *w = *state;
	const struct answer answer = {"days", "9"};
	assert_string_equal(planned(w, STEP("", "keep {days} {slot}"))->text, "keep 7 barman");
	w->f.answer = &answer;
	w->f.answers = 1;
	assert_string_equal(planned(w, STEP("", "keep {days} {slot}"))->text, "keep 9 barman");
}

static void keeps_secrets_out_of_the_text(void **state)
{
	struct world *w = *state;
	static const char page[] = "---\ncause: slot.missing\ntitle: T\nask: password |  | p | secret\n---\n## One\n\n"
				   "```sh {on=db as=postgres}\np={password} q={password}\n```\n";
	struct answer answer = {"password", "hunter22 it's"};
	w->f.answer = &answer;
	w->f.answers = 1;
	const struct planned *s = planned(w, page);
	assert_string_equal(s->text, "p=\"$walmedic_password\" q=\"$walmedic_password\"");
	assert_string_equal(s->shown, s->text);
	assert_int_equal(s->secrets, 1);
	assert_string_equal(s->secret[0].name, "walmedic_password");
	assert_string_equal(s->secret[0].value, "hunter22 it's");
	answer.value = "a\nb";
	assert_null(planned(w, page)->text);
}

static const struct when_row {
	const char *when;
	bool holds;
} when_rows[] = {
	{"db.init:systemd", true}, {"db.init:sysv", false}, {"db.init:!=sysv", true}, {"db.init:!=systemd", false}, {"db.none:x", false},
	{"db.none:!=x", true}, {"pg.version:>=15", true}, {"pg.version:>=15.4", true}, {"pg.version:>=15.18", true}, {"pg.version:>=15.19", false},
	{"pg.version:<16", true}, {"pg.version:<9.6", false}, {"pg.version:>15.18", false}, {"pg.version:<=15.18", true}, {"pg.none:>=1", false},
	{"db.init:systemd pg.version:>=15", true}, {"db.init:systemd pg.version:>=16", false}, {"", true},
};

static void knows_when_a_variant_holds(void **state)
{
	struct world *w = *state;
	learn(w->view, "db.init", "systemd");
	learn(w->view, "pg.version", "15.18");
	for (size_t i = 0; i < sizeof when_rows / sizeof *when_rows; i++)
		if (plan_when(w->view, NULL, 0, when_rows[i].when) != when_rows[i].holds)
			fail_msg("%s", when_rows[i].when);
}

static void shows_the_first_variant_that_holds(void **state)
{
	struct world *w = *state;
	const char text[] = HEAD "## A\n\n```sh {on=db as=x when=db.init:systemd}\nfirst\n```\n\n## A\n\n```sh {on=db as=x}\nsecond\n```\n\n## B\n\n```sh {on=db as=x}\nthird\n```\n";
	const struct planned *s = planned(w, text);
	assert_int_equal(w->plan.steps, 2);
	assert_string_equal(s[0].text, "second");
	assert_string_equal(s[1].text, "third");
	assert_int_equal(s[1].number, 2);
	learn(w->view, "db.init", "systemd");
	assert_string_equal(planned(w, text)->text, "first");
	assert_int_equal(w->plan.steps, 2);
}

static void closes_while_a_requirement_is_not_green(void **state)
{
	struct world *w = *state;
	const char text[] = STEP(" requires=disk.pg_wal", "x");
	assert_null(planned(w, text)->closed);
	w->node[3].verdict.state = STATE_FAIL;
	assert_non_null(strstr(planned(w, text)->closed, "\"disk.pg_wal\" must be green first: said"));
	w->node[3].verdict.state = STATE_UNKNOWN;
	assert_non_null(planned(w, text)->closed);
	w->node[3].verdict.state = STATE_WARN;
	assert_null(planned(w, text)->closed); /* a warning without a cause only waits */
	w->node[3].verdict.findings = 1;
	w->node[3].verdict.finding[0].cause = "disk.pg_wal_filling";
	assert_non_null(planned(w, text)->closed);
	/* what this very cause explains or blocks cannot be waited for */
	w->node[1].verdict.findings = 1;
	w->node[1].verdict.finding[0].cause = "slot.missing";
	w->node[3].explained_by = 1;
	assert_null(planned(w, text)->closed);
	w->node[3].explained_by = -1;
	w->node[3].verdict.state = STATE_BLOCKED;
	w->node[3].blocked_by = 2;
	assert_non_null(planned(w, text)->closed);
	w->node[2].verdict.state = STATE_FAIL;
	w->node[2].explained_by = 1;
	assert_null(planned(w, text)->closed);
	assert_non_null(strstr(planned(w, STEP(" requires=no.such", "x"))->closed, "not watched"));
	/* but the cause itself can */
	w->node[1].verdict.state = STATE_FAIL;
	assert_non_null(planned(w, STEP(" requires=slot.exists", "x"))->closed);
}

static void says_who_where_and_whether(void **state)
{
	struct world *w = *state;
	const struct planned *s = planned(w, STEP("", "x"));
	assert_string_equal(s->host, "db1");
	assert_string_equal(s->user, "postgres");
	assert_null(s->copy_only);
	assert_false(s->proven);
	learn(w->view, "server.barman_user", "bm");
	s = planned(w, HEAD "## A\n\n```sh {on=backup as=barman}\nx\n```\n\n## B\n\n```sh {on=db as=nobody}\nx\n```\n\n## C\n\n```sh {on=db}\nx\n```\n");
	assert_string_equal(s[0].user, "bm");
	assert_string_equal(s[0].host, "backup1");
	assert_non_null(strstr(s[1].copy_only, "no way in to db1 as \"nobody\""));
	assert_non_null(strstr(s[2].copy_only, "does not say as which user"));
	w->f.read_only = true;
	assert_non_null(strstr(planned(w, STEP("", "x"))->copy_only, "--read-only"));
}

/* What was green before the last change may not be any more. */
static void is_proven_by_what_was_asked_since_the_last_change(void **state)
{
	static const struct question q = {.id = "q"};
	struct world *w = *state;
	const char text[] = STEP(" proves=slot.active", "x");
	w->probe[2].asks[0] = &q;
	w->node[2].asked_at = 5000;
	w->node[2].took_ms = 100;
	w->f.since = 4900;
	assert_true(planned(w, text)->proven);
	w->f.since = 4901; /* asked before, answered after */
	assert_false(planned(w, text)->proven);
	w->probe[2].asks[0] = NULL;
	assert_true(planned(w, text)->proven);
}

static void is_proven_by_green_only(void **state)
{
	struct world *w = *state;
	const char text[] = STEP(" proves=slot.exists,slot.active", "x");
	static const enum state red[] = {STATE_UNKNOWN, STATE_OFF, STATE_WARN, STATE_FAIL, STATE_BLOCKED};
	assert_true(planned(w, text)->proven);
	for (size_t i = 0; i < sizeof red / sizeof *red; i++) {
		w->node[2].verdict.state = red[i];
		assert_false(planned(w, text)->proven);
	}
	assert_false(planned(w, STEP(" proves=no.such", "x"))->proven);
	const struct planned *s = planned(w, HEAD "## A\n\n```sh {proves=slot.exists}\nx\n```\n\n## B\n\n```sh {proves=\"slot.active slot.exists\"}\nx\n```\n"
					  "\n## C\n\n```sh {proves=slot.active}\nx\n```\n");
	assert_true(s[0].proof_later);
	assert_true(s[1].proof_later);
	assert_false(s[2].proof_later);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(quotes_or_refuses_values), T(refuses_what_is_not_known), T(takes_answers_before_defaults), T(knows_when_a_variant_holds),
		T(shows_the_first_variant_that_holds), T(closes_while_a_requirement_is_not_green), T(says_who_where_and_whether),
		T(is_proven_by_green_only), T(is_proven_by_what_was_asked_since_the_last_change), T(keeps_secrets_out_of_the_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
