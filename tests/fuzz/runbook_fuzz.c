/* A runbook of anybody's: parsed, its steps rendered, its commands looked through for what is known to be wrong. */
#include "remedies/fill.h"
#include "remedies/known_wrong.h"
#include "remedies/runbook.h"
#include "tests/fuzz/fuzz.h"

static int on_wrong(void *arg, const struct known_wrong *w, int line, const char *command)
{
	(void)arg;
	FUZZ_MUST(w->why && line >= 0 && *command);
	return 0;
}

static int on_hole(void *arg, const struct hole *h)
{
	const char *text = arg;
	FUZZ_MUST(h->at + h->len <= strlen(text) && text[h->at] == (h->angle ? '<' : '{'));
	return 0;
}

static void use(const struct page *page)
{
	struct str out = {0};
	for (int i = 0; i < page->steps; i++) {
		const struct step *s = &page->step[i];
		FUZZ_MUST(s->heading && *s->heading && s->under && s->prose && s->text && s->risk < RISKS);
		page_render(&out, s->prose, 40);
		fill_each(s->text, on_hole, (void *)s->text);
		known_wrong_asks(s->text);
		for (int k = 0; k < s->options; k++)
			FUZZ_MUST(s->option[k].last < page->steps && (s->option[k].last < s->option[k].first || s->option[k].first > i));
	}
	for (int i = 0; i < page->asks; i++)
		FUZZ_MUST(*page->ask[i].name && page->ask[i].fallback && page->ask[i].about);
	str_free(&out);
}

FUZZ_TARGET(runbook)
{
	struct arena *a = arena_new();
	struct problem p = {0};
	struct page *page = runbook_parse(a, "page.md", (const char *)data, size, &p);
	if (page)
		use(page);
	else
		FUZZ_MUST(*p.say);
	char *text = fuzz_text(data, size);
	known_wrong_each(text, on_wrong, NULL);
	free(text);
	arena_free(a);
	return 0;
}
