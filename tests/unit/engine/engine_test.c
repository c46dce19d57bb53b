/* The scheduler over fake links, and recordings: what goes in comes out, and nothing hostile crashes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/engine/engine.h"
#include "probes/engine/inside.h"
#include "probes/engine/view.h"
#include "probes/engine/history.h"
#include "fake_link.h"

/* "OPTION CONNINFO" of each line but the first, which is the home. */
static void read_config(const struct reply *r, struct view *v)
{
	char *copy = xstrdup(r->out ? r->out : ""), *p = copy, *line = text_line(&p);
	while (r->outcome == REPLY_DONE && line && (line = text_line(&p))) {
		char name[64];
		size_t n = strcspn(line, " ");
		snprintf(name, sizeof name, "server.%.*s", (int)n, line);
		learn(v, name, line + n + (line[n] == ' '));
		if (!strcmp(name, "server.home_hung"))
			learn(v, "backup.home_hung", line + n + 1);
	}
	free(copy);
	if (r->outcome == REPLY_DONE)
		learn(v, "server.home", r->out);
}

static void read_disk(const struct reply *r, struct view *v)
{
	learn(v, "server.disk", r->outcome == REPLY_DONE ? r->out : NULL);
}

static const struct question q_config = {.id = "config", .how = HOW_SH, .at = "backup", .as = "barman", .text = "cat conf", .read = read_config};
static const struct question q_disk = {.id = "disk", .how = HOW_SH, .at = "backup", .as = "barman", .text = "df {server.home}", .read = read_disk};
static const struct question q_why = {.id = "why", .how = HOW_SH, .at = "backup", .as = "barman", .text = "why", .only_if = "server.disk=full"};
static const struct question q_db = {.id = "db", .how = HOW_SH, .at = "db", .as = "postgres", .text = "uptime"};
static const struct question q_wal = {.id = "wal", .how = HOW_SQL, .at = "wal", .text = "slots", .only_if = "server.conninfo"};
static const struct question q_repl = {.id = "repl", .how = HOW_SQL, .at = "repl", .text = "identify", .only_if = "server.conninfo"};
static const struct question q_login = {.id = "login", .how = HOW_LOGIN, .at = "pipeline", .text = "login", .only_if = "server.login"};
static const struct question q_slow = {.id = "slow", .how = HOW_SH, .at = "backup", .as = "barman", .text = "slow", .flags = Q_SLOW};

static void judge(const struct view *v, struct verdict *r)
{
	const char *disk = know(v, "server.disk");
	if (!disk)
		verdict_unseen(r, v, &q_disk);
	else if (!strcmp(disk, "full"))
		verdict_cause(r, RANK_FAIL, "disk.backup_full", "the disk is full");
	else
		verdict_ok(r, "room");
}

static void judge_db(const struct view *v, struct verdict *r)
{
	verdict_unseen(r, v, &q_db);
}

static const struct probe disk = {.id = "disk.backup", .title = "disk", .asks = {&q_config, &q_disk, &q_why, &q_slow},
				  .causes = {"disk.backup_full"}, .judge = judge};
static const struct probe db = {.id = "db.up", .title = "db", .asks = {&q_db, &q_wal, &q_repl, &q_login}, .judge = judge_db};
static const char *no_number(const struct view *v, char buf[128])
{
	(void)v;
	(void)buf;
	return NULL;
}

const struct measure measures[METRICS] = {{"a", no_number}, {"b", no_number}, {"c", no_number}, {"d", no_number}, {"e", no_number}, {"f", no_number}};
const struct watched_fact watched_facts[] = {{NULL, NULL, false}};
const struct probe *const catalogue[] = {&disk, &db, NULL};
const struct cause causes[] = {{"disk.backup_full", "full", "backup", 0}, {NULL, NULL, NULL, 0}};
const struct blame blames[] = {{NULL, NULL, EDGE_ALWAYS}};
const struct cause *cause_find(const char *id)
{
	return strcmp(id, causes[0].id) ? NULL : &causes[0];
}

static int asked(const char *text)
{
	int n = 0;
	for (int i = 0; i < fake_ask_count; i++)
		n += !strcmp(fake_asks[i].text, text);
	return n;
}

