#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/str.h"
#include "probes/report/report.h"

static const struct probe slot = {.id = "slot.exists", .title = "slot", .needs = {"pg.connect"}, .essential = true};
static const struct probe pg = {.id = "pg.connect", .title = "connection"};

static struct node node[2];
static struct root root;
static struct server server;
static struct model model;

static int make_broken(void **state)
{
	(void)state;
	memset(node, 0, sizeof node);
	node[0] = (struct node){.probe = &pg, .explained_by = -1, .blocked_by = -1, .since = 1763694764000};
	node[0].verdict = (struct verdict){.state = STATE_OK, .say = "PostgreSQL 15.18 answers", .evidence = "3 ms"};
	node[1] = (struct node){.probe = &slot, .explained_by = -1, .blocked_by = -1, .needs = {0}, .n_needs = 1, .took_ms = 3};
	node[1].verdict = (struct verdict){.state = STATE_FAIL, .say = "there is no slot \"barman\"", .evidence = "", .findings = 1};
	node[1].verdict.finding[0] = (struct finding){.cause = "slot.missing", .rank = RANK_FAIL, .say = "no slot | \"barman\"",
						      .evidence = "0 rows\nin pg_replication_slots", .urgency = 11520, .place = "db", .host = "db1"};
	root = (struct root){.finding = &node[1].verdict.finding[0], .node = 1, .unblocks = 3};
	server = (struct server){.name = "main", .engine = "barman", .backup_host = "backup1", .db_host = "db1", .pg_version = "15.18",
				 .state = STATE_FAIL, .node = node, .nodes = 2, .root = &root, .roots = 1,
				 .pg_wal_full_s = 11520, .backup_full_s = NAN, .slot_lost_s = 300, .rpo_s = 41, .other_route = ""};
	model = (struct model){.server = &server, .servers = 1};
	return 0;
}

static void json_keeps_the_contract(void **state)
{
	(void)state;
	struct str out = {0};
	report_find("json")->write(&model, &out);
	json_t *o = json_loads(str_text(&out), 0, NULL), *s, *r, *p;
	assert_non_null(o);
	assert_int_equal(json_integer_value(json_object_get(o, "version")), 1);
	s = json_array_get(json_object_get(o, "servers"), 0);
	assert_string_equal(json_string_value(json_object_get(s, "state")), "fail");
	r = json_array_get(json_object_get(s, "root_causes"), 0);
	assert_string_equal(json_string_value(json_object_get(r, "cause")), "slot.missing");
	assert_string_equal(json_string_value(json_object_get(r, "probe")), "slot.exists");
	assert_string_equal(json_string_value(json_object_get(r, "host")), "db1");
	assert_int_equal(json_integer_value(json_object_get(r, "urgency_seconds")), 11520);
	assert_int_equal(json_integer_value(json_object_get(r, "unblocks")), 3);
	p = json_array_get(json_object_get(s, "probes"), 1);
	assert_string_equal(json_string_value(json_object_get(p, "cause")), "slot.missing");
	assert_string_equal(json_string_value(json_array_get(json_object_get(p, "needs"), 0)), "pg.connect");
	assert_int_equal(json_array_size(json_object_get(p, "details")), 2);
	assert_true(json_is_null(json_object_get(p, "explained_by")));
	p = json_array_get(json_object_get(s, "probes"), 0);
	assert_null(json_object_get(p, "cause"));
	assert_string_equal(json_string_value(json_object_get(p, "since")), "2025-11-21T03:12:44Z");
	assert_true(json_is_null(json_object_get(json_object_get(s, "forecast"), "backup_full_seconds")));
	assert_int_equal(json_integer_value(json_object_get(json_object_get(s, "forecast"), "pg_wal_full_seconds")), 11520);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(s, "forecast"), "slot_lost_seconds")), 300);
	assert_int_equal(json_integer_value(json_object_get(s, "rpo_seconds")), 41);
	json_decref(o);
	str_free(&out);
}

static void nagios_has_one_bar_and_perfdata(void **state)
{
	(void)state;
	struct str out = {0};
	report_find("nagios")->write(&model, &out);
	assert_string_equal(str_text(&out), "WALMEDIC CRITICAL - main slot.missing: no slot / \"barman\" | 'rpo'=41s 'pg_wal_full'=11520s 'slot_lost'=300s 'root_causes'=1\n"
					    "main: slot.missing on db1: no slot / \"barman\"\n");
	str_free(&out);
}

static void prometheus_escapes_labels(void **state)
{
	(void)state;
	struct str out = {0};
	server.name = "ma\"in";
	report_find("prometheus")->write(&model, &out);
	assert_non_null(strstr(str_text(&out), "walmedic_status{server=\"ma\\\"in\"} 2\n"));
	assert_non_null(strstr(str_text(&out), "walmedic_root_cause{server=\"ma\\\"in\",cause=\"slot.missing\",host=\"db1\",rank=\"fail\"} 1\n"));
	assert_null(strstr(str_text(&out), "backup_full_seconds{"));
	assert_non_null(strstr(str_text(&out), "walmedic_slot_lost_seconds{server=\"ma\\\"in\"} 300\n"));
	str_free(&out);
}

static void text_names_cause_host_and_remedy(void **state)
{
	(void)state;
	struct str out = {0};
	report_find("text")->write(&model, &out);
	assert_non_null(strstr(str_text(&out), "1. FAIL slot.missing on db1\n"));
	assert_non_null(strstr(str_text(&out), "walmedic fix main"));
	assert_non_null(strstr(str_text(&out), "time left: 3 h 12 min"));
	assert_null(strchr(str_text(&out), '\033'));
	str_free(&out);
}

static void the_worst_server_decides(void **state)
{
	(void)state;
	struct server two[2] = {server, server};
	struct model m = {.server = two, .servers = 2};
	two[0].state = STATE_UNKNOWN;
	two[1].state = STATE_WARN;
	assert_int_equal(model_exit_status(&m), 1);
	two[1].state = STATE_OK;
	assert_int_equal(model_exit_status(&m), 3);
	two[0].state = STATE_FAIL;
	assert_int_equal(model_exit_status(&m), 2);
	assert_null(report_find("xml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(json_keeps_the_contract, make_broken),
		cmocka_unit_test_setup(nagios_has_one_bar_and_perfdata, make_broken),
		cmocka_unit_test_setup(prometheus_escapes_labels, make_broken),
		cmocka_unit_test_setup(text_names_cause_host_and_remedy, make_broken),
		cmocka_unit_test_setup(the_worst_server_decides, make_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
