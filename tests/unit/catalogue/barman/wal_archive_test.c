/* Holes among WAL names: the pure module, and the probe over it. */
#include "probes/catalogue/barman/wal_names.h"
#include "tests/unit/catalogue/flow_fixture.h"

static struct wal_hole hole[8];

static int holes_of(double size, const char *const *names, const char *const *histories)
{
	struct wal_names *w = wal_names_new(size);
	int n;

	for (; *names; names++)
		wal_names_add(w, *names);
	for (; histories && *histories; histories += 2)
		wal_names_add_history(w, histories[0], histories[1]);
	n = wal_names_holes(w, hole, 8);
	wal_names_free(w);
	return n;
}

#define NAMES(...) (const char *const[]) {__VA_ARGS__, NULL}

static void order_and_doubles_do_not_matter(void **state)
{
	(void)state;
	assert_int_equal(holes_of(16777216, NAMES("000000010000000000000005", "000000010000000000000003", "000000010000000000000004",
						   "000000010000000000000004"), NULL), 0);
	assert_int_equal(holes_of(16777216, NAMES("0000000100000000000000FF", "000000010000000100000000"), NULL), 0);
	/* with segments of 1 GB there are four in each directory, with 1 MB 4096 */
	assert_int_equal(holes_of(1073741824, NAMES("000000010000000000000003", "000000010000000100000000"), NULL), 0);
	assert_int_equal(holes_of(1048576, NAMES("000000010000000000000FFF", "000000010000000100000000"), NULL), 0);
	assert_int_equal(holes_of(1048576, NAMES("0000000100000000000000FF", "000000010000000100000000"), NULL), 1);
}

static void a_hole_is_named_by_its_ends(void **state)
{
	(void)state;
	assert_int_equal(holes_of(16777216, NAMES("0000000100000000000000FD", "000000010000000100000001", "000000010000000100000003"), NULL), 2);
	assert_string_equal(hole[0].first, "0000000100000000000000FE");
	assert_string_equal(hole[0].last, "000000010000000100000000");
	assert_string_equal(hole[0].after, "0000000100000000000000FD");
	assert_int_equal(hole[0].segments, 3);
	assert_string_equal(hole[1].first, "000000010000000100000002");
	assert_int_equal(hole[1].segments, 1);
}

/* Timeline 2 branched off in segment 5: 1 leads up to 4, and 5 is on 2. What the old primary wrote later is nobody's. */
static void timelines_follow_their_history(void **state)
{
	static const char *const history[] = {"00000002.history", "1\t0/5000148\tno recovery target specified\n", NULL, NULL};

	(void)state;
	assert_int_equal(holes_of(16777216, NAMES("000000010000000000000003", "000000010000000000000004", "000000020000000000000005"), history), 0);
	assert_int_equal(holes_of(16777216, NAMES("000000010000000000000003", "000000010000000000000004", "000000010000000000000005",
						   "000000010000000000000009", "000000020000000000000005"), history), 0);
	assert_int_equal(holes_of(16777216, NAMES("000000010000000000000003", "000000020000000000000005"), history), 1);
	assert_string_equal(hole[0].first, "000000010000000000000004");
	assert_int_equal(holes_of(16777216, NAMES("000000010000000000000004", "000000020000000000000006"), history), 1);
	assert_string_equal(hole[0].first, "000000020000000000000005");
	/* nothing is kept from before the branch: nothing is missing */
	assert_int_equal(holes_of(16777216, NAMES("000000020000000000000006"), history), 0);
}

static void a_missing_history_is_a_hole(void **state)
{
	static const char *const broken[] = {"00000002.history", "\x1f\x8b\x08 what a compressor made\n", NULL, NULL};

	(void)state;
	assert_int_equal(holes_of(16777216, NAMES("000000010000000000000004", "000000020000000000000005"), NULL), 1);
	assert_true(hole[0].history);
	assert_int_equal(hole[0].timeline, 2);
	assert_int_equal(holes_of(16777216, NAMES("000000010000000000000004", "000000020000000000000005"), broken), 1);
	assert_int_equal(holes_of(16777216, NAMES("000000020000000000000005"), NULL), 0);
}

static void what_is_no_segment_is_passed_over(void **state)
{
	struct wal_names *w = wal_names_new(NAN);

	(void)state;
	assert_false(wal_names_add(w, "000000010000000000000002.00000028.backup"));
	assert_false(wal_names_add(w, "000000010000000000000007.partial"));
	assert_false(wal_names_add(w, "00000001000000000000000g"));
	assert_false(wal_names_add(w, "00000001000000000000000a"));
	assert_false(wal_names_add(w, "000000010000000000000100"));
	assert_false(wal_names_add(w, "000000000000000000000001"));
	assert_false(wal_names_add(w, ""));
	assert_false(wal_names_add_run(w, "0000000100000000", "00000002", "00000001"));
	assert_false(wal_names_add_run(w, "0000000100000000", "00000000", "FFFFFFFF"));
	assert_false(wal_names_add_history(w, "00000002.history", ""));
	assert_false(wal_names_add_history(w, "2.history", "1\t0/5\tx"));
	assert_int_equal(wal_names_holes(w, hole, 8), 0);
	assert_int_equal(wal_names_count(w), 0);
	wal_names_free(w);
}

