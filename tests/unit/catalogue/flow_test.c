/* Forecasts, RPO and the volume of pg_wal: what a first look and a live one say. */
#include "tests/unit/catalogue/flow_fixture.h"

#include "probes/base/text.h"

#define MB 1048576.0
#define VOLUME(avail)                                                                                          \
	"db.wal.clock=1795250935.000\ndb.data.size=270553174016\ndb.data.avail=83735863296\ndb.data.inodes=16777216\n" \
	"db.data.ifree=16322635\ndb.data.mount=/\ndb.wal.size=1073741824\ndb.wal.avail=" avail "\ndb.wal.inodes=0\n"    \
	"db.wal.ifree=0\ndb.wal.mount=/wal\ndb.wal.segments=7\ndb.wal.bytes=117440512\ndb.wal.segment_size=16777216\n"
#define NAMES "db.wal.first=000000010000000000000001\ndb.wal.last=000000010000000000000007\n"
/* a segment a minute until now; the position stands in segment 7 */
#define WRITTEN                                                                                                \
	"written=1795250575.0 000000010000000000000001\nwritten=1795250635.0 000000010000000000000002\n"         \
	"written=1795250695.0 000000010000000000000003\nwritten=1795250755.0 000000010000000000000004\n"         \
	"written=1795250815.0 000000010000000000000005\nwritten=1795250875.0 000000010000000000000006\n"
#define NOTHING_READY "db.wal.ready=0\ndb.wal.oldest_ready_ms=0\n"

static struct view *busy_view(const char *volume)
{
	static const char *const row[] = {OUR_SLOT};
	struct view *v = server_view();

	answer_slots(v, row, 1);
	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	answer_sh(v, &q_db_wal, volume);
	return v;
}

static void nothing_pins(void **state)
{
	struct view *v = busy_view(VOLUME("200000000") NAMES WRITTEN NOTHING_READY "end=\n");

	(void)state;
	/* written fast and room for minutes only, but all of it is removed again: a plateau */
	expect_state(v, &probe_disk_pg_wal, STATE_OK);
	assert_null(know(v, "forecast.pg_wal_full_s"));
	view_free(v);
}

static void archive_pins(void **state)
{
	struct view *v = busy_view(VOLUME("200000000") NAMES WRITTEN NOTHING_READY "end=\n");
	struct filling f;

	(void)state;
	learn(v, "db.archive.ready_count", "6");
	learn_f(v, "db.archive.oldest_ready_ms", "%lld", (long long)NOW - 300000);
	expect_cause(v, &probe_disk_pg_wal, "disk.pg_wal_filling", RANK_FAIL);
	flow_pg_wal(v, &f);
	/* 16 MB a minute from the files' times alone, in the first look */
	assert_true(f.rate > 0.8 * 16 * MB / 60 && f.rate < 1.2 * 16 * MB / 60);
	assert_true(f.seconds > 500 && f.seconds < 1000);
	flow_derive(v);
	assert_true(fabs(know_num(v, "forecast.pg_wal_full_s") - f.seconds) <= 1);
	/* a short backlog is no pin */
	learn_f(v, "db.archive.oldest_ready_ms", "%lld", (long long)NOW - 30000);
	expect_state(v, &probe_disk_pg_wal, STATE_OK);
	view_free(v);
}

static void slot_pins(void **state)
{
	static const char *const rows[] = {OUR_SLOT, SLOT("debezium", "f", NULL, "16777216", "reserved", NULL, NULL, NULL, NULL)};
	struct view *v = busy_view(VOLUME("200000000") NAMES WRITTEN NOTHING_READY "end=\n");
	struct filling f;

	(void)state;
	answer_slots(v, rows, 2);
	flow_pg_wal(v, &f);
	assert_string_equal(f.pin.slot, "debezium");
	expect_cause(v, &probe_disk_pg_wal, "disk.pg_wal_filling", RANK_FAIL);
	/* the limit gives the slot up before the volume is full */
	learn(v, "pg.settings.max_slot_wal_keep_size", "150000000");
	expect_state(v, &probe_disk_pg_wal, STATE_OK);
	view_free(v);
}

static void setting_pins(void **state)
{
	struct view *v = busy_view(VOLUME("200000000") NAMES WRITTEN NOTHING_READY "end=\n");

	(void)state;
	learn(v, "pg.settings.wal_keep_size", "100000000");
	expect_state(v, &probe_disk_pg_wal, STATE_OK); /* that much has room */
	learn(v, "pg.settings.wal_keep_size", "4294967296");
	expect_cause(v, &probe_disk_pg_wal, "disk.pg_wal_filling", RANK_FAIL);
	view_free(v);
}

static void full_is_two_segments(void **state)
{
	struct view *v = busy_view(VOLUME("33554431") NAMES WRITTEN NOTHING_READY "end=\n");
	struct verdict r;

	(void)state;
	probe_judge(&probe_disk_pg_wal, v, &r);
	assert_cause(&r, "disk.pg_wal_full", RANK_FAIL);
	assert_string_equal(r.finding[0].place, "db");
	verdict_clear(&r);
	view_free(v);
	v = busy_view(VOLUME("33554432") NAMES NOTHING_READY "end=\n");
	expect_state(v, &probe_disk_pg_wal, STATE_OK);
	view_free(v);
}

