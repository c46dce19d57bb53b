#include "probes/config/ini.h"

#include <ctype.h>
#include <ini.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"

enum { SECTIONS_MAX = 4096, ENTRIES_MAX = 65536, ERRORS_MAX = 50, NAME_LONGEST = 255, BUCKETS = 8192 };

struct bucket {
	struct ini_entry *entry;
	struct bucket *next;
};

struct ini {
	struct arena *arena;
	struct ini_section **section;
	size_t sections, entries;
	struct ini_error *errors, **errors_end;
	int n_errors;
	struct bucket *bucket[BUCKETS];
	struct bucket *by_name[BUCKETS]; /* sections: entry->section */
};

/* A logical line: a section header or an option with its continuation lines. */
struct item {
	bool header;
	char *name;
	struct str value;
	int line;
};

struct reading {
	struct ini *ini;
	enum ini_dialect dialect;
	const char *file;
	struct item *item;
	size_t items, cap, handed;
	struct ini_section *current;
	bool in_option, in_section;
	size_t indent;
	size_t blank_lines; /* inside a value: kept only when more text follows */
};

struct ini *ini_new(void)
{
	struct ini *ini = xcalloc(1, sizeof *ini);
	ini->arena = arena_new();
	ini->errors_end = &ini->errors;
	return ini;
}

void ini_free(struct ini *ini)
{
	if (!ini)
		return;
	arena_free(ini->arena);
	free(ini->section);
	free(ini);
}

void ini_error_add(struct ini *ini, const char *file, int line, const char *hint, const char *fmt, ...)
{
	if (ini->n_errors++ >= ERRORS_MAX)
		return;
	struct ini_error *e = arena_alloc(ini->arena, sizeof *e);
	char say[400];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(say, sizeof say, fmt, ap);
	va_end(ap);
	*e = (struct ini_error){.file = arena_dup(ini->arena, file), .line = line,
				.say = arena_dup(ini->arena, say), .hint = arena_dup(ini->arena, hint ? hint : "")};
	*ini->errors_end = e;
	ini->errors_end = &e->next;
}

const struct ini_error *ini_errors(const struct ini *ini)
{
	return ini->errors;
}

/* ---- the store ---- */

static size_t hash(const char *a, const char *b)
{
	uint32_t h = 2166136261u;
	for (; *a; a++)
		h = (h ^ (unsigned char)*a) * 16777619u;
	h = (h ^ 0xff) * 16777619u;
	for (; *b; b++)
		h = (h ^ (unsigned char)*b) * 16777619u;
	return h % BUCKETS;
}

const struct ini_section *ini_section_find(const struct ini *ini, const char *name)
{
	for (const struct bucket *b = ini->by_name[hash(name, "")]; b; b = b->next)
		if (!strcmp(b->entry->section->name, name))
			return b->entry->section;
	return NULL;
}

size_t ini_sections(const struct ini *ini)
{
	return ini->sections;
}

const struct ini_section *ini_section(const struct ini *ini, size_t i)
{
	return ini->section[i];
}

static struct bucket *bucket_find(const struct ini *ini, const char *section, const char *key)
{
	for (struct bucket *b = ini->bucket[hash(section, key)]; b; b = b->next)
		if (!strcmp(b->entry->key, key) && !strcmp(b->entry->section->name, section))
			return b;
	return NULL;
}

const struct ini_entry *ini_find(const struct ini *ini, const char *section, const char *key)
{
	const struct bucket *b = bucket_find(ini, section, key);
	return b ? b->entry : NULL;
}

static void bucket_add(struct ini *ini, struct bucket **list, struct ini_entry *e)
{
	struct bucket *b = arena_alloc(ini->arena, sizeof *b);
	*b = (struct bucket){e, *list};
	*list = b;
}

static struct ini_section *section_get(struct ini *ini, const char *name, const char *file, int line)
{
	for (struct bucket *b = ini->by_name[hash(name, "")]; b; b = b->next)
		if (!strcmp(b->entry->section->name, name))
			return ini->section[b->entry->line];
	if (ini->sections == SECTIONS_MAX) {
		ini_error_add(ini, file, line, "Split the file.", "there are more than %d sections", SECTIONS_MAX);
		return NULL;
	}
	struct ini_section *s = arena_alloc(ini->arena, sizeof *s);
	*s = (struct ini_section){.name = arena_dup(ini->arena, name), .file = arena_dup(ini->arena, file), .line = line};
	struct ini_entry *key = arena_alloc(ini->arena, sizeof *key);
	*key = (struct ini_entry){.section = s, .key = "", .line = (int)ini->sections};
	ini->section = xrealloc(ini->section, (ini->sections + 1) * sizeof *ini->section);
	ini->section[ini->sections++] = s;
	bucket_add(ini, &ini->by_name[hash(name, "")], key);
	return s;
}

