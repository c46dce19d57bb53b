/* backup.directories: may Barman's user use its own directories and files. Whoever owns them: what counts is what it may do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"

/* Asked as Barman's user: the kernel says what it may do. "closed": a directory it cannot write into; "foreign": a file that
 * Barman writes at every run, and cannot. Nothing is made: what is missing Barman makes by itself where it may. */
static const char directories_sh[] =
	"LC_ALL=C; export LC_ALL; name={server.name}; lock={server.barman_lock_directory}; log={server.log_file}\n"
	"dir() {\n"
	/* where WAL comes in, archive.flow tells it */
	"  [ $1 = incoming_wals_directory ] || [ ! -L \"$2\" ] || [ -e \"$2\" ] || echo \"dangling=$1 $2 to $(readlink \"$2\")\"\n"
	"  [ -n \"$2\" ] && [ -d \"$2\" ] || return\n"
	"  [ -r \"$2\" ] && [ -w \"$2\" ] && [ -x \"$2\" ] || echo \"closed=$1 $(stat -L -c '%U %a' \"$2\") $2\"\n"
	"}\n"
	"file() { [ -f \"$1\" ] && { [ ! -w \"$1\" ] || [ ! -r \"$1\" ]; } && echo \"foreign=$(stat -L -c '%U %a' \"$1\") $1\"; }\n"
	"dir barman_home {server.barman_home}; dir backup_directory {server.backup_directory}\n"
	"dir basebackups_directory {server.basebackups_directory}; dir wals_directory {server.wals_directory}\n"
	"dir incoming_wals_directory {server.incoming_wals_directory}; dir streaming_wals_directory {server.streaming_wals_directory}\n"
	"dir errors_directory {server.errors_directory}; dir barman_lock_directory \"$lock\"\n"
	"for f in \"$lock\"/.\"$name\"-*.lock \"$log\" {server.xlogdb} {server.backup_directory}/identity.json; do file \"$f\"; done\n"
	"for d in $(ls -1 {server.wals_directory} 2>/dev/null | grep -E '^[0-9A-F]{16}$' | tail -n 2); do dir wals_directory {server.wals_directory}/$d; done\n"
	"for d in {server.incoming_wals_directory} {server.streaming_wals_directory}; do\n"
	"  find -H \"$d\" -maxdepth 1 -type f ! -name '.*' ! -readable 2>/dev/null | head -n 3 | while read -r f; do file \"$f\"; done\n"
	"done\n"
	"echo end=\n";

static void add(struct str *to, const char *line)
{
	str_addf(to, "%s%s", to->len ? "\n" : "", line);
}

static void read_directories(const struct reply *r, struct view *v)
{
	struct str closed = {0}, foreign = {0}, dangling = {0};
	char *copy, *p, *line;

	if (!flow_whole(v, r, "server.directories.seen"))
		return;
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p)))
		if (text_starts(line, "closed="))
			add(&closed, line + 7);
		else if (text_starts(line, "foreign="))
			add(&foreign, line + 8);
		else if (text_starts(line, "dangling="))
			add(&dangling, line + 9);
	learn(v, "server.directories.closed", str_text(&closed));
	learn(v, "server.directories.foreign", str_text(&foreign));
	learn(v, "server.directories.dangling", str_text(&dangling));
	str_free(&dangling);
	str_free(&closed);
	str_free(&foreign);
	free(copy);
}

const struct question q_backup_directories = {
	.id = "backup.directories",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = directories_sh,
	.read = read_directories,
};

static const char *user_of(const struct view *v)
{
	return know(v, "server.barman_user") ? know(v, "server.barman_user") : "barman";
}

/* "OPTION OWNER MODE PATH" */
static void say_closed(const struct view *v, struct verdict *r, const char *closed)
{
	char option[64], owner[64], mode[16];
	int at = 0;
	size_t n = strcspn(closed, "\n");

	if (sscanf(closed, "%63s %63s %15s %n", option, owner, mode, &at) < 3 || !at)
		return;
	verdict_cause(r, RANK_FAIL, "backup.directory_permission", "\"%s\" cannot write into %.*s (%s), which belongs to \"%s\" with mode %s",
		      user_of(v), (int)(n - (size_t)at), closed + at, option, owner, mode);
	verdict_evidence(r, "%s", closed);
}

/* "OWNER MODE PATH", one a line; locks that end every run of cron are told by cron.ran, once. */
static void say_foreign(const struct view *v, struct verdict *r, const char *foreign)
{
	char owner[64], mode[16];
	int at = 0;
	size_t n = strcspn(foreign, "\n");

	if (know(v, "server.cron.lock_closed") && n > 5 && !strncmp(foreign + n - 5, ".lock", 5)) {
		if (foreign[n])
			say_foreign(v, r, foreign + n + 1);
		return;
	}
	if (sscanf(foreign, "%63s %15s %n", owner, mode, &at) < 2 || !at)
		return;
	verdict_cause(r, RANK_FAIL, "config.wrong_user", "%.*s belongs to \"%s\" with mode %s: \"%s\" cannot use it", (int)(n - (size_t)at),
		      foreign + at, owner, mode, user_of(v));
	verdict_evidence(r, "%s", foreign);
}

/* "OPTION PATH to TARGET", one a line */
static void say_dangling(struct verdict *r, const char *dangling)
{
	size_t n = strcspn(dangling, "\n"), option = strcspn(dangling, " ");

	if (option + 1 >= n)
		return;
	verdict_cause(r, RANK_FAIL, "backup.directory_dangling", "%.*s is a link to nothing: %.*s", (int)option, dangling, (int)(n - option - 1),
		      dangling + option + 1);
	verdict_evidence(r, "%s", dangling);
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *dangling = know(v, "server.directories.dangling");
	const char *closed = know(v, "server.directories.closed"), *foreign = know(v, "server.directories.foreign");

	if (!know_yes(v, "server.directories.seen")) {
		flow_unseen(r, v, &q_backup_directories, "Barman's directories");
		return;
	}
	if (dangling && *dangling)
		say_dangling(r, dangling);
	if (closed && *closed)
		say_closed(v, r, closed);
	if (foreign && *foreign)
		say_foreign(v, r, foreign);
	if (!r->findings)
		verdict_ok(r, "\"%s\" may write into all of its directories", user_of(v));
}

const struct probe probe_backup_directories = {
	.id = "backup.directories",
	.title = "Barman's own directories and files",
	.about = "What Barman's user may do in its directories, and with the files that each of its runs writes: locks, log, xlog.db. Something "
		 "that was once done as root is the usual reason.",
	.stage = STAGE_CONFIG,
	.asks = {&q_backup_directories},
	.causes = {"backup.directory_dangling", "backup.directory_permission", "config.wrong_user"},
	.judge = judge,
};
