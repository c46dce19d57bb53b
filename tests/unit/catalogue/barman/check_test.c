/* `barman check` as Barman 3.4 and 3.17 print it (JSON and text, PostgreSQL 15), and what it is held against. */
#include "tests/unit/catalogue/flow_fixture.h"

#include "probes/catalogue/barman/check.h"

#define OUT(s) "out=" s "\n"
#define JSON_CHECK(key, status, hint) "\"" key "\": {\"hint\": \"" hint "\", \"status\": \"" status "\"}"
static const char all_ok[] = "status=0\n" OUT("{\"mydb\": {" JSON_CHECK("archive_command", "OK", "") ", " JSON_CHECK("ssh", "OK", "PostgreSQL server") ", "
	JSON_CHECK("receive_wal_running", "OK", "") "}}") "end=\n";
static const char slot_failed[] = "status=1\n" OUT("WARNING: something on stderr first") OUT("{\"_WARNING\": [\"x\"], \"mydb\": {" JSON_CHECK("ssh", "OK", "PostgreSQL server") ", "
	JSON_CHECK("replication_slot", "FAILED", "slot 'barman' not active: is 'receive-wal' running?") "}}") "end=\n";
static const char text_failed[] = "status=1\n" OUT("Server mydb:") OUT("\tPostgreSQL: OK") OUT("\tis_superuser: OK")
	OUT("\treplication slot: FAILED (slot 'barman' not active: is 'receive-wal' running?)") OUT("\tbackup maximum age: OK (no last_backup_maximum_age provided)")
	OUT("\t\tno OK here") "end=\n";
static const char exception[] = "status=1\n" OUT("{\"_EXCEPTION\": [\"[Errno 30] Read-only file system: '/x'\"]}") "end=\n";

static struct probe slot_probe = {.id = "slot.active"}, ssh_probe = {.id = "ssh.to_db"}, age_probe = {.id = "slots.foreign"};

struct house {
	struct node node[3];
	struct server s;
	struct finding root;
};

static void build(struct house *h, const struct view *v, enum state slot)
{
	memset(h, 0, sizeof(*h));
	h->node[0] = (struct node){.probe = &slot_probe, .since = 1, .verdict = {.state = slot, .say = "the slot is read"}};
	h->node[1] = (struct node){.probe = &ssh_probe, .since = 1, .verdict = {.state = STATE_OK, .say = "logs in"}};
	h->node[2] = (struct node){.probe = &age_probe, .since = 1, .verdict = {.state = STATE_OK, .say = "no others"}};
	h->s = (struct server){.name = "mydb", .node = h->node, .nodes = 3, .view = v};
	h->root = (struct finding){.cause = "slot.foreign_hoarding", .rank = RANK_FAIL, .evidence = strdup("old_standby")};
}

static struct verdict compared(struct view *v, struct house *h, const char *out, bool root)
{
	struct verdict r;

	answer_sh(v, &q_barman_check, out);
	probe_judge(&probe_barman_check, v, &r);
	if (r.state == STATE_OK)
		check_compare(&h->s, &r, root ? &h->root : NULL);
	return r;
}

static void expect_says(struct verdict *r, enum state state, const char *words)
{
	assert_int_equal(r->state, state);
	if (!strstr(r->say, words))
		fail_msg("\"%s\" is not in \"%s\"", words, r->say);
	assert_int_equal(r->findings, 0);
	verdict_clear(r);
}

static void not_asked_is_not_green(void **state)
{
	struct view *v = server_view();
	struct verdict r;

	(void)state;
	probe_judge(&probe_barman_check, v, &r);
	expect_says(&r, STATE_OFF, "never waited for");
	answer_fail(v, &q_barman_check, REPLY_TIMEOUT);
	probe_judge(&probe_barman_check, v, &r);
	expect_says(&r, STATE_UNKNOWN, "did not end");
	view_free(v);
}

static void both_green(void **state)
{
	struct view *v = server_view();
	struct house h;
	struct verdict r;

	(void)state;
	build(&h, v, STATE_OK);
	r = compared(v, &h, all_ok, false);
	expect_says(&r, STATE_OK, "agrees: 3 checks OK");
	free(h.root.evidence);
	view_free(v);
}

