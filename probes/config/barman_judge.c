#include "probes/config/barman_judge.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/config/ini.h"
#include "probes/config/options.h"

/* ---- options that Barman ignores ---- */

static bool known_here(const struct barman_config *c, const struct ini_section *s, const struct option *o)
{
	if (c->version && o->since > c->version)
		return false;
	return !strcmp(s->name, "barman") || !strcmp(s->name, "DEFAULT") || (o->scope & OPTION_SERVER);
}

/* Would the option that was meant have changed what is backed up or kept? */
static bool would_matter(const struct barman_config *c, const struct ini_section *s, const struct option *near)
{
	const struct barman_server *server = barman_server_find(c, s->name);
	if (!near || !(near->scope & OPTION_MATTERS) || ini_find(c->ini, s->name, near->name))
		return false;
	if (strcmp(near->name, "ssh_command") || !server)
		return true;
	const char *method = barman_get(server, "backup_method");
	return !method || !strcmp(method, "rsync");
}

static void unknown_option(struct barman_config *c, const struct ini_section *s, const struct ini_entry *e)
{
	int i = option_find(e->key);
	const struct option *near = i >= 0 ? &options[i] : option_near(e->key);
	char hint[200] = "Remove the line.", why[120] = "";
	if (i >= 0 && c->version && options[i].since > c->version) {
		snprintf(hint, sizeof hint, "It came with Barman %d.%d.", options[i].since / 100, options[i].since % 100);
		snprintf(why, sizeof why, "Barman %d.%d does not know it", c->version / 100, c->version % 100);
	} else if (i >= 0) {
		snprintf(hint, sizeof hint, "Move it to the section [barman].");
		snprintf(why, sizeof why, "it belongs into [barman]");
	} else if (near) {
		snprintf(hint, sizeof hint, "Probably \"%s\" was meant.", near->name);
	}
	struct barman_problem *p = barman_problem_add(
		c, BARMAN_UNKNOWN_OPTION, strcmp(s->name, "barman") && strcmp(s->name, "DEFAULT") ? s->name : NULL, e, hint,
		"Barman ignores the option \"%.80s\" in section [%.80s]%s%s", e->key, s->name, *why ? ": " : "", why);
	p->nearest = near ? near->name : "";
	p->matters = would_matter(c, s, near);
}

/* No warning of Barman's: a server's own option in [barman] is read by nobody. */
static void no_effect(struct barman_config *c, const struct ini_entry *e, const struct option *o)
{
	struct barman_problem *p = barman_problem_add(c, BARMAN_UNKNOWN_OPTION, NULL, e, "Move it to the server's section.",
						      "\"%s\" has no effect in section [barman]: servers do not inherit it", o->name);
	p->nearest = o->name;
	p->matters = false;
}

static void judge_options(struct barman_config *c, const struct ini_section *s)
{
	bool global = !strcmp(s->name, "barman");
	for (const struct ini_entry *e = s->first; e; e = e->next) {
		int i = option_find(e->key);
		if (i < 0 || !known_here(c, s, &options[i]))
			unknown_option(c, s, e);
		else if (global && !(options[i].scope & (OPTION_GLOBAL | OPTION_INHERIT)))
			no_effect(c, e, &options[i]);
	}
}

/* ---- directories ---- */

struct path {
	char *path;          /* without //, /./ and /../ */
	int server, option;
};

static char *plain_path(struct arena *a, const char *path)
{
	char *out = arena_alloc(a, strlen(path) + 2);
	size_t n = 0;
	while (*path) {
		path += strspn(path, "/");
		size_t len = strcspn(path, "/");
		if (len == 2 && !strncmp(path, "..", 2)) {
			while (n && out[--n] != '/')
				;
		} else if (len && !(len == 1 && *path == '.')) {
			out[n++] = '/';
			memcpy(out + n, path, len);
			n += len;
		}
		path += len;
	}
	out[n] = '\0';
	return out;
}

static int by_path(const void *a, const void *b)
{
	const struct path *x = a, *y = b;
	int c = strcmp(x->path, y->path);
	return c ? c : x->server != y->server ? x->server - y->server : x->option - y->option;
}

