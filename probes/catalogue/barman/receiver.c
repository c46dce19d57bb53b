#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/flow.h"

/* Read only: the lock is looked up in /proc/locks, never taken. Barman writes the pid of the holder
 * into it at each start and leaves file and pid behind (Barman 3.4 lockfile.py), so its mtime is the
 * start of the last attempt and the pid finds that attempt's lines in the log.
 * How long a file has waited is told by its change time: rsync -a and put-wal give it the modification
 * time it had on the primary, and what was sent after an outage would seem to have waited here as long. */
static const char receiver_sh[] =
	"name={server.name}; lock={server.barman_lock_directory}/.$name-receive-wal.lock\n"
	"log={server.log_file}; pid=0\n"
	"echo \"clock=$(date '+%s %z')\"\n"
	"read -r up rest </proc/uptime && echo \"uptime=$up\"\n"
	"echo \"hz=$(getconf CLK_TCK)\"\n"
	"if [ -e \"$lock\" ]; then\n"
	"  if [ -r \"$lock\" ]; then read -r pid <\"$lock\"; else echo unreadable=yes; fi; ino=$(stat -c %i \"$lock\")\n"
	"  echo \"lock=$(stat -c %.3Y \"$lock\") $pid\"\n"
	"  for p in $(awk -v i=\"$ino\" '$2 == \"FLOCK\" { split($6, a, \":\"); if (a[3] == i) print $5 }' /proc/locks); do\n"
	"    echo \"held=$p\"; s=$(sed 's/.*) //' /proc/$p/stat 2>/dev/null)\n"
	"    echo \"holder=$p ${s%% *} $(tr '\\0' ' ' </proc/$p/cmdline 2>/dev/null | cut -c1-200)\"\n"
	"  done\n"
	"fi\n"
	"f=$(grep -lsaE 'pg_receive(wal|xlog)' /proc/[0-9]*/cmdline)\n"
	"[ -z \"$f\" ] || { grep -sH '' $(echo \"$f\" | sed 's/cmdline$/stat/'); grep -saHz '' $f | tr '\\0' '\\n'; } | awk '\n"
	"    function add(x) { arg[pid] = arg[pid] x \"\\t\" }\n"
	"    !match($0, /^\\/proc\\/[0-9]+\\/(stat|cmdline):/) { next }\n"
	"    { split($0, part, \"/\"); pid = part[3]; is_stat = part[4] ~ /^stat:/; $0 = substr($0, RLENGTH + 1) }\n"
	"    is_stat { sub(/.*\\) /, \"\"); state[pid] = $1; when[pid] = $2 \" \" $20; pids[++n] = pid; next }\n"
	"    !(pid in arg) || /^--((directory|slot)=|synchronous$)/ { add($0); next }\n"
	"    want[pid] != \"\" { add(want[pid] $0); want[pid] = \"\"; next }\n"
	"    /^(-S|--slot)$/ { want[pid] = \"--slot=\" } /^(-D|--directory)$/ { want[pid] = \"--directory=\" }\n"
	"    /^-S./ { add(\"--slot=\" substr($0, 3)) } /^-D./ { add(\"--directory=\" substr($0, 3)) }\n"
	"    END { for (i = 1; i <= n; i++) { p = pids[i]; if (state[p] ~ /^[Tt]/) print \"halted=\" p; print \"process=\" p \" \" when[p] \" \" arg[p] } }'\n"
	"echo \"addresses=$(hostname -I 2>/dev/null)\"\n"
	"if [ -r \"$log\" ]; then\n"
	"  tail -c 262144 \"$log\" | awk -v p=\"[$pid]\" '\n"
	"    index($0, p) && /barman\\.(server|wal_archiver|command_wrappers|postgres) / { ours[n++ % 12] = substr($0, 1, 400) }\n"
	"    { for (s = $0; match(s, /slot \\047[a-z0-9_]+\\047/); s = substr(s, RSTART + RLENGTH)) {\n"
	"        name = substr(s, RSTART + 6, RLENGTH - 7); if (!(name in seen) && length(slots) < 4000) slots = slots name \" \"; seen[name] } }\n"
	"    END { for (i = n > 12 ? n - 12 : 0; i < n; i++) print \"log=\" ours[i % 12]; print \"slots=\" slots }'\n"
	"  tail -c 65536 \"$log\" | awk '/No space left on device/ { l = substr($0, 1, 300) } END { if (l != \"\") print \"enospc=\" l }'\n"
	"else echo log_unreadable=yes; fi\n"
	"queue() {\n"
	"  [ -d \"$2\" ] || { echo \"$1=missing\"; return; }\n"
	"  [ -r \"$2\" ] || { echo \"$1=unreadable\"; return; }\n"
	"  find -H \"$2\" -maxdepth 1 -type f ! -name '.*' ! -name '*.tmp' -printf '%T@ %C@ %f\\n' | awk -v k=\"$1\" '\n"
	"    $3 ~ /\\.partial$/ { if ($3 \"\" > part) { part = $3 \"\"; pm = $1 }; next }\n"
	"    { n++; if (!old || $2 < old) old = $2; if ($2 > new) new = $2; if (n <= 5) few = few \" \" $3\n"
	"      if (length($3) == 24 && $3 !~ /[^0-9A-F]/) { if ($3 \"\" > last) { last = $3 \"\"; lm = $1 } } }\n"
	"    END { printf \"%s=%d %.3f %s %.3f %s %.3f%s\\n\", k, n, old, last ? last : \"-\", lm, part ? part : \"-\", pm, few; if (n) print k \"_arrived=\" new }'\n"
	"}\n"
	"queue streaming {server.streaming_wals_directory}\n"
	"queue incoming {server.incoming_wals_directory}\n"
	"queue errors {server.errors_directory}\n"
	"echo end=\n";

