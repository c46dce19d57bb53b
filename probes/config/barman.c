#include "probes/config/barman.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/config/barman_judge.h"
#include "probes/config/ini.h"
#include "probes/config/options.h"

/* EXPANDED_MAX: what references of one configuration may grow to in memory. */
enum { DEPTH_MAX = 10, VALUE_LONGEST = 65536, EXPANDED_MAX = 16 << 20 };

struct barman_problem *barman_problem_add(struct barman_config *c, enum barman_trouble kind, const char *server,
					  const struct ini_entry *at, const char *hint, const char *fmt, ...)
{
	va_list ap;
	char raw[600];
	struct str say = {0};
	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	text_clean(&say, raw, strlen(raw), 480, 480);
	for (size_t i = 0; i < say.len; i++)
		if (say.s[i] == '\n' || say.s[i] == '\t')
			say.s[i] = ' ';
	struct barman_problem *p = arena_alloc(c->arena, sizeof *p);
	*p = (struct barman_problem){.kind = kind, .server = server, .option = at ? at->key : "", .value = at ? at->value : "",
				     .nearest = "", .file = at ? at->file : "", .line = at ? at->line : 0, .matters = true,
				     .say = arena_dup(c->arena, str_text(&say)), .hint = arena_dup(c->arena, hint ? hint : "")};
	str_free(&say);
	*c->problems_end = p;
	c->problems_end = &p->next;
	return p;
}

static void fatal(struct barman_config *c, const struct ini_entry *at, const char *hint, const char *say)
{
	barman_problem_add(c, BARMAN_SYNTAX, NULL, at, hint, "%s", say)->fatal = true;
}

/* ---- interpolation: configparser.py, BasicInterpolation ---- */

struct lookup {
	struct barman_config *c;
	const struct barman_server *server; /* values already settled come first; NULL in a check */
	const char *section;
	char why[300];
};

static const char *look_up(const struct lookup *l, const char *name)
{
	int i = l->server ? option_find(name) : -1;
	if (i >= 0 && l->server->value[i].text)
		return l->server->value[i].text;
	if (l->server && !strcmp(name, "name"))
		return l->server->name;
	if (l->server && !strcmp(name, "barman_home"))
		return l->c->home;
	const struct ini_entry *e = ini_find(l->c->ini, l->section, name);
	if (!e)
		e = ini_find(l->c->ini, "DEFAULT", name);
	return e ? e->value : NULL;
}

static int interpolate(struct lookup *l, const char *value, int depth, struct str *out);

/* At "%(": appends what the name stands for; *p moves behind ")s". */
static int interpolate_name(struct lookup *l, const char **p, int depth, struct str *out)
{
	const char *end = strchr(*p + 2, ')');
	char name[128];
	if (!end || end == *p + 2 || end[1] != 's' || end - *p > 100) {
		snprintf(l->why, sizeof l->why, "a bad reference; it is written %%(name)s");
		return -1;
	}
	snprintf(name, sizeof name, "%.*s", (int)(end - *p - 2), *p + 2);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	const char *text = look_up(l, name);
	if (!text) {
		snprintf(l->why, sizeof l->why, "%%(%s)s names an option that section [%.100s] does not have", name, l->section);
		return -1;
	}
	*p = end + 2;
	return interpolate(l, text, depth + 1, out);
}

static int interpolate(struct lookup *l, const char *value, int depth, struct str *out)
{
	if (depth > DEPTH_MAX || out->len > VALUE_LONGEST) {
		snprintf(l->why, sizeof l->why, "references go too deep");
		return -1;
	}
	while (*value) {
		if (*value != '%') {
			size_t n = strcspn(value, "%");
			str_addn(out, value, n);
			value += n;
		} else if (value[1] == '%') {
			str_addc(out, '%');
			value += 2;
		} else if (value[1] == '(') {
			if (interpolate_name(l, &value, depth, out))
				return -1;
		} else {
			snprintf(l->why, sizeof l->why, "a lone %%"); /* what follows may be a password */
			return -1;
		}
	}
	return 0;
}

/* Since 3.10 Barman's ConfigMapping interpolates when it reads a file, and again when a value is used. */
static int interpolate_all(struct lookup *l, const char *value, struct str *out)
{
	if (interpolate(l, value, 1, out))
		return -1;
	l->c->expanded += out->len;
	if (l->c->expanded > EXPANDED_MAX) {
		snprintf(l->why, sizeof l->why, "the references of this configuration grow beyond %d MB", EXPANDED_MAX >> 20);
		return -1;
	}
	if (l->c->version < 310 || !out->s || !strchr(out->s, '%'))
		return 0;
	struct str again = {0};
	int rc = interpolate(l, out->s, 1, &again);
	str_free(out);
	*out = again;
	if (rc)
		snprintf(l->why, sizeof l->why, "Barman 3.10 and later read every %% twice");
	return rc;
}

