/* Our own ssh against a private OpenSSH server on 127.0.0.1 and against fake peers. */
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/str.h"
#include "tests/unit/link/answer.h"
#include "tests/unit/link/peers.h"

static struct {
	char *dir;
	int port, hard_port;
	pid_t plain, hard;
} net;

static struct place *host(struct loop *l, const char *alias)
{
	return place_get(l, &(struct place_spec){.kind = PLACE_SSH, .name = "db", .host = alias});
}

static void need_sshd(void)
{
	const struct passwd *me = getpwuid(geteuid());
	bool no_login = !me || strstr(me->pw_shell, "nologin") || strstr(me->pw_shell, "false");
	if (net.plain > 0 && net.hard > 0 && !no_login)
		return;
	print_message("skipped: %s\n", no_login ? "this user has no login shell" : "no sshd (apt-get install openssh-server)");
	skip();
}

static void login_and_ask(const char *alias, struct answer *login, struct answer *a, struct answer *b)
{
	struct loop *l = loop_new();
	struct place *p = host(l, alias);
	ask(p, ASK_SH, "echo one; exit 3", 10000, a);
	ask(p, ASK_LOGIN, NULL, 10000, login);
	ask(p, ASK_SH, "cat; printf 'two\\n\\n'", 10000, b);
	turn_until(l, &b->replies, 1);
	turn_until(l, &a->replies, 1);
	turn_until(l, &login->replies, 1);
	loop_free(l);
}

static void an_ed25519_key_goes_by_libssh2(void **state)
{
	(void)state;
	struct answer login = {0}, a = {0}, b = {0};
	need_sshd();
	login_and_ask("plain", &login, &a, &b);
	assert_int_equal(login.outcome, REPLY_DONE);
	assert_string_equal(login.via, "libssh2");
	assert_string_equal(login.out, "");
	assert_int_equal(a.status, 3);
	assert_string_equal(a.out, "one\n");
	assert_string_equal(b.out, "two\n\n");
}

static void what_libssh2_cannot_do_goes_by_the_program(void **state)
{
	(void)state;
	static const char *const aliases[] = {"rsa", "hardened", "jump"};
	need_sshd();
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
		struct answer login = {0}, a = {0}, b = {0};
		login_and_ask(aliases[i], &login, &a, &b);
		assert_int_equal(login.outcome, REPLY_DONE);
		assert_string_equal(login.via, "ssh");
		assert_string_equal(a.out, "one\n");
		assert_int_equal(a.status, 3);
		assert_string_equal(b.out, "two\n\n");
	}
}

static void a_key_and_a_host_key_that_are_refused_are_told_apart(void **state)
{
	(void)state;
	struct answer login = {0}, a = {0}, b = {0};
	need_sshd();
	login_and_ask("changed", &login, &a, &b);
	assert_int_equal(a.outcome, REPLY_NO_LINK);
	assert_string_equal(a.stage, "hostkey");
	assert_non_null(strstr(a.words, "REMOTE HOST IDENTIFICATION HAS CHANGED"));
	memset(&a, 0, sizeof a), memset(&b, 0, sizeof b), memset(&login, 0, sizeof login);
	login_and_ask("unknown", &login, &a, &b);
	assert_string_equal(a.stage, "hostkey");
	assert_non_null(strstr(a.words, "Host key verification failed"));
	memset(&a, 0, sizeof a), memset(&b, 0, sizeof b), memset(&login, 0, sizeof login);
	login_and_ask("stranger", &login, &a, &b);
	assert_int_equal(b.outcome, REPLY_NO_LINK);
	assert_string_equal(b.stage, "auth");
	assert_non_null(strstr(b.words, "Permission denied (publickey)"));
}

