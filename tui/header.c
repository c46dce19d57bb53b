#include "tui/header.h"

#include <stdio.h>

#include "probes/base/text.h"
#include "tui/widget/words.h"

/* What is left out of the header, one after the other, until the names fit. */
enum tight { ROOMY, NO_BRAND, GLYPHS };

static const enum state counted[] = {STATE_FAIL, STATE_BLOCKED, STATE_WARN, STATE_UNKNOWN, STATE_OK};

static int count_text(enum tight tight, enum state state, int n, char buf[16])
{
	static const char *const words[] = {
		[STATE_UNKNOWN] = "UNKN", [STATE_OK] = "OK", [STATE_WARN] = "WARN", [STATE_FAIL] = "FAIL", [STATE_BLOCKED] = "BLKD"};
	if (tight == GLYPHS)
		return snprintf(buf, 16, "%s%d ", style_state(state, false)->glyph, n), text_width(buf);
	return snprintf(buf, 16, "%s %d  ", words[state], n);
}

static int pending_text(enum tight tight, int n, char buf[16])
{
	return !n ? 0 : tight == GLYPHS ? snprintf(buf, 16, "*%d ", n) : snprintf(buf, 16, "ask %d  ", n);
}

static int counts_width(const struct server *s, enum tight tight)
{
	char buf[16];
	int width = pending_text(tight, words_pending(s), buf);
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
		if (words_count(s, counted[i]))
			width += count_text(tight, counted[i], words_count(s, counted[i]), buf);
	return width;
}

static void draw_counts(struct canvas *c, const struct server *s, enum tight tight, int x, int end)
{
	char buf[16];
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		int n = words_count(s, counted[i]);
		if (!n)
			continue;
		count_text(tight, counted[i], n, buf);
		x = canvas_text(c, 0, x, end, style_state(counted[i], false)->meaning, buf);
	}
	if (pending_text(tight, words_pending(s), buf))
		canvas_text(c, 0, x, end, MEAN_RUNNING, buf);
}

static int draw_clock(const struct app *a, struct canvas *c)
{
	char clock[16], text[48];
	bool live = !a->frozen && !a->model->replaying;
	if (a->travel.away) {
		struct str past = {0};
		travel_words(a, &past);
		snprintf(text, sizeof text, " PAST %s ", str_text(&past));
		str_free(&past);
		return canvas_right(c, 0, 0, c->w, MEAN_NOTICE | STYLE_SELECTED, text);
	}
	words_clock(a->now, clock);
	const char *mode = a->frozen ? "FROZEN" : a->model->replaying ? "replay" : "live";
	if (a->options.quiet_clock && live)
		snprintf(text, sizeof text, "%s", mode);
	else
		snprintf(text, sizeof text, "%s  %s", clock, mode);
	return canvas_right(c, 0, 0, c->w - 1, live ? MEAN_FAINT : MEAN_NOTICE, text);
}

static int names_width(const struct app *a, const struct server *s, enum tight tight)
{
	int width = text_width(s->name) + 1 + (tight == ROOMY ? 10 : 0) + (a->model->servers > 1 ? 8 : 0);
	width += *s->backup_host ? text_width(s->backup_host) + 2 : 0;
	return width + (*s->db_host ? text_width(s->db_host) + 3 : 0);
}

static void draw_name(const struct app *a, const struct server *s, struct canvas *c, enum tight tight, int end)
{
	int x = tight != ROOMY ? 1 : canvas_text(c, 0, 1, end, MEAN_TITLE, "walmedic") + 2;
	x = canvas_text(c, 0, x, end, MEAN_TITLE, s->name);
	if (*s->backup_host)
		x = canvas_printf(c, 0, x + 1, end, MEAN_BACKUP, "@%s", s->backup_host);
	if (*s->db_host)
		x = canvas_printf(c, 0, x + 1, end, MEAN_DB, "→ %s", s->db_host);
	if (*s->pg_version && c->w >= 110)
		x = canvas_printf(c, 0, x + 2, end, MEAN_FAINT, "PostgreSQL %s", s->pg_version);
	if (a->model->servers > 1)
		canvas_printf(c, 0, x + 2, end, MEAN_FAINT, "%d/%d", a->server + 1, a->model->servers);
}

static void draw_server(const struct app *a, const struct server *s, struct canvas *c, int end)
{
	enum tight tight = ROOMY;
	while (tight < GLYPHS && names_width(a, s, tight) + 1 + counts_width(s, tight) > end)
		tight++;
	int at = end - counts_width(s, tight);
	draw_name(a, s, c, tight, at - 1);
	draw_counts(c, s, tight, at, end);
}

void header_draw(struct app *a, struct canvas *c)
{
	const struct screen *top = a->stack[a->depth - 1].screen;
	const struct server *s = app_server(a);
	if (!s) {
		canvas_text(c, 0, 1, c->w, MEAN_TITLE, "walmedic");
		return;
	}
	int end = draw_clock(a, c) - 1;
	if (top->head)
		top->head(a, a->stack[a->depth - 1].state, c, end);
	else
		draw_server(a, s, c, end);
}
