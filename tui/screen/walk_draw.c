/* The walk on the screen: the pipeline above, then the steps and how far they are, then the step in view. */
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "remedies/known_wrong.h"
#include "remedies/lock.h"
#include "tui/screen/walking_inside.h"
#include "tui/widget/route.h"
#include "tui/widget/strip.h"
#include "tui/widget/words.h"
#include "tui/widget/wrap.h"

enum { TALL = 20, WIDE = 110, SIDE = 50, LIST_TALL = 6, LIST_LOW = 3, ROOMY = 22 };

int walk_count(const struct walk_view *w, enum mark_state state)
{
	int n = 0;
	for (int i = 0; i < w->t.plan.steps; i++)
		n += w->course.mark[treatment_index(&w->t, i)].state == state;
	return n;
}

/* ---- the head ---- */

static int draw_strip(struct app *app, struct canvas *c, int y)
{
	const struct server *s = app_server(app);
	struct route route;
	if (!s)
		return y;
	int cause = s->roots ? s->root[0].node : -1;
	route_find(s, cause, &route);
	strip_draw(s, &route, cause < 0 ? -1 : (int)s->node[cause].probe->stage, c, y);
	return y + STRIP_LINES;
}

/* "3 done, 5 skipped, 7 to do"; "" for a page without steps. */
static const char *counted(struct arena *a, const struct walk_view *w)
{
	static const enum mark_state states[] = {MARK_DONE, MARK_SKIPPED, MARK_FAILED, MARK_RUNNING, MARK_OPEN};
	const char *text = "";
	for (size_t i = 0; w->t.page && w->t.page->walkable && i < sizeof states / sizeof *states; i++) {
		int n = walk_count(w, states[i]);
		const char *name = states[i] == MARK_RUNNING ? "running" : mark_names[states[i]];
		if (n)
			text = arena_printf(a, "%s%s%d %s", text, *text ? ", " : "", n, name);
	}
	return text;
}

/* The title in the rule, and how far it is. */
static int draw_title(struct app *app, const struct walk_view *w, struct canvas *c, int y)
{
	const char *text = counted(app->frame, w);
	bool open = walk_count(w, MARK_OPEN) + walk_count(w, MARK_RUNNING);
	int at = c->w - 4 - text_width(text);
	canvas_fill(c, y, 0, c->w, MEAN_LINE, 0x2500);
	if (*text)
		canvas_printf(c, y, at, c->w, walk_count(w, MARK_FAILED) ? MEAN_FAIL : open ? MEAN_TEXT : MEAN_OK, " %s ", text);
	canvas_printf(c, y, 2, at - 1, MEAN_TITLE, " %s ", w->t.page ? w->t.page->title : "Runbook");
	return y + 1;
}

/* Somebody else has it, or the first look is not finished. */
static int draw_news(struct app *app, struct walk_view *w, struct canvas *c, int y)
{
	const char *line[2];
	int n = w->watching ? wrap_text(app->frame, arena_printf(app->frame, "WATCHING  %s", walk_lock_holder(w->lock)), c->w - 2, line, 2) : 0;
	for (int i = 0; i < n; i++)
		canvas_text(c, y++, 1, c->w, MEAN_NOTICE, line[i]);
	if (!w->ready && w->t.page && w->t.page->walkable)
		canvas_printf(c, y++, 1, c->w, MEAN_RUNNING, "* the first look at %s is not finished: wait a moment", treatment_server(app, &w->t)->name);
	return y;
}

/* ---- the list of steps ---- */

struct sign {
	const char *glyph;
	enum meaning meaning;
};

static const struct sign signs[MARKS] = {[MARK_OPEN] = {" ", MEAN_TEXT},     [MARK_RUNNING] = {"*", MEAN_RUNNING}, [MARK_DONE] = {"✓", MEAN_OK},
					 [MARK_FAILED] = {"✗", MEAN_FAIL}, [MARK_SKIPPED] = {"-", MEAN_FAINT}};