static void entry_add(struct reading *r, struct ini_section *s, const struct item *it)
{
	struct ini *ini = r->ini;
	struct bucket *b = bucket_find(ini, s->name, it->name);
	struct ini_entry *e = arena_alloc(ini->arena, sizeof *e);
	*e = (struct ini_entry){.section = s, .key = arena_dup(ini->arena, it->name), .file = r->file, .line = it->line,
				.value = arena_dup(ini->arena, str_text(&it->value))};
	if (++ini->entries > ENTRIES_MAX) {
		if (ini->entries == ENTRIES_MAX + 1)
			ini_error_add(ini, r->file, it->line, "Split the file.", "there are more than %d options", ENTRIES_MAX);
		return;
	}
	if (b) { /* keeps its place in the order, as a Python dictionary does */
		struct ini_entry *old = arena_alloc(ini->arena, sizeof *old);
		*old = *b->entry;
		e->earlier = old;
		e->next = b->entry->next;
		*b->entry = *e;
		return;
	}
	bucket_add(ini, &ini->bucket[hash(s->name, it->name)], e);
	if (s->last)
		s->last->next = e;
	else
		s->first = e;
	s->last = e;
}

/* ---- lines ---- */

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

static struct item *item_add(struct reading *r, bool header, const char *name, size_t n, int line)
{
	if (r->items == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 64;
		r->item = xrealloc(r->item, r->cap * sizeof *r->item);
	}
	struct item *it = &r->item[r->items++];
	*it = (struct item){.header = header, .name = arena_dupn(r->ini->arena, name, n), .line = line};
	if (!header)
		for (char *c = it->name; *c; c++)
			*c = (char)tolower((unsigned char)*c);
	return it;
}

static void shown(const char *s, size_t n, char *buf, size_t size)
{
	struct str out = {0};
	text_clean(&out, s, n < 80 ? n : 80, 80, 80);
	snprintf(buf, size, "%s", str_text(&out));
	str_free(&out);
}

static void header_line(struct reading *r, const char *s, size_t n, int line)
{
	const char *end = r->dialect == INI_PYTHON ? memrchr(s, ']', n) : memchr(s, ']', n);
	r->in_option = false;
	r->in_section = true;
	size_t len = (size_t)(end - s) - 1;
	if (len > NAME_LONGEST) {
		ini_error_add(r->ini, r->file, line, "Give the section a shorter name.",
			      "the name of a section has %zu bytes; walmedic reads at most %d", len, NAME_LONGEST);
		len = NAME_LONGEST;
	}
	item_add(r, true, s + 1, len, line);
}

static const char hint_equals[] = "An option is `name = value`, a section `[name]`, a comment starts the line with # or ;";

static void option_line(struct reading *r, const char *s, size_t n, int line)
{
	const char *sep = s;
	char words[100];
	while (sep < s + n && *sep != '=' && !(*sep == ':' && r->dialect == INI_PYTHON))
		sep++;
	size_t name = (size_t)(sep - s);
	while (name && is_space(s[name - 1]))
		name--;
	shown(s, n, words, sizeof words);
	if (sep == s + n || !name) {
		ini_error_add(r->ini, r->file, line, hint_equals, sep == s + n ? "line without \"=\": \"%s\"" : "option without a name: \"%s\"", words);
		if (sep == s + n)
			return;
	}
	struct item *it = item_add(r, false, s, name, line);
	for (sep++; sep < s + n && is_space(*sep); sep++)
		;
	str_addn(&it->value, sep, (size_t)(s + n - sep));
	r->in_option = true;
	r->blank_lines = 0;
}

static void continue_value(struct reading *r, const char *s, size_t n)
{
	struct str *value = &r->item[r->items - 1].value;
	for (size_t i = 0; i < r->blank_lines; i++)
		str_addc(value, '\n');
	r->blank_lines = 0;
	str_addc(value, '\n');
	str_addn(value, s, n);
}

