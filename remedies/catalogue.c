#include "remedies/catalogue.h"

#include <string.h>

#include "probes/base/text.h"
#include "remedies/runbook.h"

struct page *remedy_find(struct arena *a, const char *cause, struct problem *p)
{
	for (const struct embedded *e = embedded_pages; e->cause; e++)
		if (!strcmp(e->cause, cause))
			return page_parse(a, arena_printf(a, "%s.md", cause), e->bytes, e->n, p);
	problem_set(p, "walmedic explain lists the causes", "there is no remedy page for \"%s\"", cause);
	return NULL;
}

struct page *runbook_find(struct arena *a, const char *name, struct problem *p)
{
	struct str clean = {0};
	for (const struct embedded *e = embedded_runbooks; e->cause; e++)
		if (!strcmp(e->cause, name))
			return runbook_parse(a, arena_printf(a, "%s.md", name), e->bytes, e->n, p);
	text_clean(&clean, name, strlen(name), 120, 120);
	problem_set(p, "walmedic walk --list lists ours; a file is given by its path", "there is no runbook and no file \"%s\"", str_text(&clean));
	str_free(&clean);
	return NULL;
}

struct page *setup_find(struct arena *a, const char *engine, struct problem *p)
{
	for (const struct embedded *e = embedded_setups; e->cause; e++) {
		struct page *page = strcmp(e->cause, engine) ? NULL : runbook_parse(a, arena_printf(a, "setup/%s.md", engine), e->bytes, e->n, p);
		if (page)
			page->ours = true;
		if (!strcmp(e->cause, engine))
			return page;
	}
	problem_set(p, "barman", "walmedic cannot set up \"%s\"", engine);
	return NULL;
}