static void full_while_down(void **state)
{
	struct view *v = server_view();
	struct verdict r;

	(void)state;
	/* PostgreSQL says nothing; the files say what filled it */
	answer_sh(v, &q_db_wal, VOLUME("1000") NAMES WRITTEN "db.wal.ready=6\ndb.wal.oldest_ready_ms=1795250575000\n"
		  "db.wal.foreign_bytes=900000000\ndb.wal.foreign=dump.sql\nbig=900000000 /wal/dump.sql\nend=\n");
	probe_judge(&probe_disk_pg_wal, v, &r);
	assert_cause(&r, "disk.pg_wal_full", RANK_FAIL);
	assert_non_null(strstr(r.finding[0].evidence, "6 segments wait for archive_command"));
	assert_non_null(strstr(r.finding[0].evidence, "/wal/dump.sql"));
	verdict_clear(&r);
	view_free(v);
}

static void other_troubles_of_the_volume(void **state)
{
	struct view *v = server_view();

	(void)state;
	expect_state(v, &probe_disk_pg_wal, STATE_UNKNOWN);
	answer_sh(v, &q_db_wal, VOLUME("200000000") "db.wal.ro=ro\nend=\n");
	expect_cause(v, &probe_disk_pg_wal, "disk.read_only", RANK_FAIL);
	answer_sh(v, &q_db_wal, "db.wal.clock=1\ndb.wal.missing=yes\nend=\n");
	expect_state(v, &probe_disk_pg_wal, STATE_UNKNOWN);
	answer_sh(v, &q_db_wal, VOLUME("200000000") NAMES);
	expect_state(v, &probe_disk_pg_wal, STATE_UNKNOWN);
	answer_sh(v, &q_db_wal, VOLUME("200000000") "db.data.avail=5\nend=\n");
	expect_cause(v, &probe_disk_pg_wal, "disk.pg_data_full", RANK_FAIL);
	view_free(v);
}

static void by_sql_free_space_is_unknown(void **state)
{
	static const char *const rows[] = {"7", "117440512", "000000010000000000000007"};
	struct view *v = server_view();

	(void)state;
	answer_rows(v, &q_pg_waldir, rows, 1, 3);
	expect_state(v, &probe_disk_pg_wal, STATE_UNKNOWN);
	view_free(v);
}

static void foreign_growth(void **state)
{
	struct view *v = busy_view(VOLUME("200000000") NAMES NOTHING_READY "end=\n");

	(void)state;
	for (int i = 1; i < 20; i++) {
		learn_point(v, "db.wal.avail", NOW - i * 30000, 200000000 + i * 1e6);
		learn_point(v, "db.wal.bytes", NOW - i * 30000, 117440512);
	}
	expect_cause(v, &probe_disk_pg_wal, "disk.foreign_growth", RANK_WARN);
	view_free(v);
}

static void rate_needs_three_points(void **state)
{
	struct view *v = server_view();
	struct filling f;

	(void)state;
	learn_num(v, "pg.lsn", 117582864);
	learn(v, "pg.redo_lsn", "100000000");
	learn_f(v, "pg.checkpoint_ms", "%lld", (long long)NOW - 60000);
	flow_pg_wal(v, &f);
	assert_true(isnan(f.rate));
	learn_point(v, "pg.lsn", NOW - 10000, 110000000);
	flow_pg_wal(v, &f);
	assert_true(f.rate > 2e5 && f.rate < 4e5);
	view_free(v);
}

/* ---- RPO ---- */

#define XLOG(newest, at) "clock=1795250935 +0000\nwals=5\nday=0\nnewest=" newest "\nnewest_at=" at "\nend=\n"
static const char no_receiver[] =
	RECEIVER_HEAD "lock=1795249540.320 9\naddresses=192.0.2.2 \n"
	"log=2026-11-21 08:30:02,825 [9] barman.server ERROR: ArchiverFailure:[Errno 5] Input/output error\n"
	"streaming=0 0 - 0 - 0\nincoming=0 0 - 0 - 0\nerrors=0 0 - 0 - 0\nend=\n";

static void rpo_by_streaming(void **state)
{
	struct view *v = busy_view(VOLUME("200000000") NAMES NOTHING_READY "end=\n");

	(void)state;
	answer_sh(v, &q_backup_catalogue, XLOG("000000010000000000000001", "1795240000"));
	expect_state(v, &probe_rpo, STATE_OK);
	assert_int_equal((int)know_num(v, "rpo.seconds"), 0);
	view_free(v);
}

