/* The fleet's list as lines. */
#include <stdio.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "tui/widget/flow.h"
#include "tui/widget/servers.h"
#include "tui/widget/strip.h"
#include "tui/widget/words.h"

enum { WORD = 3, NAME = 8, WIDE = 110, STAGE_WIDTH = 5 };

struct pen {
	struct canvas *c;
	const struct servers *t;
	struct area area;
	int top;
	int64_t now;
};

static int step_of(const struct pen *p)
{
	return p->c->w >= WIDE ? STAGE_WIDTH : 1;
}

/* One glyph a stage: its worst probe's. */
static int pipeline(const struct pen *p, const struct server *s, int y, int x)
{
	for (int i = 0; i < STAGES; i++) {
		int at = flow_speaker(s, (enum stage)i);
		const struct state_look *look = at < 0 ? style_state(STATE_OFF, false) : node_look(&s->node[at]);
		canvas_text(p->c, y, x + i * step_of(p), x + (i + 1) * step_of(p), look->meaning, look->glyph);
	}
	return x + STAGES * step_of(p) + 1;
}

static const struct state_look *look_of(const struct server *s)
{
	return style_state(s->state, !s->sweep_done && s->state == STATE_UNKNOWN);
}

static void draw_right(const struct pen *p, const struct servers_row *r, int y, int *end)
{
	const struct server *s = &p->t->model->server[r->server];
	struct str text = {0};
	char age[8];
	if (s->roots > 1 && r->kind == SERVERS_ONE)
		str_addf(&text, "+%d  ", s->roots - 1);
	if (r->root)
		str_add(&text, words_age(p->now, s->node[r->root->node].since, age));
	if (text.len)
		*end = canvas_right(p->c, y, *end - 12, *end, MEAN_FAINT, str_text(&text)) - 1;
	str_free(&text);
}

static void draw_one(const struct pen *p, const struct servers_row *r, int y)
{
	const struct server *s = &p->t->model->server[r->server];
	const struct state_look *look = look_of(s);
	int end = p->area.w - 1, name = NAME + p->t->name_width + 1;
	if (!r->member) {
		canvas_text(p->c, y, 1, end, look->meaning, look->glyph);
		canvas_text(p->c, y, WORD, end, look->meaning, look->word);
	} else {
		canvas_text(p->c, y, WORD, end, MEAN_LINE, r->last ? "└─" : "├─");
	}
	canvas_text(p->c, y, NAME, name - 1, r->member ? MEAN_TEXT : look->meaning, s->name);
	int x = pipeline(p, s, y, name + 1);
	draw_right(p, r, y, &end);
	if (!r->member)
		canvas_text(p->c, y, x + 1, end, MEAN_TEXT, r->say);
}

static void draw_cause(const struct pen *p, const struct servers_row *r, int y)
{
	const struct finding *f = r->root->finding;
	const struct state_look *look = style_state(f->rank == RANK_FAIL ? STATE_FAIL : STATE_WARN, false);
	int end = p->area.w - 1;
	canvas_text(p->c, y, 1, end, look->meaning, look->glyph);
	canvas_text(p->c, y, WORD, end, look->meaning, look->word);
	draw_right(p, r, y, &end);
	char many[32];
	snprintf(many, sizeof many, "%d servers", r->members);
	end = canvas_right(p->c, y, NAME, end, MEAN_TITLE, many) - 1;
	int x = canvas_printf(p->c, y, NAME, end, MEAN_FAIL, "%s on %s", f->cause, f->host);
	canvas_text(p->c, y, x + 2, end, MEAN_TITLE, f->say ? f->say : "");
}

static void draw_more(const struct pen *p, const struct servers_row *r, int y)
{
	canvas_text(p->c, y, WORD, p->area.w, MEAN_LINE, "└─");
	int x = canvas_printf(p->c, y, NAME, p->area.w - 1, MEAN_TEXT, "… and %d more", r->members);
	canvas_text(p->c, y, x + 2, p->area.w - 1, MEAN_FAINT, "z unfold");
}

static void draw_head(const struct pen *p, const struct servers_row *r, int y)
{
	canvas_printf(p->c, y, 1, p->area.w, MEAN_OK, "ALL GREEN %d", r->members);
}

static void draw_green(const struct pen *p, const struct servers_row *r, int y)
{
	const struct server *s = &p->t->model->server[r->server];
	canvas_text(p->c, y, r->x + 1, r->x + r->w, MEAN_OK, "✓");
	canvas_text(p->c, y, r->x + 3, r->x + r->w, MEAN_TEXT, s->name);
}

static void (*const draw_kind[])(const struct pen *p, const struct servers_row *r, int y) = {
	[SERVERS_HEAD] = draw_head, [SERVERS_CAUSE] = draw_cause, [SERVERS_ONE] = draw_one, [SERVERS_MORE] = draw_more,
	[SERVERS_GREEN] = draw_green,
};

/* What the columns are. */
static int draw_columns(const struct pen *p)
{
	int y = p->area.y, x = NAME + p->t->name_width + 2;
	canvas_text(p->c, y, NAME, x, MEAN_FAINT, "server");
	for (int i = 0; i < STAGES && step_of(p) > 1; i++)
		canvas_text(p->c, y, x + i * STAGE_WIDTH, x + (i + 1) * STAGE_WIDTH, MEAN_FAINT, stage_names[i]);
	if (step_of(p) == 1)
		canvas_text(p->c, y, x, p->area.w, MEAN_FAINT, "pipeline");
	canvas_text(p->c, y, x + STAGES * step_of(p) + 2, p->area.w, MEAN_FAINT, "first to fix");
	return y + 1;
}

static int first_line(const struct servers *t, int top, int h)
{
	if (t->selected >= 0) {
		int y = t->row[t->selected].y;
		top = y < top ? y : y + 1 > top + h ? y + 1 - h : top;
		/* the heading belongs to it */
		if (top && top == y && t->selected && t->row[t->selected - 1].kind == SERVERS_HEAD)
			top--;
	}
	top = top > t->lines - h ? t->lines - h : top;
	return top < 0 ? 0 : top;
}

void servers_draw(struct servers *t, struct servers_memory *mem, int64_t now, struct canvas *c, struct area area)
{
	struct pen p = {c, t, area, 0, now};
	int y0 = draw_columns(&p), h = area.h - 1;
	bool more = t->lines > h;
	h -= more;
	p.top = mem->top = first_line(t, mem->top, h);
	for (int i = 0; i < t->rows; i++) {
		const struct servers_row *r = &t->row[i];
		int y = y0 + r->y - p.top;
		if (r->y < p.top || r->y >= p.top + h)
			continue;
		draw_kind[r->kind](&p, r, y);
		if (i != t->selected)
			continue;
		canvas_text(c, y, r->x, r->x + 1, MEAN_TITLE, "▸");
		canvas_mark(c, y, r->x, r->kind == SERVERS_GREEN ? r->x + r->w : area.w, STYLE_SELECTED);
	}
	if (more)
		canvas_printf(c, y0 + h, 1, area.w, MEAN_KEY, "%s lines %d to %d of %d", p.top + h < t->lines ? "↓" : "↑", p.top + 1, p.top + h,
			      t->lines);
}
