#include "remedies/answers.h"

#include <regex.h>
#include <string.h>

#include "probes/base/text.h"

#define HOST "(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)"
#define PRINT "SHA256:[A-Za-z0-9+/]{43}"

static const struct rule {
	const char *name, *pattern, *hint;
} rules[] = {
	{"server", "^[A-Za-z0-9_][A-Za-z0-9_-]{0,47}$", "letters, digits, - and _, at most 48"},
	{"backup", "^(local|ssh://([A-Za-z0-9_.-]+@)?" HOST "(:[0-9]{1,5})?)$", "ssh://root@HOST, or local when walmedic runs on the Barman host"},
	{"db", "^(local|ssh://([A-Za-z0-9_.-]+@)?" HOST "(:[0-9]{1,5})?)$", "ssh://root@HOST, or local when walmedic runs on the PostgreSQL host"},
	{"mode", "^(push|stream|both)$", "push, stream or both"},
	{"db_address", "^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$", "a host name or an address"},
	{"backup_address", "^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$", "a host name or an address"},
	{"port", "^[1-9][0-9]{0,4}$", "a number as pg_lsclusters shows it"},
	{"allow", "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)/[0-9]{1,3}$", "an address with its bits, as in 10.0.0.7/32"},
	{"retention", "^(RECOVERY WINDOW OF [1-9][0-9]* (DAYS|WEEKS|MONTHS)|REDUNDANCY [1-9][0-9]*)$", "RECOVERY WINDOW OF 7 DAYS, or REDUNDANCY 3"},
	{"schedule", "^([01]?[0-9]|2[0-3]):[0-5][0-9]$", "a time of day as in 03:17"},
	{"monitoring", "^(none|nagios|prometheus)$", "none, nagios or prometheus"},
	{"restart", "^(yes|no)$", "yes or no"},
	{"hostkey_backup", "^" PRINT "( +" PRINT ")*$", "the host's own words: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"},
	{"hostkey_db", "^" PRINT "( +" PRINT ")*$", "the host's own words: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"},
	{"hostkeys", "^trust-on-first-use$", "trust-on-first-use, or the fingerprints as hostkey_backup and hostkey_db"},
};
enum { RULES = sizeof rules / sizeof *rules };

static const struct rule *find_rule(const char *name)
{
	for (int i = 0; i < RULES; i++)
		if (!strcmp(rules[i].name, name))
			return &rules[i];
	return NULL;
}

static bool matches(const char *pattern, const char *text)
{
	regex_t re;
	if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB))
		return false;
	bool hit = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return hit;
}

int answers_check(const char *name, const char *value, struct problem *p)
{
	const struct rule *r = find_rule(name);
	if (!r || matches(r->pattern, value))
		return 0;
	struct str clean = {0};
	text_clean(&clean, value, strlen(value), 80, 80);
	problem_set(p, r->hint, "\"%s\" is no value for %s: %s", str_text(&clean), name, r->hint);
	str_free(&clean);
	return -1;
}

const char *answers_get(const struct answers *a, const char *name)
{
	for (int i = 0; i < a->n; i++)
		if (!strcmp(a->answer[i].name, name))
			return a->answer[i].value;
	return NULL;
}

void answers_set(struct answers *a, const char *name, const char *value)
{
	for (int i = 0; i < a->n; i++)
		if (!strcmp(a->answer[i].name, name)) {
			a->answer[i].value = value;
			return;
		}
	if (a->n < ANSWERS_MAX)
		a->answer[a->n++] = (struct answer){name, value};
}

/* ---- the file ---- */

static int known_names(const char *file, int line, const char *name, struct problem *p)
{
	struct str all = {0}, clean = {0};
	for (int i = 0; i < RULES; i++)
		str_addf(&all, "%s%s", i ? ", " : "", rules[i].name);
	text_clean(&clean, name, strlen(name), 60, 60);
	problem_set(p, str_text(&all), "%s:%d: there is no answer of the name \"%s\"", file, line, str_text(&clean));
	str_free(&all);
	str_free(&clean);
	return -1;
}

static int take_line(const char *file, int line, char *text, struct answers *ret, struct problem *p)
{
	struct problem why;
	char *name = text_trim(text), *value = strchr(name, '=');
	if (!*name || *name == '#' || *name == ';')
		return 0;
	if (!text_is_plain(name))
		return problem_set(p, NULL, "%s:%d: the line has a control character or an invisible one", file, line);
	if (!value)
		return problem_set(p, "NAME = VALUE, or # for a comment", "%s:%d: the line has no \"=\"", file, line);
	*value++ = '\0';
	name = text_trim(name);
	value = text_trim(value);
	const struct rule *r = find_rule(name);
	if (!r)
		return known_names(file, line, name, p);
	if (answers_get(ret, name))
		return problem_set(p, "keep one of them", "%s:%d: \"%s\" stands twice", file, line, name);
	if (answers_check(name, value, &why))
		return problem_set(p, why.hint, "%s:%d: %s", file, line, why.say);
	answers_set(ret, r->name, value);
	return 0;
}

int answers_parse(struct arena *arena, const char *file, const char *bytes, struct answers *ret, struct problem *p)
{
	char *rest = arena_dup(arena, bytes), *line;
	*ret = (struct answers){0};
	for (int n = 1; (line = text_line(&rest)); n++)
		if (take_line(file, n, line, ret, p))
			return -1;
	const char *restart = answers_get(ret, "restart");
	ret->may_restart = restart && !strcmp(restart, "yes");
	return 0;
}

int answers_complete(const struct answers *a, const char *file, struct problem *p)
{
	static const char *const must[] = {"server", "backup", "db"};
	static const char *const place[][2] = {{"backup", "hostkey_backup"}, {"db", "hostkey_db"}};
	for (size_t i = 0; i < sizeof must / sizeof *must; i++)
		if (!answers_get(a, must[i]))
			return problem_set(p, find_rule(must[i])->hint, "%s does not say what \"%s\" is", file, must[i]);
	for (size_t i = 0; i < sizeof place / sizeof *place; i++)
		if (strcmp(answers_get(a, place[i][0]), "local") && !answers_get(a, place[i][1]) && !answers_get(a, "hostkeys"))
			return problem_set(p,
					   "add hostkey_backup and hostkey_db = SHA256:..., as `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` prints it on that host; or hostkeys = trust-on-first-use",
					   "%s does not say which host key %s has, and host keys are never accepted unseen", file, answers_get(a, place[i][0]));
	return 0;
}
