#include "tui/widget/picture.h"

#include <string.h>

#include "tui/widget/strip.h"
#include "tui/widget/words.h"

enum { BOX = 13, STEP = 18, ROW = 4 };

/* Column and row of each box; data flows from left to right, what watches over it stands below. */
static const struct {
	int8_t col, row;
} spot[STAGES] = {
    [STAGE_CONFIG] = {0, 1}, [STAGE_HOST] = {0, 0}, [STAGE_PG] = {1, 0},  [STAGE_SSH] = {1, 1},
    [STAGE_SLOT] = {2, 0},   [STAGE_CRON] = {2, 1}, [STAGE_WAL] = {3, 0}, [STAGE_DISK] = {3, 1},
    [STAGE_BACKUP] = {4, 1}, [STAGE_RPO] = {5, 0},
};

/* Arrows between neighbours in a row, and risers between the two rows in the gap before a column.
 */
static const struct {
	enum stage from, to;
} edges[] = {
    {STAGE_HOST, STAGE_PG},  {STAGE_PG, STAGE_SLOT},	 {STAGE_SLOT, STAGE_WAL},
    {STAGE_WAL, STAGE_RPO},  {STAGE_CONFIG, STAGE_SSH},	 {STAGE_SSH, STAGE_CRON},
    {STAGE_CRON, STAGE_WAL}, {STAGE_DISK, STAGE_BACKUP}, {STAGE_BACKUP, STAGE_RPO},
};

static int box_x(enum stage s)
{
	return spot[s].col * STEP;
}

/* The stages on the way of the harm: those that the route names, and the picture's own way from the
 * root cause to the recovery point. */
static void find_harm(const struct route *r, int root, bool ret[STAGES])
{
	for (int i = 0; i < STAGES; i++)
		ret[i] = root >= 0 && (i == root || r->stage[i]);
	for (int at = root; at >= 0 && at != STAGE_RPO;) {
		int next = -1;
		for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
			if ((int)edges[i].from == at)
				next = (int)edges[i].to;
		if (next >= 0)
			ret[next] = true;
		at = next;
	}
}

/* thin and thick: the eight pieces of a frame */
static const int32_t thin[] = {0x250c, 0x2500, 0x2510, 0x2502, 0x2514, 0x2518};
static const int32_t thick[] = {0x250f, 0x2501, 0x2513, 0x2503, 0x2517, 0x251b};

static void box(const struct server *s, enum stage stage, bool harm, bool is_root, struct canvas *c,
		int y, int x)
{
	const int32_t *p = harm ? thick : thin;
	style_t style = harm ? MEAN_PATH : MEAN_LINE;
	int right = x + BOX - 1;
	for (int line = 0; line < 3; line += 2) {
		canvas_fill(c, y + line, x + 1, right, style, p[1]);
		canvas_char(c, y + line, x, style, line ? p[4] : p[0]);
		canvas_char(c, y + line, right, style, line ? p[5] : p[2]);
	}
	canvas_char(c, y + 1, x, style, p[3]);
	canvas_char(c, y + 1, right, style, p[3]);
	enum meaning worst = strip_worst(s, stage);
	int at = canvas_printf(c, y, x + 2, right - 1, worst == MEAN_OK ? MEAN_TEXT : worst, " %s ",
			       stage_names[stage]);
	if (is_root)
		canvas_text(c, y, at, right, MEAN_FAIL | STYLE_SELECTED, "ROOT");
	strip_glyphs(s, stage, c, y + 1, x + 2, BOX - 4);
}

static void flat(struct canvas *c, int y, int from, int to, bool harm)
{
	style_t style = harm ? MEAN_PATH : MEAN_LINE;
	canvas_fill(c, y, from, to - 1, style, harm ? 0x2501 : 0x2500);
	canvas_char(c, y, to - 1, style, 0x25b6);
}

/* From the lower row up to the upper one, in the gap before the upper box. */
static void riser(struct canvas *c, int y, int from, int to, bool harm)
{
	style_t style = harm ? MEAN_PATH : MEAN_LINE;
	int at = to - 3;
	canvas_fill(c, y + ROW + 1, from, at, style, harm ? 0x2501 : 0x2500);
	canvas_char(c, y + ROW + 1, at, style, harm ? 0x251b : 0x2518);
	for (int line = y + 2; line < y + ROW + 1; line++)
		canvas_char(c, line, at, style, harm ? 0x2503 : 0x2502);
	canvas_char(c, y + 1, at, style, harm ? 0x253b : 0x2534);
}

void picture_draw(const struct server *s, const struct route *r, int root, struct canvas *c, int y,
		  int x)
{
	bool on_way[STAGES];
	find_harm(r, root, on_way);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
			enum stage from = edges[i].from, to = edges[i].to;
			bool harm = on_way[from] && on_way[to];
			int left = x + box_x(from) + BOX, right = x + box_x(to);
			if (harm != (bool)pass)
				continue;
			if (spot[from].row == spot[to].row)
				flat(c, y + 1 + spot[from].row * ROW, left, right, harm);
			else
				riser(c, y, left, right, harm);
		}
	for (int i = 0; i < STAGES; i++)
		box(s, (enum stage)i, on_way[i], i == root, c, y + spot[i].row * ROW,
		    x + box_x((enum stage)i));
}
