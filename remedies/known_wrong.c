#include "remedies/known_wrong.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"

#define B "(^|[^[:alnum:]_.-])" /* a word begins */

/* Sources: the option parsers of Barman 3.4 and 3.17, PostgreSQL's documentation of archive_command, the command tables
 * of proxmox-backup-manager and proxmox-backup-client 4.2, qemu-server and pve-manager. */
static const struct known_wrong table[] = {
	/* Barman */
	{B "barman-archive-wal" "([^[:alnum:]_-]|$)", "barman-wal-archive BACKUP_HOST SERVER %p",
	 "there is no such program: the shell answers 127, and pg_stat_archiver only counts failures", true},
	{B "barman-wal-archive[[:space:]]+(-[^[:space:]]+[[:space:]]+)*[^-[:space:]]+[[:space:]]+['\"]?%p", "barman-wal-archive BACKUP_HOST SERVER %p",
	 "it takes three arguments: the backup host stands before the name of the server", true},
	{"^[[:space:]]*replication_slot_name[[:space:]]*=", "slot_name = NAME (and create_slot = auto)",
	 "Barman has no option of that name and goes on without a slot, with a warning only", true},
	{"\\*[[:space:]]+\\*[[:space:]]+\\*[[:space:]]+\\*[[:space:]]+\\*[[:space:]].*barman[[:space:]]+(-[^[:space:]]+[[:space:]]+)*cron", "look first: ls /etc/cron.d/barman; crontab -l -u barman; systemctl list-timers",
	 "Debian's package has an entry in /etc/cron.d/barman already; a second one runs into the locks of the first", false},
	{B "barman[[:space:]]+(-[^[:space:]]+[[:space:]]+)*receive-wal[[:space:]]+[^-[:space:]]", "barman cron",
	 "in a terminal it ends with the terminal; `barman cron` starts it in the background and every minute again", false},
	/* archive_command and its wrappers */
	{"(flock|lock)[^#]*(\\|\\||then)[^#]*(exit[[:space:]]+0|return[[:space:]]+0)", "exit 75 (anything but 0): PostgreSQL tries again",
	 "exit status 0 tells PostgreSQL that the segment is safe, and it removes it: a held lock loses WAL", true},
	{B "rsync" "[[:space:]].*--ignore-existing", "barman-wal-archive, or a wrapper that compares the files before it says yes",
	 "it answers 0 over a partial file of the same name: a hole that nobody sees until the restore", true},
	{"test[[:space:]]+!([[:space:]]+)-f[[:space:]].*&&[[:space:]]*cp[[:space:]]", "a wrapper that answers 0 when the file that is there is identical",
	 "it fails for ever on a segment that was archived already and is sent again after a crash, and cp does not flush to disk", false},
	{"archive_command[[:space:]]*(=|to)[[:space:]]*['\"]?(/bin/true|/usr/bin/true|true|cd[[:space:]]+\\.|:|exit[[:space:]]+0)([^[:alnum:]/_.-]|$)", "repair the command; WAL waits in pg_wal meanwhile",
	 "it says yes and keeps nothing: every segment of that time is lost to recovery", true},
	{"archive_command[[:space:]]*=[[:space:]]*['\"]?(cp|scp|rsync[[:space:]]+(-[^[:space:]]+[[:space:]]+)*)[[:space:]]*%p", "barman-wal-archive BACKUP_HOST SERVER %p",
	 "it overwrites what is there, and answers before the file is on disk", false},
	{"pg_stat_archiver_failed_count[^[:alnum:]_]*[[:space:]]*>[[:space:]]*0", "increase(pg_stat_archiver_failed_count[10m]) > 0",
	 "the counter never falls back: it fires for ever after one failure, and misses exit statuses above 125", false},
	{"pg_stat_archiver_last_archived_time_seconds", "pg_stat_archiver_last_archive_age",
	 "postgres_exporter has no metric of that name: the alert can never fire", true},
	{B "pg_resetwal" "([^[:alnum:]_-]|$)", "make room, or restore", "it throws WAL away and leaves a database that is silently damaged", true},
	{B "rm" "[[:space:]][^|;&]*(pg_wal|pg_xlog)/?", "repair archiving or the slot; PostgreSQL then removes segments itself",
	 "files of pg_wal are the database, and the only copy of what is not archived", true},
	/* Proxmox Backup Server and VE */
	{B "proxmox-backup-client[[:space:]]+verify" "([^[:alnum:]-]|$)", "on the server: proxmox-backup-manager verify DATASTORE --ignore-verified false",
	 "the client has no such command; only the server verifies, and by default it passes over what was verified once, also what failed", true},
	{B "proxmox-backup-manager[[:space:]]+garbage-collect([[:space:]]|$)", "proxmox-backup-manager garbage-collection start DATASTORE",
	 "it is taken for `garbage-collection` and ends with \"no such command\"; and garbage collection prunes nothing", true},
	{B "proxmox-backup-manager[[:space:]]+garbage-collection[[:space:]]+([^sl-]|s[^t])", "proxmox-backup-manager garbage-collection start DATASTORE",
	 "it needs start, status or list before the datastore", true},
	{B "proxmox-backup-manager[[:space:]]+prune([[:space:]]|$)", "proxmox-backup-manager prune-job run ID, or proxmox-backup-client prune GROUP --keep-daily 7 --dry-run --repository REPOSITORY",
	 "it is taken for `prune-job` and ends with \"no such command\": nothing is ever pruned", true},
	{B "proxmox-backup-manager[[:space:]]+datastore[[:space:]]+content", "proxmox-backup-client snapshot list --repository REPOSITORY [--ns NAMESPACE]",
	 "there is no such sub-command, and the root namespace is the empty name, not \"root\"", true},
	{B "proxmox-backup-manager[[:space:]]+task[[:space:]]+list", "proxmox-backup-manager task list --all --limit 200",
	 "without --all it lists running tasks only: after a failed night the list is empty", false},
	{B "proxmox-backup-client[[:space:]]+login", "proxmox-backup-client status --repository 'USER@pbs!TOKEN@HOST:DATASTORE'",
	 "with an API token it contacts nobody and always succeeds: it proves nothing", false},
	{"8007/api2/json/version", "curl --cacert CERTIFICATE https://HOST:8007/api2/json/ping", "it answers 401 without a login; ping is there for everyone", false},
	{B "journalctl[[:space:]](.*[[:space:]])?(-u[[:space:]]*|--unit[= ])proxmox-backup([[:space:]]|$)", "journalctl -u proxmox-backup -u proxmox-backup-proxy",
	 "backups, verification and garbage collection run in proxmox-backup-proxy", false},
	{"/var/log/proxmox-backup/tasks/\\*\\.log", "proxmox-backup-manager task list --all; proxmox-backup-manager task log UPID",
	 "there are no such files: a task's log is tasks/XX/UPID", true},
	{"/var/log/pve/tasks/\\*\\.log", "pvenode task list --typefilter vzdump --source all; pvenode task log UPID",
	 "there are no such files: a task's log is tasks/X/UPID", true},
	{"/etc/pve/vzdump\\.cron", "pvesh get /cluster/backup; pvesh set /cluster/backup/ID --mode MODE",
	 "since Proxmox VE 7.1 the jobs stand in /etc/pve/jobs.cfg", false},
	{B "qm[[:space:]]+set[[:space:]].*--?backup([[:space:]=]|$)", "qm set VMID --scsi0 VALUE-WITHOUT-backup=0",
	 "a machine has no such option: `backup` is a flag of each drive", true},
	{B "guest-ping([[:space:]]|$)", "qm guest cmd VMID ping", "the command's name is ping, and it restarts nothing", true},
	{B "pvesm[[:space:]]+remove", "pvesm set STORAGE --fingerprint ... or --password",
	 "it deletes the encryption key of the storage as well: encrypted backups can then never be restored", true},
	{B "pvesm[[:space:]]+add[[:space:]]+pbs[[:space:]].*--password[[:space:]]", "leave --password without a value: it asks",
	 "the secret stands in the list of processes and in the history of the shell", false},
	{B "vzdump[[:space:]]+[0-9<]", "look for \"Finished Backup of VM\" in its output",
	 "for a guest that runs on another node it does nothing and answers 0", false},
	{"/mnt/datastore/<?[[:alnum:]_-]+>?/<?vm-?id>?", "ls DATASTORE/[ns/NAMESPACE/]vm/ID/TIME/", "a datastore is laid out as type/id/time; a backup is whole when index.json.blob is there", false},
	/* ssh */
	{"StrictHostKeyChecking[ =]*(no|off)", "fetch the key by another way, compare the fingerprint, then add it to known_hosts",
	 "whoever stands in between is let in without a word", false},
	{B "chmod[[:space:]]+(-[a-zA-Z]*R[a-zA-Z]*[[:space:]]+)?777", "chown to the user who needs it", "everyone may then change the backups; sshd also refuses keys in such directories", false},
};
enum { ROWS = sizeof table / sizeof *table };

