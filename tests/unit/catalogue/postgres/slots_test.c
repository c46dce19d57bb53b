/* Slots: what PostgreSQL says about them, and who reads them. */
#include "tests/unit/catalogue/flow_fixture.h"

static void healthy(void **state)
{
	static const char *const rows[] = {OUR_SLOT, SLOT("standby1", "t", "400", "117440512", "reserved", NULL, "192.0.2.9", "standby1", "117582864")};
	struct view *v = server_view();

	(void)state;
	answer_slots(v, rows, 2);
	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	expect_state(v, &probe_slot_exists, STATE_OK);
	expect_state(v, &probe_slot_active, STATE_OK);
	expect_state(v, &probe_slot_lag, STATE_OK);
	expect_state(v, &probe_slots_foreign, STATE_OK);
	view_free(v);
}

static void none_is_not_silence(void **state)
{
	static const char *const none[SLOT_COLUMNS] = {"117582864", "10"};
	static const char *const cut[] = {OUR_SLOT};
	struct view *v = server_view();

	(void)state;
	expect_state(v, &probe_slot_exists, STATE_UNKNOWN);
	answer_slots(v, none, 1);
	expect_cause(v, &probe_slot_exists, "slot.missing", RANK_FAIL);
	/* an answer that fails, or has other columns, takes the knowledge away */
	answer_rows(v, &q_pg_slots, cut, 1, SLOT_COLUMNS - 1);
	expect_state(v, &probe_slot_exists, STATE_UNKNOWN);
	expect_state(v, &probe_slots_foreign, STATE_UNKNOWN);
	answer_slots(v, cut, 1);
	expect_state(v, &probe_slot_exists, STATE_OK);
	answer_fail(v, &q_pg_slots, REPLY_NO_LINK);
	expect_state(v, &probe_slot_exists, STATE_UNKNOWN);
	answer_rows(v, &q_pg_slots, NULL, 0, SLOT_COLUMNS);
	expect_state(v, &probe_slot_exists, STATE_UNKNOWN);
	view_free(v);
}

/* Patroni drops what it does not know: then making the slot by hand is in vain. */
static void patroni_drops_what_it_does_not_know(void **state)
{
	static const char *const none[SLOT_COLUMNS] = {"117582864", "10"};
	struct view *v = server_view();

	(void)state;
	answer_slots(v, none, 1);
	learn(v, "db.manager", "patroni");
	expect_cause(v, &probe_slot_exists, "slot.missing", RANK_FAIL);
	learn(v, "db.patroni.config", "{\"ttl\": 30, \"slots\": {\"barman_mydb\": {\"type\": \"physical\"}}}");
	expect_cause(v, &probe_slot_exists, "slot.missing", RANK_FAIL);
	learn(v, "db.patroni.config", "{\"ttl\": 30, \"slots\": {\"barman_mydb2\": {\"type\": \"physical\"}}}");
	expect_cause(v, &probe_slot_exists, "ha.slot_not_permanent", RANK_FAIL);
	learn(v, "db.manager", "none");
	expect_cause(v, &probe_slot_exists, "slot.missing", RANK_FAIL);
	view_free(v);
}

static void hostile_rows(void **state)
{
	static const char *const evil[] = {SLOT("../x\x1b[31m", "t", "1", "1", "reserved", NULL, NULL, NULL, NULL)};
	static const char *const empty[] = {SLOT("barman_mydb", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)};
	static const char *const huge[] = {SLOT("barman_mydb", "t", "1", "99999999999999999999999999", "reserved", "1e999", NULL, NULL, "nan")};
	static const char *const *const all[] = {evil, empty};
	struct view *v = server_view();

	(void)state;
	for (int i = 0; i < 2; i++) {
		answer_slots(v, all[i], 1);
		expect_state(v, &probe_slot_exists, STATE_UNKNOWN);
	}
	answer_slots(v, huge, 1);
	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	for (int i = 0; i < 2; i++) {
		struct verdict r;

		probe_judge(i ? &probe_slot_lag : &probe_slot_active, v, &r);
		verdict_clear(&r);
	}
	view_free(v);
}