/* ---- reading ---- */

/* "2026-11-21 08:25:01,024 [pid] …" at that UTC offset ("+0100") into ms; NAN if it is no such line. */
static double log_time(const char *line, double zone_s)
{
	struct tm tm = {0};
	int ms = 0;

	if (sscanf(line, "%4d-%2d-%2d %2d:%2d:%2d,%3d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		   &tm.tm_min, &tm.tm_sec, &ms) < 6)
		return NAN;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return ((double)timegm(&tm) - zone_s) * 1000.0 + ms;
}

/* What a line says after "barman.module LEVEL: ". */
static const char *log_words(const char *line)
{
	const char *p = strstr(line, ": ");

	return p ? p + 2 : line;
}

struct reading {
	struct view *v;
	double zone_s;          /* of the host's local time */
	double uptime, hz, clock;
	struct str log;
	int processes;
	struct str orphans;
	double held[8];
	int holders;
	double halted;          /* the last process that was seen in state T */
};

static void read_log(struct reading *g, const char *line)
{
	static const char *const streaming[] = {"finished segment", "not renaming",
						"replication stream was terminated", "received interrupt"};
	static const char *const ending[] = {"ERROR: ", "pg_receivewal: error", "SIGINT received"};
	double at = log_time(line, g->zone_s);
	const char *words = log_words(line);

	if (isnan(at))
		return;
	str_addf(&g->log, "%s%s", g->log.len ? "\n" : "", line);
	if (strstr(words, "starting log streaming"))
		learn_f(g->v, "server.receiver.began_ms", "%.0f", at);
	for (size_t i = 0; i < sizeof(streaming) / sizeof(*streaming); i++)
		if (strstr(words, streaming[i]))
			learn(g->v, "server.receiver.streamed", "yes");
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (strstr(line, ending[i]) && !strstr(words, "pg_receivewal: error: disconnected")) {
			learn_f(g->v, "server.receiver.ended_ms", "%.0f", at);
			/* "terminated with error code" says less than the line before it. */
			if (!strstr(words, "terminated with error code") || !know(g->v, "server.receiver.words"))
				learn(g->v, "server.receiver.words", words);
		}
}

static bool is_receiver(const char *program)
{
	const char *base = strrchr(program, '/');

	base = base ? base + 1 : program;
	return !strcmp(base, "pg_receivewal") || !strcmp(base, "pg_receivexlog");
}

/* "pid ppid start<blank>argv0<tab>--directory=…<tab>--slot=…<tab>" */
static void read_process(struct reading *g, char *line)
{
	const char *directory = know(g->v, "server.streaming_wals_directory"), *slot = "", *ours = slot_name(g->v);
	double pid = flow_word_number(line, 0), parent = flow_word_number(line, 1);
	double started = g->clock - (g->uptime - flow_word_number(line, 2) / g->hz) * 1000.0;
	char *field = line, *end;
	bool here = false, held = false, synchronous = false;

	for (int i = 0; i < 3 && field; i++)
		field = strchr(field, ' ') ? strchr(field, ' ') + 1 : NULL;
	if (!field || isnan(started))
		return;
	end = strchr(field, '\t');
	if (end)
		*end++ = '\0';
	if (!is_receiver(field))
		return;
	for (field = end; field && *field; field = end) {
		end = strchr(field, '\t');
		if (end)
			*end++ = '\0';
		if (text_starts(field, "--slot="))
			slot = field + strlen("--slot=");
		synchronous = synchronous || !strcmp(field, "--synchronous");
		if (text_starts(field, "--directory=") && directory)
			here = !strcmp(field + strlen("--directory="), directory);
	}
	for (int i = 0; i < g->holders; i++)
		held = held || g->held[i] == parent;
	if (here && held) {
		learn_f(g->v, "server.receiver.pid", "%.0f", pid);
		learn_f(g->v, "server.receiver.started_ms", "%.0f", started);
		learn(g->v, "server.receiver.slot", slot);
		learn_yes_no(g->v, "server.receiver.synchronous", synchronous);
		learn(g->v, "server.receiver.halted", g->halted == pid ? "yes" : "no");
	} else if (here || (*slot && ours && !strcmp(slot, ours))) {
		str_addf(&g->orphans, "%s%.0f %s", g->orphans.len ? "\n" : "", pid, slot);
	}
}

/* "count oldest_ctime last last_mtime partial partial_mtime few names" */
static void read_queue(struct reading *g, const char *which, const char *line)
{
	static const char *const fields[] = {"count", "oldest", "last", "last_at", "partial", "partial_at"};
	char name[64], word[128];
	const char *few = line;

	snprintf(name, sizeof(name), "server.%s.", which);
	forget_all(g->v, name);
	for (int i = 0; i < 6; i++) {
		const char *text = flow_word(line, i, word, sizeof(word));

		snprintf(name, sizeof(name), "server.%s.%s", which, fields[i]);
		if (text && strcmp(text, "-") != 0)
			learn(g->v, name, text);
		few = few && strchr(few, ' ') ? strchr(few, ' ') + 1 : NULL;
	}
	snprintf(name, sizeof(name), "server.%s.few", which);
	learn(g->v, name, few ? few : "");
	if (isnan(flow_word_number(line, 0))) {
		snprintf(name, sizeof(name), "server.%s.state", which);
		learn(g->v, name, line);
	}
}

/* "PID STATE COMMAND": only a receive-wal that is not halted will ever start a receiver. */
static void read_holder(struct reading *g, const char *line)
{
	char pid[24], state[8];
	bool parts = flow_word(line, 0, pid, sizeof(pid)) && flow_word(line, 1, state, sizeof(state));

	if (!parts || isnan(flow_number(pid)))
		return;
	learn(g->v, "server.receiver.holder", line);
	learn(g->v, "server.receiver.holder_pid", pid);
	learn_yes_no(g->v, "server.receiver.holder_idle", *state == 'T' || *state == 't' || !strstr(line, " receive-wal "));
}

static void read_line(struct reading *g, char *line)
{
	static const struct {
		const char *key, *fact;
	} plain[] = {{"unreadable=", "server.receiver.lock_unreadable"},
		     {"log_unreadable=", "server.receiver.log_unreadable"},
		     {"addresses=", "server.receiver.addresses"},
		     {"slots=", "server.receiver.log_slots"},
		     {"incoming_arrived=", "server.incoming.arrived_at"}};

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (text_starts(line, plain[i].key))
			learn(g->v, plain[i].fact, line + strlen(plain[i].key));
	if (text_starts(line, "uptime="))
		g->uptime = flow_number(line + 7);
	else if (text_starts(line, "hz="))
		g->hz = flow_number(line + 3);
	else if (text_starts(line, "held=") && g->holders < 8)
		g->held[g->holders++] = flow_number(line + 5);
	else if (text_starts(line, "holder="))
		read_holder(g, line + 7);
	else if (text_starts(line, "halted="))
		g->halted = flow_number(line + 7);
	else if (text_starts(line, "lock="))
		learn_f(g->v, "server.receiver.attempt_ms", "%.0f", flow_word_number(line + 5, 0) * 1000.0);
	else if (text_starts(line, "process="))
		read_process(g, line + 8);
	else if (text_starts(line, "log="))
		read_log(g, line + 4);
	else if (text_starts(line, "enospc="))
		learn_f(g->v, "server.receiver.enospc_ms", "%.0f", log_time(line + 7, g->zone_s));
	else if (text_starts(line, "streaming=") || text_starts(line, "incoming=") || text_starts(line, "errors=")) {
		char *value = strchr(line, '=');

		*value = '\0';
		read_queue(g, line, value + 1);
	}
}

static void read_receiver(const struct reply *r, struct view *v)
{
	struct reading g = {.v = v, .uptime = NAN, .hz = NAN, .clock = NAN, .halted = NAN};
	char buf[64], *copy, *p, *line;

	if (!flow_whole(v, r, "server.receiver.seen"))
		return;
	forget_all(v, "server.receiver.");
	learn(v, "server.receiver.seen", "yes");
	if (text_value(r->out, "clock", buf, sizeof(buf))) {
		g.clock = flow_word_number(buf, 0) * 1000.0;
		g.zone_s = flow_zone_s(flow_word_number(strchr(buf, ' ') ? buf : "0 0", 1));
		learn_f(v, "server.receiver.clock_ms", "%.0f", g.clock);
	}
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p)))
		read_line(&g, line);
	learn_yes_no(v, "server.receiver.held", g.holders > 0);
	learn(v, "server.receiver.log", str_text(&g.log));
	learn(v, "server.receiver.orphans", str_text(&g.orphans));
	free(copy);
	str_free(&g.log);
	str_free(&g.orphans);
	flow_derive(v);
}