static const struct word_row {
	const char *pattern, *what;
	enum risk risk;
} asks[] = {
	{"(^|[;|&({`!]|(then|do|else|exec|env|time|barman|postgres|root)[[:space:]])[[:space:]]*(ssh|slogin|scp|sftp|ssh-copy-id|ssh-keygen|telnet)[[:space:]]", "goes to another host or asks for something", 0},
	{"(^|[;|&({]|sudo)[[:space:]]*(vi|vim|nano|emacs|less|more|man|top|htop|watch|screen|tmux|passwd|visudo)([[:space:];|&)]|$)", "is interactive", 0},
	{"(crontab|systemctl)[[:space:]]+(-u[[:space:]]*[^[:space:]]+[[:space:]]+)?(-e|edit)|tail[[:space:]]+(-n[[:space:]]*[0-9]+[[:space:]]+)?(-[0-9a-z]*f|-F|--follow)|journalctl[^|;&]*[[:space:]](-f|--follow)", "is interactive or does not end", 0},
	{"(^|[;|&])[[:space:]]*(sudo[[:space:]]+)?su[[:space:]]+(-[[:space:]]*)?[[:alnum:]_-]+[[:space:]]*$", "opens a shell of another user", 0},
	{"(^|[;|&])[[:space:]]*psql[[:space:]]*$", "is interactive", 0},
}, risks[] = {
	{B "(rm|unlink|shred|truncate|mkfs[.a-z0-9]*|wipefs|dropdb|dropuser|userdel|lvremove|vgremove)[[:space:]]", NULL, RISK_DESTRUCTIVE},
	{B "(drop|truncate|delete)[[:space:]]+(table|database|role|schema|from|tablespace|publication)", NULL, RISK_DESTRUCTIVE},
	{"pg_drop_replication_slot|--drop-slot|find[[:space:]].*-delete", NULL, RISK_DESTRUCTIVE},
	{B "(zfs|zpool|qm|pct)[[:space:]]+destroy|" B "dd[[:space:]].*of=", NULL, RISK_DESTRUCTIVE},
	{B "(pvesm|datastore)[[:space:]]+remove|" B "barman[[:space:]]+delete|prune|" B "kill[[:space:]]+-(9|KILL)", NULL, RISK_DESTRUCTIVE},
	{B "(reboot|shutdown|poweroff|halt)([[:space:]]|$)|" B "(restart|stop)([[:space:]]|$)", NULL, RISK_RESTART},
};

