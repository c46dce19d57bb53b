/* The list on the first screen: every node once, the cause before what hangs from it, nothing moves under the cursor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "tests/screens/fake_model.h"
#include "tui/widget/focus.h"
#include "tui/widget/picture.h"
#include "tui/widget/route.h"
#include "tui/widget/triage.h"

static struct arena *a;
static struct triage_memory memory;

static int start(void **state)
{
	(void)state;
	a = arena_new();
	memory = (struct triage_memory){0};
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static struct triage *build(struct fake *f)
{
	return triage_build(a, fake_model(f)->server, fake_model(f)->now, &memory);
}

static void every_node_stands_in_it_once(void **state)
{
	(void)state;
	for (int scene = 0; fake_scenes[scene]; scene++) {
		struct fake *f = fake_new(fake_scenes[scene]);
		const struct server *s = fake_model(f)->server;
		for (int i = 0; i < FOLDS; i++)
			memory.open[i] = true;
		const struct triage *t = build(f);
		int *seen = calloc((size_t)s->nodes + 1, sizeof *seen);
		for (int i = 0; i < t->rows; i++)
			if (t->row[i].node >= 0)
				seen[t->row[i].node]++;
		for (int i = 0; i < s->nodes; i++)
			if (!s->node[i].verdict.pending && seen[i] != 1)
				fail_msg("%s: %s stands in the list %d times", fake_scenes[scene], s->node[i].probe->id, seen[i]);
		free(seen);
		fake_free(f);
	}
}

static void what_a_cause_breaks_hangs_from_it(void **state)
{
	(void)state;
	struct fake *f = fake_new("slot_missing");
	const struct triage *t = build(f);
	const struct server *s = t->server;
	int root = triage_row_of(t, server_node(s, "slot.exists"));
	assert_int_equal(t->row[root].kind, ROW_ROOT);
	assert_int_equal(t->selected, root);
	static const char *const below[] = {"slot.active", "receiver.running", "incoming", "rpo"};
	for (int i = 0; i < 4; i++) {
		int at = triage_row_of(t, server_node(s, below[i]));
		assert_true(at > root && *t->row[at].branch);
	}
	assert_true(triage_row_of(t, server_node(s, "backup.last")) > triage_row_of(t, server_node(s, "rpo")));
	fake_free(f);
}

/* A cause that comes later takes the first place only while nobody moved. */
static void a_new_cause_goes_to_the_end_once_the_operator_moved(void **state)
{
	(void)state;
	for (int moved = 0; moved < 2; moved++) {
		struct fake *f = fake_new("two_roots");
		struct server *s = fake_model(f)->server;
		memory = (struct triage_memory){0};
		struct root first = s->root[0];
		s->root[0] = s->root[--s->roots];
		const struct triage *t = build(f);
		if (moved)
			triage_move(build(f), &memory, 1);
		int before = moved ? build(f)->row[build(f)->selected].node : -1;
		s->root[s->roots++] = s->root[0];
		s->root[0] = first;
		t = build(f);
		int at = triage_row_of(t, first.node), other = triage_row_of(t, s->root[1].node);
		assert_true(moved ? at > other : at < other);
		assert_int_equal(memory.news, moved);
		assert_int_equal(strstr(t->row[at - 1].say, "NEW") != NULL, moved);
		if (moved)
			assert_int_equal(t->row[t->selected].node, before);
		fake_free(f);
	}
}

static void edges_are_walked_both_ways(void **state)
{
	(void)state;
	struct fake *f = fake_new("slot_missing");
	const struct server *s = fake_model(f)->server;
	int slot = server_node(s, "slot.exists"), receiver = server_node(s, "receiver.running");
	assert_int_equal(focus_need(s, slot), server_node(s, "repl.connect"));
	assert_int_equal(focus_break(s, slot), server_node(s, "slot.active"));
	assert_int_equal(focus_need(s, receiver), slot);
	assert_int_equal(focus_break(s, server_node(s, "rpo")), -1);
	fake_free(f);
}

static void the_way_ends_at_the_recovery_point(void **state)
{
	(void)state;
	struct fake *f = fake_new("slot_missing");
	const struct server *s = fake_model(f)->server;
	struct route r;
	route_find(s, server_node(s, "slot.exists"), &r);
	assert_int_equal(r.node[r.at], server_node(s, "slot.exists"));
	assert_int_equal(r.node[r.n - 1], server_node(s, "rpo"));
	assert_true(r.stage[STAGE_SLOT] && !r.stage[STAGE_WAL]);
	fake_free(f);
}

/* In the whole picture the arrows go to a neighbour, and back. */
static void the_picture_is_walked_by_its_columns(void **state)
{
	(void)state;
	struct fake *f = fake_new("green");
	const struct server *s = fake_model(f)->server;
	int host = server_node(s, "host.backup"), last = host;
	assert_int_equal(picture_beside(s, host, 0, 1), server_node(s, "ssh.to_db"));
	assert_int_equal(picture_beside(s, host, 0, -1), host);
	assert_int_equal(picture_beside(s, host, 1, 0), server_node(s, "host.db"));
	assert_int_equal(picture_beside(s, server_node(s, "host.db"), -1, 0), host);
	for (int i = 0; i < s->nodes; i++)
		last = picture_beside(s, last, 1, 0);
	assert_int_equal(s->node[last].probe->stage, STAGE_CONFIG);
	fake_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_node_stands_in_it_once, start, stop),
		cmocka_unit_test_setup_teardown(what_a_cause_breaks_hangs_from_it, start, stop),
		cmocka_unit_test_setup_teardown(a_new_cause_goes_to_the_end_once_the_operator_moved, start, stop),
		cmocka_unit_test_setup_teardown(edges_are_walked_both_ways, start, stop),
		cmocka_unit_test_setup_teardown(the_way_ends_at_the_recovery_point, start, stop),
		cmocka_unit_test_setup_teardown(the_picture_is_walked_by_its_columns, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
