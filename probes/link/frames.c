#include "probes/link/frames.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void frames_init(struct frames *f, const char *nonce)
{
	*f = (struct frames){0};
	snprintf(f->mark, sizeof f->mark, "\n%s ", nonce);
}

void frames_free(struct frames *f)
{
	str_free(&f->buf);
}

static void cut(struct frames *f, size_t from, size_t n)
{
	if (!n)
		return;
	memmove(f->buf.s + from, f->buf.s + from + n, f->buf.len - from - n + 1);
	f->buf.len -= n;
}

static void eat(struct frames *f)
{
	cut(f, 0, f->eat);
	f->seen -= f->eat;
	f->eat = 0;
}

void frames_feed(struct frames *f, const char *s, size_t n)
{
	eat(f);
	str_addn(&f->buf, s, n);
}

/* Offset of the first mark, or of a tail that may still become one, or the end. */
static size_t find(struct frames *f, bool *ret_whole)
{
	size_t m = strlen(f->mark), n = f->buf.len;
	*ret_whole = false;
	for (size_t i = f->seen; i < n; i++) {
		char *p = memchr(f->buf.s + i, '\n', n - i);
		if (!p)
			return n;
		i = (size_t)(p - f->buf.s);
		size_t have = n - i < m ? n - i : m;
		if (!memcmp(p, f->mark, have)) {
			*ret_whole = have == m;
			return i;
		}
	}
	return n;
}

const char *frames_next(struct frames *f, const char **ret, size_t *ret_n)
{
	bool whole;
	if (!f->buf.s)
		return NULL;
	eat(f);
	size_t at = f->seen = find(f, &whole);
	if (!whole) {
		if (at > FRAME_MAX) {
			cut(f, FRAME_MAX, at - FRAME_MAX);
			f->seen = FRAME_MAX;
		}
		return NULL;
	}
	size_t words = at + strlen(f->mark);
	char *end = memchr(f->buf.s + words, '\n', f->buf.len - words);
	if (!end)
		return NULL;
	*end = '\0';
	f->eat = f->seen = (size_t)(end - f->buf.s) + 1;
	*ret = f->buf.s;
	*ret_n = at;
	return f->buf.s + words;
}

const char *frames_rest(struct frames *f, size_t *ret_n)
{
	bool whole;
	*ret_n = 0;
	if (!f->buf.s)
		return "";
	eat(f);
	f->seen = f->eat = *ret_n = find(f, &whole);
	return f->buf.s;
}