enum { PATTERNS = ROWS + sizeof asks / sizeof *asks + sizeof risks / sizeof *risks };

/* Compiled once, for the life of the program: a screen plans its page anew whenever something changes. The patterns are those of the tables
 * above, told apart by where they stand. NULL: a wrong pattern. */
static const regex_t *compiled(const char *pattern, int flags)
{
	static struct {
		const char *pattern;
		int flags;
		regex_t re;
	} kept[PATTERNS];
	static int n;
	for (int i = 0; i < n; i++)
		if (kept[i].pattern == pattern && kept[i].flags == flags)
			return &kept[i].re;
	if (n == PATTERNS || regcomp(&kept[n].re, pattern, flags))
		return NULL;
	kept[n].pattern = pattern;
	kept[n].flags = flags;
	return &kept[n++].re;
}

static bool matches(const char *pattern, const char *text)
{
	const regex_t *re = compiled(pattern, REG_EXTENDED | REG_NOSUB | REG_ICASE | REG_NEWLINE);
	return !re || regexec(re, text, 0, NULL, 0) == 0; /* a wrong pattern must not let anything pass */
}

/* The next line of the text with those that a backslash joins to it; returns how many lines it took, 0 at the end. */
static int take_line(const char **p, struct str *ret)
{
	int lines = 0;
	bool joined = **p != '\0';
	str_clear(ret);
	while (joined) {
		size_t n = strcspn(*p, "\n");
		joined = n && (*p)[n - 1] == '\\' && (*p)[n];
		str_addn(ret, *p, joined ? n - 1 : n);
		*p += n + ((*p)[n] == '\n');
		lines++;
		joined &= **p != '\0';
	}
	return lines;
}

