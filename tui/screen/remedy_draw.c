#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "tui/screen/treatment.h"
#include "tui/widget/doc.h"
#include "tui/widget/words.h"
#include "tui/widget/wrap.h"

enum { SAY_LINES = 3, LIST_LINES = 8, WIDE = 110, SIDE = 48 };

static const enum meaning risk_meaning[RISKS] = {[RISK_READ] = MEAN_FAINT,
						 [RISK_CHANGE] = MEAN_WARN,
						 [RISK_RESTART] = MEAN_FAIL,
						 [RISK_DESTRUCTIVE] = MEAN_DANGER};
static const char *const risk_says[RISKS] = {[RISK_READ] = "only reads",
					     [RISK_CHANGE] = "changes something, asks y/N",
					     [RISK_RESTART] = "restarts a service, asks y/N",
					     [RISK_DESTRUCTIVE] =
						 "cannot be undone: asks for the host's name"};

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
	const struct progress *g = &t->progress[i];
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
	at = canvas_text(c, y, risk, end, risk_meaning[p->step->risk], risk_names[p->step->risk]);
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

/* ---- the step in view ---- */

static void write_markdown(struct doc *d, const char *markdown, enum meaning meaning)
{
	struct str s = {0};
	page_render(&s, markdown ? markdown : "", d->width - 2);
	while (s.len && s.s[s.len - 1] == '\n')
		s.s[--s.len] = '\0';
	doc_text(d, 1, meaning, str_text(&s));
	str_free(&s);
}

static void write_proofs(struct doc *d, const struct server *s, const struct step *step)
{
	for (int i = 0; step->proves[i]; i++) {
		int node = server_node(s, step->proves[i]);
		const struct state_look *look =
		    node < 0 ? style_state(STATE_UNKNOWN, false) : node_look(&s->node[node]);
		doc_label(d, 1, MEAN_FAINT, i ? "" : "proof", 8, look->meaning,
			  arena_printf(d->a, "%s turns green (now %s %s)", step->proves[i],
				       look->glyph, look->word));
	}
}

static void write_step(struct doc *d, const struct server *s, const struct planned *p)
{
	const struct step *step = p->step;
	doc_label(d, 1, words_place(p->place), arena_printf(d->a, "%s", p->host ? p->host : "?"),
		  text_width(p->host ? p->host : "?") + 1, MEAN_TEXT,
		  arena_printf(d->a, "as %s, %s: %s", p->user ? p->user : "?",
			       risk_names[step->risk], risk_says[step->risk]));
	doc_command(d, 2, p->shown ? p->shown : "");
	doc_blank(d);
	write_markdown(d, step->prose, MEAN_TEXT);
	doc_blank(d);
	if (p->refused)
		doc_label(d, 1, MEAN_FAIL, "cannot be filled in:", 21, MEAN_TEXT, p->refused);
	if (p->closed)
		doc_label(d, 1, MEAN_BLOCKED, "not yet:", 9, MEAN_TEXT, p->closed);
	if (p->copy_only)
		doc_label(d, 1, MEAN_NOTICE, "copy it:", 9, MEAN_TEXT,
			  arena_printf(d->a, "%s%s", p->copy_only,
				       step->proves[0] ? "; I am watching for the proof" : ""));
	if (step->expect)
		doc_label(d, 1, MEAN_FAINT, "expect", 8, MEAN_QUOTE, step->expect);
	write_proofs(d, s, step);
	if (step->undo)
		doc_label(d, 1, MEAN_FAINT, "undo", 8, MEAN_TEXT, step->undo);
}

