#include "tui/widget/picture.h"

#include <math.h>
#include <stdlib.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "tui/widget/flow.h"
#include "tui/widget/strip.h"
#include "tui/widget/words.h"

enum { BOX_MAX = 20, BOX_WIDEST = 34, GAP_MAX = 9, LINES_MAX = 8, ALL_LINES = 40, TALL = 34 };

/* Column of each box, and its row: 0 above, 1 between, 2 below. */
struct spots {
	int columns, box_max, gap_min;
	struct {
		int8_t col, row;
	} at[STAGES];
};

static const struct spots small = {6,
				   BOX_MAX,
				   4,
				   {[STAGE_HOST] = {0, 0},
				    [STAGE_CONFIG] = {0, 2},
				    [STAGE_SSH] = {1, 0},
				    [STAGE_PG] = {1, 2},
				    [STAGE_WAL] = {2, 0},
				    [STAGE_SLOT] = {2, 2},
				    [STAGE_CRON] = {3, 0},
				    [STAGE_DISK] = {3, 2},
				    [STAGE_BACKUP] = {4, 1},
				    [STAGE_RPO] = {5, 1}}};

/* With names in the boxes: five columns, the recovery point below the backups. */
static const struct spots whole = {5,
				   BOX_WIDEST,
				   3,
				   {[STAGE_HOST] = {0, 0},
				    [STAGE_CONFIG] = {0, 2},
				    [STAGE_SSH] = {1, 0},
				    [STAGE_PG] = {1, 2},
				    [STAGE_WAL] = {2, 0},
				    [STAGE_SLOT] = {2, 2},
				    [STAGE_CRON] = {3, 0},
				    [STAGE_DISK] = {3, 2},
				    [STAGE_BACKUP] = {4, 0},
				    [STAGE_RPO] = {4, 2}}};

struct frame {
	struct canvas *c;
	const struct spots *spots;
	int y, x, lines, box, gap;
	int top[3], height[3];  /* by row */
};

int picture_lines(int h)
{
	return h >= TALL ? LINES_MAX : LINES_MAX - 2;
}

static struct frame fit(struct canvas *c, const struct spots *spots, int y)
{
	int box = (c->w - 2 - (spots->columns - 1) * spots->gap_min) / spots->columns;
	box = box > spots->box_max ? spots->box_max : box;
	int gap = (c->w - 2 - spots->columns * box) / (spots->columns - 1);
	gap = gap > GAP_MAX ? GAP_MAX : gap;
	int width = spots->columns * box + (spots->columns - 1) * gap;
	return (struct frame){.c = c, .spots = spots, .y = y, .x = (c->w - width) / 2, .box = box, .gap = gap};
}

static int box_x(const struct frame *f, enum stage s)
{
	return f->x + f->spots->at[s].col * (f->box + f->gap);
}

static int box_y(const struct frame *f, enum stage s)
{
	return f->top[f->spots->at[s].row];
}

/* ---- arrows: which legs each cell of a gap has, thin first, then those of the harm ---- */

enum { LEG_UP = 1, LEG_DOWN = 2, LEG_LEFT = 4, LEG_RIGHT = 8 };

struct legs {
	uint8_t any[ALL_LINES][GAP_MAX]; /* all legs of a cell */
	style_t style[ALL_LINES][GAP_MAX]; /* MEAN_LINE, or of the harm: then it is thick */
	bool arrow[ALL_LINES];
};

static void add_legs(struct legs *l, int y, int x, int legs, style_t style)
{
	if (!l->any[y][x] || l->style[y][x] == MEAN_LINE || style == MEAN_PATH)
		l->style[y][x] = style;
	l->any[y][x] |= (uint8_t)legs;
}

static void add_flow(const struct frame *f, struct legs *l, const struct flow *flow, style_t style)
{
	int from = box_y(f, flow->from) + 1, to = box_y(f, flow->to) + 1, mid = f->gap / 2 - 1, down = to > from ? 1 : -1;
	for (int x = 0; x < mid; x++)
		add_legs(l, from, x, LEG_LEFT | LEG_RIGHT, style);
	add_legs(l, from, mid, LEG_LEFT | (to == from ? LEG_RIGHT : down > 0 ? LEG_DOWN : LEG_UP), style);
	for (int y = from + down; to != from && y != to; y += down)
		add_legs(l, y, mid, LEG_UP | LEG_DOWN, style);
	add_legs(l, to, mid, LEG_RIGHT | (to == from ? LEG_LEFT : down > 0 ? LEG_UP : LEG_DOWN), style);
	for (int x = mid + 1; x < f->gap; x++)
		add_legs(l, to, x, LEG_LEFT | LEG_RIGHT, style);
	l->arrow[to] = true;
}

/* By legs: up 1, down 2, left 4, right 8. */
static const int32_t thin[16] = {' ',	 0x2502, 0x2502, 0x2502, 0x2500, 0x2518, 0x2510, 0x2524,
				 0x2500, 0x2514, 0x250c, 0x251c, 0x2500, 0x2534, 0x252c, 0x253c};
