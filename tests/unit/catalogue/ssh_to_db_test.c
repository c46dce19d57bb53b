#include "tests/unit/catalogue/ssh_test.h"

static struct view *server(const char *method)
{
	struct view *v = view_new(NULL);
	view_set_now(v, 2000);
	learn(v, "server.known", "yes");
	learn(v, "server.ssh_words", "ssh postgres@db1");
	learn(v, "server.ssh_host", "db1");
	learn(v, "server.barman_user", "barman");
	learn(v, "server.backup_method", method);
	learn(v, "backup.hostname", "backup1");
	return v;
}

static void the_command_is_cron_s(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	learn(v, "server.ssh_words", "/usr/bin/ssh -q -p 2222 -o 'User=post gres' db1");
	learn_pipeline_command(v);
	const char *c = know(v, "server.pipeline_command");
	assert_non_null(strstr(c, "env -i HOME=\"$HOME\" LOGNAME=\"$LOGNAME\" SHELL=/bin/sh PATH=/usr/bin:/bin /usr/bin/ssh -T -o ControlMaster=no"));
	assert_non_null(strstr(c, " -o ControlPath=none -o BatchMode=yes -o StrictHostKeyChecking=yes "));
	assert_non_null(strstr(c, " -q -p 2222 -o 'User=post gres' db1 -v"));
	learn(v, "server.ssh_words", "ssh db1 | tee");
	learn_pipeline_command(v);
	assert_null(know(v, "server.pipeline_command"));
	view_free(v);
}

static void ok_warn_fail_off(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	judged(v, &probe_ssh_to_db, STATE_UNKNOWN, NULL, NULL);
	login(v, "ok");
	judged(v, &probe_ssh_to_db, STATE_OK, NULL, "barman@backup1 logs in to postgres@db1");
	login(v, "port_refused");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.refused", "port 2222");
	learn(v, "server.backup_method", "postgres");
	judged(v, &probe_ssh_to_db, STATE_WARN, "ssh.to_db.refused", NULL);
	learn(v, "server.ssh_words", NULL);
	judged(v, &probe_ssh_to_db, STATE_OFF, NULL, "needs none");
	learn(v, "server.known", NULL);
	judged(v, &probe_ssh_to_db, STATE_UNKNOWN, NULL, NULL);
	view_free(v);
}

/* Its keys lie in a home that hangs, say. */
static void a_way_that_is_no_more_leaves_no_old_green(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	login(v, "ok");
	judged(v, &probe_ssh_to_db, STATE_OK, NULL, NULL);
	view_set_asked(v, &q_ssh_to_db, ASKED_NO_PLACE, "which does not answer");
	judged(v, &probe_ssh_to_db, STATE_UNKNOWN, NULL, "which does not answer");
	view_free(v);
}

static void a_broken_way_to_the_barman_host_is_no_verdict(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	login(v, "ok");
	view_answer(v, &q_ssh_to_db, &(struct reply){.outcome = REPLY_NO_LINK, .stage = "parent", .words = "ssh: connect to host backup1: Connection refused"});
	judged(v, &probe_ssh_to_db, STATE_UNKNOWN, NULL, NULL);
	login(v, "ok");
	view_answer(v, &q_ssh_to_db, &(struct reply){.outcome = REPLY_LOST});
	judged(v, &probe_ssh_to_db, STATE_UNKNOWN, NULL, NULL);
	view_answer(v, &q_ssh_to_db, &(struct reply){.outcome = REPLY_TIMEOUT});
	judged(v, &probe_ssh_to_db, STATE_UNKNOWN, NULL, NULL);
	view_free(v);
}

static void the_general_id_lists_its_look_alikes(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	login(v, "allow");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.key_refused", "AllowUsers");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.key_refused", "look the same from here");
	view_free(v);
}

#define KEY "SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI"
#define ACCEPTED "file=/var/lib/postgresql/.ssh/authorized_keys\naccepts=" KEY "\n"
#define MODES "path=ok 600 postgres /var/lib/postgresql/.ssh/authorized_keys\npath=ok 700 postgres /var/lib/postgresql/.ssh\n"
#define HEAD "home=/var/lib/postgresql\nshell=/bin/bash\nsshd=seen\npeer_address=10.77.0.2\nsshd.usepam=yes\nsshd.strictmodes=yes\n" \
	     "sshd.pubkeyauthentication=yes\ngroups=postgres ssl-cert\npassword=locked\n"
