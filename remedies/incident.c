#include "remedies/incident.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/base/secret.h"
#include "probes/base/text.h"
#include "probes/engine/history.h"
#include "remedies/catalogue.h"
#include "remedies/incident_inside.h"

enum { BREAK_MS = 600000, SETTLE_MS = 60000, AROUND_MS = 3600000 };

/* ---- when ---- */

static int failing(const enum state *state, int n)
{
	int count = 0;
	for (int i = 0; i < n; i++)
		count += state[i] == STATE_FAIL;
	return count;
}

/* One step of time: a failure begins, goes on after a short break, or ends. */
static void turn(struct incident_window *w, bool *open, bool fails, int64_t at, bool unseen)
{
	if (fails && !*open) {
		bool goes_on = w->begin && at - w->end <= BREAK_MS;
		if (!goes_on)
			*w = (struct incident_window){.begin = at, .before = unseen};
		w->end = 0;
	} else if (!fails && *open) {
		w->end = at;
	}
	*open = fails;
}

static int64_t earliest_root(const struct server *s)
{
	int64_t since = 0;
	for (int i = 0; i < s->roots; i++) {
		int64_t at = s->node[s->root[i].node].since;
		if (s->root[i].finding->rank == RANK_FAIL && at && (!since || at < since))
			since = at;
	}
	return since;
}

void incident_window(const struct server *s, int64_t now, struct incident_window *ret)
{
	const struct news *news = NULL;
	int n = s->history ? history_news(s->history, &news) : 0;
	enum state *state = xcalloc((size_t)s->nodes + 1, sizeof *state);
	bool open = false;
	*ret = (struct incident_window){0};
	for (int i = 0; i < s->nodes; i++)
		state[i] = s->node[i].verdict.state;
	for (int i = n - 1; i >= 0; i--)
		if (news[i].node >= 0 && news[i].node < s->nodes)
			state[news[i].node] = news[i].from;
	if (failing(state, s->nodes) && n)
		turn(ret, &open, true, history_first(s->history) ? history_first(s->history) : news[0].at, true);
	for (int i = 0; i < n; i++) {
		if (news[i].node < 0 || news[i].node >= s->nodes)
			continue;
		state[news[i].node] = news[i].to;
		turn(ret, &open, failing(state, s->nodes) > 0, news[i].at, news[i].after != 0);
	}
	if (!ret->begin && s->state == STATE_FAIL)
		*ret = (struct incident_window){.begin = earliest_root(s), .before = true};
	int64_t length = (ret->end ? ret->end : now) - ret->begin;
	ret->look_at = ret->begin + (length / 2 < SETTLE_MS ? length / 2 : SETTLE_MS);
	free(state);
}

/* ---- words ---- */

/* Text of hosts and journals: one line, nothing that acts, no secret, nothing that Markdown would take for its own. */
void incident_put(struct str *out, const char *text)
{
	struct str clean = {0}, masked = {0};
	text_clean(&clean, text, strlen(text), 1000, 1000);
	secret_mask(&masked, str_text(&clean), clean.len);
	for (const char *p = str_text(&masked); *p; p++) {
		if (strchr("|`*_<>[]#", *p) && *p)
			str_addc(out, '\\');
		str_addc(out, *p == '\n' ? ' ' : *p);
	}
	str_free(&clean);
	str_free(&masked);
}

static void put_time(struct str *out, int64_t at)
{
	char buf[32];
	str_add(out, clock_rfc3339(at, buf, sizeof buf));
}

/* What it means that a probe failed; the first row that fits. */
static const struct meaning {
	const char *probe, *means;
} meanings[] = {
	{"pg.connect", "Barman could not reach PostgreSQL"},
	{"archive.*", "WAL was not archived by archive_command"},
	{"archive_*", "archiving was not set up as it must be"},
	{"receiver.*", "WAL did not arrive by streaming"},
	{"slot.*", "the replication slot was missing, lost, lagging or not read"},
	{"incoming", "WAL that had arrived was not filed"},
	{"filing", "WAL that had arrived was not filed"},
	{"wal_archive", "the WAL archive has a hole: no recovery to a time behind it from an older backup"},
	{"backup.last", "there was no backup that is whole and young enough"},
	{"disk.pg_wal", "the volume of pg_wal was full or about to be: PostgreSQL stops then"},
	{"disk.backup*", "the volume of the backups was full or about to be"},
	{"cron.*", "Barman's cron did not run"},
	{"host.*", "a host did not answer"},
	{"ssh.*", "ssh between the hosts did not work"},
	{"repl.*", "Barman had no replication connection"},
	{"rpo", "more would have been lost with the primary than is allowed"},
};

