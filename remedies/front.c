/* Front matter and the attributes of a fence. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "remedies/parts.h"

const char *const risk_names[] = {"read", "change", "restart", "destructive", NULL};

static bool is_name(const char *s)
{
	if (!islower((unsigned char)*s))
		return false;
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.")] == '\0' && s[strlen(s) - 1] != '.';
}

static int once(struct reading *r, int line, const char *key, const char **ret, char *value)
{
	if (*ret)
		return page_wrong(r, line, NULL, "\"%s:\" stands twice", key);
	if (!*value)
		return page_wrong(r, line, NULL, "\"%s:\" has no value", key);
	*ret = value;
	return 0;
}

static int front_cause(struct reading *r, int line, char *value)
{
	if (r->lenient)
		return 0;
	if (*value && !is_name(value))
		return page_wrong(r, line, "family.what_is_wrong, in lower case", "\"%s\" is no cause", value);
	return once(r, line, "cause", &r->page->cause, value);
}

static int front_title(struct reading *r, int line, char *value)
{
	return once(r, line, "title", &r->page->title, value);
}

static int front_facts(struct reading *r, int line, char *value)
{
	for (char *save, *f = strtok_r(value, " \t", &save); f; f = strtok_r(NULL, " \t", &save)) {
		if (!is_name(f) || !strchr(f, '.'))
			return page_wrong(r, line, "scope.name, e.g. server.slot_name", "\"%s\" is no name of a fact", f);
		const char **grown = arena_alloc(r->arena, sizeof *grown * (size_t)(r->page->n_facts + 1));
		if (r->page->n_facts)
			memcpy(grown, r->page->facts, sizeof *grown * (size_t)r->page->n_facts);
		grown[r->page->n_facts++] = f;
		r->page->facts = grown;
	}
	return 0;
}

/* NAME | DEFAULT | WHAT TO TYPE [| secret] */
static int front_ask(struct reading *r, int line, char *value)
{
	char *field[5] = {0};
	int n = 0;
	for (char *p = value; p && n < 5;)
		field[n++] = strsep(&p, "|");
	for (int i = 0; i < n; i++)
		field[i] = text_trim(field[i]);
	if (n < 3 || n > 4 || !*field[2] || (n == 4 && strcmp(field[3], "secret")))
		return page_wrong(r, line, "ask: NAME | DEFAULT | WHAT TO TYPE [| secret]", "\"ask:\" needs a name, a default and a text");
	if (!is_name(field[0]) || strchr(field[0], '.') || page_declares(r->page, field[0], strlen(field[0])))
		return page_wrong(r, line, "lower case letters, digits and _, each name once", "\"%s\" cannot be the name of a value", field[0]);
	struct asked_value *grown = arena_alloc(r->arena, sizeof *grown * (size_t)(r->page->asks + 1));
	if (r->page->asks)
		memcpy(grown, r->page->ask, sizeof *grown * (size_t)r->page->asks);
	grown[r->page->asks++] = (struct asked_value){.name = field[0], .fallback = field[1], .about = field[2], .secret = n == 4};
	r->page->ask = grown;
	return 0;
}

/* NAME | WHAT IT IS [| secret]: the output of a step says it. */
static int front_given(struct reading *r, int line, char *value)
{
	char *about = strchr(value, '|');
	if (!about)
		return page_wrong(r, line, "given: NAME | WHAT IT IS [| secret]", "\"given:\" needs a name and a text");
	*about = '\0';
	if (front_ask(r, line, arena_printf(r->arena, "%s||%s", value, about + 1)))
		return -1;
	r->page->ask[r->page->asks - 1].given = true;
	return 0;
}

static const struct front_key {
	const char *key;
	int (*read)(struct reading *r, int line, char *value);
} front_keys[] = {{"cause", front_cause}, {"title", front_title}, {"facts", front_facts}, {"ask", front_ask}, {"given", front_given}};

/* A wiki writes title: "…". */
static char *unquoted(char *value)
{
	size_t n = strlen(value);
	if (n < 2 || !strchr("\"'", *value) || value[n - 1] != *value)
		return value;
	value[n - 1] = '\0';
	return value + 1;
}

static int front_line(struct reading *r, int line, const char *text)
{
	char *copy = arena_dup(r->arena, text), *value = strchr(copy, ':');
	if (!text_is_plain(text) && !r->lenient)
		return page_wrong(r, line, NULL, "a control character stands in the front matter");
	if (!*text_trim(copy) || (r->lenient && (!value || !text_is_plain(text) || isspace((unsigned char)*text))))
		return 0;
	if (!value)
		return page_wrong(r, line, "cause:, title:, facts:, ask: or given:", "the front matter has a line without a key");
	*value++ = '\0';
	for (size_t i = 0; i < sizeof front_keys / sizeof *front_keys; i++)
		if (!strcmp(text_trim(copy), front_keys[i].key))
			return front_keys[i].read(r, line, r->lenient ? unquoted(text_trim(value)) : text_trim(value));
	if (r->lenient)
		return 0;
	return page_wrong(r, line, "cause:, title:, facts:, ask: or given:", "\"%s:\" is no key of the front matter", copy);
}

