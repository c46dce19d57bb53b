/* Barman's own ssh to the PostgreSQL host, as cron would run it. */
#include <stdio.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/barman/check.h"
#include "probes/catalogue/host/host.h"
#include "probes/catalogue/host/ssh_login.h"
#include "probes/catalogue/host/ssh_scripts.h"

#define PREFIX "ssh.to_db"

/* cron's environment, and so no agent; no shared connection, which would make a broken key look green. Barman
 * adds StrictHostKeyChecking=no to its own calls (3.4 backup_executor.py _parse_ssh_command), which would write to
 * known_hosts: a probe must not. ssh takes the first value of an option, so ours stand in front, and the last of
 * -q and -v. */
static const char CRON[] = "exec env -i HOME=\"$HOME\" LOGNAME=\"$LOGNAME\" SHELL=/bin/sh PATH=/usr/bin:/bin ";
static const char OPTIONS[] = " -T -o ControlMaster=no -o ControlPath=none -o BatchMode=yes -o StrictHostKeyChecking=yes"
			      " -o UpdateHostKeys=no -o ConnectTimeout=4";

static bool is_ssh(const char *word)
{
	const char *slash = strrchr(word, '/');
	return !strcmp(slash ? slash + 1 : word, "ssh");
}

static void pipeline_text(struct str *out, char **word)
{
	str_add(out, CRON);
	bool ssh = is_ssh(word[0]);
	for (int i = 0; word[i]; i++) {
		if (i)
			str_addc(out, ' ');
		text_shell_quote(out, word[i]);
		if (i == 0 && ssh)
			str_add(out, OPTIONS);
	}
	if (!ssh)
		str_add(out, OPTIONS);
	str_add(out, " -v");
}

static void learn_command(struct view *v, const char *name, const char *words)
{
	struct arena *a = arena_new();
	struct str text = {0};
	int n = 0;
	char **word = words ? text_split_words(a, words, &n) : NULL;
	if (word && n)
		pipeline_text(&text, word);
	learn(v, name, text.s);
	str_free(&text);
	arena_free(a);
}

void learn_pipeline_command(struct view *v)
{
	learn_command(v, "server.pipeline_command", know(v, "server.ssh_words"));
	learn_command(v, "server.primary_command", know(v, "server.primary_words"));
}

static void read_login(const struct reply *r, struct view *v)
{
	struct ssh_try t = {.reached = r->outcome == REPLY_DONE, .timed_out = r->outcome == REPLY_TIMEOUT, .status = r->status,
			    .stage = r->stage, .err = r->words, .out = r->out};
	/* The way to the Barman host broke, not the pipeline. */
	bool ours = !strcmp(r->stage, "parent") || !strcmp(r->stage, "user");
	if (ours || r->outcome == REPLY_LOST)
		ssh_forget(v, PREFIX);
	else
		ssh_learn(v, PREFIX, &t);
	check_derive(v);
}

static void read_near(const struct reply *r, struct view *v)
{
	ssh_read_near(v, PREFIX, r);
}

static void read_far(const struct reply *r, struct view *v)
{
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

const struct question q_ssh_to_db = {
	.id = "ssh.to_db", .how = HOW_LOGIN, .at = "pipeline", .every_ms = 20000, .read = read_login};

const struct question q_ssh_to_db_near = {
	.id = "ssh.to_db.near", .how = HOW_SH, .at = "backup", .as = "barman",
	.text = SSH_NEAR_TEXT("{server.ssh_words!}"), .only_if = PREFIX ".ask_near=yes", .read = read_near};

const struct question q_ssh_to_db_far = {
	.id = "ssh.to_db.far", .how = HOW_SH, .at = "db", .as = "root",
	.text = SSH_FAR_TEXT("{ssh.to_db.user}", "{backup.hostname}"), .only_if = PREFIX ".ask_far=yes", .read = read_far};

const struct question q_ssh_to_db_listen = {
	.id = "ssh.to_db.listen", .how = HOW_SH, .at = "db", .as = "root",
	.text = SSH_LISTEN_TEXT("{ssh.to_db.port}", "{backup.hostname}"), .only_if = PREFIX ".ask_listen=yes", .read = read_listen};

const struct question q_ssh_to_db_hostkeys = {
	.id = "ssh.to_db.hostkeys", .how = HOW_SH, .at = "db", .as = "root",
	.text = SSH_HOSTKEYS_TEXT, .only_if = PREFIX ".ask_hostkeys=yes", .read = read_hostkeys};

static const struct ssh_way way = {
	.prefix = PREFIX, .from_place = "backup", .to_place = "db", .from_host = "backup.hostname", .to_host = "db.hostname",
	.from_user = "server.barman_user", .from_user_else = "barman", .to_target = "server.ssh_host", .login = &q_ssh_to_db};

static void judge(const struct view *v, struct verdict *ret)
{
	const char *words = know(v, "server.ssh_words"), *method = know(v, "server.backup_method");
	if (!words && !know(v, "server.known")) {
		verdict_unseen(ret, v, &q_ssh_to_db);
		return;
	}
	if (!words || !*words) {
		verdict_off(ret, "Barman has no ssh_command for this server%s",
			    method && !strcmp(method, "postgres") ? ", and backup_method = postgres needs none" : "");
		return;
	}
	ssh_judge(&way, know_is(v, "server.backup_method", "postgres") ? RANK_WARN : RANK_FAIL, v, ret);
}

const struct probe probe_ssh_to_db = {
	.id = "ssh.to_db",
	.title = "Barman reaches PostgreSQL's host by ssh",
	.about = "A fresh login with Barman's own ssh_command, as Barman's user and with cron's environment: no agent, no shared "
		 "connection. Backups by rsync need it always, streaming backups on the day of a restore.",
	.stage = STAGE_SSH,
	.needs = {"host.backup"},
	.asks = {&q_ssh_to_db, &q_ssh_to_db_near, &q_ssh_to_db_far, &q_ssh_to_db_listen, &q_ssh_to_db_hostkeys},
	.causes = {"ssh.to_db.dns", "ssh.to_db.refused", "ssh.to_db.timeout", "ssh.to_db.unreachable", "ssh.to_db.no_banner",
		   "ssh.to_db.throttled", "ssh.to_db.no_common_algorithm", "ssh.to_db.hostkey_unknown", "ssh.to_db.hostkey_changed",
		   "ssh.to_db.key_missing", "ssh.to_db.key_permissions", "ssh.to_db.key_passphrase", "ssh.to_db.key_refused",
		   "ssh.to_db.authorized_keys_permissions", "ssh.to_db.user_not_allowed", "ssh.to_db.account_locked",
		   "ssh.to_db.login_shell", "ssh.to_db.nologin_file", "ssh.to_db.forced_command", "ssh.to_db.noisy_shell",
		   "ssh.to_db.client_missing", "ssh.to_db.failing"},
	.off = passive_off,
	.judge = judge,
};