static const char hint_percent[] = "Write %% for one % (%%%% since Barman 3.10); a password belongs into ~/.pgpass of Barman's user.";

/* Barman calls items() of every section first, without the server's own variables. */
static void check_section(struct barman_config *c, const struct ini_section *s)
{
	for (const struct ini_entry *e = s->first; e; e = e->next) {
		struct lookup l = {.c = c, .section = s->name};
		struct str out = {0};
		if (strchr(e->value, '%') && interpolate_all(&l, e->value, &out)) {
			char say[500];
			snprintf(say, sizeof say, "%.60s in section [%.60s]: %.300s: every barman command fails", e->key, s->name, l.why);
			fatal(c, e, hint_percent, say);
		}
		str_free(&out);
	}
}

/* ---- values ---- */

/* Barman before 3.9 takes "none" in any case, later only "None". One pair of quotes goes. */
static const char *bare(struct barman_config *c, const char *value)
{
	if (c->version && c->version >= 309 ? !strcmp(value, "None") : !strcasecmp(value, "none"))
		return "";
	size_t n = strlen(value);
	if (n >= 2 && (*value == '"' || *value == '\'') && value[n - 1] == *value && !strchr(value, '\n'))
		return arena_dupn(c->arena, value + 1, n - 2);
	return value;
}

/* NULL when the option is not set there or cannot be read. */
static const char *text_of(struct barman_config *c, const struct barman_server *s, const struct ini_entry *e)
{
	struct lookup l = {.c = c, .server = s, .section = e->section->name};
	struct str out = {0};
	if (!strchr(e->value, '%'))
		return bare(c, e->value);
	const char *text = NULL;
	if (!interpolate_all(&l, e->value, &out))
		text = bare(c, arena_dup(c->arena, str_text(&out)));
	str_free(&out);
	return text;
}

static const struct ini_entry *entry_of(const struct barman_config *c, const char *section, const char *key)
{
	const struct ini_entry *e = ini_find(c->ini, section, key);
	return e ? e : ini_find(c->ini, "DEFAULT", key);
}

static const char *global_text(struct barman_config *c, const char *key)
{
	const struct ini_entry *e = entry_of(c, "barman", key);
	const char *text = e ? text_of(c, NULL, e) : NULL;
	return text ? text : "";
}

static bool looks_commented(const char *value)
{
	for (const char *p = value; *p; p++)
		if ((*p == '#' || *p == ';') && p > value && isspace((unsigned char)p[-1]))
			return true;
	return false;
}

static void bad_value(struct barman_config *c, const struct barman_server *s, const struct option *o,
		      const struct ini_entry *e, const char *why)
{
	const char *hint = looks_commented(e->value) ? "Barman knows no comments behind a value: put the comment on a line of its own." : NULL;
	char expects[200];
	snprintf(expects, sizeof expects, "Barman expects %s.", why);
	enum barman_trouble kind = o->kind == KIND_CONNINFO ? BARMAN_CONNINFO_INVALID : BARMAN_BAD_VALUE;
	const char *fate = o->kind == KIND_CONNINFO ? "Barman cannot parse it" : o->fallback && !strchr(o->fallback, '%') ? "Barman ignores it and uses the default" : "Barman ignores it";
	struct barman_problem *p =
		o->kind == KIND_CONNINFO
			? barman_problem_add(c, kind, s->name, e, hint ? hint : expects, "%s of server \"%s\" is not key=value pairs: %s", o->name, s->name, fate)
			: barman_problem_add(c, kind, s->name, e, hint ? hint : expects, "%s = \"%.160s\" is no valid value: %s", o->name, e->value, fate);
	p->matters = (o->scope & OPTION_MATTERS) != 0;
}

/* Paths and commands are used as they stand: a comment becomes part of the name. */
static void comment_inside(struct barman_config *c, const struct barman_server *s, const struct option *o, const struct ini_entry *e)
{
	if ((o->kind != KIND_PATH && o->kind != KIND_COMMAND) || !looks_commented(e->value))
		return;
	barman_problem_add(c, BARMAN_BAD_VALUE, s->name, e, "Barman knows no comments behind a value: put the comment on a line of its own.",
			   "%s = \"%.160s\": Barman takes the comment as part of the value", o->name, e->value)
		->matters = (o->scope & OPTION_MATTERS) != 0;
}

