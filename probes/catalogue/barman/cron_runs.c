/* The traces that `barman cron` leaves: its locks with who holds them, and its lines in Barman's log. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/barman/cron_host.h"
#include "probes/catalogue/flow.h"

/* Log times are the host's local time. */
static const char runs_script[] =
	"LC_ALL=C; export LC_ALL\n"
	FLOCK_SH
	"d={server.barman_lock_directory}; s={server.name}; l={server.log_file}\n"
	"read -r u z </proc/uptime; echo \"now $(date '+%s%3N %z') $u 100\"\n"
	"if [ -d \"$d\" ]; then echo \"directory $(stat -L -c '%.3Y %U %a' \"$d\")\"; "
	"elif [ -e \"$d\" ] || [ ! -d \"${d%/*}/\" ] || [ -x \"${d%/*}/\" ]; then echo 'directory none'\n"
	"else echo 'directory hidden'; fi\n"
	"n=0; for f in \"$d\" \"$d\"/.cron.lock \"$d/.$s\"-*.lock; do\n"
	"	[ ! -e \"$f\" ] || [ -w \"$f\" ] || { [ $((n += 1)) -gt 5 ] || echo \"closed $(stat -c %U \"$f\") $f\"; }\n"
	"done\n"
	"for k in cron archive-wal; do\n"
	"	f=$d/.$s-$k.lock\n"
	"	[ -e \"$f\" ] || continue\n"
	"	set -- $(stat -c '%.3Y %U %i' \"$f\")\n"
	"	echo \"lock $k $1 $2\"\n"
	"	flock_of \"$3\" || continue\n"
	"	run_of \"$q\"; echo \"held $k $now\"\n"
	"	echo \"what $k $(tr '\\0' ' ' <\"/proc/$q/cmdline\")\"\n"
	"done 2>/dev/null\n"
	"if [ -n \"$l\" ]; then\n"
	"	if [ -r \"$l\" ]; then\n"
	"		t=$(tail -c 262144 \"$l\" | awk -v s=\"$s\" '/Cleaning up lockfiles/ ||\n"
	"			(/No xlog segments found from|Found [0-9]+ xlog segments|Skipping (temporarily disabled|inactive) server/ &&\n"
	"			(index($0, \" for \" s \".\") || index($0, \"\\047\" s \"\\047\"))) {x = $0} END {print x}')\n"
	"		[ -z \"$t\" ] || echo \"log $(date -d \"${t%%,*}\" +%s) $t\"\n"
	"	else echo 'log closed'; fi\n"
	"fi\n"
	"echo end\n";

enum { LOCKS = 2 };

struct run {
	struct host_now now;
	double directory, lock[LOCKS], log;
	struct held held[LOCKS];
	char *words, *directory_state, *closed;
	bool whole;
};

static const char *const lock_names[LOCKS] = {"cron", "archive-wal"};

static int lock_index(const char *line, const char **ret_rest)
{
	for (int i = 0; i < LOCKS; i++) {
		size_t n = strlen(lock_names[i]);
		if (!strncmp(line, lock_names[i], n) && line[n] == ' ') {
			*ret_rest = line + n + 1;
			return i;
		}
	}
	return -1;
}

/* "lock NAME MTIME OWNER", "held NAME PID STATE START", "what NAME COMMAND LINE" */
static void lock_line(struct run *r, const char *head, const char *line)
{
	const char *rest;
	struct held h;
	int i = lock_index(line, &rest);
	if (i < 0)
		return;
	if (!strcmp(head, "lock"))
		r->lock[i] = host_seconds_ms(rest);
	else if (!strcmp(head, "what"))
		r->held[i].what = rest;
	else if (held_read(rest, &h))
		r->held[i] = h;
}

static void run_line(struct run *r, char *line)
{
	struct host_now now;
	char *blank = strchr(line, ' ');
	r->whole |= !strcmp(line, "end");
	if (!blank)
		return;
	*blank = '\0';
	char *rest = blank + 1;
	if (!strcmp(line, "now") && host_now(rest, &now))
		r->now = now;
	else if (!strcmp(line, "directory"))
		r->directory_state = rest, r->directory = host_seconds_ms(rest);
	else if (!strcmp(line, "closed") && !r->closed)
		r->closed = rest;
	else if (!strcmp(line, "lock") || !strcmp(line, "held") || !strcmp(line, "what"))
		lock_line(r, line, rest);
	else if (!strcmp(line, "log") && isdigit((unsigned char)*rest))
		r->log = host_seconds_ms(rest), r->words = strchr(rest, ' ') ? strchr(rest, ' ') + 1 : rest;
}

/* Barman before 3.10 keeps .S-cron.lock and writes it at each run; later ones remove it, which touches the
 * directory, and archive-wal's lock often stays. */
static double newest_run(const struct view *v, const struct run *r)
{
	int major = 0, minor = 0;
	const char *version = know(v, "server.barman_version");
	bool keeps = !version || sscanf(version, "%d.%d", &major, &minor) != 2 || major * 100 + minor < 310;
	double at = r->lock[0] > r->log ? r->lock[0] : r->log;
	if (!keeps && r->lock[1] > at)
		at = r->lock[1];
	if (!keeps && r->directory > at)
		at = r->directory;
	return at > 0 ? at : NAN;
}

/* "OWNER PATH" of the first lock that Barman's user may not write. */
static void learn_closed(struct view *v, const char *closed)
{
	char owner[64];
	const char *path = closed ? strchr(closed, ' ') : NULL;
	if (path)
		snprintf(owner, sizeof owner, "%.*s", (int)(path - closed), closed);
	learn(v, "server.cron.lock_closed", path ? path + 1 : NULL);
	learn(v, "server.cron.lock_closed_owner", path ? owner : NULL);
}

static void read_runs(const struct reply *reply, struct view *v)
{
	struct run r = {.whole = false};
	char *copy = xstrdup(reply->outcome == REPLY_DONE ? reply->out : ""), *at = copy, *line;
	while ((line = text_line(&at)))
		run_line(&r, line);
	bool whole = r.whole && r.now.ms > 0 && r.directory_state;
	double ours = (double)view_now(v) - r.now.ms;
	learn(v, "server.cron.traces", whole ? "yes" : NULL);
	if (whole) {
		const char *state = isdigit((unsigned char)*r.directory_state) ? "there" : r.directory_state;
		learn(v, "server.cron.lock_directory", state);
		learn_whole(v, "server.cron.last_run_ms", newest_run(v, &r) + ours);
		learn_whole(v, "server.cron.lock_directory_ms", r.directory > 0 ? r.directory + ours : NAN);
		learn(v, "server.cron.log", r.words ? r.words : "");
		for (int i = 0; i < LOCKS; i++)
			held_learn(v, lock_names[i], &r.held[i], &r.now);
		learn_closed(v, r.closed);
	}
	free(copy);
}

const struct question q_backup_cron_runs = {
	.id = "backup.cron_runs",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = runs_script,
	.every_ms = 5000,
	.read = read_runs,
};
