/* The ssh that archive_command runs: from postgres on the PostgreSQL host to the Barman host. */
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/host/host.h"
#include "probes/catalogue/host/ssh_login.h"
#include "probes/catalogue/host/ssh_scripts.h"

#define PREFIX "ssh.to_backup"
#define MARK "walmedic-login-begins"
/* ConnectTimeout does not limit the look-up of the name. Where four processes want each processor a login takes longer than that
 * without anything being wrong: then three times as long is waited, as the scheduler does (schedule.c). */
#define LIMITS                                                                                             \
	"t=3.5 k=3 n=0; while read -r w x; do case $w in processor) n=$((n+1));; esac; done </proc/cpuinfo\n" \
	"read -r w x </proc/loadavg && [ \"${w%%.*}\" -ge $((4*n)) ] && t=10.5 k=9; w=\n"
#define LIMIT_PASSED 124

/* The postmaster's own environment and directory where they can be read (/proc/PID/environ), else postgres' home
 * and the usual PATH. stdout and stderr come back as lines of their own kind. xargs gives each NAME=VALUE as one
 * argument; $0 is the text to run. */
static const char TEXT[] =
	"p=; c=; read -r p 2>/dev/null <{archive.pid_file}\n"
	"case $p in ''|*[!0-9]*) ;; *) read -r c 2>/dev/null </proc/$p/comm;; esac\n"
	"case $c in postgres|postmaster) ;; *) p=$(pgrep -o -u \"$USER\" -x 'postgres|postmaster');; esac\n"
	LIMITS
	"set -- {archive.ssh_words!}\n"
	"c=$1; shift\n"
	"case ${c##*/} in ssh) set -- \"$c\" -o ControlMaster=no -o ControlPath=none -o BatchMode=yes -o StrictHostKeyChecking=yes "
	"-o UpdateHostKeys=no -o ConnectTimeout=$k \"$@\" -v;; *) set -- \"$c\" \"$@\";; esac\n"
	"run() {\n"
	"if [ -n \"$p\" ] && [ -r /proc/$p/environ ]; then\n"
	"[ -x /proc/$p/cwd/ ] && cd /proc/$p/cwd\n"
	"e=$(tr '\\0' '\\n' </proc/$p/environ)\n"
	"while IFS= read -r l; do case $l in\n"
	"HOME=*) h=${l#*=};; PATH=*) w=${l#*=};; SSH_AUTH_SOCK=*) a=${l#*=};;\n"
	"esac; done <<E\n$e\nE\n"
	"fi\n"
	"o=$(command -v timeout)\n"
	"unset HOME SHELL LANG PWD\n"
	"PATH=${w:-/usr/local/bin:/usr/bin:/bin}; export LOGNAME USER PATH\n"
	"[ -z \"$h\" ] || export HOME=\"$h\"\n"
	"[ -z \"$a\" ] || export SSH_AUTH_SOCK=\"$a\"\n"
	"exec \"$o\" $t \"$@\" echo " MARK " </dev/null\n"
	"}\n"
	"{ { { (run \"$@\"); echo \"status=$?\" >&3; } 2>&1 >&4 | sed -u 's/\\r$//; s/^/err=/' >&3; } 4>&1 | sed -u 's/^/out=/'; } 3>&1\n"
	"echo end=1\n";

