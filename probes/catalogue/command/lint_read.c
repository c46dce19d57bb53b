#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/command/lint_inside.h"

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

bool among(const char *const *list, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], s))
			return true;
	return false;
}

bool is_idle(const char *program)
{
	return AMONG(idle, program);
}

const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
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

const char *program_of(const struct simple_command *c)
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

const char *directory_of(struct work *w, const char *path)
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

bool has_option(const struct work *w, const char *word)
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
		if (!other && *program && !is_idle(program) && !AMONG(guards, program))
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

void lint_read(struct work *w)
{
	choose_main(w);
	if (w->main)
		read_args(w);
}
