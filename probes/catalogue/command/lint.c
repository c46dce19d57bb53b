#include "probes/catalogue/command/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/command/lint_inside.h"
#include "probes/catalogue/command/near.h"

__attribute__((format(printf, 4, 5)))
static void find(struct work *w, enum lint_weight weight, const char *cause, const char *fmt, ...)
{
	struct lint *l = w->to;
	if (l->findings == (int)(sizeof l->finding / sizeof *l->finding))
		return;
	char say[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(say, sizeof say, fmt, ap);
	va_end(ap);
	l->finding[l->findings++] = (struct lint_finding){weight, cause, arena_dup(w->arena, say)};
}

/* ---- the rules, gravest first ---- */

static bool copies(const struct work *w)
{
	static const char *const copying[] = {"cp", "rsync", "scp"};
	return w->kind && AMONG(copying, w->kind->program);
}

/* The shell does not wait for what "&" starts: its status is 0, whatever becomes of it. */
static bool left_behind(const struct work *w)
{
	const struct simple_command *end = w->line.command + w->line.commands;
	for (const struct simple_command *c = w->main + 1; c < end; c++)
		if (!strcmp(c->before, "&"))
			return strcmp(program_of(c), "wait") != 0;
	return w->line.commands < SHELL_COMMANDS && end->before && !strcmp(end->before, "&");
}

/* The status of a pipe is that of its last program: what only prints succeeds for a segment that was not sent. */
static const char *piped_into(const struct work *w)
{
	static const char *const printing[] = {"tee", "cat", "logger", "systemd-cat", "ts", "sed", "awk", "grep"};
	static const char *const carrying[] = {BARMAN, "rsync", "scp", "cp"};
	const struct simple_command *c = w->main + 1;
	if (!w->kind || !AMONG(carrying, w->kind->program) || c >= w->line.command + w->line.commands || strstr(w->text, "pipefail"))
		return NULL;
	return !strcmp(c->before, "|") && AMONG(printing, program_of(c)) ? program_of(c) : NULL;
}

static void rule_no_op(struct work *w)
{
	if (!w->main || (copies(w) && w->to->directory && !w->to->host && !strcmp(w->to->directory, "/dev/null"))) {
		find(w, LINT_FAIL, "archive_command.no_op",
		     "archive_command '%s' reports success and keeps nothing: every segment is lost for recovery", w->text);
		return;
	}
	if (w->kind && !strcmp(w->kind->program, BARMAN) && (has_option(w, "-t") || has_option(w, "--test")))
		find(w, LINT_FAIL, "archive_command.no_op",
		     "archive_command only tests (--test): it reports success and sends nothing");
	if (left_behind(w))
		find(w, LINT_FAIL, "archive_command.no_op",
		     "archive_command ends in '&': nobody waits for it, and a segment that failed counts as archived and is lost");
	if (piped_into(w))
		find(w, LINT_FAIL, "archive_command.no_op",
		     "archive_command is piped into '%s', whose success counts: a segment that failed counts as archived and is lost",
		     piped_into(w));
	for (const struct simple_command *c = w->main + 1; c < w->line.command + w->line.commands; c++) {
		const char *program = program_of(c);
		bool hides = !strcmp(c->before, "||") || !strcmp(c->before, ";") || !strcmp(c->before, "&");
		bool success = is_idle(program) && (strcmp(program, "exit") || c->words < 2 || !strcmp(c->word[1], "0"));
		/* "; exit" and "; exit $?" hand the status on */
		if (!strcmp(program, "exit") && c->words < 2)
			success = false;
		if (hides && success)
			find(w, LINT_FAIL, "archive_command.no_op",
			     "archive_command ends in '%s %s': a segment that failed counts as archived and is lost", c->before,
			     program);
	}
}

static void rule_misspelled(struct work *w)
{
	if (!w->main)
		return;
	const char *second = w->first + 1 < w->main->words ? w->main->word[w->first + 1] : "";
	const char *base = base_name(w->to->program);
	int last = w->first;
	if (!strcmp(base, "barman") && (!strcmp(second, "archive-wal") || !strcmp(second, "wal-archive"))) {
		w->to->likely = BARMAN;
		last++;
	} else if (!w->kind && !w->context->program_found) {
		w->to->likely = near_program(base);
	}
	if (!w->to->likely)
		return;
	const struct simple_command *c = w->main;
	const char *end = w->text + c->at[last] + c->length[last];
	w->to->corrected = arena_printf(w->arena, "%.*s%s%s", (int)c->at[w->first], w->text, w->to->likely, end);
	find(w, LINT_FAIL, "archive_command.misspelled", "archive_command runs '%s%s%s', which does not exist; the program is called '%s'",
	     w->to->program, last > w->first ? " " : "", last > w->first ? second : "", w->to->likely);
}

static void rule_barman_arguments(struct work *w)
{
	const struct args *g = &w->args;
	const char *right = "barman-wal-archive BARMAN_HOST SERVER_NAME %p";
	if (g->words != 3) {
		find(w, LINT_FAIL, "archive_command.arguments", "barman-wal-archive needs three arguments and gets %d: '%s'", g->words, right);
	} else if (strcmp(g->word[2], "%p")) {
		find(w, LINT_FAIL, "archive_command.arguments", "the last argument of barman-wal-archive is '%s', it must be %%p: '%s'",
		     g->word[2], right);
	} else if (w->context->servers && lint_listed(w->context->servers, g->word[0]) &&
		   !lint_listed(w->context->servers, g->word[1])) {
		find(w, LINT_FAIL, "archive_command.arguments", "'%s' is the server's name and stands where the host belongs: '%s'",
		     g->word[0], right);
	}
}

/* %p is a path as the archiver sees it, %f a bare name: the source needs the one and the target the other. */
static void rule_copy_arguments(struct work *w)
{
	const struct args *g = &w->args;
	const char *source = g->word[0], *target = g->word[g->words - 1];
	if (!strcmp(source, "%f"))
		find(w, LINT_FAIL, "archive_command.arguments", "%s copies '%s'%s: %%p is the segment's path, %%f only its name",
		     w->kind->program, source, strstr(target, "%p") ? " and %p and %f are swapped" : ", which is no path of a segment");
	else if (w->context->incoming && strstr(target, "%f") && strcmp(strstr(target, "%f"), "%f"))
		find(w, LINT_FAIL, "archive_command.arguments", "%s copies to '%s': Barman files only what has the segment's own name, %%f and nothing behind it",
		     w->kind->program, target);
	else if (strstr(target, "%p"))
		find(w, LINT_FAIL, "archive_command.arguments", "%s copies to '%s': the target needs %%f, %%p has directories in it",
		     w->kind->program, target);
}

static void rule_arguments(struct work *w)
{
	if (!w->main || w->to->likely)
		return;
	if (w->line.wrong)
		find(w, LINT_FAIL, "archive_command.arguments", "archive_command cannot be run by a shell: %s", w->line.wrong);
	else if (!w->kind && strstr(w->to->program, "%p") && strchr(w->to->program, ' '))
		find(w, LINT_FAIL, "archive_command.arguments",
		     "the whole archive_command stands in quotes of its own: the shell looks for a program with that long name");
	else if (w->kind && !strcmp(w->kind->program, BARMAN))
		rule_barman_arguments(w);
	else if (!strstr(w->text, "%p") && !strstr(w->text, "%f"))
		find(w, LINT_FAIL, "archive_command.arguments", "archive_command names no segment: it has neither %%p nor %%f");
	else if (w->kind && w->args.words < 2 && strcmp(w->kind->program, "ssh"))
		find(w, LINT_FAIL, "archive_command.arguments", "%s needs a source and a target and gets %d argument(s)",
		     w->kind->program, w->args.words);
	else if (copies(w))
		rule_copy_arguments(w);
}

/* Since PostgreSQL 16 an unknown %x is an error (percentrepl.c); until 15 the line is cut at 1023 bytes (shell_archive.c). */
static void rule_version(struct work *w)
{
	int version = w->context->pg_version_num;
	for (const char *p = w->text; version >= 160000 && (p = strchr(p, '%')); p += p[1] ? 2 : 1)
		if (!p[1] || !strchr("pf%", p[1])) {
			find(w, LINT_FAIL, "archive_command.arguments",
			     "archive_command has '%%%.1s', which PostgreSQL %d refuses; only %%p, %%f and %%%% are known", p + 1,
			     version / 10000);
			break;
		}
	if (version && version < 160000 && strlen(w->text) > 960)
		find(w, LINT_WARN, "archive_command.arguments",
		     "archive_command has %zu bytes; PostgreSQL %d silently cuts the expanded command at 1023", strlen(w->text),
		     version / 10000);
}

static void rule_server(struct work *w)
{
	const struct lint_context *c = w->context;
	const char *server = w->to->server;
	if (!server || w->to->findings)
		return;
	if (c->servers && *c->servers && !lint_listed(c->servers, server))
		find(w, LINT_FAIL, "archive_command.wrong_server", "archive_command sends to server '%s', which Barman does not know%s%s%s",
		     server, c->server ? "; this server is called '" : "", c->server ? c->server : "", c->server ? "'" : "");
	else if (c->active_servers && c->servers && c->server && strcmp(server, c->server) && !lint_listed(c->active_servers, server))
		find(w, LINT_FAIL, "archive_command.wrong_server", "archive_command sends to server '%s', which is switched off in Barman", server);
	else if (c->server && c->servers && strcmp(server, c->server))
		find(w, LINT_FAIL, "archive_command.wrong_server",
		     "archive_command sends to server '%s', but this server is called '%s' in Barman", server, c->server);
}

static void rule_directory(struct work *w)
{
	const struct lint_context *c = w->context;
	if (!w->to->directory || !c->incoming || w->to->findings)
		return;
	const char *incoming = directory_of(w, c->incoming);
	if (!strcmp(w->to->directory, incoming) || w->to->directory[0] != '/')
		return;
	if (w->to->host)
		find(w, LINT_FAIL, "archive_command.wrong_directory", "archive_command writes to '%s', Barman looks in '%s'",
		     w->to->directory, incoming);
	else
		find(w, LINT_WARN, "archive_command.wrong_directory",
		     "archive_command writes to '%s' on its own host; Barman looks in '%s', unless that is the same volume",
		     w->to->directory, incoming);
}

static bool has_guard(const struct work *w)
{
	for (const struct simple_command *c = w->line.command; c < w->main; c++)
		if (!strcmp(program_of(c), "test") || !strcmp(program_of(c), "["))
			return true;
	return false;
}

static void rule_copying(struct work *w)
{
	if (!w->main || !copies(w))
		return;
	if (has_guard(w))
		find(w, LINT_ADVICE, "archive_command.not_idempotent",
		     "the guard of archive_command fails for ever when a segment is sent again after a crash");
	else if (!has_option(w, "-n") && !has_option(w, "--no-clobber") && !has_option(w, "--ignore-existing"))
		find(w, LINT_ADVICE, "archive_command.overwrites", "archive_command overwrites a segment that exists already with other content");
}

static void rule_timeout(struct work *w)
{
	static const char *const remote[] = {"rsync", "scp", "ssh"};
	if (!w->main || !w->kind || !w->to->host || !AMONG(remote, w->kind->program))
		return;
	bool bounded = strstr(w->text, "ConnectTimeout") || strstr(w->text, "--timeout") || strstr(w->text, "ServerAliveInterval");
	for (int i = 0; i < w->first; i++)
		bounded |= !strcmp(base_name(w->main->word[i]), "timeout");
	if (!bounded)
		find(w, LINT_ADVICE, "archive_command.no_timeout", "%s in archive_command has no time limit: a dead network can hold it for ever",
		     w->kind->program);
}

/* Barman's own program for this server, where the pipeline is known well enough. */
static void advise(struct work *w)
{
	const struct lint_context *c = w->context;
	bool swapped = w->to->host && c->servers && lint_listed(c->servers, w->to->host);
	const char *host = w->to->host && !swapped ? w->to->host : c->backup_host;
	struct str s = {0};
	if (!host || !c->server)
		return;
	str_add(&s, BARMAN " ");
	if (w->to->user && strcmp(w->to->user, "barman") && w->kind && !strcmp(w->kind->program, BARMAN)) {
		str_add(&s, "-U ");
		text_shell_quote(&s, w->to->user);
		str_addc(&s, ' ');
	}
	text_shell_quote(&s, host);
	str_addc(&s, ' ');
	text_shell_quote(&s, c->server);
	str_add(&s, " %p");
	w->to->advised = arena_dup(w->arena, s.s);
	str_free(&s);
}

/* The command as it should be. */
static void correct(struct work *w)
{
	const struct lint_context *c = w->context;
	const struct lint_finding *worst = lint_worst(w->to, LINT_FAIL);
	if (!worst)
		return;
	if (w->to->corrected) {
		struct lint again;
		struct lint_context as_found = *c;
		as_found.program_found = true;
		lint_command(w->arena, w->to->corrected, &as_found, &again);
		w->to->host = again.host;
		if (!lint_worst(&again, LINT_FAIL))
			return;
		w->to->corrected = NULL;
	}
	advise(w);
	w->to->corrected = w->to->advised;
}

static void (*const rules[])(struct work *) = {
	rule_no_op, rule_misspelled, rule_arguments, rule_version, rule_server, rule_directory, rule_copying, rule_timeout, correct,
};

void lint_command(struct arena *a, const char *command, const struct lint_context *c, struct lint *ret)
{
	*ret = (struct lint){.kind = "none"};
	struct work w = {.arena = a, .text = arena_dup(a, command), .context = c, .to = ret};
	shell_split(a, command, &w.line);
	if (!w.line.commands && !w.line.wrong)
		find(&w, LINT_FAIL, "archive_command.empty", "archive_command is not set: finished WAL piles up and nothing is archived");
	lint_read(&w);
	if (!ret->findings)
		for (size_t i = 0; i < sizeof rules / sizeof *rules - 1; i++)
			rules[i](&w);
	correct(&w);
	advise(&w);
}

const struct lint_finding *lint_worst(const struct lint *l, enum lint_weight weight)
{
	for (int level = LINT_FAIL; level <= (int)weight; level++)
		for (int i = 0; i < l->findings; i++)
			if ((int)l->finding[i].weight == level)
				return &l->finding[i];
	return NULL;
}

bool lint_listed(const char *list, const char *word)
{
	static const char between[] = " ,\n\t";
	size_t n = strlen(word);
	for (const char *p = list + strspn(list, between); *p; p += strspn(p, between)) {
		size_t m = strcspn(p, between);
		if (m == n && !strncmp(p, word, n))
			return true;
		p += m;
	}
	return false;
}