const struct question q_backup_receiver = {
	.id = "backup.receiver",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = receiver_sh,
	.flags = Q_ALONE,
	.read = read_receiver,
};

/* ---- knowing ---- */

/* The longest time cron can leave a stopped receiver alone and still be called on time: a minute, the
 * start of barman cron, and the start of its child. */
enum { CRON_GRACE_MS = 75000, START_GRACE_MS = 6000, BREATH_MS = 3000 };

static const struct {
	const char *words, *cause;
} failures[] = {
	{"has already been removed", "receiver.wal_removed"},
	{"is not a child of", "receiver.timeline"},
	{"is not in this server's history", "receiver.timeline"},
	{"highest timeline", "receiver.timeline"},
	/* restored to a point in the past (walsender.c StartReplication) */
	{"is ahead of the WAL flush position", "receiver.timeline"},
	/* what other probes see and explain better */
	{"not present in $PATH", "receiver.not_running"},
	{"version not compatible", "receiver.not_running"},
	{"doesn't exist", "receiver.not_running"},
	{"does not exist", "receiver.not_running"},
	{"is already in use", "receiver.not_running"},
	{"is active for PID", "receiver.not_running"},
	{"failed opening the PostgreSQL streaming connection", "receiver.not_running"},
	{"could not connect to server", "receiver.not_running"},
	{"replication stream was terminated", "receiver.not_running"},
	{"terminating connection due to administrator command", "receiver.not_running"},
	{"server closed the connection unexpectedly", "receiver.not_running"},
	{"SSL SYSCALL error", "receiver.not_running"},
	{"SIGINT received", "receiver.not_running"},
	{"terminated by signal", "receiver.not_running"},
};

