/* libpq and psql against a private PostgreSQL on 127.0.0.1 and against fake peers. */
#include <errno.h>
#include <pwd.h>
#include <unistd.h>

#include "tests/unit/link/answer.h"
#include "tests/unit/link/peers.h"

static struct {
	char *dir;
	char as[64]; /* "runuser -u postgres --" for root: a cluster of root cannot be made */
	int port;
	bool up;
} pg;

/* The same questions by libpq from here and by psql at "another" place. */
static struct place *place_of(struct loop *l, bool psql, const char *conninfo)
{
	struct place_spec here = {.kind = PLACE_LOCAL, .name = "db", .host = "localhost"};
	struct place_spec spec = {.kind = psql ? PLACE_PSQL : PLACE_PG, .name = "pg", .host = "db1", .conninfo = conninfo};
	if (psql)
		spec.parent = place_get(l, &here);
	return place_get(l, &spec);
}

static void sql(struct place *p, const char *text, unsigned ms, struct answer *a)
{
	ask(p, ASK_SQL, text, ms, a);
}

static void need_server(void)
{
	if (pg.up)
		return;
	print_message("skipped: no PostgreSQL 15 server programs, or they did not start (apt-get install postgresql-15)\n");
	skip();
}

static const char *conninfo(const char *more)
{
	static char text[512];
	snprintf(text, sizeof text, "host=localhost port=%d user=tester dbname=postgres %s", pg.port, more);
	return text;
}

static void statements_of_one_turn_are_answered_each(void **state)
{
	(void)state;
	need_server();
	for (int psql = 0; psql < 2; psql++) {
		struct loop *l = loop_new();
		struct place *p = place_of(l, psql, conninfo("password=geh\\eim77"));
		struct answer a = {0}, b = {0}, c = {0}, d = {0}, e = {0};
		sql(p, "select 1, null, '', E'two\\nlines|x', E'\\033[2J'", 10000, &a);
		sql(p, "select nothing_like_it", 10000, &b);
		sql(p, "select 7 where false", 10000, &c);
		sql(p, "create table t (x int)", 10000, &d);
		sql(p, "select x from (values ('a'), ('b')) v(x)", 10000, &e);
		turn_until(l, &e.replies, 1);
		turn_until(l, &a.replies, 1);
		assert_int_equal(a.outcome, REPLY_DONE);
		assert_string_equal(a.via, psql ? "psql" : "libpq");
		assert_int_equal(a.rows, 1);
		assert_int_equal(a.cols, 5);
		assert_string_equal(a.cell[0], "1");
		assert_true(a.null[1]);
		assert_false(a.null[2]);
		assert_string_equal(a.cell[2], "");
		assert_string_equal(a.cell[3], "two\nlines|x");
		assert_string_equal(a.cell[4], "<1B>[2J");
		assert_int_equal(b.outcome, REPLY_DONE);
		assert_int_equal(b.status, 1);
		assert_string_equal(b.sqlstate, "42703");
		assert_non_null(strstr(b.words, "nothing_like_it"));
		assert_int_equal(c.rows, 0);
		assert_int_equal(c.status, 0);
		assert_string_equal(d.sqlstate, "25006"); /* read only */
		assert_int_equal(e.rows, 2);
		assert_string_equal(e.cell[1], "b");
		loop_free(l);
	}
}

static void a_masked_password_ends_with_its_cell(void **state)
{
	(void)state;
	need_server();
	for (int psql = 0; psql < 2; psql++) {
		struct loop *l = loop_new();
		struct place *p = place_of(l, psql, conninfo("password='geh\\eim77'"));
		struct answer a = {0};
		sql(p, "select 'x password=abcd', 'next' union all select 'password=abcd', 'last'", 10000, &a);
		turn_until(l, &a.replies, 1);
		assert_int_equal(a.rows, 2);
		assert_int_equal(a.cols, 2);
		assert_null(strstr(a.cell[0], "abcd"));
		assert_string_equal(a.cell[1], "next");
		assert_string_equal(a.cell[3], "last");
		loop_free(l);
	}
}

static void a_replication_connection_answers_its_commands(void **state)
{
	(void)state;
	need_server();
	for (int psql = 0; psql < 2; psql++) {
		struct loop *l = loop_new();
		struct place *p = place_of(l, psql, conninfo("password=geheim77 replication=1"));
		struct answer a = {0}, b = {0}, c = {0};
		sql(p, "IDENTIFY_SYSTEM", 10000, &a);
		sql(p, "SELECT 1", 10000, &b);
		sql(p, "SHOW wal_segment_size", 10000, &c);
		turn_until(l, &c.replies, 1);
		assert_int_equal(a.rows, 1);
		assert_int_equal(a.cols, 4);
		assert_string_equal(a.cell[1], "1");
		if (strcmp(b.sqlstate, "0A000"))
			print_message("%s: %d %s %s\n", psql ? "psql" : "libpq", b.outcome, b.stage, b.words);
		assert_string_equal(b.sqlstate, "0A000");
		assert_string_equal(c.cell[0], "16MB");
		loop_free(l);
	}
}

