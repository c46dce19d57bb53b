/* The triage list as lines. */
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "tui/widget/triage.h"
#include "tui/widget/words.h"
#include "tui/widget/wrap.h"

enum { ROOT_LINES = 5, NODE_LINES = 2, WORD = 3, ID = 8 };

struct pen {
	struct canvas *c;
	struct arena *a;
	const struct triage *t;
	struct area area;
	int top;           /* first visible line of the list */
};

/* -1 when that line is scrolled away. */
static int line_y(const struct pen *p, int line)
{
	int y = line - p->top;
	return y < 0 || y >= p->area.h ? -1 : p->area.y + y;
}

static int edge(const struct pen *p)
{
	return p->area.x + p->area.w - 1;
}

static int say_x(const struct triage *t)
{
	return ID + t->id_width + 2;
}

static int say_width(const struct triage *t, const struct row *r, int width)
{
	return width - 1 - say_x(t) - (*r->right ? text_width(r->right) + 1 : 0);
}

static int root_lines(const struct triage *t, struct arena *a, const struct row *r, int width)
{
	const char *line[ROOT_LINES];
	int n = wrap_text(a, r->say, say_width(t, r, width), line, ROOT_LINES);
	return n < 1 ? 1 : n;
}

static void layout(struct triage *t, struct arena *a, int width)
{
	t->lines = 0;
	for (int i = 0; i < t->rows; i++) {
		struct row *r = &t->row[i];
		const char *line[NODE_LINES];
		r->y = t->lines;
		r->lines = 1;
		if (r->kind == ROW_ROOT)
			r->lines = root_lines(t, a, r, width);
		else if (r->kind == ROW_NODE && !*r->branch && (i == t->selected || *r->right))
			r->lines = wrap_text(a, r->say, say_width(t, r, width), line, NODE_LINES);
		t->lines += r->lines;
	}
}

static void draw_right(const struct pen *p, int y, const struct row *r, style_t style)
{
	if (y >= 0 && *r->right)
		canvas_right(p->c, y, p->area.x, edge(p), style, r->right);
}

static void draw_head(const struct pen *p, const struct row *r)
{
	int y = line_y(p, r->y);
	if (y < 0)
		return;
	int at = canvas_text(p->c, y, p->area.x + 1, edge(p), r->style, r->say);
	/* The name of the cause is worth more than how much hangs from it. */
	const char *right = r->right;
	if (at + 1 + text_width(right) > edge(p) && text_starts(right, "fixing it "))
		right += strlen("fixing it ");
	if (at + 1 + text_width(right) <= edge(p))
		canvas_right(p->c, y, p->area.x, edge(p), MEAN_FAINT, right);
}

static void draw_fold(const struct pen *p, const struct row *r, bool selected)
{
	int y = line_y(p, r->y), x = p->area.x;
	if (y < 0)
		return;
	canvas_text(p->c, y, x, x + 1, MEAN_TITLE, selected ? "▸" : " ");
	int end = edge(p) - (selected ? text_width(r->right) + 1 : 0);
	style_t style = r->fold == FOLD_UNSEEN ? MEAN_UNKNOWN : MEAN_TEXT;
	canvas_text(p->c, y, x + 1, end, style, r->say);
	if (selected)
		draw_right(p, y, r, MEAN_KEY);
}

static void draw_say(const struct pen *p, const struct row *r, int x, style_t style)
{
	const char *line[ROOT_LINES];
	int n = wrap_text(p->a, r->say, say_width(p->t, r, p->area.w), line, r->lines);
	for (int i = 0; i < n; i++) {
		int y = line_y(p, r->y + i);
		if (y >= 0)
			canvas_text(p->c, y, x, edge(p), style, line[i]);
	}
}

