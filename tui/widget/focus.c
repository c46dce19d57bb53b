#include "tui/widget/focus.h"

#include <string.h>

#include "probes/base/arena.h"
#include "tui/widget/route.h"
#include "tui/widget/words.h"
#include "tui/widget/wrap.h"

enum { MANY = 64, SAY = 4 };

struct column {
	int node[MANY];
	int n;
};

static bool is_red(const struct node *n)
{
	return n->verdict.state != STATE_OK && n->verdict.state != STATE_OFF;
}

static void needs(const struct server *s, int node, struct column *ret)
{
	const struct node *n = &s->node[node];
	ret->n = 0;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < n->n_needs; i++)
			if (is_red(&s->node[n->needs[i]]) == !pass)
				ret->node[ret->n++] = n->needs[i];
	if (n->explained_by < 0)
		return;
	for (int i = 0; i < ret->n; i++)
		if (ret->node[i] == n->explained_by)
			return;
	for (int i = ret->n++; i > 0; i--)
		ret->node[i] = ret->node[i - 1];
	ret->node[0] = n->explained_by;
}

static void breaks(const struct server *s, int node, struct column *ret)
{
	ret->n = 0;
	for (int i = 0; i < s->nodes && ret->n < MANY; i++)
		if (route_breaks(s, node, i))
			ret->node[ret->n++] = i;
}

int focus_need(const struct server *s, int node)
{
	struct column col;
	needs(s, node, &col);
	return col.n ? col.node[0] : -1;
}

int focus_break(const struct server *s, int node)
{
	struct column col;
	breaks(s, node, &col);
	return col.n ? col.node[0] : -1;
}

static void draw_column(const struct server *s, const struct column *col, struct canvas *c,
			struct area area)
{
	int end = area.x + area.w;
	for (int i = 0; i < col->n && i < area.h; i++) {
		if (i == area.h - 1 && col->n > area.h) {
			canvas_printf(c, area.y + i, area.x, end, MEAN_FAINT, "+%d more",
				      col->n - i);
			return;
		}
		words_node(c, area.y + i, area.x, end, &s->node[col->node[i]]);
	}
	if (!col->n)
		canvas_text(c, area.y, area.x, end, MEAN_FAINT, "nothing");
}

static void frame(struct canvas *c, struct area area, int left, int right, const char *id)
{
	int bottom = area.y + area.h - 1, end = area.x + area.w;
	canvas_fill(c, area.y, area.x, end, MEAN_LINE, 0x2500);
	canvas_fill(c, bottom, area.x, end, MEAN_LINE, 0x2500);
	for (int y = area.y + 1; y < bottom; y++) {
		canvas_char(c, y, left, MEAN_LINE, 0x2502);
		canvas_char(c, y, right, MEAN_LINE, 0x2502);
	}
	canvas_char(c, area.y, left, MEAN_LINE, 0x252c);
	canvas_char(c, area.y, right, MEAN_LINE, 0x252c);
	canvas_char(c, bottom, left, MEAN_LINE, 0x2534);
	canvas_char(c, bottom, right, MEAN_LINE, 0x2534);
	canvas_text(c, area.y, area.x + 1, left, MEAN_FAINT, " needs ◂ ");
	canvas_printf(c, area.y, left + 2, right - 1, MEAN_TITLE, " %s ", id);
	canvas_text(c, area.y, right + 1, end, MEAN_FAINT, " ▸ breaks ");
}

void focus_draw(const struct server *s, int node, struct arena *a, struct canvas *c,
		struct area area)
{
	struct column col;
	const char *line[SAY];
	int side = area.w / 4 > 24 ? 24 : area.w / 4;
	int left = area.x + side, right = area.x + area.w - side - 1, h = area.h - 2;
	frame(c, area, left, right, s->node[node].probe->id);
	needs(s, node, &col);
	draw_column(s, &col, c, (struct area){area.y + 1, area.x + 1, h, side - 2});
	breaks(s, node, &col);
	draw_column(s, &col, c, (struct area){area.y + 1, right + 2, h, side - 2});
	const struct node *n = &s->node[node];
	const char *title = n->probe->title ? n->probe->title : n->probe->id;
	/* The title says what should be: beside a failure it would only confuse. */
	int skip = n->verdict.state != STATE_FAIL && n->verdict.state != STATE_WARN;
	if (skip)
		canvas_text(c, area.y + 1, left + 2, right - 1, MEAN_TEXT, title);
	int lines =
	    wrap_text(a, node_say(n), right - left - 3, line, h - skip < SAY ? h - skip : SAY);
	for (int i = 0; i < lines && strcmp(title, line[i]); i++)
		canvas_text(c, area.y + 1 + skip + i, left + 2, right - 1, node_look(n)->meaning,
			    line[i]);
}
