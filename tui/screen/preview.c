#include "tui/screen/preview.h"

#include <string.h>

#include "probes/base/problem.h"
#include "remedies/catalogue.h"
#include "remedies/plan.h"
#include "tui/widget/words.h"

static void write_step(struct doc *d, const struct planned *p)
{
	const char *number = arena_printf(d->a, "%d", p->number);
	const char *where = arena_printf(d->a, "on %s as %s, %s", p->host ? p->host : "", p->user ? p->user : "", risk_names[p->step->risk]);
	doc_label(d, 1, p->proven ? MEAN_OK : MEAN_KEY, p->proven ? "✓" : number, 2, MEAN_TEXT, p->step->heading);
	doc_text(d, 3, p->step->risk == RISK_DESTRUCTIVE ? MEAN_DANGER : words_place(p->place), where);
	if (p->shown && !p->proven)
		doc_command(d, 3, p->shown);
}

void preview_write(struct app *app, struct doc *d, const char *cause)
{
	struct problem problem;
	struct plan plan;
	struct page *page = remedy_find(d->a, cause, &problem);
	struct plan_for f = {.server = app_server(app), .cause = cause, .read_only = app->options.read_only};
	if (!page || !f.server)
		return;
	plan_make(d->a, page, &f, &plan);
	doc_blank(d);
	doc_textf(d, 0, MEAN_TITLE, "Remedy, %d step%s", plan.steps, plan.steps == 1 ? "" : "s");
	for (int i = 0; i < plan.steps; i++)
		write_step(d, &plan.step[i]);
}