static struct engine *make(const char *record, const char *const *names)
{
	struct engine_options o = {.record = record};
	struct problem p;
	fake_reset();
	struct engine *e = engine_new(&fake_loop, &o);
	for (int i = 0; names[i]; i++)
		assert_int_equal(engine_add(e, &(struct server_spec){.name = names[i], .backup = "ssh://root@backup1:2222"}, &p), 0);
	return e;
}

static const char *const one[] = {"main", NULL};

static void a_hostile_user_is_never_tried_and_named(void **state)
{
	(void)state;
	static const char *const users[] = {"ro ot;id", "-x", "\xff\x1b[2J", "a'b"};
	for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
		struct problem p;
		fake_reset();
		struct engine *e = engine_new(&fake_loop, NULL);
		assert_int_equal(engine_add(e, &(struct server_spec){.name = "main", .backup = "ssh://root@backup1", .barman_user = users[i]}, &p), 0);
		engine_start(e, false);
		fake_turn();
		fake_turn();
		assert_int_equal(asked("cat conf"), 0);
		const struct verdict *v = &engine_model(e)->server[0].node[0].verdict;
		assert_int_equal(v->state, STATE_UNKNOWN);
		assert_non_null(strstr(view_why(engine_model(e)->server[0].view, &q_config), "is no name of a user: see barman_user"));
		assert_true(text_is_plain(view_why(engine_model(e)->server[0].view, &q_config)));
		assert_true(engine_sweep_done(e));
		engine_free(e);
	}
}

/* "scratch" is the Barman host until a drill names another one, and no name becomes shell text. */
static void a_drill_has_a_place_of_its_own(void **state)
{
	(void)state;
	struct problem p;
	struct engine *e = engine_new(&fake_loop, &(struct engine_options){0});
	assert_int_equal(engine_add(e, &(struct server_spec){.name = "main", .backup = "ssh://root@backup1"}, &p), 0);
	struct place *backup = engine_place(e, 0, "backup");
	assert_ptr_equal(engine_place(e, 0, "scratch"), backup);
	const char *const wrong[][2] = {{"a;b", "h"}, {"-l", "h"}, {"", "h"}, {"a b", "h"}, {"a", ""}, {"a", "-oProxyCommand=x"}, {"a", "h;x"}, {"a", "$(x)"}, {"a", "h x"}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(engine_scratch(e, 0, wrong[i][0], wrong[i][1], &p), -1);
		assert_ptr_equal(engine_place(e, 0, "scratch"), backup);
	}
	assert_int_equal(engine_scratch(e, 0, "postgres", "db1", &p), 0);
	assert_ptr_not_equal(engine_place(e, 0, "scratch"), backup);
	assert_true(engine_can_act(e, 0, "scratch", "postgres"));
	assert_false(engine_can_act(e, 0, "scratch", "root"));
	assert_int_equal(engine_scratch(e, 0, NULL, NULL, &p), 0);
	assert_ptr_equal(engine_place(e, 0, "scratch"), backup);
	engine_free(e);
}

/* On a busy machine the first time-out is asked about again, with more patience, before anybody hears of it. */
static void a_busy_machine_gets_a_second_try(void **state)
{
	static const struct reply late = {.outcome = REPLY_TIMEOUT, .out = "", .words = "", .stage = "run", .sqlstate = "", .via = ""};
	static const struct reply words = {.outcome = REPLY_NO_LINK, .out = "", .words = "connection timed out", .stage = "connect", .sqlstate = "", .via = ""};
	static const struct reply refused = {.outcome = REPLY_NO_LINK, .out = "", .words = "Connection refused", .stage = "connect", .sqlstate = "", .via = ""};
	(void)state;
	for (int busy = 0; busy <= 1; busy++) {
		struct engine *e = make(NULL, one);
		const struct view *v = engine_model(e)->server[0].view;
		fake_load = busy ? 5 : 1;
		engine_start(e, false);
		fake_turn();
		fake_reply("cat conf", busy ? &late : &words);
		fake_turn();
		assert_int_equal(asked("cat conf"), 1 + busy);
		assert_int_equal(engine_sweep_done(e), !busy);
		assert_int_equal(view_asked(v, &q_config), busy ? ASKED_NEVER : ASKED_FAILED);
		if (busy) {
			assert_int_equal(fake_asks[1].deadline_ms, 3 * fake_asks[0].deadline_ms);
			fake_reply("cat conf", &words);
			fake_turn();
			assert_int_equal(asked("cat conf"), 2);
			assert_int_equal(view_asked(v, &q_config), ASKED_FAILED);
			assert_true(engine_sweep_done(e));
		}
		engine_free(e);
	}
	struct engine *e = make(NULL, one);
	fake_load = 50;
	engine_start(e, false);
	fake_turn();
	fake_reply("cat conf", &refused); /* that took no time */
	fake_turn();
	assert_int_equal(asked("cat conf"), 1);
	engine_free(e);
}

