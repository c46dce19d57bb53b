#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/catalogue/host/ssh_login.h"
#include "probes/engine/view.h"
#include "tests/unit/catalogue/ssh_captures.h"

static const struct capture *capture(const char *name)
{
	for (size_t i = 0; i < sizeof captures / sizeof *captures; i++)
		if (!strcmp(captures[i].name, name))
			return &captures[i];
	fail_msg("no capture %s", name);
	return NULL;
}

static struct ssh_try try_of(const struct capture *c)
{
	return (struct ssh_try){.reached = c->status == 0 && strcmp(c->name, "forced"), .status = c->status, .stage = "",
				.err = c->err, .out = c->out};
}

static void each_real_failure_has_its_name(void **state)
{
	(void)state;
	static const char *const expected[][2] = {
		{"ok", "none"}, {"dns", "dns"}, {"port_refused", "refused"}, {"timeout", "timeout"}, {"no_banner", "no_banner"},
		{"throttled", "throttled"}, {"kex", "no_common_algorithm"}, {"hostkey_unknown", "hostkey_unknown"},
		{"hostkey_changed", "hostkey_changed"}, {"key_missing", "key_missing"}, {"key_permissions", "key_permissions"},
		{"key_passphrase", "key_passphrase"}, {"key_refused", "key_refused"}, {"allow", "key_refused"},
		{"shell_missing", "key_refused"}, {"locked_nopam", "key_refused"}, {"nouser", "key_refused"},
		{"expired", "account_locked"}, {"nologin_file", "closed"}, {"nologin_shell", "login_shell"},
		{"forced", "forced_command"}, {"noisy", "noisy_shell"}, {"badopt", "failing"}};
	assert_int_equal(sizeof expected / sizeof *expected, sizeof captures / sizeof *captures);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		struct ssh_try t = try_of(capture(expected[i][0]));
		assert_string_equal(ssh_fault(&t), expected[i][1]);
	}
}

/* Cut anywhere, an answer that did not reach our mark is never called well, and never crashes. */
static void cut_words_are_never_ok(void **state)
{
	(void)state;
	char cut[8192];
	for (size_t i = 0; i < sizeof captures / sizeof *captures; i++) {
		struct ssh_try t = try_of(&captures[i]);
		t.reached = false;
		t.err = cut;
		for (size_t n = 0; n < strlen(captures[i].err) && n < sizeof cut; n++) {
			memcpy(cut, captures[i].err, n);
			cut[n] = '\0';
			const char *fault = ssh_fault(&t);
			assert_true(!fault || strcmp(fault, "none"));
		}
	}
}

static void a_server_that_takes_no_keys_refuses_them(void **state)
{
	(void)state;
	struct ssh_try t = {.status = 255, .stage = "", .out = "", .err = "postgres@db1: Permission denied (password,keyboard-interactive).\n"};
	assert_string_equal(ssh_fault(&t), "key_refused");
	t.err = "postgres@db1: Permission denied (publickey,password).\n";
	assert_string_equal(ssh_fault(&t), "key_missing");
}

static void silence_says_nothing(void **state)
{
	(void)state;
	assert_null(ssh_fault(&(struct ssh_try){.stage = "", .err = "", .out = ""}));
	assert_null(ssh_fault(&(struct ssh_try){.timed_out = true, .stage = "", .err = "", .out = ""}));
	assert_string_equal(ssh_fault(&(struct ssh_try){.reached = true, .stage = "", .err = "", .out = "\r\n \n"}), "none");
}

static void a_deadline_is_named_by_its_stage(void **state)
{
	(void)state;
	struct ssh_try t = {.timed_out = true, .stage = "connect", .err = "", .out = ""};
	assert_string_equal(ssh_fault(&t), "timeout");
	t.stage = "banner";
	assert_string_equal(ssh_fault(&t), "no_banner");
	t.stage = "auth";
	t.err = "debug1: Connecting to db1 [10.77.0.3] port 22.\ndebug1: Connection established.\ndebug1: Remote protocol version 2.0\n";
	assert_string_equal(ssh_fault(&t), "failing");
	t.stage = "";
	t.err = "debug1: Connecting to db1 [10.77.0.3] port 22.\ndebug1: Connection established.\n";
	assert_string_equal(ssh_fault(&t), "no_banner");
	t.err = "OpenSSH_9.2p1 Debian-2+deb12u10\ndebug1: Reading configuration data /etc/ssh/ssh_config\n";
	assert_string_equal(ssh_fault(&t), "dns");
	t.err = "OpenSSH_9.2p1 Debian-2+deb12u10\ndebug1: Executing proxy command: exec ssh -W '[db1]:22' bastion\n";
	assert_string_equal(ssh_fault(&t), "failing");
	t = (struct ssh_try){.status = 255, .stage = "", .out = "", .err = "ssh: Could not resolve hostname bastion: Name or service not known\n"
			     "kex_exchange_identification: Connection closed by remote host\nConnection closed by UNKNOWN port 65535\n"};
	assert_string_equal(ssh_fault(&t), "failing");
	/* the jump host's ssh ended before ours had written to it */
	t.err = "ssh: Could not resolve hostname bastion: Name or service not known\nbanner exchange: Connection to UNKNOWN port 65535: Broken pipe\n";
	assert_string_equal(ssh_fault(&t), "failing");
}