static void path_conflict(struct barman_config *c, const struct path *a, const struct path *b)
{
	struct barman_server *s = &c->server[a->server], *t = &c->server[b->server];
	const struct barman_value *va = &s->value[a->option], *vb = &t->value[b->option];
	const struct barman_value *written = vb->file ? vb : va;
	struct ini_entry at = {.key = options[written == vb ? b->option : a->option].name, .value = b->path,
			       .file = written->file ? written->file : t->file, .line = written->file ? written->line : t->line};
	bool global = s != t;
	const char *hint = "Give every server and every option a directory of its own.";
	struct barman_problem *p = barman_problem_add(
		c, BARMAN_PATH_CONFLICT, global ? NULL : t->name, &at, hint,
		"%s of server \"%.60s\" and %s of server \"%.60s\" are the same directory \"%.120s\"%s", options[a->option].name, s->name,
		options[b->option].name, t->name, b->path, global ? ": every barman command fails" : "");
	p->fatal = global;
	if (!global)
		t->reasons = arena_printf(c->arena, "%s%s%s and %s are the same directory", t->reasons, *t->reasons ? "; " : "",
					  options[a->option].name, options[b->option].name);
}

static void judge_paths(struct barman_config *c)
{
	size_t n = 0;
	struct path *path = xcalloc((size_t)c->servers * option_count() + 1, sizeof *path);
	for (int s = 0; s < c->servers; s++)
		for (size_t o = 0; o < option_count(); o++)
			if ((options[o].scope & OPTION_PATH) && c->server[s].value[o].text)
				path[n++] = (struct path){plain_path(c->arena, c->server[s].value[o].text), s, (int)o};
	qsort(path, n, sizeof *path, by_path);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(path[i - 1].path, path[i].path))
			path_conflict(c, &path[i - 1], &path[i]);
	free(path);
}

/* ---- servers that Barman disables ---- */

static void reason(struct barman_config *c, struct barman_server *s, const char *fmt, const char *a, const char *b)
{
	struct str all = {0};
	str_addf(&all, "%s%s", s->reasons, *s->reasons ? "; " : "");
	for (; *fmt; fmt++)
		if (*fmt == '1' || *fmt == '2')
			str_add(&all, *fmt == '1' ? a : b);
		else
			str_addc(&all, *fmt);
	s->reasons = arena_dup(c->arena, str_text(&all));
	str_free(&all);
}

static bool is_on(const struct barman_server *s, const char *option)
{
	bool on = false;
	const char *text = barman_get(s, option);
	return text && option_bool(text, &on) && on;
}

static void need_conninfo(struct barman_config *c, struct barman_server *s, const char *option)
{
	const char *text = barman_get(s, option);
	if (!text || !strcmp(text, "None"))
		reason(c, s, "1 is missing", option, "");
	else if (!option_conninfo_ok(text))
		reason(c, s, "1 is no valid connection string", option, "");
}

/* barman/backup_executor.py 3.4: what a backup method does not take, and what it cannot do without. */
static const struct {
	const char *method, *option;
	bool required;
} method_rules[] = {
	{"postgres", "tablespace_bandwidth_limit", false}, {"postgres", "reuse_backup", false},
	{"postgres", "network_compression", false},        {"rsync", "backup_compression", false},
	{"local-rsync", "backup_compression", false},      {"rsync", "ssh_command", true},
	{"snapshot", "backup_compression", false},         {"snapshot", "bandwidth_limit", false},
	{"snapshot", "network_compression", false},        {"snapshot", "tablespace_bandwidth_limit", false},
	{"snapshot", "reuse_backup", false},               {"snapshot", "snapshot_disks", true},
	{"snapshot", "snapshot_instance", true},           {"snapshot", "snapshot_provider", true},
};

static void judge_method(struct barman_config *c, struct barman_server *s)
{
	const char *method = barman_get(s, "backup_method");
	for (size_t i = 0; method && i < sizeof method_rules / sizeof *method_rules; i++) {
		const char *option = method_rules[i].option, *text = barman_get(s, option);
		bool off = false, is_bool = text && option_bool(text, &off);
		bool set = text && strcmp(text, "off") && strcmp(text, "none") && !(is_bool && !off);
		if (strcmp(method, method_rules[i].method) || set == method_rules[i].required)
			continue;
		reason(c, s, method_rules[i].required ? "backup_method = 2 needs 1" : "backup_method = 2 does not take 1", option, method);
	}
}

