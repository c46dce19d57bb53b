/* A passive node: what applies to it, and whether it copies. The replies are the laboratory's, Barman 3.4. */
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/barman/passive.h"
#include "tests/unit/catalogue/flow_fixture.h"

#define HEAD "clock=1795250935\nssh=0\nssh_said=\ninfo=1795250900\nprimary_wal=000000010000000000000009\nprimary_backup=20261121T082458\n"
#define SYNCED "synced=1795250900 000000010000000000000009\n"
#define SAID "said=2026-11-21 08:25:40,324 [311] barman.server ERROR: WAL synchronisation for server mydb failed with: Compression method on server mydb (None) does not match local compression method (gzip) \n"

static struct view *passive_view(void)
{
	struct view *v = server_view();

	learn(v, "server.passive", "yes");
	learn(v, "server.primary_ssh_command", "ssh barman@primary");
	learn(v, "server.config.changed_ms", "1795240000000");
	learn(v, "server.catalogue.seen", "yes");
	learn(v, "server.catalogue.DONE.id", "20261121T082458");
	return v;
}

static void expect_sync(const char *out, const char *cause, int rank)
{
	struct view *v = passive_view();

	answer_sh(v, &q_backup_sync, out);
	if (cause)
		expect_cause(v, &probe_sync, cause, (enum rank)rank);
	else
		expect_state(v, &probe_sync, (enum state)rank);
	view_free(v);
}

static void copies_or_says_why_not(void **state)
{
	(void)state;
	expect_sync(HEAD SYNCED "end=\n", NULL, STATE_OK);
	expect_sync("clock=1795250935\nssh=255\nssh_said=barman@primary: Permission denied (publickey).\nend=\n", "sync.ssh", RANK_FAIL);
	expect_sync("clock=1795250935\nssh=0\nssh_said=\nend=\n", "sync.failing", RANK_FAIL);
	expect_sync("clock=1795250935\nssh=0\ninfo=1795250000\nend=\n", "sync.failing", RANK_FAIL);
	/* the WAL stands still, and the log says why */
	expect_sync(HEAD "synced=1795250000 000000010000000000000008\n" SAID "end=\n", "sync.failing", RANK_FAIL);
	expect_sync(HEAD "synced=1795250000 000000010000000000000008\n" SAID "copying=/b/.mydb-sync-wal.lock\nend=\n", NULL, STATE_OK);
	/* said once, and copied since */
	expect_sync(HEAD SYNCED SAID "end=\n", NULL, STATE_OK);
}

static void a_backup_that_was_not_copied(void **state)
{
	struct view *v = passive_view();

	(void)state;
	learn(v, "server.catalogue.DONE.id", "20261120T082458");
	answer_sh(v, &q_backup_sync, HEAD SYNCED "end=\n");
	expect_state(v, &probe_sync, STATE_OK); /* copied by and by: nothing says that it failed */
	answer_sh(v, &q_backup_sync, HEAD SYNCED SAID "end=\n");
	expect_cause(v, &probe_sync, "sync.failing", RANK_FAIL);
	/* the section was written a minute ago, and cron has not asked yet */
	answer_sh(v, &q_backup_sync, "clock=1795250935\nssh=0\nssh_said=\nend=\n");
	learn_num(v, "server.config.changed_ms", NOW - 60000.0);
	expect_state(v, &probe_sync, STATE_WARN);
	view_free(v);
}

static void what_cannot_be_seen_is_unknown(void **state)
{
	struct view *v = server_view();

	(void)state;
	expect_sync("", NULL, STATE_UNKNOWN);
	expect_sync(HEAD SYNCED, NULL, STATE_UNKNOWN);
	expect_sync("end=\n", NULL, STATE_UNKNOWN);
	expect_sync("clock=x\nssh=\ninfo=\nend=\n", NULL, STATE_UNKNOWN);
	expect_sync("clock=1795250935\nssh=0\nunreadable=primary.info\nend=\n", NULL, STATE_UNKNOWN);
	expect_state(v, &probe_sync, STATE_UNKNOWN);
	learn(v, "server.passive", "no");
	expect_state(v, &probe_sync, STATE_OFF);
	view_free(v);
}

/* What the primary Barman does is off here, with the reason; what is left is the copy and its own house. */
static void the_primary_does_the_rest(void **state)
{
	static const char *const here[] = {"host.backup", "config.barman", "backup.directories", "cron.entry", "cron.daemon", "cron.ran",
					   "disk.backup", "incoming", "sync", "backup.last", "backup.policy", "wal_archive", "restore.tested", "barman.check"};
	struct view *v = passive_view();

	(void)state;
	for (const struct probe *const *p = catalogue; *p; p++) {
		bool applies = false;
		for (size_t i = 0; i < sizeof(here) / sizeof(*here); i++)
			applies |= !strcmp(here[i], (*p)->id);
		if (((*p)->off && (*p)->off(v)) == applies)
			fail_msg("%s: %s on a passive node", (*p)->id, applies ? "must be judged" : "must be off");
	}
	expect_state(v, &probe_rpo, STATE_OFF);
	learn(v, "server.passive", "no");
	for (const struct probe *const *p = catalogue; *p; p++)
		assert_true(!(*p)->off || !(*p)->off(v));
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(copies_or_says_why_not), cmocka_unit_test(a_backup_that_was_not_copied),
					   cmocka_unit_test(what_cannot_be_seen_is_unknown), cmocka_unit_test(the_primary_does_the_rest)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
