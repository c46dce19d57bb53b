/* Lines that are passed on and are wrong, and lines beside them that are right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "probes/base/str.h"
#include "remedies/known_wrong.h"

static int collect(void *arg, const struct known_wrong *w, int line, const char *command)
{
	(void)command;
	assert_true(*w->right && *w->why && w->why[strlen(w->why) - 1] != '.');
	str_addf(arg, "%s %d: %s\n", w->never ? "wrong" : "doubtful", line, w->right);
	return 0;
}

static const struct row {
	const char *text, *say; /* NULL: nothing to say */
} rows[] = {
	{"archive_command = 'barman-archive-wal mydb %p'", "wrong 0: barman-wal-archive BACKUP_HOST"},
	{"archive_command = 'barman-wal-archive backup1 mydb %p'", NULL},
	{"archive_command = 'barman-wal-archive mydb %p'", "wrong 0: barman-wal-archive BACKUP_HOST"},
	{"archive_command = 'barman-wal-archive -U barman backup1 mydb %p'", NULL},
	{"replication_slot_name = barman", "wrong 0: slot_name"},
	{"primary_slot_name = barman", NULL},
	{"slot_name = barman", NULL},
	{"* * * * * /usr/bin/barman cron", "doubtful 0: look first"},
	{"barman cron", NULL},
	{"barman receive-wal mydb", "doubtful 0: barman cron"},
	{"barman receive-wal --create-slot mydb", NULL},
	{"flock -n 9 || { log \"held\"; exit 0; }", "wrong 0: exit 75"},
	{"flock -n 9 || { log \"held\"; exit 75; }", NULL},
	{"rsync -a --ignore-existing %p h:/x/%f", "wrong 0: barman-wal-archive"},
	{"rsync -a /a /b", NULL},
	{"archive_command = 'test ! -f /mnt/%f && cp %p /mnt/%f'", "doubtful 0: a wrapper that answers 0 when"},
	{"archive_command = 'cp %p /mnt/%f'", "doubtful 0: barman-wal-archive"},
	{"ALTER SYSTEM SET archive_command TO '/bin/true'", "wrong 0: repair the command"},
	{"archive_command = 'true_archiver %p'", NULL},
	{"expr: pg_stat_archiver_failed_count > 0", "doubtful 0: increase"},
	{"pg_resetwal -f /data", "wrong 0: make room"},
	{"rm /var/lib/postgresql/15/main/pg_wal/0*", "wrong 0: repair archiving"},
	{"a\nproxmox-backup-client verify \\\n --repository x\nb", "wrong 1: on the server: proxmox-backup-manager verify"},
	{"proxmox-backup-manager verify main", NULL},
	{"proxmox-backup-client garbage-collect --repository x", NULL},
	{"/usr/bin/proxmox-backup-manager garbage-collect main", "wrong 0: proxmox-backup-manager garbage-collection start"},
	{"proxmox-backup-manager garbage-collection start main", NULL},
	{"proxmox-backup-manager garbage-collection main", "wrong 0: proxmox-backup-manager garbage-collection start"},
	{"proxmox-backup-manager prune main --keep-last 7", "wrong 0: proxmox-backup-manager prune-job run"},
	{"proxmox-backup-manager prune-job run x", NULL},
	{"proxmox-backup-manager datastore content main", "wrong 0: proxmox-backup-client snapshot"},
	{"proxmox-backup-manager task list --limit 20", "doubtful 0: proxmox-backup-manager task list --all"},
	{"journalctl -u proxmox-backup --since x", "doubtful 0: journalctl -u proxmox-backup -u proxmox-backup-proxy"},
	{"journalctl -u proxmox-backup-proxy --since x", NULL},
	{"qm set 100 --backup 1", "wrong 0: qm set VMID"},
	{"qm guest cmd 100 guest-ping", "wrong 0: qm guest cmd VMID ping"},
	{"pvesm remove pbs1", "wrong 0: pvesm set"},
	{"# pvesm remove pbs1", NULL},
	{"   # proxmox-backup-client verify x", NULL},
	{"ssh -o StrictHostKeyChecking=no x", "doubtful 0: fetch the key"},
	{"chmod 777 /var/lib/barman", "doubtful 0: chown"},
	{"", NULL},
	{"\\", NULL},
	{"\\\n\\\n", NULL},
};

static void knows_what_is_wrong_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str out = {0};
		known_wrong_each(rows[i].text, collect, &out);
		if (rows[i].say ? strncmp(str_text(&out), rows[i].say, strlen(rows[i].say)) != 0 : out.len > 0)
			fail_msg("%s: want \"%s\", got \"%s\"", rows[i].text, rows[i].say ? rows[i].say : "", str_text(&out));
		bool never = rows[i].say && !strncmp(rows[i].say, "wrong", 5);
		assert_int_equal(known_wrong_never(rows[i].text), never);
		str_free(&out);
	}
}

static void knows_what_asks_or_goes_elsewhere(void **state)
{
	(void)state;
	static const char *const asks[] = {"ssh root@h", "sudo -u barman ssh postgres@h 'echo ok'", "x\ntail -f /var/log/x", "su - postgres", "crontab -e",
					   "sudo -u barman crontab -e", "vi /etc/x", "ls | less", "psql", "ssh-copy-id a@b", "telnet h 22", "journalctl -f"};
	static const char *const quiet[] = {"ls", "# ssh root@h\nls", "tail -n 3 /x", "psql -c x", "journalctl -u x", "cat ~/.ssh/config", "grep ssh x", "su -c ls"};
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		if (!known_wrong_asks(asks[i]))
			fail_msg("%s", asks[i]);
	for (size_t i = 0; i < sizeof quiet / sizeof *quiet; i++)
		if (known_wrong_asks(quiet[i]))
			fail_msg("%s: %s", quiet[i], known_wrong_asks(quiet[i]));
}

static void guesses_the_worst(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum risk risk;
	} risks[] = {
		{"df -h", RISK_CHANGE}, {"rm -r /x", RISK_DESTRUCTIVE}, {"psql -c 'DROP TABLE x'", RISK_DESTRUCTIVE}, {"systemctl restart x", RISK_RESTART},
		{"systemctl restart x\nrm y", RISK_DESTRUCTIVE}, {"# rm x\nls", RISK_CHANGE}, {"barman delete a b", RISK_DESTRUCTIVE}, {"reboot", RISK_RESTART},
		{"SELECT pg_drop_replication_slot('x')", RISK_DESTRUCTIVE}, {"dd if=/a of=/b", RISK_DESTRUCTIVE}, {"echo alarm", RISK_CHANGE},
	};
	for (size_t i = 0; i < sizeof risks / sizeof *risks; i++)
		if (known_wrong_risk(risks[i].text) != risks[i].risk)
			fail_msg("%s: %d", risks[i].text, known_wrong_risk(risks[i].text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(knows_what_is_wrong_and_nothing_else), cmocka_unit_test(knows_what_asks_or_goes_elsewhere),
					   cmocka_unit_test(guesses_the_worst)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
