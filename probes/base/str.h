/* A growing byte string. Zero-initialise with {0}; s is NULL until something was added,
 * then always NUL-terminated. */
#ifndef WALMEDIC_BASE_STR_H
#define WALMEDIC_BASE_STR_H

#include <stdarg.h>
#include <stddef.h>

struct str {
	char *s;
	size_t len, cap;
};

void str_add(struct str *b, const char *s);
void str_addn(struct str *b, const char *s, size_t n);
void str_addc(struct str *b, char c);
void str_addf(struct str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Length 0, memory kept. */
void str_clear(struct str *b);
void str_free(struct str *b);
/* The bytes, or "" when nothing was added yet. */
const char *str_text(const struct str *b);

#endif
