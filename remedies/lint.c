#include "remedies/lint.h"

#include <ctype.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "remedies/fill.h"
#include "remedies/known_wrong.h"

struct linting {
	const struct page *page;
	const struct lint *l;
	const struct step *step;
	unsigned char *used;   /* beside page->ask */
	struct arena *arena;
};

static void complain(const struct linting *t, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void complain(const struct linting *t, int line, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	t->l->complain(t->l->arg, line, text);
}

static bool matches(const char *pattern, const char *text)
{
	regex_t re;
	if (regcomp(&re, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB | REG_ICASE))
		return true; /* a wrong pattern must not let anything pass */
	bool hit = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return hit;
}

/* What destroys backups, or hides the fault, or opens the door. */
static const struct forbidden {
	const char *pattern, *what;
	bool prose;
} forbidden[] = {
	{"(^|[^[:alnum:]_-])(rm|unlink|shred|truncate)[[:space:]][^|;&]*(pg_wal|pg_xlog|/base|wals|incoming|streaming)", "removing WAL or data files", true},
	{"(^|[^[:alnum:]_-])(rm|unlink)[[:space:]][^|;&]*(\\.lock|\\.S-|postmaster\\.pid)", "removing lock files", true},
	{"-delete([[:space:]]|$)", "deleting by find", false},
	{"pg_resetwal|pg_resetxlog", "pg_resetwal", true},
	{"archive_command[[:space:]]*(=|to)[[:space:]]*['\"]?(/bin/true|true|cd \\.|:|exit 0)", "an archive_command that keeps nothing", true},
	{"chmod[[:space:]]+(-[a-zA-Z]*R|--recursive)", "chmod -R", true},
	{"kill[[:space:]]+(-s[[:space:]]*)?(-?9|-?KILL|-?SIGKILL)", "kill -9", true},
	{"StrictHostKeyChecking[ =]*(no|accept-new|off)", "accepting host keys unseen", true},
	{"ssh-keyscan[^|]*(>>|\\|)", "taking host keys from the network", true},
	{"archive_mode[[:space:]]*(=|to)[[:space:]]*'?off", "archive_mode=off", false},
	{"archive_mode=off", "archive_mode=off", true},
	{"pvesm[[:space:]]+remove", "pvesm remove", true},
	{"qm[[:space:]]+unlock", "qm unlock", true},
};

static void lint_forbidden(const struct linting *t, int line, const char *text, bool prose)
{
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
		if ((forbidden[i].prose || !prose) && matches(forbidden[i].pattern, text))
			complain(t, line, "forbidden outside of a paragraph that begins with \"Never\": %s", forbidden[i].what);
}

/* Paragraph by paragraph: what begins with Never may name what it warns of. */
static void lint_prose(const struct linting *t, int line, const char *prose)
{
	while (*prose) {
		const char *end = strstr(prose, "\n\n");
		size_t n = end ? (size_t)(end - prose) : strlen(prose);
		char *one = strndup(prose, n);
		const char *start = one + strspn(one, " \n*_>");
		if (!text_starts(start, "Never"))
			lint_forbidden(t, line, one, true);
		free(one);
		prose += n + (end ? 2 : 0);
	}
}

/* A copy without what stands in single quotes and here-documents, so that only commands are left. */

static char *commands_only(const char *text)
{
	char *copy = xstrdup(text);
	char *here = strstr(copy, "<<'"), *p = copy;
	if (here) {
		char word[64] = "";
		sscanf(here + 3, "%60[^']", word);
		char *body = strchr(here, '\n');
		strcat(word, "\n");
		char *end = body ? strstr(body, word) : NULL;
		if (body && !end && (end = strrchr(body, '\n')))
			end++;
		if (body && end)
			memset(body + 1, '_', end > body + 1 ? (size_t)(end - body - 1) : 0);
	}
	while ((p = strchr(p, '\''))) {
		char *end = strchr(p + 1, '\'');
		if (!end)
			break;
		memset(p, '_', (size_t)(end - p + 1));
		p = end + 1;
	}
	return copy;
}

#define COMMAND_START "(^|[;|&({`!]|[[:space:]](then|do|else|exec|env|xargs|time)|^(then|do|else|if|while|until|exec|env))[[:space:]]*"

static const struct forbidden not_in_step[] = {
	{COMMAND_START "(slogin|scp|sftp|ssh-copy-id)([[:space:];|&)]|$)", "ssh: `on` says where", false},
	/* ssh -G connects to nobody. */
	{COMMAND_START "ssh([;|&)]|$|[[:space:]]+([^-[:space:]]|-[^G]))", "ssh: `on` says where", false},
	{COMMAND_START "(sudo|su|runuser|doas)([[:space:];|&)]|$)", "another user: `as` says who", false},
	{COMMAND_START "(exit|cd|pushd)([[:space:];|&)]|$)", "exit or cd: the text is also pasted into a shell", false},
	{COMMAND_START "(vi|vim|vipw|nano|emacs|ed|less|more|man|top|htop|watch|screen|tmux|passwd|visudo|dialog|select)([[:space:];|&)]|$)", "something interactive", false},
	{"crontab[[:space:]]+-e|systemctl[[:space:]]+edit|tail[[:space:]]+-[fF]|journalctl[^|;&]*[[:space:]]-f", "something interactive or without an end", false},
	{"psql[[:space:]]*$", "psql without a statement", false},
};

static void lint_commands(const struct linting *t)
{
	char *copy = commands_only(t->step->text);
	for (size_t i = 0; i < sizeof not_in_step / sizeof *not_in_step; i++)
		if (matches(not_in_step[i].pattern, copy))
			complain(t, t->step->text_line, "a step must not have %s", not_in_step[i].what);
	free(copy);
}

static int lint_hole(void *arg, const struct hole *h)
{
	struct linting *t = arg;
	size_t n = h->len - 2;
	if (t->page->runbook && !h->angle && h->quoted && page_declares(t->page, h->name, n))
		complain(t, t->step->text_line + h->line, "the placeholder {%.*s} stands inside of quotes, where it is not filled", (int)n, h->name);
	if (!h->angle && !page_declares(t->page, h->name, n) && !h->quoted)
		complain(t, t->step->text_line + h->line, "the placeholder {%.*s} is not declared", (int)n, h->name);
	for (int i = 0; i < t->page->asks; i++)
		if (strlen(t->page->ask[i].name) == n && !strncmp(t->page->ask[i].name, h->name, n))
			t->used[i] = 1;
	return 0;
}

static void lint_probes(const struct linting *t, const char *what, const char *const *list)
{
	for (; *list; list++)
		if (t->l->is_probe && !t->l->is_probe(*list))
			complain(t, t->step->text_line - 1, "%s names the unknown probe \"%s\"", what, *list);
}

static void lint_step(struct linting *t)
{
	const struct step *s = t->step;
	int line = s->text_line - 1;
	if (!s->on || !s->as || !s->risk_named)
		complain(t, line, "on=, as= and risk= must stand in every step");
	if (s->risk != RISK_READ && !s->proves[0] && !t->page->runbook)
		complain(t, line, "a step that changes something needs proves=");
	lint_probes(t, "proves", s->proves);
	lint_probes(t, "requires", s->requires);
	lint_forbidden(t, s->text_line, s->text, false);
	lint_commands(t);
	lint_prose(t, s->line, s->prose);
	fill_each(s->text, lint_hole, t);
}

/* "db.init:systemd" and "db.init:!=systemd" leave nothing out. */
static bool complementary(const char *a, const char *b)
{
	const char *colon = strchr(a, ':');
	if (!colon || strchr(a, ' ') || strchr(b, ' '))
		return false;
	size_t n = (size_t)(colon - a) + 1;
	return !strncmp(a, b, n) && !strncmp(b + n, "!=", 2) && !strcmp(a + n, b + n + 2);
}

/* Of the steps with the heading of step i one must always hold. */
static bool always_one(const struct page *page, int i)
{
	for (int k = 0; k < page->steps; k++) {
		const struct step *s = &page->step[k];
		if (strcmp(s->heading, page->step[i].heading))
			continue;
		if (!s->when)
			return true;
		for (int m = 0; m < page->steps; m++)
			if (page->step[m].when && !strcmp(page->step[m].heading, s->heading) && complementary(s->when, page->step[m].when))
				return true;
	}
	return false;
}

static void lint_variants(struct linting *t, int i)
{
	const struct page *page = t->page;
	for (int k = 0; k < i; k++)
		if (!strcmp(page->step[k].heading, page->step[i].heading) && !page->step[k].when)
			complain(t, page->step[i].line, "\"%s\" is never shown: a step with this heading and no when= stands before it", page->step[i].heading);
	if (!always_one(page, i))
		complain(t, page->step[i].line, "\"%s\" has no variant that always holds: one without when=, last", page->step[i].heading);
}

void lint_page(const struct page *page, const struct lint *l)
{
	struct linting t = {.page = page, .l = l, .used = xcalloc((size_t)page->asks + 1, 1)};
	if (!page->cause || strcmp(page->cause, l->name))
		complain(&t, 1, "cause: must be the name of the file, \"%s\"", l->name);
	else if (!l->is_cause(page->cause))
		complain(&t, 1, "\"%s\" is no cause", page->cause);
	if (!page->why[strspn(page->why, " \n")])
		complain(&t, 1, "the why is missing");
	if (!page->steps)
		complain(&t, 1, "the page has no step");
	lint_prose(&t, 1, page->why);
	for (int i = 0; i < page->steps; i++) {
		t.step = &page->step[i];
		lint_step(&t);
		lint_variants(&t, i);
	}
	for (int i = 0; i < page->asks; i++)
		if (!t.used[i])
			complain(&t, 1, "the value \"%s\" is asked for and never used", page->ask[i].name);
	free(t.used);
}

/* ---- runbooks ---- */

static void lint_options(const struct linting *t)
{
	for (int i = 0; i < t->step->options; i++) {
		const struct option *o = &t->step->option[i];
		if (o->last < o->first)
			complain(t, o->line, "the choice \"%s\" leads to no step", o->text);
		if (*o->cause && !t->l->is_cause(o->cause))
			complain(t, o->line, "\"%s\" is no cause", o->cause);
	}
}

static void lint_sections(const struct linting *t)
{
	static const char *const must[] = {"**Impact**", "**Times**", "\n## Verify", "\n## Prevention\n", "\n## Escalation\n"};
	for (size_t i = 0; i < sizeof must / sizeof *must; i++)
		if (!strstr(t->page->raw, must[i]))
			complain(t, 1, "\"%s\" is missing", must[i] + (*must[i] == '\n'));
}

static int complain_wrong(void *arg, const struct known_wrong *w, int line, const char *command)
{
	const struct linting *t = arg;
	if (w->never)
		complain(t, t->step->text_line + line, "known to be wrong: %.200s", command);
	return 0;
}

/* Every value that is asked for is used, by a step or as the condition of one; every one that is given is given by a step, or by the caller. */
static void lint_values(struct linting *t)
{
	for (int i = 0; i < t->page->asks; i++) {
		const char *name = arena_printf(t->arena, "ask.%s:", t->page->ask[i].name);
		for (int k = 0; k < t->page->steps; k++)
			t->used[i] |= t->page->step[k].when && strstr(t->page->step[k].when, name);
		for (int k = 0; k < t->page->asks; k++)
			t->used[i] |= !strcmp(t->page->ask[k].fallback, arena_printf(t->arena, "{%s}", t->page->ask[i].name));
		if (!t->used[i])
			complain(t, 1, "the value \"%s\" is asked for and never used", t->page->ask[i].name);
	}
}

/* A step that is passed over by itself must be able to say that it is done, and nobody may lose what was there. */
static void lint_setup_step(const struct linting *t)
{
	const struct step *s = t->step;
	if (s->kind != STEP_COMMAND)
		return;
	if (s->risk != RISK_READ && !s->looks && !s->proves[0])
		complain(t, s->text_line - 1, "a step that changes something needs look= or proves=");
	if (s->gives[0] && s->risk != RISK_READ && !s->looks)
		complain(t, s->text_line - 1, "what gives values is run again on every start: risk=read or look=yes");
	if (s->risk == RISK_CHANGE && !s->undo)
		complain(t, s->text_line - 1, "a step that changes something says how it is undone");
	if (s->looks && !strstr(s->text, "${walmedic_look-}"))
		complain(t, s->text_line - 1, "it does not look whether it shall only look: ${walmedic_look-}");
}

static void lint_steps(struct linting *t)
{
	const struct page *page = t->page;
	lint_prose(t, 1, page->why);
	for (int i = 0; i < page->steps; i++) {
		t->step = &page->step[i];
		lint_options(t);
		if (t->step->wrong)
			complain(t, t->step->line, "%s", t->step->wrong);
		known_wrong_each(t->step->text, complain_wrong, t);
		if (t->step->kind == STEP_COMMAND) {
			lint_step(t);
			continue;
		}
		lint_prose(t, t->step->line, t->step->prose);
		lint_probes(t, "proves", t->step->proves);
	}
}

static void lint_walk(const struct page *page, const struct lint *l, bool setup)
{
	struct linting t = {.page = page, .l = l, .used = xcalloc((size_t)page->asks + 1, 1), .arena = arena_new()};
	if (!setup)
		lint_sections(&t);
	lint_steps(&t);
	for (int i = 0; setup && i < page->steps; i++) {
		t.step = &page->step[i];
		lint_setup_step(&t);
	}
	lint_values(&t);
	arena_free(t.arena);
	free(t.used);
}

void lint_runbook(const struct page *page, const struct lint *l)
{
	lint_walk(page, l, false);
}

void lint_setup(const struct page *page, const struct lint *l)
{
	lint_walk(page, l, true);
}
