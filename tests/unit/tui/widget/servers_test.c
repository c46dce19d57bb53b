/* A fleet as a list: what is shared is told once, everybody stands in it once, nothing moves under the cursor. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "tui/widget/servers.h"

enum { MANY = 200 };

static const struct probe probe = {.id = "any.probe", .stage = STAGE_HOST};
static struct finding finding[MANY];
static struct root root[MANY];
static struct node node[MANY];
static struct server server[MANY];
static struct model model;
static struct servers_memory memory;
static struct arena *arena;

static void set(int at, enum state state, const char *cause, const char *host, const char *say)
{
	node[at] = (struct node){.probe = &probe, .verdict = {.state = state}};
	finding[at] = (struct finding){.cause = cause, .rank = RANK_FAIL, .host = host, .say = (char *)say, .urgency = NAN};
	root[at] = (struct root){.finding = &finding[at]};
	server[at].state = state;
	server[at].roots = cause != NULL;
}

static int start(void **state)
{
	static char name[MANY][8];
	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(name[i], sizeof name[i], "s%03d", i);
		server[i] = (struct server){.name = name[i], .node = &node[i], .nodes = 1, .root = &root[i], .sweep_done = true,
					    .backup_host = "", .db_host = "", .pg_version = ""};
		set(i, STATE_OK, NULL, "", "");
	}
	model = (struct model){.server = server, .servers = MANY};
	arena = arena_new();
	memory.width = 80;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	servers_forget(&memory);
	arena_free(arena);
	return 0;
}

static struct servers *build(void)
{
	return servers_build(arena, &model, &memory);
}

static int rows_of(const struct servers *t, enum servers_kind kind)
{
	int n = 0;
	for (int i = 0; i < t->rows; i++)
		n += t->row[i].kind == kind;
	return n;
}

static void a_dead_host_is_told_once(void **state)
{
	(void)state;
	for (int i = 20; i < 24; i++)
		set(i, STATE_FAIL, "host.unreachable", "db7", "db7 answers on no port");
	set(30, STATE_FAIL, "host.unreachable", "db8", "db8 answers on no port");
	const struct servers *t = build();
	assert_int_equal(rows_of(t, SERVERS_CAUSE), 1);
	assert_int_equal(t->row[0].kind, SERVERS_CAUSE);
	assert_int_equal(t->row[0].members, 4);
	for (int i = 1; i < 5; i++)
		assert_true(t->row[i].member);
	assert_true(t->row[4].last);
	assert_int_equal(t->row[5].server, 30);
	assert_false(t->row[5].member);
}

static void what_is_a_servers_own_is_not_shared(void **state)
{
	(void)state;
	set(3, STATE_FAIL, "slot.missing", "backup1", "replication slot 'barman' does not exist");
	set(4, STATE_FAIL, "slot.missing", "backup1", "replication slot 'barman' does not exist");
	assert_int_equal(rows_of(build(), SERVERS_CAUSE), 0);
}

static void a_cluster_is_shared_only_by_its_own_words(void **state)
{
	(void)state;
	set(3, STATE_FAIL, "pg.refused", "db1", "nothing listens on db1:5432");
	set(4, STATE_FAIL, "pg.refused", "db1", "nothing listens on db1:5432");
	set(5, STATE_FAIL, "pg.refused", "db1", "nothing listens on db1:5433");
	const struct servers *t = build();
	assert_int_equal(rows_of(t, SERVERS_CAUSE), 1);
	assert_int_equal(t->row[0].members, 2);
}

static void everybody_stands_in_it_once(void **state)
{
	int seen[MANY] = {0};
	(void)state;
	for (int i = 0; i < MANY; i += 3)
		set(i, STATE_FAIL, i % 2 ? "cron.not_firing" : "slot.lost", "backup1", "");
	for (int i = 1; i < MANY; i += 9)
		set(i, STATE_UNKNOWN, NULL, "", "");
	memory.open = true;
	const struct servers *t = build();
	for (int i = 0; i < t->rows; i++)
		if (t->row[i].kind == SERVERS_ONE || t->row[i].kind == SERVERS_GREEN)
			seen[t->row[i].server]++;
	for (int i = 0; i < MANY; i++)
		assert_int_equal(seen[i], 1);
}

static void the_worst_comes_first(void **state)
{
	(void)state;
	set(9, STATE_WARN, "backup.too_old", "backup1", "");
	set(8, STATE_UNKNOWN, NULL, "", "");
	set(7, STATE_FAIL, "slot.missing", "backup1", "");
	set(6, STATE_FAIL, "disk.pg_wal_filling", "db6", "");
	finding[6].urgency = 600;
	static const int order[] = {6, 7, 8, 9};
	const struct servers *t = build();
	for (int i = 0; i < 4; i++)
		assert_int_equal(t->row[i].server, order[i]);
	assert_int_equal(t->row[4].kind, SERVERS_HEAD);
}

static void nothing_changes_places_under_the_cursor(void **state)
{
	(void)state;
	set(50, STATE_FAIL, "slot.missing", "backup1", "");
	set(60, STATE_FAIL, "slot.missing", "backup1", "");
	servers_move(build(), &memory, 1, 0);
	assert_int_equal(build()->row[build()->selected].server, 60);
	set(70, STATE_FAIL, "disk.pg_wal_filling", "db1", "");
	finding[70].urgency = 1;
	struct servers *t = build();
	assert_int_equal(t->row[0].server, 50);
	assert_int_equal(t->row[t->selected].server, 60);
	memory.pinned = false;
	assert_int_equal(build()->row[0].server, 70);
}

static void green_ones_stand_side_by_side(void **state)
{
	(void)state;
	struct servers *t = build();
	assert_true(t->lines < MANY / 4);
	assert_int_equal(t->row[t->selected].server, 0);
	servers_move(t, &memory, 0, 1);
	t = build();
	assert_int_equal(t->row[t->selected].server, 1);
	servers_move(t, &memory, 1, 0);
	t = build();
	assert_int_equal(t->row[t->selected].x, t->row[2].x);
	assert_int_equal(t->row[t->selected].y, t->row[2].y + 1);
	servers_move(t, &memory, 1 << 20, 0);
	t = build();
	assert_int_equal(t->row[t->selected].y, t->lines - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_dead_host_is_told_once, start, stop),
		cmocka_unit_test_setup_teardown(what_is_a_servers_own_is_not_shared, start, stop),
		cmocka_unit_test_setup_teardown(a_cluster_is_shared_only_by_its_own_words, start, stop),
		cmocka_unit_test_setup_teardown(everybody_stands_in_it_once, start, stop),
		cmocka_unit_test_setup_teardown(the_worst_comes_first, start, stop),
		cmocka_unit_test_setup_teardown(nothing_changes_places_under_the_cursor, start, stop),
		cmocka_unit_test_setup_teardown(green_ones_stand_side_by_side, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
