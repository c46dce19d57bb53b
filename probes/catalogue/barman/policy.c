/* backup.policy: what is kept, and whether anything makes backups at all. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/config/options.h"
#include "probes/engine/model.h"

static void judge_retention(const struct view *v, struct verdict *r)
{
	const char *policy = know(v, "server.retention_policy"), *why = NULL;
	double least = know_num(v, "server.minimum_redundancy"), kept = 0;
	int option = option_find("retention_policy");

	if (!policy || !*policy || option < 0)
		return;
	if (!option_value_ok(&options[option], policy, &why)) {
		verdict_cause(r, RANK_FAIL, "backup.retention_invalid", "retention_policy = \"%.80s\" is no policy: nothing is ever removed, and the volume fills",
			      policy);
		verdict_evidence(r, "Barman expects %s", why);
	} else if (!strncasecmp(policy, "redundancy", 10) && sscanf(policy + 10, "%lf", &kept) == 1 && kept < least) {
		verdict_cause(r, RANK_WARN, "backup.retention_invalid",
			      "retention_policy keeps %.0f backup%s and minimum_redundancy demands %.0f: Barman keeps %.0f and warns", kept,
			      kept == 1 ? "" : "s", least, least);
		verdict_evidence(r, "retention_policy = %s\nminimum_redundancy = %.0f", policy, least);
	}
}

/* Advice only: backups may be started from elsewhere, by a tool that no file here names. */
static void judge_schedule(const struct view *v, struct verdict *r)
{
	const char *backup = know(v, "server.cron.backup");

	if (strcmp(backup, "no") != 0 || know(v, "server.cron.root.backup") || passive_node(v))
		return;
	verdict_cause(r, RANK_ADVICE, "backup.not_scheduled", "nothing on the Barman host starts \"barman backup\" for this server");
	verdict_evidence(r, "looked at: /etc/crontab, /etc/cron.d, cron.daily and the like, %s, systemd's timers",
			 know_yes(v, "server.cron.root.seen") ? "the crontabs of Barman's user and of root" : "the crontab of Barman's user");
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *policy = know(v, "server.retention_policy");

	if (!policy) {
		verdict_unseen(r, v, &q_backup_config);
		return;
	}
	judge_retention(v, r);
	if (!know(v, "server.cron.seen") || !know(v, "server.cron.backup")) {
		verdict_unseen(r, v, &q_backup_cron);
		return;
	}
	judge_schedule(v, r);
	verdict_ok(r, *policy ? "backups are kept by \"%s\"" : "no retention policy%s", policy);
}

const struct probe probe_backup_policy = {
	.id = "backup.policy",
	.title = "backups are scheduled and kept",
	.about = "The retention policy as Barman reads it, and whether a cron entry or a timer starts backups: Barman does not by itself.",
	.stage = STAGE_BACKUP,
	.asks = {&q_backup_config, &q_backup_cron, &q_backup_cron_root},
	.causes = {"backup.retention_invalid", "backup.not_scheduled"},
	.judge = judge,
};
