#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/link/ssh_config.h"
#include "tests/unit/link/peers.h"

#define BLOB "AAAAC3NzaC1lZDI1NTE5AAAAIHdhbG1lZGljLXRlc3Qta2V5LTAxMjM0NTY3ODlhYmNk"

static void read_file(const char *dir, size_t i, char *ret, size_t size)
{
	char path[256];
	snprintf(path, sizeof path, "%s/k%zu", dir, i);
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(ret, 1, size - 1, f) : 0;
	ret[n] = '\0';
	if (f)
		fclose(f);
}

/* Keys as ssh-keygen writes them. */
static void only_plain_ed25519_and_ecdsa_keys_are_for_libssh2(void **state)
{
	(void)state;
	static const struct {
		const char *options;
		bool usable;
	} rows[] = {
		{"-t ed25519 -N ''", true}, {"-t ecdsa -N ''", true}, {"-t ecdsa -m PEM -N ''", true}, {"-t ed25519 -N hunter2", false},
		{"-t ecdsa -m PEM -N hunter2", false}, {"-t rsa -b 2048 -N ''", false}, {"-t rsa -b 2048 -m PEM -N ''", false},
	};
	char *dir = peer_mkdir(), text[16384];
	if (peer_sh("command -v ssh-keygen >/dev/null"))
		skip();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(peer_sh("ssh-keygen -q %s -f %s/k%zu", rows[i].options, dir, i), 0);
		read_file(dir, i, text, sizeof text);
		assert_int_equal(ssh_config_key_usable(text), rows[i].usable);
		for (size_t cut = 0; cut < strlen(text); cut += 7) {
			char *half = strndup(text, cut);
			ssh_config_key_usable(half); /* a file cut anywhere does no harm */
			free(half);
		}
	}
	assert_false(ssh_config_key_usable(""));
	assert_false(ssh_config_key_usable("-----BEGIN OPENSSH PRIVATE KEY-----\n////////////////////////////////////////\n"));
	peer_rmdir(dir);
}

static const char *why(const char *more)
{
	struct ssh_config c = {0};
	char text[1024];
	snprintf(text, sizeof text, "user barman\nhostname db1\nport 2222\n%s", more);
	ssh_config_parse(&c, text);
	const char *program = c.program;
	ssh_config_free(&c);
	return program;
}

static void what_libssh2_does_not_do_is_seen(void **state)
{
	(void)state;
	assert_string_equal(why("proxyjump bastion\n"), "proxyjump");
	assert_string_equal(why("proxycommand nc %h %p\n"), "proxycommand");
	assert_string_equal(why("certificatefile ~/.ssh/c.pub\n"), "certificatefile");
	assert_string_equal(why("identityfile /nonexistent\nproxyjump none\n"), "no ed25519 or ecdsa key file without passphrase");
	struct ssh_config c = {0};
	ssh_config_parse(&c, "");
	assert_string_equal(c.program, "ssh -G failed");
	ssh_config_free(&c);
}

static void stored_keys_are_compared_and_give_the_types(void **state)
{
	(void)state;
	struct ssh_config c = {0};
	unsigned char blob[51];
	memcpy(blob, "\0\0\0\013ssh-ed25519\0\0\0 walmedic-test-key-0123456789abcd", 51);
	ssh_config_parse(&c, "user barman\nhostname db1\nport 2222\n");
	char *name = ssh_config_stored_name(&c);
	assert_string_equal(name, "[db1]:2222");
	c.program = NULL;
	ssh_config_known(&c, "# Host db1 found: line 1\n|1|abc=|def= ssh-ed25519 " BLOB " comment\n# Host db1 found: line 2\ndb1 ecdsa-sha2-nistp256 AAAA\n");
	char *types = ssh_config_types(&c);
	assert_string_equal(types, "ssh-ed25519,ecdsa-sha2-nistp256");
	assert_null(c.program);
	assert_true(ssh_config_is_known(&c, blob, sizeof blob));
	blob[50] ^= 1;
	assert_false(ssh_config_is_known(&c, blob, sizeof blob));
	assert_false(ssh_config_is_known(&c, blob, 50));
	ssh_config_free(&c);
	free(name);
	free(types);
}

static void markers_and_silence_in_known_hosts_go_to_the_program(void **state)
{
	(void)state;
	struct ssh_config c = {0}, d = {0};
	ssh_config_known(&c, "@revoked db1 ssh-ed25519 " BLOB "\n");
	assert_string_equal(c.program, "a marker in known_hosts");
	ssh_config_known(&d, "");
	assert_string_equal(d.program, "its host key is not known");
	ssh_config_free(&c);
	ssh_config_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_plain_ed25519_and_ecdsa_keys_are_for_libssh2),
		cmocka_unit_test(what_libssh2_does_not_do_is_seen),
		cmocka_unit_test(stored_keys_are_compared_and_give_the_types),
		cmocka_unit_test(markers_and_silence_in_known_hosts_go_to_the_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