static const int32_t thick[16] = {' ',	  0x2503, 0x2503, 0x2503, 0x2501, 0x251b, 0x2513, 0x252b,
				  0x2501, 0x2517, 0x250f, 0x2523, 0x2501, 0x253b, 0x2533, 0x254b};

static void draw_gap(const struct frame *f, const struct legs *l, int x)
{
	for (int y = 0; y < f->lines; y++)
		for (int i = 0; i < f->gap; i++) {
			style_t style = l->style[y][i];
			int32_t ch = (style == MEAN_LINE ? thin : thick)[l->any[y][i]];
			if (i == f->gap - 1 && l->arrow[y])
				ch = 0x25b8;
			if (ch != ' ')
				canvas_char(f->c, f->y + y, x + i, style, ch);
		}
}

/* style: of each stage, MEAN_LINE: not on the way of the harm */
static style_t between(const struct flow *w, const style_t style[STAGES])
{
	return style[w->to] == MEAN_LINE ? MEAN_LINE : style[w->from];
}

static void arrows(const struct frame *f, const style_t style[STAGES])
{
	for (int col = 0; col < f->spots->columns - 1; col++) {
		struct legs l = {0};
		for (const struct flow *w = flows; w->from != w->to; w++)
			if (f->spots->at[w->from].col == col && f->spots->at[w->to].col == col + 1)
				add_flow(f, &l, w, between(w, style));
		draw_gap(f, &l, f->x + col * (f->box + f->gap) + f->box);
	}
}

/* From a box to the one that stands below it, through their borders. */
static void falls(const struct frame *f, const style_t style[STAGES])
{
	for (const struct flow *w = flows; w->from != w->to; w++) {
		style_t line = between(w, style);
		int x = box_x(f, w->from) + f->box / 2, y = f->y + box_y(f, w->to);
		if (box_x(f, w->from) != box_x(f, w->to))
			continue;
		canvas_char(f->c, y - 1, x, style[w->from], (line == MEAN_LINE ? thin : thick)[LEG_LEFT | LEG_RIGHT | LEG_DOWN]);
		canvas_char(f->c, y, x, line, 0x25be);
	}
}

/* ---- boxes ---- */

static void border(const struct frame *f, int y, int x, int height, style_t style)
{
	const int32_t *p = style == MEAN_LINE ? thin : thick;
	int right = x + f->box - 1, bottom = y + height - 1;
	canvas_fill(f->c, y, x + 1, right, style, p[LEG_LEFT | LEG_RIGHT]);
	canvas_fill(f->c, bottom, x + 1, right, style, p[LEG_LEFT | LEG_RIGHT]);
	for (int line = y + 1; line < bottom; line++) {
		canvas_char(f->c, line, x, style, p[LEG_UP | LEG_DOWN]);
		canvas_char(f->c, line, right, style, p[LEG_UP | LEG_DOWN]);
	}
	canvas_char(f->c, y, x, style, p[LEG_DOWN | LEG_RIGHT]);
	canvas_char(f->c, y, right, style, p[LEG_DOWN | LEG_LEFT]);
	canvas_char(f->c, bottom, x, style, p[LEG_UP | LEG_RIGHT]);
	canvas_char(f->c, bottom, right, style, p[LEG_UP | LEG_LEFT]);
}

static double figure(const struct server *s, enum stage stage)
{
	double wal = s->pg_wal_full_s, space = s->backup_full_s;
	if (stage == STAGE_RPO)
		return s->rpo_s;
	if (stage != STAGE_DISK)
		return NAN;
	return isnan(space) || wal < space ? wal : space;
}

/* What a box says in words: a broken one its probe, a green one its figure. */
static void word(const struct server *s, enum stage stage, struct str *out, style_t *ret_style)
{
	int at = flow_speaker(s, stage);
	const struct node *n = at < 0 ? NULL : &s->node[at];
	const struct state_look *look = n ? node_look(n) : style_state(STATE_OFF, false);
	double seconds = figure(s, stage);
	*ret_style = look->meaning == MEAN_OK ? MEAN_FAINT : look->meaning;
	if (look->meaning == MEAN_FAIL || look->meaning == MEAN_WARN)
		str_add(out, n->probe->id);
	else if (!isnan(seconds)) {
		str_add(out, stage == STAGE_DISK ? "full " : "");
		text_duration(out, seconds);
	} else if (look->meaning == MEAN_OK && stage == STAGE_PG && *s->pg_version)
		str_add(out, s->pg_version);
	else if (look->meaning == MEAN_OK && stage == STAGE_HOST && *s->db_host)
		str_add(out, s->db_host);
	else
		str_add(out, look->word);
}

