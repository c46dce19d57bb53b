#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "tui/screen/treatment.h"
#include "tui/widget/doc.h"
#include "tui/widget/words.h"
#include "tui/widget/wrap.h"

enum { SAY_LINES = 3, LIST_LINES = 8, WIDE = 110, SIDE = 48 };

/* ---- the head: what is wrong, or that it is gone ---- */

/* Beside the cause, or under it where that is too narrow. */
static int draw_title(struct canvas *c, int y, int x, struct area area, const char *title)
{
	int end = area.x + area.w;
	if (x + text_width(title) > end && c->h >= 20) {
		y++;
		x = area.x + 3;
	}
	canvas_text(c, y, x, end, MEAN_TITLE, title);
	return y + 1;
}

static int draw_head(struct app *app, const struct treatment *t, struct canvas *c, struct area area)
{
	const struct server *s = app_server(app);
	int node = treatment_node(app, t), y = area.y, end = area.x + area.w;
	const char *title = t->page ? t->page->title : "";
	if (node < 0) {
		int x =
		    canvas_printf(c, y, area.x + 1, end, MEAN_OK, "✓ ok   %s is gone", t->cause);
		return draw_title(c, y, x + 2, area, title);
	}
	const struct finding *f = NULL;
	const struct verdict *v = &s->node[node].verdict;
	for (int i = 0; i < v->findings && !f; i++)
		f = strcmp(v->finding[i].cause, t->cause) ? NULL : &v->finding[i];
	const struct state_look *look = node_look(&s->node[node]);
	int x = canvas_printf(c, y, area.x + 1, end, look->meaning, "%s %s %s", look->glyph,
			      look->word, t->cause);
	y = draw_title(c, y, x + 2, area, title);
	const char *line[SAY_LINES];
	int n = wrap_text(app->frame, f && f->say ? f->say : node_say(&s->node[node]), area.w - 4,
			  line, SAY_LINES);
	for (int i = 0; i < n; i++)
		canvas_text(c, y++, area.x + 3, end, MEAN_TEXT, line[i]);
	return y;
}

/* ---- the list of steps ---- */

struct sign {
	const char *glyph, *word;
	enum meaning meaning;
};

static struct sign step_sign(const struct treatment *t, int i)
{
	static const struct sign signs[] = {
		[IDLE] = {" ", "", MEAN_FAINT},       [RUNNING] = {"*", "running", MEAN_RUNNING},
		[RAN] = {"*", "ran", MEAN_RUNNING},   [BROKEN] = {"✗", "failed", MEAN_FAIL},
		[UNSURE] = {"?", "end not seen", MEAN_UNKNOWN}};
	const struct progress *g = treatment_progress(t, i);
	if (g->done)
		return (struct sign){"✓",
				     g->was_green		       ? "was green"
				     : t->plan.step[i].step->proves[0] ? "proven"
								       : "done",
				     MEAN_OK};
	if (g->how == IDLE && t->plan.step[i].closed)
		return (struct sign){"⊘", "not yet", MEAN_BLOCKED};
	return signs[g->how];
}

static void draw_step_line(const struct treatment *t, int i, struct canvas *c, int y,
			   struct area area)
{
	const struct planned *p = &t->plan.step[i];
	struct sign sign = step_sign(t, i);
	bool narrow = area.w < 70;
	int x = area.x, end = area.x + area.w, who = x + area.w - (narrow ? 28 : 39),
	    risk = who + (narrow ? 9 : 20);
	bool here = i == t->at;
	canvas_text(c, y, x, end, MEAN_TITLE, here ? "▸" : " ");
	canvas_text(c, y, x + 1, end, sign.meaning, sign.glyph);
	canvas_printf(c, y, x + 3, who - 1, here ? MEAN_TITLE : MEAN_TEXT, "%d %s", p->number,
		      p->step->heading ? p->step->heading : "");
	int at = canvas_text(c, y, who, end, words_place(p->place), p->host ? p->host : "?");
	if (!narrow)
		canvas_printf(c, y, at + 1, risk - 1, MEAN_TEXT, "as %s", p->user ? p->user : "?");
	at = canvas_text(c, y, risk, end, treatment_risk(p->step->risk), risk_names[p->step->risk]);
	canvas_right(c, y, at + 1, end - 1, sign.meaning, sign.word);
}

static int draw_list(const struct treatment *t, struct canvas *c, struct area area, int y)
{
	int shown = t->plan.steps < LIST_LINES ? t->plan.steps : LIST_LINES;
	if (c->h < 20 && shown > 4)
		shown = 4;
	int first = t->at - shown / 2;
	if (first > t->plan.steps - shown)
		first = t->plan.steps - shown;
	if (first < 0)
		first = 0;
	for (int i = 0; i < shown; i++)
		draw_step_line(t, first + i, c, y++, area);
	return y;
}

/* ---- the body ---- */

