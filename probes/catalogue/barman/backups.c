#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/flow.h"

/* backup.info files in order of their ids, which are times; the end of xlog.db, one line a WAL file. */
static const char catalogue_sh[] =
	"base={server.basebackups_directory}; name={server.name}\n"
	"lock={server.barman_lock_directory}/.$name-backup.lock\n"
	"echo \"clock=$(date '+%s %z')\"\n"
	"[ -d \"$base\" ] && [ ! -r \"$base\" ] && echo unreadable=base\n"
	"p=; [ -r \"$lock\" ] && p=$(awk -v i=\"$(stat -c %i \"$lock\")\" "
	"'$2 == \"FLOCK\" { split($6, a, \":\"); if (a[3] == i) { print $5; exit } }' /proc/locks)\n"
	"[ -z \"$p\" ] || { echo running=yes; echo \"running_pid=$p\"; s=$(sed 's/.*) //' /proc/$p/stat 2>/dev/null); echo \"running_state=${s%% *}\"; }\n"
	"id={server.backup_directory}/identity.json; [ -r \"$id\" ] && echo \"identity=$(head -c 4096 \"$id\" | tr -d ' \n' | grep -o 'systemid...[0-9]*' | grep -o '[0-9]*$')\"\n"
	"set -- \"$base\"/*/data/backup_manifest; [ -e \"$1\" ] && echo manifest=yes\n"
	"set -- \"$base\"/*/backup.info\n"
	"[ -e \"$1\" ] && awk -F= '\n"
	"  function out() { if (id) printf \"backup=%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n\", id, f[\"status\"], f[\"begin_time\"], f[\"end_time\"], f[\"begin_wal\"], f[\"end_wal\"], f[\"error\"] }\n"
	"  FNR == 1 { out(); split(\"\", f); k = split(FILENAME, d, \"/\"); id = d[k - 1] }\n"
	"  /^(status|begin_time|end_time|begin_wal|end_wal|error)=/ { f[$1] = substr($0, length($1) + 2, 300) }\n"
	"  /^xlog_segment_size=/ { seg = $2 }\n"
	"  END { out(); print \"segment_size=\" seg }' \"$@\"\n"
	"log={server.xlogdb}\n"
	"if [ -r \"$log\" ]; then tail -c 2097152 \"$log\" | sort | awk -v now=\"$(date +%s)\" '\n"
	"  NF >= 3 && $3 + 0 > 0 { n++; a = int((now - $3) / 3600); if ($3 > now - 86400) { day += $2; hour[a < 0 ? 0 : a] += $2 }\n"
	"    if (length($1) == 24 && $1 !~ /[^0-9A-F]/ ) { last = $1; at = $3 } }\n"
	"  END { printf \"wals=%d\\nday=%.0f\\nnewest=%s\\nnewest_at=%.3f\\n\", n, day, last, at\n"
	"    printf \"hours=\"; for (i = 0; i < 24; i++) printf \"%.0f \", hour[i]; print \"\" }'\n"
	"elif [ -e \"$log\" ]; then echo unreadable=xlog.db; else echo wals=0; fi\n"
	"echo end=\n";