static void draw_node(const struct pen *p, const struct row *r, bool selected)
{
	const struct node *n = &p->t->server->node[r->node];
	const struct state_look *look = node_look(n);
	int y = line_y(p, r->y), x = p->area.x, end = edge(p);
	style_t text = r->kind == ROW_ROOT ? MEAN_TITLE : *r->branch ? MEAN_FAINT : MEAN_TEXT;
	if (y >= 0) {
		canvas_text(p->c, y, x, x + 1, MEAN_TITLE, selected ? "▸" : " ");
		canvas_text(p->c, y, x + 1, end, look->meaning, look->glyph);
		int at = canvas_text(p->c, y, x + WORD, end, MEAN_LINE, r->branch);
		at = canvas_text(p->c, y, at, end, look->meaning, look->word);
		int id = *r->branch ? at + 1 : x + ID;
		style_t name = r->kind == ROW_ROOT	  ? (style_t)(MEAN_FAIL)
			       : look->meaning == MEAN_OK ? MEAN_TEXT
							  : look->meaning;
		at = canvas_text(p->c, y, id, id + (*r->branch ? 24 : p->t->id_width), name,
				 n->probe->id);
		draw_right(p, y, r, MEAN_FAINT);
		if (*r->branch)
			canvas_text(p->c, y, at + 2 > x + say_x(p->t) ? at + 2 : x + say_x(p->t),
				    end - (*r->right ? text_width(r->right) + 1 : 0), text, r->say);
	}
	if (!*r->branch)
		draw_say(p, r, x + say_x(p->t), text);
}

static void draw_advice(const struct pen *p, const struct row *r, bool selected)
{
	int y = line_y(p, r->y), x = p->area.x;
	if (y < 0)
		return;
	canvas_text(p->c, y, x, x + 1, MEAN_TITLE, selected ? "▸" : " ");
	canvas_text(p->c, y, x + 3, edge(p), MEAN_TEXT, r->say);
}

static void draw_row(const struct pen *p, const struct row *r, bool selected)
{
	if (r->kind == ROW_HEAD)
		draw_head(p, r);
	else if (r->kind == ROW_FOLD)
		draw_fold(p, r, selected);
	else if (r->kind == ROW_ADVICE)
		draw_advice(p, r, selected);
	else
		draw_node(p, r, selected);
}

/* The selected row whole, with its heading where there is room. */
static int first_line(const struct triage *t, int top, int h)
{
	if (t->lines <= h)
		return 0;
	if (t->selected >= 0) {
		const struct row *r = &t->row[t->selected];
		int head = t->selected && t->row[t->selected - 1].kind == ROW_HEAD ? 1 : 0;
		if (r->y - head < top)
			top = r->y - head;
		if (r->y + r->lines + 1 > top + h)
			top = r->y + r->lines + 1 - h;
	}
	return top > t->lines - h ? t->lines - h : top < 0 ? 0 : top;
}

static void draw_more(const struct pen *p)
{
	int below = p->t->lines - p->top - p->area.h;
	int y = p->area.y + p->area.h - 1;
	if (p->top)
		canvas_right(p->c, p->area.y, p->area.x, edge(p) + 1, MEAN_KEY, "↑");
	if (below <= 0)
		return;
	canvas_fill(p->c, y, p->area.x, p->area.x + p->area.w, MEAN_TEXT, ' ');
	canvas_printf(p->c, y, p->area.x + 1, edge(p), MEAN_KEY, "↓ %d more lines", below + 1);
}

void triage_draw(struct triage *t, struct arena *a, struct triage_memory *m, struct canvas *c,
		 struct area area)
{
	layout(t, a, area.w);
	m->top = first_line(t, m->top, area.h);
	struct pen p = {c, a, t, area, m->top};
	for (int i = 0; i < t->rows; i++) {
		const struct row *r = &t->row[i];
		draw_row(&p, r, i == t->selected);
		/* One reversed line: a block of them would shout. */
		if (i == t->selected && line_y(&p, r->y) >= 0)
			canvas_mark(c, line_y(&p, r->y), area.x, area.x + area.w, STYLE_SELECTED);
	}
	draw_more(&p);
}

int triage_row_at(struct triage *t, struct arena *a, const struct triage_memory *m, int width, int line)
{
	layout(t, a, width);
	line += m->top;
	for (int i = 0; i < t->rows; i++)
		if (line >= t->row[i].y && line < t->row[i].y + t->row[i].lines)
			return t->row[i].kind == ROW_HEAD ? -1 : i;
	return -1;
}
