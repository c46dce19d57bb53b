#include "probes/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "probes/base/arena.h"


size_t text_next(const char *s, size_t n, int32_t *ret)
{
	const unsigned char *p = (const unsigned char *)s;
	static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	*ret = -1;
	if (!n)
		return 1;
	if (p[0] < 0x80) {
		*ret = p[0];
		return 1;
	}
	size_t len = p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : p[0] >= 0xe0 && p[0] < 0xf0 ? 3 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : 0;
	if (!len || len > n)
		return 1;
	int32_t c = p[0] & (0xff >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[len] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 1;
	*ret = c;
	return len;
}

size_t text_put(int32_t ch, char ret[5])
{
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
	for (size_t i = n; i-- > 1; ch >>= 6)
		ret[i] = (char)(0x80 | (ch & 0x3f));
	ret[0] = (char)(lead[n] | ch);
	ret[n] = '\0';
	return n;
}

/* Code points that act on a terminal, hide or reorder text (Unicode Bidi_Control, Default_Ignorable
 * and format characters), private use and non-characters. */
static const struct range {
	int32_t first, last;
} refused[] = {
	{0x00, 0x08},     {0x0b, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x34f, 0x34f},
	{0x61c, 0x61c},   {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f},   {0x200b, 0x200f},
	{0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xe000, 0xf8ff},   {0xfdd0, 0xfdef},
	{0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb},   {0xfffe, 0xffff},
	{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

static bool is_refused(int32_t c)
{
	size_t lo = 0, hi = sizeof refused / sizeof *refused;
	if (c >= ' ' && c < 0x7f)
		return false;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (c > refused[mid].last)
			lo = mid + 1;
		else if (c < refused[mid].first)
			hi = mid;
		else
			return true;
	}
	return false;
}

/* How many bytes from here are printable ASCII, up to `max`: nearly all of what comes. */
static size_t ascii_run(const char *s, size_t n, size_t max)
{
	size_t i = 0;
	while (i < n && i < max && s[i] >= ' ' && s[i] < 0x7f)
		i++;
	return i;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void text_clean(struct str *out, const char *bytes, size_t n, size_t max_line, size_t max_total)
{
	size_t start = out->len, line = 0;
	bool cut = false;
	for (size_t i = 0; i < n;) {
		if (out->len - start >= max_total) {
			str_add(out, "…");
			return;
		}
		int32_t c;
		size_t run = line < max_line ? ascii_run(bytes + i, n - i, least(max_line - line, max_total - (out->len - start))) : 0;
		if (run) {
			str_addn(out, bytes + i, run);
			line += run;
			i += run;
			continue;
		}
		size_t used = text_next(bytes + i, n - i, &c);
		if (c == '\n') {
			line = 0;
			cut = false;
			str_addc(out, '\n');
		} else if (c == '\r' && i + 1 < n && bytes[i + 1] == '\n') {
			; /* CRLF is one line end */
		} else if (line >= max_line) {
			if (!cut)
				str_add(out, "…");
			cut = true;
		} else if (c < 0 || is_refused(c)) {
			str_addf(out, "<%02X>", c < 0 ? (unsigned)(unsigned char)bytes[i] : (unsigned)c);
			line += 4;
		} else {
			str_addn(out, bytes + i, used);
			line += used;
		}
		i += used;
	}
}

bool text_is_plain(const char *s)
{
	size_t n = strlen(s);
	for (size_t i = 0; i < n;) {
		int32_t c;
		i += ascii_run(s + i, n - i, n);
		if (i == n)
			break;
		size_t used = text_next(s + i, n - i, &c);
		if (c < 0 || c == '\n' || c == '\t' || is_refused(c))
			return false;
		i += used;
	}
	return true;
}

static int width_of(int32_t c)
{
	if (c < 0 || c < 0x80)
		return 1;
	int w = wcwidth((wchar_t)c);
	return w < 0 ? 1 : w;
}

size_t text_fit(const char *s, int cols, int *ret_cols)
{
	size_t n = strlen(s), i = 0;
	int used_cols = 0;
	while (i < n) {
		int32_t c;
		size_t used = text_next(s + i, n - i, &c);
		int w = width_of(c);
		if (used_cols + w > cols)
			break;
		used_cols += w;
		i += used;
	}
	if (ret_cols)
		*ret_cols = used_cols;
	return i;
}

int text_width(const char *s)
{
	int cols;
	text_fit(s, 1 << 30, &cols);
	return cols;
}

static bool is_bare(const char *s)
{
	static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
	return *s && s[strspn(s, bare)] == '\0';
}

void text_shell_quote(struct str *out, const char *s)
{
	if (is_bare(s)) {
		str_add(out, s);
		return;
	}
	str_addc(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			str_add(out, "'\\''");
		else
			str_addc(out, *s);
	}
	str_addc(out, '\'');
}

void text_sql_quote(struct str *out, const char *s)
{
	str_add(out, strchr(s, '\\') ? " E'" : "'");
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			str_addc(out, *s);
		str_addc(out, *s);
	}
	str_addc(out, '\'');
}

struct splitter {
	const char *p;
	struct str word;
	bool in_word, failed;
};

static void take_quoted(struct splitter *s)
{
	char quote = *s->p++;
	while (*s->p && *s->p != quote) {
		if (quote == '"' && strchr("$`", *s->p)) {
			s->failed = true;
			return;
		}
		if (quote == '"' && *s->p == '\\' && s->p[1] && strchr("\\\"$`", s->p[1]))
			s->p++;
		str_addc(&s->word, *s->p++);
	}
	if (*s->p)
		s->p++;
	else
		s->failed = true;
}

static void take_word(struct splitter *s)
{
	while (!s->failed && *s->p && !strchr(" \t\n", *s->p)) {
		s->in_word = true;
		if (*s->p == '\'' || *s->p == '"') {
			take_quoted(s);
		} else if (strchr("|&;<>()$`", *s->p) || (*s->p == '\\' && !s->p[1])) {
			s->failed = true;
		} else {
			if (*s->p == '\\')
				s->p++;
			str_addc(&s->word, *s->p++);
		}
	}
}

char **text_split_words(struct arena *a, const char *line, int *ret_n)
{
	struct splitter s = {.p = line};
	char **words = arena_alloc(a, (strlen(line) / 2 + 2) * sizeof *words);
	int n = 0;
	while (!s.failed && *(s.p += strspn(s.p, " \t\n"))) {
		s.in_word = false;
		str_clear(&s.word);
		take_word(&s);
		if (s.in_word && !s.failed)
			words[n++] = arena_dup(a, str_text(&s.word));
	}
	str_free(&s.word);
	if (s.failed)
		return NULL;
	if (ret_n)
		*ret_n = n;
	return words;
}

void text_duration(struct str *out, double seconds)
{
	long s = seconds < 0 ? 0 : seconds > 3e9 ? 3000000000L : (long)(seconds + 0.5);
	if (s < 120)
		str_addf(out, "%ld s", s);
	else if (s < 7200)
		str_addf(out, "%ld min", s / 60);
	else if (s < 48 * 3600)
		str_addf(out, "%ld h %ld min", s / 3600, s % 3600 / 60);
	else
		str_addf(out, "%ld d %ld h", s / 86400, s % 86400 / 3600);
}

void text_bytes(struct str *out, double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	size_t u = 0;
	while (bytes >= 1024 && u + 1 < sizeof units / sizeof *units) {
		bytes /= 1024;
		u++;
	}
	str_addf(out, u && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, units[u]);
}

char *text_trim(char *s)
{
	s += strspn(s, " \t\r");
	size_t n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

char *text_line(char **p)
{
	char *line = *p;
	if (!line || !*line)
		return NULL;
	char *end = strchr(line, '\n');
	if (end)
		*end++ = '\0';
	*p = end ? end : line + strlen(line);
	return line;
}

const char *text_value(const char *text, const char *key, char *buf, size_t size)
{
	size_t n = strlen(key);
	for (const char *p = text; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (strncmp(p, key, n) || p[n] != '=')
			continue;
		size_t len = strcspn(p + n + 1, "\n");
		snprintf(buf, size, "%.*s", (int)(len < size ? len : size - 1), p + n + 1);
		return buf;
	}
	return NULL;
}

bool text_starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool text_match(const char *pattern, const char *s)
{
	const char *star = NULL, *again = NULL;
	while (*s) {
		if (*pattern == '*') {
			star = pattern++;
			again = s;
		} else if (*pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star + 1;
			s = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
