/* The first page: the pipeline, the triage list, and on wide screens the evidence beside it. */
#include <math.h>
#include <string.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "tui/app.h"
#include "tui/screen/dossier.h"
#include "tui/screen/preview.h"
#include "tui/screen/remedy.h"
#include "tui/widget/focus.h"
#include "tui/widget/news.h"
#include "tui/widget/recent.h"
#include "tui/widget/picture.h"
#include "tui/widget/route.h"
#include "tui/widget/strip.h"
#include "tui/widget/triage.h"
#include "tui/widget/words.h"
#include "tui/widget/wrap.h"

enum { TALL = 20, SIDE = 48, CHANGES = 5, FACTS = 2 };

struct front {
	struct triage_memory memory;
	int walked;        /* node reached by needs/breaks, -1: the selected row's */
	int page;
	struct area list;  /* where the list was drawn last */
	unsigned seen;     /* version of the model */
};

static void open(struct app *app, void *state, const struct subject *about)
{
	struct front *f = state;
	(void)app;
	(void)about;
	f->walked = -1;
}

static struct triage *build(struct app *app, struct front *f)
{
	return triage_build(app->frame, app_server(app), app->now, &f->memory);
}

static int row_node(const struct triage *t)
{
	return t->selected < 0 ? -1 : t->row[t->selected].node;
}

/* The node that the panes are about. */
static int focus_node(const struct front *f, const struct triage *t)
{
	return f->walked >= 0 && f->walked < t->server->nodes ? f->walked : row_node(t);
}

/* The cause whose way is drawn: the selected one, else the first. */
static int route_node(const struct server *s, const struct triage *t)
{
	int node = row_node(t);
	for (int i = 0; i < s->roots; i++)
		if (s->root[i].node == node)
			return node;
	return s->roots ? s->root[0].node : -1;
}

/* What was configured or started anew stands above what it may have broken. */
static void draw_changes(struct app *app, const struct server *s, struct canvas *c, struct area area)
{
	canvas_text(c, area.y, area.x + 1, area.x + area.w, MEAN_TITLE, "Recent changes");
	int facts = news_facts(s, app->now, c, (struct area){area.y + 1, area.x + 2, FACTS, area.w - 2});
	recent_draw(s, c, (struct area){area.y + 1 + facts, area.x + 2, area.h - 1 - facts, area.w - 2});
}

static void duration(struct doc *d, const char *label, double seconds, const char *none)
{
	struct str s = {0};
	if (isnan(seconds))
		str_add(&s, none);
	else
		text_duration(&s, seconds);
	doc_label(d, 2, MEAN_FAINT, label, 24, isnan(seconds) ? MEAN_FAINT : MEAN_TEXT,
		  str_text(&s));
	str_free(&s);
}

static bool all_green(const struct server *s)
{
	return s->sweep_done && !s->roots && !words_count(s, STATE_FAIL) &&
	       !words_count(s, STATE_WARN) && !words_pending(s) && words_count(s, STATE_OK);
}

static void draw_list(struct app *app, struct triage *t, struct front *f, struct canvas *c, struct area area)
{
	f->list = area;
	triage_draw(t, app->frame, &f->memory, c, area);
}

static void draw_calm(struct app *app, const struct server *s, struct triage *t, struct front *f,
		      struct canvas *c, struct area area)
{
	struct doc *d = doc_new(app->frame, area.w - 3);
	int backup = server_node(s, "backup.last");
	int unseen = words_count(s, STATE_UNKNOWN) + words_count(s, STATE_BLOCKED),
	    passed = words_count(s, STATE_OK);
	if (unseen)
		doc_label(d, 0, MEAN_UNKNOWN, "?", 2, MEAN_UNKNOWN,
			  arena_printf(app->frame, "%d probes passed, %d cannot be seen from here",
				       passed, unseen));
	else
		doc_label(d, 0, MEAN_OK, "✓", 2, MEAN_OK,
			  arena_printf(app->frame, "all green: %d probes passed, nothing to do", passed));
	duration(d, "lost if it died now", s->rpo_s, "not known");
	if (backup >= 0)
		doc_label(d, 2, MEAN_FAINT, "last backup", 24, MEAN_TEXT,
			  node_say(&s->node[backup]));
	duration(d, "pg_wal full in", s->pg_wal_full_s, "not in sight");
	duration(d, "backup space full in", s->backup_full_s, "not in sight");
	doc_blank(d);
	doc_draw(d, c, (struct area){area.y, area.x + 1, area.h, area.w - 1}, 0);
	int used = d->lines < area.h ? d->lines : area.h;
	draw_list(app, t, f, c, (struct area){area.y + used, area.x, area.h - used, area.w});
}

