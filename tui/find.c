#include "tui/find.h"

#include <stdio.h>
#include <string.h>
#include <wctype.h>

#include "probes/base/text.h"
#include "tui/app.h"

static const struct screen *top(const struct app *a)
{
	return a->stack[a->depth - 1].screen;
}

bool find_active(const struct app *a)
{
	return a->find[0] && top(a)->find;
}

void find_forget(struct app *a)
{
	a->find[0] = '\0';
}

static void go(struct app *a, int step)
{
	if (!top(a)->find(a, a->stack[a->depth - 1].state, a->find, step))
		app_notice(a, "\"%s\" is not found here", a->find);
}

void find_begin(struct app *a, const char *text)
{
	snprintf(a->find, sizeof a->find, "%s", text);
	if (!*text)
		return;
	if (top(a)->find)
		go(a, 0);
	else
		app_notice(a, "there is nothing to find on this screen");
}

void find_go(struct app *a, int step)
{
	if (find_active(a))
		go(a, step);
}

/* Columns of the row from x on that spell the text, 0: it does not stand there. */
static int spelt(const struct canvas *c, int y, int x, const char *text)
{
	int from = x;
	for (size_t i = 0, n = strlen(text); i < n; x++) {
		const struct cell *cell = x < c->w ? canvas_cell(c, y, x) : NULL;
		int32_t ch;
		if (!cell)
			return 0;
		if (!cell->ch && x > from)
			continue; /* right half of a wide one */
		i += text_next(text + i, n - i, &ch);
		if (towlower((wint_t)cell->ch) != towlower((wint_t)ch))
			return 0;
	}
	return x - from;
}

void find_mark(const struct app *a, struct canvas *c, int from, int to)
{
	if (!find_active(a))
		return;
	for (int y = from; y < to; y++)
		for (int x = 0, n; x < c->w; x += n ? n : 1)
			if ((n = spelt(c, y, x, a->find)))
				canvas_mark(c, y, x, x + n, STYLE_FOUND);
}
