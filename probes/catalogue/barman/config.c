#include "probes/catalogue/barman/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/config_script.h"
#include "probes/config/barman.h"

struct reading {
	struct str *text;         /* of each file */
	char **path;
	int files;
	struct str passed_over;   /* lines for evidence: candidates that do not count */
	char *user, *home, *home_hung, *hostname, *init, *version;
	char *log_dir, *log_mount, *log_hung; /* of a log whose volume does not answer */
	long long changed;        /* newest change by the host's clock, s */
	double now;               /* the host's clock, ms */
	bool whole, unreadable;
};

/* "file STATE MODE OWNER CTIME PATH" */
static void file_line(struct reading *r, char *line)
{
	char state[12], mode[8], owner[40];
	long long changed;
	int at = 0;
	if (sscanf(line, "%11s %7s %39s %lld %n", state, mode, owner, &changed, &at) < 4 || !at)
		return;
	const char *path = line + at;
	if (strcmp(state, "ok")) {
		str_addf(&r->passed_over, "%s: %s", path, strcmp(state, "hidden") ? state : "its directory is closed to this user");
		if (!strcmp(state, "unreadable"))
			str_addf(&r->passed_over, " (owner %s, mode %s)", owner, mode);
		str_addc(&r->passed_over, '\n');
		r->unreadable |= strcmp(state, "absent") != 0;
		return;
	}
	if (changed > r->changed)
		r->changed = changed;
	if (!(r->files & (r->files - 1))) { /* none, or a power of two: full */
		size_t n = r->files ? (size_t)r->files * 2 : 1;
		r->path = xrealloc(r->path, n * sizeof(char *));
		r->text = xrealloc(r->text, n * sizeof(struct str));
	}
	r->text[r->files] = (struct str){0};
	r->path[r->files] = xstrdup(path);
	str_add(&r->text[r->files++], "");
}

/* Line n of the newest file has a lone %: shows it again where masking took it away. */
static void percent_line(struct reading *r, int n)
{
	if (!r->files || n < 1)
		return;
	struct str *text = &r->text[r->files - 1], fixed = {0};
	const char *p = text->s;
	for (int i = 1; p && i < n; i++)
		p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL;
	const char *end = p ? strchr(p, '\n') : NULL, *secret = p ? strstr(p, "<secret:") : NULL;
	if (!end || !secret || secret > end || memchr(p, '%', (size_t)(end - p)))
		return;
	str_addn(&fixed, text->s, (size_t)(secret - text->s));
	str_addc(&fixed, '%');
	str_add(&fixed, secret);
	str_free(text);
	*text = fixed;
}

static void keep(char **slot, const char *text)
{
	free(*slot);
	*slot = xstrdup(text);
}

static void take_line(struct reading *r, char *line)
{
	struct { const char *head; char **slot; } rows[] = {
		{"user ", &r->user}, {"home ", &r->home}, {"home_hung ", &r->home_hung}, {"hostname ", &r->hostname}, {"init ", &r->init}, {"version ", &r->version},
		{"server.logs.dir=", &r->log_dir}, {"server.logs.mount=", &r->log_mount}, {"server.logs.hung=", &r->log_hung}};
	if (*line == '|') {
		if (r->files)
			str_addf(&r->text[r->files - 1], "%s\n", line + 1);
		return;
	}
	if (text_starts(line, "file "))
		file_line(r, line + 5);
	else if (text_starts(line, "percent "))
		percent_line(r, atoi(line + 8));
	else if (text_starts(line, "now "))
		r->now = atof(line + 4);
	else if (!strcmp(line, "end"))
		r->whole = true;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (text_starts(line, rows[i].head))
			keep(rows[i].slot, line + strlen(rows[i].head));
}

static void reading_done(struct reading *r)
{
	for (int i = 0; i < r->files; i++) {
		str_free(&r->text[i]);
		free(r->path[i]);
	}
	free(r->text);
	free(r->path);
	str_free(&r->passed_over);
	free(r->user), free(r->home), free(r->home_hung), free(r->hostname), free(r->init), free(r->version);
	free(r->log_dir), free(r->log_mount), free(r->log_hung);
	free(r);
}

