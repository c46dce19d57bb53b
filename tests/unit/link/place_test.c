/* Places for real: this machine, a command that carries a shell, acting. `sh -c` stands for ssh. */
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/secret.h"
#include "probes/base/str.h"
#include "probes/link/loop_uv.h"
#include "tests/unit/link/answer.h"

static struct place *local(struct loop *l)
{
	return place_get(l, &(struct place_spec){.kind = PLACE_LOCAL, .name = "backup", .host = "localhost"});
}

static struct place *via(struct loop *l, const char *command)
{
	return place_get(l, &(struct place_spec){.kind = PLACE_VIA, .name = "pipeline", .host = "db1", .parent = local(l), .command = command});
}

static void this_machine_answers_in_a_clean_environment(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct answer a = {0}, b = {0}, c = {0};
	setenv("PGPASSWORD", "geheim99", 1);
	ask(local(l), ASK_SH, "env | sort | cut -d= -f1 | tr '\\n' ' '; pwd; cat", 5000, &a);
	ask(local(l), ASK_SH, "echo out; echo err >&2; exit 7", 5000, &b);
	ask(local(l), ASK_SH, "printf 'a\\033[2Jb password=hunter22\\n'", 5000, &c);
	turn_until(l, &a.replies, 1);
	turn_until(l, &b.replies, 1);
	turn_until(l, &c.replies, 1);
	assert_int_equal(a.outcome, REPLY_DONE);
	assert_non_null(strstr(a.out, "HOME LANG LOGNAME PATH "));
	assert_null(strstr(a.out, "PGPASS"));
	assert_int_equal(b.status, 7);
	assert_string_equal(b.out, "out\nerr\n");
	assert_non_null(strstr(c.out, "a<1B>[2Jb password=<secret:"));
	loop_free(l);
}

static void ten_megabytes_are_cut_at_the_door(void **state)
{
	(void)state;
	static const char *const floods[] = {"head -c 10000000 /dev/zero", "head -c 10000000 /dev/zero | tr '\\0' x", "yes '' | head -c 10000000",
					     "yes \"$(printf '\\377\\033[2J')\" | head -c 10000000"};
	for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
		struct loop *l = loop_new();
		struct place *p = via(l, "env -i PATH=/usr/bin:/bin sh -c");
		struct answer here = {0}, there = {0}, after = {0};
		ask(local(l), ASK_SH, floods[i], 15000, &here);
		ask(p, ASK_SH, floods[i], 15000, &there);
		ask(p, ASK_SH, "echo after", 15000, &after);
		turn_until(l, &here.replies, 1);
		turn_until(l, &there.replies, 1);
		turn_until(l, &after.replies, 1);
		assert_int_equal(here.outcome, REPLY_DONE);
		assert_int_equal(there.outcome, REPLY_DONE);
		assert_in_range(here.out_len, 0, (256 << 10) + 16);
		assert_in_range(there.out_len, 0, (256 << 10) + 16);
		assert_null(strchr(there.out, 27));
		assert_string_equal(after.out, "after\n");
		loop_free(l);
	}
}

static void a_question_that_hangs_ends_at_its_deadline(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct answer slow = {0}, quick = {0};
	ask(local(l), ASK_SH, "sleep 600", 300, &slow);
	ask(local(l), ASK_SH, "echo here", 5000, &quick);
	turn_until(l, &quick.replies, 1);
	assert_int_equal(slow.replies, 0);
	turn_until(l, &slow.replies, 1);
	assert_int_equal(slow.outcome, REPLY_TIMEOUT);
	assert_true(slow.took >= 250);
	loop_free(l);
}

