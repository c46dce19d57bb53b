/* A fuzz target: one parser of foreign bytes, in NAME_fuzz.c as FUZZ_TARGET(NAME). libFuzzer calls it (tests/fuzz/run);
 * corpus_test.c, which has the list of all, gives each the files of its corpus once. */
#ifndef WALMEDIC_TESTS_FUZZ_H
#define WALMEDIC_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef FUZZ_ENGINE
#define FUZZ_TARGET(name)                                                                             \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);                                 \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
#else
#define FUZZ_TARGET(name)                                                                             \
	int fuzz_target_##name(const uint8_t *data, size_t size);                                            \
	int fuzz_target_##name(const uint8_t *data, size_t size)
#endif

/* The input as a string of malloc; a NUL in it ends it for most parsers, as it does in life. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);
	if (!s)
		abort();
	memcpy(s, data, size);
	s[size] = '\0';
	return s;
}

/* What must hold for any input. */
#define FUZZ_MUST(condition)                                                                          \
	do {                                                                                          \
		if (!(condition)) {                                                                   \
			fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition);     \
			abort();                                                                      \
		}                                                                                     \
	} while (0)

#endif
