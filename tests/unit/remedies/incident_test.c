/* The report of an incident: when it was, what it meant, what was done, and nothing that was not seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/secret.h"
#include "probes/engine/history.h"
#include "probes/engine/view.h"
#include "remedies/incident.h"

enum { NODES = 3, T = 1000 };
static const int64_t start = 1700000000000; /* 2023-11-14T22:13:20Z */

static struct probe probe[NODES] = {{.id = "slot.exists", .title = "slot exists"}, {.id = "wal_archive", .title = "WAL archive"}, {.id = "odd", .title = "odd | one"}};
static struct node node[NODES];
static struct root root;
static struct server server;
static struct history *history;
static struct str out;
static char top[64];

static int setup(void **state)
{
	(void)state;
	memset(node, 0, sizeof node);
	for (int i = 0; i < NODES; i++)
		node[i] = (struct node){.probe = &probe[i], .verdict = {.state = STATE_OK, .say = "fine"}, .explained_by = -1, .blocked_by = -1};
	server = (struct server){.name = "main", .node = node, .nodes = NODES, .root = &root, .state = STATE_OK, .rpo_s = 12, .sweep_done = true};
	server.view = view_new((struct facts *const[SCOPES]){NULL});
	server.history = history = history_new(&server);
	snprintf(top, sizeof top, "/tmp/walmedic-incident-XXXXXX");
	assert_non_null(mkdtemp(top));
	str_clear(&out);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	history_free(history);
	view_free((struct view *)server.view);
	str_free(&out);
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

static void turned(int64_t seconds, int i, enum state from, enum state to)
{
	struct news n = {.at = start + seconds * T, .node = i, .fact = -1, .from = from, .to = to};
	history_add_news(history, &n);
}

static void expect(const char *text)
{
	if (!strstr(str_text(&out), text))
		fail_msg("not written: \"%s\" in\n%s", text, str_text(&out));
}

static void expect_not(const char *text)
{
	if (strstr(str_text(&out), text))
		fail_msg("written: \"%s\" in\n%s", text, str_text(&out));
}

static void finds_the_last_time_of_failure(void **state)
{
	(void)state;
	struct incident_window w;
	incident_window(&server, start, &w);
	assert_int_equal(w.begin, 0);
	turned(0, 0, STATE_OK, STATE_FAIL);
	turned(60, 0, STATE_FAIL, STATE_OK);
	turned(7200, 0, STATE_OK, STATE_FAIL);
	turned(7260, 2, STATE_OK, STATE_FAIL);
	turned(7300, 0, STATE_FAIL, STATE_OK);
	turned(7320, 2, STATE_FAIL, STATE_WARN);
	turned(7500, 0, STATE_OK, STATE_FAIL); /* a break of three minutes */
	turned(7600, 0, STATE_FAIL, STATE_OK);
	incident_window(&server, start + 9000 * T, &w);
	assert_true(w.begin == start + 7200 * T && w.end == start + 7600 * T && !w.before);
	assert_true(w.look_at == start + 7260 * T);
	turned(9000, 1, STATE_OK, STATE_FAIL);
	node[1].verdict.state = STATE_FAIL;
	incident_window(&server, start + 9010 * T, &w);
	assert_true(w.begin == start + 9000 * T && !w.end && w.look_at == start + 9005 * T);
}

static void says_that_it_began_before(void **state)
{
	(void)state;
	struct incident_window w;
	history_begins(history, start);
	turned(100, 0, STATE_FAIL, STATE_OK);
	incident_window(&server, start + 200 * T, &w);
	assert_true(w.begin == start && w.end == start + 100 * T && w.before);
}

/* Without a history: what fails now, since when it is known to. */
static void knows_what_fails_now(void **state)
{
	(void)state;
	struct incident_window w;
	struct finding f = {.cause = "slot.missing", .rank = RANK_FAIL, .say = "there is no slot"};
	root = (struct root){.finding = &f, .node = 0};
	server.roots = 1;
	server.state = STATE_FAIL;
	node[0].verdict.state = STATE_FAIL;
	node[0].since = start;
	server.history = NULL;
	incident_window(&server, start + 5 * T, &w);
	assert_true(w.begin == start && !w.end && w.before);
	incident_write(&(struct incident_order){.server = &server, .window = w, .now = start + 5 * T, .journal = ""}, &out);
	expect("**Duration**: since before 2023-11-14T22:13:20Z - now, it goes on (5 s, at least)");
	expect("- slot.missing: there is no slot");
	expect("From the runbook `slot-lag`");
	expect("None by walmedic.");
	expect("not on record; now 12 s");
	expect_not("all green");
}

static const char journal[] =
	"{\"at\":\"2023-11-14T22:14:00Z\",\"phase\":\"begun\",\"deed\":1,\"user\":\"alice\",\"server\":\"main\",\"cause\":\"slot.missing\",\"step\":\"Create the slot\",\"host\":\"db1\",\"as\":\"postgres\",\"command\":\"create it\\n```\\nhunter2hunter2\"}\n"
	"{\"at\":\"2023-11-14T22:14:05Z\",\"phase\":\"ended\",\"deed\":1,\"user\":\"alice\",\"server\":\"main\",\"cause\":\"slot.missing\",\"step\":\"Create the slot\",\"host\":\"db1\",\"as\":\"postgres\",\"command\":\"create it\\n```\\nhunter2hunter2\",\"exit\":3}\n"
	"{\"at\":\"2023-11-14T22:14:09Z\",\"phase\":\"walk\",\"deed\":2,\"user\":\"alice\",\"walk\":\"x\",\"key\":\"k\",\"event\":\"note\",\"server\":\"main\",\"step\":\"S\",\"say\":\"*slow* <b>\\u001b[2J\"}\n"
	"{\"at\":\"2023-11-14T22:14:10Z\",\"phase\":\"begun\",\"deed\":3,\"user\":\"bob\",\"server\":\"main\",\"step\":\"Other\",\"host\":\"db1\",\"as\":\"root\",\"command\":\"other\"}\n"
	"{\"at\":\"2023-11-14T22:14:11Z\",\"phase\":\"begun\",\"deed\":4,\"user\":\"bob\",\"server\":\"second\",\"step\":\"Not ours\",\"host\":\"db2\",\"as\":\"root\",\"command\":\"no\"}\n"
	"{\"at\":\"2023-11-13T22:14:11Z\",\"phase\":\"begun\",\"deed\":5,\"user\":\"bob\",\"server\":\"main\",\"step\":\"Long ago\",\"host\":\"db1\",\"as\":\"root\",\"command\":\"no\"}\n"
	"{\"at\":\"2023-11-14T22:14:12Z\",\"pha";

static void tells_what_was_done(void **state)
{
	(void)state;
	char path[100];
	snprintf(path, sizeof path, "%s/journal", top);
	FILE *f = fopen(path, "w");
	fputs(journal, f);
	fclose(f);
	secret_learn("hunter2hunter2");
	turned(0, 0, STATE_OK, STATE_FAIL);
	turned(30, 2, STATE_OK, STATE_FAIL);
	turned(90, 2, STATE_FAIL, STATE_OK);
	turned(100, 0, STATE_FAIL, STATE_OK);
	history_add_point(history, METRIC_RPO, start + 50 * T, 95);
	history_add_point(history, METRIC_RPO, start + 500 * T, 9500);
	struct incident_order o = {.server = &server, .now = start + 900 * T, .journal = path, .contact = "the on-call, +49 1"};
	incident_window(&server, o.now, &o.window);
	incident_write(&o, &out);
	expect("**Duration**: 2023-11-14T22:13:20Z - 2023-11-14T22:15:00Z (100 s)");
	expect("- the replication slot was missing");
	expect("- odd \\| one: failed");
	expect("- slot.missing (its remedy was used)");
	expect("**Data at risk (RPO)**: 95 s of changes");
	expect("no hole now");
	expect("- 2023-11-14T22:14:05Z: ran \"Create the slot\" on db1 as postgres: exit status 3\n");
	expect_not("began \"Create");
	expect("- 2023-11-14T22:14:10Z: began \"Other\" on db1 as root\n");
	expect("no end is on record");
	expect("note of alice at \"S\": " "\\*slow\\* \\<b\\>\\<1B\\>\\[2J");
	expect("  ````\n  create it\n  ```\n");
	expect_not("hunter2");
	expect_not("Not ours");
	expect_not("Long ago");
	expect("- nothing: all green");
	expect("- the on-call, +49 1\n");
	const char *fails = strstr(str_text(&out), "seen: slot exists: fail"), *ran = strstr(str_text(&out), "ran \"Create"), *green = strstr(str_text(&out), "seen: slot exists: ok");
	assert_true(fails && ran && green && fails < ran && ran < green);
}

static void what_is_not_known_is_not_well(void **state)
{
	(void)state;
	node[1].verdict.state = STATE_UNKNOWN;
	incident_write(&(struct incident_order){.server = &server, .now = start, .journal = "/nonexistent"}, &out);
	expect("**Data lost**: not known");
	expect("no failure is on record");
	node[1].verdict.state = STATE_FAIL;
	node[1].verdict.say = "a hole after 0001";
	str_clear(&out);
	incident_write(&(struct incident_order){.server = &server, .now = start, .journal = ""}, &out);
	expect("**Data lost**: a hole after 0001");
}

int main(void)
{
#define U(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {U(finds_the_last_time_of_failure), U(says_that_it_began_before), U(knows_what_fails_now), U(tells_what_was_done),
					   U(what_is_not_known_is_not_well)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
