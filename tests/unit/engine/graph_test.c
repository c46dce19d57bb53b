/* The rules of judging on a small graph with its own catalogue, causes and edges. */
#include <math.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/engine/graph.h"
#include "probes/engine/view.h"

/* Each probe does what the fact "t.<its id>" says:
 * "ok", "off", "unknown", "wait", or "fail CAUSE [urgency]" / "warn CAUSE" / "advice CAUSE". */
static void act_out(const struct view *v, struct verdict *r, const char *id)
{
	char name[64], rank[16] = "", cause[64] = "";
	double urgency = NAN;
	snprintf(name, sizeof name, "t.%s", id);
	const char *what = know(v, name);
	if (!what || !strcmp(what, "unknown"))
		verdict_unknown(r, "not visible");
	else if (!strcmp(what, "ok"))
		verdict_ok(r, "fine");
	else if (!strcmp(what, "off"))
		verdict_off(r, "not used");
	else if (!strcmp(what, "wait"))
		verdict_waiting(r, 60000, "until the next tick");
	else if (sscanf(what, "%15s %63s %lf", rank, cause, &urgency) >= 2) {
		verdict_cause(r, !strcmp(rank, "fail") ? RANK_FAIL : !strcmp(rank, "warn") ? RANK_WARN : RANK_ADVICE,
			      cause_find(cause)->id, "it is %s", cause);
		verdict_urgency(r, urgency);
	}
}

