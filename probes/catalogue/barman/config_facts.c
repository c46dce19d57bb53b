/* From a parsed configuration to facts. An option that is unset is the fact "", so that a question may name it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/host/host.h"
#include "probes/config/barman.h"
#include "probes/config/ini.h"
#include "probes/config/options.h"

/* Facts that are an option's text as it stands. */
static const char *const texts[] = {
	"backup_method", "slot_name", "create_slot", "incoming_wals_directory", "streaming_wals_directory", "wals_directory",
	"basebackups_directory", "errors_directory", "backup_directory", "path_prefix", "minimum_redundancy", "retention_policy",
	"streaming_archiver_name", "ssh_command", "conninfo", "streaming_conninfo", "primary_conninfo", "primary_ssh_command",
	"backup_options", "reuse_backup", "immediate_checkpoint", "compression", "parallel_jobs", "description",
};

static void learn_text(struct view *v, const char *option, const char *text)
{
	char name[80];
	snprintf(name, sizeof name, "server.%s", option);
	learn(v, name, text);
}

/* What a passive node does not look at: its primary Barman knows the database (Barman 3.4 server.py __init__). */
static bool is_of_the_database(const char *option)
{
	static const char *const known[] = {"conninfo", "streaming_conninfo", "wal_conninfo", "wal_streaming_conninfo", "ssh_command", "slot_name"};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(option, known[i]))
			return true;
	return false;
}

/* Continuation lines join words; libpq and psql take blanks. */
static void learn_option(struct view *v, const struct barman_server *s, const char *option)
{
	const char *text = s && !(s->passive && is_of_the_database(option)) ? barman_get(s, option) : NULL;
	char *line = xstrdup(text ? text : "");
	for (char *p = line; *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	learn_text(v, option, s ? line : NULL);
	free(line);
}

/* An older Barman ignores both. */
static void learn_wal(struct view *v, const struct barman_config *c, const struct barman_server *s)
{
	static const char *const options_of_wal[] = {"wal_conninfo", "wal_streaming_conninfo"};
	for (size_t i = 0; i < sizeof options_of_wal / sizeof *options_of_wal; i++)
		if (c->version && c->version < 310)
			learn_text(v, options_of_wal[i], s ? "" : NULL);
		else
			learn_option(v, s, options_of_wal[i]);
}

static bool is_on(const struct barman_server *s, const char *option)
{
	bool on = false;
	const char *text = barman_get(s, option);
	return text && option_bool(text, &on) && on;
}

/* Barman forces archiver = on when neither way is on (server.py 3.4, ARCHIVER_OFF_BACKCOMPATIBILITY). */
static void learn_ways(struct view *v, const struct barman_server *s)
{
	bool streaming = s && !s->passive && is_on(s, "streaming_archiver");
	learn(v, "server.streaming_archiver", !s ? NULL : streaming ? "on" : "off");
	learn(v, "server.archiver", !s ? NULL : !s->passive && (is_on(s, "archiver") || !streaming) ? "on" : "off");
}

static void learn_age(struct view *v, const struct barman_server *s, const char *option)
{
	double seconds;
	char name[80];
	const char *text = s ? barman_get(s, option) : NULL;
	snprintf(name, sizeof name, "server.%s_s", option);
	if (text && option_age(text, &seconds))
		learn_num(v, name, seconds);
	else
		learn(v, name, s ? "" : NULL);
}

/* The words of an ssh command, and whom it logs in to. */
static void learn_ssh(struct view *v, const struct barman_server *s, const char *command, const char *prefix)
{
	struct arena *a = arena_new();
	struct str words = {0};
	const char *user = "", *host = "";
	char name[64];
	int n = 0;
	char **word = command ? text_split_words(a, command, &n) : NULL;
	for (int i = 0; word && i < n; i++) {
		if (i)
			str_addc(&words, ' ');
		text_shell_quote(&words, word[i]);
	}
	if (word)
		barman_ssh_target(a, command, &user, &host);
	snprintf(name, sizeof name, "%s_words", prefix);
	learn(v, name, n ? words.s : NULL);
	snprintf(name, sizeof name, "%s_user", prefix);
	learn(v, name, s ? user : NULL);
	snprintf(name, sizeof name, "%s_host", prefix);
	learn(v, name, s ? host : NULL);
	str_free(&words);
	arena_free(a);
}

static void learn_target(struct view *v, const struct barman_server *s)
{
	struct arena *a = arena_new();
	const char *conninfo = s ? barman_get(s, "conninfo") : NULL;
	const char *host = conninfo ? barman_conninfo_get(a, conninfo, "host") : NULL;
	const char *port = conninfo ? barman_conninfo_get(a, conninfo, "port") : NULL;
	learn(v, "server.pg_host", s ? (host ? host : "") : NULL);
	learn(v, "server.pg_port", s ? (port && strspn(port, "0123456789") == strlen(port) ? port : "5432") : NULL);
	arena_free(a);
}

/* Barman 3.13 moved it: <xlogdb_directory>/<server>-xlog.db. */
static void learn_xlogdb(struct view *v, const struct barman_config *c, const struct barman_server *s)
{
	const char *wals = s ? barman_get(s, "wals_directory") : NULL, *own = s ? barman_get(s, "xlogdb_directory") : NULL;
	if (!wals)
		learn(v, "server.xlogdb", s ? "" : NULL);
	else if (c->version && c->version < 313)
		learn_f(v, "server.xlogdb", "%s/xlog.db", wals);
	else if (c->version)
		learn_f(v, "server.xlogdb", "%s/%s-xlog.db", own ? own : wals, s->name);
	else
		learn_f(v, "server.xlogdb", "%s/xlog.db", wals);
}

/* The slot that an option unknown to Barman names: it exists, and nobody will read it. */
static void learn_meant(struct view *v, const struct barman_config *c, const struct barman_server *s)
{
	const char *meant = "";
	for (const struct barman_problem *p = c->problems; s && p; p = p->next)
		if (p->kind == BARMAN_UNKNOWN_OPTION && !strcmp(p->nearest, "slot_name") && (!p->server || !strcmp(p->server, s->name)))
			meant = p->value;
	char *bare = xstrdup(meant), *from = bare;
	size_t n = strlen(bare);
	if (n >= 2 && (*bare == '"' || *bare == '\'') && bare[n - 1] == *bare) {
		bare[n - 1] = '\0';
		from++;
	}
	learn(v, "server.slot_name_meant", s ? from : NULL);
	free(bare);
}

static bool may_be_slot(const char *value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)value[i]) && value[i] != '_')
			return false;
	return n > 0 && n < 64;
}