static void one_session_answers_many_questions(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct place *p = via(l, "env -i PATH=/usr/bin:/bin sh -c");
	struct answer login = {0}, first = {0}, second = {0}, third = {0};
	ask(p, ASK_LOGIN, NULL, 5000, &login);
	ask(p, ASK_SH, "echo $PPID; printf 'x\\n\\n'", 5000, &first);
	ask(p, ASK_SH, "exit 3", 5000, &second);
	turn_until(l, &second.replies, 1);
	turn_until(l, &login.replies, 1);
	assert_int_equal(login.outcome, REPLY_DONE);
	assert_string_equal(login.out, "");
	assert_int_equal(second.status, 3);
	assert_non_null(strstr(first.out, "\nx\n"));
	ask(p, ASK_SH, "echo later", 5000, &third);
	turn_until(l, &third.replies, 1);
	assert_string_equal(third.out, "later\n");
	assert_string_equal(third.via, "pipeline");
	loop_free(l);
}

/* The most lines "+" that no "-" has followed yet. */
static int most_at_once(const char *path)
{
	int now = 0, most = 0, c;
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while ((c = getc(f)) != EOF) {
		now += c == '+' ? 1 : c == '-' ? -1 : 0;
		most = now > most ? now : most;
	}
	fclose(f);
	return most;
}

/* Hundreds of servers may be kept by one host: it is not asked everything at the same time, and every question is answered. */
static void a_fleet_does_not_storm_its_host(void **state)
{
	(void)state;
	enum { MANY = 40 };
	struct loop *l = loop_new();
	struct place *p = via(l, "env -i PATH=/usr/bin:/bin sh -c");
	static struct answer answer[2 * MANY];
	char path[] = "/tmp/walmedic-fleet-XXXXXX", text[120], want[8];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	for (int i = 0; i < 2 * MANY; i++) {
		snprintf(text, sizeof text, "echo + >>%s; sleep %s; echo - >>%s; echo %d", path, i < MANY ? "0.4" : "0", path, i);
		place_ask(p, &(struct ask){.how = ASK_SH, .text = text, .deadline_ms = 5000, .alone = i < MANY}, take, &answer[i]);
	}
	for (int i = 0; i < 2 * MANY; i++) {
		turn_until(l, &answer[i].replies, 1);
		snprintf(want, sizeof want, "%d\n", i);
		assert_string_equal(answer[i].out, want);
	}
	/* at most 11, but those that take longer than a second no longer count, and this machine may be slow */
	assert_in_range(most_at_once(path), 2, 30);
	close(fd);
	unlink(path);
	loop_free(l);
}

/* More questions hang than may run at a time: the others still get their turn before the deadline of those. */
static void what_hangs_no_longer_counts(void **state)
{
	(void)state;
	enum { HANG = 14 };
	struct loop *l = loop_new();
	struct place *p = via(l, "env -i PATH=/usr/bin:/bin sh -c");
	static struct answer hung[HANG];
	struct answer quick = {0};
	for (int i = 0; i < HANG; i++)
		place_ask(p, &(struct ask){.how = ASK_SH, .text = "sleep 600", .deadline_ms = 8000, .alone = true}, take, &hung[i]);
	place_ask(p, &(struct ask){.how = ASK_SH, .text = "echo quick", .deadline_ms = 8000, .alone = true}, take, &quick);
	turn_until(l, &quick.replies, 1);
	assert_string_equal(quick.out, "quick\n");
	for (int i = 0; i < HANG; i++)
		assert_int_equal(hung[i].replies, 0);
	loop_free(l);
}

static void noise_before_the_mark_is_the_logins_own(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct place *p = via(l, "noisy() { echo Welcome to db1; sh -c \"$1\"; }; noisy");
	struct answer login = {0}, a = {0};
	ask(p, ASK_LOGIN, NULL, 5000, &login);
	ask(p, ASK_SH, "echo clean", 5000, &a);
	turn_until(l, &a.replies, 1);
	turn_until(l, &login.replies, 1);
	assert_non_null(strstr(login.out, "Welcome to db1"));
	assert_string_equal(a.out, "clean\n");
	loop_free(l);
}

static int count_lines(const char *path)
{
	int n = 0, c;
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while ((c = getc(f)) != EOF)
		n += c == '\n';
	fclose(f);
	return n;
}