static int version_number(const char *text)
{
	int major = 0, minor = 0;
	return text && sscanf(text, "%d.%d", &major, &minor) == 2 && major < 100 && minor < 100 ? major * 100 + minor : 0;
}

/* ---- problems as facts: one line each, fields behind one another ---- */

#define FIELD '\x1f'

static void add_problem(struct str *out, const struct barman_problem *p)
{
	const char *const fields[] = {p->file, p->option, p->value, p->nearest, p->say, p->hint};
	str_addf(out, "%d%c%d%c%d%c%d", (int)p->kind, FIELD, p->matters, FIELD, p->fatal, FIELD, p->line);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		str_addc(out, FIELD);
		for (const char *c = fields[i]; *c; c++)
			str_addc(out, *c == '\n' || *c == FIELD ? ' ' : *c);
	}
	str_addc(out, '\n');
}

static void learn_problems(struct view *v, const struct barman_config *c, const char *name)
{
	struct str out = {0};
	str_add(&out, "");
	for (const struct barman_problem *p = c->problems; p && out.len < 30000; p = p->next)
		if (!p->server || !strcmp(p->server, name))
			add_problem(&out, p);
	learn(v, "server.config.problems", out.s);
	str_free(&out);
}

static const struct {
	enum barman_trouble kind;
	const char *cause;
	bool always; /* fails whether or not the option matters */
} kinds[] = { /* in the order in which they explain one another */
	{BARMAN_SYNTAX, "config.syntax", true},
	{BARMAN_PATH_CONFLICT, "config.path_conflict", true},
	{BARMAN_CONNINFO_INVALID, "config.conninfo_invalid", true},
	{BARMAN_UNKNOWN_OPTION, "config.unknown_option", false},
	{BARMAN_BAD_VALUE, "config.bad_value", false},
	{BARMAN_SLOT_NAME_MISSING, "config.slot_name_missing", true},
	{BARMAN_SERVER_DISABLED, "config.server_disabled", true},
	{BARMAN_SERVER_INACTIVE, "config.server_inactive", true},
};

/* The problem that the judge says first. */
static const struct barman_problem *first_problem(const struct barman_config *c, const char *name)
{
	for (int matters = 1; matters >= 0; matters--)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			for (const struct barman_problem *p = c->problems; p; p = p->next)
				if (p->kind == kinds[k].kind && (!p->server || !strcmp(p->server, name)) &&
				    (kinds[k].always || p->matters) == (matters != 0))
					return p;
	return NULL;
}

/* Which variant of the remedy's step fits. */
static const char *repair_of(const struct barman_config *c, const struct barman_problem *p)
{
	if (p->kind == BARMAN_UNKNOWN_OPTION)
		return *p->nearest && strcmp(p->nearest, p->option) ? "rename" : "remove";
	if (p->kind != BARMAN_SYNTAX)
		return "set";
	if (strstr(p->say, "a lone %"))
		return c->version >= 310 ? "percent_twice" : "percent";
	return strstr(p->say, "without \"=\"") ? "equals" : "remove";
}

/* What a remedy writes unless its reader says otherwise: the value without a comment behind it. */
static void learn_suggestion(struct view *v, const struct barman_problem *p)
{
	size_t n = p->kind == BARMAN_SERVER_INACTIVE ? 0 : strcspn(p->value, "#;");
	while (n && (p->value[n - 1] == ' ' || p->value[n - 1] == '\t'))
		n--;
	if (p->kind == BARMAN_BAD_VALUE && n && p->value[n])
		learn_f(v, "server.config.suggestion", "%.*s", (int)n, p->value);
	else
		learn(v, "server.config.suggestion", "");
}

static void learn_repair(struct view *v, const struct barman_config *c, const char *name)
{
	const struct barman_problem *p = first_problem(c, name);
	learn(v, "server.config.repair", p ? repair_of(c, p) : NULL);
	learn(v, "server.config.file", p ? p->file : NULL);
	learn(v, "server.config.option", p ? p->option : NULL);
	learn(v, "server.config.nearest", p ? p->nearest : NULL);
	if (!p || !p->line) {
		learn(v, "server.config.line", NULL);
		learn(v, "server.config.suggestion", NULL);
		return;
	}
	learn_f(v, "server.config.line", "%d", p->line);
	learn_suggestion(v, p);
}