static void refusals_are_told_by_stage_and_state(void **state)
{
	(void)state;
	static const struct {
		const char *more, *stage, *sqlstate;
	} rows[] = {
		{"password=wrong", "auth", "28P01"},
		{"passfile=/nonexistent", "auth", ""},
		{"dbname=nowhere password=geheim77", "startup", "3D000"},
		{"user=rejected", "auth", "28000"},
		{"sslmode=require password=geheim77", "tls", ""},
		{"user=plain password=geheim77 replication=1", "startup", "42501"},
	};
	need_server();
	for (int psql = 0; psql < 2; psql++)
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			struct loop *l = loop_new();
			struct answer a = {0}, b = {0};
			struct place *p = place_of(l, psql, conninfo(rows[i].more));
			sql(p, "select 1", 10000, &a);
			sql(p, "select 2", 10000, &b);
			turn_until(l, &b.replies, 1);
			if (a.outcome != REPLY_NO_LINK || strcmp(a.stage, rows[i].stage) || strcmp(a.sqlstate, rows[i].sqlstate))
				print_message("%s %s: %s %s %s\n", psql ? "psql" : "libpq", rows[i].more, a.stage, a.sqlstate, a.words);
			assert_int_equal(a.outcome, REPLY_NO_LINK);
			assert_int_equal(b.outcome, REPLY_NO_LINK);
			assert_string_equal(a.stage, rows[i].stage);
			assert_string_equal(a.sqlstate, rows[i].sqlstate);
			assert_null(strstr(a.words, "LOCATION"));
			loop_free(l);
		}
}

static void a_statement_that_hangs_ends(void **state)
{
	(void)state;
	need_server();
	struct loop *l = loop_new();
	struct place *p = place_of(l, false, conninfo("password=geheim77"));
	struct answer a = {0}, b = {0};
	sql(p, "select pg_sleep(60)", 500, &a);
	turn_until(l, &a.replies, 1);
	assert_int_equal(a.outcome, REPLY_TIMEOUT);
	assert_string_equal(a.stage, "query");
	assert_true(a.took >= 400);
	sql(p, "select 1", 10000, &b);
	turn_until(l, &b.replies, 1);
	assert_string_equal(b.cell[0], "1");
	loop_free(l);
}

/* A kept connection that the server ended is made anew, unseen. */
static void a_server_that_restarted_is_asked_again(void **state)
{
	(void)state;
	need_server();
	struct loop *l = loop_new();
	struct place *p = place_of(l, false, conninfo("password=geheim77"));
	struct answer a = {0}, b = {0};
	sql(p, "select pg_backend_pid()", 10000, &a);
	turn_until(l, &a.replies, 1);
	assert_int_equal(peer_sh("kill %s", a.cell[0]), 0);
	while (peer_sh("kill -0 %s 2>/dev/null", a.cell[0]) == 0)
		loop_turn(l, 20);
	sql(p, "select 'again'", 10000, &b);
	turn_until(l, &b.replies, 1);
	assert_int_equal(b.outcome, REPLY_DONE);
	assert_string_equal(b.cell[0], "again");
	loop_free(l);
}

static void peers_that_are_no_postgres_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		enum peer peer;
		enum outcome outcome;
	} rows[] = {{PEER_SILENT, REPLY_TIMEOUT}, {PEER_HTTP, REPLY_NO_LINK}, {PEER_CLOSES, REPLY_NO_LINK}};
	for (int psql = 0; psql < 2; psql++)
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			char text[128];
			struct peer_at peer = peer_start(rows[i].peer);
			struct loop *l = loop_new();
			struct answer a = {0};
			if (psql && peer_sh("command -v psql >/dev/null"))
				skip();
			snprintf(text, sizeof text, "host=127.0.0.1 port=%d user=x dbname=x", peer.port);
			sql(place_of(l, psql, text), "select 1", psql ? 2600 : 400, &a);
			turn_until(l, &a.replies, 1);
			assert_int_equal(a.outcome, rows[i].outcome);
			/* psql does not say how far it got when it gives up */
			assert_true(psql && a.outcome == REPLY_TIMEOUT ? !strcmp(a.stage, "run") : !strcmp(a.stage, "tls") || !strcmp(a.stage, "startup"));
			loop_free(l);
			peer_stop(peer);
		}
}

