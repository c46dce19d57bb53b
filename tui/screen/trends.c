/* Numbers over time, and when something will be full: every one as a line, the chosen one as a plot; on large screens all
 * of them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/history.h"
#include "tui/app.h"
#include "tui/widget/plot.h"

enum { WRITTEN = METRICS, TRENDS, SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, TRACE = 256, GRID_W = 110, GRID_H = 34 };

struct trends {
	int at;
	int span;   /* index into spans, 0: as much as there is */
	bool large; /* one of them on all the screen */
};

static const struct {
	int64_t ms;
	const char *words;
} spans[] = {{0, "all there is"}, {10 * MINUTE, "10 min"}, {HOUR, "1 h"}, {6 * HOUR, "6 h"}, {24 * HOUR, "24 h"}};
enum { SPANS = sizeof spans / sizeof *spans };

static void files(struct str *out, double value)
{
	str_addf(out, "%.0f", value);
}

static const struct trend_row {
	const char *title;
	void (*label)(struct str *out, double value);
	const char *unit;
} rows[TRENDS] = {
	[METRIC_PG_WAL] = {"pg_wal", text_bytes, ""},
	[METRIC_PG_WAL_FREE] = {"pg_wal free", text_bytes, ""},
	[METRIC_BACKLOG] = {"to archive", files, " files"},
	[METRIC_SLOT_LAG] = {"slot lag", text_bytes, ""},
	[METRIC_BACKUP_FREE] = {"backup free", text_bytes, ""},
	[METRIC_RPO] = {"RPO", text_duration, ""},
	[WRITTEN] = {"WAL written", text_bytes, ""},
};

/* In the order of the screen: the forecast first. */
static const int order[TRENDS] = {METRIC_PG_WAL, METRIC_PG_WAL_FREE, METRIC_BACKLOG, METRIC_SLOT_LAG, METRIC_RPO, METRIC_BACKUP_FREE, WRITTEN};

/* ---- what is to be drawn ---- */

struct trend {
	struct plot plot;
	double value;            /* now; NAN: not known */
	struct filling filling;  /* of pg_wal and of the backup volume */
};

static int known_until(const struct point *p, int n, int64_t now)
{
	while (n > 0 && p[n - 1].at > now)
		n--;
	return n;
}

/* From times of segments and what was seen since: there at the first look. */
static int written(struct app *app, const struct server *s, const struct point **ret)
{
	struct point *p = arena_alloc(app->frame, TRACE * sizeof *p);
	int n = flow_trace(s->view, p, TRACE);
	double first = n ? p[0].value : 0;
	for (int i = 0; i < n; i++)
		p[i].value -= first;
	*ret = p;
	return n;
}

static void choose_span(struct plot *p, int span)
{
	static const int round[] = {1, 2, 5, 10, 20, 30, 60, 120, 180, 360, 720, 1440, 2880};
	int64_t ms = spans[span].ms, all = p->n ? p->now - p->p[0].at : 0;
	for (size_t i = 0; !ms && i < sizeof round / sizeof *round; i++)
		if (all <= (int64_t)round[i] * MINUTE)
			ms = (int64_t)round[i] * MINUTE;
	p->from = p->now - (ms ? ms : all);
}

/* As far as it takes, but never more than half of the width. */
static void choose_future(struct plot *p)
{
	double span = (double)(p->now - p->from), until = p->expected * SECOND;
	if (isnan(p->level) || !isfinite(until)) {
		p->level = p->expected = NAN;
		p->to = p->now;
		return;
	}
	p->to = p->now + (int64_t)fmin(fmax(until * 1.1, span / 8), span);
	if (until > span)
		p->to = p->now + (int64_t)(span / 3);
}

static void forecast_pg_wal(const struct server *s, struct trend *t, bool free_space)
{
	flow_pg_wal(s->view, &t->filling);
	t->plot.level = free_space ? fmax(t->value - t->filling.room, 0) : t->value + t->filling.room;
	t->plot.expected = t->filling.seconds;
	t->plot.soonest = t->filling.soonest;
	t->plot.latest = t->filling.latest;
}

static void forecast_slot(const struct server *s, struct trend *t)
{
	flow_pg_wal(s->view, &t->filling);
	t->plot.reached = "lost";
	t->plot.expected = t->filling.lost;
	t->plot.soonest = t->filling.lost_soonest;
	t->plot.latest = t->filling.lost_latest;
	t->plot.level = t->value + t->filling.lost * t->filling.rate;
}

static void forecast_backup(const struct server *s, struct trend *t)
{
	flow_backup(s->view, &t->filling);
	t->plot.expected = t->filling.seconds;
	t->plot.level = 0;
}