static void a_channel_that_hangs_ends_at_its_deadline(void **state)
{
	(void)state;
	struct answer slow = {0}, quick = {0}, next = {0};
	need_sshd();
	struct loop *l = loop_new();
	struct place *p = host(l, "plain");
	ask(p, ASK_SH, "echo before; sleep 600", 1500, &slow);
	ask(p, ASK_SH, "echo quick", 5000, &quick);
	turn_until(l, &slow.replies, 1);
	turn_until(l, &quick.replies, 1);
	assert_int_equal(slow.outcome, REPLY_TIMEOUT);
	assert_string_equal(slow.stage, "run");
	assert_true(slow.took >= 900);
	assert_int_equal(quick.outcome, REPLY_DONE);
	place_ask(p, &(struct ask){.how = ASK_SH, .text = "sleep 600", .deadline_ms = 300, .alone = true}, take, &next);
	turn_until(l, &next.replies, 1);
	assert_int_equal(next.outcome, REPLY_TIMEOUT);
	assert_string_equal(next.stage, "run");
	memset(&quick, 0, sizeof quick);
	ask(p, ASK_SH, "echo still here", 5000, &quick);
	turn_until(l, &quick.replies, 1);
	assert_string_equal(quick.out, "still here\n");
	loop_free(l);
}

/* What may hang runs beside the others of its session, and its answer comes whole, whatever is written meanwhile. */
static void what_runs_beside_holds_nothing_up(void **state)
{
	(void)state;
	struct answer hung = {0}, beside[4] = {0}, quick = {0}, login = {0};
	need_sshd();
	struct loop *l = loop_new();
	struct place *p = host(l, "plain");
	ask(p, ASK_LOGIN, NULL, 5000, &login);
	place_ask(p, &(struct ask){.how = ASK_SH, .text = "echo begun; sleep 600", .deadline_ms = 4000, .alone = true}, take, &hung);
	for (int i = 0; i < 4; i++)
		place_ask(p, &(struct ask){.how = ASK_SH, .text = "seq 1 20000; exit 7", .deadline_ms = 5000, .alone = true}, take, &beside[i]);
	ask(p, ASK_SH, "seq 1 20000", 5000, &quick);
	turn_until(l, &quick.replies, 1);
	assert_int_equal(quick.outcome, REPLY_DONE);
	assert_memory_equal(quick.out, "1\n2\n3\n", 6);
	for (int i = 0; i < 4; i++) {
		turn_until(l, &beside[i].replies, 1);
		assert_int_equal(beside[i].outcome, REPLY_DONE);
		assert_int_equal(beside[i].status, 7);
		assert_int_equal(strlen(beside[i].out), strlen(quick.out));
		assert_string_equal(beside[i].out, quick.out);
	}
	assert_int_equal(hung.replies, 0);
	turn_until(l, &hung.replies, 1);
	assert_int_equal(hung.outcome, REPLY_TIMEOUT);
	assert_string_equal(hung.stage, "run");
	loop_free(l);
}

static void much_goes_both_ways(void **state)
{
	(void)state;
	struct answer a = {0};
	need_sshd();
	struct loop *l = loop_new();
	struct str text = {0};
	str_add(&text, "set -- ");
	for (int i = 0; i < 9000; i++)
		str_addf(&text, "word%d ", i);
	str_add(&text, "\necho $#; echo ${9000}; seq 1 200000");
	ask(host(l, "plain"), ASK_SH, text.s, 10000, &a);
	turn_until(l, &a.replies, 1);
	assert_int_equal(a.outcome, REPLY_DONE);
	assert_memory_equal(a.out, "9000\nword8999\n1\n2\n", 18);
	str_free(&text);
	loop_free(l);
}

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