static void falsely_green(void **state)
{
	struct view *v = server_view();
	struct house h;
	struct verdict r;

	(void)state;
	build(&h, v, STATE_OK);
	r = compared(v, &h, all_ok, true);
	expect_says(&r, STATE_OK, "does not see slot.foreign_hoarding: it asks for its own slot only");
	assert_non_null(strstr(h.root.evidence, "old_standby\nbarman check at "));
	assert_non_null(strstr(h.root.evidence, "all 3 checks OK: it asks for its own slot only"));
	free(h.root.evidence);
	view_free(v);
}

static void failed_where_we_are_green(void **state)
{
	static const char *const replies[] = {slot_failed, text_failed};
	struct view *v = server_view();
	struct house h;
	struct verdict r;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		build(&h, v, STATE_OK);
		r = compared(v, &h, replies[i], false);
		assert_non_null(strstr(r.evidence, "replication_slot: FAILED (slot 'barman' not active: is 'receive-wal' running?)"));
		assert_non_null(strstr(r.evidence, "slot.active is ok: the slot is read"));
		expect_says(&r, STATE_UNKNOWN, "disagrees: 1 of its");
		free(h.root.evidence);
	}
	view_free(v);
}

/* Just after boot the receiver waits for cron: walmedic says so, and Barman's FAILED is no contradiction; nor is one that is over. */
static void failed_where_we_wait(void **state)
{
	struct view *v = server_view();
	struct house h;
	struct verdict r;

	(void)state;
	build(&h, v, STATE_WARN);
	r = compared(v, &h, slot_failed, false);
	expect_says(&r, STATE_OK, "replication_slot");
	free(h.root.evidence);
	build(&h, v, STATE_OK);
	h.node[0].since = NOW + 1000;
	r = compared(v, &h, slot_failed, false);
	expect_says(&r, STATE_OK, "replication_slot");
	free(h.root.evidence);
	view_free(v);
}

static void broken_answers_are_unknown(void **state)
{
	struct view *v = server_view();
	struct house h;
	struct verdict r;
	char cut[sizeof(all_ok)];

	(void)state;
	build(&h, v, STATE_OK);
	r = compared(v, &h, exception, false);
	assert_non_null(strstr(r.evidence, "Read-only file system"));
	expect_says(&r, STATE_UNKNOWN, "named no check");
	for (size_t n = 0; n + 1 < sizeof(all_ok); n++) {
		memcpy(cut, all_ok, n);
		cut[n] = '\0';
		r = compared(v, &h, cut, false);
		assert_int_equal(r.state, STATE_UNKNOWN);
		verdict_clear(&r);
	}
	r = compared(v, &h, "skip=/var/lib/barman/mydb/incoming is missing, and barman check would make it\nend=\n", false);
	expect_says(&r, STATE_OFF, "would make it");
	free(h.root.evidence);
	view_free(v);
}

static void asked_only_where_it_changes_nothing(void **state)
{
	static const char *const facts[][4] = { /* name, value, then the word of the reason, or NULL */
		{"ssh.to_db.fault", "hostkey_unknown", "accept the host key"}, {"server.space.hung", "nfs", "does not answer"},
		{"server.barman_version", "3.17.0", "switches WAL"}, {"ssh.to_db.hostkey", NULL, "host key"}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct view *v = server_view();

		learn(v, "server.ssh_words", "ssh postgres@db1");
		learn(v, "ssh.to_db.hostkey", "SHA256:x");
		learn(v, "server.catalogue.seen", "yes");
		learn(v, "server.catalogue.wals", "0");
		learn(v, "server.barman_version", "3.4.0");
		check_derive(v);
		assert_true(know_yes(v, "server.cross_check"));
		learn(v, facts[i][0], facts[i][1]);
		check_derive(v);
		assert_true(know_is(v, "server.cross_check", "no"));
		assert_non_null(strstr(know(v, "server.cross_check_not"), facts[i][2]));
		view_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_asked_is_not_green), cmocka_unit_test(both_green), cmocka_unit_test(falsely_green),
		cmocka_unit_test(failed_where_we_are_green), cmocka_unit_test(failed_where_we_wait),
		cmocka_unit_test(broken_answers_are_unknown), cmocka_unit_test(asked_only_where_it_changes_nothing)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
