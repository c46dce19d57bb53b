/* Limits of time on the sessions of Barman's role. A backup with rsync holds one session from pg_backup_start to pg_backup_stop,
 * idle while files are copied, and may not take another (Barman 3.4 backup_executor.py: allow_reconnect). */
#include "probes/catalogue/postgres/session_limit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/postgres.h"

/* pg_backup_start with immediate_checkpoint writes what is dirty at once: a busy server takes seconds for it. */
static const double quick_ms = 30 * 1000;

/* "300000", "5min": as PostgreSQL reads the time of a setting in ms (guc.c time_unit_conversion). NAN: no time. */
static double limit_ms(const char *text)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"", 1}, {"us", 0.001}, {"ms", 1}, {"s", 1000}, {"min", 60e3}, {"h", 3600e3}, {"d", 86400e3}};
	char *end;
	double n = text ? strtod(text, &end) : 0;
	if (!text || end == text)
		return NAN;
	end += strspn(end, " ");
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (!strcmp(end, units[i].unit))
			return n * units[i].ms;
	return NAN;
}

static bool copies_under_a_session(const struct view *v)
{
	const char *method = know(v, "server.backup_method");
	return method && strcmp(method, "postgres") != 0;
}

static bool failed_with(const struct view *v, const char *words)
{
	const char *error = know(v, "server.catalogue.FAILED.error");
	return know_is(v, "server.catalogue.last_status", "FAILED") && error && strstr(error, words);
}

static void judge_idle(const struct view *v, struct verdict *r, const char *text)
{
	double limit = limit_ms(text), took = know_num(v, "server.catalogue.DONE.end") - know_num(v, "server.catalogue.DONE.begin");
	if (!(limit > 0))
		return;
	bool cut = limit < 2 * took || failed_with(v, "idle-session timeout");
	verdict_cause(r, cut ? RANK_FAIL : RANK_WARN, "backup.session_limit",
		      "PostgreSQL ends idle sessions of Barman's role after %s: a backup whose copy takes longer fails at its end", flow_duration(limit / 1000));
	verdict_evidence(r, "idle_session_timeout = %s; the last good backup took %s", text, flow_duration(took / 1000));
}

/* Spread over checkpoint_timeout unless it is told to hurry (checkpoint_completion_target: 0.9 from 14 on, 0.5 before). */
static void judge_statement(const struct view *v, struct verdict *r, const char *text)
{
	double limit = limit_ms(text), spread = know_num(v, "pg.settings.checkpoint_timeout") * 1000 * 0.5;
	bool hurry = know_yes(v, "server.immediate_checkpoint");
	double start = hurry || isnan(spread) ? quick_ms : fmax(spread, quick_ms);
	bool cut = failed_with(v, "statement timeout") || (!hurry && limit < spread);
	if (!(limit > 0) || (!cut && limit >= start))
		return;
	verdict_cause(r, cut ? RANK_FAIL : RANK_WARN, "backup.session_limit",
		      "PostgreSQL ends each statement of Barman's role after %s: a backup whose first checkpoint takes longer fails at its start",
		      flow_duration(limit / 1000));
	verdict_evidence(r, "statement_timeout = %s; immediate_checkpoint = %s, checkpoint_timeout = %s s", text, hurry ? "on" : "off",
			 setting(v, "checkpoint_timeout") ? setting(v, "checkpoint_timeout") : "?");
}

void judge_session_limits(const struct view *v, struct verdict *r)
{
	const char *own = know(v, "pg.limit.statement_timeout");
	if (!copies_under_a_session(v))
		return;
	judge_idle(v, r, know(v, "pg.limit.idle_session_timeout"));
	judge_statement(v, r, own ? own : file_value(v, "statement_timeout"));
}