/* What the list leaves free shows the system's own words about the node in view. */
static void draw_words(struct app *app, const struct server *s, int node, const struct triage *t,
		       struct canvas *c, struct area list)
{
	struct area free_part = {list.y + t->lines + 1, list.x, list.h - t->lines - 1, list.w};
	if (node < 0 || free_part.h < 2 || !*node_evidence(&s->node[node]))
		return;
	struct doc *d = doc_new(app->frame, list.w - 5);
	doc_text(d, 1, MEAN_QUOTE, node_evidence(&s->node[node]));
	int lines = d->lines < free_part.h ? d->lines : free_part.h;
	for (int i = 0; i < lines; i++)
		canvas_char(c, free_part.y + i, list.x + 2, MEAN_LINE, 0x2502);
	doc_draw(d, c, (struct area){free_part.y, list.x + 3, lines, list.w - 4}, 0);
}

/* The list, and below it where there is room: focus, way, changes. Returns nothing; area is the
 * whole column. */
static void draw_column(struct app *app, struct front *f, struct triage *t, const struct route *r,
			struct canvas *c, struct area area)
{
	const struct server *s = t->server;
	int node = focus_node(f, t), bottom = area.y + area.h, end = area.x + area.w;
	bool tall = c->h >= TALL, changes = c->h >= 32;
	if (changes)
		draw_changes(app, s, c, (struct area){bottom -= CHANGES + 1, area.x, CHANGES, area.w});
	else if (tall)
		recent_last(s, c, --bottom);
	if (r->n)
		route_draw(r, s, c, --bottom, area.x + 1, end - 1);
	if (tall && node >= 0) {
		bottom -= FOCUS_LINES;
		focus_draw(s, node, app->frame, c,
			   (struct area){bottom, area.x, FOCUS_LINES, area.w});
	}
	f->page = bottom - area.y;
	struct area list = {area.y, area.x, bottom - area.y, area.w};
	if (all_green(s))
		draw_calm(app, s, t, f, c, list);
	else
		draw_list(app, t, f, c, list);
	if (c->w < PICTURE_WIDE && !all_green(s))
		draw_words(app, s, node, t, c, list);
}

/* Nothing to look at in particular: what was found, a line a probe. */
static void write_findings(struct doc *d, const struct server *s)
{
	doc_text(d, 0, MEAN_TITLE, "What was found");
	for (int stage = 0; stage < STAGES; stage++)
		for (int i = 0; i < s->nodes; i++) {
			const struct node *n = &s->node[i];
			const struct state_look *look = node_look(n);
			const char *line;
			if ((int)n->probe->stage != stage || n->verdict.state == STATE_OFF ||
			    !wrap_text(d->a, node_say(n), d->width - 3, &line, 1))
				continue;
			doc_label(d, 0, look->meaning, look->glyph, 2, look->meaning == MEAN_OK ? MEAN_FAINT : look->meaning, line);
		}
}

static void draw_side(struct app *app, struct front *f, struct triage *t, struct canvas *c,
		      struct area area)
{
	int node = focus_node(f, t);
	for (int y = 0; y < area.h; y++) {
		bool met = canvas_cell(c, area.y + y, area.x - 1)->ch == 0x2500;
		canvas_char(c, area.y + y, area.x, MEAN_LINE, met ? 0x2524 : 0x2502);
	}
	canvas_char(c, area.y - 1, area.x, MEAN_LINE, 0x252c);
	struct doc *d = doc_new(app->frame, area.w - 3);
	if (node < 0) {
		write_findings(d, t->server);
	} else {
		const struct node *n = &t->server->node[node];
		dossier_findings(d, t->server, node, app->now);
		if (n->verdict.findings)
			preview_write(app, d, n->verdict.finding[0].cause);
		dossier_about(d, n);
	}
	doc_draw(d, c, (struct area){area.y, area.x + 2, area.h, area.w - 2}, 0);
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct front *f = state;
	const struct server *s = app_server(app);
	struct route route;
	if (!s) {
		canvas_text(c, area.y + 1, 1, c->w, MEAN_TEXT, "no server to watch yet");
		return;
	}
	struct triage *t = build(app, f);
	int cause = route_node(s, t), root = cause < 0 ? -1 : (int)s->node[cause].probe->stage;
	bool wide = c->w >= PICTURE_WIDE && c->h >= TALL;
	int y = area.y + (wide ? picture_lines(c->h) : STRIP_LINES);
	route_find(s, cause, &route);
	if (wide)
		picture_draw(s, &route, root, c, area.y, picture_lines(c->h));
	else
		strip_draw(s, &route, root, c, area.y);
	canvas_fill(c, y, 0, c->w, MEAN_LINE, 0x2500);
	struct area rest = {y + 1, 0, area.y + area.h - y - 1, wide ? c->w - SIDE : c->w};
	draw_column(app, f, t, &route, c, rest);
	if (wide)
		draw_side(app, f, t, c, (struct area){rest.y, rest.w, rest.h, SIDE});
}