/* False when Barman goes on looking (inheritance, default). */
static bool take(struct barman_config *c, struct barman_server *s, int i, const char *section)
{
	const struct option *o = &options[i];
	const struct ini_entry *e = entry_of(c, section, o->name);
	const char *why = NULL, *text = e ? text_of(c, s, e) : NULL;
	if (!text)
		return false;
	comment_inside(c, s, o, e);
	/* conninfo, retention and counts are judged when they are used, so the value itself stays */
	bool stays = o->kind == KIND_CONNINFO || o->kind == KIND_RETENTION;
	if (!option_value_ok(o, text, &why)) {
		bad_value(c, s, o, e, why);
		if (!stays)
			return false;
	}
	if (o->kind == KIND_WORD || o->kind == KIND_SLOT) {
		char *low = arena_dup(c->arena, text);
		for (char *p = low; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		text = low;
	}
	s->value[i] = (struct barman_value){*text ? text : NULL, e->file, e->line};
	return true;
}

static void fall_back(struct barman_config *c, struct barman_server *s, int i)
{
	const char *text = options[i].fallback;
	if (!text)
		return;
	struct lookup l = {.c = c, .server = s, .section = s->name};
	struct str out = {0};
	if (!strchr(text, '%'))
		s->value[i].text = text;
	else if (!interpolate(&l, text, 1, &out))
		s->value[i].text = arena_dup(c->arena, str_text(&out));
	str_free(&out);
}

static void fill_option(struct barman_config *c, struct barman_server *s, int i)
{
	const struct option *o = &options[i];
	if (!(o->scope & OPTION_SERVER) || !strcmp(o->name, "disabled"))
		return;
	if (take(c, s, i, s->name))
		return;
	if ((o->scope & OPTION_INHERIT) && take(c, s, i, "barman"))
		return;
	fall_back(c, s, i);
}

static const char active_model[] = "/.active-model.auto";

static bool names_a_model(const struct barman_file *f)
{
	size_t n = strlen(f->path), len = strlen(active_model);
	return n > len && !strcmp(f->path + n - len, active_model);
}

static bool is_model(const struct barman_config *c, const char *section)
{
	bool yes = false;
	const struct ini_entry *e = ini_find(c->ini, section, "model");
	return (!c->version || c->version >= 310) && e && option_bool(e->value, &yes) && yes;
}

/* What a model may not change of its server (barman/config.py 3.10, ModelConfig.get_override_options). */
static bool is_the_servers_own(const char *option)
{
	static const char *const own[] = {"cluster", "model", "description", "disabled", "backup_directory"};
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!strcmp(option, own[i]))
			return true;
	return false;
}

/* barman config-switch leaves the model's name in the server's directory; its options then win over those of the section. */
static void apply_model(struct barman_config *c, struct barman_server *s)
{
	const char *directory = barman_get(s, "backup_directory");
	for (int k = 0; k < c->files && directory; k++) {
		const struct barman_file *f = &c->file[k];
		size_t n = names_a_model(f) ? strlen(f->path) - strlen(active_model) : 0, name = 0;
		if (!n || strlen(directory) != n || strncmp(directory, f->path, n))
			continue;
		while (name < f->size && f->bytes[name] && !strchr(" \t\r\n", f->bytes[name]))
			name++;
		if (!name)
			continue;
		s->model = arena_dupn(c->arena, f->bytes, name);
		s->model_lost = !ini_section_find(c->ini, s->model) || !is_model(c, s->model);
		for (size_t i = 0; i < option_count() && !s->model_lost; i++)
			if ((options[i].scope & OPTION_SERVER) && !is_the_servers_own(options[i].name))
				take(c, s, (int)i, s->model);
	}
}

static void fill_server(struct barman_config *c, struct barman_server *s, const struct ini_section *from)
{
	*s = (struct barman_server){.name = from->name, .file = from->file, .line = from->line};
	s->value = arena_alloc(c->arena, option_count() * sizeof *s->value);
	/* backup_directory and conninfo are names in other defaults; the table's order has them first */
	for (size_t i = 0; i < option_count(); i++)
		fill_option(c, s, (int)i);
	if (!c->version || c->version >= 310)
		apply_model(c, s);
	s->passive = barman_get(s, "primary_ssh_command") != NULL;
	if (!option_bool(barman_get(s, "active") ? barman_get(s, "active") : "true", &s->active))
		s->active = true;
}

/* ---- files ---- */

