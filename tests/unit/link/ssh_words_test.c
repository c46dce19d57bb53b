/* Texts of OpenSSH 9.2p1 as they came from it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probes/link/ssh_words.h"

#define HELLO "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.20\r\ndebug1: Reading configuration data /etc/ssh/ssh_config\r\n"
#define CONNECTING HELLO "debug1: Connecting to db1 [10.0.0.5] port 22.\r\n"
#define CONNECTED CONNECTING "debug1: Connection established.\r\ndebug1: Local version string SSH-2.0-OpenSSH_9.2p1\r\n"
#define BANNER CONNECTED "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1\r\n"
#define HOSTKEY BANNER "debug1: SSH2_MSG_KEXINIT sent\r\ndebug1: Server host key: ssh-ed25519 SHA256:abc\r\n"
#define AUTH HOSTKEY "debug1: SSH2_MSG_NEWKEYS received\r\n"
#define SESSION AUTH "Authenticated to db1 ([10.0.0.5]:22) using \"publickey\".\r\ndebug1: Entering interactive session.\r\n"

static void every_way_to_fail_has_its_stage(void **state)
{
	(void)state;
	static const struct {
		const char *err, *stage;
		int status, sys_errno;
		bool refused;
	} rows[] = {
		{"ssh: Could not resolve hostname db9: Name or service not known\r\n", "resolve", 255, 0, false},
		{"ssh: Could not resolve hostname db9: Temporary failure in name resolution\r\n", "resolve", 255, 0, false},
		{"ssh: connect to host db1 port 22: Connection refused\r\n", "connect", 255, ECONNREFUSED, false},
		{"ssh: connect to host db1 port 22: Connection timed out\r\n", "connect", 255, ETIMEDOUT, false},
		{"ssh: connect to host db1 port 22: No route to host\r\n", "connect", 255, EHOSTUNREACH, false},
		{"ssh: connect to host db1 port 22: Network is unreachable\r\n", "connect", 255, ENETUNREACH, false},
		{"kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.5 port 22\r\n", "banner", 255, 0, true},
		{"kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by 10.0.0.5 port 22\r\n", "banner", 255, 0, true},
		{"kex_exchange_identification: banner line contains invalid characters\r\nbanner exchange: Connection to 10.0.0.5 port 80: invalid format\r\n", "banner", 255, 0, true},
		{"Connection timed out during banner exchange\r\nConnection to 10.0.0.5 port 22 timed out\r\n", "banner", 255, 0, true},
		{"Unable to negotiate with 10.0.0.5 port 22: no matching host key type found. Their offer: ssh-rsa\r\n", "kex", 255, 0, false},
		{"Unable to negotiate with 10.0.0.5 port 22: no matching MAC found. Their offer: hmac-md5\r\n", "kex", 255, 0, false},
		{"No ED25519 host key is known for db1 and you have requested strict checking.\r\nHost key verification failed.\r\n", "hostkey", 255, 0, false},
		{"@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\nHost key verification failed.\r\n", "hostkey", 255, 0, false},
		{"postgres@db1: Permission denied (publickey,password).\r\n", "auth", 255, 0, true},
		{"@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\r\nPermissions 0644 for 'k' are too open.\r\nLoad key \"k\": bad permissions\r\n"
		 "postgres@db1: Permission denied (publickey).\r\n", "auth", 255, 0, true},
		{"Received disconnect from 10.0.0.5 port 22:2: Too many authentication failures\r\n", "auth", 255, 0, true},
		{"Connection closed by 10.0.0.5 port 22\r\n", "auth", 255, 0, true},
		{"This account is currently not available.\r\n", "session", 1, 0, false},
		{"", "session", 0, 0, false},
		{"bash: line 1: exec: sh: not found\r\n", "client", 127, 0, false},
		{"sh: 1: ssh: not found\n", "client", 127, 0, false},
		{"sh: line 1: ssh: command not found\n", "client", 127, 0, false},
		{"/var/lib/barman/.ssh/config: line 3: Bad configuration option: hostnam\r\n", "client", 255, 0, false},
		{"Bad owner or permissions on /var/lib/barman/.ssh/config\r\n", "client", 255, 0, false},
		{"", "", 255, 0, false},
		/* with -v the debug lines must not be taken for the fault */
		{CONNECTING "debug1: connect to address 10.0.0.5 port 22: Connection refused\r\nssh: connect to host db1 port 22: Connection refused\r\n",
		 "connect", 255, ECONNREFUSED, false},
		{AUTH "debug1: Authentications that can continue: publickey\r\npostgres@db1: Permission denied (publickey).\r\n", "auth", 255, 0, true},
		{BANNER "Connection closed by 10.0.0.5 port 22\r\n", "kex", 255, 0, true},
		{AUTH "Connection closed by 10.0.0.5 port 22\r\n", "auth", 255, 0, true},
		{SESSION "debug1: Exit status 1\r\n", "session", 1, 0, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ssh_fault f;
		ssh_words_fault(rows[i].err, rows[i].status, &f);
		if (f.sys_errno != rows[i].sys_errno || f.refused != rows[i].refused)
			print_message("row %zu: %s\n", i, rows[i].err);
		assert_string_equal(f.stage, rows[i].stage);
		assert_int_equal(f.sys_errno, rows[i].sys_errno);
		assert_int_equal(f.refused, rows[i].refused);
	}
}

static void silence_is_told_by_the_last_debug_line(void **state)
{
	(void)state;
	static const struct {
		const char *err, *stage;
	} rows[] = {
		{"", ""}, {HELLO, "resolve"}, {CONNECTING, "connect"}, {CONNECTED, "banner"}, {BANNER, "kex"},
		{HOSTKEY, "hostkey"}, {AUTH, "auth"}, {SESSION, "session"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(ssh_words_stage(rows[i].err), rows[i].stage);
}

static void people_are_shown_no_debug_lines(void **state)
{
	(void)state;
	struct str s = {0};
	ssh_words_plain(&s, AUTH "debug2: more\r\nWarning: Identity file k not accessible\r\n\r\npostgres@db1: Permission denied (publickey).\r\n");
	assert_string_equal(s.s, "Warning: Identity file k not accessible\npostgres@db1: Permission denied (publickey).");
	str_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_fail_has_its_stage),
		cmocka_unit_test(silence_is_told_by_the_last_debug_line),
		cmocka_unit_test(people_are_shown_no_debug_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