/* "03:12Z" of an RFC 3339 time. */
static const char *hour(struct arena *a, const char *at)
{
	return strlen(at) > 16 ? arena_printf(a, "%.5sZ", at + 11) : "";
}

/* What stands at the end of a line of the list: how it ended, or what it is. */
static const char *word_of(struct arena *a, const struct walk_view *w, int i, enum meaning *meaning)
{
	static const char *const kinds[] = {[STEP_TICK] = "by hand", [STEP_READ] = "read", [STEP_CHOICE] = "choose"};
	const struct planned *p = &w->t.plan.step[i];
	const struct mark *m = &w->course.mark[treatment_index(&w->t, i)];
	const struct progress *g = treatment_progress(&w->t, i);
	*meaning = signs[m->state].meaning;
	if (m->state == MARK_RUNNING)
		return g->how == RUNNING ? "running" : g->how != IDLE ? "waits for proof" : w->watching ? "running" : "was running";
	if (m->state != MARK_OPEN)
		return arena_printf(a, "%s %s", mark_names[m->state], hour(a, m->at));
	*meaning = p->step->kind == STEP_COMMAND ? treatment_risk(p->step->risk) : MEAN_FAINT;
	if (p->step->kind != STEP_COMMAND)
		return kinds[p->step->kind];
	bool plain = !p->step->risk_named && p->step->risk < RISK_RESTART; /* nobody said so */
	if (!p->text || p->copy_only)
		return plain ? "copy" : arena_printf(a, "copy, %s", risk_names[p->step->risk]);
	return arena_printf(a, "%s, %s", p->host, risk_names[p->step->risk]);
}

static void draw_step_line(struct app *app, const struct walk_view *w, int i, struct canvas *c, int y, struct area area)
{
	const struct planned *p = &w->t.plan.step[i];
	int index = treatment_index(&w->t, i), end = area.x + area.w;
	const struct sign *sign = &signs[w->course.mark[index].state];
	bool here = i == w->t.at, next = index == w->present && w->ready;
	enum meaning meaning;
	const char *word = word_of(app->frame, w, i, &meaning);
	int right = end - 2 - text_width(word);
	canvas_text(c, y, area.x, end, MEAN_TITLE, here ? "▸" : next ? "→" : " ");
	canvas_text(c, y, area.x + 1, end, sign->meaning, sign->glyph);
	canvas_printf(c, y, area.x + 3, right - 1, here ? MEAN_TITLE : sign->meaning == MEAN_FAINT ? MEAN_FAINT : MEAN_TEXT, "%2d %s%s", p->number, *p->step->under ? "  " : "",
		      p->step->heading);
	canvas_text(c, y, right, end, meaning, word);
}

static int draw_list(struct app *app, const struct walk_view *w, struct canvas *c, struct area area)
{
	const struct treatment *t = &w->t;
	int shown = t->plan.steps < area.h ? t->plan.steps : area.h, first = t->at - shown / 2;
	if (first > t->plan.steps - shown)
		first = t->plan.steps - shown;
	if (first < 0)
		first = 0;
	for (int i = 0; i < shown; i++)
		draw_step_line(app, w, first + i, c, area.y + i, area);
	if (first)
		canvas_char(c, area.y, area.x + area.w - 1, MEAN_KEY, 0x2191);
	if (first + shown < t->plan.steps)
		canvas_char(c, area.y + shown - 1, area.x + area.w - 1, MEAN_KEY, 0x2193);
	return area.y + shown;
}

/* ---- the body ---- */

struct telling {
	struct doc *d;
	int first;      /* line of the page that the text begins in */
};

