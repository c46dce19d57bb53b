/* A question's text with its facts filled in, and the conditions of why-questions. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/engine/view.h"

/* At '{': the length of a fact's name if "{scope.name}" or "{scope.name!}" stands here, else 0.
 * Names have a dot and no upper case first word, so the braces of sh and awk are left alone. */
static size_t name_length(const char *s)
{
	size_t n = 1, dots = 0;
	if (!islower((unsigned char)s[1]))
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '.')
		dots += s[n++] == '.';
	size_t end = s[n] == '!' ? n + 1 : n;
	return dots && s[n - 1] != '.' && s[end] == '}' ? n - 1 : 0;
}

static bool add_value(struct str *out, const struct view *v, enum how how, const char *name, bool raw)
{
	const char *value = know(v, name);
	if (!value)
		return false;
	if (raw)
		str_add(out, value);
	else if (how == HOW_SQL)
		text_sql_quote(out, value);
	else
		text_shell_quote(out, value);
	return true;
}

static const char *text_of(const struct view *v, const struct question *q)
{
	if (!q->sql)
		return q->text ? q->text : "";
	double version = know_num(v, "pg.version_num");
	const struct sql_row *row = q->sql;
	while (row->min_version && !(version >= row->min_version))
		row++;
	return row->text;
}

char *view_expand(const struct view *v, const struct question *q, char **ret_missing)
{
	struct str out = {0};
	str_add(&out, "");
	for (const char *p = text_of(v, q); *p;) {
		size_t n = *p == '{' ? name_length(p) : 0;
		if (!n) {
			size_t run = 1 + strcspn(p + 1, "{");
			str_addn(&out, p, run);
			p += run;
			continue;
		}
		char name[128];
		if (n >= sizeof name)
			n = sizeof name - 1;
		memcpy(name, p + 1, n);
		name[n] = '\0';
		bool raw = p[n + 1] == '!';
		if (!add_value(&out, v, q->how, name, raw)) {
			str_free(&out);
			if (ret_missing)
				*ret_missing = xstrdup(name);
			return NULL;
		}
		p += n + 2 + raw;
	}
	return out.s;
}

bool view_only_if(const struct view *v, const char *condition)
{
	if (!condition)
		return true;
	char name[128];
	size_t n = strcspn(condition, "!=");
	if (n >= sizeof name)
		return false;
	memcpy(name, condition, n);
	name[n] = '\0';
	const char *value = know(v, name);
	if (!condition[n])
		return value != NULL;
	bool differs = condition[n] == '!';
	const char *want = condition + n + 1 + differs;
	return value && (strcmp(value, want) == 0) != differs;
}
