/* Prometheus text exposition format, for the node exporter's textfile collector. */
#include <math.h>

#include "probes/report/report.h"

static void add_label(struct str *out, const char *s)
{
	for (; s && *s; s++) {
		if (*s == '\\' || *s == '"')
			str_addc(out, '\\');
		if (*s == '\n')
			str_add(out, "\\n");
		else
			str_addc(out, *s);
	}
}

static void add_head(struct str *out, const char *name, const char *help)
{
	str_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void add_seconds(const struct model *m, struct str *out, const char *name, const char *help,
			double (*get)(const struct server *s))
{
	add_head(out, name, help);
	for (int i = 0; i < m->servers; i++) {
		double v = get(&m->server[i]);
		if (isnan(v))
			continue;
		str_addf(out, "%s{server=\"", name);
		add_label(out, m->server[i].name);
		str_addf(out, "\"} %.0f\n", v);
	}
}

static double rpo(const struct server *s)
{
	return s->rpo_s;
}

static double pg_wal_full(const struct server *s)
{
	return s->pg_wal_full_s;
}

static double backup_full(const struct server *s)
{
	return s->backup_full_s;
}

static double slot_lost(const struct server *s)
{
	return s->slot_lost_s;
}

static double status(const struct server *s)
{
	return server_exit_status(s);
}

static void add_roots(const struct model *m, struct str *out)
{
	add_head(out, "walmedic_root_cause", "1 for each root cause of a server");
	for (int i = 0; i < m->servers; i++)
		for (int r = 0; r < m->server[i].roots; r++) {
			const struct finding *f = m->server[i].root[r].finding;
			str_add(out, "walmedic_root_cause{server=\"");
			add_label(out, m->server[i].name);
			str_add(out, "\",cause=\"");
			add_label(out, f->cause);
			str_add(out, "\",host=\"");
			add_label(out, f->host);
			str_addf(out, "\",rank=\"%s\"} 1\n", f->rank == RANK_FAIL ? "fail" : "warn");
		}
}

static void add_probes(const struct model *m, struct str *out)
{
	add_head(out, "walmedic_probe_state", "1 for the state that a probe is in");
	for (int i = 0; i < m->servers; i++)
		for (int n = 0; n < m->server[i].nodes; n++) {
			const struct node *node = &m->server[i].node[n];
			str_add(out, "walmedic_probe_state{server=\"");
			add_label(out, m->server[i].name);
			str_addf(out, "\",probe=\"%s\",state=\"%s\"} 1\n", node->probe->id, state_names[node->verdict.state]);
		}
}

static void write_prometheus(const struct model *m, struct str *out)
{
	add_seconds(m, out, "walmedic_status", "exit status of walmedic check: 0 ok, 1 warn, 2 fail, 3 unknown", status);
	add_seconds(m, out, "walmedic_rpo_seconds", "age of the newest data that is safe on the backup host", rpo);
	add_seconds(m, out, "walmedic_pg_wal_full_seconds", "forecast: seconds until pg_wal is full", pg_wal_full);
	add_seconds(m, out, "walmedic_backup_full_seconds", "forecast: seconds until the backup volume is full", backup_full);
	add_seconds(m, out, "walmedic_slot_lost_seconds", "forecast: seconds until PostgreSQL takes the WAL that the slot holds", slot_lost);
	add_roots(m, out);
	add_probes(m, out);
}

const struct report report_prometheus = {.name = "prometheus", .about = "text exposition format", .write = write_prometheus};