static int tell_wrong(void *arg, const struct known_wrong *k, int line, const char *command)
{
	const struct telling *t = arg;
	struct doc *d = t->d;
	doc_label(d, 1, k->never ? MEAN_FAIL : MEAN_WARN,
		  arena_printf(d->a, k->never ? "✗ WRONG, line %d" : "! DOUBTFUL, line %d", t->first + line), k->never ? 19 : 22, MEAN_COMMAND, command);
	doc_label(d, 3, MEAN_FAINT, "why", 9, MEAN_TEXT, k->why);
	doc_label(d, 3, MEAN_FAINT, "write", 9, MEAN_COMMAND, k->right);
	return 0;
}

static void write_mark(struct doc *d, const struct walk_view *w, int i)
{
	const struct mark *m = &w->course.mark[treatment_index(&w->t, i)];
	bool here = treatment_progress(&w->t, i)->how != IDLE;
	if (m->state == MARK_RUNNING && !here && w->watching)
		doc_textf(d, 1, MEAN_RUNNING, "* running since %s %s", hour(d->a, m->at), m->where);
	else if (m->state == MARK_RUNNING && !here)
		doc_textf(d, 1, MEAN_WARN, "! It was running when walmedic ended (begun %s %s%s%s). Look first what it did, before you run it again.",
			  hour(d->a, m->at), m->where, *m->how ? ": " : "", m->how);
	else if (m->state != MARK_OPEN && m->state != MARK_RUNNING)
		doc_textf(d, 1, signs[m->state].meaning, "%s %s %s%s%s", signs[m->state].glyph, mark_names[m->state], hour(d->a, m->at),
			  *m->how ? ": " : "", m->how);
	for (const struct note *n = m->notes; n; n = n->next)
		doc_label(d, 1, MEAN_NOTICE, arena_printf(d->a, "note %s", hour(d->a, n->at)), 12, MEAN_TEXT, n->text);
}

static void write_options(struct doc *d, const struct server *s, const struct step *step)
{
	for (int i = 0; i < step->options; i++) {
		const struct option *o = &step->option[i];
		bool seen = *o->cause && plan_cause_node(s, o->cause) >= 0;
		doc_label(d, 1, MEAN_KEY, arena_printf(d->a, "%d", i + 1), 3, seen ? MEAN_OK : MEAN_TEXT,
			  arena_printf(d->a, "%s%s", o->text, seen ? "   ← walmedic sees this now" : ""));
	}
}

static void write_by_kind(struct doc *d, struct app *app, const struct walk_view *w, const struct planned *p)
{
	const struct server *s = treatment_server(app, &w->t);
	if (p->step->kind == STEP_COMMAND) {
		known_wrong_each(p->step->text, tell_wrong, &(struct telling){d, p->step->text_line});
		treatment_write_step(d, s, p);
		return;
	}
	treatment_write_markdown(d, p->step->prose, MEAN_TEXT);
	doc_blank(d);
	if (p->step->kind == STEP_CHOICE)
		write_options(d, s, p->step);
	if (p->step->kind == STEP_TICK)
		doc_text(d, 1, MEAN_FAINT, p->step->proves[0] ? "by hand; it ticks itself when its proof is green, d ticks it now" : "by hand; d ticks it");
	treatment_write_proofs(d, s, p->step);
}

static void write_about(struct doc *d, const struct page *page, bool heading)
{
	if (!page->why[strspn(page->why, " \n")])
		return;
	doc_blank(d);
	if (heading)
		doc_text(d, 0, MEAN_TITLE, "About this page");
	treatment_write_markdown(d, page->why, MEAN_TEXT);
	doc_blank(d);
}

static void write_end(struct doc *d, const struct walk_view *w)
{
	if (!w->ready || walk_next_open(w, -1) >= 0)
		return;
	doc_textf(d, 1, walk_count(w, MARK_FAILED) ? MEAN_WARN : MEAN_OK, "%s walked to its end: %d done, %d skipped, %d failed. Esc goes back.",
		  walk_count(w, MARK_FAILED) ? "!" : "✓", walk_count(w, MARK_DONE), walk_count(w, MARK_SKIPPED), walk_count(w, MARK_FAILED));
	doc_blank(d);
}