static void pass_by(struct engine *e, int64_t ms)
{
	for (size_t h = 0; h < INQUIRY_HASH; h++)
		for (struct inquiry *i = e->inquiry[h]; i; i = i->next)
			i->asked_mono -= i->asked_mono ? ms : 0;
	fake_turn();
}

/* It stays with its sshd, which has room for a few of them. One that found nobody there costs nothing. */
static void a_login_that_never_ends_is_not_tried_again_soon(void **state)
{
	static const struct reply stuck = {.outcome = REPLY_TIMEOUT, .out = "", .words = "", .stage = "session", .sqlstate = "", .via = ""};
	static const struct reply nobody = {.outcome = REPLY_TIMEOUT, .out = "", .words = "", .stage = "connect", .sqlstate = "", .via = ""};
	(void)state;
	for (int is_stuck = 0; is_stuck <= 1; is_stuck++) {
		struct engine *e = make(NULL, one);
		engine_start(e, true);
		fake_turn();
		fake_answer("cat conf", "/b\nlogin yes\npipeline_command ssh db1");
		fake_turn();
		assert_int_equal(asked("login"), 1);
		fake_reply("login", is_stuck ? &stuck : &nobody);
		pass_by(e, 30000);
		assert_int_equal(asked("login"), 2 - is_stuck);
		pass_by(e, 95000);
		assert_int_equal(asked("login"), 2);
		engine_free(e);
	}
}

/* Where answers take longer than the pause between two of them, something is always on its way. */
static void under_watch_a_sweep_ends_when_all_was_heard_once(void **state)
{
	(void)state;
	for (int live = 0; live <= 1; live++) {
		struct engine *e = make(NULL, one);
		engine_start(e, live);
		fake_turn();
		fake_answer("cat conf", "/b");
		fake_turn();
		engine_ask_now(e, 0, -1);
		fake_turn();
		assert_int_equal(asked("cat conf"), 2);
		assert_false(engine_sweep_done(e));
		fake_answer("df /b", "room");
		fake_turn();
		assert_int_equal(engine_sweep_done(e), live);
		engine_free(e);
	}
}

/* The answer that is on its way was true before; what a step did is seen in the next one. */
static void what_is_on_its_way_is_asked_anew(void **state)
{
	(void)state;
	struct engine *e = make(NULL, one);
	engine_start(e, true);
	fake_turn();
	assert_int_equal(asked("cat conf"), 1);
	engine_ask_now(e, 0, -1);
	engine_ask_now(e, 0, -1);
	fake_turn();
	assert_int_equal(asked("cat conf"), 1);
	for (int i = 0; i < 3; i++) {
		fake_answer("cat conf", "/b");
		fake_turn();
		assert_int_equal(asked("cat conf"), 2);
	}
	engine_free(e);
}

static const char *asked_at(const char *text)
{
	for (int i = 0; i < fake_ask_count; i++)
		if (!strcmp(fake_asks[i].text, text))
			return fake_asks[i].place->conninfo;
	return "";
}