static void nobody_listens_and_no_such_name(void **state)
{
	(void)state;
	for (int psql = 0; psql < 2; psql++) {
		char text[128];
		struct loop *l = loop_new();
		struct answer a = {0}, b = {0};
		if (psql && peer_sh("command -v psql >/dev/null"))
			skip();
		snprintf(text, sizeof text, "host=localhost port=%d user=x dbname=x", peer_free_port());
		sql(place_of(l, psql, text), "select 1", 5000, &a);
		sql(place_of(l, psql, "host=no-such-host.invalid user=x dbname=x"), "select 1", 5000, &b);
		turn_until(l, &a.replies, 1);
		turn_until(l, &b.replies, 1);
		assert_int_equal(a.outcome, REPLY_NO_LINK);
		assert_string_equal(a.stage, "connect");
		assert_int_equal(a.sys_errno, ECONNREFUSED);
		if (b.outcome == REPLY_NO_LINK)
			assert_string_equal(b.stage, "resolve");
		loop_free(l);
	}
}

static void nonsense_in_the_connection_string_is_said(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct answer a = {0}, b = {0};
	sql(place_of(l, false, "host=127.0.0.1 colour=blue"), "select 1", 5000, &a);
	sql(place_of(l, false, "host='127.0.0.1"), "select 1", 5000, &b);
	turn_until(l, &a.replies, 1);
	turn_until(l, &b.replies, 1);
	assert_int_equal(a.outcome, REPLY_NO_LINK);
	assert_non_null(strstr(a.words, "colour"));
	assert_int_equal(b.outcome, REPLY_NO_LINK);
	assert_true(*b.words);
	loop_free(l);
}

/* ---- the private cluster ---- */

static int cluster_up(void **state)
{
	static const char bin[] = "/usr/lib/postgresql/15/bin";
	(void)state;
	pg.dir = peer_mkdir();
	pg.port = peer_free_port();
	unsetenv("PGPASSWORD");
	setenv("LC_ALL", "C.UTF-8", 1);
	if (access("/usr/lib/postgresql/15/bin/initdb", X_OK) != 0)
		return 0;
	if (geteuid() == 0 && getpwnam("postgres"))
		snprintf(pg.as, sizeof pg.as, "runuser -u postgres --");
	pg.up = peer_sh("exec >/dev/null 2>&1; cd /; %s chown -R \"$(%s id -un)\" %s; chmod 755 %s; "
			"%s %s/initdb -D %s/data -U admin -A trust -N -E UTF8 --locale=C.UTF-8 && "
			"printf 'local all all trust\\nhost all rejected all reject\\nhost replication rejected all reject\\n"
			"host all,replication all 127.0.0.1/32 scram-sha-256\\n' >%s/data/pg_hba.conf && "
			"%s %s/pg_ctl -D %s/data -w -l %s/log -o \"-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c fsync=off\" start && "
			"psql -X -h %s -p %d -U admin -d postgres -c \"create role tester login replication password 'geheim77'\""
			" -c \"create role plain login password 'geheim77'\" -c \"create role rejected login\"",
			geteuid() == 0 ? "" : "true", pg.as, pg.dir, pg.dir, pg.as, bin, pg.dir, pg.dir, pg.as, bin, pg.dir, pg.dir, pg.port,
			pg.dir, pg.dir, pg.port) == 0;
	return 0;
}

static int cluster_down(void **state)
{
	(void)state;
	peer_sh("cd /; [ ! -e %s/data/postmaster.pid ] || %s /usr/lib/postgresql/15/bin/pg_ctl -D %s/data -m immediate -w stop >/dev/null",
		pg.dir, pg.as, pg.dir);
	peer_rmdir(pg.dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_of_one_turn_are_answered_each),
		cmocka_unit_test(a_masked_password_ends_with_its_cell),
		cmocka_unit_test(a_replication_connection_answers_its_commands),
		cmocka_unit_test(refusals_are_told_by_stage_and_state),
		cmocka_unit_test(a_statement_that_hangs_ends),
		cmocka_unit_test(a_server_that_restarted_is_asked_again),
		cmocka_unit_test(peers_that_are_no_postgres_are_told_apart),
		cmocka_unit_test(nobody_listens_and_no_such_name),
		cmocka_unit_test(nonsense_in_the_connection_string_is_said),
	};
	return cmocka_run_group_tests(tests, cluster_up, cluster_down);
}