/* configparser.py of Python 3.11, RawConfigParser._read. */
static void python_line(struct reading *r, const char *s, size_t n, int line)
{
	size_t indent = 0;
	while (indent < n && is_space(s[indent]))
		indent++;
	while (n > indent && is_space(s[n - 1]))
		n--;
	s += indent;
	n -= indent;
	if (!n) {
		r->blank_lines += r->in_option;
		return;
	}
	if (*s == '#' || *s == ';')
		return;
	if (r->in_section && r->in_option && indent > r->indent) {
		continue_value(r, s, n);
		return;
	}
	r->indent = indent;
	if (*s == '[' && n > 2 && memchr(s + 2, ']', n - 2)) {
		header_line(r, s, n, line);
	} else if (!r->in_section) {
		char words[100];
		shown(s, n, words, sizeof words);
		ini_error_add(r->ini, r->file, line, "The first line of a configuration file names a section, as in [barman].",
			      "option before the first section: \"%s\"", words);
		r->in_section = true;
		r->in_option = false;
		item_add(r, true, "", 0, line);
	} else {
		option_line(r, s, n, line);
	}
}

static void own_line(struct reading *r, const char *s, size_t n, int line)
{
	for (size_t i = 0; i < n; i++)
		if ((s[i] == ';' || s[i] == '#') && (i == 0 || is_space(s[i - 1])))
			n = i;
	while (n && is_space(*s))
		s++, n--;
	python_line(r, s, n, line);
}

static void split_lines(struct reading *r, const char *bytes, size_t n)
{
	size_t from = 0;
	int line = 1;
	for (size_t i = 0; i <= n; i++) {
		if (i < n && bytes[i] != '\n' && bytes[i] != '\r')
			continue;
		(r->dialect == INI_PYTHON ? python_line : own_line)(r, bytes + from, i - from, line++);
		if (i + 1 < n && bytes[i] == '\r' && bytes[i + 1] == '\n')
			i++;
		from = i + 1;
	}
}

/* ---- through inih ---- */

/* Gives inih short lines "[#3]" and "o=#4" that stand for our items. */
static char *next_line(char *buf, int size, void *stream)
{
	struct reading *r = stream;
	if (r->handed == r->items)
		return NULL;
	bool header = r->item[r->handed].header;
	snprintf(buf, (size_t)size, "%s#%zu%s\n", header ? "[" : "o=", r->handed, header ? "]" : "");
	r->handed++;
	return buf;
}

static int take_option(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;
	(void)name;
	size_t head = strtoul(section + (*section == '#'), NULL, 10), own = strtoul(value + 1, NULL, 10);
	if (*section != '#' || head >= r->items || own >= r->items)
		return 0;
	const struct item *header = &r->item[head];
	struct ini_section *s = section_get(r->ini, header->name, r->file, header->line);
	if (s)
		entry_add(r, s, &r->item[own]);
	return 1;
}

int ini_add(struct ini *ini, enum ini_dialect dialect, const char *name, const char *bytes, size_t n)
{
	int before = ini->n_errors;
	struct reading r = {.ini = ini, .dialect = dialect, .file = arena_dup(ini->arena, name)};
	if (n > INI_MAX_BYTES) {
		ini_error_add(ini, r.file, 0, "A configuration file is a few kilobytes: is this the right file?",
			      "the file has %zu bytes; walmedic reads at most %d", n, INI_MAX_BYTES);
		return -1;
	}
	if (n && memchr(bytes, '\0', n)) {
		const char *nul = memchr(bytes, '\0', n);
		int line = 1;
		for (const char *p = bytes; p < nul; p++)
			line += *p == '\n';
		ini_error_add(ini, r.file, line, "Is this a text file?", "the file contains a zero byte");
	}
	split_lines(&r, bytes, n);
	for (size_t i = 0; i < r.items; i++)
		if (r.item[i].header)
			section_get(ini, r.item[i].name, r.file, r.item[i].line);
	ini_parse_stream(next_line, &r, take_option, &r);
	for (size_t i = 0; i < r.items; i++)
		str_free(&r.item[i].value);
	free(r.item);
	return ini->n_errors > before ? -1 : 0;
}