static void write_text(struct doc *d, const struct page *page)
{
	doc_textf(d, 1, MEAN_NOTICE, "%s: no steps were found: the page has no commands, check boxes or numbered headings that Markdown knows.", page->file);
	doc_text(d, 1, MEAN_TEXT, "To make steps, put commands between a line ```sh and a line ```, under a heading \"## What this does\"; write \"- [ ] what to do\" for what is done by hand.");
	known_wrong_each(page->raw, tell_wrong, &(struct telling){d, 1});
	doc_blank(d);
	doc_text(d, 1, MEAN_QUOTE, page->raw);
}

static void write_step(struct doc *d, struct app *app, struct walk_view *w, const struct planned *p)
{
	struct treatment *t = &w->t;
	bool first = w->tall && !t->at && !walk_count(w, MARK_DONE) && treatment_progress(t, 0)->how == IDLE;
	if (first)
		write_about(d, t->page, false);
	doc_textf(d, 0, MEAN_TITLE, "%d  %s%s%s", p->number, p->step->under, *p->step->under ? " / " : "", p->step->heading);
	write_mark(d, w, t->at);
	write_by_kind(d, app, w, p);
	treatment_write_output(d, app, t, t->at);
	treatment_write_watch(d, app, t);
	t->output_end = d->lines;
	if (t->at && treatment_progress(t, t->at)->how == IDLE)
		treatment_write_output(d, app, t, t->at - 1);
	if (!first && !t->at)
		write_about(d, t->page, true);
}

struct doc *walk_body(struct app *app, struct walk_view *w, int width)
{
	struct doc *d = doc_new(app->frame, width);
	const struct planned *p = treatment_step(&w->t);
	if (!w->t.page)
		doc_textf(d, 1, MEAN_NOTICE, "%s%s%s", w->t.problem.say, *w->t.problem.hint ? ": " : "", w->t.problem.hint);
	else if (!w->t.page->walkable)
		write_text(d, w->t.page);
	else
		write_end(d, w);
	if (w->t.page && w->t.page->walkable && p)
		write_step(d, app, w, p);
	return d;
}

/* ---- the whole ---- */

static void draw_rest(struct app *app, struct walk_view *w, struct canvas *c, struct area area)
{
	int y = area.y, bottom = area.y + area.h;
	struct area body = area;
	bool listed = w->t.page && w->t.page->walkable;
	if (listed && c->w >= WIDE) {
		draw_list(app, w, c, (struct area){y, 0, area.h, SIDE});
		for (int line = y; line < bottom; line++)
			canvas_char(c, line, SIDE, MEAN_LINE, 0x2502);
		canvas_char(c, y - 1, SIDE, MEAN_LINE, 0x252c);
		body = (struct area){y, SIDE + 1, area.h, area.w - SIDE - 1};
	} else if (listed) {
		y = draw_list(app, w, c, (struct area){y, 0, c->h < TALL ? LIST_LOW : LIST_TALL, area.w});
		canvas_fill(c, y++, 0, c->w, MEAN_LINE, 0x2500);
		body = (struct area){y, 0, bottom - y, area.w};
	}
	w->tall = body.h >= ROOMY;
	body.h -= treatment_question_lines(&w->t);
	treatment_draw_body(app, &w->t, walk_body(app, w, body.w - 2), c, body);
}

void walk_draw(struct app *app, struct walk_view *w, struct canvas *c, struct area area)
{
	int y = draw_strip(app, c, area.y), bottom = area.y + area.h;
	y = draw_news(app, w, c, draw_title(app, w, c, y));
	draw_rest(app, w, c, (struct area){y, 0, bottom - y, area.w});
	if (w->t.question != Q_NONE)
		treatment_draw_question(app, &w->t, c, area);
}
