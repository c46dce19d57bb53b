#include "tui/widget/route.h"

#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "tui/widget/words.h"

bool route_breaks(const struct server *s, int node, int other)
{
	const struct node *o = &s->node[other];
	if (other == node || o->verdict.state == STATE_OFF)
		return false;
	if (o->explained_by == node || o->blocked_by == node)
		return true;
	for (int i = 0; i < o->n_needs; i++)
		if (o->needs[i] == node)
			return true;
	return false;
}

/* First needs, back to where nothing is needed. */
static void go_up(const struct server *s, int node, struct route *r)
{
	int up[ROUTE_MAX / 2], n = 0;
	while (n < ROUTE_MAX / 2 && s->node[node].n_needs) {
		node = s->node[node].needs[0];
		up[n++] = node;
	}
	while (n)
		r->node[r->n++] = up[--n];
}

/* Farther down the pipeline. */
static bool is_farther(const struct server *s, int node, int than)
{
	return s->node[node].verdict.state != STATE_OK && s->node[node].probe->stage > s->node[than].probe->stage;
}

/* The recovery point is what all is about, also where the harm has not come to it yet. */
static void add_goal(const struct server *s, struct route *r)
{
	int last = r->node[r->n - 1];
	for (int i = s->nodes - 1; i >= 0 && r->n < ROUTE_MAX; i--)
		if (s->node[i].probe->stage == STAGE_RPO && s->node[last].probe->stage != STAGE_RPO &&
		    s->node[i].verdict.state != STATE_OFF) {
			r->node[r->n++] = i;
			return;
		}
}

/* Breadth first over what breaks, to the recovery point; or as far as the harm goes. */
static void go_down(const struct server *s, int node, struct route *r)
{
	int *from = xcalloc((size_t)s->nodes, sizeof *from),
	    *queue = xcalloc((size_t)s->nodes, sizeof *queue);
	int head = 0, tail = 0, goal = node;
	for (int i = 0; i < s->nodes; i++)
		from[i] = -1;
	from[node] = node;
	for (queue[tail++] = node; head < tail;) {
		int at = queue[head++];
		if (goal == node || is_farther(s, at, goal))
			goal = at;
		if (s->node[at].probe->stage == STAGE_RPO)
			break;
		for (int i = 0; i < s->nodes; i++)
			if (from[i] < 0 && route_breaks(s, at, i)) {
				from[i] = at;
				queue[tail++] = i;
			}
	}
	int down[ROUTE_MAX / 2 - 1], n = 0;
	for (int at = goal; at != node && n < ROUTE_MAX / 2 - 1; at = from[at])
		down[n++] = at;
	while (n)
		r->node[r->n++] = down[--n];
	free(from);
	free(queue);
}

void route_find(const struct server *s, int node, struct route *ret)
{
	*ret = (struct route){0};
	if (node < 0)
		return;
	go_up(s, node, ret);
	ret->at = ret->n;
	ret->node[ret->n++] = node;
	go_down(s, node, ret);
	for (int i = ret->at; i < ret->n; i++)
		ret->stage[s->node[ret->node[i]].probe->stage] = true;
	add_goal(s, ret);
}

/* Leaves out, one by one, what is farthest from the node, but never the last goal. */
static void shorten(const struct route *r, const struct server *s, int room, int mark, bool *shown)
{
	int total = 0;
	for (int i = 0; i < r->n; i++)
		total += text_width(s->node[r->node[i]].probe->id) + 4 + mark;
	for (int i = 0; i < r->n; i++)
		shown[i] = true;
	for (int far = r->n; far > 0 && total > room; far--)
		for (int side = 0; side < 2 && total > room; side++) {
			int i = side ? r->at + far : r->at - far;
			if (i < 0 || i >= r->n - 1)
				continue;
			shown[i] = false;
			total -= text_width(s->node[r->node[i]].probe->id) + 3 + mark;
		}
}

void route_draw(const struct route *r, const struct server *s, struct canvas *c, int y, int x,
		int end)
{
	bool shown[ROUTE_MAX], gap = false, first = true;
	x = canvas_text(c, y, x, end, MEAN_FAINT, "path: ");
	shorten(r, s, end - x, c->ascii ? 4 : 1, shown);
	for (int i = 0; i < r->n; i++) {
		const struct node *n = &s->node[r->node[i]];
		const struct state_look *look = node_look(n);
		style_t harm = i > r->at ? MEAN_PATH : MEAN_FAINT;
		if (!shown[i]) {
			gap = true;
			continue;
		}
		if (!first || gap)
			x = canvas_text(c, y, x, end, harm, gap ? first ? "… ▸ " : " … ▸ " : " ▸ ");
		first = gap = false;
		x = canvas_text(c, y, x, end, i == r->at ? MEAN_FAIL : MEAN_TEXT, n->probe->id);
		x = canvas_text(c, y, x + 1, end, look->meaning, c->ascii ? look->word : look->glyph);
	}
}
