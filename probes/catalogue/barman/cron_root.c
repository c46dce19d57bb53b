/* Where no place that Barman's user may read starts it: root's crontab. Barman becomes its own user by itself (drop_privileges); in the
 * crontab of somebody else it may write nothing, and does not count. */
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/barman/cron.h"
#include "probes/catalogue/flow.h"

/* "FILE:LINE" of every line that names barman. */
static const char script[] =
	"grep -HE '^[^#]*barman' /var/spool/cron/crontabs/root /var/spool/cron/root 2>/dev/null | head -n 50\n"
	"echo end=\n";

/* Whether it really runs is told by its traces (cron.ran). */
static bool runs_it(const char *line)
{
	struct schedule s;
	const char *rest;

	return schedule_parse(line, &s, &rest) && !s.reboot && schedule_gap(&s) <= CRON_OFTEN && cron_is_ours(rest);
}

static void take_line(struct view *v, const char *found)
{
	const char *line = strchr(found, ':') ? strchr(found, ':') + 1 : "";

	if (runs_it(line))
		learn(v, "server.cron.root.entry", found);
	if (cron_backs_up(line, know(v, "server.name") ? know(v, "server.name") : "") != BACKS_UP_NO)
		learn(v, "server.cron.root.backup", "yes");
}

static void read_root(const struct reply *r, struct view *v)
{
	char *copy, *p, *line;

	if (!flow_whole(v, r, "server.cron.root.seen"))
		return;
	learn(v, "server.cron.root.entry", NULL);
	learn(v, "server.cron.root.backup", NULL);
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p)))
		take_line(v, line);
	free(copy);
}

const struct question q_backup_cron_root = {
	.id = "backup.cron_root",
	.how = HOW_SH,
	.at = "backup",
	.as = "root",
	.text = script,
	.only_if = "server.cron.ask_root=yes",
	.every_ms = 10000,
	.read = read_root,
};
