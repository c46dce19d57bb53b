/* The tables of the catalogue: every edge works and closes no circle, every probe stands after its needs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/engine/graph.h"

static size_t count_causes(void)
{
	size_t n = 0;
	while (causes[n].id)
		n++;
	return n;
}

/* In one state of the server an edge of the other state does not exist. */
static bool exists(const struct blame *e, enum edge_when absent)
{
	return e->when != absent && !(absent == EDGE_PG_DOWN && e->when == EDGE_DB_DOWN) &&
	       !(absent == EDGE_PG_UP && e->when == EDGE_PINS_PG_UP);
}

static bool reaches_itself(size_t at, unsigned char *mark, enum edge_when absent, char *say, size_t size)
{
	mark[at] = 1;
	for (const struct blame *e = blames; e->from; e++) {
		if (!exists(e, absent) || !text_match(e->from, causes[at].id))
			continue;
		for (size_t to = 0; causes[to].id; to++) {
			if (to == at || mark[to] == 2 || !text_match(e->to, causes[to].id))
				continue;
			if (mark[to] == 1) {
				snprintf(say, size, "%s -> %s (edge %s -> %s)", causes[at].id, causes[to].id, e->from, e->to);
				return true;
			}
			if (reaches_itself(to, mark, absent, say, size))
				return true;
		}
	}
	mark[at] = 2;
	return false;
}

static void blames_have_no_circle(void **state)
{
	(void)state;
	static const enum edge_when absent[] = {EDGE_PG_UP, EDGE_PG_DOWN};
	for (size_t k = 0; k < 2; k++) {
		unsigned char *mark = xcalloc(count_causes(), 1);
		char say[200];
		for (size_t i = 0; causes[i].id; i++)
			if (!mark[i] && reaches_itself(i, mark, absent[k], say, sizeof say))
				fail_msg("circle: %s", say);
		free(mark);
	}
}

static void every_edge_joins_known_causes(void **state)
{
	(void)state;
	for (const struct blame *e = blames; e->from; e++) {
		bool from = false, to = false;
		for (size_t i = 0; causes[i].id; i++) {
			from |= text_match(e->from, causes[i].id);
			to |= text_match(e->to, causes[i].id);
		}
		if (!from || !to)
			fail_msg("edge %s -> %s joins nothing", e->from, e->to);
	}
}

static void ids_are_unique_and_in_the_grammar(void **state)
{
	(void)state;
	for (size_t i = 0; causes[i].id; i++) {
		assert_int_equal(strspn(causes[i].id, "abcdefghijklmnopqrstuvwxyz_."), strlen(causes[i].id));
		assert_non_null(strchr(causes[i].id, '.'));
		assert_true(!strcmp(causes[i].place, "db") || !strcmp(causes[i].place, "backup"));
		assert_true(*causes[i].title);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(causes[i].id, causes[k].id))
				fail_msg("%s stands twice", causes[i].id);
	}
}

/* Two nodes made by hand: from fails, to fails; the edge must explain it, and without from it must not. */
static void try_edge(const struct blame *e, const struct cause *from, const struct cause *to)
{
	struct probe pg = {.id = "pg.connect"}, a = {.id = "a", .causes = {from->id}}, b = {.id = "b", .causes = {to->id}};
	struct node node[3] = {{.probe = &pg}, {.probe = &a}, {.probe = &b}};
	struct server s = {.node = node, .nodes = 3};
	bool down = e->when == EDGE_PG_DOWN || e->when == EDGE_DB_DOWN;
	node[0].verdict = (struct verdict){.state = down ? STATE_FAIL : STATE_OK, .findings = down};
	node[0].verdict.finding[0] = (struct finding){.cause = "pg.refused", .rank = RANK_FAIL, .place = "db"};
	node[1].verdict = (struct verdict){.state = STATE_FAIL, .findings = 1};
	node[1].verdict.finding[0] = (struct finding){
		.cause = from->id, .rank = RANK_FAIL, .place = e->when == EDGE_AT_DB || e->when == EDGE_DB_DOWN ? "db" : e->when == EDGE_AT_BACKUP ? "backup" : from->place};
	node[2].verdict = (struct verdict){.state = STATE_FAIL, .findings = 1};
	node[2].verdict.finding[0] = (struct finding){.cause = to->id, .rank = RANK_FAIL,
						     .place = e->when == EDGE_SAME_HOST ? from->place : e->when == EDGE_TO_DB ? "db" : e->when == EDGE_TO_BACKUP ? "backup" : to->place};
	int by = graph_explain(&s, 2, &node[2].verdict.finding[0]);
	if (by != 1 && !(down && by == 0))
		fail_msg("%s does not explain %s", from->id, to->id);
	node[1].verdict = (struct verdict){.state = STATE_OK};
	by = graph_explain(&s, 2, &node[2].verdict.finding[0]);
	if (by == 1)
		fail_msg("%s explains %s though it was observed OK", from->id, to->id);
}

static void every_edge_explains(void **state)
{
	(void)state;
	int tried = 0;
	for (const struct blame *e = blames; e->from; e++)
		for (const struct cause *from = causes; from->id; from++)
			for (const struct cause *to = causes; to->id; to++)
				if (from != to && text_match(e->from, from->id) && text_match(e->to, to->id)) {
					try_edge(e, from, to);
					tried++;
				}
	assert_true(tried > 200);
}

static int index_of(const char *id)
{
	for (int i = 0; catalogue[i]; i++)
		if (!strcmp(catalogue[i]->id, id))
			return i;
	return -1;
}

static void probes_stand_after_their_needs(void **state)
{
	(void)state;
	for (int i = 0; catalogue[i]; i++) {
		assert_int_equal(index_of(catalogue[i]->id), i);
		for (size_t k = 0; k < sizeof catalogue[i]->needs / sizeof *catalogue[i]->needs && catalogue[i]->needs[k]; k++) {
			int need = index_of(catalogue[i]->needs[k]);
			if (need < 0 || need >= i)
				fail_msg("%s needs %s, which must stand before it", catalogue[i]->id, catalogue[i]->needs[k]);
		}
	}
}

static void probes_emit_known_causes_only(void **state)
{
	(void)state;
	for (int i = 0; catalogue[i]; i++) {
		for (size_t k = 0; k < sizeof catalogue[i]->causes / sizeof *catalogue[i]->causes && catalogue[i]->causes[k]; k++)
			if (!cause_find(catalogue[i]->causes[k]))
				fail_msg("%s may emit %s, which no table knows", catalogue[i]->id, catalogue[i]->causes[k]);
		assert_non_null(catalogue[i]->judge);
		assert_non_null(catalogue[i]->title);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blames_have_no_circle),
		cmocka_unit_test(every_edge_joins_known_causes),
		cmocka_unit_test(ids_are_unique_and_in_the_grammar),
		cmocka_unit_test(every_edge_explains),
		cmocka_unit_test(probes_stand_after_their_needs),
		cmocka_unit_test(probes_emit_known_causes_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