/* "2026-11-21 08:24:58.430192+00:00"; without an offset in the host's own time. NAN if it is no time. */
static double time_of(const char *s, double zone_s)
{
	struct tm tm = {0};
	char sign = 0;
	int used = 0, hours = 0, minutes = 0;

	if (sscanf(s, "%4d-%2d-%2d %2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, &used) < 6)
		return NAN;
	s += used;
	s += *s == '.' ? 1 + strspn(s + 1, "0123456789") : 0;
	if (sscanf(s, "%c%2d:%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-'))
		zone_s = (sign == '-' ? -1 : 1) * (hours * 60.0 + minutes) * 60;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return ((double)timegm(&tm) - zone_s) * 1000.0;
}

enum state_of { EMPTY, STARTED, FAILED, WAITING, DONE, OTHER, STATES };
static const char *const statuses[] = {"EMPTY", "STARTED", "FAILED", "WAITING_FOR_WALS", "DONE", "SYNCING"};

struct tally {
	struct view *v;
	double zone_s;
	int count[STATES], total;
};

static enum state_of status_of(const char *s)
{
	for (int i = 0; i < OTHER; i++)
		if (!strcmp(statuses[i], s))
			return (enum state_of)i;
	return OTHER;
}

/* The newest of each status is kept: its id, end, first and last WAL, and words. */
static void read_backup(struct tally *t, char *line)
{
	static const char *const fields[] = {"id", "status", "begin", "end", "begin_wal", "end_wal", "error"};
	char *value[7], name[96];
	enum state_of status;

	for (int i = 0; i < 7; i++) {
		value[i] = line ? line : "";
		line = line ? strchr(line, '\t') : NULL;
		if (line)
			*line++ = '\0';
	}
	if (!*value[0] || !*value[1])
		return;
	status = status_of(value[1]);
	t->count[status]++;
	t->total++;
	for (int i = 0; i < 7; i++) {
		double ms = i == 2 || i == 3 ? time_of(value[i], t->zone_s) : NAN;

		snprintf(name, sizeof(name), "server.catalogue.%s.%s", status == OTHER ? "OTHER" : value[1], fields[i]);
		if (i == 2 || i == 3)
			learn_f(t->v, name, "%.0f", ms);
		else
			learn(t->v, name, value[i]);
	}
	if (status == DONE && !know(t->v, "server.catalogue.oldest_begin_wal"))
		learn(t->v, "server.catalogue.oldest_begin_wal", value[4]);
	learn(t->v, "server.catalogue.last_id", value[0]);
	learn(t->v, "server.catalogue.last_status", value[1]);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Bytes a second of a usual hour: the two fullest hours of the day, a burst or a bulk load, are left out. */
static double usual_rate(const char *hours)
{
	double hour[24], sum = 0;

	for (int i = 0; i < 24; i++) {
		hour[i] = hours ? flow_word_number(hours, i) : NAN;
		if (isnan(hour[i]))
			return NAN;
	}
	qsort(hour, 24, sizeof(*hour), compare);
	for (int i = 0; i < 22; i++)
		sum += hour[i];
	return sum / 22 / 3600;
}

static void read_catalogue(const struct reply *r, struct view *v)
{
	static const char *const plain[] = {"unreadable", "running", "running_pid", "running_state", "wals", "newest", "newest_at", "segment_size", "identity", "manifest"};
	struct tally t = {.v = v};
	char buf[128], hours[512], name[64], *copy, *p, *line;

	if (!flow_whole(v, r, "server.catalogue.seen"))
		return;
	forget_all(v, "server.catalogue.");
	learn(v, "server.catalogue.seen", "yes");
	if (text_value(r->out, "clock", buf, sizeof(buf))) {
		t.zone_s = strchr(buf, ' ') ? flow_zone_s(flow_word_number(buf, 1)) : 0;
		learn_f(v, "server.catalogue.clock_ms", "%.0f", flow_word_number(buf, 0) * 1000.0);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		snprintf(name, sizeof(name), "server.catalogue.%s", plain[i]);
		learn(v, name, text_value(r->out, plain[i], buf, sizeof(buf)));
	}
	learn_num(v, "server.catalogue.day_bytes",
		  flow_number(text_value(r->out, "day", buf, sizeof(buf))));
	learn_num(v, "server.catalogue.rate", usual_rate(text_value(r->out, "hours", hours, sizeof(hours))));
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p)))
		if (text_starts(line, "backup="))
			read_backup(&t, line + 7);
	free(copy);
	for (int i = 0; i < OTHER; i++) {
		snprintf(name, sizeof(name), "server.catalogue.%s.count", statuses[i]);
		learn_f(v, name, "%d", t.count[i]);
	}
	learn_f(v, "server.catalogue.count", "%d", t.total);
	learn(v, "server.catalogue.good_id", know(v, "server.catalogue.DONE.id"));
	flow_derive(v);
}

const struct question q_backup_catalogue = {
	.id = "backup.catalogue",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = catalogue_sh,
	.every_ms = 30000,
	.flags = Q_ALONE,
	.read = read_catalogue,
};