/* Lines of one kind, without their heads. */
static void take(struct str *out, const char *text, const char *head)
{
	size_t n = strlen(head);
	for (const char *p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		if (!strncmp(p, head, n)) {
			str_addn(out, p + n, strcspn(p + n, "\n"));
			str_addc(out, '\n');
		}
}

static void read_login(const struct reply *r, struct view *v)
{
	struct str out = {0}, err = {0};
	char status[16], end[8];
	if (r->outcome != REPLY_DONE || !text_value(r->out, "end", end, sizeof end) ||
	    !text_value(r->out, "status", status, sizeof status)) {
		ssh_forget(v, PREFIX);
		return;
	}
	take(&out, r->out, "out=");
	take(&err, r->out, "err=");
	char *text = xstrdup(str_text(&out)), *mark = strstr(text, MARK);
	if (mark)
		*mark = '\0';
	ssh_learn(v, PREFIX, &(struct ssh_try){.reached = mark, .timed_out = atoi(status) == LIMIT_PASSED, .status = atoi(status), .stage = "", .err = str_text(&err), .out = text});
	free(text);
	str_free(&out);
	str_free(&err);
}

static void read_near(const struct reply *r, struct view *v)
{
	ssh_read_near(v, PREFIX, r);
}

/* Root sees more: the other answer must not wipe it out. */
static void read_far(const struct reply *r, struct view *v)
{
	if (!know(v, PREFIX ".far.sshd"))
		ssh_read_far(v, PREFIX, r);
}

static void read_far_root(const struct reply *r, struct view *v)
{
	if (r->outcome == REPLY_DONE)
		ssh_read_far(v, PREFIX, r);
}

static void read_listen(const struct reply *r, struct view *v)
{
	ssh_read_listen(v, PREFIX, r);
}

static void read_hostkeys(const struct reply *r, struct view *v)
{
	ssh_read_hostkeys(v, PREFIX, r);
}

const struct question q_ssh_to_backup = {
	.id = "ssh.to_backup", .how = HOW_SH, .at = "db", .as = "postgres", .text = TEXT, .every_ms = 20000,
	.flags = Q_ALONE, .read = read_login};

const struct question q_ssh_to_backup_near = {
	.id = "ssh.to_backup.near", .how = HOW_SH, .at = "db", .as = "postgres",
	.text = SSH_NEAR_TEXT("{archive.ssh_words!}"), .only_if = PREFIX ".ask_near=yes", .read = read_near};

const struct question q_ssh_to_backup_far = {
	.id = "ssh.to_backup.far", .how = HOW_SH, .at = "backup", .as = "barman",
	.text = SSH_FAR_TEXT("{ssh.to_backup.user}", "{db.hostname}"), .only_if = PREFIX ".ask_far=yes", .read = read_far};

const struct question q_ssh_to_backup_far_root = {
	.id = "ssh.to_backup.far_root", .how = HOW_SH, .at = "backup", .as = "root",
	.text = SSH_FAR_TEXT("{ssh.to_backup.user}", "{db.hostname}"), .only_if = PREFIX ".ask_far=yes", .read = read_far_root};

const struct question q_ssh_to_backup_listen = {
	.id = "ssh.to_backup.listen", .how = HOW_SH, .at = "backup", .as = "barman",
	.text = SSH_LISTEN_TEXT("{ssh.to_backup.port}", "{db.hostname}"), .only_if = PREFIX ".ask_listen=yes", .read = read_listen};

const struct question q_ssh_to_backup_hostkeys = {
	.id = "ssh.to_backup.hostkeys", .how = HOW_SH, .at = "backup", .as = "barman",
	.text = SSH_HOSTKEYS_TEXT, .only_if = PREFIX ".ask_hostkeys=yes", .read = read_hostkeys};

static const struct ssh_way way = {
	.prefix = PREFIX, .from_place = "db", .to_place = "backup", .from_host = "db.hostname", .to_host = "backup.hostname",
	.from_user = NULL, .from_user_else = "postgres", .to_target = "archive.target_host", .login = &q_ssh_to_backup};

/* barman-wal-archive does not read what the login prints; rsync and scp do. */
static enum rank rank_of(const struct view *v)
{
	bool deaf = know_is(v, "archive.kind", "barman-wal-archive") || know_is(v, "archive.kind", "ssh");
	return deaf && know_is(v, PREFIX ".fault", "noisy_shell") ? RANK_WARN : RANK_FAIL;
}

static void judge(const struct view *v, struct verdict *ret)
{
	const char *archiver = know(v, "server.archiver"), *words = know(v, "archive.ssh_words");
	if (archiver && !know_yes(v, "server.archiver")) {
		verdict_off(ret, "Barman takes this server's WAL by streaming only");
		return;
	}
	if (know(v, "archive.kind") && (!words || !*words)) {
		verdict_off(ret, "archive_command does not use ssh");
		return;
	}
	ssh_judge(&way, rank_of(v), v, ret);
}

const struct probe probe_ssh_to_backup = {
	.id = "ssh.to_backup",
	.title = "PostgreSQL reaches Barman's host by ssh",
	.about = "The ssh that archive_command runs, as postgres and with the postmaster's own HOME and PATH. Nothing is archived "
		 "by it: a mark is printed on the other side.",
	.stage = STAGE_SSH,
	.needs = {"host.db"},
	.asks = {&q_ssh_to_backup, &q_ssh_to_backup_near, &q_ssh_to_backup_far, &q_ssh_to_backup_far_root, &q_ssh_to_backup_listen, &q_ssh_to_backup_hostkeys},
	.causes = {"ssh.to_backup.dns", "ssh.to_backup.refused", "ssh.to_backup.timeout", "ssh.to_backup.unreachable",
		   "ssh.to_backup.no_banner", "ssh.to_backup.throttled", "ssh.to_backup.no_common_algorithm",
		   "ssh.to_backup.hostkey_unknown", "ssh.to_backup.hostkey_changed", "ssh.to_backup.key_missing",
		   "ssh.to_backup.key_permissions", "ssh.to_backup.key_passphrase", "ssh.to_backup.key_refused",
		   "ssh.to_backup.authorized_keys_permissions", "ssh.to_backup.user_not_allowed", "ssh.to_backup.account_locked",
		   "ssh.to_backup.login_shell", "ssh.to_backup.nologin_file", "ssh.to_backup.forced_command",
		   "ssh.to_backup.noisy_shell", "ssh.to_backup.client_missing", "ssh.to_backup.failing"},
	.off = passive_off,
	.judge = judge,
};