#define PROBE(name, text, ...)                                                                     \
	static void judge_##name(const struct view *v, struct verdict *r)                          \
	{                                                                                          \
		act_out(v, r, text);                                                               \
	}                                                                                          \
	static const struct probe name = {.id = text, .title = text, .judge = judge_##name, __VA_ARGS__}

PROBE(host, "host.db", .causes = {"host.unreachable"});
PROBE(pg, "pg.connect", .essential = true, .causes = {"pg.refused", "pg.hba_rejected"});
PROBE(cron, "cron", .causes = {"cron.daemon_stopped"});
PROBE(repl, "repl.connect", .causes = {"repl.hba_rejected"});
PROBE(receiver, "receiver", .causes = {"receiver.not_running"});
PROBE(slot_exists, "slot.exists", .needs = {"pg.connect"}, .causes = {"slot.missing", "slot.lost"});
PROBE(slot_active, "slot.active", .needs = {"slot.exists"}, .causes = {"slot.inactive"});
PROBE(archive, "archive", .needs = {"pg.connect"}, .causes = {"archive.failing"});
PROBE(disk, "disk", .causes = {"disk.pg_wal_full", "disk.pg_wal_filling"});

const struct probe *const catalogue[] = {&host, &pg, &cron, &repl, &receiver, &slot_exists, &slot_active, &archive, &disk, NULL};
const struct cause causes[] = {
	{"host.unreachable", "", "db", 0}, {"pg.refused", "", "db", 0}, {"pg.hba_rejected", "", "db", 0},
	{"cron.daemon_stopped", "", "backup", 0}, {"repl.hba_rejected", "", "db", 0},
	{"receiver.not_running", "", "backup", 0}, {"slot.missing", "", "backup", 0},
	{"slot.lost", "", "backup", CAUSE_STANDING}, {"slot.inactive", "", "backup", 0},
	{"archive.failing", "", "db", 0}, {"disk.pg_wal_full", "", "db", CAUSE_STANDING_DOWN},
	{"disk.pg_wal_filling", "", "db", 0}, {NULL, NULL, NULL, 0}};
const struct blame blames[] = {
	{"host.*", "pg.*", EDGE_AT_DB}, {"host.*", "repl.*", EDGE_AT_DB}, {"cron.*", "receiver.not_running", EDGE_ALWAYS},
	{"pg.*", "repl.*", EDGE_SAME_CONNECTION}, {"repl.*", "receiver.*", EDGE_ALWAYS}, {"receiver.*", "slot.inactive", EDGE_ALWAYS},
	{"receiver.*", "slot.lost", EDGE_ALWAYS}, {"slot.inactive", "disk.pg_wal_filling", EDGE_PINS},
	{"slot.inactive", "disk.pg_wal_full", EDGE_PINS_PG_UP}, {"archive.*", "disk.*", EDGE_PINS_PG_UP},
	{"disk.pg_wal_full", "pg.refused", EDGE_PG_DOWN}, {NULL, NULL, EDGE_ALWAYS}};
const struct cause *cause_find(const char *id)
{
	for (const struct cause *c = causes; c->id; c++)
		if (!strcmp(c->id, id))
			return c;
	return NULL;
}

static struct server judged(const char *const facts[][2])
{
	struct server s = {.name = "t", .db_host = "db1", .backup_host = "backup1"};
	struct view *v = view_new(NULL);
	view_set_now(v, 1000);
	graph_build(&s);
	s.view = v;
	for (int i = 0; i < s.nodes; i++) {
		char name[64];
		snprintf(name, sizeof name, "t.%s", s.node[i].probe->id);
		learn(v, name, "ok");
	}
	for (int i = 0; facts[i][0]; i++) {
		char name[64];
		snprintf(name, sizeof name, "t.%s", facts[i][0]);
		learn(v, name, facts[i][1]);
	}
	graph_judge(&s);
	return s;
}

static void done(struct server *s)
{
	view_free((struct view *)(uintptr_t)s->view);
	graph_free(s);
}

/* want: root causes in order, separated by blanks. */
static void roots_are(const char *const facts[][2], const char *want)
{
	struct server s = judged(facts);
	struct str got = {0};
	str_add(&got, "");
	for (int i = 0; i < s.roots; i++)
		str_addf(&got, "%s%s", i ? " " : "", s.root[i].finding->cause);
	assert_string_equal(str_text(&got), want);
	str_free(&got);
	done(&s);
}

#define F(...) (const char *const[][2]){__VA_ARGS__, {NULL, NULL}}

static void rule1_only_an_observed_failure_explains(void **state)
{
	(void)state;
	roots_are(F({"cron", "fail cron.daemon_stopped"}, {"receiver", "fail receiver.not_running"},
		    {"slot.active", "fail slot.inactive"}), "cron.daemon_stopped");
	/* a blocked or unknown probe explains nothing by itself */
	roots_are(F({"cron", "unknown"}, {"receiver", "fail receiver.not_running"}), "receiver.not_running");
	/* travels through what could not be observed … */
	roots_are(F({"cron", "fail cron.daemon_stopped"}, {"receiver", "unknown"}, {"slot.active", "fail slot.inactive"}),
		  "cron.daemon_stopped");
	/* … never through a probe observed OK */
	roots_are(F({"cron", "fail cron.daemon_stopped"}, {"receiver", "ok"}, {"slot.active", "fail slot.inactive"}),
		  "cron.daemon_stopped slot.inactive");
	/* never along needs: the archiver's failure is its own root cause though its need is broken upstream */
	struct server s = judged(F({"pg.connect", "fail pg.hba_rejected"}, {"archive", "fail archive.failing"}));
	assert_int_equal(s.node[server_node(&s, "archive")].verdict.state, STATE_BLOCKED);
	assert_int_equal(s.node[server_node(&s, "archive")].blocked_by, server_node(&s, "pg.connect"));
	assert_int_equal(s.roots, 1);
	done(&s);
}

static void rule1_warnings_explain_no_failure(void **state)
{
	(void)state;
	roots_are(F({"repl.connect", "warn repl.hba_rejected"}, {"receiver", "fail receiver.not_running"}),
		  "receiver.not_running repl.hba_rejected");
	roots_are(F({"repl.connect", "fail repl.hba_rejected"}, {"receiver", "warn receiver.not_running"}), "repl.hba_rejected");
}

static void rule1_nearest_failing_cause_explains(void **state)
{
	(void)state;
	struct server s = judged(F({"cron", "fail cron.daemon_stopped"}, {"receiver", "fail receiver.not_running"},
				   {"slot.active", "fail slot.inactive"}));
	assert_int_equal(s.node[server_node(&s, "slot.active")].explained_by, server_node(&s, "receiver"));
	assert_int_equal(s.root[0].unblocks, 2);
	done(&s);
}

static void rule2_waiting_is_a_warning_without_cause(void **state)
{
	(void)state;
	struct server s = judged(F({"receiver", "wait"}));
	assert_int_equal(s.roots, 0);
	assert_int_equal(s.node[server_node(&s, "receiver")].verdict.state, STATE_WARN);
	assert_int_equal(server_exit_status(&s), 0);
	done(&s);
}

static void rule3_standing_causes_are_never_folded(void **state)
{
	(void)state;
	roots_are(F({"receiver", "fail receiver.not_running"}, {"slot.exists", "fail slot.lost"}),
		  "receiver.not_running slot.lost");
}

static void rule4_the_direction_of_a_full_disk_flips(void **state)
{
	(void)state;
	roots_are(F({"archive", "fail archive.failing"}, {"disk", "fail disk.pg_wal_full 0"}), "archive.failing");
	roots_are(F({"pg.connect", "fail pg.refused"}, {"disk", "fail disk.pg_wal_full 0"}), "disk.pg_wal_full");
}

static void rule4_a_volume_that_a_setting_fills_is_a_cause_of_its_own(void **state)
{
	(void)state;
	static const char *const full[] = {"fail disk.pg_wal_full 0", "fail disk.pg_wal_filling 60"};
	for (size_t i = 0; i < 2; i++) {
		struct server s = judged(F({"slot.active", "fail slot.inactive"}, {"disk", full[i]}));
		struct view *v = (struct view *)(uintptr_t)s.view;
		assert_int_equal(s.roots, 1);
		learn(v, "server.wal_pin", "slot");
		graph_judge(&s);
		assert_int_equal(s.roots, 1);
		learn(v, "server.wal_pin", "wal_keep_size");
		graph_judge(&s);
		assert_int_equal(s.roots, 2);
		done(&s);
	}
}

static void rule5_a_dead_host_is_one_cause_of_that_host(void **state)
{
	(void)state;
	roots_are(F({"host.db", "fail host.unreachable"}, {"pg.connect", "fail pg.refused"},
		    {"repl.connect", "fail repl.hba_rejected"}), "host.unreachable");
}

static void rule5_a_connection_explains_only_the_same_connection(void **state)
{
	(void)state;
	static const char *const facts[] = {"host", "pg_port", "stage"};
	struct server s = judged(F({"pg.connect", "fail pg.hba_rejected"}, {"repl.connect", "fail repl.hba_rejected"}));
	struct view *v = (struct view *)(uintptr_t)s.view;
	assert_int_equal(s.roots, 1);
	for (size_t i = 0; i < 3; i++) {
		char name[32];
		snprintf(name, sizeof name, "repl.%s", facts[i]);
		learn(v, name, "another");
		graph_judge(&s);
		assert_int_equal(s.roots, 2);
		learn(v, name, NULL);
		graph_judge(&s);
		assert_int_equal(s.roots, 1);
	}
	done(&s);
}

/* A server that is down lets nobody in, at whatever stage. */
static void rule5_a_server_that_is_down_refuses_every_connection(void **state)
{
	(void)state;
	struct server s = judged(F({"pg.connect", "fail pg.refused"}, {"repl.connect", "fail repl.hba_rejected"}));
	learn((struct view *)(uintptr_t)s.view, "repl.stage", "another");
	graph_judge(&s);
	assert_int_equal(s.roots, 1);
	done(&s);
}

/* A fact may change before the next judging, and the screen is painted in between. */
static void what_a_server_says_of_itself_outlives_the_facts(void **state)
{
	(void)state;
	struct server s = judged(F({"pg.connect", "ok"}));
	struct view *v = (struct view *)(uintptr_t)s.view;
	learn(v, "rpo.route", "WAL still arrives by streaming");
	learn(v, "pg.version", "15.20");
	graph_judge(&s);
	learn(v, "rpo.route", "");
	learn(v, "pg.version", NULL);
	assert_string_equal(s.other_route, "WAL still arrives by streaming");
	assert_string_equal(s.pg_version, "15.20");
	done(&s);
}

static void rule8_order_of_root_causes(void **state)
{
	(void)state;
	roots_are(F({"cron", "fail cron.daemon_stopped"}, {"receiver", "fail receiver.not_running"},
		    {"slot.exists", "warn slot.missing"}, {"archive", "fail archive.failing 600"}),
		  "archive.failing cron.daemon_stopped slot.missing");
	struct server s = judged(F({"archive", "advice archive.failing"}));
	assert_int_equal(s.roots, 0);
	assert_int_equal(s.advices, 1);
	assert_int_equal(s.node[server_node(&s, "archive")].verdict.state, STATE_OK);
	done(&s);
}

static void exit_status_follows_the_contract(void **state)
{
	(void)state;
	static const struct {
		const char *fact[2];
		int status;
	} rows[] = {{{"cron", "ok"}, 0}, {{"cron", "fail cron.daemon_stopped"}, 2}, {{"cron", "warn cron.daemon_stopped"}, 1},
		    {{"cron", "unknown"}, 0}, {{"pg.connect", "unknown"}, 3}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct server s = judged((const char *const[][2]){{rows[i].fact[0], rows[i].fact[1]}, {NULL, NULL}});
		assert_int_equal(server_exit_status(&s), rows[i].status);
		done(&s);
	}
}

static void changes_are_remembered_newest_first(void **state)
{
	(void)state;
	struct server s = judged(F({"cron", "ok"}));
	struct view *v = (struct view *)(uintptr_t)s.view;
	assert_int_equal(s.changes, 0);
	view_set_now(v, 5000);
	learn(v, "t.cron", "fail cron.daemon_stopped");
	graph_judge(&s);
	assert_int_equal(s.changes, 1);
	assert_int_equal(s.change[0].from, STATE_OK);
	assert_int_equal(s.change[0].to, STATE_FAIL);
	assert_int_equal(s.node[server_node(&s, "cron")].since, 5000);
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule1_only_an_observed_failure_explains),
		cmocka_unit_test(rule1_warnings_explain_no_failure),
		cmocka_unit_test(rule1_nearest_failing_cause_explains),
		cmocka_unit_test(rule2_waiting_is_a_warning_without_cause),
		cmocka_unit_test(rule3_standing_causes_are_never_folded),
		cmocka_unit_test(rule4_the_direction_of_a_full_disk_flips),
		cmocka_unit_test(rule4_a_volume_that_a_setting_fills_is_a_cause_of_its_own),
		cmocka_unit_test(rule5_a_dead_host_is_one_cause_of_that_host),
		cmocka_unit_test(rule5_a_connection_explains_only_the_same_connection),
		cmocka_unit_test(rule5_a_server_that_is_down_refuses_every_connection),
		cmocka_unit_test(what_a_server_says_of_itself_outlives_the_facts),
		cmocka_unit_test(rule8_order_of_root_causes),
		cmocka_unit_test(exit_status_follows_the_contract),
		cmocka_unit_test(changes_are_remembered_newest_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
