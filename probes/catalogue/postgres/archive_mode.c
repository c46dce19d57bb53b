/* archive_mode: the running value against what the files say, which decides between restart, edit and both. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/postgres/postgres.h"

/* Spellings of archive_mode_options (PostgreSQL 15 xlog.c). */
static bool means_on(const char *value)
{
	static const char *const on[] = {"on", "always", "true", "yes", "1"};
	for (size_t i = 0; value && i < sizeof on / sizeof *on; i++)
		if (!strcasecmp(value, on[i]))
			return true;
	return false;
}

/* "FILE:LINE VALUE" */
static const char *shadowed_value(const char *shadowed)
{
	const char *blank = shadowed ? strrchr(shadowed, ' ') : NULL;
	return blank ? blank + 1 : NULL;
}

/* The source of a running value that no file can change, or NULL (guc.c GucSource_Names). */
static const char *over_files(const struct view *v)
{
	const char *source = know(v, "pg.source.archive_mode");
	return source && (!strcmp(source, "command_line") || !strcmp(source, "environment_variable")) ? source : NULL;
}

static void judge_off(const struct view *v, struct verdict *ret)
{
	const char *file = file_value(v, "archive_mode"), *source = know(v, "pg.file_source.archive_mode");
	const char *shadowed = know(v, "pg.file_shadowed.archive_mode");
	if (!source)
		source = "the configuration file";
	if (!know_yes(v, "pg.files_seen") && know_yes(v, "pg.pending_restart.archive_mode")) {
		verdict_cause(ret, RANK_FAIL, "archive_mode.restart_pending",
			      "archive_mode was switched on in the file, and the server still runs with off: it needs a restart");
		verdict_evidence(ret, "pg_settings: archive_mode = off, pending_restart");
	} else if (!know_yes(v, "pg.files_seen") && view_asked(v, &q_dbsql_files) == ASKED_NEVER) {
		verdict_unseen(ret, v, &q_dbsql_files);
	} else if (!know_yes(v, "pg.files_seen")) {
		verdict_cause(ret, RANK_FAIL, "archive_mode.off",
			      "archive_mode is off: nothing is archived. Whether the file says on already and only a restart is missing, "
			      "or a later line hides it, can only be seen as postgres on the database host");
		verdict_evidence(ret, "pg_settings: archive_mode = off");
	} else if (means_on(file) && over_files(v)) {
		verdict_cause(ret, RANK_FAIL, "archive_mode.shadowed",
			      "archive_mode is %s in the file, and whoever starts the server gives it -c archive_mode=off, which wins over every file", file);
		verdict_evidence(ret, "%s: archive_mode = %s\npg_settings: archive_mode = off, source = %s", source, file, over_files(v));
	} else if (means_on(file)) {
		verdict_cause(ret, RANK_FAIL, "archive_mode.restart_pending",
			      "archive_mode is %s in the file and off in the running server: it needs a restart, a reload is not enough", file);
		verdict_evidence(ret, "%s: archive_mode = %s\nrunning: archive_mode = off", source, file);
	} else if (means_on(shadowed_value(shadowed))) {
		verdict_cause(ret, RANK_FAIL, "archive_mode.shadowed",
			      "archive_mode is switched on in one place and off again in %s, which is read later and wins", source);
		verdict_evidence(ret, "%s: archive_mode = %s\n%.*s: archive_mode = %s (hidden)", source, file,
				 (int)(strlen(shadowed) - strlen(shadowed_value(shadowed)) - 1), shadowed, shadowed_value(shadowed));
	} else {
		verdict_cause(ret, RANK_FAIL, "archive_mode.off", "archive_mode is off, in the running server and in its files: nothing is archived");
		verdict_evidence(ret, "running: archive_mode = off\n%s: %s", source, file ? file : "not set (the default is off)");
	}
}

static void judge_archive_mode(const struct view *v, struct verdict *ret)
{
	const char *mode = setting(v, "archive_mode");
	if (!mode) {
		verdict_unseen(ret, v, &q_pg_settings);
	} else if (!pushes(v)) {
		verdict_off(ret, "Barman takes this server's WAL by streaming only (archiver is off); archive_mode is %s", mode);
	} else if (!means_on(mode)) {
		judge_off(v, ret);
	} else if (know_yes(v, "pg.in_recovery") && strcmp(mode, "always")) {
		verdict_cause(ret, RANK_FAIL, "archive_mode.standby",
			      "this server is a standby, where archive_mode = on archives nothing; it needs always");
		verdict_evidence(ret, "running: archive_mode = %s, in recovery", mode);
	} else if (!means_on(file_value(v, "archive_mode")) && know_yes(v, "pg.files_seen") && know(v, "pg.file_source.archive_mode")) {
		verdict_ok(ret, "archive_mode is %s (until the next restart: %s says %s)", mode, know(v, "pg.file_source.archive_mode"),
			   file_value(v, "archive_mode"));
	} else {
		verdict_ok(ret, "archive_mode is %s", mode);
	}
}

const struct probe probe_archive_mode = {
	.id = "archive_mode",
	.title = "archive_mode",
	.about = "The running value, and what the files would give. It changes only at a restart, so the file may be right for weeks while nothing "
		 "is archived; and postgresql.auto.conf (ALTER SYSTEM) is read last and wins.",
	.stage = STAGE_WAL,
	.needs = {"pg.connect"},
	.asks = {&q_pg_settings, &q_dbsql_files},
	.causes = {"archive_mode.off", "archive_mode.restart_pending", "archive_mode.shadowed", "archive_mode.standby"},
	.off = passive_off,
	.judge = judge_archive_mode,
};