static void write_why(struct doc *d, const struct app *app, const struct treatment *t)
{
	const struct server *s = app_server(app);
	int node = treatment_node(app, t);
	doc_text(d, 0, MEAN_TITLE, "Why");
	if (t->page)
		treatment_write_markdown(d, t->page->why, MEAN_TEXT);
	if (node < 0 || !*node_evidence(&s->node[node]))
		return;
	doc_blank(d);
	doc_text(d, 0, MEAN_TITLE, "What came back");
	doc_text(d, 1, MEAN_QUOTE, node_evidence(&s->node[node]));
}

static bool all_done(const struct treatment *t)
{
	for (int i = 0; i < t->plan.steps; i++)
		if (t->plan.step[i].step->proves[0] && !treatment_progress(t, i)->done)
			return false;
	return t->plan.steps > 0;
}

static void write_end(struct doc *d, const struct app *app, const struct treatment *t)
{
	const struct server *s = app_server(app);
	if (!treatment_cause_gone(app, t))
		return;
	int red = words_count(s, STATE_FAIL) + words_count(s, STATE_BLOCKED),
	    warn = words_count(s, STATE_WARN);
	if (red)
		doc_textf(d, 1, MEAN_OK,
			  "✓ the cause is gone; %d probes are still red or blocked. Esc goes back.",
			  red);
	else if (warn)
		doc_textf(
		    d, 1, MEAN_OK,
		    "✓ the cause is gone and nothing is red; %d still wait or warn. Esc goes back.",
		    warn);
	else
		doc_text(d, 1, MEAN_OK,
			 "✓ proven: the cause is gone and everything is green. Esc goes back.");
	if (!all_done(t))
		doc_text(d, 1, MEAN_FAINT,
			 "The steps that are left are worth a look all the same.");
	doc_blank(d);
}

struct doc *remedy_body(struct app *app, struct treatment *t, int width, bool side)
{
	const struct planned *p = treatment_step(t);
	struct doc *d = doc_new(app->frame, width);
	write_end(d, app, t);
	if (p)
		treatment_write_step(d, app_server(app), p);
	else
		doc_textf(d, 1, MEAN_NOTICE, "%s %s", t->problem.say, t->problem.hint);
	if (p)
		treatment_write_output(d, app, t, t->at);
	treatment_write_watch(d, app, t);
	t->output_end = d->lines;
	/* The output of the step before, when the proof moved us on. */
	if (p && t->at && treatment_progress(t, t->at)->how == IDLE)
		treatment_write_output(d, app, t, t->at - 1);
	if (!side) {
		doc_blank(d);
		write_why(d, app, t);
	}
	return d;
}

/* Of a step of the page, its number in the plan. */
static int number_of(const struct treatment *t, int step)
{
	for (int i = 0; i < t->plan.steps; i++)
		if (treatment_index(t, i) == step)
			return t->plan.step[i].number;
	return 0;
}

/* On the line between list and step, where it stands however far the output is scrolled. */
static void draw_progress(struct app *app, const struct treatment *t, struct canvas *c, int y, struct area area)
{
	int done = 0, end = area.x + area.w - 1;
	for (int i = 0; i < t->plan.steps; i++)
		done += treatment_progress(t, i)->done;
	if (t->running >= 0) {
		const struct progress *g = &t->progress[t->running];
		int seconds = (int)((app->ops->mono_ms(app->ops_arg) - g->started) / 1000);
		end = canvas_right(c, y, area.x, end, MEAN_RUNNING,
				   arena_printf(app->frame, " * step %d runs for %d s, x stops it ", number_of(t, t->running), seconds));
	}
	if (t->plan.steps)
		canvas_right(c, y, area.x, end, MEAN_FAINT,
			     arena_printf(app->frame, " step %d of %d, %d done ", t->at + 1, t->plan.steps, done));
}

void remedy_draw(struct app *app, struct treatment *t, struct canvas *c, struct area area)
{
	bool wide = c->w >= WIDE;
	struct area left = area;
	canvas_fill(c, area.y, 0, c->w, MEAN_LINE, 0x2500);
	if (wide)
		left.w -= SIDE;
	left.y++;
	left.h--;
	int y = draw_head(app, t, c, left);
	if (t->plan.steps)
		y = draw_list(t, c, left, y);
	canvas_fill(c, y, left.x, left.x + left.w, MEAN_LINE, 0x2500);
	draw_progress(app, t, c, y++, left);
	int bottom = area.y + area.h - treatment_question_lines(t);
	t->side = wide;
	treatment_draw_body(app, t, remedy_body(app, t, left.w - 2, wide), c, (struct area){y, left.x, bottom - y, left.w});
	if (wide) {
		struct doc *d = doc_new(app->frame, SIDE - 3);
		for (int line = left.y; line < bottom; line++)
			canvas_char(c, line, left.w, MEAN_LINE, 0x2502);
		write_why(d, app, t);
		doc_draw(d, c, (struct area){left.y, left.w + 2, bottom - left.y, SIDE - 2}, 0);
	}
	if (t->question != Q_NONE)
		treatment_draw_question(app, t, c, area);
}
