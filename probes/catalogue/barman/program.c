/* Does the barman program start at all: its interpreter, its package and what that imports, as cron finds them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/flow.h"

/* --version ends before anything is read or logged (Barman 2.18 to 3.21, cli.py), yet imports all there is, which takes longer than all
 * other questions here. Where barman cron has written its lock of this server within two minutes, and nothing that starts it is newer, that is the proof. */
static const char program_sh[] =
	"PATH=/usr/bin:/bin; n={server.name}; l={server.barman_lock_directory}/.$n-cron.lock; b=$(command -v barman) || b=\n"
	"proven() {\n"
	"	i=; read -r i 2>/dev/null <\"$b\"; i=${i#'#!'}; i=${i# }; i=${i%% *}\n"
	"	[ -s \"$l\" ] && [ -x \"$b\" ] && [ -x \"$i\" ] || return\n"
	"	for f in \"$b\" \"$i\" \"${b%/*}\" \"${i%/*}\" /usr/bin /usr/lib/python3/dist-packages /usr/local/lib/python3*/*-packages; do\n"
	"		[ ! -e \"$f\" ] || [ \"$l\" -nt \"$f\" ] || return\n"
	"	done\n"
	"	[ $(($(date +%s) - $(stat -c %Y \"$l\"))) -lt 120 ]\n"
	"}\n"
	"echo \"found=$b\"\n"
	"if [ -n \"$b\" ] && proven; then echo status=0; echo end=; exit 0; fi\n"
	"[ -n \"$b\" ] && { said=$(env -i HOME=\"$HOME\" PATH=\"$PATH\" PYTHONDONTWRITEBYTECODE=1 timeout 20 barman --version 2>&1); echo \"status=$?\"\n"
	"	echo \"said=$(printf '%s\\n' \"$said\" | tail -n 1 | cut -c1-300)\"\n"
	"	echo \"head=$(head -n 1 \"$b\" | tr -cd '[:print:]' | cut -c1-120)\"; }\n"
	"echo end=\n";

static void read_program(const struct reply *r, struct view *v)
{
	static const char *const keys[] = {"found", "status", "said", "head"};
	char buf[512], name[64];

	if (!flow_whole(v, r, "server.program.seen"))
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		snprintf(name, sizeof(name), "server.program.%s", keys[i]);
		learn(v, name, text_value(r->out, keys[i], buf, sizeof(buf)));
	}
}

const struct question q_backup_program = {
	.id = "backup.program",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = program_sh,
	.deadline_ms = 25000,
	.every_ms = 60000,
	.flags = Q_ALONE,
	.read = read_program,
};

/* 124 is our own time limit: a host under load starts Python slowly, and nothing is proven. */
bool program_broken(const struct view *v)
{
	const char *status = know(v, "server.program.status");
	return know_yes(v, "server.program.seen") && know(v, "server.program.found") && *know(v, "server.program.found") && status &&
	       strcmp(status, "0") && strcmp(status, "124") && strcmp(status, "137");
}

void say_program(const struct view *v, struct verdict *r)
{
	const char *said = know(v, "server.program.said"), *head = know(v, "server.program.head");
	verdict_cause(r, RANK_FAIL, "barman.broken", "the barman program does not start: neither cron nor archive_command gets anything done");
	verdict_evidence(r, "%s --version: exit status %s%s%s", know(v, "server.program.found"), know(v, "server.program.status"),
			 said && *said ? ": " : "", said ? said : "");
	if (head && text_starts(head, "#!"))
		verdict_evidence(r, "its first line: %s", head);
}