static void acting_is_the_same_over_both(void **state)
{
	(void)state;
	static const char *const aliases[] = {"plain", "rsa"};
	const char *user = getenv("LOGNAME");
	need_sshd();
	for (int i = 0; i < 2; i++) {
		struct loop *l = loop_new();
		struct deed d = {0}, killed = {0};
		struct act_spec s = {.text = "printf '%s|' a \"b  c\"\nenv | cut -d= -f1 | sort | tr '\\n' ' '\nread x\nexit 5\n",
				     .user = user, .timeout_ms = 10000};
		place_act(host(l, aliases[i]), &s, &deed_ops, &d);
		turn_until(l, &d.dones, 1);
		assert_true(d.ended);
		assert_int_equal(d.status, 5);
		assert_memory_equal(str_text(&d.out), "a|b  c|HOME LANG LOGNAME PATH ", 30);
		struct act *a = place_act(host(l, aliases[i]), &(struct act_spec){.text = "echo b; sleep 60", .user = user}, &deed_ops, &killed);
		while (!killed.out.len)
			loop_turn(l, 100);
		act_cancel(a);
		turn_until(l, &killed.dones, 1);
		assert_false(killed.ended);
		str_free(&d.out);
		str_free(&killed.out);
		loop_free(l);
	}
}