/* 150 000 names out of order: the same answer, and no more memory than names. */
static void big_archives(void **state)
{
	struct wal_names *w = wal_names_new(16777216);
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 150000; i++) {
		unsigned k = (unsigned)((uint64_t)i * 7919 % 150000);

		snprintf(name, sizeof(name), "00000001%08X%08X", k / 256, k % 256);
		if (k != 77777)
			assert_true(wal_names_add(w, name));
	}
	assert_true(wal_names_add_run(w, "00000001FFFFFFFF", "00000000", "000000FF"));
	assert_int_equal(wal_names_holes(w, hole, 8), 2);
	assert_string_equal(hole[0].first, "000000010000012F000000D1");
	assert_int_equal(hole[0].segments, 1);
	assert_int_equal(wal_names_count(w), 149999 + 256);
	wal_names_free(w);
}

/* ---- the probe ---- */

#define CLOCK "clock=1795250935 +0000\n"
#define WALS "segment_size=16777216\nwals=5\nday=67109202\nnewest=000000010000000000000009\nnewest_at=1795249536.989\nend=\n"
#define BACKUP(id, from) "backup=" id "\tDONE\t2026-11-21 08:24:58.047991+00:00\t2026-11-21 08:24:58.430192+00:00\t" from "\t" from "\tNone\n"
#define WHOLE "status=0\narchived=7\nrun=0000000100000000 00000003 00000009\nend=\n"
#define HOLE "status=0\narchived=6\nsome=0000000100000000 00000003 00000004 00000006 00000007 00000008 00000009\nend=\n"

static void expect_walk(const char *backups, const char *walk, const char *cause, int rank)
{
	struct view *v = server_view();

	answer_sh(v, &q_backup_catalogue, backups);
	answer_sh(v, &q_backup_wals, walk);
	if (cause)
		expect_cause(v, &probe_wal_archive, cause, (enum rank)rank);
	else
		expect_state(v, &probe_wal_archive, (enum state)rank);
	view_free(v);
}

static void only_a_hole_behind_the_newest_backup_fails(void **state)
{
	(void)state;
	expect_walk(CLOCK BACKUP("20261121T082458", "000000010000000000000003") WALS, WHOLE, NULL, STATE_OK);
	expect_walk(CLOCK BACKUP("20261121T082458", "000000010000000000000003") WALS, HOLE, "wal_archive.gap", RANK_FAIL);
	/* of the newest backup's own WAL */
	expect_walk(CLOCK BACKUP("20261121T082458", "000000010000000000000005") WALS, HOLE, "wal_archive.gap", RANK_FAIL);
	/* a newer backup made up for it; the older one ends there */
	expect_walk(CLOCK BACKUP("20261120T082458", "000000010000000000000003") BACKUP("20261121T082458", "000000010000000000000007") WALS, HOLE,
		    "wal_archive.gap", RANK_ADVICE);
	/* older than every backup */
	expect_walk(CLOCK BACKUP("20261121T082458", "000000010000000000000007") WALS, HOLE, NULL, STATE_OK);
	expect_walk(CLOCK WALS, HOLE, NULL, STATE_OK);
}

