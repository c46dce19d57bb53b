#include "remedies/walking.h"

#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "remedies/fill.h"

static const char chosen_words[] = "chosen: ";

const struct server *walking_nowhere(void)
{
	static struct server s = {.name = "", .db_host = "", .backup_host = "", .pg_version = "", .sweep_done = true};
	if (!s.view)
		s.view = view_new((struct facts *const[SCOPES]){NULL});
	return &s;
}

/* Only what a value is by default: asking for the value is enough. */
static bool is_default(const struct page *page, const char *fact)
{
	for (int i = 0; i < page->asks; i++) {
		const char *fallback = page->ask[i].fallback;
		size_t n = strlen(fact);
		if (*fallback == '{' && !strncmp(fallback + 1, fact, n) && !strcmp(fallback + 1 + n, "}"))
			return true;
	}
	return false;
}

void walking_ask_unknown(struct arena *a, const struct view *v, struct page *page)
{
	struct asked_value *ask = arena_alloc(a, sizeof *ask * (size_t)(page->asks + page->n_facts + 1));
	int n = 0;
	for (int i = 0; i < page->n_facts; i++)
		if (!know(v, page->facts[i]) && !is_default(page, page->facts[i]))
			ask[n++] = (struct asked_value){page->facts[i], "", arena_printf(a, "%s: walmedic cannot see it from here", page->facts[i]), false, false};
	if (page->asks)
		memcpy(ask + n, page->ask, sizeof *ask * (size_t)page->asks);
	page->ask = ask;
	page->asks += n;
}

struct using {
	const char *name;
	bool found;
};

static int look_for(void *arg, const struct hole *h)
{
	struct using *u = arg;
	u->found |= strlen(u->name) == h->len - 2 && !strncmp(u->name, h->name, h->len - 2);
	return 0;
}

bool walking_uses(const struct step *s, const char *name)
{
	struct using u = {name, false};
	fill_each(s->text, look_for, &u);
	return u.found;
}

static void undo_choice(struct course *c, const struct step *s)
{
	for (int k = 0; k < s->options; k++)
		for (int i = s->option[k].first; i <= s->option[k].last; i++)
			if (c->mark[i].state == MARK_SKIPPED && text_starts(c->mark[i].how, chosen_words))
				course_mark(c, i, MARK_OPEN, "");
}

void walking_choose(struct course *c, int step, int chosen)
{
	const struct step *s = &c->page->step[step];
	const struct option *mine = &s->option[chosen];
	char how[220];
	snprintf(how, sizeof how, "%s%.200s", chosen_words, mine->text);
	undo_choice(c, s);
	for (int k = 0; k < s->options; k++)
		for (int i = s->option[k].first; k != chosen && i <= s->option[k].last; i++)
			if ((i < mine->first || i > mine->last) && c->mark[i].state == MARK_OPEN)
				course_mark(c, i, MARK_SKIPPED, how);
	course_mark(c, step, MARK_DONE, how);
}
