/* Masking: a secret that was learnt never comes out, and a token stays the token it is. */
#include "probes/base/secret.h"
#include "tests/fuzz/fuzz.h"

static bool contains(const struct str *s, const char *what)
{
	return s->len && memmem(s->s, s->len, what, strlen(what));
}

/* In reads of `step` bytes, as act.c does it. */
static void in_pieces(const char *text, size_t n, size_t step, struct str *out)
{
	struct str held = {0};
	for (size_t at = 0; at < n; at += step) {
		str_addn(&held, text + at, step < n - at ? step : n - at);
		size_t keep = secret_unfinished(held.s, held.len), give = held.len - keep;
		FUZZ_MUST(keep <= held.len && keep <= 512);
		secret_mask(out, held.s, give);
		struct str rest = {0};
		str_addn(&rest, held.s + give, keep);
		str_free(&held);
		held = rest;
	}
	if (held.len)
		secret_mask(out, held.s, held.len);
	str_free(&held);
}

FUZZ_TARGET(secret)
{
	static const char *const learnt = "hunter2!hunter2!";
	struct str once = {0}, twice = {0}, back = {0};
	secret_learn(learnt);
	secret_mask(&once, (const char *)data, size);
	FUZZ_MUST(!contains(&once, learnt));
	secret_mask(&twice, str_text(&once), once.len);
	FUZZ_MUST(!contains(&twice, learnt));
	char *text = fuzz_text((const uint8_t *)str_text(&once), once.len);
	secret_reveal(&back, text);
	free(text);
	str_clear(&twice);
	in_pieces((const char *)data, size, size ? data[0] % 40 + 1 : 1, &twice);
	FUZZ_MUST(!contains(&twice, learnt));
	str_free(&once);
	str_free(&twice);
	str_free(&back);
	return 0;
}
