/* The parts of a screen of steps: the step in view, what it printed, the question at its end. */
#include <stdio.h>
#include <string.h>

#include "probes/base/text.h"
#include "tui/screen/treatment.h"
#include "tui/widget/words.h"

static const enum meaning risk_meaning[RISKS] = {[RISK_READ] = MEAN_FAINT,
						 [RISK_CHANGE] = MEAN_WARN,
						 [RISK_RESTART] = MEAN_FAIL,
						 [RISK_DESTRUCTIVE] = MEAN_DANGER};
static const char *const risk_says[RISKS] = {[RISK_READ] = "only reads",
					     [RISK_CHANGE] = "changes something, asks y/N",
					     [RISK_RESTART] = "restarts a service, asks y/N",
					     [RISK_DESTRUCTIVE] =
						 "cannot be undone: asks for the host's name"};

enum meaning treatment_risk(enum risk risk)
{
	return risk_meaning[risk];
}

/* ---- the step in view ---- */

void treatment_write_markdown(struct doc *d, const char *markdown, enum meaning meaning)
{
	struct str s = {0};
	page_render(&s, markdown ? markdown : "", d->width - 2);
	while (s.len && s.s[s.len - 1] == '\n')
		s.s[--s.len] = '\0';
	doc_text(d, 1, meaning, str_text(&s));
	str_free(&s);
}

void treatment_write_proofs(struct doc *d, const struct server *s, const struct step *step)
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

void treatment_write_step(struct doc *d, const struct server *s, const struct planned *p)
{
	const struct step *step = p->step;
	if (*p->place)
		doc_label(d, 1, words_place(p->place), arena_printf(d->a, "%s", p->host ? p->host : "?"),
			  text_width(p->host ? p->host : "?") + 1, MEAN_TEXT,
			  arena_printf(d->a, "as %s, %s: %s", p->user ? p->user : "?",
				       risk_names[step->risk], risk_says[step->risk]));
	doc_command(d, 2, p->shown ? p->shown : "");
	doc_blank(d);
	treatment_write_markdown(d, step->prose, MEAN_TEXT);
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
	treatment_write_proofs(d, s, step);
	if (step->undo)
		doc_label(d, 1, MEAN_FAINT, "undo", 8, MEAN_TEXT, step->undo);
}

