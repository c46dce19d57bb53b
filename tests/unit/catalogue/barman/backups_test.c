/* backup.info files, xlog.db and the backup volume. */
#include "tests/unit/catalogue/flow_fixture.h"

#define HOURS "hours=3 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 3000000 \n"
#define CLOCK "clock=1795250935 +0000\n"
#define WALS "segment_size=16777216\nwals=5\nday=67109202\nnewest=000000010000000000000006\nnewest_at=1795249536.989\n" HOURS "end=\n"
#define DONE_BACKUP "backup=20261121T082458\tDONE\t2026-11-21 08:24:58.047991+00:00\t2026-11-21 08:24:58.430192+00:00\t000000010000000000000003\t000000010000000000000004\tNone\n"
#define OLD_FAILED "backup=20261120T082458\tFAILED\t2026-11-20 08:24:58.047991+00:00\tNone\tNone\tNone\tfailure: disk full\n"
#define NEW_FAILED "backup=20261121T084458\tFAILED\t2026-11-21 08:44:58.047991+00:00\tNone\tNone\tNone\tfailure: disk full\n"
#define OLD_STARTED "backup=20261120T084458\tSTARTED\t2026-11-20 08:44:58+00:00\tNone\tNone\tNone\tNone\n"
#define NEW_STARTED "backup=20261121T084458\tSTARTED\t2026-11-21 08:44:58+00:00\tNone\tNone\tNone\tNone\n"
#define NEW_WAITING "backup=20261121T083458\tWAITING_FOR_WALS\t2026-11-21 08:34:58+00:00\t2026-11-21 08:35:00+00:00\t1\t000000010000000000000009\tNone\n"

static void expect_backup(const char *out, const char *cause, enum rank rank, const char *name, const char *value)
{
	struct view *v = server_view();

	if (name)
		learn(v, name, value);
	answer_sh(v, &q_backup_catalogue, out);
	if (cause)
		expect_cause(v, &probe_backup_last, cause, rank);
	else
		expect_state(v, &probe_backup_last, (enum state)rank);
	view_free(v);
}

static void backups(void **state)
{
	(void)state;
	expect_backup(CLOCK DONE_BACKUP WALS, NULL, (enum rank)STATE_OK, NULL, NULL);
	expect_backup(CLOCK WALS, "backup.none", RANK_FAIL, NULL, NULL);
	expect_backup(CLOCK DONE_BACKUP NEW_FAILED WALS, "backup.failed", RANK_FAIL, NULL, NULL);
	expect_backup(CLOCK OLD_FAILED DONE_BACKUP WALS, "backup.failed", RANK_ADVICE, NULL, NULL);
	expect_backup(CLOCK DONE_BACKUP NEW_STARTED WALS, "backup.failed", RANK_FAIL, NULL, NULL);
	expect_backup(CLOCK "running=yes\n" DONE_BACKUP NEW_STARTED WALS, NULL, (enum rank)STATE_OK, NULL, NULL);
	/* halted; or it has run for longer than a backup ever does */
	expect_backup(CLOCK "running=yes\nrunning_pid=77\nrunning_state=T\n" DONE_BACKUP NEW_STARTED WALS, "backup.stuck", RANK_FAIL, NULL, NULL);
	expect_backup(CLOCK "running=yes\nrunning_pid=77\nrunning_state=S\n" DONE_BACKUP NEW_STARTED WALS, NULL, (enum rank)STATE_OK, NULL, NULL);
	expect_backup(CLOCK "running=yes\nrunning_pid=77\nrunning_state=S\n" DONE_BACKUP OLD_STARTED WALS, "backup.stuck", RANK_WARN, NULL, NULL);
	expect_backup(CLOCK "running=yes\n" NEW_STARTED WALS, NULL, (enum rank)STATE_WARN, NULL, NULL);
	expect_backup(CLOCK NEW_WAITING WALS, "backup.waiting_for_wals", RANK_FAIL, NULL, NULL);
	expect_backup(CLOCK DONE_BACKUP WALS, "backup.too_old", RANK_FAIL, "server.last_backup_maximum_age_s", "60");
	expect_backup(CLOCK DONE_BACKUP WALS, NULL, (enum rank)STATE_OK, "server.last_backup_maximum_age_s", "86400");
	expect_backup(CLOCK DONE_BACKUP WALS, "backup.redundancy", RANK_WARN, "server.minimum_redundancy", "2");
	expect_backup(CLOCK DONE_BACKUP WALS, "backup.retention_unset", RANK_ADVICE, "server.retention_policy", "");
	expect_backup("clock=1796250935 +0000\n" DONE_BACKUP WALS, "backup.too_old", RANK_WARN, NULL, NULL);
}

