/* archive_command: what its text says, and whether the running one is the file's. */
#include <string.h>

#include "probes/base/arena.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/command/lint.h"
#include "probes/catalogue/postgres/command.h"
#include "probes/catalogue/postgres/postgres.h"

static const enum rank rank_of[] = {[LINT_FAIL] = RANK_FAIL, [LINT_WARN] = RANK_WARN, [LINT_ADVICE] = RANK_ADVICE};

static void say_finding(const struct view *v, struct verdict *ret, const struct lint *l, const struct lint_finding *f, const char *command)
{
	/* another path may be the same volume: what never arrives is not */
	bool proven = f->weight == LINT_WARN && !strcmp(f->cause, "archive_command.wrong_directory") && archiving_is_lost(v);
	verdict_cause(ret, proven ? RANK_FAIL : rank_of[f->weight], f->cause, "%s", f->say);
	verdict_evidence(ret, "archive_command = '%s'", command);
	if (l->corrected && f->weight == LINT_FAIL)
		verdict_evidence(ret, "it should be: '%s'", l->corrected);
}

/* The file's command, when it differs from the running one and the files can be loaded. */
static const char *waiting_command(const struct view *v)
{
	const char *running = setting(v, "archive_command"), *file = file_value(v, "archive_command");
	bool differs = running && file && strcmp(running, "(disabled)") && strcmp(running, file);
	return differs && !know(v, "pg.file_error") ? file : NULL;
}

static void judge_command(const struct view *v, struct verdict *ret, struct arena *a, const char *command)
{
	const char *file = waiting_command(v);
	struct lint l, waiting = {.findings = 0};
	lint_archive_command(a, v, command, &l);
	if (file)
		lint_archive_command(a, v, file, &waiting);
	const struct lint_finding *worst = lint_worst(&l, LINT_FAIL);
	if (file && !lint_worst(&waiting, LINT_FAIL)) {
		verdict_cause(ret, worst ? RANK_FAIL : RANK_WARN, "archive_command.reload_pending",
			      "archive_command was changed in the file and not reloaded: the server still runs the old one");
		verdict_evidence(ret, "running: %s\nfile: %s", command, file);
	} else if (worst) {
		say_finding(v, ret, &l, worst, command);
		return;
	}
	for (int i = 0; i < l.findings && !worst; i++)
		say_finding(v, ret, &l, &l.finding[i], command);
	if (!worst)
		verdict_ok(ret, "archive_command is '%s'", command);
}

/* PostgreSQL 15 calls the library alone, 16 and later archive nothing while both are set (pgarch.c LoadArchiveLibrary). */
static void judge_library(const struct view *v, struct verdict *ret, const char *library)
{
	const char *running = setting(v, "archive_command"), *incoming = know(v, "server.incoming_wals_directory");
	const char *directory = setting(v, "basic_archive.archive_directory");
	bool both_refused = know_num(v, "pg.version_num") >= 160000;
	bool same = !strcmp(library, "basic_archive") && directory && incoming && !strcmp(directory, incoming);
	bool elsewhere = !strcmp(library, "basic_archive") && directory && *directory && !same;
	if (!running || !*running || !strcmp(running, "(disabled)") || (same && !both_refused)) {
		verdict_off(ret, "archive_library '%s' archives instead of archive_command", library);
		return;
	}
	verdict_cause(ret, both_refused || elsewhere || archiving_is_lost(v) ? RANK_FAIL : RANK_WARN, "archive_command.overridden", "archive_library is set: %s",
		      both_refused ? "PostgreSQL archives nothing while archive_command is set as well"
		      : elsewhere ? "PostgreSQL calls it and never archive_command, and it does not write to Barman"
				  : "PostgreSQL calls it and never archive_command");
	verdict_evidence(ret, "archive_library = '%s'\narchive_command = '%s'", library, running);
	if (elsewhere)
		verdict_evidence(ret, "basic_archive.archive_directory = '%s'", directory);
}

static void judge_archive_command(const struct view *v, struct verdict *ret)
{
	const char *library = setting(v, "archive_library"), *command = archive_command(v);
	if (know(v, "server.archiver") && !pushes(v)) {
		verdict_off(ret, "Barman takes this server's WAL by streaming only (archiver is off)");
	} else if (library && *library) {
		judge_library(v, ret, library);
	} else if (!command) {
		verdict_unseen(ret, v, setting(v, "archive_command") ? &q_dbsql_files : &q_pg_settings);
	} else {
		struct arena *a = arena_new();
		judge_command(v, ret, a, command);
		arena_free(a);
	}
}

const struct probe probe_archive_command = {
	.id = "archive_command",
	.title = "archive_command",
	.about = "The text of the running command, taken apart as a shell would: its program, the server and directory it names. It is not run. "
		 "While archive_mode is off the server shows '(disabled)'; then the file's value is judged.",
	.stage = STAGE_WAL,
	.needs = {"pg.connect"},
	.asks = {&q_pg_settings, &q_dbsql_files, &q_db_program, &q_pg_archiver, &q_backup_incoming},
	.causes = {"archive_command.empty", "archive_command.no_op", "archive_command.misspelled", "archive_command.arguments",
		   "archive_command.wrong_server", "archive_command.wrong_directory", "archive_command.overwrites",
		   "archive_command.not_idempotent", "archive_command.no_timeout", "archive_command.reload_pending",
		   "archive_command.overridden"},
	.off = passive_off,
	.judge = judge_archive_command,
};