static const char *cause_of(const struct receiver *r)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (strstr(r->words, failures[i].words))
			return failures[i].cause;
	return *r->words && !r->streamed ? "receiver.failing" : "receiver.not_running";
}

/* The last attempt could not succeed then, and what stopped it is gone now. When that happened is
 * not known, so this counts from the attempt: the next run of cron is the first that can succeed. */
static bool reason_gone(const struct view *v, const struct receiver *r)
{
	struct slot s;
	bool slot = slot_get(v, slot_name(v), &s);

	if (strstr(r->words, "doesn't exist") || strstr(r->words, "does not exist"))
		return slot;
	if (strstr(r->words, "is already in use") || strstr(r->words, "is active for PID"))
		return slot && !s.active;
	if (strstr(r->words, "streaming connection") || strstr(r->words, "could not connect"))
		return know_num(v, "pg.start_ms") > r->attempt - 1000;
	return false;
}

/* All of cron was seen, and there is no daemon whose next run one could wait for. */
static bool nothing_will_start_it(const struct view *v)
{
	const char *timers = know(v, "server.cron.timers");
	bool runs = !isnan(know_num(v, "backup.cron.daemon_started_ms")) && !know_yes(v, "backup.cron.daemon_stopped");

	return know_yes(v, "server.cron.seen") && !know_yes(v, "backup.cron.hidden") && !runs && !(timers && *timers);
}

