/* The door: what comes out may stand on a terminal, is bounded, and does not change when it comes in again. */
#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "tests/fuzz/fuzz.h"

static void must_be_clean(const struct str *s, size_t max_total)
{
	FUZZ_MUST(s->len <= max_total + 16);
	char *copy = fuzz_text((const uint8_t *)str_text(s), s->len), *p = copy, *line;
	for (char *t = copy; (t = strchr(t, '\t')); t++)
		*t = ' ';
	while ((line = text_line(&p)))
		FUZZ_MUST(text_is_plain(line));
	free(copy);
}

FUZZ_TARGET(text)
{
	struct str once = {0}, twice = {0}, quoted = {0};
	struct arena *a = arena_new();
	char *raw = fuzz_text(data, size);
	int cols, words = 0;
	text_clean(&once, (const char *)data, size, 16384, 262144);
	must_be_clean(&once, 262144);
	text_clean(&twice, str_text(&once), once.len, 1 << 20, 1 << 20);
	FUZZ_MUST(!strcmp(str_text(&once), str_text(&twice)));
	str_clear(&twice);
	text_clean(&twice, (const char *)data, size, 20, 100);
	must_be_clean(&twice, 100);
	size_t fit = text_fit(raw, 40, &cols);
	FUZZ_MUST(fit <= strlen(raw) && cols <= 40 && text_width(raw) >= cols);
	text_shell_quote(&quoted, raw);
	char **word = text_split_words(a, str_text(&quoted), &words);
	FUZZ_MUST(word && words == 1 && !strcmp(word[0], raw));
	text_split_words(a, raw, NULL);
	text_sql_quote(&quoted, raw);
	text_match(raw, raw);
	text_value(raw, "key", raw + strlen(raw), 1);
	str_free(&once);
	str_free(&twice);
	str_free(&quoted);
	free(raw);
	arena_free(a);
	return 0;
}