/* Filed below a mount that came back, or deleted: no name is missing between two others. */
static void what_was_archived_last_must_be_there(void **state)
{
	static const struct { const char *archived, *arrives; int ago_ms; bool lost; } rows[] = {
		{"00000001000000000000000A", "yes", 60000, true}, {"000000010000000000000009", "yes", 60000, false},
		{"00000001000000000000000A", "no", 60000, false}, {"00000001000000000000000A", "soon", 60000, false},
		{"00000001000000000000000A", "yes", 500, false}, {"00000001000000000000000A.partial", "yes", 60000, false},
		{"000000020000000000000003", "yes", 60000, true}, {NULL, "yes", 60000, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct view *v = server_view();

		answer_sh(v, &q_backup_catalogue, CLOCK BACKUP("20261121T082458", "000000010000000000000003") WALS);
		answer_sh(v, &q_backup_wals, WHOLE);
		learn_num(v, "pg.time_ms", 1795250935000);
		learn_num(v, "pg.archiver.last_archived_ms", 1795250935000.0 - rows[i].ago_ms);
		learn(v, "pg.archiver.last_archived_wal", rows[i].archived);
		learn(v, "archive.arrives", rows[i].arrives);
		if (rows[i].lost)
			expect_cause(v, &probe_wal_archive, "wal_archive.gap", RANK_FAIL);
		else
			expect_state(v, &probe_wal_archive, STATE_OK);
		/* the backup that misses it tells of it */
		learn(v, "server.catalogue.WAITING_FOR_WALS.count", "1");
		expect_state(v, &probe_wal_archive, STATE_OK);
		view_free(v);
	}
}

static void what_waits_on_the_primary_may_fill_it(void **state)
{
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_catalogue, CLOCK BACKUP("20261121T082458", "000000010000000000000003") WALS);
	answer_sh(v, &q_backup_wals, HOLE);
	learn(v, "db.archive.ready_count", "2");
	learn(v, "db.archive.first_ready", "000000010000000000000005");
	expect_state(v, &probe_wal_archive, STATE_WARN);
	/* the archiver is past it: it does not come any more */
	learn(v, "db.archive.first_ready", "00000001000000000000000A");
	expect_cause(v, &probe_wal_archive, "wal_archive.gap", RANK_FAIL);
	/* something waits here, as always on a busy server: not this */
	learn(v, "server.incoming.count", "1");
	learn(v, "server.incoming.few", "00000001000000000000000A");
	expect_cause(v, &probe_wal_archive, "wal_archive.gap", RANK_FAIL);
	learn(v, "server.incoming.few", "000000010000000000000005");
	expect_state(v, &probe_wal_archive, STATE_WARN);
	view_free(v);
}

static void a_lost_list_is_no_idle_database(void **state)
{
	(void)state;
	expect_walk(CLOCK BACKUP("20261121T082458", "000000010000000000000003") "wals=0\nend=\n", WHOLE, "wal_archive.index_lost", RANK_FAIL);
	expect_walk(CLOCK BACKUP("20261121T082458", "000000010000000000000003") "wals=0\nend=\n", "status=0\narchived=0\nend=\n", "wal_archive.gap",
		    RANK_FAIL);
	expect_walk(CLOCK "wals=0\nend=\n", "status=0\narchived=0\nend=\n", NULL, STATE_OK);
}

/* A backup that is DONE had all of the WAL from its begin to its end in the archive. */
static void the_newest_backups_own_wal_must_be_there(void **state)
{
	(void)state;
	expect_walk(CLOCK BACKUP("20261121T082458", "000000010000000000000002") WALS, WHOLE, "wal_archive.gap", RANK_FAIL);
	expect_walk(CLOCK BACKUP("20261121T082458", "00000001000000000000000A") WALS, WHOLE, "wal_archive.gap", RANK_FAIL);
	expect_walk(CLOCK BACKUP("20261121T082458", "000000020000000000000005") WALS, WHOLE, "wal_archive.gap", RANK_FAIL);
	expect_walk(CLOCK BACKUP("20261121T082458", "000000010000000000000009") WALS, WHOLE, NULL, STATE_OK);
	/* of an older backup nobody needs it */
	expect_walk(CLOCK BACKUP("20261120T082458", "000000010000000000000002") BACKUP("20261121T082458", "000000010000000000000007") WALS, WHOLE,
		    NULL, STATE_OK);
}

static void what_was_not_walked_is_unknown(void **state)
{
	(void)state;
	expect_walk(CLOCK WALS, "", NULL, STATE_UNKNOWN);
	expect_walk(CLOCK WALS, "status=0\narchived=7\nrun=0000000100000000 00000003 00000009\n", NULL, STATE_UNKNOWN);
	expect_walk(CLOCK WALS, "status=124\narchived=7\nend=\n", NULL, STATE_UNKNOWN);
	expect_walk(CLOCK WALS, "unreadable=wals\nstatus=1\narchived=0\nend=\n", NULL, STATE_UNKNOWN);
	expect_walk("", WHOLE, NULL, STATE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_doubles_do_not_matter), cmocka_unit_test(a_hole_is_named_by_its_ends),
		cmocka_unit_test(timelines_follow_their_history), cmocka_unit_test(a_missing_history_is_a_hole),
		cmocka_unit_test(what_is_no_segment_is_passed_over), cmocka_unit_test(big_archives),
		cmocka_unit_test(the_newest_backups_own_wal_must_be_there), cmocka_unit_test(only_a_hole_behind_the_newest_backup_fails), cmocka_unit_test(what_was_archived_last_must_be_there), cmocka_unit_test(what_waits_on_the_primary_may_fill_it),
		cmocka_unit_test(a_lost_list_is_no_idle_database), cmocka_unit_test(what_was_not_walked_is_unknown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