/* Looked at just after the lock was taken: how it ended is for the next look to say. */
static bool is_starting(const struct view *v, const struct receiver *r)
{
	return !*r->words && know_num(v, "server.receiver.clock_ms") - r->attempt < START_GRACE_MS;
}

/* Rule 2 of the design. Times here are of the backup host's clock, cron's too. */
static void judge_stopped(const struct view *v, struct receiver *r)
{
	double now = know_num(v, "server.receiver.clock_ms") + (double)know_age_ms(v, "server.receiver.clock_ms");
	double last_run = know_num(v, "server.cron.last_run_ms"), next = know_num(v, "backup.cron.next_tick_ms");
	double daemon = know_num(v, "backup.cron.daemon_started_ms");
	double stopped = r->streamed && !isnan(r->ended) ? r->ended : r->attempt;
	bool failed_at_once = !r->streamed;

	r->state = RECEIVER_DOWN;
	if (isnan(next) && isnan(last_run) && isnan(daemon) &&
	    !(now - fmax(r->attempt, r->ended) > 2 * CRON_GRACE_MS))
		r->state = RECEIVER_UNSEEN; /* nothing of cron was seen yet */
	if (isnan(next) || next <= 0 || nothing_will_start_it(v))
		return;
	if (isnan(stopped))     /* never started: due since cron began to run */
		stopped = isnan(last_run) ? daemon : -INFINITY, failed_at_once = false;
	if (failed_at_once && !reason_gone(v, r) && !is_starting(v, r))
		return;
	/* A daemon or an entry that is new can have done nothing before its first tick. */
	double due = fmax(stopped, fmax(daemon, know_num(v, "server.cron.entry.changed_ms")));
	if (!(now - due < CRON_GRACE_MS))
		return;
	if (last_run > stopped + 500 && now - last_run > START_GRACE_MS && !failed_at_once)
		return;
	r->state = RECEIVER_WAITING;
	r->until = flow_ms(next);
}

