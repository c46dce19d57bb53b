#include "probes/catalogue/command/lint.h"

#include <ctype.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/command/near.h"
#include "probes/catalogue/command/shell_words.h"

#define BARMAN "barman-wal-archive"

struct args {
	const char *word[SHELL_WORDS];  /* without program and options */
	int words;
};

struct work {
	struct arena *arena;
	const char *text;
	const struct lint_context *context;
	struct shell_line line;
	const struct simple_command *main; /* the one that carries the segment */
	int first;                         /* its program's word, behind timeout, env and the like */
	const struct kind *kind;
	struct args args;
	struct lint *to;
};

struct kind {
	const char *program;
	const char *short_args;      /* letters that take an argument */
	const char *const *long_args;
	void (*read)(struct work *w); /* fills host, user, server, directory, ssh_words */
};

/* Programs that run another one: how many words stand between, options aside. */
static const struct {
	const char *program;
	int words;
	const char *short_args;
} wrappers[] = {
	{"timeout", 1, "ks"}, {"env", 0, "uC"}, {"exec", 0, ""}, {"nice", 0, "n"}, {"ionice", 0, "cn"},
	{"nohup", 0, ""}, {"setsid", 0, ""}, {"flock", 1, "wE"}, {"time", 0, ""}, {"sudo", 0, "ugn"},
};

/* Programs that succeed without keeping anything. */
static const char *const idle[] = {"true", ":", "cd", "exit", "echo", "printf", "sleep", "date", "logger", "return"};
/* Programs that only look or prepare. */
static const char *const guards[] = {"test", "[", "cmp", "mkdir", "set", "trap", "umask", "export"};

static bool among(const char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], s))
			return true;
	return false;
}

#define AMONG(list, s) among(list, sizeof(list) / sizeof *(list), s)

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

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

static bool is_assignment(const char *s)
{
	size_t n = 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n && s[n] == '=' && !isdigit((unsigned char)*s);
}

/* Words that the option at word i uses: 0 = it is no option, 1, or 2 with an argument of its own. */
static int option_words(const char *word, const char *short_args, const char *const *long_args)
{
	if (word[0] != '-' || !word[1])
		return 0;
	if (word[1] == '-') {
		for (; long_args && *long_args; long_args++)
			if (!strcmp(word + 2, *long_args))
				return 2;
		return 1;
	}
	for (const char *p = word + 1; *p; p++)
		if (strchr(short_args, *p))
			return p[1] ? 1 : 2;
	return 1;
}

/* The word of the program that is really run. */
static int program_word(const struct simple_command *c)
{
	int i = 0;
	for (;;) {
		while (i < c->words && is_assignment(c->word[i]))
			i++;
		size_t k = 0, n = sizeof wrappers / sizeof *wrappers;
		while (i < c->words && k < n && strcmp(base_name(c->word[i]), wrappers[k].program))
			k++;
		if (i >= c->words || k == n)
			return i;
		int used = 1, skip = wrappers[k].words;
		while (i + used < c->words) {
			int o = option_words(c->word[i + used], wrappers[k].short_args, NULL);
			if (!o && !skip--)
				break;
			used += o ? o : 1;
		}
		i += used;
	}
}

static const char *program_of(const struct simple_command *c)
{
	int i = program_word(c);
	return i < c->words ? base_name(c->word[i]) : "";
}

/* ---- what each program says about where the segment goes ---- */

static void take_host(struct work *w, const char *word)
{
	const char *at = strrchr(word, '@');
	if (at)
		w->to->user = arena_dupn(w->arena, word, (size_t)(at - word));
	w->to->host = arena_dup(w->arena, at ? at + 1 : word);
}

/* Without "/%f", "/%p" or a closing slash. */
static const char *directory_of(struct work *w, const char *path)
{
	size_t n = strlen(path);
	if (n > 3 && !strcmp(path + n - 3, "/%f"))
		n -= 3;
	while (n > 1 && path[n - 1] == '/')
		n--;
	return arena_dupn(w->arena, path, n);
}

