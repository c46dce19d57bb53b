/* commits: synchronous_standby_names may name Barman's receiver, and then the application waits for it at each commit. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/postgres/postgres.h"

/* A commit may wait for a slow disk that long. */
enum { LONG_S = 10 };

static const char *our_name(const struct view *v)
{
	const char *name = know(v, "server.streaming_archiver_name");
	return name && *name ? name : "barman_receive_wal";
}

/* One name of the list, cut out of its blanks and quotes, against ours; PostgreSQL compares without regard to case. */
static bool is_name(const char *s, size_t n, const char *name)
{
	while (n && (isspace((unsigned char)*s) || *s == '"'))
		s++, n--;
	while (n && (isspace((unsigned char)s[n - 1]) || s[n - 1] == '"'))
		n--;
	return (n == 1 && *s == '*') || (n == strlen(name) && !strncasecmp(s, name, n));
}

/* "a, b", "2 (a, b)", "FIRST 2 (a, b)", "ANY 1 (a, b)" */
static bool is_named(const char *list, const char *name)
{
	const char *open = strchr(list, '('), *end = strrchr(list, ')');
	const char *p = open ? open + 1 : list, *stop = open && end > open ? end : list + strlen(list);
	while (p < stop) {
		size_t n = strcspn(p, ",");
		if (n > (size_t)(stop - p))
			n = (size_t)(stop - p);
		if (is_name(p, n, name))
			return true;
		p += n + 1;
	}
	return false;
}

struct standbys {
	bool ours, others; /* is one that commits wait for, of several */
};

/* "sync NAME" or "quorum NAME" a line; "potential" and "async" are not waited for. */
static struct standbys standbys_of(const struct view *v, const char *name)
{
	struct standbys ret = {false, false};
	for (const char *p = know(v, "pg.syncrep.standbys"); p && *p; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t n = strcspn(p, "\n"), state = strcspn(p, " ");
		bool waited_for = !strncmp(p, "sync ", 5) || !strncmp(p, "quorum ", 7);
		if (!waited_for || state >= n)
			continue;
		if (n - state - 1 == strlen(name) && !strncasecmp(p + state + 1, name, n - state - 1))
			ret.ours = true;
		else
			ret.others = true;
	}
	return ret;
}

static void add_facts(const struct view *v, struct verdict *r)
{
	const char *standbys = know(v, "pg.syncrep.standbys");
	verdict_evidence(r, "synchronous_standby_names = '%s'", setting(v, "synchronous_standby_names"));
	verdict_evidence(r, "pg_stat_replication: %s", standbys && *standbys ? standbys : "nobody");
	verdict_urgency(r, 0);
}

static void judge_named(const struct view *v, struct verdict *r, const char *name)
{
	double waiting = know_num(v, "pg.syncrep.waiting"), longest = know_num(v, "pg.syncrep.longest_s");
	struct standbys s = standbys_of(v, name);
	bool hang = waiting > 0 && longest >= LONG_S, alone = !s.ours && !s.others;
	struct receiver receiver;
	receiver_get(v, &receiver);
	bool lazy = s.ours && receiver.state == RECEIVER_RUNNING && know_is(v, "server.receiver.synchronous", "no");
	if (isnan(waiting)) {
		verdict_unseen(r, v, &q_pg_settings);
	} else if ((hang || alone) && receiver.state == RECEIVER_WAITING) {
		verdict_waiting(r, receiver.until, "commits wait for Barman's receiver, which the next run of cron starts");
	} else if (hang) {
		verdict_cause(r, RANK_FAIL, "commits.held", "%.0f commit%s on the primary hang%s, for up to %s: PostgreSQL waits for Barman's receiver%s", waiting,
			      waiting == 1 ? "" : "s", waiting == 1 ? "s" : "", flow_duration(longest),
			      lazy ? ", which runs without --synchronous" : s.ours ? "" : ", which is not connected");
		add_facts(v, r);
	} else if (alone) {
		verdict_cause(r, RANK_FAIL, "commits.held", "the next commit on the primary will hang: PostgreSQL waits for Barman's receiver, which is not connected");
		add_facts(v, r);
	} else if (lazy) {
		verdict_cause(r, s.others ? RANK_WARN : RANK_FAIL, "commits.held",
			      "commits on the primary wait for Barman's receiver, which runs without --synchronous and reports whole segments only");
		add_facts(v, r);
	} else {
		verdict_ok(r, s.ours ? "commits wait for Barman's receiver, and it keeps up" : "commits wait for other standbys first");
	}
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *list = setting(v, "synchronous_standby_names"), *name = our_name(v);
	if (!know(v, "pg.version_num") || !know(v, "server.known"))
		verdict_unseen(r, v, &q_pg_settings);
	else if (!list || !*list)
		verdict_off(r, "no commit waits for a standby: synchronous_standby_names is empty");
	else if (!is_named(list, name))
		verdict_off(r, "synchronous_standby_names does not name Barman's receiver (%s)", name);
	else if (know_yes(v, "pg.in_recovery"))
		verdict_off(r, "a standby takes no commits");
	else
		judge_named(v, r, name);
}

const struct probe probe_commits = {
	.id = "commits",
	.title = "commits do not hang on Barman",
	.about = "Where synchronous_standby_names names Barman's receiver, no commit of the application ends before the receiver has its WAL: when it is "
		 "down, or was started before the setting and so without --synchronous, they hang.",
	.stage = STAGE_SLOT,
	.needs = {"pg.connect"},
	.asks = {&q_pg_settings, &q_backup_receiver},
	.causes = {"commits.held"},
	.off = passive_off,
	.judge = judge,
};
