/* What is shown is what runs: every step of every page goes through place_act to a witness that stands in for sh and bash in a
 * mount namespace of this test, and writes down what it was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/engine/view.h"
#include "probes/link/loop.h"
#include "probes/link/place.h"
#include "remedies/catalogue.h"
#include "remedies/plan.h"

static char top[64];
static bool can_mount;

/* The wrapper's own scripts take their text with dd; they go on to the real shell. */
static const char witness[] =
	"#!/bin/sh\n"
	"case $2 in *iflag=fullblock*) exec /bin/sh \"$@\" ;; esac\n"
	"d=$(mktemp -d %s/run.XXXXXX)\n"
	"printf %%s \"$2\" >\"$d/text\"\n"
	"printf '%%s %%s %%s\\n' \"${0##*/}\" \"$#\" \"$1\" >\"$d/argv\"\n"
	"cat /proc/$$/environ >\"$d/environ\"\n"
	"readlink /proc/$$/fd/0 >\"$d/stdin\"\n"
	"readlink /proc/$$/cwd >\"$d/cwd\"\n"
	"echo \"$d\"; exit 7\n";

static void put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	chmod(path, mode);
}

static bool own_mounts(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();
	if (uid == 0)
		return unshare(CLONE_NEWNS) == 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return false;
	snprintf(map, sizeof map, "%u %u 1", uid, uid);
	put_file("/proc/self/uid_map", map, 0644);
	put_file("/proc/self/setgroups", "deny", 0644);
	snprintf(map, sizeof map, "%u %u 1", gid, gid);
	put_file("/proc/self/gid_map", map, 0644);
	return true;
}

