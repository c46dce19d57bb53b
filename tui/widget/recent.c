#include "tui/widget/recent.h"

#include <stdio.h>
#include <stdlib.h>

#include "probes/base/text.h"
#include "tui/widget/words.h"

enum { MOMENT_MS = 1500, STATES_WIDTH = 14 };

/* First answers are no news, nor what begins to apply. */
static bool is_news(const struct change *ch)
{
	return ch->from != STATE_UNKNOWN && (ch->from != STATE_OFF || ch->to == STATE_FAIL || ch->to == STATE_WARN);
}

static bool alike(const struct change *a, const struct change *b)
{
	return is_news(b) && a->from == b->from && a->to == b->to && llabs(a->at - b->at) < MOMENT_MS;
}

/* From i on, how many changes belong together. */
static int group_of(const struct server *s, int i)
{
	int n = 1;
	while (i + n < s->changes && alike(&s->change[i], &s->change[i + n]))
		n++;
	return n;
}

/* The newest of a group comes first, the one nearest to the cause came first of all. */
static void draw_group(const struct server *s, int i, int n, struct canvas *c, int y, int x, int end)
{
	const struct change *ch = &s->change[i];
	const struct state_look *from = style_state(ch->from, false), *to = style_state(ch->to, false);
	char clock[16], more[16];
	x = canvas_text(c, y, x, end, MEAN_FAINT, words_clock(ch->at, clock)) + 2;
	for (int k = n - 1; k >= 0; k--) {
		const char *id = s->node[s->change[i + k].node].probe->id;
		int room = end - STATES_WIDTH - (k ? 4 : 0) - x;
		if (k < n - 1 && text_width(id) > room) {
			snprintf(more, sizeof more, "+%d ", k + 1);
			x = canvas_text(c, y, x, end, MEAN_FAINT, more);
			break;
		}
		x = canvas_text(c, y, x, end, MEAN_TEXT, id) + 1;
	}
	x = canvas_text(c, y, x + 1, end, from->meaning, from->word);
	x = canvas_text(c, y, x, end, MEAN_FAINT, " → ");
	canvas_text(c, y, x, end, to->meaning, to->word);
}

void recent_draw(const struct server *s, struct canvas *c, struct area area)
{
	int y = area.y;
	for (int i = 0, n; i < s->changes && y < area.y + area.h; i += n) {
		n = group_of(s, i);
		if (is_news(&s->change[i]))
			draw_group(s, i, n, c, y++, area.x, area.x + area.w);
	}
	if (y == area.y)
		canvas_text(c, y, area.x, area.x + area.w, MEAN_FAINT, "none since walmedic started");
}

/* What one would tell somebody: a failure before a warning, that before what only cannot be seen. */
static int weight(const struct change *ch)
{
	static const int by_state[] = {[STATE_FAIL] = 4, [STATE_WARN] = 3, [STATE_BLOCKED] = 2};
	enum state worse = ch->to == STATE_OK ? ch->from : ch->to;
	return worse == STATE_FAIL || worse == STATE_WARN || worse == STATE_BLOCKED ? by_state[worse] : is_news(ch);
}

void recent_last(const struct server *s, struct canvas *c, int y)
{
	int best = -1;
	for (int i = 0; i < s->changes; i++) {
		bool later = best >= 0 && weight(&s->change[best]) > 1 && s->change[best].at - s->change[i].at >= MOMENT_MS;
		if (later)
			break;
		if (is_news(&s->change[i]) && (best < 0 || weight(&s->change[i]) >= weight(&s->change[best])))
			best = i;
	}
	if (best < 0) {
		canvas_text(c, y, 1, c->w, MEAN_FAINT, *s->other_route ? s->other_route : "no change since walmedic started");
		return;
	}
	int x = canvas_text(c, y, 1, c->w, MEAN_FAINT, "last change ");
	draw_group(s, best, 1, c, y, x, c->w - 1);
}
