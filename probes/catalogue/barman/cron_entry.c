#include <math.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/flow.h"

enum { MINUTE_MS = 60 * 1000 };

static void where(const struct view *v, struct verdict *r)
{
	const char *path = know(v, "server.cron.entry.path"), *text = know(v, "server.cron.entry.text");
	verdict_evidence(r, "%s:%.0f: %s", path, know_num(v, "server.cron.entry.line"), text);
}

static void unseen_places(const struct view *v, struct verdict *r)
{
	const char *closed = know(v, "server.cron.closed"), *own = know(v, "server.cron.own"), *user = know(v, "server.barman_user");
	if (closed && *closed)
		verdict_evidence(r, "cannot be read by \"%s\":\n%s", user ? user : "barman", closed);
	if (own && *own)
		verdict_evidence(r, "crontab -l: %s", own);
	if (!know_yes(v, "server.cron.root.seen"))
		verdict_evidence(r, "not visible to \"%s\": the crontabs of other users in /var/spool/cron", user ? user : "barman");
}

/* A run long after any crontab was changed, in the first seconds of a minute as cron's are and a hand's seldom: somebody
 * whom Barman's user cannot see starts it, as root may, and Barman then becomes its own user. */
static bool runs_all_the_same(const struct view *v)
{
	double last = know_num(v, "server.cron.last_run_ms"), changed = know_num(v, "server.cron.places_changed_ms");
	return last - changed > 2 * MINUTE_MS && (double)view_now(v) - last < 1.5 * MINUTE_MS && fmod(last, MINUTE_MS) < MINUTE_MS / 4.0;
}

static void judge_missing(const struct view *v, struct verdict *r)
{
	const char *own = know(v, "server.cron.own"), *closed = know(v, "server.cron.closed"), *root = know(v, "server.cron.root.entry");
	if (root) {
		verdict_ok(r, "cron runs barman by root's crontab");
		verdict_evidence(r, "%s", root);
	} else if (own && strstr(own, "not allowed")) {
		verdict_cause(r, RANK_FAIL, "cron.denied", "no cron entry runs barman cron, and its user may not have a crontab");
		unseen_places(v, r);
	} else if (closed && strstr(closed, "barman")) {
		verdict_unknown(r, "a file of cron that may run Barman cannot be read; root could");
		verdict_evidence(r, "%s", closed);
	} else if (runs_all_the_same(v)) {
		verdict_unknown(r, "barman cron runs, and no crontab that Barman's user may read starts it: perhaps root's");
		verdict_evidence(r, "last run at %s; the crontabs were last changed at %s", flow_time(know_num(v, "server.cron.last_run_ms")),
				 flow_time(know_num(v, "server.cron.places_changed_ms")));
		unseen_places(v, r);
	} else {
		verdict_cause(r, RANK_FAIL, "cron.entry_missing", "no cron entry runs \"barman cron\"");
		unseen_places(v, r);
	}
}

static const struct {
	const char *stand, *cause;
	enum rank rank;
	const char *say;
} stands[] = {
	{"other_config", "cron.entry_broken", RANK_WARN, "Barman's cron entry may not serve this configuration"},
	{"wrong_user", "config.wrong_user", RANK_FAIL, "Barman's cron entry has the wrong user"},
	{"broken", "cron.entry_broken", RANK_FAIL, "Barman's cron entry cannot work"},
	{"disabled", "cron.entry_disabled", RANK_FAIL, "Barman's cron entry does not run every few minutes"},
};

static void judge_entry(const struct view *v, struct verdict *r, const char *stand)
{
	for (size_t i = 0; i < sizeof stands / sizeof *stands; i++)
		if (!strcmp(stands[i].stand, stand)) {
			verdict_cause(r, stands[i].rank, stands[i].cause, "%s: %s", stands[i].say, know(v, "server.cron.entry.why"));
			where(v, r);
			return;
		}
	verdict_ok(r, "cron runs barman by %s", know(v, "server.cron.entry.path"));
	where(v, r);
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *stand = know(v, "server.cron.entry.stand"), *timers = know(v, "server.cron.timers");
	if (!know(v, "server.cron.seen") || !stand) {
		verdict_unseen(r, v, &q_backup_cron);
		return;
	}
	if (know_yes(v, "server.cron.expired")) {
		verdict_cause(r, RANK_FAIL, "cron.denied", "the account of Barman's user has expired: cron does not start its jobs");
		return;
	}
	if (know(v, "server.cron.refusal")) {
		verdict_cause(r, RANK_FAIL, "cron.denied", "PAM refuses cron's jobs of Barman's user: pam_access and its access.conf");
		verdict_evidence(r, "/etc/security/access.conf: %s", know(v, "server.cron.refusal"));
		return;
	}
	bool good = !strcmp(stand, "good"), broken = program_broken(v);
	if (broken && (good || (timers && *timers))) {
		say_program(v, r);
		return;
	}
	if (!good && timers && *timers) {
		verdict_ok(r, "a systemd timer of Barman's is there");
		verdict_evidence(r, "%s", timers);
	} else if (!strcmp(stand, "none")) {
		judge_missing(v, r);
	} else {
		judge_entry(v, r, stand);
	}
	if (broken)
		say_program(v, r);
}

const struct probe probe_cron_entry = {
	.id = "cron.entry",
	.title = "cron entry of Barman",
	.about = "Barman is no daemon: \"barman cron\" every minute starts the receiver and files WAL. Read are /etc/crontab, /etc/cron.d with "
		 "cron's own rules, cron.hourly and the like, Barman's crontab, systemd's timers, and where none of them starts it, with a way in as root, root's crontab.",
	.stage = STAGE_CRON,
	.asks = {&q_backup_config, &q_backup_cron, &q_backup_cron_runs, &q_backup_cron_root, &q_backup_program},
	.causes = {"cron.entry_missing", "cron.entry_disabled", "cron.entry_broken", "cron.denied", "config.wrong_user", "barman.broken"},
	.judge = judge,
};
