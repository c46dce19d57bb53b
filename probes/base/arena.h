/* Memory by lifetime: everything of one arena is freed together.
 * Out of memory ends the program; callers never see NULL. */
#ifndef WALMEDIC_BASE_ARENA_H
#define WALMEDIC_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
/* Frees the arena and all it gave out; NULL is fine. */
void arena_free(struct arena *a);
/* Forgets all it gave out and keeps one block for the next use. */
void arena_reset(struct arena *a);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
char *arena_dup(struct arena *a, const char *s);
char *arena_dupn(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* malloc and friends that end the program when there is no memory. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);

#endif
