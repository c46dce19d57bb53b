#include "tui/widget/news.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/engine/facts.h"
#include "tui/widget/words.h"

enum { WORDS = 12, TOGETHER_MS = 3000 };

/* ---- since when ---- */

static bool is_bad(enum state state)
{
	return state == STATE_FAIL || state == STATE_BLOCKED;
}

static int count_bad(const struct server *s)
{
	int bad = 0;
	for (int i = 0; i < s->nodes; i++)
		bad += is_bad(s->node[i].verdict.state);
	return bad;
}

/* What comes within seconds belongs together. */
static int first_of(const struct news *news, int i)
{
	while (i > 0 && news[i].at - news[i - 1].at <= TOGETHER_MS)
		i--;
	return i;
}

/* Index of the change before which nothing was bad, counted back from how it is now; n: nothing is bad, -1: it was never seen so. */
static int last_green(const struct server *s, const struct news *news, int n)
{
	int bad = count_bad(s);
	if (!bad)
		return n;
	for (int i = n - 1; i >= 0; i--) {
		if (news[i].node < 0)
			continue;
		bad += is_bad(news[i].from) - is_bad(news[i].to);
		if (bad <= 0)
			return first_of(news, i);
	}
	return -1;
}

struct news_list news_list(struct arena *a, const struct server *s, int64_t now)
{
	const struct news *news;
	int n = history_news(s->history, &news);
	while (n > 0 && news[n - 1].at > now)
		n--;
	int green = last_green(s, news, n);
	struct news_list l = {.row = arena_alloc(a, (size_t)(n + 1) * sizeof *l.row),
			      .green = green == n ? now : green < 0 ? 0 : news[green].after ? news[green].after : news[green].at};
	for (int i = n - 1; i >= 0; i--) {
		if (i == green - 1 && green < n)
			l.row[l.rows++] = (struct news_row){NULL, 1};
		l.row[l.rows++] = (struct news_row){&news[i], news[i].node < 0 ? 2 : 1};
	}
	if (green == 0)
		l.row[l.rows++] = (struct news_row){NULL, 1};
	return l;
}

/* ---- drawing ---- */

static int draw_when(const struct news *n, int64_t now, struct canvas *c, int y, int x, int end)
{
	char clock[16], age[8];
	canvas_text(c, y, x, end, MEAN_FAINT, words_clock(n->at, clock));
	canvas_right(c, y, x + 10, x + 14, MEAN_FAINT, words_age(now, n->at, age));
	return x + 16;
}

static int draw_state(enum state state, struct canvas *c, int y, int x, int end)
{
	const struct state_look *look = style_state(state, false);
	x = canvas_text(c, y, x, end, look->meaning, look->glyph) + 1;
	return canvas_text(c, y, x, end, look->meaning, look->word);
}

/* It changed while nobody looked. */
static void draw_unseen(const struct news *n, struct canvas *c, int y, int x, int end)
{
	char clock[16];
	if (n->after)
		canvas_printf(c, y, x + 2, end, MEAN_UNKNOWN, "after %s", words_clock(n->after, clock));
}

static void value_of(const struct watched_fact *f, const char *text, struct str *out)
{
	char clock[16];
	double ms = f->is_time ? strtod(text, NULL) : NAN;
	if (fabs(ms) <= KNOW_NUM_MAX)
		str_add(out, words_clock((int64_t)ms, clock));
	else
		text_clean(out, text, strlen(text), HISTORY_TEXT, HISTORY_TEXT);
	for (char *p = out->s; p && *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	if (!out->len)
		str_add(out, "(empty)");
}

static void draw_values(const struct news *n, struct canvas *c, int y, int x, int end)
{
	const struct watched_fact *f = &watched_facts[n->fact];
	struct str was = {0}, is = {0};
	value_of(f, n->was ? n->was : "", &was);
	value_of(f, n->is ? n->is : "", &is);
	int room = end - x - 3, first = text_width(str_text(&was));
	if (first > room / 2 && first + text_width(str_text(&is)) > room)
		first = room / 2;
	x = canvas_text(c, y, x, x + first, MEAN_FAINT, str_text(&was));
	x = canvas_text(c, y, x, end, MEAN_TEXT, " → ");
	canvas_text(c, y, x, end, MEAN_QUOTE, str_text(&is));
	str_free(&was);
	str_free(&is);
}

static void draw_divider(const struct news_list *of, int64_t now, struct canvas *c, struct area area)
{
	char clock[16];
	struct str ago = {0};
	text_duration(&ago, (double)(now - of->green) / 1000);
	canvas_fill(c, area.y, area.x, area.x + area.w, MEAN_OK, 0x2500);
	canvas_printf(c, area.y, area.x + 2, area.x + area.w, MEAN_OK, " ✓ nothing was failing until %s, %s ago ",
		      words_clock(of->green, clock), str_text(&ago));
	str_free(&ago);
}

int news_draw(const struct server *s, const struct news_row *row, const struct news_list *of, int64_t now, struct canvas *c,
	      struct area area)
{
	int end = area.x + area.w;
	const struct news *n = row->news;
	if (!n) {
		draw_divider(of, now, c, area);
		return 1;
	}
	int x = draw_when(n, now, c, area.y, area.x, end);
	if (n->node >= 0) {
		canvas_text(c, area.y, x, x + 22, MEAN_TEXT, s->node[n->node].probe->id);
		x = draw_state(n->from, c, area.y, x + 23, end);
		x = canvas_text(c, area.y, x, end, MEAN_FAINT, " → ");
		draw_unseen(n, c, area.y, draw_state(n->to, c, area.y, x, end), end);
		return 1;
	}
	draw_unseen(n, c, area.y, canvas_text(c, area.y, x, end, MEAN_TITLE, watched_facts[n->fact].words), end);
	if (area.h > 1)
		draw_values(n, c, area.y + 1, x + 2, end);
	return 2;
}

int news_facts(const struct server *s, int64_t now, struct canvas *c, struct area area)
{
	const struct news *news;
	char clock[16];
	int y = 0, end = area.x + area.w;
	for (int i = history_news(s->history, &news) - 1; i >= 0 && y < area.h; i--) {
		const struct news *n = &news[i];
		if (n->node >= 0 || n->at > now)
			continue;
		int x = canvas_text(c, area.y + y, area.x, end, MEAN_FAINT, words_clock(n->at, clock)) + 2;
		x = canvas_text(c, area.y + y, x, end, MEAN_TITLE, watched_facts[n->fact].words) + 2;
		if (!watched_facts[n->fact].is_time && end - x > WORDS)
			draw_values(n, c, area.y + y, x, end);
		y++;
	}
	return y;
}