static void rpo_by_archive(void **state)
{
	static const char *const row[] = {SLOT("barman_mydb", "f", NULL, "67108864", "reserved", NULL, NULL, NULL, NULL)};
	struct view *v = server_view();

	(void)state;
	answer_slots(v, row, 1);
	answer_sh(v, &q_backup_receiver, no_receiver);
	/* segment 6 ends at 117440512; the primary stands at 117582864 */
	answer_sh(v, &q_backup_catalogue, XLOG("000000010000000000000006", "1795250895"));
	expect_state(v, &probe_rpo, STATE_OK);
	assert_int_equal((int)know_num(v, "rpo.seconds"), 40);
	assert_string_equal(know(v, "rpo.route"), "WAL still arrives by archive_command");
	/* three segments and an hour: exceeded */
	answer_sh(v, &q_backup_catalogue, XLOG("000000010000000000000003", "1795247335"));
	expect_cause(v, &probe_rpo, "rpo.exceeded", RANK_FAIL);
	assert_int_equal((int)know_num(v, "rpo.seconds"), 3600);
	/* less than a segment, an hour: a missing archive_timeout */
	answer_sh(v, &q_backup_catalogue, XLOG("000000010000000000000006", "1795247335"));
	expect_cause(v, &probe_rpo, "rpo.exceeded", RANK_WARN);
	learn(v, "server.last_wal_maximum_age_s", "7200");
	expect_state(v, &probe_rpo, STATE_OK);
	view_free(v);
}

static void idle_has_nothing_to_lose(void **state)
{
	static const char *const idle[] = {
		"117440808", "10", "barman_mydb", "physical", "f", "f", NULL, "67108864", "0/4000000", "reserved", NULL,
		NULL, NULL, NULL, NULL, NULL, "f"};
	struct view *v = server_view();

	(void)state;
	answer_slots(v, idle, 1);
	answer_sh(v, &q_backup_receiver, no_receiver);
	answer_sh(v, &q_backup_catalogue, XLOG("000000010000000000000006", "1795150895"));
	expect_state(v, &probe_rpo, STATE_OK);
	assert_int_equal((int)know_num(v, "rpo.seconds"), 0);
	view_free(v);
}

static void first_change_after_idling_counts_from_then(void **state)
{
	static const char *const row[] = {SLOT("barman_mydb", "f", NULL, "67108864", "reserved", NULL, NULL, NULL, NULL)};
	struct view *v = server_view();

	(void)state;
	/* a day without writes, seen by ourselves; then one burst ten seconds ago */
	learn_point(v, "pg.lsn", NOW - 20000, 117440512);
	learn_point(v, "pg.lsn", NOW - 10000, 117440512);
	answer_slots(v, row, 1);
	answer_sh(v, &q_backup_receiver, no_receiver);
	answer_sh(v, &q_backup_catalogue, XLOG("000000010000000000000006", "1795150895"));
	assert_int_equal((int)know_num(v, "rpo.seconds"), 10);
	view_free(v);
}

static void rpo_unknown(void **state)
{
	struct view *v = server_view();

	(void)state;
	expect_state(v, &probe_rpo, STATE_UNKNOWN);
	answer_sh(v, &q_backup_receiver, no_receiver);
	answer_sh(v, &q_backup_catalogue, XLOG("000000010000000000000006", "1795150895"));
	expect_state(v, &probe_rpo, STATE_UNKNOWN); /* the primary's position is not known */
	assert_null(know(v, "rpo.seconds"));
	answer_sh(v, &q_backup_catalogue, XLOG("../../etc/passwd", "x"));
	learn_num(v, "pg.lsn", 117582864);
	expect_state(v, &probe_rpo, STATE_UNKNOWN);
	view_free(v);
}

static void names_of_wal(void **state)
{
	int timeline = 0;

	(void)state;
	assert_true(flow_wal_end("0000000300000001000000FF", 16 * MB, &timeline) == 2 * 4294967296.0);
	assert_int_equal(timeline, 3);
	assert_true(isnan(flow_wal_end("000000030000000100000", 16 * MB, NULL)));
	assert_true(isnan(flow_wal_end("00000003000000010000zzzz", 16 * MB, NULL)));
	assert_true(isnan(flow_wal_end(NULL, 16 * MB, NULL)));
	assert_true(flow_has_word("a,b_c d", "b_c") && !flow_has_word("a,b_c d", "b") && !flow_has_word("", "b"));
	assert_true(!flow_has_word("x", "") && !flow_has_word(NULL, "x") && flow_has_word("10.0.0.1 ::1", "10.0.0.1"));
	assert_true(isnan(flow_number("1e999")) && isnan(flow_number("")) && isnan(flow_number("12x")) && flow_number("-4") == -4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_pins), cmocka_unit_test(archive_pins), cmocka_unit_test(slot_pins), cmocka_unit_test(setting_pins),
		cmocka_unit_test(full_is_two_segments), cmocka_unit_test(full_while_down),
		cmocka_unit_test(other_troubles_of_the_volume), cmocka_unit_test(by_sql_free_space_is_unknown),
		cmocka_unit_test(foreign_growth), cmocka_unit_test(rate_needs_three_points), cmocka_unit_test(rpo_by_streaming),
		cmocka_unit_test(rpo_by_archive), cmocka_unit_test(idle_has_nothing_to_lose),
		cmocka_unit_test(first_change_after_idling_counts_from_then), cmocka_unit_test(rpo_unknown),
		cmocka_unit_test(names_of_wal)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