static void a_refused_login_tells_stage_and_words_and_backs_off(void **state)
{
	(void)state;
	char path[] = "/tmp/walmedic-tries-XXXXXX", command[256];
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	snprintf(command, sizeof command,
		 "refuse() { echo try >>%s; echo 'postgres@db1: Permission denied (publickey).' >&2; exit 255; }; refuse", path);
	struct loop *l = loop_new();
	struct place *p = via(l, command);
	struct answer login = {0}, a = {0}, again = {0};
	ask(p, ASK_LOGIN, NULL, 5000, &login);
	ask(p, ASK_SH, "echo x", 5000, &a);
	turn_until(l, &a.replies, 1);
	turn_until(l, &login.replies, 1);
	assert_int_equal(login.outcome, REPLY_NO_LINK);
	assert_string_equal(login.stage, "auth");
	assert_non_null(strstr(login.words, "Permission denied (publickey)"));
	assert_int_equal(a.outcome, REPLY_NO_LINK);
	ask(p, ASK_LOGIN, NULL, 5000, &again);
	turn_until(l, &again.replies, 1);
	assert_string_equal(again.stage, "auth");
	assert_int_equal(count_lines(path), 1); /* repeated, not tried again */
	place_retry_now(p);
	ask(p, ASK_LOGIN, NULL, 5000, &again);
	turn_until(l, &again.replies, 2);
	assert_int_equal(count_lines(path), 2);
	loop_free(l);
	close(fd);
	unlink(path);
}

/* ---- acting ---- */

struct deed {
	struct str out;
	int dones, status;
	bool ended;
	char words[256];
};

static void deed_output(void *arg, const char *text, size_t n)
{
	str_addn(&((struct deed *)arg)->out, text, n);
}

static void deed_done(void *arg, bool ended, int status, const char *words)
{
	struct deed *d = arg;
	d->dones++;
	d->ended = ended;
	d->status = status;
	snprintf(d->words, sizeof d->words, "%s", words);
}

static const struct act_ops deed_ops = {deed_output, deed_done};

static const char *me(void)
{
	static char name[64];
	FILE *f = popen("id -un", "r");
	assert_non_null(fgets(name, sizeof name, f));
	pclose(f);
	name[strcspn(name, "\n")] = '\0';
	return name;
}

static void what_is_shown_is_what_runs(void **state)
{
	(void)state;
	static const char *const texts[] = {"true", "x='a  b'\nprintf '%s\\n' \"$x\" \"\\t$0\"", "echo 'it'\\''s'; exit 5\n\n", "echo $$; read x; echo \"[$x]\""};
	static const enum act_shell kinds[] = {ACT_SH, ACT_BASH};
	struct loop *l = loop_new();
	struct place *ways[] = {local(l), via(l, "env -i PATH=/usr/bin:/bin sh -c")};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (int w = 0; w < 2; w++)
			for (int k = 0; k < 2; k++) {
				/* The witness: a T that prints its own shell's argument, which is T. */
				struct str witness = {0};
				struct deed d = {0};
				str_addf(&witness, "tr '\\0' '\\n' </proc/$$/cmdline | tail -n +3; exit 0\n%s", texts[i]);
				struct act_spec s = {.text = witness.s, .user = me(), .shell = kinds[k], .timeout_ms = 10000};
				place_act(ways[w], &s, &deed_ops, &d);
				turn_until(l, &d.dones, 1);
				assert_true(d.ended);
				str_addc(&witness, '\n');
				assert_string_equal(str_text(&d.out), witness.s);
				str_free(&d.out);
				str_free(&witness);
			}
	loop_free(l);
}

static void what_the_ssh_says_of_itself_is_no_output(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct deed d = {0};
	struct place *p = via(l, "sh -c 'echo debug1: before >&2; sh -c \"$1\"; r=$?; echo debug1: Exit status 3 >&2; exit $r' ssh");
	struct act_spec s = {.text = "echo debug1: channel 0: free >&2; echo Transferred: sent 1 >&2; echo words >&2; printf last >&2; exit 3",
			     .user = me(), .timeout_ms = 10000};
	place_act(p, &s, &deed_ops, &d);
	turn_until(l, &d.dones, 1);
	assert_int_equal(d.status, 3);
	assert_string_equal(str_text(&d.out), "words\nlast");
	str_free(&d.out);
	loop_free(l);
}

