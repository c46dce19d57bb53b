/* barman archive-wal, which cron starts, takes WAL from incoming/ and streaming/ into wals/: what its last run said. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"

/* Barman writes the run's pid into the lock at its start and leaves it there (Barman 3.4 lockfile.py): it finds that run's
 * lines in the log. A traceback's last line is the exception; its text may go on for some lines. Of an option's
 * invalid value every command says so, with a traceback, and goes on: that is config.barman's to tell. A run of barman backup files
 * WAL at its end, under the same pid: how its copy went is backup.last's to tell. A line of xlog.db has name,
 * size, time and compression, since 3.15 also encryption; one bad line ends every command that reads it. */
static const char filing_sh[] =
	"name={server.name}; lock={server.barman_lock_directory}/.$name-archive-wal.lock; log={server.log_file}\n"
	"export LC_ALL=C; pid=\n"
	"if [ -r \"$lock\" ]; then\n"
	"  read -r pid <\"$lock\"; at=$(stat -c %.3Y \"$lock\")\n"
	"  echo \"run=$at $pid\"\n"
	"  awk -v i=\"$(stat -c %i \"$lock\")\" '$2 == \"FLOCK\" { split($6, a, \":\"); if (a[3] == i) print \"held=\" $5 }' /proc/locks\n"
	"fi\n"
	"case $pid in ''|*[!0-9]*) ;; *) if [ -r \"$log\" ]; then\n"
	"  tail -c 524288 \"$log\" | awk -v p=\"[$pid]\" -v since=\"$(date -d \"@$((${at%.*} - 1))\" '+%Y-%m-%d %H:%M:%S')\" '\n"
	"    /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] / { mine = $3 == p && $1 \" \" substr($2, 1, 8) >= since && !/ ERROR: Invalid [a-z_]* setting | barman\\.backup(_executor)? ERROR: /; trace = 0\n"
	"      if (mine && (/ (ERROR|CRITICAL): / || / barman\\.hooks WARNING: /)) { if (n++ < 40) { $1 = $2 = $3 = \"\"; sub(/^ +/, \"\"); said = $0 } } next }\n"
	"    mine && /^Traceback / { trace = 1; next }\n"
	"    mine && trace && /^[A-Za-z_][A-Za-z0-9_.]*(: |$)/ { said = $0; trace = 2; next }\n"
	"    mine && trace == 2 { said = said \" \" $0; trace = 1 }\n"
	"    END { if (said != \"\") print \"said=\" substr(said, 1, 400) }'\n"
	"else echo log_unreadable=yes; fi;; esac\n"
	"index={server.xlogdb}\n"
	"if [ -e \"$index\" ]; then\n"
	"  if [ -r \"$index\" ]; then awk '{ if ((NF == 4 || NF == 5) && $2 $3 !~ /[^0-9.]/) next } { print \"index_bad=\" NR \" \" substr($0, 1, 100); exit }' \"$index\"\n"
	"  else echo index_unreadable=yes; fi\n"
	"fi\n"
	"echo end=\n";

/* "barman.hooks WARNING: /path/script arguments returned 1 …": the script as the configuration names it. */
static void learn_script(struct view *v)
{
	const char *said = know(v, "server.filing.said"), *begin = said ? strstr(said, "barman.hooks WARNING: ") : NULL;
	const char *end = begin ? strstr(begin, " returned ") : NULL;

	if (!end) {
		learn(v, "server.filing.script", NULL);
		return;
	}
	begin += strlen("barman.hooks WARNING: ");
	learn_f(v, "server.filing.script", "%.*s", (int)(end - begin), begin);
}

