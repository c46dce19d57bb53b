#include "probes/base/str.h"
#include "tests/unit/catalogue/ssh_test.h"

static struct view *server(void)
{
	struct view *v = view_new(NULL);
	view_set_now(v, 2000);
	learn(v, "server.known", "yes");
	learn(v, "server.archiver", "on");
	learn(v, "archive.kind", "barman-wal-archive");
	learn(v, "archive.ssh_words", "ssh -q -T barman@backup1");
	learn(v, "archive.target_host", "backup1");
	learn(v, "db.hostname", "db1");
	return v;
}

/* As the script on the PostgreSQL host writes it down. */
static void came(struct view *v, const char *name, const char *mark, const char *end)
{
	const struct capture *c = capture(name);
	struct str s = {0};
	for (const char *p = c->err; *p; p += strcspn(p, "\n") + 1)
		str_addf(&s, "err=%.*s\n", (int)strcspn(p, "\n"), p);
	if (*c->out)
		str_addf(&s, "out=%s", c->out);
	str_addf(&s, "%sstatus=%d\n%s", mark, c->status, end);
	said(v, &q_ssh_to_backup, str_text(&s));
	str_free(&s);
}

#define MARK "out=walmedic-login-begins\n"

static void each_end_of_it(void **state)
{
	(void)state;
	struct view *v = server();
	judged(v, &probe_ssh_to_backup, STATE_UNKNOWN, NULL, NULL);
	came(v, "ok", MARK, "end=1\n");
	judged(v, &probe_ssh_to_backup, STATE_OK, NULL, "postgres@db1 logs in to postgres@backup1");
	came(v, "key_missing", "", "end=1\n");
	judged(v, &probe_ssh_to_backup, STATE_FAIL, "ssh.to_backup.key_missing", "postgres@db1 has no private key");
	came(v, "forced", "", "end=1\n");
	judged(v, &probe_ssh_to_backup, STATE_FAIL, "ssh.to_backup.forced_command", NULL);
	view_free(v);
}

static void noise_harms_rsync_only(void **state)
{
	(void)state;
	struct view *v = server();
	came(v, "noisy", MARK, "end=1\n");
	judged(v, &probe_ssh_to_backup, STATE_WARN, "ssh.to_backup.noisy_shell", NULL);
	learn(v, "archive.kind", "rsync");
	judged(v, &probe_ssh_to_backup, STATE_FAIL, "ssh.to_backup.noisy_shell", NULL);
	view_free(v);
}

static void a_cut_answer_is_unknown(void **state)
{
	(void)state;
	struct view *v = server();
	came(v, "ok", MARK, "end=1\n");
	came(v, "ok", MARK, "");
	judged(v, &probe_ssh_to_backup, STATE_UNKNOWN, NULL, NULL);
	said(v, &q_ssh_to_backup, MARK "end=1\n");
	judged(v, &probe_ssh_to_backup, STATE_UNKNOWN, NULL, NULL);
	said(v, &q_ssh_to_backup, "");
	judged(v, &probe_ssh_to_backup, STATE_UNKNOWN, NULL, NULL);
	view_answer(v, &q_ssh_to_backup, &(struct reply){.outcome = REPLY_NO_LINK, .words = "no way"});
	judged(v, &probe_ssh_to_backup, STATE_UNKNOWN, NULL, NULL);
	view_free(v);
}

static void off_where_it_is_not_used(void **state)
{
	(void)state;
	struct view *v = server();
	learn(v, "archive.kind", "cp");
	learn(v, "archive.ssh_words", NULL);
	judged(v, &probe_ssh_to_backup, STATE_OFF, NULL, "does not use ssh");
	learn(v, "archive.ssh_words", "ssh barman@backup1");
	learn(v, "server.archiver", "off");
	judged(v, &probe_ssh_to_backup, STATE_OFF, NULL, "streaming only");
	view_free(v);
}

/* Barman's user sees its own authorized_keys in every view; what root saw is not wiped out by it. */
static void the_barman_host_explains_a_refusal(void **state)
{
	(void)state;
	struct view *v = server();
	came(v, "key_refused", "", "end=1\n");
	judged(v, &probe_ssh_to_backup, STATE_FAIL, "ssh.to_backup.key_refused", "look the same");
	said(v, &q_ssh_to_backup_far, "file=/var/lib/barman/.ssh/authorized_keys\naccepts=SHA256:other\nhome_seen=yes\nend=1\n");
	judged(v, &probe_ssh_to_backup, STATE_FAIL, "ssh.to_backup.key_refused", "is not in \"/var/lib/barman/.ssh/authorized_keys\"");
	said(v, &q_ssh_to_backup_far_root, "sshd=seen\nsshd.allowusers=root\nend=1\n");
	said(v, &q_ssh_to_backup_far, "file=/var/lib/barman/.ssh/authorized_keys\naccepts=SHA256:other\nhome_seen=yes\nend=1\n");
	judged(v, &probe_ssh_to_backup, STATE_FAIL, "ssh.to_backup.user_not_allowed", "AllowUsers");
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_end_of_it),
		cmocka_unit_test(noise_harms_rsync_only),
		cmocka_unit_test(a_cut_answer_is_unknown),
		cmocka_unit_test(off_where_it_is_not_used),
		cmocka_unit_test(the_barman_host_explains_a_refusal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