static void unreadable(void **state)
{
	(void)state;
	expect_backup("", NULL, (enum rank)STATE_UNKNOWN, NULL, NULL);
	expect_backup(CLOCK DONE_BACKUP, NULL, (enum rank)STATE_UNKNOWN, NULL, NULL);
	expect_backup(CLOCK "unreadable=base\n" WALS, NULL, (enum rank)STATE_UNKNOWN, NULL, NULL);
	expect_backup(CLOCK "backup=\nbackup=\t\t\t\nbackup=x\tDON\nend=\n", "backup.none", RANK_FAIL, NULL, NULL);
}

static void times_have_zones(void **state)
{
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_catalogue, "clock=1795250935 +0200\n"
		  "backup=a\tDONE\t2026-11-21 10:00:00-03:30\t2026-11-21 10:00:00\tx\ty\tNone\nend=\n");
	assert_int_equal((int64_t)know_num(v, "server.catalogue.DONE.begin"), 1795219200000 + 13 * 3600000 + 30 * 60000);
	assert_int_equal((int64_t)know_num(v, "server.catalogue.DONE.end"), 1795219200000 + 8 * 3600000);
	view_free(v);
}

static void expect_space(const char *out, const char *cause, enum rank rank)
{
	struct view *v = server_view();

	answer_sh(v, &q_backup_space, out);
	answer_sh(v, &q_backup_catalogue, CLOCK DONE_BACKUP WALS);
	if (cause)
		expect_cause(v, &probe_disk_backup, cause, rank);
	else
		expect_state(v, &probe_disk_backup, (enum state)rank);
	view_free(v);
}

#define VOLUME(avail, ifree) "server.space.size=270553174016\nserver.space.avail=" avail "\nserver.space.inodes=16777216\n" \
	"server.space.ifree=" ifree "\nserver.space.mount=/srv/backup\n"

#define PART(dir, avail, ifree) "part=\nserver.space.size=270553174016\nserver.space.avail=" avail "\nserver.space.inodes=99\n" \
	"server.space.ifree=" ifree "\nserver.space.mount=" dir "\n"