/* barman/server.py 3.4, _init_postgres and _init_archivers. */
static void judge_connections(struct barman_config *c, struct barman_server *s)
{
	const char *method = barman_get(s, "backup_method");
	bool streaming = is_on(s, "streaming_archiver");
	need_conninfo(c, s, "conninfo");
	if (barman_get(s, "primary_conninfo"))
		need_conninfo(c, s, "primary_conninfo");
	if (streaming || (method && !strcmp(method, "postgres")))
		need_conninfo(c, s, "streaming_conninfo");
	if (!streaming || is_on(s, "archiver") || barman_get(s, "slot_name"))
		return;
	reason(c, s, "streaming-only archiving needs slot_name", "", "");
	struct ini_entry at = {.key = "slot_name", .value = "", .file = s->file, .line = s->line};
	barman_problem_add(c, BARMAN_SLOT_NAME_MISSING, s->name, &at, "Add slot_name to the server's section.",
			   "server \"%s\" archives by streaming only and has no slot_name", s->name);
}

/* barman/compression.py: the registry; xz, zstd and lz4 came later than 3.11. What is not in it fails barman check, and so each backup. */
static void judge_compression(struct barman_config *c, struct barman_server *s)
{
	static const char *const always[] = {"gzip", "pigz", "bzip2", "pygzip", "pybzip2", "custom"}, *const later[] = {"xz", "zstd", "lz4"};
	const struct barman_value *value = barman_value(s, "compression");
	const char *text = value ? value->text : NULL;
	bool known = !text || !*text || !strcmp(text, "None");
	for (size_t i = 0; !known && i < sizeof always / sizeof *always; i++)
		known = !strcmp(text, always[i]);
	for (size_t i = 0; !known && i < sizeof later / sizeof *later; i++)
		known = !strcmp(text, later[i]) && !(c->version && c->version <= 311);
	if (known)
		return;
	struct ini_entry at = {.key = "compression", .value = text, .file = value->file ? value->file : s->file, .line = value->file ? value->line : s->line};
	barman_problem_add(c, BARMAN_BAD_VALUE, s->name, &at, "Barman expects gzip, pigz, bzip2, pygzip, pybzip2 or custom.",
			   "compression = \"%.60s\" is none that this Barman has: barman check fails, and no backup is started", text)->matters = true;
}

/* barman/config.py parse_backup_options: the two exclude each other, and then the whole value is ignored. */
static void judge_backup_options(struct barman_config *c, struct barman_server *s)
{
	const struct barman_value *value = barman_value(s, "backup_options");
	if (!value || !value->text || !strstr(value->text, "exclusive_backup") || !strstr(value->text, "concurrent_backup"))
		return;
	struct ini_entry at = {.key = "backup_options", .value = value->text, .file = value->file ? value->file : s->file, .line = value->file ? value->line : s->line};
	barman_problem_add(c, BARMAN_BAD_VALUE, s->name, &at, "Barman expects concurrent_backup.",
			   "backup_options = \"%.100s\": exclusive_backup and concurrent_backup exclude each other, and Barman ignores the line", value->text)->matters = false;
}

/* Barman hands it on as it stands: KiB a second for rsync's --bwlimit, which reads "4 MB/s" as 4 KiB, and for pg_basebackup's
 * --max-rate, which takes 32 and more (rsync 3.2 parse_size_arg; pg_basebackup.c parse_max_rate). */
static bool is_bandwidth(const char *text, bool basebackup)
{
	size_t digits = strspn(text, "0123456789"), n = digits;
	bool alone = digits && !text[digits];
	if (basebackup)
		return (alone && (atoi(text) == 0 || atoi(text) >= 32)) || (digits && text[digits] && strchr("kM", text[digits]) && !text[digits + 1]);
	n += text[n] == '.' ? 1 + strspn(text + n + 1, "0123456789") : 0;
	return alone || (digits && text[n] && strchr("kKmMgG", text[n]) && !text[n + 1]);
}