/* What is surely no secret is not kept waiting by the one that may follow. */
static void a_secret_in_two_reads_is_masked_and_nothing_else_waits(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct deed d = {0};
	char wait[] = "/tmp/walmedic-test-XXXXXX", text[400];
	secret_learn("geheim99geheim99");
	assert_int_not_equal(close(mkstemp(wait)), -1);
	snprintf(text, sizeof text, "printf 'who? gehei'; while [ -e %s ]; do sleep 0.02; done; printf 'm99geheim99 password=ab'; sleep 0.1; "
		 "printf 'cdef99 \303'; sleep 0.1; printf '\244'; printf 'x geheim99ge' >&2; sleep 0.1; echo heim99 >&2; printf 'ge'", wait);
	place_act(local(l), &(struct act_spec){.text = text, .user = me(), .timeout_ms = 10000}, &deed_ops, &d);
	while (!d.out.len)
		loop_turn(l, 100);
	assert_string_equal(str_text(&d.out), "who? ");
	unlink(wait);
	turn_until(l, &d.dones, 1);
	assert_null(strstr(str_text(&d.out), "geheim99"));
	assert_null(strstr(str_text(&d.out), "cdef99"));
	assert_non_null(strstr(str_text(&d.out), "who? <secret:"));
	assert_non_null(strstr(str_text(&d.out), "> \303\244"));
	assert_non_null(strstr(str_text(&d.out), "x <secret:"));
	assert_string_equal(d.out.s + d.out.len - 2, "ge");
	str_free(&d.out);
	loop_free(l);
}

static void the_exit_status_and_the_way_it_ends_are_told(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct deed d = {0}, killed = {0}, late = {0};
	place_act(local(l), &(struct act_spec){.text = "echo a; exit 5", .user = me()}, &deed_ops, &d);
	turn_until(l, &d.dones, 1);
	assert_int_equal(d.status, 5);
	assert_string_equal(str_text(&d.out), "a\n");
	struct act *a = place_act(local(l), &(struct act_spec){.text = "echo b; sleep 600", .user = me()}, &deed_ops, &killed);
	while (!killed.out.len)
		loop_turn(l, 100);
	act_cancel(a);
	turn_until(l, &killed.dones, 1);
	assert_false(killed.ended);
	assert_non_null(strstr(killed.words, "not known"));
	place_act(local(l), &(struct act_spec){.text = "sleep 600", .user = me(), .timeout_ms = 300}, &deed_ops, &late);
	turn_until(l, &late.dones, 1);
	assert_false(late.ended);
	str_free(&d.out);
	str_free(&killed.out);
	loop_free(l);
}

static void a_secret_is_in_no_argument_list(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct place *ways[] = {local(l), via(l, "env -i PATH=/usr/bin:/bin sh -c")};
	/* nobody else on this machine has written it into an argument */
	char value[60], text[200], expected[80];
	snprintf(value, sizeof value, "it's \"$x\" %ld", (long)getpid());
	snprintf(text, sizeof text, "printf '%%s|' \"$walmedic_password\"; cat /proc/[0-9]*/cmdline 2>/dev/null | grep -ac 'i[t].s .$x. %ld'", (long)getpid());
	snprintf(expected, sizeof expected, "%s|0\n", value);
	struct act_secret secret = {"walmedic_password", value};
	for (int w = 0; w < 2; w++) {
		struct deed d = {0};
		struct act_spec s = {.text = text, .user = me(), .timeout_ms = 10000, .secret = &secret, .secrets = 1};
		place_act(ways[w], &s, &deed_ops, &d);
		turn_until(l, &d.dones, 1);
		assert_string_equal(str_text(&d.out), expected);
		str_free(&d.out);
	}
	loop_free(l);
}

static void a_line_for_the_console_host_is_quoted(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct place *p = place_get(l, &(struct place_spec){.kind = PLACE_SSH, .name = "db", .host = "db1", .login = "root", .port = 2222});
	char *line = place_act_command_line(p, &(struct act_spec){.text = "id\n", .user = "postgres"});
	assert_string_equal(line, "ssh -p 2222 root@db1 'cd ~postgres && runuser -u postgres -- env -i HOME=\"$PWD\" USER=postgres LOGNAME=postgres"
				  " SHELL=/bin/sh PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 sh -c id </dev/null'");
	free(line);
	loop_free(l);
}

