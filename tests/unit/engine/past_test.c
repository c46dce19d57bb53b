/* What is kept while watching, on disk and in memory, and going back to it. */
#include <math.h>
#include <setjmp.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "probes/engine/engine.h"
#include "probes/engine/history.h"
#include "probes/engine/keep.h"
#include "probes/engine/past.h"
#include "probes/engine/store.h"
#include "probes/engine/view.h"
#include "fake_link.h"

enum { SECOND = 1000, MINUTE = 60000 };
static const int64_t start = 1795254020000;
static char dir[64];

static void read_free(const struct reply *r, struct view *v)
{
	learn_num(v, "server.free", r->outcome == REPLY_DONE ? strtod(r->out, NULL) : NAN);
}

static void read_setting(const struct reply *r, struct view *v)
{
	learn(v, "server.setting", r->outcome == REPLY_DONE ? r->out : NULL);
}

static const struct question q_free = {.id = "free", .how = HOW_SH, .at = "backup", .text = "df", .read = read_free};
static const struct question q_setting = {.id = "setting", .how = HOW_SH, .at = "backup", .text = "cat conf", .read = read_setting};

static void judge(const struct view *v, struct verdict *r)
{
	double left = know_num(v, "server.free");
	if (isnan(left))
		verdict_unseen(r, v, &q_free);
	else if (left < 10)
		verdict_cause(r, RANK_FAIL, "disk.backup_full", "%.0f left", left);
	else
		verdict_ok(r, "%.0f left", left);
}

static const struct probe probe = {.id = "disk.backup", .title = "disk", .asks = {&q_free, &q_setting}, .causes = {"disk.backup_full"}, .judge = judge};
const struct probe *const catalogue[] = {&probe, NULL};
const struct cause causes[] = {{"disk.backup_full", "full", "backup", 0}, {NULL, NULL, NULL, 0}};
const struct blame blames[] = {{NULL, NULL, EDGE_ALWAYS}};
const struct cause *cause_find(const char *id)
{
	return strcmp(id, causes[0].id) ? NULL : &causes[0];
}

static const char *room(const struct view *v, char buf[128])
{
	(void)v;
	snprintf(buf, 128, "server.free");
	return buf;
}

static const char *none(const struct view *v, char buf[128])
{
	(void)v;
	(void)buf;
	return NULL;
}

const struct measure measures[METRICS] = {{"free", room}, {"b", none}, {"c", none}, {"d", none}, {"e", none}, {"f", none}};
const struct watched_fact watched_facts[] = {{"server.setting", "the setting", false}, {NULL, NULL, false}};

/* ---- a server that is watched ---- */

static struct engine *watch(const char *where)
{
	struct engine_options o = {.history = true, .history_dir = where};
	struct problem p;
	struct engine *e = engine_new(&fake_loop, &o);
	assert_int_equal(engine_add(e, &(struct server_spec){.name = "main", .backup = "ssh://root@backup1"}, &p), 0);
	engine_start(e, true);
	return e;
}

/* At that time this much is free, and the setting is so. */
static void look(struct engine *e, int64_t t, const char *left, const char *setting)
{
	clock_freeze_wall(start + t);
	if (!fake_ask_count) /* at the start all is on its way */
		engine_ask_now(e, 0, -1);
	fake_turn();
	fake_answer("df", left);
	fake_answer("cat conf", setting);
	fake_turn();
	fake_turn();
	fake_ask_count = 0;
}

static struct engine *incident(const char *where)
{
	fake_reset();
	clock_freeze_wall(start);
	struct engine *e = watch(where);
	for (int i = 0; i < 60; i++)
		look(e, i * 10 * SECOND, i < 30 ? "100" : "5", i < 20 ? "old" : "new");
	return e;
}