static void write_output(struct doc *d, struct app *app, const struct treatment *t, int at)
{
	const struct progress *g = &t->progress[at];
	int64_t mono = app->ops->mono_ms(app->ops_arg);
	if (g->how == IDLE)
		return;
	doc_blank(d);
	if (t->at != at)
		doc_textf(d, 1, MEAN_FAINT, "Step %d said:", t->plan.step[at].number);
	if (g->dropped)
		doc_textf(d, 2, MEAN_FAINT, "… %zu bytes before", g->dropped);
	if (g->output.len)
		doc_text(d, 2, MEAN_QUOTE, g->output.s);
	if (g->how == RUNNING)
		doc_textf(d, 1, MEAN_RUNNING, "* running for %d s (x stops it)",
			  (int)((mono - g->started) / 1000));
	else if (g->how == UNSURE)
		doc_textf(d, 1, MEAN_UNKNOWN, "? its end was not seen: %s", g->run.words);
	else
		doc_textf(d, 1, g->how == BROKEN ? MEAN_FAIL : MEAN_OK,
			  "%s exit %d after %.1f s%s%s", g->how == BROKEN ? "✗" : "✓",
			  g->run.status, (double)g->took / 1000,
			  g->output.len ? "" : ", it printed nothing",
			  g->run.expected || g->run.status
			      ? ""
			      : ": it ended well, but did not print what is expected");
}

static void write_watch(struct doc *d, struct app *app, const struct treatment *t)
{
	const struct server *s = app_server(app);
	const struct planned *p = treatment_step(t);
	const struct progress *g = &t->progress[t->at];
	const char *probe = p && s ? treatment_unproven(s, p->step) : NULL;
	if (probe && t->by_hand && g->how == IDLE)
		doc_textf(d, 1, MEAN_RUNNING, "* watching for %s to turn green while you run it",
			  probe);
	if (!probe || g->done || g->how == IDLE)
		return;
	if (g->run.phase == RUN_UNPROVEN)
		doc_textf(
		    d, 1, MEAN_FAIL,
		    "✗ %s did not turn green in time. Read what it says; r runs the step again.",
		    probe);
	if (treatment_watching(t) && g->run.until > app->now)
		doc_textf(d, 1, MEAN_RUNNING, "* waiting for %s to turn green: due in %d s", probe,
			  (int)((g->run.until - app->now + 999) / 1000));
	else if (treatment_watching(t))
		doc_textf(d, 1, MEAN_RUNNING, "* waiting for %s to turn green (%d s so far)", probe,
			  (int)((app->ops->mono_ms(app->ops_arg) - g->started) / 1000));
	int node = g->how == RUNNING ? -1 : server_node(s, probe);
	if (node >= 0 && node != treatment_node(app, t))
		doc_textf(d, 3, MEAN_FAINT, "%s", node_say(&s->node[node]));
}

static void write_why(struct doc *d, const struct app *app, const struct treatment *t)
{
	const struct server *s = app_server(app);
	int node = treatment_node(app, t);
	doc_text(d, 0, MEAN_TITLE, "Why");
	if (t->page)
		write_markdown(d, t->page->why, MEAN_TEXT);
	if (node < 0 || !*node_evidence(&s->node[node]))
		return;
	doc_blank(d);
	doc_text(d, 0, MEAN_TITLE, "What came back");
	doc_text(d, 1, MEAN_QUOTE, node_evidence(&s->node[node]));
}

