/* The marks of a session, in pieces of the sizes that the first bytes say: the same frames come out as from one piece. */
#include "probes/base/str.h"
#include "probes/link/frames.h"
#include "tests/fuzz/fuzz.h"

static void take(struct frames *f, struct str *story)
{
	const char *words, *before;
	size_t n;
	while ((words = frames_next(f, &before, &n))) {
		str_addn(story, before, n);
		str_addf(story, "[%s]", words);
	}
}

FUZZ_TARGET(frames)
{
	struct frames whole, pieces;
	struct str a = {0}, b = {0};
	size_t n;
	if (size < 4)
		return 0;
	frames_init(&whole, "NONCE");
	frames_init(&pieces, "NONCE");
	frames_feed(&whole, (const char *)data + 4, size - 4);
	take(&whole, &a);
	for (size_t at = 4, i = 0; at < size; i++) {
		size_t step = data[i % 4] % 32 + 1;
		step = step < size - at ? step : size - at;
		frames_feed(&pieces, (const char *)data + at, step);
		take(&pieces, &b);
		at += step;
	}
	const char *rest = frames_rest(&whole, &n);
	str_addn(&a, rest, n);
	rest = frames_rest(&pieces, &n);
	str_addn(&b, rest, n);
	FUZZ_MUST(a.len == b.len && (!a.len || !memcmp(a.s, b.s, a.len)));
	str_free(&a);
	str_free(&b);
	frames_free(&whole);
	frames_free(&pieces);
	return 0;
}