static void learn_host(struct view *v, const struct reading *r)
{
	struct str files = {0};
	for (int i = 0; i < r->files; i++)
		str_addf(&files, "%s%s", i ? "\n" : "", r->path[i]);
	learn(v, "backup.hostname", r->hostname);
	learn(v, "backup.barman_home_dir", r->home);
	learn(v, "backup.home_hung", r->home_hung);
	learn(v, "backup.init", r->init);
	learn(v, "server.config.user", r->user);
	learn(v, "server.config.files", files.s ? files.s : "");
	learn(v, "server.config.main", r->files ? r->path[0] : "");
	if (r->changed && r->now > 0)
		learn_f(v, "server.config.changed_ms", "%.0f", round(((double)r->changed * 1000 - r->now + (double)view_now(v)) / 1000) * 1000);
	learn(v, "server.config.passed_over", str_text(&r->passed_over));
	learn(v, "server.barman_version", r->version);
	learn(v, "server.config.state", r->files ? "read" : r->unreadable ? "unreadable" : "absent");
	str_free(&files);
}

/* A log that does not answer is named, and nobody else asks for it: see read_config. */
static void learn_log(struct view *v, const struct reading *r)
{
	learn(v, "server.logs.dir", r->log_dir);
	learn(v, "server.logs.mount", r->log_mount);
	learn(v, "server.logs.hung", r->log_hung);
	volume_for_pages(v);
}

static struct reading *reading_new(const char *text)
{
	struct reading *r = xcalloc(1, sizeof *r);
	char *copy = xstrdup(text), *p = copy, *line;
	while ((line = text_line(&p)))
		take_line(r, line);
	free(copy);
	return r;
}

static struct barman_config *parse(const struct reading *r)
{
	struct barman_file *file = xcalloc((size_t)r->files + 1, sizeof *file);
	for (int i = 0; i < r->files; i++)
		file[i] = (struct barman_file){r->path[i], r->text[i].s, r->text[i].len};
	struct barman_config *c = barman_config_parse(file, r->files, version_number(r->version));
	free(file);
	return c;
}

/* All servers of a host are told the same text, one after the other: it is parsed once. */
static struct {
	char *text;
	struct reading *reading;
	struct barman_config *config;
} last;

static void parse_text(const char *text)
{
	if (last.text && !strcmp(last.text, text))
		return;
	free(last.text);
	barman_config_free(last.config);
	if (last.reading)
		reading_done(last.reading);
	last.text = xstrdup(text);
	last.reading = reading_new(text);
	last.config = parse(last.reading);
}

static void read_config(const struct reply *reply, struct view *v)
{
	const char *name = know(v, "server.name");
	if (reply->outcome == REPLY_DONE)
		parse_text(reply->out);
	const struct reading *r = reply->outcome == REPLY_DONE ? last.reading : NULL;
	bool whole = r && r->whole && name;
	learn(v, "server.config.seen", whole ? "yes" : NULL);
	if (!whole)
		return;
	learn_host(v, r);
	learn_log(v, r);
	if (!r->files)
		return;
	config_learn(v, last.config, barman_server_find(last.config, name), name);
	learn_problems(v, last.config, name);
	learn_repair(v, last.config, name);
	if (r->log_hung)
		learn(v, "server.log_file", "");
}

const struct question q_backup_config = {
	.id = "backup.config",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = config_script,
	.every_ms = 30000,
	.flags = Q_WARY,
	.read = read_config,
};

/* ---- judging ---- */

struct problem_line {
	int kind, matters, fatal, line;
	const char *file, *option, *value, *nearest, *say, *hint;
};

/* Cuts one line of server.config.problems into its fields. */
static bool problem_cut(char *line, struct problem_line *ret)
{
	char *field[10];
	int n = 0;
	for (char *p = line; n < 10; p++) {
		field[n++] = p;
		if (!(p = strchr(p, FIELD)))
			break;
		*p = '\0';
	}
	if (n != 10)
		return false;
	*ret = (struct problem_line){atoi(field[0]), atoi(field[1]), atoi(field[2]), atoi(field[3]),
				     field[4], field[5], field[6], field[7], field[8], field[9]};
	return true;
}

