#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"

/* As cron would find it: its PATH, with path_prefix before it (Barman 3.4 command_wrappers.py). Debian's
 * link to pg_wrapper stays when the client is gone, so only a version printed is a client. */
static const char client_sh[] =
	"prefix={server.path_prefix}; [ -z \"$prefix\" ] || prefix=$prefix:\n"
	"path=$prefix/usr/bin:/bin; echo \"path=$path\"\n"
	"echo \"found=$(PATH=$path; command -v pg_receivewal)\"\n"
	"said=$(env -i HOME=\"$HOME\" PATH=\"$path\" pg_receivewal --version 2>&1); echo \"status=$?\"\n"
	"echo \"said=$(echo \"$said\" | tr '\\n' ' ' | cut -c1-300)\"\n"
	"said=$(env -i HOME=\"$HOME\" PATH=\"$path\" pg_basebackup --version 2>&1); echo \"copier_status=$?\"\n"
	"echo \"copier_said=$(echo \"$said\" | tr '\\n' ' ' | cut -c1-300)\"\n"
	"echo end=\n";

static void read_client(const struct reply *r, struct view *v)
{
	static const char *const keys[] = {"path", "found", "status", "said", "copier_status", "copier_said"};
	char buf[512], name[64];

	if (!flow_whole(v, r, "server.client.seen"))
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		snprintf(name, sizeof(name), "server.client.%s", keys[i]);
		learn(v, name, text_value(r->out, keys[i], buf, sizeof(buf)));
	}
}

const struct question q_backup_client = {
	.id = "backup.client",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = client_sh,
	.every_ms = 60000,
	.read = read_client,
};

/* "pg_receivewal (PostgreSQL) 15.20 (Debian …)" into 15; NAN if it is no version. */
static double major_of(const char *said)
{
	const char *p = said ? strstr(said, "(PostgreSQL) ") : NULL;
	char *end;
	double d;

	if (!p)
		return NAN;
	d = strtod(p + strlen("(PostgreSQL) "), &end);
	return end == p + strlen("(PostgreSQL) ") || !(d > 0 && d < 1000) ? (double)NAN : floor(d);
}

struct client {
	const char *program, *status, *said, *missing, *old;
};

static void say_client(const struct view *v, struct verdict *r, const struct client *c)
{
	const char *said = know(v, c->said), *status = know(v, c->status);
	double major = major_of(said), server = know_num(v, "pg.version_num");

	if (!status || strcmp(status, "0") != 0 || isnan(major)) {
		verdict_cause(r, RANK_FAIL, c->missing, "no working %s on the Barman host, as barman finds it from cron", c->program);
		verdict_evidence(r, "PATH=%s %s --version: exit status %s", know(v, "server.client.path"), c->program, status ? status : "?");
		verdict_evidence(r, "%s", said ? said : "");
	} else if (server >= 100000 && major < floor(server / 10000)) {
		verdict_cause(r, RANK_FAIL, c->old, "%s is of version %.0f, older than the server's %.0f", c->program, major,
			      floor(server / 10000));
		verdict_evidence(r, "%s", said);
	} else {
		verdict_ok(r, "%s", said);
	}
}

void client_of_backups(const struct view *v, struct verdict *r)
{
	static const struct client copier = {"pg_basebackup", "server.client.copier_status", "server.client.copier_said",
					     "backup.client_missing", "backup.client_old"};

	if (!know_yes(v, "server.client.seen") || !know(v, copier.status))
		flow_unseen(r, v, &q_backup_client, "pg_basebackup");
	else
		say_client(v, r, &copier);
}

static void judge(const struct view *v, struct verdict *r)
{
	static const struct client receiver = {"pg_receivewal", "server.client.status", "server.client.said", "receiver.client_missing",
					       "receiver.client_old"};

	if (!know(v, "server.streaming_archiver"))
		verdict_unknown(r, "Barman's configuration is not known");
	else if (!know_yes(v, "server.streaming_archiver"))
		verdict_off(r, "this server does not stream");
	else if (!know_yes(v, "server.client.seen"))
		flow_unseen(r, v, &q_backup_client, "pg_receivewal");
	else
		say_client(v, r, &receiver);
}

const struct probe probe_receiver_client = {
	.id = "receiver.client",
	.title = "pg_receivewal can be run",
	.about = "Runs pg_receivewal --version with the PATH cron gives and path_prefix before it.",
	.stage = STAGE_SLOT,
	.asks = {&q_backup_client},
	.causes = {"receiver.client_missing", "receiver.client_old"},
	.off = passive_off,
	.judge = judge,
};