int known_wrong_each(const char *text, int (*each)(void *arg, const struct known_wrong *w, int line, const char *command), void *arg)
{
	const regex_t *re[ROWS];
	struct str line = {0};
	int rc = 0, at = 0, took;
	for (int i = 0; i < ROWS; i++)
		if (!(re[i] = compiled(table[i].pattern, REG_EXTENDED | REG_NOSUB | REG_ICASE)))
			abort(); /* the table is ours: its test compiles every row */
	for (; !rc && (took = take_line(&text, &line)); at += took) {
		const char *start = str_text(&line) + strspn(str_text(&line), " \t");
		for (int i = 0; *start != '#' && *start && !rc && i < ROWS; i++)
			if (regexec(re[i], start, 0, NULL, 0) == 0)
				rc = each(arg, &table[i], at, start);
	}
	str_free(&line);
	return rc;
}

static int is_never(void *arg, const struct known_wrong *w, int line, const char *command)
{
	(void)arg, (void)line, (void)command;
	return w->never;
}

bool known_wrong_never(const char *text)
{
	return known_wrong_each(text, is_never, NULL) != 0;
}

/* The commands without their comments: what is only explained there is not done. */
static char *uncommented(const char *text)
{
	struct str out = {0}, line = {0};
	while (take_line(&text, &line)) {
		const char *start = str_text(&line);
		if (start[strspn(start, " \t")] != '#')
			str_addf(&out, "%s\n", start);
	}
	str_free(&line);
	char *all = xstrdup(str_text(&out));
	str_free(&out);
	return all;
}

const char *known_wrong_asks(const char *text)
{
	const char *what = NULL;
	char *plain = uncommented(text);
	for (size_t i = 0; i < sizeof asks / sizeof *asks && !what; i++)
		if (matches(asks[i].pattern, plain))
			what = asks[i].what;
	free(plain);
	return what;
}

enum risk known_wrong_risk(const char *text)
{
	enum risk risk = RISK_CHANGE;
	char *plain = uncommented(text);
	for (size_t i = 0; i < sizeof risks / sizeof *risks; i++)
		if (risks[i].risk > risk && matches(risks[i].pattern, plain))
			risk = risks[i].risk;
	free(plain);
	return risk;
}