static bool ends_front(const struct reading *r)
{
	for (int i = 1; i < r->lines; i++)
		if (!strcmp(r->line[i], "---"))
			return true;
	return false;
}

int front_read(struct reading *r, int *ret_body)
{
	int i = 1;
	*ret_body = 0;
	if (!r->lines || strcmp(r->line[0], "---"))
		return 0; /* a runbook of others */
	if (r->lenient && !ends_front(r))
		return 0; /* a rule at the top */
	for (; i < r->lines && strcmp(r->line[i], "---"); i++)
		if (front_line(r, i + 1, r->line[i]))
			return -1;
	if (i == r->lines)
		return page_wrong(r, 1, "end it with a line ---", "the front matter is not closed");
	for (int k = 0; k < r->page->asks; k++) {
		const char *fact = r->page->ask[k].fallback;
		size_t n = strlen(fact);
		if (n > 2 && fact[0] == '{' && fact[n - 1] == '}' && !page_declares(r->page, fact + 1, n - 2))
			return page_wrong(r, 1, "name it in facts:", "the default %s of \"%s\" is not declared", fact, r->page->ask[k].name);
	}
	*ret_body = i + 1;
	return 0;
}

/* ---- attributes ---- */

static const char *const places[] = {"console", "backup", "db", "scratch", "pve", "pbs", NULL};

static int index_of(const char *const *list, const char *s)
{
	for (int i = 0; list[i]; i++)
		if (!strcmp(list[i], s))
			return i;
	return -1;
}

static int attr_on(struct reading *r, int line, char *value, struct step *step)
{
	if (index_of(places, value) < 0)
		return page_wrong(r, line, "console, backup, db, scratch, pve or pbs", "\"%s\" is no place", value);
	step->on = value;
	return 0;
}

static int attr_as(struct reading *r, int line, char *value, struct step *step)
{
	if (value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] || *value == '-')
		return page_wrong(r, line, NULL, "\"%s\" is no name of a user", value);
	step->as = value;
	return 0;
}

static int attr_risk(struct reading *r, int line, char *value, struct step *step)
{
	int risk = index_of(risk_names, value);
	if (risk < 0)
		return page_wrong(r, line, "read, change, restart or destructive", "\"%s\" is no risk", value);
	step->risk = (enum risk)risk;
	step->risk_named = true;
	return 0;
}

static int probes_into(struct reading *r, int line, char *value, const char **list)
{
	int n = 0;
	for (char *save, *id = strtok_r(value, ", ", &save); id; id = strtok_r(NULL, ", ", &save)) {
		if (!is_name(id))
			return page_wrong(r, line, "e.g. slot.exists", "\"%s\" is no name of a probe", id);
		if (n == STEP_PROBES)
			return page_wrong(r, line, NULL, "more than %d probes in one attribute", STEP_PROBES);
		list[n++] = id;
	}
	return 0;
}

static int attr_proves(struct reading *r, int line, char *value, struct step *step)
{
	return probes_into(r, line, value, step->proves);
}

static int attr_requires(struct reading *r, int line, char *value, struct step *step)
{
	return probes_into(r, line, value, step->requires);
}

static int attr_when(struct reading *r, int line, char *value, struct step *step)
{
	char *copy = arena_dup(r->arena, value);
	for (char *save, *one = strtok_r(copy, " ", &save); one; one = strtok_r(NULL, " ", &save)) {
		char *colon = strchr(one, ':');
		if (colon)
			*colon = '\0';
		if (!colon || !colon[1] || !is_name(one) || !strchr(one, '.'))
			return page_wrong(r, line, "fact:value, fact:!=value or fact:>=15", "\"%s\" is no condition", value);
	}
	step->when = value;
	return 0;
}

static int attr_expect(struct reading *r, int line, char *value, struct step *step)
{
	(void)r, (void)line;
	step->expect = value;
	return 0;
}

static int attr_look(struct reading *r, int line, char *value, struct step *step)
{
	step->looks = true;
	step->looks_unproven = !strcmp(value, "unproven");
	if (!step->looks_unproven && strcmp(value, "yes"))
		return page_wrong(r, line, "yes, or unproven: only while its probes are not green", "\"%s\" is no way to look", value);
	return 0;
}