/* Barman 3.10: backups from the standby, WAL from the primary. */
static void slots_are_where_wal_comes_from(void **state)
{
	static const struct {
		const char *config, *slots, *repl;
	} rows[] = {
		{"/b\nconninfo host=db1\nstreaming_conninfo host=db1 user=s", "host=db1", "host=db1 user=s dbname=replication replication=true"},
		{"/b\nconninfo host=db2\nstreaming_conninfo host=db2 user=s\nwal_conninfo host=db1\nwal_streaming_conninfo host=db1 user=s", "host=db1",
		 "host=db1 user=s dbname=replication replication=true"},
		{"/b\nconninfo host=db2\nstreaming_conninfo host=db2 user=s\nwal_conninfo \nwal_streaming_conninfo host=db1 user=s", "host=db1 user=s",
		 "host=db1 user=s dbname=replication replication=true"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct engine *e = make(NULL, one);
		engine_start(e, false);
		fake_turn();
		fake_answer("cat conf", rows[i].config);
		fake_turn();
		fake_turn();
		assert_string_equal(asked_at("slots"), rows[i].slots);
		assert_string_equal(asked_at("identify"), rows[i].repl);
		engine_free(e);
	}
}

/* psql reads ~/.pgpass before it connects, ssh its keys: both would wait for ever. What needs neither is asked all the same. */
static void a_home_that_hangs_takes_keys_and_passwords_along(void **state)
{
	(void)state;
	struct engine *e = make(NULL, one);
	const struct view *v = engine_model(e)->server[0].view;
	engine_start(e, false);
	fake_turn();
	fake_answer("cat conf", "/b\nhome_hung /var/lib/barman\nconninfo host=db1\npipeline_command ssh db1\nstreaming_conninfo host=db1 user=s");
	fake_turn();
	fake_turn();
	assert_int_equal(asked("slots") + asked("identify") + asked("uptime"), 0);
	assert_int_equal(view_asked(v, &q_disk), ASKED_NEVER); /* on its way */
	for (int i = 0; i < fake_ask_count; i++)
		assert_int_equal(fake_asks[i].deadline_ms, strncmp(fake_asks[i].text, "df ", 3) ? 5000 : 2500);
	const struct question *const closed[] = {&q_wal, &q_repl, &q_db};
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		assert_int_equal(view_asked(v, closed[i]), ASKED_NO_PLACE);
		assert_string_equal(view_why(v, closed[i]), "keys and passwords of Barman's user lie in /var/lib/barman, which does not answer");
	}
	engine_free(e);
}

static void questions_wait_for_the_facts_they_name(void **state)
{
	(void)state;
	struct engine *e = make(NULL, one);
	engine_start(e, false);
	fake_turn();
	assert_int_equal(asked("cat conf"), 1);
	assert_string_equal(fake_asks[0].place->host, "backup1");
	assert_string_equal(fake_asks[0].user, "barman");
	assert_int_equal(fake_ask_count, 1); /* one sweep does not ask the slow one */
	assert_false(engine_sweep_done(e));
	assert_true(engine_model(e)->server[0].node[0].verdict.state == STATE_UNKNOWN);
	fake_answer("cat conf", "/a b");
	fake_turn();
	assert_int_equal(asked("df '/a b'"), 1);
	assert_int_equal(asked("why"), 0);
	fake_answer("df '/a b'", "full");
	fake_turn();
	assert_int_equal(asked("why"), 1);
	assert_false(engine_sweep_done(e));
	assert_string_equal(engine_model(e)->server[0].root[0].finding->cause, "disk.backup_full");
	fake_answer("why", "x");
	fake_turn();
	fake_turn();
	assert_true(engine_sweep_done(e));
	assert_int_equal(asked("cat conf"), 1);
	engine_free(e);
}

static void what_has_no_way_in_is_said(void **state)
{
	(void)state;
	struct engine *e = make(NULL, one);
	engine_start(e, false);
	fake_turn();
	const struct verdict *v = &engine_model(e)->server[0].node[1].verdict;
	assert_int_equal(v->state, STATE_UNKNOWN);
	assert_non_null(strstr(v->say, "server.pipeline_command is not known"));
	engine_free(e);
}

static void servers_share_equal_questions(void **state)
{
	(void)state;
	static const char *const two[] = {"a", "b", NULL};
	struct engine *e = make(NULL, two);
	engine_start(e, false);
	fake_turn();
	assert_int_equal(asked("cat conf"), 1);
	fake_answer("cat conf", "/home");
	fake_turn();
	assert_string_equal(know(engine_model(e)->server[0].view, "server.home"), "/home");
	assert_string_equal(know(engine_model(e)->server[1].view, "server.home"), "/home");
	assert_int_equal(asked("df /home"), 1);
	engine_free(e);
}

/* Records a broken server and gives the bytes. */
static char *record(struct str *ret)
{
	char name[] = "/tmp/walmedic-test-XXXXXX", buf[4096];
	int fd = mkstemp(name);
	assert_true(fd >= 0);
	struct engine *e = make(name, one);
	engine_start(e, false);
	fake_turn();
	fake_answer("cat conf", "/h");
	fake_turn();
	fake_answer("df /h", "full");
	fake_turn();
	engine_free(e);
	ssize_t n;
	while ((n = read(fd, buf, sizeof buf)) > 0)
		str_addn(ret, buf, (size_t)n);
	close(fd);
	unlink(name);
	return ret->s;
}

