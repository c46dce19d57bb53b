/* The plugin interface of Nagios: one line, perfdata after a bar, long text below. */
#include <math.h>
#include <string.h>

#include "probes/report/report.h"

static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* A bar would start perfdata. */
static void add_plain(struct str *out, const char *s)
{
	for (; *s; s++)
		str_addc(out, *s == '|' ? '/' : *s == '\n' ? ' ' : *s);
}

static void add_perfdata(struct str *out, const struct server *s, bool many)
{
	static const char *const names[] = {"rpo", "pg_wal_full", "backup_full", "slot_lost"};
	const double value[] = {s->rpo_s, s->pg_wal_full_s, s->backup_full_s, s->slot_lost_s};
	for (int i = 0; i < 4; i++)
		if (!isnan(value[i]))
			str_addf(out, " '%s%s%s'=%.0fs", many ? s->name : "", many ? "_" : "", names[i], value[i]);
	str_addf(out, " '%s%sroot_causes'=%d", many ? s->name : "", many ? "_" : "", s->roots);
}

static void write_nagios(const struct model *m, struct str *out)
{
	struct str line = {0};
	str_addf(out, "WALMEDIC %s - ", words[model_exit_status(m)]);
	for (int i = 0; i < m->servers; i++) {
		str_clear(&line);
		str_addf(&line, "%s%s ", i ? "; " : "", m->server[i].name);
		report_headline(&m->server[i], &line);
		add_plain(out, str_text(&line));
	}
	str_add(out, " |");
	for (int i = 0; i < m->servers; i++)
		add_perfdata(out, &m->server[i], m->servers > 1);
	str_add(out, "\n");
	for (int i = 0; i < m->servers; i++)
		for (int r = 0; r < m->server[i].roots; r++) {
			const struct finding *f = m->server[i].root[r].finding;
			str_clear(&line);
			str_addf(&line, "%s: %s on %s: %s", m->server[i].name, f->cause, f->host ? f->host : f->place, f->say);
			add_plain(out, str_text(&line));
			str_add(out, "\n");
		}
	str_free(&line);
}

const struct report report_nagios = {.name = "nagios", .about = "plugin output of Nagios and Icinga", .write = write_nagios};