/* The argument of the option with this letter or one of these long names; NULL if it is not given. */
static const char *option_value(const struct work *w, char letter, const char *name)
{
	const struct simple_command *c = w->main;
	for (int i = w->first + 1; i < c->words; i++) {
		const char *s = c->word[i];
		int used = option_words(s, w->kind->short_args, w->kind->long_args);
		size_t n = strlen(name);
		if (s[0] == '-' && s[1] == '-' && !strncmp(s + 2, name, n)) {
			if (s[2 + n] == '=')
				return s + 3 + n;
			if (!s[2 + n] && used == 2 && i + 1 < c->words)
				return c->word[i + 1];
		} else if (s[0] == '-' && s[1] != '-') {
			const char *p = s + 1;
			while (*p && *p != letter && !strchr(w->kind->short_args, *p))
				p++;
			if (*p == letter)
				return p[1] ? p + 1 : i + 1 < c->words ? c->word[i + 1] : NULL;
		}
		i += used == 2;
	}
	return NULL;
}

static bool has_option(const struct work *w, const char *word)
{
	for (int i = w->first + 1; i < w->main->words; i++)
		if (!strcmp(w->main->word[i], word))
			return true;
	return false;
}

static void ssh_to_host(struct work *w, struct str *words)
{
	struct str target = {0};
	if (w->to->user)
		str_addf(&target, "%s@", w->to->user);
	str_add(&target, w->to->host);
	str_addc(words, ' ');
	text_shell_quote(words, target.s);
	w->to->ssh_words = arena_dup(w->arena, words->s);
	str_free(&target);
	str_free(words);
}

/* barman_wal_archive.py (Barman 3.4): ssh [-p N] -q -T USER@HOST barman put-wal SERVER */
static void read_barman(struct work *w)
{
	struct str words = {0};
	w->to->user = option_value(w, 'U', "user");
	w->to->port = option_value(w, 0x7f, "port");
	if (!w->to->user)
		w->to->user = "barman";
	if (w->args.words > 1)
		w->to->server = w->args.word[1];
	if (!w->args.words)
		return;
	w->to->host = w->args.word[0];
	str_add(&words, "ssh");
	if (w->to->port) {
		str_add(&words, " -p ");
		text_shell_quote(&words, w->to->port);
	}
	str_add(&words, " -q -T");
	ssh_to_host(w, &words);
}

static void read_cp(struct work *w)
{
	if (w->args.words > 1)
		w->to->directory = directory_of(w, w->args.word[w->args.words - 1]);
}

/* [USER@]HOST:PATH as the last word; without a colon the target is a local path. */
static bool read_remote_target(struct work *w)
{
	if (w->args.words < 2)
		return false;
	const char *target = w->args.word[w->args.words - 1], *colon = strchr(target, ':'), *slash = strchr(target, '/');
	if (!colon || (slash && slash < colon)) {
		w->to->directory = directory_of(w, target);
		return false;
	}
	if (colon[1] == ':' || !strncmp(target, "rsync://", 8))
		return false;
	take_host(w, arena_dupn(w->arena, target, (size_t)(colon - target)));
	w->to->directory = directory_of(w, colon + 1);
	return true;
}

static void read_rsync(struct work *w)
{
	struct str words = {0};
	if (!read_remote_target(w))
		return;
	const char *shell = option_value(w, 'e', "rsh");
	struct shell_line line;
	shell_split(w->arena, shell ? shell : "ssh", &line);
	for (int i = 0; i < line.command[0].words; i++) {
		str_add(&words, i ? " " : "");
		text_shell_quote(&words, line.command[0].word[i]);
	}
	str_add(&words, words.len ? "" : "ssh");
	ssh_to_host(w, &words);
}

static void copy_options(struct work *w, struct str *words, const char *letters)
{
	const struct simple_command *c = w->main;
	for (int i = w->first + 1; i + 1 < c->words; i++) {
		const char *s = c->word[i];
		if (s[0] != '-' || !s[1] || !strchr(letters, s[1]) || s[2])
			continue;
		str_addf(words, " -%c ", s[1] == 'P' ? 'p' : s[1]);
		text_shell_quote(words, c->word[++i]);
	}
}

static void read_scp(struct work *w)
{
	struct str words = {0};
	if (!read_remote_target(w))
		return;
	str_add(&words, "ssh");
	copy_options(w, &words, "PioFJ");
	ssh_to_host(w, &words);
}

static void read_ssh(struct work *w)
{
	struct str words = {0};
	if (!w->args.words)
		return;
	take_host(w, w->args.word[0]);
	str_add(&words, "ssh");
	copy_options(w, &words, "pioFJl");
	ssh_to_host(w, &words);
}