static void box(const struct frame *f, const struct server *s, enum stage stage, style_t style, bool is_root)
{
	int y = f->y + box_y(f, stage), x = box_x(f, stage), right = x + f->box - 1;
	enum meaning worst = strip_worst(s, stage);
	border(f, y, x, f->height[f->spots->at[stage].row], style);
	canvas_printf(f->c, y, x + 2, right - 1, worst == MEAN_OK ? MEAN_TEXT : worst, " %s ", stage_names[stage]);
	if (is_root)
		canvas_right(f->c, y, x, right - 1, MEAN_FAIL | STYLE_SELECTED, " ROOT ");
}

static void fill(const struct frame *f, const struct server *s, enum stage stage)
{
	int y = f->y + box_y(f, stage), x = box_x(f, stage) + 2, end = x + f->box - 3;
	strip_glyphs(s, stage, f->c, y + 1, x, f->box - 4);
	if (f->lines < LINES_MAX)
		return;
	struct str text = {0};
	style_t style;
	word(s, stage, &text, &style);
	canvas_text(f->c, y + 2, x, end, style, str_text(&text));
	str_free(&text);
}

static void find_styles(const struct server *s, const struct route *r, int root, style_t ret[STAGES])
{
	bool harm[STAGES];
	flow_harm(r, root, harm);
	for (int i = 0; i < STAGES; i++)
		ret[i] = harm[i] ? flow_style(s, (enum stage)i) : MEAN_LINE;
}

void picture_draw(const struct server *s, const struct route *r, int root, struct canvas *c, int y, int lines)
{
	struct frame f = fit(c, &small, y);
	style_t style[STAGES];
	f.lines = lines;
	for (int row = 0; row < 3; row++) {
		f.top[row] = row * lines / 4;
		f.height[row] = lines / 2;
	}
	find_styles(s, r, root, style);
	arrows(&f, style);
	for (int i = 0; i < STAGES; i++) {
		box(&f, s, (enum stage)i, style[i], i == root);
		fill(&f, s, (enum stage)i);
	}
}

/* ---- with every probe by its name ---- */

static int row_height(const struct server *s, int row)
{
	int most = 1;
	for (int i = 0; i < STAGES; i++)
		if (whole.at[i].row == row && strip_probes(s, (enum stage)i) > most)
			most = strip_probes(s, (enum stage)i);
	return most + 2;
}

int picture_whole_lines(const struct server *s)
{
	return row_height(s, 0) + row_height(s, 2);
}

static bool applies(const struct node *n, int stage)
{
	return (int)n->probe->stage == stage && n->verdict.state != STATE_OFF;
}

static void fill_names(const struct frame *f, const struct server *s, enum stage stage, int selected)
{
	int y = f->y + box_y(f, stage) + 1, x = box_x(f, stage) + 1, end = x + f->box - 2;
	for (int i = 0; i < s->nodes; i++) {
		const struct state_look *look = node_look(&s->node[i]);
		if (!applies(&s->node[i], (int)stage))
			continue;
		canvas_text(f->c, y, x + 1, end, look->meaning, look->glyph);
		canvas_text(f->c, y, x + 3, end, look->meaning == MEAN_OK ? MEAN_TEXT : look->meaning, s->node[i].probe->id);
		if (i == selected) {
			canvas_text(f->c, y, x, x + 1, MEAN_TITLE, "▸");
			canvas_mark(f->c, y, x, end, STYLE_SELECTED);
		}
		y++;
	}
}

void picture_whole(const struct server *s, const struct route *r, int root, int selected, struct canvas *c, int y)
{
	struct frame f = fit(c, &whole, y);
	style_t style[STAGES];
	f.top[2] = f.height[0] = row_height(s, 0);
	f.height[2] = row_height(s, 2);
	f.lines = f.height[0] + f.height[2];
	if (f.lines > ALL_LINES)
		return;
	find_styles(s, r, root, style);
	arrows(&f, style);
	for (int i = 0; i < STAGES; i++) {
		box(&f, s, (enum stage)i, style[i], i == root);
		fill_names(&f, s, (enum stage)i, selected);
	}
	falls(&f, style);
}

/* Column and line of a node in that picture. */
static bool place_of(const struct server *s, int node, int *ret_col, int *ret_line)
{
	int stage = (int)s->node[node].probe->stage, line = whole.at[stage].row ? row_height(s, 0) : 0;
	if (!applies(&s->node[node], stage))
		return false;
	for (int i = 0; i < node; i++)
		line += applies(&s->node[i], stage);
	*ret_col = whole.at[stage].col;
	*ret_line = line;
	return true;
}

int picture_beside(const struct server *s, int node, int dy, int dx)
{
	int col, line, best = node, best_away = 1 << 20, c, l;
	if (node < 0 || !place_of(s, node, &col, &line))
		return node;
	for (int i = 0; i < s->nodes; i++) {
		if (!place_of(s, i, &c, &l) || c != col + dx || (dy && (l - line) * dy <= 0))
			continue;
		int away = abs(l - line);
		if (i != node && away < best_away) {
			best = i;
			best_away = away;
		}
	}
	return best;
}