static void put_impact(const struct incident_order *o, const bool *failed, struct str *out)
{
	bool told[sizeof meanings / sizeof *meanings] = {false};
	int lines = 0;
	str_add(out, "**Impact**:\n\n");
	for (int i = 0; i < o->server->nodes; i++) {
		const struct probe *p = o->server->node[i].probe;
		size_t k = 0;
		while (failed[i] && k < sizeof meanings / sizeof *meanings && !text_match(meanings[k].probe, p->id))
			k++;
		if (!failed[i] || (k < sizeof meanings / sizeof *meanings && told[k]))
			continue;
		str_add(out, "- ");
		if (k < sizeof meanings / sizeof *meanings) {
			told[k] = true;
			str_add(out, meanings[k].means);
		} else {
			incident_put(out, p->title);
			str_add(out, ": failed");
		}
		str_add(out, "\n");
		lines++;
	}
	str_add(out, lines ? "\n" : "- nothing that walmedic saw failed\n\n");
}

static void put_duration(const struct incident_order *o, struct str *out)
{
	const struct incident_window *w = &o->window;
	str_add(out, "**Duration**: ");
	if (!w->begin) {
		str_add(out, "no failure is on record\n\n");
		return;
	}
	str_add(out, w->before ? "since before " : "");
	put_time(out, w->begin);
	str_add(out, " - ");
	if (w->end)
		put_time(out, w->end);
	else
		str_add(out, "now, it goes on");
	str_add(out, " (");
	text_duration(out, (double)((w->end ? w->end : o->now) - w->begin) / 1000);
	str_add(out, w->before ? ", at least)\n\n" : ")\n\n");
}

static int put_roots(const struct server *s, struct str *out)
{
	for (int i = 0; i < s->roots; i++) {
		const struct finding *f = s->root[i].finding;
		str_addf(out, "- %s: ", f->cause);
		incident_put(out, f->say);
		str_add(out, "\n");
	}
	return s->roots;
}

static void put_cause(const struct incident_order *o, const struct deeds *d, struct str *out)
{
	str_add(out, "**Root cause**, as walmedic named it:\n\n");
	int named = o->then ? put_roots(o->then, out) : !o->window.end ? put_roots(o->server, out) : 0;
	for (int i = 0; !named && i < d->causes; i++)
		str_addf(out, "- %s (its remedy was used)\n", d->cause[i]);
	str_add(out, named || d->causes ? "\n" : "- not on record\n\n");
}

static void put_risk(const struct incident_order *o, struct str *out)
{
	const struct server *s = o->server;
	const struct point *point = NULL;
	int n = s->history ? history_points(s->history, METRIC_RPO, &point) : 0, archive = server_node(s, "wal_archive");
	double worst = NAN;
	for (int i = 0; i < n; i++)
		if (point[i].at >= o->window.begin && (!o->window.end || point[i].at <= o->window.end) && !isnan(point[i].value) &&
		    (isnan(worst) || point[i].value > worst))
			worst = point[i].value;
	str_add(out, "**Data at risk (RPO)**: ");
	if (isnan(worst))
		str_add(out, "not on record");
	else
		text_duration(out, worst);
	str_add(out, isnan(worst) ? "" : " of changes would have been lost with the primary at the worst moment that was seen");
	if (!isnan(s->rpo_s)) {
		str_add(out, "; now ");
		text_duration(out, s->rpo_s);
	}
	str_add(out, "\n\n**Data lost**: ");
	if (archive >= 0 && s->node[archive].verdict.state == STATE_OK)
		str_add(out, "the WAL archive has no hole now, as far as its names tell");
	else if (archive >= 0 && s->node[archive].verdict.state == STATE_FAIL)
		incident_put(out, s->node[archive].verdict.say);
	else
		str_add(out, "not known: whether the WAL archive is whole could not be seen");
	str_add(out, "\n\n");
}