static int setup(void **state)
{
	(void)state;
	char path[128], text[1024];
	snprintf(top, sizeof top, "/tmp/walmedic-witness-XXXXXX");
	if (!mkdtemp(top) || !own_mounts() || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 0;
	snprintf(text, sizeof text, witness, top);
	snprintf(path, sizeof path, "%s/bin", top);
	mkdir(path, 0755);
	can_mount = mount(path, "/usr/local/sbin", NULL, MS_BIND, NULL) == 0;
	if (can_mount) {
		put_file("/usr/local/sbin/sh", text, 0755);
		put_file("/usr/local/sbin/bash", text, 0755);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	if (can_mount)
		umount("/usr/local/sbin");
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

/* One text on its way to the witness. Many travel at once. */
struct sent {
	const char *cause, *text;
	bool bash, over;
	int status;
	char dir[128]; /* where the witness wrote what it was given */
};

static size_t get(const struct sent *t, const char *name, char *ret, size_t size)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", t->dir, name);
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);
	if (fd >= 0)
		close(fd);
	if (n < 0)
		fail_msg("%s: the witness wrote no %s", t->cause, name);
	ret[n] = '\0';
	return (size_t)n;
}

static void on_output(void *arg, const char *text, size_t n)
{
	struct sent *t = arg;
	size_t have = strlen(t->dir);
	snprintf(t->dir + have, sizeof t->dir - have, "%.*s", (int)n, text);
}

static void on_done(void *arg, bool ended, int status, const char *words)
{
	struct sent *t = arg;
	t->over = true;
	t->status = ended ? status : -1;
	t->dir[strcspn(t->dir, "\n")] = '\0';
	if (!ended)
		fail_msg("%s: %s", t->cause, words);
}

static const struct act_ops ops = {on_output, on_done};

static bool has_variable(const char *environ_bytes, size_t n, const char *want)
{
	for (size_t i = 0; i < n; i += strlen(environ_bytes + i) + 1)
		if (!strcmp(environ_bytes + i, want))
			return true;
	return false;
}

static int variables(const char *environ_bytes, size_t n)
{
	int count = 0;
	for (size_t i = 0; i < n; i++)
		count += environ_bytes[i] == '\0';
	return count;
}

static void expect_clean(const struct sent *t, const struct passwd *me)
{
	char buf[4096], want[512];
	size_t n = get(t, "environ", buf, sizeof buf);
	assert_true(has_variable(buf, n, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
	assert_true(has_variable(buf, n, "LANG=C.UTF-8"));
	snprintf(want, sizeof want, "HOME=%s", me->pw_dir);
	assert_true(has_variable(buf, n, want));
	snprintf(want, sizeof want, "USER=%s", me->pw_name);
	assert_true(has_variable(buf, n, want));
	snprintf(want, sizeof want, "LOGNAME=%s", me->pw_name);
	assert_true(has_variable(buf, n, want));
	snprintf(want, sizeof want, "SHELL=%s", me->pw_shell);
	assert_true(has_variable(buf, n, want));
	/* a shell that has changed its directory exports PWD; nothing else may come along */
	assert_true(variables(buf, n) <= 7);
	get(t, "stdin", buf, sizeof buf);
	assert_string_equal(buf, "/dev/null\n");
	get(t, "cwd", buf, sizeof buf);
	snprintf(want, sizeof want, "%s\n", me->pw_dir);
	if (access(me->pw_dir, X_OK) == 0)
		assert_string_equal(buf, want);
}

static void check(const struct sent *t, const struct passwd *me)
{
	static char got[1 << 17];
	assert_true(t->over);
	assert_int_equal(t->status, 7);
	size_t n = get(t, "text", got, sizeof got);
	if (n != strlen(t->text) || memcmp(got, t->text, n))
		fail_msg("%s: what ran is not what was shown:\n%s\n----\n%s", t->cause, t->text, got);
	get(t, "argv", got, sizeof got);
	assert_string_equal(got, t->bash ? "bash 2 -c\n" : "sh 2 -c\n");
	expect_clean(t, me);
}

static bool all_over(const struct sent *t, int n)
{
	for (int i = 0; i < n; i++)
		if (!t[i].over)
			return false;
	return true;
}

static void arrive(struct loop *l, struct sent *t, int n)
{
	struct passwd *me = getpwuid(geteuid());
	struct place *p = place_get(l, &(struct place_spec){.kind = PLACE_LOCAL, .name = "backup", .host = "localhost"});
	for (int i = 0; i < n; i++)
		place_act(p, &(struct act_spec){.text = t[i].text, .user = me->pw_name, .shell = t[i].bash ? ACT_BASH : ACT_SH, .timeout_ms = 60000}, &ops, &t[i]);
	for (int64_t end = clock_mono_ms() + 60000; !all_over(t, n) && clock_mono_ms() < end;)
		loop_turn(l, 100);
	for (int i = 0; i < n; i++)
		check(&t[i], me);
}

static const char *const nasty[] = {"it's $(reboot) `x` \"y\" \\ !z *", "ä €", "a", "%s %n\\n"};

/* Every placeholder gets a value that would do harm if it were not quoted. */
static int plan_page(struct arena *a, const struct embedded *e, struct view *v, struct sent *ret, int max)
{
	struct problem p;
	struct plan plan;
	struct server server = {.name = "main", .view = v};
	struct page *page = remedy_find(a, e->cause, &p);
	assert_non_null(page);
	struct answer *answer = arena_alloc(a, sizeof *answer * (size_t)(page->asks + 1));
	struct plan_for f = {.server = &server, .answer = answer, .answers = page->asks};
	for (int i = 0; i < page->n_facts; i++)
		learn(v, page->facts[i], nasty[i % 4]);
	for (int i = 0; i < page->asks; i++)
		answer[i] = (struct answer){page->ask[i].name, nasty[i % 4]};
	plan_make(a, page, &f, &plan);
	assert_in_range(plan.steps, 1, max);
	for (int i = 0; i < plan.steps; i++) {
		assert_non_null(plan.step[i].text);
		ret[i] = (struct sent){.cause = e->cause, .text = plan.step[i].text, .bash = plan.step[i].step->bash};
	}
	return plan.steps;
}

static void every_step_arrives_byte_for_byte(void **state)
{
	(void)state;
	enum { WAVE = 48, PAGE = 24 };
	static struct sent sent[WAVE];
	if (!can_mount)
		skip();
	struct loop *l = loop_new();
	struct view *v = view_new((struct facts *const[SCOPES]){NULL});
	struct arena *a = arena_new();
	int n = 0;
	for (const struct embedded *e = embedded_pages; e->cause; e++) {
		n += plan_page(a, e, v, sent + n, PAGE);
		if (n > WAVE - PAGE || !e[1].cause) {
			arrive(l, sent, n);
			n = 0;
		}
	}
	arena_free(a);
	view_free(v);
	loop_free(l);
}

static void awkward_texts_arrive(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"a", "ends in newlines\n\n\n", " spaces  ", "tab\there", "quote ' \" ` $x $(x) \\ ! # ;", "cat <<'X'\n$x\nX", "ü\xc3\xa9€", "-n",
	};
	enum { TEXTS = sizeof texts / sizeof *texts };
	struct sent sent[2 * TEXTS + 1];
	if (!can_mount)
		skip();
	struct loop *l = loop_new();
	for (int i = 0; i < 2 * TEXTS; i++)
		sent[i] = (struct sent){.cause = "text", .text = texts[i / 2], .bash = i % 2};
	char *big = xmalloc(100001);
	memset(big, 'x', 100000);
	big[100000] = '\0';
	sent[2 * TEXTS] = (struct sent){.cause = "big", .text = big};
	arrive(l, sent, 2 * TEXTS + 1);
	free(big);
	loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_arrives_byte_for_byte),
		cmocka_unit_test(awkward_texts_arrive),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