static enum state state_at(struct past *p, int64_t t)
{
	struct problem why = {.say = ""};
	const struct model *m = past_seek(p, 0, start + t, &why);
	if (!m)
		fail_msg("at %lld: %s", (long long)t, why.say);
	assert_int_equal(m->now, start + t);
	return m->server[0].node[0].verdict.state;
}

static void expect_incident(struct past *p)
{
	assert_int_equal(state_at(p, 400 * SECOND), STATE_FAIL);
	assert_int_equal(state_at(p, 299 * SECOND), STATE_OK);
	assert_int_equal(state_at(p, 300 * SECOND), STATE_FAIL);
	assert_int_equal(state_at(p, 20 * SECOND), STATE_OK);
	assert_int_equal(state_at(p, 580 * SECOND), STATE_FAIL);
}

static void every_moment_is_there_again(void **state)
{
	(void)state;
	struct engine *e = incident(NULL);
	struct past *p = past_new(e);
	struct problem why;
	expect_incident(p);
	const struct model *m = past_seek(p, 0, start + 310 * SECOND, &why);
	assert_string_equal(know(m->server[0].view, "server.setting"), "new");
	assert_int_equal(m->server[0].node[0].since, start + 300 * SECOND);
	assert_int_equal(m->server[0].changes, 1);
	m = past_seek(p, 0, start + 100 * SECOND, &why);
	assert_string_equal(know(m->server[0].view, "server.setting"), "old");
	assert_int_equal(m->server[0].changes, 0);
	assert_int_equal(m->server[0].node[0].since, start);
	m = past_seek(p, 0, start - MINUTE, &why);
	assert_int_equal(m->now, start);
	assert_int_equal(clock_wall_ms(), start + 590 * SECOND);
	assert_int_equal(engine_model(e)->server[0].node[0].verdict.state, STATE_FAIL);
	past_free(p);
	engine_free(e);
}

static void changes_and_numbers_are_noted(void **state)
{
	(void)state;
	struct engine *e = incident(NULL);
	const struct history *h = engine_model(e)->server[0].history;
	const struct news *news;
	const struct point *point;
	assert_int_equal(history_news(h, &news), 2);
	assert_int_equal(news[0].at, start + 200 * SECOND);
	assert_int_equal(news[0].node, -1);
	assert_string_equal(news[0].was, "old");
	assert_string_equal(news[0].is, "new");
	assert_int_equal(news[1].at, start + 300 * SECOND);
	assert_int_equal(news[1].from, STATE_OK);
	assert_int_equal(news[1].to, STATE_FAIL);
	assert_int_equal(history_neighbour(h, start + 250 * SECOND, -1), start + 200 * SECOND);
	assert_int_equal(history_neighbour(h, start + 250 * SECOND, 1), start + 300 * SECOND);
	assert_int_equal(history_neighbour(h, start + 100 * SECOND, -1), 0);
	assert_int_equal(history_points(h, (enum metric)0, &point), 60);
	assert_true(point[29].value == 100 && point[30].value == 5 && point[30].at == start + 300 * SECOND);
	assert_int_equal(history_points(h, (enum metric)1, &point), 0);
	engine_free(e);
}

static void what_is_not_known_is_a_gap(void **state)
{
	(void)state;
	struct engine *e = incident(NULL);
	const struct point *point;
	clock_freeze_wall(start + 20 * MINUTE);
	fake_turn();
	look(e, 21 * MINUTE, "7", "new");
	int n = history_points(engine_model(e)->server[0].history, (enum metric)0, &point);
	assert_int_equal(n, 62);
	assert_true(isnan(point[60].value));
	assert_true(point[61].value == 7);
	engine_free(e);
}

/* ---- on disk ---- */

static void make_dir(void)
{
	snprintf(dir, sizeof dir, "/tmp/walmedic-past-XXXXXX");
	assert_non_null(mkdtemp(dir));
}

static int files(struct stored **list)
{
	char why[300] = "";
	struct store *s = store_open(dir, "main", why, sizeof why);
	assert_non_null(s);
	int n = store_list(s, list);
	store_close(s);
	return n;
}

