/* sync: a passive node copies what its primary Barman has. Cron asks the primary with sync-info each minute and writes the answer to
 * primary.info, then copies one backup at a time, and WAL up to the place in sync-wals.info (Barman 3.4 server.py sync_cron). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"

/* Cron asks every minute; two of its runs and a slow answer are given. */
static const double patience_s = 300;

bool passive_node(const struct view *v)
{
	return know_yes(v, "server.passive");
}

const char *passive_off(const struct view *v)
{
	return passive_node(v) ? "a passive node: this is its primary Barman's to do (primary_ssh_command)" : NULL;
}

/* The primary's answer is JSON of many megabytes with indents: the two names in it are found by their keys. */
static const char sync_sh[] =
	"export LC_ALL=C; d={server.backup_directory}; w={server.wals_directory}; log={server.log_file}; name={server.name}\n"
	"echo \"clock=$(date +%s)\"\n"
	"out=$( ( {server.primary_command!} true ) </dev/null 2>&1 >/dev/null); echo \"ssh=$?\"\n"
	"printf 'ssh_said=%s\\n' \"$(printf '%s\\n' \"$out\" | tr -d '\\r' | grep -Ev '^(debug[0-9]:|OpenSSH_|Authenticated to|Transferred:|Bytes per)' | tail -n 2 | tr '\\n' ' ' | cut -c 1-300)\"\n"
	"f=$d/primary.info\n"
	"if [ -r \"$f\" ]; then echo \"info=$(stat -c %Y \"$f\")\"\n"
	"  echo \"primary_wal=$(grep -o '\"last_name\": *\"[0-9A-Za-z.]*\"' \"$f\" | tail -n 1 | cut -d '\"' -f 4)\"\n"
	"  echo \"primary_backup=$(grep -o '\"backup_id\": *\"[0-9A-Za-z]*\"' \"$f\" | cut -d '\"' -f 4 | sort | tail -n 1)\"\n"
	"elif [ -e \"$f\" ]; then echo unreadable=primary.info; fi\n"
	"[ -r \"$w/sync-wals.info\" ] && echo \"synced=$(stat -c %Y \"$w/sync-wals.info\") $(head -c 60 \"$w/sync-wals.info\" | head -n 1 | cut -f 1)\"\n"
	"awk -v s=\"$name\" '$2 == \"FLOCK\" { split($6, a, \":\"); held[a[3]] = 1 } END { for (i in held) print i }' /proc/locks | while read -r i; do\n"
	"  find -H {server.barman_lock_directory} -maxdepth 1 -name \".$name-*sync*.lock\" -inum \"$i\" 2>/dev/null; done | head -n 1 | sed 's/^/copying=/'\n"
	"[ -r \"$log\" ] && tail -c 262144 \"$log\" | grep -aE '(ERROR|CRITICAL): .*([Ss]ync|[Cc]ompression method)' | tail -n 1 | cut -c 1-400 | {\n"
	"  IFS= read -r line && at=$(date -d \"${line%%,*}\" +%s 2>/dev/null) && [ \"$at\" -gt $(($(date +%s) - 300)) ] && echo \"said=$line\"; }\n"
	"echo end=\n";

/* Both by the same host's clock, a minute for one that was set; what cannot be is not known. */
static double age_s(double clock, double since)
{
	double age = clock - since;
	return since > 0 && age > -60 && age < 1e9 ? age : (double)NAN;
}

static void read_sync(const struct reply *r, struct view *v)
{
	static const char *const keys[] = {"ssh", "ssh_said", "info", "primary_wal", "primary_backup", "unreadable", "synced", "copying", "said"};
	char buf[512], name[64];
	double clock;

	if (!flow_whole(v, r, "server.sync.seen"))
		return;
	forget_all(v, "server.sync.");
	learn(v, "server.sync.seen", "yes");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		snprintf(name, sizeof(name), "server.sync.%s", keys[i]);
		learn(v, name, text_value(r->out, keys[i], buf, sizeof(buf)));
	}
	clock = flow_number(text_value(r->out, "clock", buf, sizeof(buf)));
	learn_num(v, "server.sync.info_age_s", age_s(clock, know_num(v, "server.sync.info")));
	learn_num(v, "server.sync.copied_age_s", know(v, "server.sync.synced") ? age_s(clock, flow_word_number(know(v, "server.sync.synced"), 0)) : NAN);
}

const struct question q_backup_sync = {
	.id = "backup.sync",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = sync_sh,
	.only_if = "server.passive=yes",
	.deadline_ms = 15000,
	.every_ms = 30000,
	.flags = Q_ALONE,
	.read = read_sync,
};

static const char *shown(const struct view *v, const char *fact)
{
	return know(v, fact) ? know(v, fact) : "";
}