/* Over the program and over libssh2 (the alias has a known host key): the stage is the same. */
static void peers_that_are_no_ssh_server_are_told_by_stage(void **state)
{
	(void)state;
	static const struct {
		enum peer peer;
		enum outcome outcome;
		const char *stage;
	} rows[] = {
		{PEER_SILENT, REPLY_TIMEOUT, "banner"},
		{PEER_GARBAGE, REPLY_NO_LINK, "banner"},
		{PEER_HTTP, REPLY_NO_LINK, "banner"},
		{PEER_CLOSES, REPLY_NO_LINK, "banner"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int known = 0; known < 2; known++) {
			struct peer_at peer = peer_start(rows[i].peer);
			struct loop *l = loop_new();
			struct answer a = {0};
			struct place_spec spec = {.kind = PLACE_SSH, .name = "db", .host = known ? "plain" : "127.0.0.1", .port = peer.port};
			ask(place_get(l, &spec), ASK_SH, "echo x", 800, &a);
			turn_until(l, &a.replies, 1);
			assert_int_equal(a.outcome, rows[i].outcome);
			assert_string_equal(a.stage, rows[i].stage);
			assert_in_range(a.took, 0, 4000);
			loop_free(l);
			peer_stop(peer);
		}
}

static void nobody_listens_and_no_such_name(void **state)
{
	(void)state;
	for (int known = 0; known < 2; known++) {
		struct loop *l = loop_new();
		struct answer a = {0}, b = {0};
		struct place_spec closed = {.kind = PLACE_SSH, .name = "db", .host = known ? "plain" : "127.0.0.1", .port = peer_free_port()};
		struct place_spec nowhere = {.kind = PLACE_SSH, .name = "db", .host = "no-such-host.invalid"};
		ask(place_get(l, &closed), ASK_SH, "echo x", 10000, &a);
		ask(place_get(l, &nowhere), ASK_SH, "echo x", 10000, &b);
		turn_until(l, &a.replies, 1);
		turn_until(l, &b.replies, 1);
		assert_int_equal(a.outcome, REPLY_NO_LINK);
		assert_string_equal(a.stage, "connect");
		assert_int_equal(a.sys_errno, 111); /* ECONNREFUSED */
		if (b.outcome == REPLY_NO_LINK)
			assert_string_equal(b.stage, "resolve");
		loop_free(l);
	}
}

/* ---- the private network ---- */

static pid_t start_sshd(const char *dir, const char *name, int port, const char *more)
{
	char config[256];
	snprintf(config, sizeof config, "%s/%s", dir, name);
	FILE *f = fopen(config, "w");
	fprintf(f, "Port %d\nListenAddress 127.0.0.1\nHostKey %s/host\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
		   "AuthorizedKeysFile %s/authorized\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n%s", port, dir, dir, more);
	fclose(f);
	const char *argv[] = {"/usr/sbin/sshd", "-D", "-e", "-f", config, NULL};
	return peer_serve(argv, port);
}

/* ssh takes ~ from the password database, so the tests' ssh is a script that names its configuration. */
static void write_client(const char *dir, int port, int hard)
{
	char path[256];
	snprintf(path, sizeof path, "%s/config", dir);
	FILE *f = fopen(path, "w");
	fprintf(f, "Host plain rsa changed unknown stranger\n Port %d\nHost hardened jump\n Port %d\n", port, hard);
	fprintf(f, "Host rsa\n IdentityFile %s/rsa\nHost stranger\n IdentityFile %s/stranger\nHost changed\n UserKnownHostsFile %s/known.changed\n"
		   "Host unknown\n UserKnownHostsFile /dev/null\nHost jump\n ProxyJump plain\n", dir, dir, dir);
	fprintf(f, "Host * !rsa !stranger\n IdentityFile %s/ed25519\nHost *\n HostName 127.0.0.1\n HostKeyAlias walmedic-test\n IdentitiesOnly yes\n IdentityAgent none\n"
		   " UserKnownHostsFile %s/known\n GlobalKnownHostsFile /dev/null\n", dir, dir);
	fclose(f);
	/* a name that is really to be looked up keeps its own */
	peer_sh("sed -i 's/^Host \\*$/Host * !no-such-host.invalid/' '%s'", path);
	peer_sh("mkdir %s/bin; printf '#!/bin/sh\\nexec /usr/bin/ssh -F %s/config \"$@\"\\n' >%s/bin/ssh; chmod +x %s/bin/ssh", dir, dir, dir, dir);
}

static int net_up(void **state)
{
	(void)state;
	char *dir = net.dir = peer_mkdir(), path[8192];
	peer_sh("cd %s && for k in ed25519 host other stranger; do ssh-keygen -q -t ed25519 -N '' -f $k; done; ssh-keygen -q -t rsa -b 2048 -N '' -f rsa;"
		"cat ed25519.pub rsa.pub >authorized; echo \"walmedic-test $(cut -d' ' -f1,2 host.pub)\" >known;"
		"echo \"walmedic-test $(cut -d' ' -f1,2 other.pub)\" >known.changed; ssh-keygen -H -f known >/dev/null 2>&1; rm -f known.old", dir);
	net.port = peer_free_port();
	net.hard_port = peer_free_port();
	write_client(dir, net.port, net.hard_port);
	snprintf(path, sizeof path, "%s/bin:%s", dir, getenv("PATH"));
	setenv("PATH", path, 1);
	unsetenv("SSH_AUTH_SOCK");
	FILE *f = popen("id -un", "r");
	char user[64] = "";
	if (fgets(user, sizeof user, f))
		user[strcspn(user, "\n")] = '\0';
	pclose(f);
	setenv("LOGNAME", user, 1);
	if (access("/usr/sbin/sshd", X_OK) != 0)
		return 0;
	if (geteuid() == 0)
		mkdir("/run/sshd", 0755); /* sshd of root wants it */
	net.plain = start_sshd(dir, "plain.conf", net.port, "");
	net.hard = start_sshd(dir, "hard.conf", net.hard_port, "MACs hmac-sha2-256-etm@openssh.com\nCiphers chacha20-poly1305@openssh.com\n");
	return 0;
}

static int net_down(void **state)
{
	(void)state;
	if (net.plain > 0)
		peer_end(net.plain);
	if (net.hard > 0)
		peer_end(net.hard);
	peer_rmdir(net.dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ed25519_key_goes_by_libssh2),
		cmocka_unit_test(what_libssh2_cannot_do_goes_by_the_program),
		cmocka_unit_test(a_key_and_a_host_key_that_are_refused_are_told_apart),
		cmocka_unit_test(a_channel_that_hangs_ends_at_its_deadline),
		cmocka_unit_test(what_runs_beside_holds_nothing_up),
		cmocka_unit_test(much_goes_both_ways),
		cmocka_unit_test(acting_is_the_same_over_both),
		cmocka_unit_test(peers_that_are_no_ssh_server_are_told_by_stage),
		cmocka_unit_test(nobody_listens_and_no_such_name),
	};
	return cmocka_run_group_tests(tests, net_up, net_down);
}