/* True when the entry, or one it replaced, stood in the main file with the same text. */
static bool is_from_main(const struct ini_entry *e, const char *main_file)
{
	for (const struct ini_entry *old = e; old; old = old->earlier)
		if (!strcmp(old->file, main_file))
			return !strcmp(old->value, e->value);
	return false;
}

static void check_included(struct barman_config *c, const char *main_file)
{
	static const char *const names[] = {"barman", "DEFAULT"};
	for (int i = 0; i < 2; i++) {
		const struct ini_section *s = ini_section_find(c->ini, names[i]);
		for (const struct ini_entry *e = s ? s->first : NULL; e; e = e->next) {
			char say[300];
			const char *name = strrchr(e->file, '/') ? strrchr(e->file, '/') + 1 : e->file;
			snprintf(say, sizeof say, "the included file %.100s sets %.60s in section [%s]: Barman stops (\"not empty [barman] section\")",
				 name, e->key, names[i]);
			if (strcmp(e->file, main_file) && !text_match("*/.barman.auto.conf", e->file) && !is_from_main(e, main_file))
				fatal(c, e, "Move it to the main configuration file.", say);
		}
	}
}

static void read_files(struct barman_config *c, const struct barman_file *file, int files)
{
	for (int i = 0; i < files; i++)
		if (!names_a_model(&file[i]))
			ini_add(c->ini, INI_PYTHON, file[i].path, file[i].bytes, file[i].size);
	for (const struct ini_error *e = ini_errors(c->ini); e; e = e->next) {
		struct ini_entry at = {.key = "", .value = "", .file = e->file, .line = e->line};
		fatal(c, &at, e->hint, e->say);
	}
}

static void read_global(struct barman_config *c, const char *main_file)
{
	const struct ini_section *s = ini_section_find(c->ini, "barman");
	struct ini_entry at = {.key = "", .value = "", .file = main_file, .line = s ? s->line : 0};
	c->home = global_text(c, "barman_home");
	c->user = *global_text(c, "barman_user") ? global_text(c, "barman_user") : "barman";
	c->lock_directory = *global_text(c, "barman_lock_directory") ? global_text(c, "barman_lock_directory") : c->home;
	c->log_file = global_text(c, "log_file");
	c->files_directory = global_text(c, "configuration_files_directory");
	if (!s)
		fatal(c, &at, "Is this Barman's main configuration file?", "there is no [barman] section");
	else if (!entry_of(c, "barman", "barman_home"))
		fatal(c, &at, "Add `barman_home = /var/lib/barman` below [barman].", "\"barman_home\" is required in section [barman]");
}

static void read_servers(struct barman_config *c)
{
	c->server = arena_alloc(c->arena, (ini_sections(c->ini) + 1) * sizeof *c->server);
	for (size_t i = 0; i < ini_sections(c->ini); i++) {
		const struct ini_section *s = ini_section(c->ini, i);
		check_section(c, s);
		if (!strcmp(s->name, "barman") || !strcmp(s->name, "DEFAULT") || !*s->name || is_model(c, s->name))
			continue;
		struct ini_entry at = {.key = "", .value = "", .file = s->file, .line = s->line};
		if (!strcmp(s->name, "all"))
			fatal(c, &at, "Rename the section.", "\"all\" is a reserved word, not a server's name");
		else
			fill_server(c, &c->server[c->servers++], s);
	}
}

struct barman_config *barman_config_parse(const struct barman_file *file, int files, int version)
{
	struct barman_config *c = xcalloc(1, sizeof *c);
	const char *main_file = files ? file[0].path : "";
	c->arena = arena_new();
	c->ini = ini_new();
	c->version = version;
	c->file = file;
	c->files = files;
	c->problems_end = &c->problems;
	read_files(c, file, files);
	read_global(c, main_file);
	check_included(c, main_file);
	read_servers(c);
	barman_judge(c);
	c->file = NULL;
	c->files = 0;
	return c;
}

void barman_config_free(struct barman_config *c)
{
	if (!c)
		return;
	arena_free(c->arena);
	ini_free(c->ini);
	free(c);
}

const struct barman_server *barman_server_find(const struct barman_config *c, const char *name)
{
	for (int i = 0; i < c->servers; i++)
		if (!strcmp(c->server[i].name, name))
			return &c->server[i];
	return NULL;
}

const struct barman_value *barman_value(const struct barman_server *s, const char *option)
{
	static const struct barman_value none;
	int i = option_find(option);
	return i < 0 ? &none : &s->value[i];
}

const char *barman_get(const struct barman_server *s, const char *option)
{
	return barman_value(s, option)->text;
}
