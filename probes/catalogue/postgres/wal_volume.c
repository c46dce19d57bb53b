#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/volume.h"

static const char wal_sh[] =
	VOLUME_SH
	"wal={db.pg_wal}; data={db.pg_data}\n"
	"echo \"db.wal.clock=$(date +%s.%3N)\"\n"
	/* below a mount that hangs there is nothing to ask for */
	"if volume db.data \"$data\"; then hung=0; else hung=1; fi\n"
	"case $hung$wal in \"1$data\"/*) ;; *) volume db.wal \"$wal\" || hung=1;; esac\n"
	"[ $hung = 0 ] || { echo end=; exit 0; }\n"
	/* of the tablespaces the one with the least room */
	"for t in \"$data\"/pg_tblspc/*; do [ -L \"$t\" ] || continue; t=$(readlink \"$t\")\n"
	"  if alive \"$t\"; then df -B1 --output=avail \"$t/.\" 2>/dev/null | awk -v t=\"$t\" 'NR == 2 { print $1, t }'; else echo \"-1 $t\"; fi\n"
	"done | sort -n | head -n 1 | { read -r a t && { echo \"db.tbs.dir=$t\"; volume db.tbs \"$t\"; }; }\n"
	"[ -d \"$wal\" ] || { echo db.wal.missing=yes; echo end=; exit 0; }\n"
	"[ -r \"$wal\" ] || { echo db.wal.unreadable=yes; echo end=; exit 0; }\n"
	"find -H \"$wal\" -maxdepth 1 -type f -printf '%T@ %s %f\\n' | sort -n | awk '\n"
	"  length($3) == 24 && $3 !~ /[^0-9A-F]/ { n++; s = $2; b += $2; if ($3 \"\" > last) last = $3 \"\"\n"
	"    if (!first || $3 \"\" < first) first = $3 \"\"; w[n] = $1 \" \" $3; next }\n"
	"  $3 ~ /\\.(history|backup|partial)$/ { b += $2; next }\n"
	"  $2 > 1000000 { o += $2; names = names \" \" $3 }\n"
	"  END { printf \"db.wal.segments=%d\\ndb.wal.bytes=%.0f\\ndb.wal.segment_size=%.0f\\ndb.wal.first=%s\\ndb.wal.last=%s\\n\", n, b, s, first, last\n"
	"    printf \"db.wal.foreign_bytes=%.0f\\ndb.wal.foreign=%s\\n\", o, substr(names, 2, 300)\n"
	"    for (i = n > 60 ? n - 59 : 1; i <= n; i++) print \"written=\" w[i] }'\n"
	"find \"$wal/archive_status\" -maxdepth 1 -name '*.ready' -printf '%T@\\n' 2>/dev/null | sort -n | awk '\n"
	"  NR == 1 { old = $1 } END { printf \"db.wal.ready=%d\\ndb.wal.oldest_ready_ms=%.0f\\n\", NR, old * 1000 }'\n"
	/* What else lies there; and what of it is being written: how much it grew since it was made. */
	"mount=$(df --output=target \"$wal/.\" 2>/dev/null | tail -n 1)\n"
	"[ \"$mount\" = / ] || find \"$mount\" -xdev -mindepth 1 -maxdepth 3 \\( -path \"$wal\" -o -path \"$data\" \\) -prune -o"
	" -type f -size +4M -printf '%k %p\\n' 2>/dev/null | grep -vE '/[0-9A-F]{24}(\\.partial)?$' | sort -rn | head -n 5 | cut -d' ' -f2- |\n"
	"  xargs -r -d '\\n' stat -c '%b|%Y|%W|%n' 2>/dev/null | awk -F'|' -v now=\"$(date +%s)\" '{ printf \"big=%.0f %s\\n\", $1 * 512, $4; age = $2 - $3\n"
	"    if ($3 > 0 && age >= 20 && now - $2 < 60 && $1 / age > rate) { rate = $1 / age; name = $4 } }\n"
	"    END { if (rate) printf \"db.wal.grower_rate=%.0f\\ndb.wal.grower=%s\\n\", rate * 512, name }'\n"
	"echo end=\n";