static void walk(struct front *f, struct triage *t, bool right)
{
	int at = focus_node(f, t);
	if (at < 0)
		return;
	int to = right ? focus_break(t->server, at) : focus_need(t->server, at);
	if (to < 0)
		return;
	int row = triage_row_of(t, to);
	f->memory.pinned = true;
	f->walked = row < 0 ? to : -1;
	if (row >= 0)
		triage_select(t, &f->memory, row);
}

static bool is_problem(const struct row *r)
{
	return r->kind == ROW_ROOT || (r->kind == ROW_NODE && !*r->branch && *r->right);
}

static void next_problem(struct front *f, struct triage *t, int step)
{
	for (int i = t->selected + step; i >= 0 && i < t->rows; i += step)
		if (is_problem(&t->row[i])) {
			f->memory.pinned = true;
			triage_select(t, &f->memory, i);
			return;
		}
}

static void enter(struct app *app, struct front *f, struct triage *t)
{
	const struct row *r = t->selected < 0 ? NULL : &t->row[t->selected];
	int node = focus_node(f, t);
	if (!r)
		return;
	f->memory.pinned = true; /* what he has gone into stays where it was */
	triage_select(t, &f->memory, t->selected);
	if (r->kind == ROW_FOLD && f->walked < 0) {
		f->memory.open[r->fold] = !f->memory.open[r->fold];
		return;
	}
	const char *cause = r->kind == ROW_ROOT	    ? r->root->finding->cause
			    : r->kind == ROW_ADVICE ? r->branch
						    : NULL;
	if (f->walked >= 0 || (!cause && node >= 0)) {
		const struct verdict *v = &t->server->node[node].verdict;
		cause = v->findings ? v->finding[0].cause : NULL;
	}
	struct subject about = {app->server, node, cause};
	if (cause)
		app_open(app, &screen_remedy, &about);
	else if (node >= 0)
		app_open(app, &screen_evidence, &about);
}

static void recheck(struct app *app, const struct server *s, int node)
{
	app->ops->ask_now(app->ops_arg, app->server, node);
	if (node >= 0)
		app_notice(app, "asking %s again, and what it needs", s->node[node].probe->id);
}

static void fold(struct front *f, const struct triage *t)
{
	const struct row *r = t->selected < 0 ? NULL : &t->row[t->selected];
	enum fold which = FOLD_PASSED;
	if (r && r->kind == ROW_FOLD)
		which = r->fold;
	else if (r && r->kind == ROW_ADVICE)
		which = FOLD_ADVICE;
	else if (r && *r->branch)
		which = FOLD_TREE;
	f->memory.open[which] = !f->memory.open[which];
}

static void fold_all(struct front *f)
{
	bool open_now = !f->memory.open[FOLD_PASSED];
	for (int i = 0; i < FOLDS; i++)
		f->memory.open[i] = open_now;
}

static void hand_out(struct app *app, const struct server *s, int node, bool copy)
{
	if (node < 0)
		return;
	const struct node *n = &s->node[node];
	const char *text = arena_printf(app->frame, "%s: %s%s%s", n->probe->id, node_say(n),
					*node_evidence(n) ? "\n" : "", node_evidence(n));
	(copy ? app->ops->copy : app->ops->plain)(app->ops_arg, text);
}

static void top(struct front *f)
{
	f->memory.chosen = f->memory.pinned = false;
	f->memory.top = 0;
}

static bool move(struct front *f, struct triage *t, enum action action)
{
	int page = f->page > 2 ? f->page - 2 : 1;
	const int by[ACTIONS] = {[ACT_UP] = -1,
				 [ACT_DOWN] = 1,
				 [ACT_PAGE_UP] = -page,
				 [ACT_PAGE_DOWN] = page,
				 [ACT_LAST] = 1 << 20};
	if (by[action])
		triage_move(t, &f->memory, by[action]);
	else if (action == ACT_FIRST)
		top(f);
	else if (action == ACT_LEFT || action == ACT_RIGHT)
		walk(f, t, action == ACT_RIGHT);
	else if (action == ACT_NEXT || action == ACT_PREVIOUS)
		next_problem(f, t, action == ACT_NEXT ? 1 : -1);
	else
		return false;
	if (action != ACT_LEFT && action != ACT_RIGHT)
		f->walked = -1;
	return true;
}

