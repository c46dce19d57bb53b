#include "tests/screens/scenes.h"

#include <ctype.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"

struct line {
	int64_t t;
	size_t n;       /* where it came in, for a stable order */
	char *text;
};

struct lines {
	struct line *line;
	size_t n;
};

void scene_read(const char *path, struct str *ret)
{
	char full[512], buf[65536];
	size_t n;
	snprintf(full, sizeof full, "%s/%s", getenv("srcdir") ? getenv("srcdir") : ".", path);
	FILE *f = fopen(full, "re");
	if (!f) {
		fprintf(stderr, "cannot read %s\n", full);
		exit(1);
	}
	while ((n = fread(buf, 1, sizeof buf, f)) > 0)
		str_addn(ret, buf, n);
	fclose(f);
}

static int64_t time_of(const char *line)
{
	const char *t = strstr(line, "\"t\":");
	return t ? strtoll(t + 4, NULL, 10) : 0;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Copies one line: the words main and db1 become other names, its time moves. */
static char *renamed(const char *at, size_t n, const char *name, const char *db, int64_t shift)
{
	struct str out = {0};
	bool timed = false;
	for (size_t i = 0; i < n;) {
		bool starts = !i || !is_word(at[i - 1]);
		if (starts && n - i > 4 && !strncmp(at + i, "main", 4) && !is_word(at[i + 4])) {
			str_add(&out, name);
			i += 4;
		} else if (starts && n - i > 3 && !strncmp(at + i, "db1", 3) && !is_word(at[i + 3])) {
			str_add(&out, db);
			i += 3;
		} else if (!timed && n - i > 4 && !strncmp(at + i, "\"t\":", 4)) {
			timed = true;
			str_addf(&out, "\"t\":%lld", (long long)(time_of(at + i) + shift));
			for (i += 4; isdigit((unsigned char)at[i]);)
				i++;
		} else {
			str_addc(&out, at[i++]);
		}
	}
	str_addc(&out, '\n');
	return out.s;
}

static void add(struct lines *l, int64_t t, char *text)
{
	l->line = xrealloc(l->line, (l->n + 1) * sizeof *l->line);
	l->line[l->n] = (struct line){t, l->n, text};
	l->n++;
}

static int64_t last_time(const struct str *s)
{
	int64_t t = 0;
	for (const char *at = s->s; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		t = time_of(at) > t ? time_of(at) : t;
	return t;
}

static void add_server(struct lines *l, const struct str *from, const char *name, const char *db, int64_t end)
{
	int64_t shift = end - last_time(from);
	for (const char *at = from->s, *stop; (stop = strchr(at, '\n')); at = stop + 1) {
		char *text = renamed(at, (size_t)(stop - at), name, db, shift);
		if (!strncmp(text, "{\"walmedic\"", 11))
			free(text);
		else
			add(l, strncmp(text, "{\"server\"", 9) ? time_of(text) : 0, text);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	return x->t != y->t ? x->t < y->t ? -1 : 1 : x->n < y->n ? -1 : 1;
}

void scene_fleet(const struct scene_member *member, int members, int n, struct str *ret)
{
	static const char *const words[] = {"orders", "queue", "mail", "billing", "geo", "search", "users", "shop", "audit", "stock"};
	struct lines l = {0};
	int64_t end = 0;
	for (int m = 1, done = 0; done < n; m++) {
		const struct scene_member *from = &member[m < members ? m : 0];
		struct str bytes = {0};
		char name[16], db[8];
		scene_read(from->path, &bytes);
		end = end ? end : last_time(&bytes);
		snprintf(db, sizeof db, "db%02d", m % 1000);
		for (int k = 0; k < from->many && done < n; k++, done++) {
			snprintf(name, sizeof name, "%s%02d", words[done % 10], done / 10 % 100 + 1);
			add_server(&l, &bytes, name, db, end);
		}
		str_free(&bytes);
	}
	qsort(l.line, l.n, sizeof *l.line, by_time);
	str_addf(ret, "{\"walmedic\":1,\"t\":%lld}\n", (long long)end);
	for (size_t i = 0; i < l.n; i++) {
		str_add(ret, l.line[i].text);
		free(l.line[i].text);
	}
	free(l.line);
}

/* ---- a host that wants to write on our terminal ---- */

enum { LINE_MAX_DOOR = 16384, TOTAL_MAX_DOOR = 256 << 10, LONG = 1 << 20 };

/* A title, a cleared screen, colours, text from right to left, nothing that takes room, bytes that are no text. */
static const char bad[] = "\033]0;owned\a\033[2J\033[31m\xe2\x80\xae" "drow\xe2\x80\xac ze\xe2\x80\x8bro \xff\xfe\x80 \r\b\xc2\x9b" "5m end";

/* Behind each of these words; a line of a megabyte behind the first. */
static const char *const behind[] = {"already existing file", "15.20", "The shop", "put-wal "};

static void spoil(const char *s, struct str *out)
{
	while (*s) {
		size_t k = 0, n = sizeof behind / sizeof *behind;
		while (k < n && !text_starts(s, behind[k]))
			k++;
		if (k == n) {
			str_addc(out, *s++);
			continue;
		}
		str_add(out, behind[k]);
		str_add(out, bad);
		s += strlen(behind[k]);
	}
	if (strstr(out->s ? out->s : "", behind[0]))
		for (size_t i = 0; i < LONG; i++)
			str_addc(out, 'A');
}

/* Spoilt at the host, and let in by the door as the links do it. */
static json_t *at_the_door(const char *s)
{
	struct str raw = {0}, clean = {0};
	spoil(s, &raw);
	text_clean(&clean, str_text(&raw), raw.len, LINE_MAX_DOOR, TOTAL_MAX_DOOR);
	json_t *ret = json_string(str_text(&clean));
	str_free(&raw);
	str_free(&clean);
	return ret;
}

static void spoil_line(json_t *line)
{
	json_t *out = json_object_get(line, "out"), *rows = json_object_get(line, "rows");
	if (json_is_string(out) && *json_string_value(out))
		json_object_set_new(line, "out", at_the_door(json_string_value(out)));
	for (size_t i = 0; i < json_array_size(rows); i++)
		for (size_t k = 0; k < json_array_size(json_array_get(rows, i)); k++) {
			json_t *row = json_array_get(rows, i), *cell = json_array_get(row, k);
			if (json_is_string(cell))
				json_array_set_new(row, k, at_the_door(json_string_value(cell)));
		}
}

void scene_hostile(const char *path, struct str *ret)
{
	struct str from = {0};
	scene_read(path, &from);
	for (const char *at = from.s, *stop; (stop = strchr(at, '\n')); at = stop + 1) {
		json_t *line = json_loadb(at, (size_t)(stop - at), 0, NULL);
		spoil_line(line);
		char *text = json_dumps(line, JSON_COMPACT);
		str_addf(ret, "%s\n", text);
		free(text);
		json_decref(line);
	}
	str_free(&from);
}
