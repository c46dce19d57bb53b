#include "tui/widget/scroll.h"

#include <string.h>

enum { FAR = 1 << 20, ABOVE = 3 };

bool scroll_act(struct scroll *s, enum action action)
{
	int page = s->h > 1 ? s->h - 1 : 1;
	const int by[ACTIONS] = {[ACT_UP] = -1,         [ACT_DOWN] = 1,         [ACT_PAGE_UP] = -page,
				 [ACT_PAGE_DOWN] = page, [ACT_FIRST] = -FAR, [ACT_LAST] = FAR};
	if (!by[action])
		return false;
	s->top += by[action];
	s->top = s->top < 0 ? 0 : s->top;
	s->hit = 0;
	return true;
}

bool scroll_find(struct scroll *s, const struct doc *d, const char *text, int step)
{
	int at = s->hit && step ? s->hit - 1 + step : s->top, by = step < 0 ? -1 : 1;
	for (int i = 0; i < d->lines; i++, at += by) {
		at = (at % d->lines + d->lines) % d->lines;
		if (!strcasestr(d->line[at].text, text) && !strcasestr(d->line[at].label, text))
			continue;
		s->hit = at + 1;
		if (at < s->top || at >= s->top + s->h)
			s->top = at > ABOVE ? at - ABOVE : 0;
		return true;
	}
	return false;
}

void scroll_draw(struct scroll *s, const struct doc *d, struct canvas *c, struct area area)
{
	s->h = area.h;
	s->width = d->width;
	s->top = doc_draw(d, c, area, s->top);
}