static void exhausted_is_why_it_is_missing(void **state)
{
	static const char *const rows[] = {
		"1", "1", "other", "physical", "f", "t", "9", "1", "0/1", "reserved", NULL, NULL, NULL, NULL, NULL, NULL, "f"};
	struct view *v = server_view();
	struct verdict r;

	(void)state;
	answer_slots(v, rows, 1);
	probe_judge(&probe_slot_exists, v, &r);
	assert_cause(&r, "slots.exhausted", RANK_FAIL);
	assert_int_equal(r.findings, 1);
	verdict_clear(&r);
	view_free(v);
}

static void states_of_the_slot(void **state)
{
	static const struct {
		const char *row[SLOT_COLUMNS], *cause;
	} cases[] = {
		{{SLOT("barman_mydb", "f", NULL, NULL, "lost", NULL, NULL, NULL, NULL)}, "slot.lost"},
		{{SLOT("barman_mydb", "f", NULL, "50331648", "unreserved", "-16777216", NULL, NULL, NULL)}, "slot.unreserved"},
		{{SLOT("barman_mydb", "f", NULL, NULL, NULL, NULL, NULL, NULL, NULL)}, "slot.never_used"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view *v = server_view();

		answer_slots(v, cases[i].row, 1);
		expect_cause(v, &probe_slot_exists, cases[i].cause, RANK_FAIL);
		view_free(v);
	}
}

static void not_asked_for(void **state)
{
	static const char *const none[SLOT_COLUMNS] = {"117582864", "10"};
	struct view *v = server_view();

	(void)state;
	answer_slots(v, none, 1);
	learn(v, "server.streaming_archiver", "off");
	expect_state(v, &probe_slot_exists, STATE_OFF);
	learn(v, "server.slot_name", "");
	expect_state(v, &probe_slot_exists, STATE_OFF);
	expect_state(v, &probe_slot_lag, STATE_OFF);
	/* the option Barman does not know: the slot it meant is judged */
	learn(v, "server.streaming_archiver", "on");
	learn(v, "server.slot_name_meant", "meant");
	expect_cause(v, &probe_slot_exists, "slot.missing", RANK_FAIL);
	view_free(v);
}

static const char stopped[] =
	RECEIVER_HEAD "lock=1795249540.320 31158\naddresses=192.0.2.2 \n"
	"log=2026-11-21 08:25:40,825 [31158] barman.server ERROR: ArchiverFailure:[Errno 5] Input/output error\n" QUEUES;

static void inactive(void **state)
{
	static const char *const row[] = {SLOT("barman_mydb", "f", NULL, "67108864", "reserved", NULL, NULL, NULL, NULL)};
	struct view *v = server_view();

	(void)state;
	answer_slots(v, row, 1);
	expect_state(v, &probe_slot_active, STATE_UNKNOWN);
	answer_sh(v, &q_backup_receiver, stopped);
	expect_cause(v, &probe_slot_active, "slot.inactive", RANK_FAIL);
	/* also when the server no longer streams: the slot holds WAL all the same */
	learn(v, "server.streaming_archiver", "off");
	expect_cause(v, &probe_slot_active, "slot.inactive", RANK_FAIL);
	view_free(v);
}

static void held(void **state)
{
	static const char *const other[] = {SLOT("barman_mydb", "t", "77", "117440512", "reserved", NULL, "192.0.2.77", "barman_receive_wal", "117582864")};
	static const char *const hidden[] = {
		"117582864", "10", "barman_mydb", "physical", "f", "t", "77", "117440512", "0/7000000", "reserved", NULL,
		NULL, NULL, NULL, NULL, NULL, "f"};
	static const char *const orphan[] = {OUR_SLOT};
	struct view *v = server_view();

	(void)state;
	answer_slots(v, other, 1);
	expect_state(v, &probe_slot_active, STATE_UNKNOWN); /* without the processes it may be ours behind NAT */
	answer_sh(v, &q_backup_receiver, stopped);
	expect_cause(v, &probe_slot_active, "slot.held_by_other", RANK_FAIL);
	assert_string_equal(know(v, "server.slot_holder_where"), "elsewhere");
	/* our process has it: then whatever the address says, it is ours */
	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	expect_state(v, &probe_slot_active, STATE_OK);
	answer_slots(v, hidden, 1);
	expect_state(v, &probe_slot_active, STATE_OK);
	/* a receiver on this host that Barman's lock does not own */
	answer_slots(v, orphan, 1);
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "lock=1795249540.320 31158\n"
		  "process=99 1 1000 /usr/bin/pg_receivewal\t--directory=/tmp/x\t--slot=barman_mydb\t\n" RECEIVER_TAIL QUEUES);
	expect_cause(v, &probe_slot_active, "slot.held_by_other", RANK_FAIL);
	view_free(v);
}