static const char *const barman_long[] = {"user", "port", "config", "compression-level", NULL};
static const char *const rsync_long[] = {"rsh", "timeout", "contimeout", "bwlimit", "chmod", "rsync-path", "port",
					 "password-file", "temp-dir", "exclude", "include", "log-file", NULL};

static const struct kind kinds[] = {
	{BARMAN, "Uc", barman_long, read_barman},
	{"rsync", "eTBM", rsync_long, read_rsync},
	{"scp", "PioFJlcS", NULL, read_scp},
	{"ssh", "bcDEeFIiJLlmOopQRSWw", NULL, read_ssh},
	{"cp", "St", NULL, read_cp},
};

static const struct kind *kind_of(const char *program)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kinds[i].program, program))
			return &kinds[i];
	return NULL;
}

/* The command that carries the segment: a known program, else a likely one, else any that is not idle. */
static void choose_main(struct work *w)
{
	const struct simple_command *other = NULL;
	for (int i = 0; i < w->line.commands; i++) {
		const struct simple_command *c = &w->line.command[i];
		const char *program = program_of(c);
		if (kind_of(program)) {
			w->main = c;
			break;
		}
		if (!other && *program && !AMONG(idle, program) && !AMONG(guards, program))
			other = c;
	}
	if (!w->main)
		w->main = other;
	if (!w->main)
		return;
	w->first = program_word(w->main);
	w->to->program = w->main->word[w->first];
	w->kind = kind_of(base_name(w->to->program));
	w->to->kind = w->kind ? w->kind->program : "other";
}

static void read_args(struct work *w)
{
	const struct simple_command *c = w->main;
	if (!w->kind)
		return;
	for (int i = w->first + 1; i < c->words; i++) {
		int used = option_words(c->word[i], w->kind->short_args, w->kind->long_args);
		if (!used)
			w->args.word[w->args.words++] = c->word[i];
		i += used == 2;
	}
	w->kind->read(w);
}

/* ---- the rules, gravest first ---- */

static void rule_no_op(struct work *w)
{
	if (!w->main) {
		find(w, LINT_FAIL, "archive_command.no_op",
		     "archive_command '%s' reports success and keeps nothing: every segment is lost for recovery", w->text);
		return;
	}
	if (w->kind && !strcmp(w->kind->program, BARMAN) && (has_option(w, "-t") || has_option(w, "--test")))
		find(w, LINT_FAIL, "archive_command.no_op",
		     "archive_command only tests (--test): it reports success and sends nothing");
	for (const struct simple_command *c = w->main + 1; c < w->line.command + w->line.commands; c++) {
		const char *program = program_of(c);
		bool hides = !strcmp(c->before, "||") || !strcmp(c->before, ";") || !strcmp(c->before, "&");
		bool success = AMONG(idle, program) && (strcmp(program, "exit") || c->words < 2 || !strcmp(c->word[1], "0"));
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

static void rule_arguments(struct work *w)
{
	if (!w->main || w->to->likely)
		return;
	if (w->line.wrong)
		find(w, LINT_FAIL, "archive_command.arguments", "archive_command cannot be run by a shell: %s", w->line.wrong);
	else if (w->kind && !strcmp(w->kind->program, BARMAN))
		rule_barman_arguments(w);
	else if (!strstr(w->text, "%p") && !strstr(w->text, "%f"))
		find(w, LINT_FAIL, "archive_command.arguments", "archive_command names no segment: it has neither %%p nor %%f");
	else if (w->kind && w->args.words < 2 && strcmp(w->kind->program, "ssh"))
		find(w, LINT_FAIL, "archive_command.arguments", "%s needs a source and a target and gets %d argument(s)",
		     w->kind->program, w->args.words);
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
	static const char *const copying[] = {"cp", "rsync", "scp"};
	if (!w->main || !w->kind || !AMONG(copying, w->kind->program))
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

/* The command as it should be, where the pipeline is known well enough. */
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
	bool swapped = w->to->host && c->servers && lint_listed(c->servers, w->to->host);
	const char *host = w->to->host && !swapped ? w->to->host : c->backup_host;
	if (!host || !c->server)
		return;
	struct str s = {0};
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
	w->to->corrected = arena_dup(w->arena, s.s);
	str_free(&s);
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
	choose_main(&w);
	if (w.main)
		read_args(&w);
	if (!ret->findings)
		for (size_t i = 0; i < sizeof rules / sizeof *rules - 1; i++)
			rules[i](&w);
	correct(&w);
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