static int attr_gives(struct reading *r, int line, char *value, struct step *step)
{
	if (probes_into(r, line, value, step->gives))
		return -1;
	for (const char *const *name = step->gives; *name; name++)
		if (!page_declares(r->page, *name, strlen(*name)))
			return page_wrong(r, line, "name it in given:", "the value \"%s\" is not declared", *name);
	return 0;
}

static int attr_undo(struct reading *r, int line, char *value, struct step *step)
{
	(void)r, (void)line;
	step->undo = value;
	return 0;
}

static int attr_timeout(struct reading *r, int line, char *value, struct step *step)
{
	char *end;
	unsigned long n = isdigit((unsigned char)*value) ? strtoul(value, &end, 10) : 0;
	unsigned long unit = !n || !*end || !strcmp(end, "s") ? 1 : !strcmp(end, "m") ? 60 : !strcmp(end, "h") ? 3600 : 0;
	if (!n || !unit || n > 86400 || n * unit > 86400)
		return page_wrong(r, line, "seconds, or as in 5m or 2h, at most a day", "\"%s\" is no time limit", value);
	step->timeout_s = (unsigned)(n * unit);
	return 0;
}

static const struct attribute {
	const char *key;
	int (*read)(struct reading *r, int line, char *value, struct step *step);
} attributes[] = {
	{"on", attr_on},           {"as", attr_as},         {"risk", attr_risk},
	{"proves", attr_proves},   {"requires", attr_requires}, {"when", attr_when},
	{"expect", attr_expect},   {"timeout", attr_timeout},   {"undo", attr_undo},
	{"look", attr_look},       {"gives", attr_gives},
};
enum { ATTRIBUTES = sizeof attributes / sizeof *attributes };

/* At the value of an attribute: its text; *p moves behind it. NULL when a quote is not closed. */
static char *take_value(struct arena *a, const char **p)
{
	struct str out = {0};
	const char *s = *p;
	bool quoted = *s == '"', open = quoted;
	for (s += quoted; *s && (quoted ? open : !strchr(" \t}", *s)); s++) {
		if (quoted && *s == '"')
			open = false;
		else if (quoted && *s == '\\' && (s[1] == '"' || s[1] == '\\'))
			str_addc(&out, *++s);
		else
			str_addc(&out, *s);
	}
	*p = s;
	char *value = open ? NULL : arena_dup(a, str_text(&out));
	str_free(&out);
	return value;
}

static int read_attribute(struct reading *r, int line, const char **p, bool *seen, struct step *step)
{
	size_t n = strcspn(*p, "= \t}");
	char *key = arena_dupn(r->arena, *p, n), *value;
	if ((*p)[n] != '=')
		return page_wrong(r, line, "on=db, or undo=\"…\"", "the attribute \"%s\" has no value", key);
	*p += n + 1;
	value = take_value(r->arena, p);
	if (!value || !*value)
		return page_wrong(r, line, NULL, "the value of the attribute \"%s\" is %s", key, value ? "empty" : "not closed by a quote");
	for (int i = 0; i < ATTRIBUTES; i++) {
		if (strcmp(key, attributes[i].key))
			continue;
		if (seen[i])
			return page_wrong(r, line, NULL, "the attribute \"%s\" stands twice", key);
		seen[i] = true;
		return attributes[i].read(r, line, value, step);
	}
	return page_wrong(r, line, "on, as, risk, proves, requires, when, expect, timeout, undo, look, gives", "unknown attribute \"%s\"", key);
}

/* "{1,3-5}" and "{.bash .numberLines}" are other programs'. */
static bool is_highlight(const char *p)
{
	return p[1] == '.' || p[1] == '#' || p[1 + strspn(p + 1, "0123456789,- ")] == '}';
}

int attributes_read(struct reading *r, int line, const char *text, struct step *step)
{
	bool seen[ATTRIBUTES] = {false};
	const char *p = text + strspn(text, " \t");
	if (!*p)
		return 0;
	if (r->lenient && (*p != '{' || is_highlight(p)))
		return 0;
	if (*p++ != '{')
		return page_wrong(r, line, "```sh {on=db as=postgres risk=read}", "attributes stand in braces");
	for (p += strspn(p, " \t"); *p && *p != '}'; p += strspn(p, " \t"))
		if (read_attribute(r, line, &p, seen, step))
			return -1;
	if (!*p)
		return page_wrong(r, line, NULL, "the attributes are not closed by }");
	if (!r->lenient && p[1 + strspn(p + 1, " \t")])
		return page_wrong(r, line, NULL, "text stands behind the attributes");
	return 0;
}