static bool act(struct app *app, void *state, enum action action)
{
	struct front *f = state;
	const struct server *s = app_server(app);
	if (!s)
		return false;
	struct triage *t = build(app, f);
	int node = focus_node(f, t);
	if (move(f, t, action))
		return true;
	if (action == ACT_OPEN)
		enter(app, f, t);
	else if (action == ACT_EVIDENCE && node >= 0)
		app_open(app, &screen_evidence, &(struct subject){app->server, node, NULL});
	else if (action == ACT_RECHECK)
		recheck(app, s, node);
	else if (action == ACT_FOLD)
		fold(f, t);
	else if (action == ACT_FOLD_ALL)
		fold_all(f);
	else if (action == ACT_COPY || action == ACT_PLAIN)
		hand_out(app, s, node, action == ACT_COPY);
	else if (action == ACT_BACK && f->walked >= 0)
		f->walked = -1;
	else
		return false;
	return true;
}

/* A failure has a remedy, everything else what is known about it. */
static bool has_remedy(const struct front *f, const struct triage *t)
{
	int node = focus_node(f, t);
	if (t->selected >= 0 && f->walked < 0 && t->row[t->selected].kind == ROW_ADVICE)
		return true;
	return node >= 0 && t->server->node[node].verdict.findings;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint rest[] = {
	    {ACT_FLEET, NULL},
	    {ACT_EVIDENCE, NULL}, {ACT_RECHECK, NULL}, {ACT_FREEZE, NULL}, {ACT_MAP, NULL},
	    {ACT_HELP, NULL},	  {ACT_QUIT, NULL},    {ACT_LEFT, NULL},   {ACT_RIGHT, NULL},
	    {ACT_NEXT, NULL},	  {ACT_COPY, NULL},    {ACT_NONE, NULL}};
	struct hint *list = arena_alloc(app->frame, sizeof rest + sizeof *list);
	struct front *f = state;
	if (!app_server(app))
		return &rest[4];
	struct triage *t = build(app, f);
	bool fold_row = t->selected >= 0 && t->row[t->selected].kind == ROW_FOLD;
	list[0] = (struct hint){ACT_OPEN, has_remedy(f, t) ? "remedy  "
					  : fold_row	   ? "unfold  "
							   : "evidence"};
	int skip = app->model->servers < 2;
	memcpy(list + 1, rest + skip, sizeof rest - (size_t)skip * sizeof *rest);
	return list;
}

/* What breaks while somebody reads further down comes last, and is said. */
static void tick(struct app *app, void *state)
{
	struct front *f = state;
	const struct server *s = app_server(app);
	if (!s || app->model->version == f->seen)
		return;
	f->seen = app->model->version;
	build(app, f);
	if (f->memory.news && f->memory.roots)
		app_notice(app, "a new root cause: %s", f->memory.root[f->memory.roots - 1].cause);
	f->memory.news = 0;
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct front *f = state;
	f->walked = -1;
	return app_server(app) && triage_find(app->frame, app_server(app), app->now, &f->memory, text, step);
}

static bool click(struct app *app, void *state, int y, int x)
{
	struct front *f = state;
	const struct area *in = &f->list;
	if (!app_server(app) || y < in->y || y >= in->y + in->h || x < in->x || x >= in->x + in->w)
		return false;
	struct triage *t = build(app, f);
	int row = triage_row_at(t, app->frame, &f->memory, in->w, y - in->y);
	if (row < 0)
		return false;
	f->walked = -1;
	f->memory.pinned = true;
	triage_select(t, &f->memory, row);
	return true;
}

static void as_text(struct app *app, void *state, struct str *out)
{
	const struct server *s = app_server(app);
	int node = s ? focus_node(state, build(app, state)) : -1;
	struct doc *d = doc_new(app->frame, 100);
	if (node >= 0)
		dossier_write(d, s, node, app->now);
	doc_out(d, out);
}

static int node_in_view(struct app *app, void *state)
{
	return app_server(app) ? focus_node(state, build(app, state)) : -1;
}

const struct screen screen_front = {.name = "front",
				    .size = sizeof(struct front),
				    .open = open,
				    .draw = draw,
				    .act = act,
				    .tick = tick,
				    .find = find,
				    .click = click,
				    .text = as_text,
				    .node = node_in_view,
				    .hints = hints};