#define FAR "1000000000", "10", "barman_mydb", "physical", "f", "t", "31164", "117440512", "0/7000000", "extended", NULL, \
		"192.0.2.2", "barman_receive_wal", "117582864", "117440512", "1", "t"

/* All of it was written a moment ago: a bulk load, and no receiver that lags. */
static void a_burst_is_no_lag(void **state)
{
	static const char *const far[] = {FAR};
	struct verdict r;

	(void)state;
	for (int age = 10; age <= 30; age += 20) {
		struct view *v = server_view();

		answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
		answer_slots(v, far, 1);
		learn_point(v, "db.wal.written", NOW - age * 1000, 117582864);
		probe_judge(&probe_slot_lag, v, &r);
		assert_int_equal(r.findings, age == 30);
		assert_state(&r, STATE_WARN);
		verdict_clear(&r);
		view_free(v);
	}
}

static void lag(void **state)
{
	static const char *const far[] = {FAR};
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	answer_slots(v, far, 1);
	expect_cause(v, &probe_slot_lag, "slot.lagging", RANK_WARN); /* one look cannot tell */
	/* what pg_receivewal reports is ten seconds old: the file it writes to is at the primary's segment */
	learn(v, "server.streaming.partial", "00000001000000000000003B.partial");
	expect_state(v, &probe_slot_lag, STATE_OK);
	learn(v, "server.streaming.partial", "000000010000000000000007.partial");
	learn_point(v, "pg.slot.barman_mydb.lag", NOW - 60000, 882559488);
	learn_point(v, "pg.slot.barman_mydb.lag", NOW - 30000, 882559488);
	expect_cause(v, &probe_slot_lag, "slot.lagging", RANK_FAIL);
	learn_point(v, "pg.slot.barman_mydb.lag", NOW - 60000, 982559488);
	learn_point(v, "pg.slot.barman_mydb.lag", NOW - 30000, 932559488);
	expect_state(v, &probe_slot_lag, STATE_OK);
	view_free(v);
}

static void expect_foreign(const char *name, const char *active, const char *status, const char *cause)
{
	const char *const rows[] = {SLOT(name, active, NULL, "1000", status, NULL, NULL, NULL, NULL)};
	struct view *v = server_view();
	struct verdict r;

	answer_slots(v, rows, 1);
	learn(v, "server.receiver.log_slots", "old_barman ");
	probe_judge(&probe_slots_foreign, v, &r);
	if (cause)
		assert_cause(&r, cause, active[0] == 't' ? RANK_WARN : RANK_FAIL);
	else
		assert_state(&r, STATE_OK);
	verdict_clear(&r);
	view_free(v);
}

/* After a node of repmgr's cluster went away: its slot stays on the primary, and repmgr cares for no slot of Barman's. */
static void repmgr_owns_its_slots(void **state)
{
	static const char *const names[] = {"repmgr_slot_3", "repmgr_slot_", "repmgr_slot_3_old"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct view *v = server_view();
		const char *const row[] = {SLOT(names[i], "f", NULL, "7582864", "extended", NULL, NULL, NULL, NULL)};
		struct verdict r;
		learn(v, "server.receiver.seen", "yes");
		answer_rows(v, &q_pg_slots, row, 1, SLOT_COLUMNS);
		probe_judge(&probe_slots_foreign, v, &r);
		assert_int_equal(r.state, STATE_FAIL);
		assert_string_equal(r.finding[0].cause, "slot.foreign_hoarding");
		assert_int_equal(strstr(r.finding[0].evidence, "node 3 is down") != NULL, i == 0);
		verdict_clear(&r);
		view_free(v);
	}
}

