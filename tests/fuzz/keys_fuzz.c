/* Bytes of a terminal, in pieces: as whole, no key is lost or invented. */
#include "tui/input.h"
#include "tests/fuzz/fuzz.h"

struct keys {
	int32_t key[4096];
	size_t n;
};

static void on_key(void *arg, int32_t key, bool pasted)
{
	struct keys *k = arg;
	(void)pasted;
	if (k->n < sizeof k->key / sizeof *k->key)
		k->key[k->n++] = key;
}

FUZZ_TARGET(keys)
{
	static struct keys whole, pieces;
	struct input a = {0}, b = {0};
	whole.n = pieces.n = 0;
	input_learn(&a, "\x1bOA", 0x110001);
	input_learn(&b, "\x1bOA", 0x110001);
	input_feed(&a, (const char *)data, size, on_key, &whole);
	for (size_t i = 0; i < size; i++) {
		input_feed(&b, (const char *)data + i, 1, on_key, &pieces);
		FUZZ_MUST(b.n <= INPUT_BYTES);
	}
	FUZZ_MUST(whole.n == pieces.n && !memcmp(whole.key, pieces.key, whole.n * sizeof *whole.key));
	input_wait_ms(&a, 25);
	input_timeout(&a, on_key, &whole);
	input_flush(&b);
	return 0;
}
