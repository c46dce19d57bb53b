/* Where WAL arrives on the Barman host, as Barman's user sees it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/conninfo.h"
#include "probes/catalogue/postgres/postgres.h"

/* barman put-wal makes the directory where it can (server.py put_wal, mkpath): so the nearest thing that exists counts. */
static const char incoming_sh[] =
	"d={server.incoming_wals_directory}\n"
	"if [ -d \"$d\" ]; then echo state=directory; elif [ -e \"$d\" ]; then echo state=file; elif [ -L \"$d\" ]; then echo state=dangling; else echo state=missing; fi\n"
	"a=$d; while [ ! -e \"$a\" ] && [ ! -L \"$a\" ] && [ \"$a\" != / ] && [ \"$a\" != . ]; do a=$(dirname \"$a\"); done\n"
	"echo \"nearest=$a\"\n"
	"if [ -d \"$a\" ] && [ -w \"$a\" ] && [ -x \"$a\" ]; then echo writable=yes; else echo writable=no; fi\n"
	/* its own time is that of the last name that came or went */
	"[ -d \"$d\" ] && echo \"changed=$(stat -L -c %Y \"$d\" 2>/dev/null)\"; echo \"clock=$(date +%s)\"\n"
	"echo \"mode=$(stat -c '%A %U:%G' \"$a\" 2>&1)\"\n"
	"echo end=\n";

static void read_incoming(const struct reply *r, struct view *v)
{
	static const char *const names[] = {"state", "nearest", "writable", "mode"};
	char value[1024], fact[64];
	char *text = reply_copy(r);
	bool complete = r->outcome == REPLY_DONE && text_value(text, "end", value, sizeof value);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(fact, sizeof fact, "incoming.%s", names[i]);
		learn(v, fact, complete ? text_value(text, names[i], value, sizeof value) : NULL);
	}
	double changed = complete ? flow_number(text_value(text, "changed", value, sizeof value)) : (double)NAN;
	double clock = complete ? flow_number(text_value(text, "clock", value, sizeof value)) : (double)NAN;
	learn_num(v, "incoming.unchanged_s", clock - changed);
	learn_arrival(v);
	free(text);
}

const struct question q_backup_incoming = {
	.id = "backup.incoming",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = incoming_sh,
	.flags = Q_ALONE,
	.read = read_incoming,
};
