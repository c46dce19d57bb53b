/* The names of every segment of the archive, cheaply: a directory whose segments follow one another is one line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/wal_names.h"
#include "probes/catalogue/flow.h"

/* Barman keeps wals/<16 digits>/<24 digits>, 256 files of 16 MB a directory: names are read, no file is looked at. The queues
 * come first: what Barman files meanwhile is then seen in one of both. */
static const char walk_sh[] =
	"LC_ALL=C; export LC_ALL; wals={server.wals_directory}\n"
	"[ -d \"$wals\" ] && [ ! -r \"$wals\" ] && echo unreadable=wals\n"
	"{ ls -1U {server.incoming_wals_directory} {server.streaming_wals_directory} 2>/dev/null; echo archive\n"
	"  timeout 12 find -H \"$wals\" -mindepth 2 -maxdepth 2 -type f -printf '%f\\n' 2>/dev/null; echo \"status=$?\"; } | awk '\n"
	"  function hex(t, i, r) { for (i = 1; i <= 8; i++) r = r * 16 + index(\"0123456789ABCDEF\", substr(t, i, 1)) - 1; return r }\n"
	"  /^status=/ { print; next }\n"
	"  $0 == \"archive\" { filed = 1; next }\n"
	"  length($0) != 24 || /[^0-9A-F]/ { next }\n"
	"  { d = substr($0, 1, 16); s = substr($0, 17); if (!(d in n)) { lo[d] = s; hi[d] = s } else { if (s \"\" < lo[d] \"\") lo[d] = s; if (s \"\" > hi[d] \"\") hi[d] = s }\n"
	"    m += filed; n[d]++; all[d] = all[d] \" \" s }\n"
	"  END { print \"archived=\" m + 0; for (d in n) if (hex(hi[d]) - hex(lo[d]) + 1 == n[d]) print \"run=\" d \" \" lo[d] \" \" hi[d]; else print \"some=\" d all[d] }'\n"
	"for f in \"$wals\"/*.history; do\n"
	"  [ -r \"$f\" ] && echo \"history=${f##*/} $(head -c 8192 \"$f\" | tr '\\t\\n' ' |')\"\n"
	"done\n"
	"echo end=\n";

static void read_some(struct wal_names *w, const char *line)
{
	char name[25];

	for (const char *p = line + 16; strlen(line) >= 16 && *p == ' ' && strlen(p) >= 9; p += 9) {
		snprintf(name, sizeof(name), "%.16s%.8s", line, p + 1);
		wal_names_add(w, name);
	}
}

static void read_line(struct wal_names *w, char *line)
{
	char dir[20], from[12], to[12];
	char *text = strchr(line, ' ');

	if (text_starts(line, "run=") && sscanf(line + 4, "%19s %11s %11s", dir, from, to) == 3)
		wal_names_add_run(w, dir, from, to);
	else if (text_starts(line, "some="))
		read_some(w, line + 5);
	else if (text_starts(line, "history=") && text) {
		for (char *p = text; *p; p++)
			*p = *p == '|' ? '\n' : *p;
		*text = '\0';
		wal_names_add_history(w, line + 8, text + 1);
	}
}

enum { HOLES_MAX = 20, SPANS_MAX = 64 };

/* "FIRST LAST AFTER SEGMENTS" a line; of a missing history file "history TIMELINE - 0". */
static void learn_holes(struct view *v, struct wal_names *w)
{
	struct wal_hole hole[HOLES_MAX];
	struct str all = {0};
	int n = wal_names_holes(w, hole, HOLES_MAX);

	str_add(&all, "");
	for (int i = 0; i < n && i < HOLES_MAX; i++)
		if (hole[i].history)
			str_addf(&all, "history %08X - 0\n", hole[i].timeline);
		else
			str_addf(&all, "%s %s %s %.0f\n", hole[i].first, hole[i].last, *hole[i].after ? hole[i].after : "-",
				 (double)hole[i].segments);
	learn(v, "server.wals.holes", all.s);
	learn_f(v, "server.wals.hole_count", "%d", n);
	learn_f(v, "server.wals.count", "%.0f", (double)wal_names_count(w));
	str_free(&all);
}

/* "FIRST LAST" a line and timeline; not known where there are more timelines than that. */
static void learn_spans(struct view *v, struct wal_names *w)
{
	struct wal_span span[SPANS_MAX];
	struct str all = {0};
	int n = wal_names_spans(w, span, SPANS_MAX);

	str_add(&all, "");
	for (int i = 0; i < n && n <= SPANS_MAX; i++)
		str_addf(&all, "%s %s\n", span[i].first, span[i].last);
	learn(v, "server.wals.spans", n <= SPANS_MAX ? all.s : NULL);
	str_free(&all);
}

static void read_walk(const struct reply *r, struct view *v)
{
	char buf[16], *copy, *p, *line;
	struct wal_names *w;

	if (!flow_whole(v, r, "server.wals.seen"))
		return;
	forget_all(v, "server.wals.");
	learn(v, "server.wals.seen", "yes");
	learn(v, "server.wals.unreadable", text_value(r->out, "unreadable", buf, sizeof(buf)));
	learn(v, "server.wals.archived", text_value(r->out, "archived", buf, sizeof(buf)));
	if (!text_value(r->out, "status", buf, sizeof(buf)) || !strcmp(buf, "124")) {
		learn(v, "server.wals.cut", "yes");
		return;
	}
	w = wal_names_new(flow_segment_size(v));
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p)))
		read_line(w, line);
	learn_holes(v, w);
	learn_spans(v, w);
	free(copy);
	wal_names_free(w);
}

const struct question q_backup_wals = {
	.id = "backup.wals",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = walk_sh,
	.deadline_ms = 15000,
	.every_ms = 60000,
	.flags = Q_ALONE,
	.read = read_walk,
};