static void space(void **state)
{
	(void)state;
	expect_space(VOLUME("83735871488", "16322635") "end=\n", NULL, (enum rank)STATE_OK);
	expect_space(VOLUME("33554431", "16322635") "end=\n", "disk.backup_full", RANK_FAIL);
	/* two segments are enough not to be full, though not for a day of 3 MB an hour */
	expect_space(VOLUME("33554432", "16322635") "end=\n", "disk.backup_filling", RANK_WARN);
	expect_space(VOLUME("83735871488", "3") "end=\n", "disk.inodes", RANK_FAIL);
	expect_space("server.space.hung=nfs4\nend=\n", "disk.hung", RANK_FAIL);
	expect_space(VOLUME("83735871488", "16322635") "server.space.ro=ro,relatime\nend=\n", "disk.read_only", RANK_FAIL);
	expect_space(VOLUME("83735871488", "16322635") "server.space.unmounted=/srv\nend=\n", "disk.not_mounted", RANK_FAIL);
	/* what lies in it may be a volume of its own: the one in the greatest trouble is told of */
	expect_space(VOLUME("83735871488", "16322635") PART("/srv/backup/wals", "33554431", "99") "end=\n", "disk.backup_full", RANK_FAIL);
	expect_space(VOLUME("1", "16322635") PART("/srv/backup/wals", "83735871488", "99") "end=\n", "disk.backup_full", RANK_FAIL);
	expect_space(VOLUME("83735871488", "16322635") PART("/srv/backup/wals", "83735871488", "99") "end=\n", NULL, (enum rank)STATE_OK);
	expect_space(VOLUME("83735871488", "16322635") PART("/srv/backup/incoming", "83735871488", "3") "end=\n", "disk.inodes", RANK_FAIL);
	expect_space(VOLUME("83735871488", "16322635") PART("/srv/backup/incoming", "1", "99") PART("/srv/backup/base", "83735871488", "99")
		     "server.space.ro=ext4 ro\nend=\n", "disk.read_only", RANK_FAIL);
	expect_space(VOLUME("83735871488", "16322635") "part=\nserver.space.hung=nfs4 n:/\nend=\n", "disk.hung", RANK_FAIL);
	expect_space(VOLUME("83735871488", "16322635") "part=\npart=\npart=\npart=\npart=\npart=\nserver.space.hung=x\nend=\n", NULL, (enum rank)STATE_OK);
	expect_space("server.space.missing=/srv\nend=\n", NULL, (enum rank)STATE_UNKNOWN);
	expect_space(VOLUME("x", "") "end=\n", NULL, (enum rank)STATE_UNKNOWN);
	expect_space(VOLUME("1", "1"), NULL, (enum rank)STATE_UNKNOWN);
}

static void a_burst_is_no_trend(void **state)
{
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_space, VOLUME("500000000", "16322635") "end=\n");
	answer_sh(v, &q_backup_catalogue, CLOCK DONE_BACKUP "wals=60\nday=900000000\nnewest=000000010000000000000006\nnewest_at=1795249536.989\n"
		  "hours=600000000 300000000 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 \nend=\n");
	expect_state(v, &probe_disk_backup, STATE_OK);
	answer_sh(v, &q_backup_catalogue, CLOCK DONE_BACKUP "wals=60\nday=900000000\nhours=600000000 x\nend=\n");
	assert_null(know(v, "forecast.backup_full_s"));
	view_free(v);
}

static void refused_by_quota(void **state)
{
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_space, VOLUME("83735871488", "16322635") "end=\n");
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "enospc=2026-11-21 08:48:02,825 [9] barman.cli ERROR: [Errno 28] No space left on device\n"
		"streaming=0 0 - 0 000000010000000000000007.partial 1795250800.1\nincoming=0 0 - 0 - 0\nend=\n");
	expect_cause(v, &probe_disk_backup, "disk.backup_full", RANK_FAIL);
	/* WAL was written since: it is over */
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "enospc=2026-11-21 08:48:02,825 [9] barman.cli ERROR: [Errno 28] No space left on device\n"
		"streaming=0 0 - 0 000000010000000000000007.partial 1795250900.1\nincoming=0 0 - 0 - 0\nend=\n");
	expect_state(v, &probe_disk_backup, STATE_OK);
	/* or has arrived since, though it was written on the primary long before (rsync -a) */
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "enospc=2026-11-21 08:48:02,825 [9] barman.cli ERROR: [Errno 28] No space left on device\n"
		"streaming=0 0 - 0 - 0\nincoming=1 1795250890.5 000000010000000000000006 1795250700.1 - 0 000000010000000000000006\nend=\n");
	expect_cause(v, &probe_disk_backup, "disk.backup_full", RANK_FAIL);
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "enospc=2026-11-21 08:48:02,825 [9] barman.cli ERROR: [Errno 28] No space left on device\n"
		"streaming=0 0 - 0 - 0\nincoming=1 1795250890.5 000000010000000000000006 1795250700.1 - 0 000000010000000000000006\n"
		"incoming_arrived=1795250890.5\nend=\n");
	expect_state(v, &probe_disk_backup, STATE_OK);
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(backups), cmocka_unit_test(unreadable), cmocka_unit_test(times_have_zones),
					   cmocka_unit_test(space), cmocka_unit_test(a_burst_is_no_trend), cmocka_unit_test(refused_by_quota)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