static void a_recording_gives_the_same_root_cause(void **state)
{
	(void)state;
	struct str bytes = {0};
	struct problem p;
	record(&bytes);
	fake_reset();
	struct engine *e = engine_replay(&fake_loop, bytes.s, bytes.len, 0, &p);
	assert_non_null(e);
	const struct model *m = engine_model(e);
	assert_string_equal(m->server[0].name, "main");
	assert_int_equal(m->server[0].roots, 1);
	assert_string_equal(m->server[0].root[0].finding->cause, "disk.backup_full");
	assert_non_null(strstr(m->server[0].node[1].verdict.say, "server.pipeline_command is not known"));
	assert_int_equal(fake_ask_count, 0);
	engine_free(e);
	str_free(&bytes);
}

static void a_recording_cut_anywhere_is_an_error_or_less(void **state)
{
	(void)state;
	struct str bytes = {0};
	record(&bytes);
	for (size_t n = 0; n < bytes.len; n++) {
		struct problem p = {.say = ""};
		struct engine *e = engine_replay(&fake_loop, bytes.s, n, 0, &p);
		assert_true(e || *p.say);
		for (int i = 0; e && i < engine_model(e)->servers; i++)
			assert_true(engine_model(e)->server[i].node[0].verdict.state != STATE_OK);
		engine_free(e);
	}
	str_free(&bytes);
}

static void hostile_recordings_are_refused_with_their_line(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"", "empty"},
		{"[]\n", "line 1"},
		{"{\"walmedic\":2}\n", "version 1"},
		{"{\"walmedic\":1}\n{\"server\":\"\"}\n", "plain name"},
		{"{\"walmedic\":1}\n{\"server\":\"a\\u001b[2J\"}\n", "plain name"},
		{"{\"walmedic\":1}\n{\"server\":\"a\"}\n{\"s\":\"b\",\"q\":\"disk\"}\n", "line 3"},
		{"{\"walmedic\":1}\n{\"server\":\"a\"}\n{\"s\":\"a\",\"q\":\"disk\",\"same\":true}\n", "line 3"},
		{"{\"walmedic\":1}\n{\"server\":\"a\"}\n{\"s\":\"a\",\"q\":\"disk\",\"asked\":\"x\"}\n", "line 3"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct problem p = {.say = ""};
		assert_null(engine_replay(&fake_loop, rows[i][0], strlen(rows[i][0]), 0, &p));
		if (!strstr(p.say, rows[i][1]))
			fail_msg("\"%s\" said \"%s\"", rows[i][0], p.say);
	}
	struct problem p;
	static const char odd[] = "{\"walmedic\":1}\n{\"server\":\"a\"}\n{\"s\":\"a\",\"q\":\"disk\",\"t\":-5,\"rows\":[1,[2]],\"cols\":1e9,\"status\":\"x\"}\n";
	struct engine *e = engine_replay(&fake_loop, odd, sizeof odd - 1, 0, &p);
	assert_non_null(e);
	engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hostile_user_is_never_tried_and_named),
		cmocka_unit_test(slots_are_where_wal_comes_from),
		cmocka_unit_test(a_busy_machine_gets_a_second_try),
		cmocka_unit_test(a_login_that_never_ends_is_not_tried_again_soon),
		cmocka_unit_test(what_is_on_its_way_is_asked_anew),
		cmocka_unit_test(under_watch_a_sweep_ends_when_all_was_heard_once),
		cmocka_unit_test(a_home_that_hangs_takes_keys_and_passwords_along),
		cmocka_unit_test(questions_wait_for_the_facts_they_name),
		cmocka_unit_test(what_has_no_way_in_is_said),
		cmocka_unit_test(servers_share_equal_questions),
		cmocka_unit_test(a_drill_has_a_place_of_its_own), cmocka_unit_test(a_recording_gives_the_same_root_cause),
		cmocka_unit_test(a_recording_cut_anywhere_is_an_error_or_less),
		cmocka_unit_test(hostile_recordings_are_refused_with_their_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