static void read_trend(struct app *app, const struct server *s, int which, int span, struct trend *t)
{
	const struct point *p;
	int n = which == WRITTEN ? written(app, s, &p) : history_points(s->history, (enum metric)which, &p);
	*t = (struct trend){.plot = {.p = p, .now = app->now, .level = NAN, .expected = NAN, .soonest = NAN, .latest = NAN,
				     .style = MEAN_RUNNING, .label = rows[which].label, .reached = "full"}};
	t->plot.n = n = known_until(p, n, app->now);
	t->value = n ? p[n - 1].value : NAN;
	t->filling.seconds = t->filling.lost = NAN;
	if (which == METRIC_PG_WAL || which == METRIC_PG_WAL_FREE)
		forecast_pg_wal(s, t, which == METRIC_PG_WAL_FREE);
	else if (which == METRIC_SLOT_LAG)
		forecast_slot(s, t);
	else if (which == METRIC_BACKUP_FREE)
		forecast_backup(s, t);
	choose_span(&t->plot, span);
	choose_future(&t->plot);
	plot_scale(&t->plot);
}

/* ---- in words ---- */

static void add_interval(struct str *out, double soonest, double latest)
{
	if (isnan(soonest))
		return;
	str_add(out, " (");
	text_duration(out, soonest);
	if (isfinite(latest)) {
		str_add(out, " to ");
		text_duration(out, latest);
	} else {
		str_add(out, isnan(latest) ? " or more" : ", or never");
	}
	str_add(out, ")");
}

/* The interval only where there is room for all of it. */
static void add_forecast(struct str *out, const char *what, const struct plot *p, int room)
{
	struct str interval = {0};
	str_add(out, what);
	text_duration(out, p->expected);
	add_interval(&interval, p->soonest, p->latest);
	if (text_width(str_text(out)) + text_width(str_text(&interval)) <= room)
		str_add(out, str_text(&interval));
	str_free(&interval);
}

/* Of the last part of what is drawn, a minute at least. */
static void add_rate(struct str *out, const struct trend *t, int which)
{
	const struct plot *p = &t->plot;
	int64_t from = p->now - fmax(MINUTE, (double)(p->now - p->from) / 4);
	int first = p->n - 1;
	while (first > 0 && p->p[first - 1].at >= from && !isnan(p->p[first - 1].value))
		first--;
	if (p->n < 3 || isnan(t->value) || p->p[p->n - 1].at - p->p[first].at < MINUTE / 2)
		return;
	double by = (t->value - p->p[first].value) / (double)(p->p[p->n - 1].at - p->p[first].at) * MINUTE;
	if (which == METRIC_RPO || fabs(by) < (which == METRIC_BACKLOG ? 0.1 : 1024)) {
		str_add(out, which == METRIC_RPO ? "" : "steady");
		return;
	}
	str_add(out, by < 0 ? "-" : "+");
	rows[which].label(out, fabs(by));
	str_add(out, "/min");
}

static const char *words_of(struct app *app, const struct trend *t, int which, int room)
{
	struct str s = {0};
	if (!t->plot.n)
		str_add(&s, "not known yet");
	else if (isnan(t->value))
		str_add(&s, "cannot be seen now");
	else if (isfinite(t->plot.expected))
		add_forecast(&s, which == METRIC_SLOT_LAG ? "its WAL lost in " : "full in ", &t->plot, room);
	else
		add_rate(&s, t, which);
	const char *words = arena_dup(app->frame, str_text(&s));
	str_free(&s);
	return words;
}

static const char *value_of(struct app *app, const struct trend *t, int which)
{
	struct str s = {0};
	if (isnan(t->value))
		str_add(&s, "?");
	else
		rows[which].label(&s, t->value);
	if (!isnan(t->value))
		str_add(&s, rows[which].unit);
	const char *value = arena_dup(app->frame, str_text(&s));
	str_free(&s);
	return value;
}

/* ---- drawing ---- */

static void draw_row(struct app *app, const struct trend *t, int which, bool chosen, struct canvas *c, int y, int w)
{
	int spark = w >= 100 ? 24 : w >= 76 ? 14 : 10;
	bool soon = isfinite(t->plot.expected);
	int x = canvas_text(c, y, 1, w, chosen ? MEAN_KEY : MEAN_TEXT, chosen ? "▸" : " ");
	canvas_text(c, y, x + 1, 15, MEAN_TEXT, rows[which].title);
	canvas_right(c, y, 15, 26, isnan(t->value) ? MEAN_UNKNOWN : MEAN_TITLE, value_of(app, t, which));
	plot_spark(&t->plot, c, y, 28, spark);
	canvas_text(c, y, 29 + spark, w - 1, soon ? MEAN_WARN : MEAN_FAINT, words_of(app, t, which, w - 30 - spark));
	if (chosen)
		canvas_mark(c, y, 0, 15, STYLE_SELECTED);
}

static const char *pinned_by(struct app *app, const struct trend *t)
{
	const struct pin *pin = &t->filling.pin;
	if (!pin->what)
		return "";
	if (!strcmp(pin->what, "slot"))
		return arena_printf(app->frame, "held by the slot %s", pin->slot);
	return !strcmp(pin->what, "archive") ? "held by what is not archived" : "held by wal_keep_size";
}

