#include "tui/widget/wrap.h"

#include <string.h>

#include "probes/base/text.h"

static bool is_end(char c)
{
	return c == '\0' || c == '\n';
}

/* Bytes of s that make the next line; *ret_next = where the one after begins. */
static size_t one_line(const char *s, int width, size_t *ret_next)
{
	size_t all = strcspn(s, "\n"), fit = 0, blank = 0;
	int cols = 0;
	while (fit < all) {
		char one[8] = "";
		int32_t ch;
		size_t used = text_next(s + fit, all - fit, &ch);
		memcpy(one, s + fit, used);
		cols += text_width(one);
		if (cols > width)
			break;
		if (s[fit] == ' ' && fit)
			blank = fit;
		fit += used;
	}
	if (fit == all || s[fit] == ' ')
		blank = fit;
	int32_t first;
	size_t len = blank ? blank : fit ? fit : all ? text_next(s, all, &first) : 0;
	*ret_next = len + strspn(s + len, " ");
	if (s[*ret_next] == '\n')
		++*ret_next;
	while (len > 1 && s[len - 1] == ' ')
		len--;
	return len;
}

int wrap_text(struct arena *a, const char *s, int width, const char **ret, int max)
{
	int n = 0;
	if (width < 1)
		width = 1;
	do {
		size_t next, len = one_line(s, width, &next);
		bool more = s[next] != '\0';
		if (n == max - 1 && more) {
			size_t room = text_fit(s, width - 1, NULL), end = strcspn(s, "\n");
			ret[n++] = arena_printf(a, "%.*s…", (int)(room < end ? room : end), s);
			return n;
		}
		ret[n++] = arena_dupn(a, s, len);
		s += next;
	} while (n < max && !is_end(*s));
	return n;
}
