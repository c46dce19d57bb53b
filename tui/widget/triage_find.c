/* Finding a word in the triage list. */
#include <string.h>

#include "tui/widget/triage.h"

static bool has(const char *s, const char *text)
{
	return s && strcasestr(s, text);
}

static bool row_has(const struct triage *t, const struct row *r, const char *text)
{
	if (r->kind == ROW_HEAD)
		return false;
	return has(r->say, text) || (r->node >= 0 && r->kind != ROW_FOLD && has(t->server->node[r->node].probe->id, text)) ||
	       (r->kind == ROW_ROOT && has(r->root->finding->cause, text));
}

/* The next row with the text, going round; -1: none. */
static int look(const struct triage *t, const char *text, int step)
{
	int at = t->selected < 0 ? 0 : t->selected + step, by = step < 0 ? -1 : 1;
	for (int i = 0; i < t->rows; i++, at += by) {
		at = (at % t->rows + t->rows) % t->rows;
		if (row_has(t, &t->row[at], text))
			return at;
	}
	return -1;
}

bool triage_find(struct arena *a, const struct server *s, int64_t now, struct triage_memory *m, const char *text, int step)
{
	struct triage *t = triage_build(a, s, now, m);
	bool folds[FOLDS];
	int at = look(t, text, step);
	memcpy(folds, m->open, sizeof folds);
	if (at < 0) {
		for (int i = 0; i < FOLDS; i++)
			m->open[i] = true;
		t = triage_build(a, s, now, m);
		at = look(t, text, step);
	}
	if (at < 0) {
		memcpy(m->open, folds, sizeof folds);
		return false;
	}
	m->pinned = true;
	triage_select(t, m, at);
	return true;
}