static void foreign(void **state)
{
	(void)state;
	expect_foreign("debezium", "f", "extended", "slot.foreign_hoarding");
	expect_foreign("debezium", "t", "extended", "slot.foreign_hoarding");
	expect_foreign("debezium", "f", NULL, "slot.foreign_hoarding"); /* before 13: by max_wal_size */
	expect_foreign("debezium", "f", "lost", NULL);
	expect_foreign("barman_mydb", "f", "extended", NULL); /* ours */
	expect_foreign("spare_slot", "f", "extended", NULL);  /* some option's value */
	expect_foreign("other_db", "f", "extended", NULL);    /* the server other-db's name */
	expect_foreign("old_barman", "f", "extended", NULL);  /* was ours, says the log */
	expect_foreign("spare", "f", "extended", "slot.foreign_hoarding"); /* part of a word protects nothing */
}

static void gone_slots_are_forgotten(void **state)
{
	static const char *const two[] = {OUR_SLOT, SLOT("debezium", "f", NULL, "1000", "extended", NULL, NULL, NULL, NULL)};
	struct view *v = server_view();
	struct point p[4];

	(void)state;
	answer_slots(v, two, 2);
	expect_cause(v, &probe_slots_foreign, "slot.foreign_hoarding", RANK_FAIL);
	assert_string_equal(know(v, "server.hoarding_slot"), "debezium"); /* the page names it */
	view_set_now(v, NOW + 1000);
	answer_slots(v, two, 1);
	expect_state(v, &probe_slots_foreign, STATE_OK);
	assert_null(know(v, "server.hoarding_slot"));
	assert_int_equal(know_series(v, "pg.slot.barman_mydb.lag", p, 4), 2);
	view_free(v);
}

/* Rows as the versions have them: 10 to 12 know no wal_status, 13 to 16 no reason; 17 tells why a slot was invalidated and
 * since when nobody reads it, 18 also invalidates what nobody has read for long while its WAL may still be there. */
static void each_version_tells_what_it_knows(void **state)
{
	(void)state;
	const struct {
		const char *row[SLOT_COLUMNS + 2], *cause, *says;
	} cases[] = {
		{{SLOT("barman_mydb", "t", "31164", "117440512", NULL, NULL, "192.0.2.2", "barman_receive_wal", "117582864"), NULL, NULL}, NULL, "exists"},
		{{SLOT("barman_mydb", "f", NULL, NULL, "lost", NULL, NULL, NULL, NULL), NULL, NULL}, "slot.lost", "wal_status = lost, restart_lsn = 0/7000000"},
		{{SLOT("barman_mydb", "f", NULL, NULL, "lost", NULL, NULL, NULL, NULL), "wal_removed", "1795249540383"}, "slot.lost",
		 "invalidation_reason = wal_removed\ninactive_since: 2026-11-21T08:25:40Z"},
		{{SLOT("barman_mydb", "f", NULL, "67108864", "lost", NULL, NULL, NULL, NULL), "idle_timeout", "1795249540383"}, "slot.lost",
		 "because nobody read it for idle_replication_slot_timeout"},
		{{SLOT("barman_mydb", "f", NULL, "67108864", "reserved", NULL, NULL, NULL, NULL), "idle_timeout", NULL}, "slot.lost", "idle_timeout"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view *v = server_view();
		struct verdict r;

		answer_rows(v, &q_pg_slots, cases[i].row, 1, SLOT_COLUMNS + 2);
		probe_judge(&probe_slot_exists, v, &r);
		if (cases[i].cause) {
			assert_int_equal(r.findings, 1);
			assert_string_equal(r.finding[0].cause, cases[i].cause);
			if (!strstr(r.finding[0].evidence, cases[i].says) && !strstr(r.finding[0].say, cases[i].says))
				fail_msg("case %zu: %s: %s", i, r.finding[0].say, r.finding[0].evidence);
		} else {
			assert_int_equal(r.state, STATE_OK);
			assert_non_null(strstr(r.say, cases[i].says));
		}
		verdict_clear(&r);
		view_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_tells_what_it_knows),
		cmocka_unit_test(healthy), cmocka_unit_test(none_is_not_silence), cmocka_unit_test(patroni_drops_what_it_does_not_know), cmocka_unit_test(hostile_rows),
		cmocka_unit_test(exhausted_is_why_it_is_missing), cmocka_unit_test(states_of_the_slot),
		cmocka_unit_test(not_asked_for), cmocka_unit_test(inactive), cmocka_unit_test(held), cmocka_unit_test(lag), cmocka_unit_test(a_burst_is_no_lag),
		cmocka_unit_test(foreign), cmocka_unit_test(repmgr_owns_its_slots), cmocka_unit_test(gone_slots_are_forgotten)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