static void read_filing(const struct reply *r, struct view *v)
{
	static const char *const keys[] = {"held", "said", "log_unreadable", "index_bad", "index_unreadable"};
	char buf[512], name[64];

	if (!flow_whole(v, r, "server.filing.seen"))
		return;
	/* A run that has said nothing yet does not take back what the one before it said. */
	bool running = text_value(r->out, "held", buf, sizeof(buf)) && !text_value(r->out, "said", buf, sizeof(buf));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		snprintf(name, sizeof(name), "server.filing.%s", keys[i]);
		if (!running || strcmp(keys[i], "said") != 0)
			learn(v, name, text_value(r->out, keys[i], buf, sizeof(buf)));
	}
	learn_script(v);
	if (!running || isnan(know_num(v, "server.filing.run_ms")))
		learn_num(v, "server.filing.run_ms",
			  text_value(r->out, "run", buf, sizeof(buf)) ? flow_word_number(buf, 0) * 1000.0 : NAN);
}

const struct question q_backup_filing = {
	.id = "backup.filing",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = filing_sh,
	.flags = Q_ALONE,
	.read = read_filing,
};

/* By Barman's and Python's own words; the first row that is found in them. */
static const struct {
	const char *words, *cause, *say;
} reasons[] = {
	{"custom_compression_filter", "incoming.compression_failing", "compression = custom stands without custom_compression_filter"},
	{"custom_decompression_filter", "incoming.compression_failing", "compression = custom stands without custom_decompression_filter"},
	{"No space left on device", "incoming.failing", "filing WAL fails: no space left on device"},
	{"'ret': 127", "incoming.compression_failing", "the program that compresses WAL is not there"},
	{"'ret': 126", "incoming.compression_failing", "the program that compresses WAL cannot be executed"},
	{"barman.compression", "incoming.compression_failing", "compressing WAL fails"},
	{"barman.hooks", "incoming.hook_failing", "a hook script fails and is tried again: WAL waits for it"},
};

static void say_failing(const struct view *v, struct verdict *r, const char *said)
{
	const char *cause = "incoming.failing", *say = "cron runs barman archive-wal, and it fails";

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strstr(said, reasons[i].words)) {
			cause = reasons[i].cause;
			say = reasons[i].say;
			break;
		}
	verdict_cause(r, RANK_FAIL, cause, "%s", say);
	verdict_evidence(r, "archive-wal, at %s: %s", flow_time(know_num(v, "server.filing.run_ms")), said);
}

static void say_index(const struct view *v, struct verdict *r)
{
	const char *bad = know(v, "server.filing.index_bad"), *index = know(v, "server.xlogdb");

	if (!bad)
		return;
	verdict_cause(r, RANK_FAIL, "wal_archive.index_broken", "xlog.db has a line that Barman cannot read: its commands end there");
	verdict_evidence(r, "%s, line %s", index ? index : "xlog.db", bad);
}

/* A warning that ended well is none: only a hook is retried with the lock still held. */
static bool failing(const struct view *v, const char *said)
{
	return said && (!text_starts(said, "barman.hooks ") || know(v, "server.filing.held"));
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *said = know(v, "server.filing.said");

	if (!know_yes(v, "server.filing.seen")) {
		flow_unseen(r, v, &q_backup_filing, "the last run of archive-wal");
		return;
	}
	if (failing(v, said))
		say_failing(v, r, said);
	say_index(v, r);
	if (r->findings)
		return;
	if (know(v, "server.filing.log_unreadable") || know(v, "server.filing.index_unreadable"))
		verdict_unknown(r, "Barman's user cannot read %s",
				know(v, "server.filing.log_unreadable") ? "Barman's log" : "xlog.db");
	else if (isnan(know_num(v, "server.filing.run_ms")))
		verdict_off(r, "archive-wal has not run yet");
	else
		verdict_ok(r, "archive-wal last ran at %s", flow_time(know_num(v, "server.filing.run_ms")));
}

const struct probe probe_filing = {
	.id = "filing",
	.title = "archive-wal files WAL",
	.about = "What the last run of barman archive-wal, which cron starts every minute, said in Barman's log, and whether every "
		 "line of xlog.db can be read.",
	.stage = STAGE_CRON,
	.asks = {&q_backup_filing},
	.causes = {"incoming.failing", "incoming.hook_failing", "incoming.compression_failing", "wal_archive.index_broken"},
	.off = passive_off,
	.judge = judge,
};
