#include <math.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/text.h"
#include "probes/report/report.h"

static const char *const labels[] = {
	[STATE_OK] = "ok", [STATE_WARN] = "WARN", [STATE_FAIL] = "FAIL", [STATE_BLOCKED] = "BLKD", [STATE_UNKNOWN] = "UNKN", [STATE_OFF] = "off"};

static void indent_lines(struct str *out, const char *prefix, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		str_addf(out, "%s%.*s\n", prefix, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void write_root(const struct server *s, const struct root *r, int number, struct str *out)
{
	const struct finding *f = r->finding;
	str_addf(out, "\n%d. %s %s on %s\n   %s\n", number, labels[f->rank == RANK_FAIL ? STATE_FAIL : STATE_WARN], f->cause,
		 f->host && *f->host ? f->host : f->place, f->say);
	indent_lines(out, "   | ", f->evidence);
	if (!isnan(f->urgency)) {
		str_add(out, "   time left: ");
		text_duration(out, f->urgency);
		str_add(out, "\n");
	}
	if (r->unblocks)
		str_addf(out, "   fixing it should unblock %d\n", r->unblocks);
	str_addf(out, "   remedy: walmedic fix %s   (or: walmedic explain %s)\n", s->name, f->cause);
}

static void write_nodes(const struct server *s, struct str *out)
{
	for (int i = 0; i < s->nodes; i++) {
		const struct node *n = &s->node[i];
		str_addf(out, "  %-5s %-16s %s", labels[n->verdict.state], n->probe->id, n->verdict.say);
		if (n->explained_by >= 0)
			str_addf(out, " (because of %s)", s->node[n->explained_by].probe->id);
		str_add(out, "\n");
	}
}

static void write_forecast(const struct server *s, struct str *out)
{
	static const char *const names[] = {"data at risk (RPO now)", "pg_wal full in", "backup volume full in", "slot lost in"};
	const double seconds[] = {s->rpo_s, s->pg_wal_full_s, s->backup_full_s, s->slot_lost_s};
	for (int i = 0; i < 4; i++) {
		if (isnan(seconds[i]))
			continue;
		str_addf(out, "  %s: ", names[i]);
		text_duration(out, seconds[i]);
		str_add(out, "\n");
	}
	if (*s->other_route)
		str_addf(out, "  %s\n", s->other_route);
}

static void write_server(const struct server *s, struct str *out)
{
	str_addf(out, "%s (%s%s%s): ", s->name, s->engine, *s->pg_version ? ", PostgreSQL " : "", s->pg_version);
	if (s->roots)
		str_addf(out, "%d root cause%s\n", s->roots, s->roots == 1 ? "" : "s");
	else
		report_headline(s, out), str_add(out, "\n");
	for (int i = 0; i < s->roots; i++)
		write_root(s, &s->root[i], i + 1, out);
	str_add(out, "\n");
	write_nodes(s, out);
	write_forecast(s, out);
	for (int i = 0; i < s->advices; i++)
		str_addf(out, "  advice %s: %s\n", s->advice[i]->cause, s->advice[i]->say);
	if (s->hidden)
		str_addf(out, "  %d thing%s not visible from here\n", s->hidden, s->hidden == 1 ? "" : "s");
}

static void write_text(const struct model *m, struct str *out)
{
	for (int i = 0; i < m->servers; i++) {
		if (i)
			str_add(out, "\n");
		write_server(&m->server[i], out);
	}
}

const struct report report_text = {.name = "text", .about = "for people", .write = write_text};