static bool all_done(const struct treatment *t)
{
	for (int i = 0; i < t->plan.steps; i++)
		if (t->plan.step[i].step->proves[0] && !t->progress[i].done)
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

/* ---- the question ---- */

static void draw_question(struct app *app, const struct treatment *t, struct canvas *c,
			  struct area area)
{
	const struct planned *p = treatment_step(t);
	int y = area.y + area.h - 3, x = area.x + 1, end = area.x + area.w - 1;
	for (int i = 0; i < 3; i++)
		canvas_fill(c, y + i, area.x, area.x + area.w, MEAN_TEXT, ' ');
	canvas_fill(c, y, area.x, area.x + area.w, MEAN_DANGER, 0x2500);
	if (t->question == Q_VALUE) {
		const struct asked_value *ask = &t->page->ask[t->value];
		canvas_printf(c, y + 1, x, end, MEAN_TITLE, "%s: %s", ask->name,
			      ask->about ? ask->about : "");
		canvas_text(c, y + 2, x, end, MEAN_KEY, "> ");
		const char *text = ask->secret ? "********************************" : t->field.text;
		size_t n = ask->secret ? (t->field.len < 32 ? t->field.len : 32) : t->field.len;
		c->cursor_x = canvas_text(c, y + 2, x + 2, end, MEAN_COMMAND,
					  arena_dupn(app->frame, text, n));
		c->cursor_y = y + 2;
		return;
	}
	int lines = 1;
	for (const char *s = p->shown; *s; s++)
		lines += *s == '\n';
	int at = canvas_text(c, y + 1, x, end, MEAN_TEXT, "Run on ");
	at = canvas_text(c, y + 1, at, end, words_place(p->place), p->host);
	at = canvas_printf(c, y + 1, at, end, MEAN_TEXT, " as %s: ", p->user);
	at = canvas_text(c, y + 1, at, end - 12, MEAN_COMMAND,
			 arena_dupn(app->frame, p->shown, strcspn(p->shown, "\n")));
	if (lines > 1)
		canvas_printf(c, y + 1, at + 1, end, MEAN_FAINT, "(%d lines)", lines);
	if (t->question == Q_RISK) {
		at = canvas_printf(c, y + 2, x, end, risk_meaning[p->step->risk], "%s. ",
				   p->step->risk == RISK_RESTART ? "This restarts a service"
								 : "This changes the system");
		canvas_text(c, y + 2, at, end, MEAN_TITLE, "y runs it, n does not [y/N]");
		return;
	}
	at = canvas_printf(c, y + 2, x, end, MEAN_DANGER,
			   "This cannot be undone. Type %s and Enter, or Esc:", p->host);
	c->cursor_x = canvas_text(c, y + 2, at + 1, end, MEAN_COMMAND, t->field.text);
	c->cursor_y = y + 2;
}

struct doc *remedy_body(struct app *app, struct treatment *t, int width, bool side)
{
	const struct planned *p = treatment_step(t);
	struct doc *d = doc_new(app->frame, width);
	write_end(d, app, t);
	if (p)
		write_step(d, app_server(app), p);
	else
		doc_textf(d, 1, MEAN_NOTICE, "%s %s", t->problem.say, t->problem.hint);
	if (p)
		write_output(d, app, t, t->at);
	write_watch(d, app, t);
	t->output_end = d->lines;
	/* The output of the step before, when the proof moved us on. */
	if (t->at && t->progress[t->at].how == IDLE)
		write_output(d, app, t, t->at - 1);
	if (!side) {
		doc_blank(d);
		write_why(d, app, t);
	}
	return d;
}

static void draw_body(struct app *app, struct treatment *t, struct canvas *c, struct area area,
		      bool side)
{
	struct doc *d = remedy_body(app, t, area.w - 2, side);
	t->side = side;
	/* The newest line of a long output, until the operator scrolls. */
	if (t->follow && t->progress[t->at].how != IDLE)
		t->scroll.top = t->output_end > area.h ? t->output_end - area.h : 0;
	scroll_draw(&t->scroll, d, c, area);
}

/* On the line between list and step, where it stands however far the output is scrolled. */
static void draw_progress(struct app *app, const struct treatment *t, struct canvas *c, int y, struct area area)
{
	int done = 0, end = area.x + area.w - 1;
	for (int i = 0; i < t->plan.steps; i++)
		done += t->progress[i].done;
	if (t->running >= 0) {
		const struct progress *g = &t->progress[t->running];
		int seconds = (int)((app->ops->mono_ms(app->ops_arg) - g->started) / 1000);
		end = canvas_right(c, y, area.x, end, MEAN_RUNNING,
				   arena_printf(app->frame, " * step %d runs for %d s, x stops it ", t->plan.step[t->running].number, seconds));
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
	int bottom = area.y + area.h - (t->question == Q_NONE ? 0 : 3);
	draw_body(app, t, c, (struct area){y, left.x, bottom - y, left.w}, wide);
	if (wide) {
		struct doc *d = doc_new(app->frame, SIDE - 3);
		for (int line = left.y; line < bottom; line++)
			canvas_char(c, line, left.w, MEAN_LINE, 0x2502);
		write_why(d, app, t);
		doc_draw(d, c, (struct area){left.y, left.w + 2, bottom - left.y, SIDE - 2}, 0);
	}
	if (t->question != Q_NONE)
		draw_question(app, t, c, area);
}
