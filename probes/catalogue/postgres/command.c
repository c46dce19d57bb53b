/* archive_command taken apart: what other questions need to follow it to its end. */
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/command/lint.h"
#include "probes/catalogue/postgres/command.h"
#include "probes/catalogue/postgres/conninfo.h"
#include "probes/catalogue/postgres/postgres.h"

const char *archive_command(const struct view *v)
{
	const char *running = setting(v, "archive_command");
	/* guc.c show_archive_command: "(disabled)" while archive_mode is off */
	if (running && strcmp(running, "(disabled)"))
		return running;
	return file_value(v, "archive_command");
}

/* The answer may still be about the command before the last change. */
static bool program_found(const struct view *v)
{
	const char *asked = know(v, "archive.program_asked");
	return asked && know_is(v, "archive.program", asked) && know(v, "archive.program_path");
}

void lint_archive_command(struct arena *a, const struct view *v, const char *command, struct lint *ret)
{
	double version = know_num(v, "pg.version_num");
	struct lint_context c = {
		.server = know(v, "server.name"),
		.servers = know(v, "server.names"),
		.active_servers = know(v, "server.active_names"),
		.backup_host = know(v, "backup.hostname"),
		.incoming = know(v, "server.incoming_wals_directory"),
		.program_found = program_found(v),
		.pg_version_num = version > 0 && version < 1e7 ? (int)version : 0,
	};
	lint_command(a, command, &c, ret);
}

/* Where the program or its arguments are wrong, the way to Barman is that of the command as it should be. */
static void follow_corrected(struct arena *a, struct view *v, struct lint *l)
{
	const struct lint_finding *f = lint_worst(l, LINT_FAIL);
	const char *program = l->program, *corrected = l->corrected;
	if (!f || !corrected || (strcmp(f->cause, "archive_command.misspelled") && strcmp(f->cause, "archive_command.arguments")))
		return;
	lint_archive_command(a, v, corrected, l);
	l->program = program;
	l->corrected = corrected;
}

void learn_archive_command(struct view *v)
{
	const char *command = archive_command(v), *data = know(v, "db.pg_data");
	struct arena *a = arena_new();
	struct lint l = {.kind = NULL};
	if (command)
		lint_archive_command(a, v, command, &l);
	follow_corrected(a, v, &l);
	learn(v, "archive.command", command);
	learn(v, "archive.kind", l.kind);
	learn(v, "archive.program", l.program);
	learn(v, "archive.target_host", l.host);
	learn(v, "archive.target_user", l.user);
	learn(v, "archive.target_port", l.port);
	learn(v, "archive.server", l.server);
	learn(v, "archive.ssh_words", l.ssh_words);
	learn_f(v, "archive.pid_file", "%s/postmaster.pid", data ? data : "");
	learn(v, "archive.target_directory", l.directory);
	learn(v, "archive.corrected_command", l.corrected);
	learn(v, "archive.advised_command", l.advised);
	learn_yes_no(v, "archive.differs", l.advised && command && strcmp(l.advised, command));
	arena_free(a);
}

/* In the postmaster's PATH and directory, as the archiver's shell would look for it; nothing is run. */
static const char program_sh[] =
	"p={archive.program}; d={db.pg_data}\n"
	"cd \"$d\" || exit 0\n"
	"PATH={pg.postmaster_path}; export PATH\n"
	"case $p in */*) f=; [ -f \"$p\" ] && [ -x \"$p\" ] && f=$p ;; *) f=$(command -v \"$p\" 2>/dev/null) ;; esac\n"
	"echo \"found=$f\"\n"
	"case $p in */*) [ -e \"$p\" ] && [ ! -x \"$p\" ] && echo \"closed=$p\" ;;\n"
	"*) IFS=:; for i in $PATH; do [ -e \"$i/$p\" ] && [ ! -x \"$i/$p\" ] && { echo \"closed=$i/$p\"; break; }; done ;; esac\n"
	"echo end=\n";

static void read_program(const struct reply *r, struct view *v)
{
	char found[512], closed[512], end[8];
	char *text = reply_copy(r);
	bool complete = r->outcome == REPLY_DONE && text_value(text, "end", end, sizeof end);
	const char *path = complete ? text_value(text, "found", found, sizeof found) : NULL;
	const char *shut = complete ? text_value(text, "closed", closed, sizeof closed) : NULL;
	learn(v, "archive.program_asked", complete ? know(v, "archive.program") : NULL);
	learn(v, "archive.program_path", path && *path ? path : NULL);
	learn(v, "archive.program_closed", shut && *shut ? shut : NULL);
	free(text);
	learn_archive_command(v);
}

const struct question q_db_program = {
	.id = "db.program",
	.how = HOW_SH,
	.at = "db",
	.as = "postgres",
	.text = program_sh,
	.read = read_program,
};