/* Of every section, known or not: a slot of such a name is never called foreign. */
static void learn_values(struct view *v, const struct barman_config *c)
{
	struct str all = {0};
	str_add(&all, "");
	for (size_t i = 0; i < ini_sections(c->ini); i++)
		for (const struct ini_entry *e = ini_section(c->ini, i)->first; e && all.len < 32768; e = e->next) {
			size_t n = strlen(e->value), quoted = n >= 2 && strchr("\"'", *e->value) && e->value[n - 1] == *e->value;
			if (may_be_slot(e->value + quoted, n - 2 * quoted))
				str_addf(&all, "%.*s\n", (int)(n - 2 * quoted), e->value + quoted);
		}
	learn(v, "server.option_values", all.s);
	str_free(&all);
}

static void learn_names(struct view *v, const struct barman_config *c)
{
	struct str all = {0}, active = {0};
	str_add(&all, "");
	str_add(&active, "");
	for (int i = 0; i < c->servers; i++) {
		str_addf(&all, "%s%s", all.len ? " " : "", c->server[i].name);
		if (c->server[i].active && !c->server[i].disabled)
			str_addf(&active, "%s%s", active.len ? " " : "", c->server[i].name);
	}
	learn(v, "server.names", all.s);
	learn(v, "server.active_names", active.s);
	str_free(&all);
	str_free(&active);
}

void config_learn(struct view *v, const struct barman_config *c, const struct barman_server *s, const char *name)
{
	(void)name;
	learn(v, "server.known", s ? "yes" : "no");
	learn(v, "server.active", !s ? NULL : s->active ? "yes" : "no");
	learn(v, "server.disabled_reasons", s ? s->reasons : NULL);
	learn(v, "server.passive", !s ? NULL : s->passive ? "yes" : "no");
	learn(v, "server.config.own", s ? s->file : NULL);
	learn(v, "server.barman_user", c->user);
	learn(v, "server.barman_home", c->home);
	learn(v, "server.barman_lock_directory", c->lock_directory);
	learn(v, "server.log_file", c->log_file);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		learn_option(v, s, texts[i]);
	learn_wal(v, c, s);
	learn_ways(v, s);
	learn_age(v, s, "last_backup_maximum_age");
	learn_age(v, s, "last_wal_maximum_age");
	learn_ssh(v, s, s && !s->passive ? barman_get(s, "ssh_command") : NULL, "server.ssh");
	learn_ssh(v, s, s && s->passive ? barman_get(s, "primary_ssh_command") : NULL, "server.primary");
	learn_pipeline_command(v);
	learn_target(v, s);
	learn_xlogdb(v, c, s);
	learn_meant(v, c, s);
	learn_values(v, c);
	learn_names(v, c);
}