/* A segment's time is when its last page was written: the position then stood at its end. The time is
 * moved to our clock, so that it can be laid beside live samples. */
static void read_written(struct view *v, const char *line, double shift)
{
	char name[32];
	double at = flow_word_number(line, 0) * 1000.0 + shift;
	double end = flow_wal_end(flow_word(line, 1, name, sizeof(name)), flow_segment_size(v), NULL);

	/* The open segment is not written to its end, and those ahead are not written at all. */
	if (!isnan(at) && !isnan(end) && !(end > flow_lsn(v)))
		learn_point(v, "db.wal.written", flow_ms(at), end);
}

static void learn_volume(struct view *v, const char *line)
{
	static const char *const series[] = {"db.wal.avail", "db.wal.bytes", "db.data.avail", "db.tbs.avail"};
	const char *eq = strchr(line, '=');
	char name[64];

	if (!eq || eq - line >= (int)sizeof(name))
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(eq - line), line);
	for (size_t i = 0; i < sizeof(series) / sizeof(*series); i++)
		if (!strcmp(series[i], name)) {
			learn_num(v, name, flow_number(eq + 1));
			return;
		}
	learn(v, name, eq + 1);
}

static void forget_volumes(struct view *v)
{
	static const char *const names[] = {
		"db.wal.hung", "db.wal.ro", "db.wal.unmounted", "db.wal.missing", "db.wal.unreadable",
		"db.data.hung", "db.data.ro", "db.data.unmounted", "db.wal.avail", "db.data.avail", "db.wal.big",
		"db.wal.inodes", "db.data.inodes", "db.wal.mount", "db.data.mount", "db.wal.grower", "db.wal.grower_rate"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		learn(v, names[i], NULL);
	forget_all(v, "db.tbs.");
}

static void read_wal(const struct reply *r, struct view *v)
{
	char buf[64], *copy, *p, *line;
	double shift = 0;
	struct str big = {0};

	if (!flow_whole(v, r, "db.wal.seen"))
		return;
	forget_volumes(v);
	if (text_value(r->out, "db.wal.clock", buf, sizeof(buf)) && !isnan(flow_number(buf)))
		shift = (double)view_now(v) - flow_number(buf) * 1000.0;
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p))) {
		if (text_starts(line, "written="))
			read_written(v, line + 8, shift);
		else if (text_starts(line, "big="))
			str_addf(&big, "%s%s", big.len ? "\n" : "", line + 4);
		else if (text_starts(line, "db.wal.") || text_starts(line, "db.data.") || text_starts(line, "db.tbs."))
			learn_volume(v, line);
	}
	learn(v, "db.wal.big", str_text(&big));
	learn(v, "db.full_dir", know_num(v, "db.tbs.avail") < 2 * flow_segment_size(v) ? know(v, "db.tbs.dir") : know(v, "db.pg_data"));
	free(copy);
	str_free(&big);
	flow_derive(v);
}

const struct question q_db_wal = {
	.id = "db.wal",
	.how = HOW_SH,
	.at = "db",
	.as = "postgres",
	.text = wal_sh,
	.flags = Q_ALONE,
	.read = read_wal,
};

static const char waldir_sql[] =
	"SELECT count(*), coalesce(sum(size), 0), max(name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'";

static void read_waldir(const struct reply *r, struct view *v)
{
	bool whole = r->outcome == REPLY_DONE && r->rows == 1 && r->cols == 3 &&
		     !isnan(flow_number(reply_cell(r, 0, 1)));

	learn(v, "pg.waldir.seen", whole ? "yes" : NULL);
	if (!whole)
		return;
	learn(v, "pg.waldir.segments", reply_cell(r, 0, 0));
	learn_num(v, "pg.waldir.bytes", flow_number(reply_cell(r, 0, 1)));
	flow_derive(v);
}

const struct question q_pg_waldir = {
	.id = "pg.waldir",
	/* without the right to it the server would log an error each time */
	.only_if = "privilege.pg_monitor=yes",
	.how = HOW_SQL,
	.at = "pg",
	.text = waldir_sql,
	.every_ms = 30000,
	.read = read_waldir,
};
