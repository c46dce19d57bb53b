/* A remedy page: parsed, rendered, linted, its placeholders filled. */
#include "remedies/fill.h"
#include "remedies/lint.h"
#include "remedies/page.h"
#include "tests/fuzz/fuzz.h"

static void complain(void *arg, int line, const char *text)
{
	(void)arg;
	FUZZ_MUST(line >= 0 && text && *text);
}

static bool is_any(const char *id)
{
	return *id != 'x';
}

static int on_hole(void *arg, const struct hole *h)
{
	const char *text = arg;
	FUZZ_MUST(h->len >= 2 && h->at + h->len <= strlen(text) && text[h->at] == (h->angle ? '<' : '{') && text[h->at + h->len - 1] == (h->angle ? '>' : '}'));
	return 0;
}

static void use(const struct page *page)
{
	struct str out = {0};
	page_render(&out, page->why ? page->why : "", 60);
	for (int i = 0; i < page->steps; i++) {
		const struct step *s = &page->step[i];
		FUZZ_MUST(s->heading && s->risk < RISKS);
		if (s->prose)
			page_render(&out, s->prose, 20);
		if (s->text)
			fill_each(s->text, on_hole, (void *)s->text);
	}
	str_free(&out);
	lint_page(page, &(struct lint){.name = "slot.missing", .is_cause = is_any, .is_probe = is_any, .complain = complain});
}

FUZZ_TARGET(page)
{
	struct arena *a = arena_new();
	struct problem p = {0};
	struct page *page = page_parse(a, "page.md", (const char *)data, size, &p);
	if (page)
		use(page);
	else
		FUZZ_MUST(*p.say);
	char *text = fuzz_text(data, size);
	fill_each(text, on_hole, text);
	struct str word = {0};
	fill_value(&word, "x", text, &p);
	str_free(&word);
	free(text);
	arena_free(a);
	return 0;
}