#define TAIL "home_seen=yes\nend=1\n"

static void the_accepting_side_tells_them_apart(void **state)
{
	(void)state;
	static const struct {
		const char *out, *cause, *words;
	} rows[] = {
		{HEAD "file=/var/lib/postgresql/.ssh/authorized_keys\naccepts=SHA256:other\n" TAIL, "ssh.to_db.key_refused", "the key " KEY " is not in"},
		{HEAD TAIL, "ssh.to_db.key_refused", "has no authorized_keys"},
		{"user=missing\nend=1\n", "ssh.to_db.key_refused", "there is no user \"postgres\""},
		{HEAD ACCEPTED MODES "path=others 777 postgres /var/lib/postgresql\n" TAIL, "ssh.to_db.authorized_keys_permissions",
		 "\"/var/lib/postgresql\" is writable for everyone (mode 777"},
		{HEAD ACCEPTED MODES "path=owner 755 nobody /var/lib/postgresql\n" TAIL, "ssh.to_db.authorized_keys_permissions", "belongs to another user"},
		{HEAD ACCEPTED MODES "path=group 775 postgres /var/lib/postgresql\n" TAIL, "ssh.to_db.authorized_keys_permissions", "writable for its group"},
		{HEAD ACCEPTED MODES "path=own_group 775 postgres /var/lib/postgresql\n" TAIL, "ssh.to_db.authorized_keys_permissions", "writable for its group"},
		{HEAD "sshd.allowusers=root\nsshd.allowusers=anna\n" ACCEPTED MODES TAIL, "ssh.to_db.user_not_allowed", "AllowUsers is \"root"},
		{HEAD "sshd.allowusers=post*@10.77.0.9\n" ACCEPTED MODES TAIL, "ssh.to_db.user_not_allowed", NULL},
		{HEAD "sshd.allowusers=root postgres\n" ACCEPTED MODES TAIL, "ssh.to_db.key_refused", "look the same"},
		{HEAD "sshd.allowusers=postgres@10.77.0.0/24\n" ACCEPTED MODES TAIL, "ssh.to_db.key_refused", "look the same"},
		{HEAD "sshd.denyusers=postgres\n" ACCEPTED MODES TAIL, "ssh.to_db.user_not_allowed", "DenyUsers"},
		{HEAD "sshd.allowgroups=admins\n" ACCEPTED MODES TAIL, "ssh.to_db.user_not_allowed", "AllowGroups"},
		{HEAD "sshd.denygroups=ssl-cert\n" ACCEPTED MODES TAIL, "ssh.to_db.user_not_allowed", "DenyGroups"},
		{"sshd.usepam=no\npassword=locked\n" ACCEPTED MODES TAIL, "ssh.to_db.account_locked", "UsePAM no"},
		{HEAD "expired=2020-01-01\n" ACCEPTED MODES TAIL, "ssh.to_db.account_locked", "2020-01-01"},
		{HEAD "shell_state=missing\n" ACCEPTED MODES TAIL, "ssh.to_db.login_shell", NULL},
		{"sshd.pubkeyauthentication=no\n" ACCEPTED TAIL, "ssh.to_db.key_refused", "PubkeyAuthentication"},
		/* cut before its end: as if it had not been asked */
		{HEAD "sshd.allowusers=root\n", "ssh.to_db.key_refused", "look the same"},
		{"", "ssh.to_db.key_refused", "look the same"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct view *v = server("rsync");
		login(v, "key_refused");
		said(v, &q_ssh_to_db_far, rows[i].out);

		judged(v, &probe_ssh_to_db, STATE_FAIL, rows[i].cause, rows[i].words);
		view_free(v);
	}
}

static void a_closed_login_is_explained_or_failing(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	login(v, "nologin_file");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.failing", NULL);
	said(v, &q_ssh_to_db_far, HEAD "nologin=/run/nologin\n" ACCEPTED MODES TAIL);
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.nologin_file", "/run/nologin");
	login(v, "forced");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.forced_command", NULL);
	login(v, "noisy");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.noisy_shell", NULL);
	view_free(v);
}

static void our_own_keys_are_looked_at(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	login(v, "key_missing");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.key_missing", NULL);
	said(v, &q_ssh_to_db_near, "key=600 barman passphrase SHA256:x /var/lib/barman/.ssh/id_rsa\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.key_passphrase", "id_rsa");
	assert_string_equal(know(v, "ssh.to_db.near.bad_file"), "/var/lib/barman/.ssh/id_rsa");
	said(v, &q_ssh_to_db_near, "key=644 barman permissions SHA256:x /var/lib/barman/.ssh/id_rsa\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.key_permissions", "id_rsa");
	said(v, &q_ssh_to_db_near, "pubkey=ssh-ed25519 AAAA barman@backup1\npubkey=ssh-rsa BBBB\nkey=600 barman ok SHA256:x /x\nend=1\n");
	assert_string_equal(know(v, "ssh.to_db.near.pubkey"), "ssh-ed25519 AAAA barman@backup1");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.key_missing", NULL);
	said(v, &q_ssh_to_db_near, "make=/var/lib/barman/.ssh/db1\nkey=- - absent - /var/lib/barman/.ssh/db1\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.key_missing", "/db1\" is what ssh is told to use, and it does not exist");
	said(v, &q_ssh_to_db_near, "pubkey=ssh-ed25519 AAAA");
	assert_null(know(v, "ssh.to_db.near.pubkey"));
	view_free(v);
}

static void a_changed_host_key_is_compared_with_the_host_s_own(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	login(v, "hostkey_changed");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.hostkey_changed", "or someone sits in between");
	said(v, &q_ssh_to_db_hostkeys, "hostkey=SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI ssh-ed25519 AAAAC3\nhostkey=SHA256:x ssh-rsa BBBB\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.hostkey_changed", "that host's own");
	assert_string_equal(know(v, "ssh.to_db.own.public_key"), "ssh-ed25519 AAAAC3");
	said(v, &q_ssh_to_db_hostkeys, "hostkey=SHA256:x ssh-ed25519 AAAA\nhostkey=\nhostkey=SHA256:\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.hostkey_changed", "NOT one of");
	assert_null(know(v, "ssh.to_db.own.public_key"));
	view_free(v);
}

static void who_refuses_is_looked_at(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	login(v, "port_refused");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.refused", "tells them apart");
	said(v, &q_ssh_to_db_listen, "listens=yes\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.refused", "a firewall refuses in its name");
	said(v, &q_ssh_to_db_listen, "listens=no\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.refused", "sshd does not run");
	/* a port of its own is only the reason where sshd would answer without it */
	said(v, &q_ssh_to_db_near, "set=port 2222\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.refused", "sshd does not run");
	said(v, &q_ssh_to_db_near, "set=port 2222\nown_config=yes\nend=1\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.refused", "ssh's own configuration there says \"port 2222\"");
	said(v, &q_ssh_to_db_near, "set=port 2222\nown_config=yes\n");
	said(v, &q_ssh_to_db_listen, "listens=yes\n");
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.refused", "tells them apart");
	view_free(v);
}

static void keys_are_looked_for_where_sshd_does(void **state)
{
	(void)state;
	struct view *v = server("rsync");
	login(v, "key_refused");
	said(v, &q_ssh_to_db_far, HEAD "keysfile=/etc/ssh/keys/postgres\nelsewhere=yes\n" TAIL);
	judged(v, &probe_ssh_to_db, STATE_FAIL, "ssh.to_db.key_refused", "looks for its keys in \"/etc/ssh/keys/postgres\", which does not exist");
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_is_cron_s),
		cmocka_unit_test(ok_warn_fail_off),
		cmocka_unit_test(a_way_that_is_no_more_leaves_no_old_green),
		cmocka_unit_test(a_broken_way_to_the_barman_host_is_no_verdict),
		cmocka_unit_test(the_general_id_lists_its_look_alikes),
		cmocka_unit_test(the_accepting_side_tells_them_apart),
		cmocka_unit_test(a_closed_login_is_explained_or_failing),
		cmocka_unit_test(our_own_keys_are_looked_at),
		cmocka_unit_test(who_refuses_is_looked_at),
		cmocka_unit_test(keys_are_looked_for_where_sshd_does),
		cmocka_unit_test(a_changed_host_key_is_compared_with_the_host_s_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