void treatment_write_output(struct doc *d, struct app *app, const struct treatment *t, int at)
{
	const struct progress *g = treatment_progress(t, at);
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

static void write_waiting(struct doc *d, struct app *app, const struct progress *g, const char *probe)
{
	if (g->run.until > app->now)
		doc_textf(d, 1, MEAN_RUNNING, "* waiting for %s to turn green: due in %d s", probe,
			  (int)((g->run.until - app->now + 999) / 1000));
	else
		doc_textf(d, 1, MEAN_RUNNING, "* waiting for %s to turn green (%d s so far)", probe,
			  (int)((app->ops->mono_ms(app->ops_arg) - g->started) / 1000));
}

void treatment_write_watch(struct doc *d, struct app *app, const struct treatment *t)
{
	const struct server *s = app_server(app);
	const struct planned *p = treatment_step(t);
	const char *probe = p && s ? treatment_unproven(s, p->step) : NULL;
	if (!probe)
		return;
	const struct progress *g = treatment_progress(t, t->at);
	if (t->by_hand && g->how == IDLE)
		doc_textf(d, 1, MEAN_RUNNING, "* watching for %s to turn green while you %s it", probe,
			  p->step->kind == STEP_COMMAND ? "run" : "do");
	if (g->done || g->how == IDLE)
		return;
	if (g->run.phase == RUN_UNPROVEN)
		doc_textf(
		    d, 1, MEAN_FAIL,
		    "✗ %s did not turn green in time. Read what it says; r runs the step again.",
		    probe);
	if (treatment_watching(t))
		write_waiting(d, app, g, probe);
	int node = g->how == RUNNING ? -1 : server_node(s, probe);
	if (node >= 0 && node != treatment_node(app, t))
		doc_textf(d, 3, MEAN_FAINT, "%s", node_say(&s->node[node]));
}

/* ---- the question ---- */

int treatment_question_lines(const struct treatment *t)
{
	return t->question == Q_NONE ? 0 : 3;
}

/* What is typed; of a text too long for the line its end. */
static void draw_field(const struct app *app, const char *text, struct canvas *c, int y, int x, int end)
{
	text = arena_dup(app->frame, text);
	while (*text && x + text_width(text) >= end)
		text += text_fit(text, 1, NULL) ? text_fit(text, 1, NULL) : 1;
	c->cursor_x = canvas_text(c, y, x, end, MEAN_COMMAND, text);
	c->cursor_y = y;
}

static void draw_value(const struct app *app, const struct treatment *t, struct canvas *c, int y, int x, int end)
{
	const struct asked_value *ask = &t->page->ask[t->value];
	size_t stars = t->field.len < 32 ? t->field.len : 32;
	int at = x;
	if (t->page->asks > 1)
		at = canvas_printf(c, y, x, end, MEAN_FAINT, "value %d of %d  ", t->value + 1, t->page->asks);
	canvas_printf(c, y, at, end, MEAN_TITLE, "%s: %s", ask->name, ask->about ? ask->about : "");
	canvas_text(c, y + 1, x, end, MEAN_KEY, "> ");
	draw_field(app, ask->secret ? arena_dupn(app->frame, "********************************", stars) : t->field.text, c, y + 1, x + 2, end);
}

static void draw_line_asked(const struct app *app, const struct treatment *t, struct canvas *c, int y, int x, int end)
{
	canvas_text(c, y, x, end, MEAN_TITLE, t->asking);
	canvas_text(c, y + 1, x, end, MEAN_KEY, "> ");
	draw_field(app, t->field.text, c, y + 1, x + 2, end);
}

/* "Run on db1 as postgres: the first line (3 lines)" */
static void draw_what_runs(const struct app *app, const struct planned *p, struct canvas *c, int y, int x, int end)
{
	int lines = 1;
	for (const char *s = p->shown; *s; s++)
		lines += *s == '\n';
	int at = canvas_text(c, y, x, end, MEAN_TEXT, "Run on ");
	at = canvas_text(c, y, at, end, words_place(p->place), p->host);
	at = canvas_printf(c, y, at, end, MEAN_TEXT, " as %s: ", p->user);
	at = canvas_text(c, y, at, end - 12, MEAN_COMMAND, arena_dupn(app->frame, p->shown, strcspn(p->shown, "\n")));
	if (lines > 1)
		canvas_printf(c, y, at + 1, end, MEAN_FAINT, "(%d lines)", lines);
}

static void draw_confirmation(const struct app *app, const struct treatment *t, const struct planned *p, struct canvas *c, int y, int x, int end)
{
	const char *says = p->step->risk == RISK_RESTART ? "This restarts a service" : "This changes the system";
	draw_what_runs(app, p, c, y, x, end);
	if (t->question == Q_HOST) {
		int at = canvas_printf(c, y + 1, x, end, MEAN_DANGER, "This cannot be undone. Type %s and Enter, or Esc:", p->host);
		draw_field(app, t->field.text, c, y + 1, at + 1, end);
		return;
	}
	if (t->again) {
		canvas_text(c, y + 1, x, end, MEAN_WARN, "It was running before. Looked what it did? y runs it again [y/N]");
		return;
	}
	int at = canvas_printf(c, y + 1, x, end, treatment_risk(p->step->risk), "%s. ", says);
	canvas_text(c, y + 1, at, end, MEAN_TITLE, "y runs it, n does not [y/N]");
}

void treatment_draw_question(struct app *app, const struct treatment *t, struct canvas *c, struct area area)
{
	const struct planned *p = treatment_step(t);
	int y = area.y + area.h - 3, x = area.x + 1, end = area.x + area.w - 1;
	for (int i = 0; i < 3; i++)
		canvas_fill(c, y + i, area.x, area.x + area.w, MEAN_TEXT, ' ');
	canvas_fill(c, y, area.x, area.x + area.w, t->question == Q_LINE ? MEAN_LINE : MEAN_DANGER, 0x2500);
	if (t->question == Q_VALUE)
		draw_value(app, t, c, y + 1, x, end);
	else if (t->question == Q_LINE)
		draw_line_asked(app, t, c, y + 1, x, end);
	else if (p)
		draw_confirmation(app, t, p, c, y + 1, x, end);
}

void treatment_draw_body(struct app *app, struct treatment *t, struct doc *d, struct canvas *c, struct area area)
{
	(void)app;
	/* The newest line of a long output, until the operator scrolls. */
	if (t->follow && treatment_step(t) && treatment_progress(t, t->at)->how != IDLE)
		t->scroll.top = t->output_end > area.h ? t->output_end - area.h : 0;
	scroll_draw(&t->scroll, d, c, area);
}

