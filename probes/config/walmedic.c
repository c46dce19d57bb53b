#include "probes/config/walmedic.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/config/ini.h"

static const char engines[] = "barman, command, pgbackrest, walg, proxmox";

static bool is_engine(const char *value)
{
	size_t n = strlen(value);
	for (const char *p = engines; n && (p = strstr(p, value)); p++)
		if ((p == engines || p[-1] == ' ') && (p[n] == ',' || !p[n]))
			return true;
	return false;
}

static bool is_host_char(char c)
{
	return isalnum((unsigned char)c) || strchr("._-%", c);
}

/* local, or ssh://[user@]host[:port] with a host that cannot be taken for an option. */
static bool is_place(const char *value)
{
	if (!strcmp(value, "local"))
		return true;
	if (!text_starts(value, "ssh://"))
		return false;
	const char *host = value + 6, *at = strrchr(host, '@');
	for (; at && host < at; host++)
		if (!is_host_char(*host) || (host == value + 6 && *host == '-'))
			return false;
	host += at != NULL;
	bool bracket = *host == '[';
	size_t n = bracket ? strspn(host + 1, "0123456789abcdefABCDEF:.%") + 1 : 0;
	if (bracket && (host[n] != ']' || n < 3))
		return false;
	n += bracket;
	while (!bracket && host[n] && is_host_char(host[n]))
		n++;
	if (!n || *host == '-' || (at && at == value + 6))
		return false;
	if (!host[n])
		return true;
	size_t digits = strspn(host + n + 1, "0123456789");
	return host[n] == ':' && digits && digits <= 5 && !host[n + 1 + digits] && atoi(host + n + 1) > 0 && atoi(host + n + 1) < 65536;
}

static bool is_user(const char *value)
{
	size_t n = strlen(value);
	if (!n || n > 32 || *value == '-')
		return false;
	return strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == n;
}

static bool is_path(const char *value)
{
	return *value == '/' && text_is_plain(value);
}

static bool is_name(const char *value)
{
	return *value && *value != '-' && text_is_plain(value);
}

static bool is_yes_or_no(const char *value)
{
	return !strcmp(value, "yes") || !strcmp(value, "no");
}

