#include "remedies/catalogue.h"

#include <string.h>

struct page *remedy_find(struct arena *a, const char *cause, struct problem *p)
{
	for (const struct embedded *e = embedded_pages; e->cause; e++)
		if (!strcmp(e->cause, cause))
			return page_parse(a, arena_printf(a, "%s.md", cause), e->bytes, e->n, p);
	problem_set(p, "walmedic explain lists the causes", "there is no remedy page for \"%s\"", cause);
	return NULL;
}
