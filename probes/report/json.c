/* The contract that tests and scripts rely on: version 1. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/engine/facts.h"
#include "probes/report/report.h"

static json_t *text_of(const char *s)
{
	json_t *t = json_string(s ? s : "");
	return t ? t : json_string("<not UTF-8>");
}

static json_t *seconds_of(double s)
{
	return fabs(s) <= KNOW_NUM_MAX ? json_integer((json_int_t)s) : json_null();
}

static json_t *lines_of(const char *text)
{
	json_t *lines = json_array();
	while (text && *text) {
		size_t n = strcspn(text, "\n");
		json_array_append_new(lines, json_stringn(text, n));
		text += n + (text[n] == '\n');
	}
	return lines;
}

static json_t *root_of(const struct server *s, const struct root *r)
{
	const struct finding *f = r->finding;
	json_t *o = json_object();
	json_object_set_new(o, "cause", text_of(f->cause));
	json_object_set_new(o, "probe", text_of(s->node[r->node].probe->id));
	json_object_set_new(o, "state", text_of(f->rank == RANK_FAIL ? "fail" : "warn"));
	json_object_set_new(o, "host", text_of(f->host));
	json_object_set_new(o, "say", text_of(f->say));
	json_object_set_new(o, "unblocks", json_integer(r->unblocks));
	json_object_set_new(o, "urgency_seconds", seconds_of(f->urgency));
	return o;
}

static json_t *details_of(const struct node *n)
{
	json_t *details = lines_of(n->verdict.evidence);
	for (int i = 0; i < n->verdict.findings; i++) {
		json_t *more = lines_of(n->verdict.finding[i].evidence);
		json_array_extend(details, more);
		json_decref(more);
	}
	return details;
}

static json_t *probe_of(const struct server *s, const struct node *n)
{
	char at[40];
	const struct verdict *v = &n->verdict;
	bool bad = (v->state == STATE_WARN || v->state == STATE_FAIL) && v->findings;
	json_t *o = json_object(), *needs = json_array();
	for (int i = 0; i < n->n_needs; i++)
		json_array_append_new(needs, text_of(s->node[n->needs[i]].probe->id));
	json_object_set_new(o, "id", text_of(n->probe->id));
	json_object_set_new(o, "state", text_of(state_names[v->state]));
	if (bad)
		json_object_set_new(o, "cause", text_of(v->finding[0].cause));
	json_object_set_new(o, "details", details_of(n));
	json_object_set_new(o, "say", text_of(v->say));
	json_object_set_new(o, "needs", needs);
	json_object_set_new(o, "explained_by", n->explained_by >= 0 ? text_of(s->node[n->explained_by].probe->id) : json_null());
	json_object_set_new(o, "since", text_of(clock_rfc3339(n->since, at, sizeof at)));
	json_object_set_new(o, "took_ms", json_integer((json_int_t)n->took_ms));
	return o;
}

static json_t *server_of(const struct server *s)
{
	json_t *o = json_object(), *roots = json_array(), *advice = json_array(), *probes = json_array();
	for (int i = 0; i < s->roots; i++)
		json_array_append_new(roots, root_of(s, &s->root[i]));
	for (int i = 0; i < s->advices; i++)
		json_array_append_new(advice, json_pack("{s:o, s:o}", "cause", text_of(s->advice[i]->cause), "say", text_of(s->advice[i]->say)));
	for (int i = 0; i < s->nodes; i++)
		json_array_append_new(probes, probe_of(s, &s->node[i]));
	json_object_set_new(o, "name", text_of(s->name));
	json_object_set_new(o, "engine", text_of(s->engine));
	json_object_set_new(o, "state", text_of(state_names[s->state]));
	json_object_set_new(o, "root_causes", roots);
	json_object_set_new(o, "advice", advice);
	json_object_set_new(o, "probes", probes);
	json_object_set_new(o, "forecast", json_pack("{s:o, s:o, s:o}", "pg_wal_full_seconds", seconds_of(s->pg_wal_full_s),
						     "backup_full_seconds", seconds_of(s->backup_full_s), "slot_lost_seconds", seconds_of(s->slot_lost_s)));
	json_object_set_new(o, "rpo_seconds", seconds_of(s->rpo_s));
	return o;
}

static void write_json(const struct model *m, struct str *out)
{
	json_t *o = json_object(), *servers = json_array();
	for (int i = 0; i < m->servers; i++)
		json_array_append_new(servers, server_of(&m->server[i]));
	json_object_set_new(o, "version", json_integer(1));
	json_object_set_new(o, "servers", servers);
	char *s = json_dumps(o, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	str_add(out, s);
	str_addc(out, '\n');
	free(s);
	json_decref(o);
}

const struct report report_json = {.name = "json", .about = "for programs, version 1", .write = write_json};
