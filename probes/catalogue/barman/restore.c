/* restore.tested: a backup that was never restored is a hope. The record of the last drill that succeeded is a file of our own, on the
 * host where walmedic runs: $XDG_STATE_HOME/walmedic/drill/SERVER.json, in which every character of the name but letters, digits, "_", "-" and "." is "_".
 *     {"version": 1, "server": "main", "restored": {"backup": "20261121T031702", "at": "2026-11-21T09:12:44Z", "seconds": 312},
 *      "verified": {"backup": "20261121T031702", "at": "2026-11-21T09:12:44Z"}}
 * "restored": a copy was restored and looked at; "verified": its checksums were read (barman verify-backup). Either may be missing. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"

/* A quarter of a year: people, passwords and disks change. A month: bits on disks do. */
static const double overdue_s = 92 * 86400.0, unverified_s = 31 * 86400.0;

static const char drill_sh[] =
	"f={server.drill_directory}/$(printf %s {server.name} | tr -c 'A-Za-z0-9_.-' _).json\n"
	"if [ ! -e \"$f\" ]; then echo record=none; elif [ ! -f \"$f\" ] || [ ! -r \"$f\" ]; then echo record=unreadable; else\n"
	"  echo record=here; echo \"json=$(head -c 4096 \"$f\" | tr '\\n\\t' '  ')\"; fi\n"
	"echo end=\n";

/* "2026-11-21T09:12:44Z"; NAN if it is no time. */
static double time_of(const char *text)
{
	struct tm tm = {0};
	char zone = 0;

	if (!text || sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &zone) != 7 ||
	    zone != 'Z')
		return NAN;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return (double)timegm(&tm) * 1000;
}

static void learn_record(struct view *v, const char *text)
{
	json_t *all = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);
	json_t *restored = json_object_get(all, "restored"), *verified = json_object_get(all, "verified");

	if (!json_is_object(all) || (!restored && !verified))
		learn(v, "server.drill.record", "unreadable");
	learn(v, "server.drill.backup", json_string_value(json_object_get(restored, "backup")));
	if (restored)
		learn_f(v, "server.drill.restored_ms", "%.0f", time_of(json_string_value(json_object_get(restored, "at"))));
	if (verified)
		learn_f(v, "server.drill.verified_ms", "%.0f", time_of(json_string_value(json_object_get(verified, "at"))));
	json_decref(all);
}

static void read_drill(const struct reply *r, struct view *v)
{
	char text[4200], buf[32];

	if (!flow_whole(v, r, "server.drill.seen"))
		return;
	forget_all(v, "server.drill.");
	learn(v, "server.drill.seen", "yes");
	learn(v, "server.drill.record", text_value(r->out, "record", buf, sizeof(buf)));
	if (text_value(r->out, "json", text, sizeof(text)))
		learn_record(v, text);
}

const struct question q_console_drill = {
	.id = "console.drill",
	.how = HOW_SH,
	.at = "console",
	.text = drill_sh,
	.every_ms = 60000,
	.read = read_drill,
};

/* Seconds since the fact's time; NAN when it is none, or of the future. */
static double age_s(const struct view *v, const char *fact)
{
	double age = ((double)view_now(v) - know_num(v, fact)) / 1000;

	return age > -300 ? fmax(age, 0) : NAN;
}

static void judge_age(const struct view *v, struct verdict *r, double restored, double verified)
{
	const char *backup = know(v, "server.drill.backup");

	if (restored > overdue_s) {
		verdict_cause(r, RANK_ADVICE, "restore.overdue", "the last restore drill was %s ago", flow_duration(restored));
		verdict_evidence(r, "of backup %s, at %s", backup ? backup : "?", flow_time(know_num(v, "server.drill.restored_ms")));
	} else if (fmin(restored, verified) > unverified_s && know_yes(v, "server.catalogue.manifest")) {
		verdict_cause(r, RANK_ADVICE, "backup.unverified", "no backup was verified or restored for %s", flow_duration(fmin(restored, verified)));
		verdict_evidence(r, "its checksums are in backup_manifest, and barman verify-backup reads them");
	}
	verdict_ok(r, "backup %s was restored as a drill %s ago", backup ? backup : "?", flow_duration(restored));
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *record = know(v, "server.drill.record");
	double restored = age_s(v, "server.drill.restored_ms"), verified = age_s(v, "server.drill.verified_ms");
	bool is_none = record && !strcmp(record, "none"), has = know(v, "server.drill.restored_ms");

	if (!know_yes(v, "server.drill.seen") || !record) {
		flow_unseen(r, v, &q_console_drill, "the record of restore drills");
	} else if (!is_none && (strcmp(record, "here") != 0 || (has && isnan(restored)))) {
		verdict_unknown(r, "the record of the last restore drill cannot be read");
	} else if (is_none || !has) {
		verdict_cause(r, RANK_ADVICE, "restore.never_tested", "no restore was ever tested, as far as is recorded here%s",
			      isnan(verified) ? "" : "; a backup was verified");
		verdict_ok(r, "no restore drill is on record");
	} else {
		judge_age(v, r, restored, verified);
	}
}

const struct probe probe_restore_tested = {
	.id = "restore.tested",
	.title = "a restore was tested",
	.about = "When a backup was last restored to see that it can be. The record is walmedic's own, on this host: a drill from elsewhere, or "
		 "by other means, is not seen. Advice, never a failure.",
	.stage = STAGE_BACKUP,
	.asks = {&q_console_drill, &q_backup_catalogue},
	.causes = {"restore.never_tested", "restore.overdue", "backup.unverified"},
	.judge = judge,
};
