/* What a page of ours must keep to beyond the format; see doc/remedy-pages.md. */
#ifndef WALMEDIC_REMEDIES_LINT_H
#define WALMEDIC_REMEDIES_LINT_H

#include "remedies/page.h"

struct lint {
	const char *name;                     /* of the file, without .md */
	bool (*is_cause)(const char *id);
	bool (*is_probe)(const char *id);     /* NULL: not checked */
	void (*complain)(void *arg, int line, const char *text);
	void *arg;
};

/* A runbook of ours: commands say where and as whom, values are declared, choices lead somewhere, and impact, times, verification,
 * prevention and escalation are there. */
void lint_runbook(const struct page *page, const struct lint *l);
/* The page of a setup: its steps can be passed over by themselves, and taken back. */
void lint_setup(const struct page *page, const struct lint *l);
void lint_page(const struct page *page, const struct lint *l);

#endif