static void remove_dir(void)
{
	struct stored *list;
	char path[100];
	int n = files(&list);
	for (int i = 0; i < n; i++)
		unlink(list[i].path);
	stored_free(list, n);
	snprintf(path, sizeof path, "%s/main", dir);
	rmdir(path);
	rmdir(dir);
}

/* A console of its own that is killed in the middle of everything. */
static void incident_of_another(void)
{
	pid_t child = fork();
	if (!child) {
		struct engine *e = incident(dir);
		keep_tick(e->watched[0]->keep, clock_wall_ms(), true);
		raise(SIGKILL);
	}
	int status;
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Gives the files the times that they would have. */
static void age_files(int64_t t)
{
	struct stored *list;
	int n = files(&list);
	struct timespec times[2] = {{.tv_sec = (start + t) / 1000}, {.tv_sec = (start + t) / 1000}};
	for (int i = 0; i < n; i++)
		assert_int_equal(utimensat(AT_FDCWD, list[i].path, times, 0), 0);
	stored_free(list, n);
}

static struct engine *next_morning(void)
{
	fake_reset();
	clock_freeze_wall(start + 60 * MINUTE);
	struct engine *e = watch(dir);
	fake_turn();
	fake_turn();
	look(e, 60 * MINUTE, "5", "newest");
	return e;
}

static void a_killed_run_is_there_in_the_next_one(void **state)
{
	(void)state;
	struct stored *list;
	struct stat st;
	make_dir();
	incident_of_another();
	int n = files(&list);
	assert_true(n >= 1);
	assert_int_equal(stat(list[0].path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	stored_free(list, n);
	age_files(590 * SECOND);
	struct engine *e = next_morning();
	struct past *p = past_new(e);
	struct problem why;
	const struct news *news;
	const struct point *point;
	expect_incident(p);
	assert_int_equal(state_at(p, 60 * MINUTE), STATE_FAIL);
	/* in the gap: the last that was seen */
	assert_int_equal(past_seek(p, 0, start + 30 * MINUTE, &why)->now, start + 590 * SECOND);
	assert_int_equal(history_news(engine_model(e)->server[0].history, &news), 3);
	assert_string_equal(news[2].is, "newest");
	assert_string_equal(news[2].was, "new");
	assert_true(news[2].after >= start + 200 * SECOND && news[2].after <= start + 590 * SECOND);
	n = history_points(engine_model(e)->server[0].history, (enum metric)0, &point);
	assert_true(n >= 60 && isnan(point[n - 2].value) && point[n - 1].value == 5);
	past_free(p);
	engine_free(e);
	remove_dir();
}

static void what_this_run_has_not_seen_yet_has_not_changed(void **state)
{
	(void)state;
	make_dir();
	incident_of_another();
	age_files(590 * SECOND);
	fake_reset();
	clock_freeze_wall(start + 60 * MINUTE);
	struct engine *e = watch(dir);
	fake_turn();
	const struct news *news;
	const struct server *s = &engine_model(e)->server[0];
	for (int i = 0; i < 5; i++)
		look(e, 60 * MINUTE + i * 10 * SECOND, "nan", "new");
	assert_true(s->sweep_done);
	assert_int_equal(s->node[0].verdict.state, STATE_UNKNOWN);
	assert_int_equal(history_news(s->history, &news), 2);
	look(e, 62 * MINUTE, "100", "new");
	assert_int_equal(history_news(s->history, &news), 3);
	assert_int_equal(news[2].from, STATE_FAIL);
	assert_int_equal(news[2].to, STATE_OK);
	assert_true(news[2].after >= start + 580 * SECOND && news[2].after <= start + 590 * SECOND);
	engine_free(e);
	remove_dir();
}

static void cut_and_spoilt_files_harm_nobody(void **state)
{
	(void)state;
	make_dir();
	incident_of_another();
	struct stored *list;
	int n = files(&list);
	assert_true(n >= 1);
	struct str bytes = {0};
	assert_int_equal(store_read(list[n - 1].path, 1 << 24, &bytes), 0);
	for (size_t cut = 0; cut < bytes.len; cut += 1 + bytes.len / 150) {
		FILE *f = fopen(list[n - 1].path, "w");
		fwrite(bytes.s, 1, cut, f);
		if (cut % 2)
			fputs("\xff\0garbage\x1b[2J{\"t\":\n{\"t\":1e99,\"s\":\"main\",\"numbers\":{\"free\":\"x\"}}\n", f);
		fclose(f);
		age_files(590 * SECOND);
		struct engine *e = next_morning();
		struct past *p = past_new(e);
		struct problem why = {.say = ""};
		const struct model *m = past_seek(p, 0, start + 100 * SECOND, &why);
		assert_true(m || *why.say);
		assert_int_equal(engine_model(e)->server[0].node[0].verdict.state, STATE_FAIL);
		past_free(p);
		engine_free(e);
		struct stored *made;
		int k = files(&made);
		for (int i = 0; i < k; i++)
			if (strcmp(made[i].path, list[n - 1].path) != 0)
				unlink(made[i].path);
		stored_free(made, k);
	}
	str_free(&bytes);
	stored_free(list, n);
	remove_dir();
}

static void a_full_disk_leaves_whole_lines_and_the_rest_in_memory(void **state)
{
	(void)state;
	make_dir();
	struct rlimit was, limit;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	limit = was;
	limit.rlim_cur = 3000;
	setrlimit(RLIMIT_FSIZE, &limit);
	struct engine *e = incident(dir);
	keep_tick(e->watched[0]->keep, clock_wall_ms(), true);
	setrlimit(RLIMIT_FSIZE, &was);
	assert_true(*engine_history_trouble(e));
	struct past *p = past_new(e);
	expect_incident(p);
	past_free(p);
	struct stored *list;
	int n = files(&list);
	for (int i = 0; i < n; i++) {
		struct str bytes = {0};
		assert_int_equal(store_read(list[i].path, 1 << 20, &bytes), 0);
		assert_true(bytes.len <= 3000 && (!bytes.len || bytes.s[bytes.len - 1] == '\n'));
		str_free(&bytes);
	}
	stored_free(list, n);
	engine_free(e);
	remove_dir();
}

static void a_directory_of_others_is_not_used(void **state)
{
	(void)state;
	make_dir();
	char path[100], why[300] = "";
	snprintf(path, sizeof path, "%s/main", dir);
	mkdir(path, 0700);
	chmod(path, 0777);
	assert_null(store_open(dir, "main", why, sizeof why));
	assert_non_null(strstr(why, "ours alone"));
	struct engine *e = incident(dir);
	struct past *p = past_new(e);
	expect_incident(p);
	past_free(p);
	engine_free(e);
	rmdir(path);
	rmdir(dir);
}

static void a_name_stays_in_its_directory(void **state)
{
	(void)state;
	make_dir();
	char why[300] = "";
	struct store *s = store_open(dir, "../../x/.y", why, sizeof why);
	assert_non_null(s);
	char *name = store_name(s, 7), want[200];
	snprintf(want, sizeof want, "%s/%%2E.%%2F..%%2Fx%%2F.y/0000000000007-%ld.jsonl", dir, (long)getpid());
	assert_string_equal(name, want);
	*strrchr(name, '/') = '\0';
	assert_int_equal(rmdir(name), 0);
	free(name);
	store_close(s);
	rmdir(dir);
}

static void two_consoles_keep_apart(void **state)
{
	(void)state;
	make_dir();
	incident_of_another();
	incident_of_another();
	age_files(590 * SECOND);
	struct engine *e = next_morning();
	struct past *p = past_new(e);
	expect_incident(p);
	past_free(p);
	engine_free(e);
	remove_dir();
}

static void what_is_old_or_too_much_goes(void **state)
{
	(void)state;
	make_dir();
	char why[300] = "";
	struct store *s = store_open(dir, "main", why, sizeof why);
	struct stored *list;
	static const int64_t ages[] = {15LL * 86400000, 3 * 86400000, 2 * 86400000, 0};
	for (int i = 0; i < 4; i++) {
		char *path = store_name(s, start - ages[i]);
		assert_int_equal(store_append(path, 0, "0123456789", 10, why, sizeof why), 0);
		struct timespec times[2] = {{.tv_sec = (start - ages[i]) / 1000}, {.tv_sec = (start - ages[i]) / 1000}};
		utimensat(AT_FDCWD, path, times, 0);
		free(path);
	}
	store_prune(s, start, 100);
	assert_int_equal(store_list(s, &list), 3);
	stored_free(list, 3);
	store_prune(s, start, 20);
	assert_int_equal(store_list(s, &list), 2);
	assert_int_equal(list[0].from, start - ages[2]);
	stored_free(list, 2);
	store_prune(s, start, 0); /* the newest is in use */
	assert_int_equal(store_list(s, &list), 1);
	assert_int_equal(list[0].from, start);
	stored_free(list, 1);
	store_close(s);
	remove_dir();
}

static void hours_stay_within_bounds(void **state)
{
	(void)state;
	fake_reset();
	clock_freeze_wall(start);
	struct engine *e = watch(NULL);
	char *big = malloc(20001);
	memset(big, 'x', 20000);
	big[20000] = '\0';
	for (int i = 0; i < 400; i++) {
		big[i] = 'y';
		look(e, (int64_t)i * 10 * SECOND, "100", big);
	}
	struct past *p = past_new(e);
	struct problem why = {.say = ""};
	assert_int_equal(state_at(p, 3900 * SECOND), STATE_OK);
	assert_null(past_seek(p, 0, start + 100 * SECOND, &why));
	assert_non_null(strstr(why.say, "nothing is kept"));
	past_free(p);
	engine_free(e);
	free(big);
}

static void a_recording_is_gone_back_through_the_same_way(void **state)
{
	(void)state;
	make_dir();
	incident_of_another();
	struct stored *list;
	struct str bytes = {0};
	struct problem why;
	int n = files(&list);
	assert_int_equal(store_read(list[0].path, 1 << 24, &bytes), 0);
	fake_reset();
	struct engine *e = engine_replay(&fake_loop, bytes.s, bytes.len, 0, &why);
	assert_non_null(e);
	struct past *p = past_new(e);
	expect_incident(p);
	const struct news *news;
	assert_int_equal(history_news(engine_model(e)->server[0].history, &news), 2);
	past_free(p);
	engine_free(e);
	str_free(&bytes);
	stored_free(list, n);
	remove_dir();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_moment_is_there_again),
		cmocka_unit_test(changes_and_numbers_are_noted),
		cmocka_unit_test(what_is_not_known_is_a_gap),
		cmocka_unit_test(a_killed_run_is_there_in_the_next_one),
		cmocka_unit_test(what_this_run_has_not_seen_yet_has_not_changed),
		cmocka_unit_test(cut_and_spoilt_files_harm_nobody),
		cmocka_unit_test(a_full_disk_leaves_whole_lines_and_the_rest_in_memory),
		cmocka_unit_test(a_directory_of_others_is_not_used),
		cmocka_unit_test(a_name_stays_in_its_directory),
		cmocka_unit_test(two_consoles_keep_apart),
		cmocka_unit_test(what_is_old_or_too_much_goes),
		cmocka_unit_test(hours_stay_within_bounds),
		cmocka_unit_test(a_recording_is_gone_back_through_the_same_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
