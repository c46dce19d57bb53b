#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/cron.h"

/* A word of shell text: from s, *ret_n bytes; NULL at the end. Quotes and operators only separate. */
static const char *next_word(const char **p, size_t *ret_n)
{
	static const char between[] = " \t;&|()<>\"'`";
	*p += strspn(*p, between);
	const char *s = *p;
	*ret_n = strcspn(s, between);
	*p += *ret_n;
	return *ret_n ? s : NULL;
}

static bool ends_with_name(const char *s, size_t n, const char *name)
{
	size_t len = strlen(name);
	return n >= len && !strncmp(s + n - len, name, len) && (n == len || s[n - len - 1] == '/');
}

bool cron_is_ours(const char *command)
{
	const char *p = command, *word;
	size_t n;
	bool barman = false;
	while ((word = next_word(&p, &n))) {
		if (ends_with_name(word, n, "barman"))
			barman = true;
		else if (barman && n == 4 && !strncmp(word, "cron", 4))
			return true;
	}
	/* a script of somebody's own */
	return strstr(command, "barman-cron") || strstr(command, "barman_cron");
}

static bool in_list(const char *const *list, const char *s, size_t n)
{
	for (; list && *list; list++)
		if (strlen(*list) == n && !strncmp(*list, s, n))
			return true;
	return false;
}

/* What is worse than known so far: before, n bytes of s, after. */
static void say(struct cron_entry *e, enum cron_stand stand, const char *before, const char *s, size_t n, const char *after)
{
	if (stand <= e->stand)
		return;
	e->stand = stand;
	snprintf(e->why, sizeof e->why, "%s%.*s%s", before, (int)(n < 100 ? n : 100), s, after);
}

static void say_so(struct cron_entry *e, enum cron_stand stand, const char *why)
{
	say(e, stand, why, "", 0, "");
}

/* Names cron does not read in /etc/cron.d: vixie cron takes letters, digits, _ and -; cronie leaves out
 * hidden files, backups and those of rpm. */
static bool name_is_read(const char *path, bool debian)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t n = strlen(name);
	if (!text_starts(path, "/etc/cron.d/"))
		return true;
	if (debian)
		return n && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == n;
	return *name != '.' && *name != '#' && name[n - 1] != '~' && !strstr(name, ".rpm");
}

/* Which repair fits, for the remedy's variants; the first reason counts, as in say(). */
static void say_file(struct cron_entry *e, const char *why, const char *repair)
{
	if (CRON_BROKEN <= e->stand)
		return;
	say_so(e, CRON_BROKEN, why);
	e->repair = repair;
}

static void judge_file(const struct cron_file *f, const struct cron_world *w, struct cron_entry *e)
{
	if (f->kind == CRON_SYSTEM && !name_is_read(f->path, w->debian))
		say_file(e, w->debian ? "cron ignores a file of that name: only letters, digits, _ and - are allowed, no dot" : "cron ignores a file of that name", "name");
	if (f->kind == CRON_SYSTEM && f->owner != 0)
		say_file(e, "cron ignores the file: it does not belong to root", "mode");
	if (f->kind == CRON_SYSTEM && (f->mode & 022))
		say_file(e, "cron ignores the file: others than root may write it", "mode");
	if (f->kind == CRON_SYSTEM && w->debian && f->links > 1)
		say_file(e, "cron ignores the file: it has more than one hard link", "links");
	if (f->kind != CRON_SCRIPT && !f->newline)
		say_file(e, "cron ignores the file: its last line has no newline at the end", "newline");
}

static void judge_user(const char *user, size_t n, const struct cron_world *w, struct cron_entry *e)
{
	bool root = n == 4 && !strncmp(user, "root", 4); /* Barman then becomes its own user */
	if (!in_list(w->users, user, n))
		say(e, CRON_BROKEN, memchr(user, '/', n) ? "the user is missing in front of \"" : "its user \"", user, n,
		    memchr(user, '/', n) ? "\"" : "\" does not exist");
	else if (!root && (strlen(w->user) != n || strncmp(user, w->user, n)))
		say(e, CRON_WRONG_USER, "it runs as \"", user, n, "\", not as Barman's user");
}