static void words(const struct view *v, struct verdict *r)
{
	if (*shown(v, "server.sync.said"))
		verdict_evidence(r, "Barman's log: %s", shown(v, "server.sync.said"));
}

/* Whether it was ever told to, not long ago: then the next run of cron is waited for. */
static bool just_begun(const struct view *v)
{
	return (double)view_now(v) - know_num(v, "server.config.changed_ms") < patience_s * 1000;
}

static void judge_answer(const struct view *v, struct verdict *r)
{
	double age = know_num(v, "server.sync.info_age_s");

	if (age <= patience_s)
		return;
	if (just_begun(v)) {
		verdict_waiting(r, 0, "waiting for cron's next run to ask the primary Barman");
		return;
	}
	if (isnan(age))
		verdict_cause(r, RANK_FAIL, "sync.failing", "the primary Barman never answered: nothing has been copied from it");
	else
		verdict_cause(r, RANK_FAIL, "sync.failing", "the primary Barman last answered %s ago: nothing new is copied from it", flow_duration(age));
	verdict_evidence(r, "%s/primary.info is what it last said", shown(v, "server.backup_directory"));
	words(v, r);
}

/* What the primary has and this node has not, when cron's last runs failed at it: they try each minute, and say so each time. */
static void judge_copy(const struct view *v, struct verdict *r)
{
	char buf[64];
	const char *synced = know(v, "server.sync.synced"), *wal = synced ? flow_word(synced, 1, buf, sizeof(buf)) : NULL;
	const char *theirs = shown(v, "server.sync.primary_wal"), *backup = shown(v, "server.sync.primary_backup");
	const char *ours = shown(v, "server.catalogue.DONE.id");
	bool behind = *theirs && (!wal || strcmp(wal, theirs)), missing = *backup && know_yes(v, "server.catalogue.seen") && strcmp(ours, backup) < 0;

	if (know(v, "server.sync.copying") || !(know_num(v, "server.sync.info_age_s") <= patience_s) || !*shown(v, "server.sync.said"))
		return;
	if (!missing && !(behind && !(know_num(v, "server.sync.copied_age_s") <= patience_s)))
		return;
	if (missing)
		verdict_cause(r, RANK_FAIL, "sync.failing", "backup %s of the primary Barman is not copied", backup);
	else
		verdict_cause(r, RANK_FAIL, "sync.failing", "WAL of the primary Barman is not copied: it has %s, this node %s", theirs, wal ? wal : "none");
	words(v, r);
}

static void judge(const struct view *v, struct verdict *r)
{
	double status = know_num(v, "server.sync.ssh");

	if (know(v, "server.passive") && !passive_node(v)) {
		verdict_off(r, "no passive node: this Barman makes the backups itself");
		return;
	}
	if (!know_yes(v, "server.sync.seen")) {
		flow_unseen(r, v, know(v, "server.passive") ? &q_backup_sync : &q_backup_config, "the copy from the primary Barman");
		return;
	}
	if (isnan(status) || know(v, "server.sync.unreadable")) {
		verdict_unknown(r, isnan(status) ? "whether the primary Barman can be reached is not known" : "Barman's user cannot read primary.info");
		return;
	}
	if (status != 0) {
		verdict_cause(r, RANK_FAIL, "sync.ssh", "the primary Barman cannot be reached: primary_ssh_command ends with status %.0f", status);
		verdict_evidence(r, "%s: %s", shown(v, "server.primary_ssh_command"), shown(v, "server.sync.ssh_said"));
		return;
	}
	if (*shown(v, "server.sync.primary_backup") && !*shown(v, "server.sync.primary_wal")) { /* a backup is never without WAL */
		verdict_unknown(r, "primary.info names no WAL of the primary Barman");
		return;
	}
	judge_answer(v, r);
	judge_copy(v, r);
	if (!r->findings && r->state != STATE_WARN)
		verdict_ok(r, "the primary Barman answered %s ago%s%s", flow_duration(know_num(v, "server.sync.info_age_s")),
			   know(v, "server.sync.copying") ? "; copying" : *shown(v, "server.sync.primary_backup") ? "; its newest backup is " : "",
			   know(v, "server.sync.copying") ? "" : shown(v, "server.sync.primary_backup"));
}

const struct probe probe_sync = {
	.id = "sync",
	.title = "copy from the primary Barman",
	.about = "Of a passive node only (primary_ssh_command): its own ssh to the primary Barman as cron would run it, when the primary last said what "
		 "it has, and whether that has been copied.",
	.stage = STAGE_BACKUP,
	.needs = {"config.barman"},
	.asks = {&q_backup_config, &q_backup_sync, &q_backup_catalogue},
	.causes = {"sync.ssh", "sync.failing"},
	.judge = judge,
};
