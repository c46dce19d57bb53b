#include "tui/widget/strip.h"

#include <stdio.h>
#include <string.h>

#include "tui/widget/flow.h"
#include "tui/widget/words.h"

/* Worst first; the last one is the asking. */
static const enum meaning order[] = {
	MEAN_FAIL, MEAN_WARN, MEAN_BLOCKED, MEAN_UNKNOWN, MEAN_RUNNING, MEAN_OK};

static bool belongs(const struct node *n, enum stage stage)
{
	return n->probe->stage == stage && n->verdict.state != STATE_OFF;
}

int strip_probes(const struct server *s, enum stage stage)
{
	int n = 0;
	for (int i = 0; i < s->nodes; i++)
		n += belongs(&s->node[i], stage);
	return n;
}

static int count(const struct server *s, enum stage stage, enum meaning m, const char **ret_glyph)
{
	int n = 0;
	for (int i = 0; i < s->nodes; i++) {
		const struct state_look *look = node_look(&s->node[i]);
		if (!belongs(&s->node[i], stage) || look->meaning != m)
			continue;
		*ret_glyph = look->glyph;
		n++;
	}
	return n;
}

enum meaning strip_worst(const struct server *s, enum stage stage)
{
	const char *glyph;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (count(s, stage, order[i], &glyph))
			return order[i];
	return MEAN_FAINT;
}

static int counts(const struct server *s, enum stage stage, struct canvas *c, int y, int x,
		  int room)
{
	int end = x + room, start = x;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		const char *glyph;
		char text[16];
		int n = count(s, stage, order[i], &glyph);
		if (!n)
			continue;
		int need = snprintf(text, sizeof text, "%d", n) + 1;
		if (x + need > end)
			break;
		x = canvas_text(c, y, x, end, order[i], glyph);
		x = canvas_text(c, y, x, end, order[i], text);
	}
	return x - start;
}

int strip_glyphs(const struct server *s, enum stage stage, struct canvas *c, int y, int x, int room)
{
	int n = 0;
	if (strip_probes(s, stage) > room)
		return counts(s, stage, c, y, x, room);
	for (int i = 0; i < s->nodes; i++) {
		const struct state_look *look = node_look(&s->node[i]);
		if (belongs(&s->node[i], stage))
			canvas_text(c, y, x + n++, x + room, look->meaning, look->glyph);
	}
	return n;
}

/* Columns of each stage: its name or its glyphs, then what is left is shared out to those that
 * lack. */
static void widths(const struct server *s, int room, int width[STAGES])
{
	int used = 0;
	for (int i = 0; i < STAGES; i++)
		used += width[i] = (int)strlen(stage_names[i]);
	for (bool grew = true; grew && used < room;) {
		grew = false;
		for (int i = 0; i < STAGES && used < room; i++)
			if (width[i] < strip_probes(s, (enum stage)i)) {
				width[i]++;
				used++;
				grew = true;
			}
	}
}

/* A harm that goes past the next stage has no head there. */
static void arrow(struct canvas *c, int y, int x, int len, style_t style, bool past)
{
	bool harm = style != MEAN_LINE;
	canvas_fill(c, y, x, x + len, style, harm ? 0x2501 : 0x2500);
	if (!past)
		canvas_char(c, y, x + len - 1, style, 0x25b8);
}

static style_t name_style(const struct server *s, enum stage stage, int root)
{
	enum meaning m = strip_worst(s, stage);
	if ((int)stage == root)
		return MEAN_FAIL | STYLE_SELECTED;
	return m == MEAN_OK ? MEAN_TEXT : (style_t)(m | (m == MEAN_FAINT ? 0 : STYLE_BOLD));
}

void strip_draw(const struct server *s, const struct route *r, int root, struct canvas *c, int y)
{
	int width[STAGES], gaps = STAGES - 1, used = 0, x = 1;
	widths(s, c->w - 2 - gaps, width);
	for (int i = 0; i < STAGES; i++)
		used += width[i];
	int spare = c->w - 2 - used;
	bool on_way[STAGES];
	flow_harm(r, root, on_way);
	style_t style = MEAN_LINE; /* of the last stage on the way */
	for (int i = 0; i < STAGES; i++) {
		bool harm = root >= 0 && i >= root;
		if (on_way[i])
			style = flow_style(s, (enum stage)i);
		int name =
		    canvas_text(c, y, x, c->w, name_style(s, (enum stage)i, root), stage_names[i]);
		strip_glyphs(s, (enum stage)i, c, y + 1, x, width[i]);
		int gap = gaps ? spare / gaps : 0;
		if (gap > 4)
			gap = 4;
		int next = x + width[i] + gap;
		if (i < STAGES - 1 && next > name)
			arrow(c, y, name, next - name, harm ? style : MEAN_LINE, harm && !on_way[i + 1]);
		x = next;
		spare -= gap;
		gaps--;
	}
}