static double seconds_of(const char *value)
{
	static const struct { const char *unit; double seconds; } units[] = {
		{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
	char *end;
	double n = isdigit((unsigned char)*value) ? strtod(value, &end) : -1;
	if (n < 0 || n > 1e9)
		return -1;
	while (*end == ' ')
		end++;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (!strcmp(end, units[i].unit))
			return n * units[i].seconds;
	return -1;
}

static bool is_time(const char *value)
{
	return seconds_of(value) > 0;
}

/* The one table: key, where it is kept, what it may be. */
static const struct own_option {
	const char *key;
	size_t at;
	bool is_seconds, common; /* common: also in [walmedic] */
	bool (*ok)(const char *value);
	const char *expects;
} own_options[] = {
	{"engine", offsetof(struct own_server, engine), false, true, is_engine, engines},
	{"backup", offsetof(struct own_server, backup), false, true, is_place, "local or ssh://[user@]host[:port]"},
	{"db", offsetof(struct own_server, db), false, true, is_place, "local or ssh://[user@]host[:port]"},
	{"barman_config", offsetof(struct own_server, barman_config), false, true, is_path, "an absolute path"},
	{"barman_user", offsetof(struct own_server, barman_user), false, true, is_user, "the name of a user"},
	{"server", offsetof(struct own_server, name), false, false, is_name, "the server's name in Barman's configuration"},
	{"rpo_max", offsetof(struct own_server, rpo_max_s), true, true, is_time, "a time such as 90 s, 15 min, 4 h or 2 d"},
	{"fill_warning", offsetof(struct own_server, fill_warning_s), true, true, is_time, "a time such as 90 s, 15 min, 4 h or 2 d"},
	{"contact", offsetof(struct own_server, contact), false, true, is_name, "whom to call, in one line"},
	{"history", offsetof(struct own_server, history), false, true, is_yes_or_no, "yes or no"},
};

enum { OWN_OPTIONS = sizeof own_options / sizeof *own_options };

static const struct own_option *find(const char *key)
{
	for (int i = 0; i < OWN_OPTIONS; i++)
		if (!strcmp(own_options[i].key, key))
			return &own_options[i];
	return NULL;
}

static void all_keys(struct str *out)
{
	str_add(out, "The keys are ");
	for (int i = 0; i < OWN_OPTIONS; i++)
		str_addf(out, "%s%s", i ? ", " : "", own_options[i].key);
}

static void clean(const char *s, char *buf, size_t size)
{
	struct str out = {0};
	text_clean(&out, s, strlen(s), 100, 100);
	snprintf(buf, size, "%s", str_text(&out));
	str_free(&out);
}

static int take(struct arena *a, const struct ini_entry *e, bool common, struct own_server *s, struct problem *p)
{
	const struct own_option *o = find(e->key);
	char shown[120], hint[200];
	clean(o ? e->value : e->key, shown, sizeof shown);
	if (!o || (common && !o->common)) {
		struct str keys = {0};
		all_keys(&keys);
		problem_set(p, str_text(&keys), "%s:%d: unknown key \"%s\"%s", e->file, e->line, o ? o->key : shown,
			    o ? " in section [walmedic]" : "");
		str_free(&keys);
		return -1;
	}
	snprintf(hint, sizeof hint, "it is %s", o->expects);
	if (!o->ok(e->value))
		return problem_set(p, hint, "%s:%d: \"%s\" is no valid value for %s", e->file, e->line, shown, o->key);
	if (o->is_seconds)
		*(double *)((char *)s + o->at) = seconds_of(e->value);
	else
		*(const char **)((char *)s + o->at) = arena_dup(a, e->value);
	return 0;
}

static bool is_look(const struct ini_entry *e)
{
	return !strcmp(e->key, "theme") || !strcmp(e->key, "mouse") || !strcmp(e->key, "runbooks");
}

static int take_all(struct arena *a, const struct ini_section *from, bool common, struct own_server *s, struct problem *p)
{
	for (const struct ini_entry *e = from->first; e; e = e->next)
		if (!(common && is_look(e)) && take(a, e, common, s, p))
			return -1;
	return 0;
}

static int read_server(struct arena *a, const struct ini_section *from, struct own_server *s, struct problem *p)
{
	if (!is_name(from->name)) {
		char shown[120];
		clean(from->name, shown, sizeof shown);
		return problem_set(p, "a section is the name of a server, as in [main]", "%s:%d: \"%s\" is no name for a server",
				   from->file, from->line, shown);
	}
	s->section = s->name = arena_dup(a, from->name);
	return take_all(a, from, false, s, p);
}

static void read_keys(struct arena *a, const struct ini_section *from, struct own_config *c)
{
	for (const struct ini_entry *e = from->first; e; e = e->next)
		c->keys++;
	c->key = arena_alloc(a, (size_t)(c->keys + 1) * sizeof *c->key);
	struct own_key *k = c->key;
	for (const struct ini_entry *e = from->first; e; e = e->next)
		*k++ = (struct own_key){arena_dup(a, e->key), arena_dup(a, e->value), arena_dup(a, e->file), e->line};
}

static void read_looks(struct arena *a, const struct ini_section *from, struct own_config *c)
{
	for (const struct ini_entry *e = from->first; e; e = e->next)
		if (is_look(e) && c->looks < (int)(sizeof c->look / sizeof *c->look))
			c->look[c->looks++] = (struct own_key){arena_dup(a, e->key), arena_dup(a, e->value), arena_dup(a, e->file), e->line};
}

static int read_sections(struct arena *a, const struct ini *ini, struct own_config *c, struct problem *p)
{
	struct own_server common = {.engine = "barman", .backup = "local", .db = "", .barman_config = "", .barman_user = "",
				    .history = "yes", .contact = ""};
	const struct ini_section *s = ini_section_find(ini, "walmedic");
	if (s && take_all(a, s, true, &common, p))
		return -1;
	if (s)
		read_looks(a, s, c);
	c->server = arena_alloc(a, (ini_sections(ini) + 1) * sizeof *c->server);
	for (size_t i = 0; i < ini_sections(ini); i++) {
		s = ini_section(ini, i);
		if (!strcmp(s->name, "keys"))
			read_keys(a, s, c);
		if (!strcmp(s->name, "walmedic") || !strcmp(s->name, "keys"))
			continue;
		c->server[c->servers] = common;
		if (read_server(a, s, &c->server[c->servers++], p))
			return -1;
	}
	return 0;
}

int own_config_parse(struct arena *a, const char *name, const char *bytes, size_t n, struct own_config *ret, struct problem *p)
{
	struct ini *ini = ini_new();
	struct own_config c = {0};
	int rc = ini_add(ini, INI_WALMEDIC, name, bytes, n);
	const struct ini_error *e = ini_errors(ini);
	if (rc)
		problem_set(p, e->hint, "%s:%d: %s", e->file, e->line, e->say);
	else if (!(rc = read_sections(a, ini, &c, p)) && !c.servers && !c.keys && !c.looks)
		rc = problem_set(p, "write a section with the server's name, and backup = ssh://root@HOST in it", "%s names no server", name);
	ini_free(ini);
	if (!rc)
		*ret = c;
	return rc;
}