static void draw_one(struct app *app, const struct server *s, struct trends *state, int which, struct canvas *c, struct area a)
{
	struct trend t;
	read_trend(app, s, which, state->span, &t);
	if (!t.plot.n) {
		canvas_text(c, a.y + a.h / 2, a.x + PLOT_LABEL, a.x + a.w, MEAN_UNKNOWN, "nothing of it was seen yet");
		return;
	}
	plot_draw(&t.plot, c, a);
}

static void draw_titled(struct app *app, const struct server *s, struct trends *state, int which, struct canvas *c, struct area a)
{
	struct trend t;
	bool chosen = order[state->at] == which;
	int end = a.x + a.w - 1;
	read_trend(app, s, which, state->span, &t);
	int x = canvas_printf(c, a.y, a.x + 1, end, MEAN_TITLE | (chosen ? STYLE_SELECTED : 0), " %s ", rows[which].title) + 1;
	x = canvas_text(c, a.y, x, end, isnan(t.value) ? MEAN_UNKNOWN : MEAN_TEXT, value_of(app, &t, which)) + 2;
	x = canvas_text(c, a.y, x, end, isfinite(t.plot.expected) ? MEAN_WARN : MEAN_FAINT, words_of(app, &t, which, end - x)) + 2;
	const char *pin = which == METRIC_PG_WAL ? pinned_by(app, &t) : "";
	if (x + text_width(pin) <= end)
		canvas_text(c, a.y, x, end, MEAN_FAINT, pin);
	draw_one(app, s, state, which, c, (struct area){a.y + 1, a.x, a.h - 1, a.w - 1});
}

static void draw_grid(struct app *app, const struct server *s, struct trends *state, struct canvas *c, struct area a)
{
	int w = a.w / 2, h = a.h / 4;
	for (int i = 0; i < TRENDS; i++) {
		bool last = i == TRENDS - 1;
		draw_titled(app, s, state, order[i], c, (struct area){a.y + i / 2 * h, a.x + i % 2 * w, h, last ? a.w : w});
	}
}

static void draw_list(struct app *app, const struct server *s, struct trends *state, struct canvas *c, struct area a)
{
	struct trend t;
	for (int i = 0; i < TRENDS; i++) {
		read_trend(app, s, order[i], state->span, &t);
		draw_row(app, &t, order[i], i == state->at, c, a.y + i, a.w);
	}
	struct area below = {a.y + TRENDS, a.x, a.h - TRENDS, a.w - 1};
	if (below.h > 8) {
		read_trend(app, s, order[state->at], state->span, &t);
		canvas_fill(c, below.y, 0, a.w, MEAN_LINE, 0x2500);
		int x = canvas_printf(c, below.y, 2, a.w, MEAN_TITLE, " %s ", rows[order[state->at]].title);
		if (*pinned_by(app, &t))
			canvas_printf(c, below.y, x, a.w - 1, MEAN_TEXT, "%s ", pinned_by(app, &t));
		below.y++;
		below.h--;
	}
	draw_one(app, s, state, order[state->at], c, below);
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct trends *t = state;
	const struct server *s = app_server(app);
	if (!s)
		return;
	canvas_fill(c, area.y, 0, c->w, MEAN_LINE, 0x2500);
	canvas_printf(c, area.y, 2, c->w, MEAN_TITLE, " trends: %s ", spans[t->span].words);
	struct area rest = {area.y + 1, 0, area.h - 1, c->w};
	if (t->large)
		draw_titled(app, s, t, order[t->at], c, rest);
	else if (c->w >= GRID_W && c->h >= GRID_H)
		draw_grid(app, s, t, c, rest);
	else
		draw_list(app, s, t, c, rest);
}

static bool act(struct app *app, void *state, enum action action)
{
	struct trends *t = state;
	const int by[ACTIONS] = {[ACT_UP] = -1, [ACT_DOWN] = 1, [ACT_NEXT] = 1, [ACT_PREVIOUS] = -1, [ACT_FIRST] = -TRENDS, [ACT_LAST] = TRENDS};
	if (by[action]) {
		int to = t->at + by[action];
		t->at = to < 0 ? 0 : to >= TRENDS ? TRENDS - 1 : to;
		return true;
	}
	if (action == ACT_FOLD)
		t->span = (t->span + 1) % SPANS;
	else if (action == ACT_OPEN)
		t->large = !t->large;
	else if (action == ACT_BACK && t->large && !app->travel.away)
		t->large = false;
	else
		return false;
	return true;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_BACK, NULL},    {ACT_DOWN, "choose"}, {ACT_OPEN, "large"}, {ACT_FOLD, "span"},
					   {ACT_EARLIER, NULL}, {ACT_CHANGES, NULL},  {ACT_HELP, NULL},    {ACT_NONE, NULL}};
	(void)app;
	(void)state;
	return list;
}

const struct screen screen_trends = {.name = "trends", .size = sizeof(struct trends), .draw = draw, .act = act, .hints = hints};