static void run_line(const char *line, char *ret, size_t size)
{
	FILE *f = popen(line, "r");
	size_t n = fread(ret, 1, size - 1, f);
	ret[n] = '\0';
	pclose(f);
}

/* The line is one line, whatever T is, and does what running T does: also through the pipeline's own ssh. */
static void the_line_for_the_console_host_does_the_same(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"env | cut -d= -f1 | sort | tr '\\n' ' '; pwd",
		"x='a  b'\nprintf '%s\\n' \"$x\" '\\t'\nread y; echo \"[$y]\"\n\n",
		"echo 'it'\\''s' \"$HOME\"; cat",
	};
	const struct passwd *pw = getpwuid(geteuid());
	if (!pw || access(pw->pw_dir, X_OK) != 0)
		skip(); /* the line begins in the user's home */
	struct loop *l = loop_new();
	struct place *ways[] = {local(l), via(l, "env -i PATH=/usr/bin:/bin sh -c"),
		place_get(l, &(struct place_spec){.kind = PLACE_VIA, .name = "pipeline", .host = "db1", .parent = local(l), .as = me(),
						  .command = "env -i PATH=/usr/bin:/bin sh -c"})};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
			struct deed d = {0};
			char out[4096];
			struct act_spec s = {.text = texts[i], .user = me(), .timeout_ms = 10000};
			char *line = place_act_command_line(ways[w], &s);
			assert_null(strchr(line, '\n'));
			run_line(line, out, sizeof out);
			place_act(ways[w], &s, &deed_ops, &d);
			turn_until(l, &d.dones, 1);
			assert_string_equal(str_text(&d.out), out);
			str_free(&d.out);
			free(line);
		}
	loop_free(l);
}

static void never(void *arg)
{
	(void)arg;
	fail();
}

/* It is part of other memory, which the loop must not free. */
static void a_deadline_that_nobody_closed_is_let_go(void **state)
{
	(void)state;
	struct {
		int before;
		struct deadline deadline;
	} *owner = xcalloc(1, sizeof *owner);
	struct loop *l = loop_new();
	deadline_init(l, &owner->deadline, never, NULL);
	deadline_set(&owner->deadline, 60000);
	loop_free(l);
	owner->before = 1;
	free(owner);
}

/* As when a terminal is lost: its end is read, and SIGHUP comes as well, when nobody is there any more. */
static void a_signal_that_comes_at_the_end_calls_nobody(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	loop_signal_watch(l, SIGUSR1, never, NULL);
	raise(SIGUSR1);
	loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_machine_answers_in_a_clean_environment),
		cmocka_unit_test(ten_megabytes_are_cut_at_the_door),
		cmocka_unit_test(a_question_that_hangs_ends_at_its_deadline),
		cmocka_unit_test(one_session_answers_many_questions),
		cmocka_unit_test(a_fleet_does_not_storm_its_host),
		cmocka_unit_test(what_hangs_no_longer_counts),
		cmocka_unit_test(noise_before_the_mark_is_the_logins_own),
		cmocka_unit_test(a_refused_login_tells_stage_and_words_and_backs_off),
		cmocka_unit_test(what_is_shown_is_what_runs),
		cmocka_unit_test(what_the_ssh_says_of_itself_is_no_output),
		cmocka_unit_test(a_secret_in_two_reads_is_masked_and_nothing_else_waits),
		cmocka_unit_test(the_exit_status_and_the_way_it_ends_are_told),
		cmocka_unit_test(a_secret_is_in_no_argument_list),
		cmocka_unit_test(a_line_for_the_console_host_is_quoted),
		cmocka_unit_test(the_line_for_the_console_host_does_the_same),
		cmocka_unit_test(a_deadline_that_nobody_closed_is_let_go),
		cmocka_unit_test(a_signal_that_comes_at_the_end_calls_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