/* Behind -c or --config, or in --config=FILE. */
static const char *config_word(const char *word, size_t *n, const char **p)
{
	if (*n > 9 && !strncmp(word, "--config=", 9)) {
		*n -= 9;
		return word + 9;
	}
	bool next = (*n == 2 && !strncmp(word, "-c", 2)) || (*n == 8 && !strncmp(word, "--config", 8));
	return next ? next_word(p, n) : NULL;
}

/* The value of a line that sets this name, without its quotes; NULL for any other line. */
static const char *value_of(const char *line, const char *name, size_t *ret_n)
{
	static const char quotes[] = " \t\"'";
	line += strspn(line, quotes);
	if (!text_starts(line, name))
		return NULL;
	line += strlen(name) + strspn(line + strlen(name), quotes);
	if (*line != '=')
		return NULL;
	line += 1 + strspn(line + 1, quotes);
	*ret_n = strcspn(line, "\"'");
	while (*ret_n && strchr(quotes, line[*ret_n - 1]))
		--*ret_n;
	return line;
}

/* What a line stands under: the world, PATH and SHELL that were set above it, and whether root runs it. */
struct around {
	const struct cron_world *w;
	const char *path, *shell;
	size_t path_n, shell_n;
	bool root;
};

/* Where cron ends the command: at a % without a backslash; what follows is its stdin (crontab(5)). */
static const char *percent_in(const char *command)
{
	const char *p = command;
	while ((p = strchr(p, '%')) && p > command && p[-1] == '\\')
		p++;
	return p;
}

/* A quote, $( or ` that the % leaves open makes the shell refuse the whole line. */
static bool left_open(const char *command, const char *end)
{
	int depth = 0;
	char quote = 0;
	for (const char *p = command; p < end; p++) {
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (quote == *p)
			quote = 0;
		else if (!quote && strchr("'\"`", *p))
			quote = *p;
		else if (quote != '\'' && *p == '$' && p + 1 < end && p[1] == '(')
			depth++;
		else if (quote != '\'' && *p == ')' && depth)
			depth--;
	}
	return quote || depth;
}

static void judge_around(const char *command, const struct around *a, struct cron_entry *e)
{
	const char *percent = percent_in(command), *p = command, *word;
	size_t n;
	if (a->shell && in_list(a->w->shells, a->shell, a->shell_n) && CRON_BROKEN > e->stand) {
		say(e, CRON_BROKEN, "the crontab sets SHELL to \"", a->shell, a->shell_n, "\", which runs nothing");
		e->repair = "shell";
	}
	if (percent && left_open(command, percent))
		say_so(e, CRON_BROKEN, "cron ends the command at its first %, and the shell refuses what is left: a % needs a backslash");
	while (!a->root && (word = next_word(&p, &n)))
		if (in_list(a->w->shut, word, n))
			say(e, CRON_BROKEN, "Barman's user may not write \"", word, n, "\": the shell then starts nothing");
}

static void judge_found(const struct around *a, const char *word, size_t n, struct cron_entry *e)
{
	if (a->path && in_list(a->w->paths, a->path, a->path_n))
		say(e, CRON_BROKEN, "\"barman\" is not found in the PATH that the crontab sets, \"", a->path, a->path_n, "\"");
	else if (!a->path && !a->w->has_barman)
		say(e, CRON_BROKEN, "\"", word, n, "\" is not found in cron's PATH");
}

static void judge_command(const char *command, const struct around *a, struct cron_entry *e)
{
	const struct cron_world *w = a->w;
	const char *p = command, *word;
	size_t n;
	bool barman = false;
	while ((word = next_word(&p, &n))) {
		const char *config = barman ? config_word(word, &n, &p) : NULL;
		if (config && in_list(w->missing, config, n))
			say(e, CRON_BROKEN, "its configuration file \"", config, n, "\" does not exist");
		else if (config && *w->main && (strlen(w->main) != n || strncmp(config, w->main, n)))
			say(e, CRON_OTHER_CONFIG, "it uses another configuration, \"", config, n, "\"");
		if (config || (!ends_with_name(word, n, "barman") && !(*word == '/' && in_list(w->missing, word, n) && memmem(word, n, "barman", 6))))
			continue;
		barman = true;
		if (*word == '/' && !in_list(w->executable, word, n))
			say(e, CRON_BROKEN, in_list(w->missing, word, n) ? "there is no \"" : "not executable: \"", word, n, "\"");
		if (*word != '/' && n == 6)
			judge_found(a, word, n, e);
	}
}