static void a_missing_client_is_not_the_far_side(void **state)
{
	(void)state;
	struct ssh_try t = {.status = 127, .stage = "", .err = "env: 'ssh': No such file or directory\n", .out = ""};
	assert_string_equal(ssh_fault(&t), "client_missing");
	t.err = "OpenSSH_9.2p1 Debian-2+deb12u10\nAuthenticated to db1 ([10.77.0.3]:22) using \"publickey\".\nsh: not found\n";
	assert_string_equal(ssh_fault(&t), "failing");
}

static void what_was_said_becomes_facts(void **state)
{
	(void)state;
	struct view *v = view_new(NULL);
	struct ssh_try t = try_of(capture("hostkey_changed"));
	ssh_learn(v, "ssh.to_db", &t);
	assert_string_equal(know(v, "ssh.to_db.hostkey_type"), "ssh-ed25519");
	assert_string_equal(know(v, "ssh.to_db.hostkey"), "SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI");
	assert_string_equal(know(v, "ssh.to_db.known_name"), "db1");
	assert_string_equal(know(v, "ssh.to_db.known_file"), "/var/lib/barman/.ssh/known_hosts");
	assert_string_equal(know(v, "ssh.to_db.address"), "10.77.0.3");
	assert_string_equal(know(v, "ssh.to_db.port"), "22");
	assert_string_equal(know(v, "ssh.to_db.user"), "postgres");
	assert_true(know_yes(v, "ssh.to_db.ask_hostkeys"));
	assert_false(know_yes(v, "ssh.to_db.ask_far"));
	assert_null(strstr(know(v, "ssh.to_db.words"), "debug1"));
	t = try_of(capture("key_refused"));
	ssh_learn(v, "ssh.to_db", &t);
	assert_string_equal(know(v, "ssh.to_db.offered"), "SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI");
	assert_string_equal(know(v, "ssh.to_db.words"), "postgres@db1: Permission denied (publickey,password).");
	assert_true(know_yes(v, "ssh.to_db.ask_far"));
	assert_false(know_yes(v, "ssh.to_db.ask_hostkeys"));
	view_free(v);
}

static void nothing_old_stays(void **state)
{
	(void)state;
	struct view *v = view_new(NULL);
	struct ssh_try t = try_of(capture("key_refused"));
	ssh_learn(v, "ssh.to_db", &t);
	learn(v, "ssh.to_db.far.end", "1");
	t = try_of(capture("ok"));
	ssh_learn(v, "ssh.to_db", &t);
	assert_string_equal(know(v, "ssh.to_db.fault"), "none");
	assert_null(know(v, "ssh.to_db.far.end"));
	ssh_forget(v, "ssh.to_db");
	assert_null(know(v, "ssh.to_db.fault"));
	view_free(v);
}

static void hostile_words_do_no_harm(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"debug1: Connecting to ", "debug1: Connecting to x [", "debug1: Authenticating to  as '", "debug1: Server host key: ",
		"debug1: Server host key: x", "Offending  key in ", "Offending x key in y", "Host key for ", " host key is known for ",
		"debug1: Offering public key:", "debug1: Offering public key: SHA256:", "debug1: Connecting to  [] port ", "\r", "@@@"};
	struct view *v = view_new(NULL);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		ssh_learn(v, "ssh.to_db", &(struct ssh_try){.status = 255, .stage = "", .err = lines[i], .out = ""});
		const char *fault = know(v, "ssh.to_db.fault");
		assert_true(!fault || strcmp(fault, "none"));
	}
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_real_failure_has_its_name),
		cmocka_unit_test(cut_words_are_never_ok),
		cmocka_unit_test(a_server_that_takes_no_keys_refuses_them),
		cmocka_unit_test(silence_says_nothing),
		cmocka_unit_test(a_deadline_is_named_by_its_stage),
		cmocka_unit_test(a_missing_client_is_not_the_far_side),
		cmocka_unit_test(what_was_said_becomes_facts),
		cmocka_unit_test(nothing_old_stays),
		cmocka_unit_test(hostile_words_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