static void put_open(const struct incident_order *o, struct str *out)
{
	const struct server *s = o->server;
	str_add(out, "## Still open\n\n");
	int lines = put_roots(s, out);
	for (int i = 0; i < s->advices; i++) {
		str_addf(out, "- advice, %s: ", s->advice[i]->cause);
		incident_put(out, s->advice[i]->say);
		str_add(out, "\n");
	}
	if (!lines && server_exit_status(s) == 3)
		str_add(out, "- something essential could not be seen when this was written: it is not known whether all is well\n");
	else if (!lines && !s->advices)
		str_add(out, "- nothing: all green\n");
	str_add(out, "\n");
}

/* ---- prevention: what our runbook for such a cause says ---- */

static const struct book {
	const char *cause, *runbook;
} books[] = {
	{"disk.pg_*", "pg-wal-filling"},  {"disk.*", "disk-full-backup-host"}, {"slot*", "slot-lag"},          {"receiver.*", "slot-lag"},
	{"archive*", "archive-command-failing"}, {"ssh.to_backup.*", "archive-command-failing"}, {"ha.*", "primary-moved"}, {"wal_archive.*", "new-base-backup"},
	{"*", "backup-job-failure"},
};

static const char *runbook_for(const char *cause)
{
	size_t i = 0;
	while (!text_match(books[i].cause, cause))
		i++;
	return books[i].runbook;
}

static void put_prevention(const char *cause, struct str *out)
{
	struct problem p;
	struct arena *a = arena_new();
	const char *name = runbook_for(cause);
	const struct page *page = runbook_find(a, name, &p);
	str_addf(out, "## Prevention\n\nFrom the runbook `%s`; strike what is done, add what this one has taught:\n\n", name);
	for (int i = 0; page && i < page->steps; i++)
		if (page->step[i].kind == STEP_TICK && !strcmp(page->step[i].under, "Prevention"))
			str_addf(out, "- [ ] %s\n", page->step[i].heading);
	str_add(out, "- [ ] \n\n");
	arena_free(a);
}

static const char *main_cause(const struct incident_order *o, const struct deeds *d)
{
	const struct server *s = o->then ? o->then : o->server;
	return s->roots ? s->root[0].finding->cause : d->causes ? d->cause[0] : "";
}

/* ---- the whole ---- */

static void see_failed(const struct incident_order *o, bool *failed)
{
	const struct server *s = o->server;
	const struct news *news = NULL;
	int n = s->history ? history_news(s->history, &news) : 0;
	for (int i = 0; i < n; i++)
		if (o->window.begin && news[i].node >= 0 && news[i].node < s->nodes && news[i].to == STATE_FAIL && news[i].at >= o->window.begin &&
		    (!o->window.end || news[i].at <= o->window.end))
			failed[news[i].node] = true;
	for (int i = 0; i < s->nodes; i++) {
		failed[i] |= !o->window.end && o->window.begin && s->node[i].verdict.state == STATE_FAIL;
		failed[i] |= o->then && i < o->then->nodes && o->then->node[i].verdict.state == STATE_FAIL;
	}
}

void incident_write(const struct incident_order *o, struct str *out)
{
	struct deeds d = {.arena = arena_new(), .server = o->server};
	bool *failed = xcalloc((size_t)o->server->nodes + 1, sizeof *failed);
	int64_t from = o->window.begin ? o->window.begin : o->now - 24 * AROUND_MS;
	see_failed(o, failed);
	deeds_read(&d, o->journal, from - AROUND_MS, o->window.end ? o->window.end + AROUND_MS : o->now);
	deeds_add_news(&d);
	str_add(out, "# Incident: ");
	incident_put(out, o->server->name);
	str_add(out, "\n\n**Written**: ");
	put_time(out, o->now);
	str_add(out, ", times are UTC\n\n");
	put_duration(o, out);
	put_impact(o, failed, out);
	put_cause(o, &d, out);
	put_risk(o, out);
	deeds_timeline(&d, out);
	deeds_commands(&d, out);
	put_open(o, out);
	put_prevention(main_cause(o, &d), out);
	str_add(out, "## Escalation\n\n- ");
	incident_put(out, o->contact ? o->contact : "no contact is configured (contact = ... in walmedic.conf)");
	str_add(out, "\n");
	free(failed);
	arena_free(d.arena);
}