/* receive-wal connects to PostgreSQL first, which may take its time. */
static bool is_young(const struct view *v, const struct receiver *r)
{
	return !(know_num(v, "server.receiver.clock_ms") - r->attempt > 60000);
}

static const char *text_of(const struct view *v, const char *name)
{
	const char *s = know(v, name);

	return s ? s : "";
}

void receiver_get(const struct view *v, struct receiver *ret)
{
	double partial, began = know_num(v, "server.receiver.began_ms");

	*ret = (struct receiver){
		.state = RECEIVER_UNSEEN,
		.pid = know_num(v, "server.receiver.pid"),
		.started = know_num(v, "server.receiver.started_ms"),
		.attempt = know_num(v, "server.receiver.attempt_ms"),
		.ended = know_num(v, "server.receiver.ended_ms"),
		.streamed = know_yes(v, "server.receiver.streamed"),
		.words = text_of(v, "server.receiver.words"),
		.slot = text_of(v, "server.receiver.slot"),
		.cause = "receiver.not_running",
	};
	/* It says so before it has received a byte: one that fails in the same breath has streamed nothing. */
	if (began > 0 && (isnan(ret->ended) || ret->ended - began > BREATH_MS || !strstr(ret->words, "error: ")))
		ret->streamed = true;
	/* A log that says nothing (its level, no right to read it): the last write tells it lived. */
	partial = know_num(v, "server.streaming.partial_at") * 1000.0;
	if (!ret->streamed && !*ret->words && partial > ret->attempt + 10000) {
		ret->streamed = true;
		ret->ended = partial;
	}
	if (know(v, "server.streaming_archiver") && !know_yes(v, "server.streaming_archiver"))
		ret->state = RECEIVER_OFF;
	else if (!know_yes(v, "server.receiver.seen"))
		return;
	else if (!isnan(ret->pid))
		ret->state = RECEIVER_RUNNING;
	else if (know_yes(v, "server.receiver.holder_idle"))
		ret->state = RECEIVER_DOWN; /* whoever holds the lock starts no child, and keeps cron from it */
	else if (know_yes(v, "server.receiver.held") && isnan(ret->ended) && is_young(v, ret))
		ret->state = RECEIVER_WAITING; /* receive-wal holds the lock and is about to start its child */
	else
		judge_stopped(v, ret);
	if (ret->state == RECEIVER_DOWN)
		ret->cause = cause_of(ret);
}

struct search {
	const struct view *v;
	const char *application;
	double written;
};

static void match_sender(void *arg, const char *name, const char *text)
{
	struct search *s = arg;
	const char *dot = strrchr(name, '.');
	char other[96];
	double written;

	if (!dot || strcmp(dot, ".application") != 0 || strcmp(text, s->application) != 0)
		return;
	snprintf(other, sizeof(other), "%.*s.write", (int)(dot - name), name);
	written = know_num(s->v, other);
	if (isnan(s->written) || written > s->written)
		s->written = written;
}

double receiver_written(const struct view *v)
{
	const char *application = know(v, "server.streaming_archiver_name");
	struct search s = {v, application && *application ? application : "barman_receive_wal", NAN};
	struct receiver receiver;
	struct slot slot;

	receiver_get(v, &receiver);
	if (receiver.state != RECEIVER_RUNNING || !slot_seen(v))
		return NAN;
	/* Several receivers may bear one application name; the slot says which is ours. */
	if (*receiver.slot && slot_get(v, receiver.slot, &slot))
		return slot.active ? slot.write : (double)NAN;
	know_each(v, "pg.sender.", match_sender, &s);
	return s.written;
}