static void judge_schedule(struct cron_entry *e)
{
	e->gap = schedule_gap(&e->schedule);
	if (e->schedule.reboot)
		say_so(e, CRON_DISABLED, "it runs at boot only");
	else if (e->gap > CRON_OFTEN)
		say_so(e, CRON_DISABLED, "it runs too rarely: Barman's cron belongs into every minute");
}

/* The line without its comment sign, schedule and user taken off. False when it does not run barman cron. */
static bool study_line(const struct cron_file *f, const struct around *a, const char *line, struct cron_entry *e)
{
	const struct cron_world *w = a->w;
	bool commented = *line == '#';
	const char *rest, *user = NULL;
	size_t n = 0;
	line += strspn(line, "# \t");
	bool scheduled = schedule_parse(line, &e->schedule, &rest);
	if (!scheduled)
		rest = line;
	if (!cron_is_ours(rest) || (commented && !scheduled))
		return false;
	if (commented) {
		say_so(e, CRON_DISABLED, "it is commented out");
		return true;
	}
	judge_file(f, w, e);
	if (!scheduled) {
		say(e, CRON_BROKEN, "its time is not understood: \"", line, strcspn(line, "/"), "\"");
		return true;
	}
	if (f->kind == CRON_SYSTEM) {
		user = rest;
		n = strcspn(rest, " \t");
		judge_user(user, n, w, e);
		if (!memchr(user, '/', n))
			rest += n + strspn(rest + n, " \t");
	}
	struct around here = *a;
	here.root = n == 4 && !strncmp(user, "root", 4);
	judge_around(rest, &here, e);
	judge_command(rest, a, e);
	judge_schedule(e);
	return true;
}

/* A line that is neither comment, setting nor schedule spoils the whole file. */
static bool is_garbage(const char *line)
{
	struct schedule s;
	const char *rest, *equals = strchr(line, '=');
	line += strspn(line, " \t");
	if (!*line || *line == '#' || schedule_parse(line, &s, &rest))
		return false;
	return !equals || strcspn(line, " \t=") + strspn(line + strcspn(line, " \t="), " \t") != (size_t)(equals - line);
}

static void take_better(struct cron_entry *best, const struct cron_entry *e)
{
	if (e->stand < best->stand)
		*best = *e;
}

static void study_script(const struct cron_file *f, const char *line, struct cron_entry *e)
{
	(void)line;
	e->gap = 1440;
	say(e, CRON_DISABLED, "it runs from ", f->path, strlen(f->path), ", too rarely: Barman's cron belongs into every minute");
}

void cron_study(const struct cron_file *f, const struct cron_world *w, struct cron_entry *best)
{
	char *copy = xstrdup(f->text), *p = copy, *line;
	int number = 0, garbage = 0;
	struct cron_entry found = {.stand = CRON_NONE};
	struct around a = {.w = w};
	size_t n;
	while ((line = text_line(&p))) {
		const char *set = value_of(line, "PATH", &n);
		if (set)
			a.path = set, a.path_n = n;
		if ((set = value_of(line, "SHELL", &n)))
			a.shell = set, a.shell_n = n;
		struct cron_entry e = {.stand = CRON_GOOD, .path = f->path, .kind = f->kind, .repair = "line", .line = ++number, .changed = f->changed};
		snprintf(e.text, sizeof e.text, "%s", line);
		if (f->kind != CRON_SCRIPT && is_garbage(line) && !garbage)
			garbage = number;
		if (f->kind == CRON_SCRIPT && *line != '#' && cron_is_ours(line)) {
			study_script(f, line, &e);
			take_better(&found, &e);
		} else if (f->kind != CRON_SCRIPT && study_line(f, &a, line, &e)) {
			take_better(&found, &e);
		}
	}
	if (garbage && found.stand < CRON_BROKEN) {
		found.stand = CRON_BROKEN;
		snprintf(found.why, sizeof found.why, "cron ignores the file: line %d is not understood", garbage);
	}
	take_better(best, &found);
	free(copy);
}