static void say_problem(struct verdict *r, const char *cause, enum rank rank, const struct problem_line *p)
{
	const char *name = strrchr(p->file, '/') ? strrchr(p->file, '/') + 1 : p->file;
	if (p->line)
		verdict_cause(r, rank, cause, "%s (%s:%d)", p->say, name, p->line);
	else
		verdict_cause(r, rank, cause, "%s", p->say);
	if (*p->file)
		verdict_evidence(r, "%s:%d%s%s%s%s", p->file, p->line, *p->option ? ": " : "", p->option,
				 *p->value ? " = " : "", p->value);
	if (*p->hint)
		verdict_evidence(r, "%s", p->hint);
}

/* One finding a cause; further ones of the same kind become its evidence. */
static int say_kind(struct verdict *r, const char *problems, size_t k, enum rank rank)
{
	char *copy = xstrdup(problems), *p = copy, *line;
	int said = 0;
	struct problem_line one;
	while ((line = text_line(&p))) {
		if (!problem_cut(line, &one) || one.kind != (int)kinds[k].kind)
			continue;
		bool fails = kinds[k].always || one.matters;
		if (fails != (rank == RANK_FAIL))
			continue;
		if (!said++)
			say_problem(r, kinds[k].cause, rank, &one);
		else if (said <= 6)
			verdict_evidence(r, "%s:%d: %s", one.file, one.line, one.say);
	}
	free(copy);
	return said;
}

static bool judge_reach(const struct view *v, struct verdict *r)
{
	const char *state = know(v, "server.config.state"), *user = know(v, "server.config.user");
	if (!know(v, "server.config.seen") || !state) {
		verdict_unseen(r, v, &q_backup_config);
		return false;
	}
	if (!strcmp(state, "read"))
		return true;
	verdict_cause(r, RANK_FAIL, "config.unreadable",
		      strcmp(state, "absent") ? "\"%s\" cannot read Barman's configuration" : "\"%s\" finds no configuration of Barman", user ? user : "?");
	verdict_evidence(r, "%s", know(v, "server.config.passed_over"));
	return false;
}

static void judge_problems(const struct view *v, struct verdict *r, const char *problems)
{
	size_t n = sizeof kinds / sizeof *kinds;
	if (say_kind(r, problems, 0, RANK_FAIL)) /* nothing else is read any more */
		return;
	int said = 0;
	for (size_t k = 1; k < n; k++)
		said += say_kind(r, problems, k, RANK_FAIL);
	for (size_t k = 1; k < n; k++)
		said += say_kind(r, problems, k, RANK_WARN);
	if (said)
		return;
	const char *version = know(v, "server.barman_version");
	verdict_ok(r, "server \"%s\" is configured in %s%s%s", know(v, "server.name"), know(v, "server.config.main"),
		   version && *version ? ", Barman " : "", version ? version : "");
}

static void judge(const struct view *v, struct verdict *r)
{
	if (!judge_reach(v, r))
		return;
	const char *problems = know(v, "server.config.problems");
	if (!problems) {
		verdict_unknown(r, "Barman's configuration was not understood");
		return;
	}
	if (!know_is(v, "server.known", "yes") && !strstr(problems, "\n")) {
		verdict_cause(r, RANK_FAIL, "config.unreadable", "Barman's configuration has no server \"%s\"", know(v, "server.name"));
		verdict_evidence(r, "its servers: %s", know(v, "server.names"));
		verdict_evidence(r, "files read:\n%s", know(v, "server.config.files"));
		if (know(v, "server.config.passed_over") && *know(v, "server.config.passed_over"))
			verdict_evidence(r, "passed over:\n%s", know(v, "server.config.passed_over"));
		return;
	}
	judge_problems(v, r, problems);
}

const struct probe probe_config_barman = {
	.id = "config.barman",
	.title = "Barman's configuration",
	.about = "Barman's files are read as Barman reads them. Barman itself only warns about options it does not know and values it "
		 "cannot use, and goes on without them.",
	.stage = STAGE_CONFIG,
	.essential = true,
	.asks = {&q_backup_config},
	.causes = {"config.unreadable", "config.syntax", "config.path_conflict", "config.conninfo_invalid", "config.unknown_option",
		   "config.bad_value", "config.slot_name_missing", "config.server_disabled", "config.server_inactive"},
	.judge = judge,
};