static void judge_bandwidth(struct barman_config *c, struct barman_server *s)
{
	const struct barman_value *value = barman_value(s, "bandwidth_limit");
	const char *text = value ? value->text : NULL, *method = barman_get(s, "backup_method");
	if (!text || !*text || !strcmp(text, "None") || is_bandwidth(text, method && !strcmp(method, "postgres")))
		return;
	struct ini_entry at = {.key = "bandwidth_limit", .value = text, .file = value->file ? value->file : s->file, .line = value->file ? value->line : s->line};
	barman_problem_add(c, BARMAN_BAD_VALUE, s->name, &at, "Barman expects a number of KiB a second, and nothing behind it.",
			   "bandwidth_limit = \"%.60s\" is no number of KiB a second: backups crawl or fail", text)->matters = true;
}

static void judge_server(struct barman_config *c, struct barman_server *s)
{
	struct ini_entry at = {.key = "", .value = "", .file = s->file, .line = s->line};
	const struct barman_value *active = barman_value(s, "active");
	if (s->model_lost)
		reason(c, s, "its active model '1' has no section any more", s->model, "");
	if (!s->passive) {
		judge_connections(c, s);
		judge_method(c, s);
		judge_compression(c, s);
		judge_backup_options(c, s);
		judge_bandwidth(c, s);
	}
	s->disabled = *s->reasons != '\0';
	if (s->disabled)
		barman_problem_add(c, BARMAN_SERVER_DISABLED, s->name, &at, NULL, "Barman disables server \"%s\": %s", s->name, s->reasons);
	if (s->active)
		return;
	at = (struct ini_entry){.key = "active", .value = active->text, .file = active->file, .line = active->line};
	barman_problem_add(c, BARMAN_SERVER_INACTIVE, s->name, &at, "Set active = true when it shall be backed up again.",
			   "server \"%s\" is switched off (active = %.20s): cron skips it and barman check says nothing", s->name, active->text);
}

void barman_judge(struct barman_config *c)
{
	for (int i = 0; i < c->servers; i++)
		c->server[i].reasons = "";
	for (size_t i = 0; i < ini_sections(c->ini); i++) {
		const struct ini_section *s = ini_section(c->ini, i);
		if (!strcmp(s->name, "barman") || !strcmp(s->name, "DEFAULT") || barman_server_find(c, s->name))
			judge_options(c, s);
	}
	judge_paths(c);
	for (int i = 0; i < c->servers; i++)
		judge_server(c, &c->server[i]);
}

/* ---- questions about a configuration ---- */

const struct barman_problem *barman_problem_of(const struct barman_config *c, enum barman_trouble kind, const char *server)
{
	for (const struct barman_problem *p = c->problems; p; p = p->next)
		if (p->kind == kind && (!p->server || !server || !strcmp(p->server, server)))
			return p;
	return NULL;
}

bool barman_ssh_target(struct arena *a, const char *ssh_command, const char **ret_user, const char **ret_host)
{
	int n = 0;
	char **word = text_split_words(a, ssh_command, &n);
	const char *user = "", *target = NULL;
	for (int i = 1; word && i < n && !target; i++) {
		const char *w = word[i];
		if (*w != '-') {
			target = w;
			continue;
		}
		/* options of OpenSSH 9.2 that take an argument, perhaps the next word */
		const char *with = strpbrk(w + 1, "BbcDEeFIiJLlmOopQRSWw");
		const char *argument = !with ? NULL : with[1] ? with + 1 : i + 1 < n ? word[++i] : NULL;
		if (with && *with == 'l' && argument)
			user = argument;
	}
	if (!target)
		return false;
	if (text_starts(target, "ssh://"))
		target = arena_dupn(a, target + 6, strcspn(target + 6, "/"));
	const char *at = strrchr(target, '@');
	*ret_user = at ? arena_dupn(a, target, (size_t)(at - target)) : user;
	*ret_host = at ? at + 1 : target;
	return **ret_host != '\0';
}

const char *barman_conninfo_get(struct arena *a, const char *conninfo, const char *key)
{
	const char *found = NULL;
	size_t len = strlen(key);
	for (const char *p = conninfo; *p;) {
		p += strspn(p, " \t\n\r\v\f");
		size_t n = strcspn(p, " \t\n\r\v\f");
		if (n > len && !strncmp(p, key, len) && p[len] == '=')
			found = arena_dupn(a, p + len + 1, n - len - 1);
		p += n;
	}
	return found;
}
