/* Who explains whom: a walk backwards along blames from one finding. */
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/engine/graph.h"

/* pg.connect saw that the server itself is down, not merely that we are refused. */
static const char *const down_causes[] = {"pg.refused", "pg.start_failed", "pg.starting", "pg.stopping", "pg.recovering"};

static bool server_is_down(const struct server *s)
{
	int n = server_node(s, "pg.connect");
	if (n < 0)
		return false;
	const struct verdict *v = &s->node[n].verdict;
	for (int i = 0; i < v->findings; i++)
		for (size_t k = 0; k < sizeof down_causes / sizeof *down_causes; k++)
			if (!strcmp(v->finding[i].cause, down_causes[k]))
				return true;
	return false;
}

static bool server_is_up(const struct server *s)
{
	int n = server_node(s, "pg.connect");
	return n >= 0 && (s->node[n].verdict.state == STATE_OK || s->node[n].verdict.state == STATE_WARN);
}

static bool same_fact(const struct view *v, const char *a, const char *b)
{
	const char *x = know(v, a), *y = know(v, b);
	return !strcmp(x ? x : "", y ? y : "");
}

static bool same_connection(const struct server *s)
{
	return !s->view || (same_fact(s->view, "connect.host", "repl.host") && same_fact(s->view, "connect.pg_port", "repl.pg_port") &&
			    (server_is_down(s) || same_fact(s->view, "connect.stage", "repl.stage")));
}

/* The volume fills by a setting: whoever holds less WAL beside it would not empty it by being repaired. */
static bool consumer_pins(const struct server *s)
{
	const char *pin = s->view ? know(s->view, "server.wal_pin") : NULL;
	return !pin || strcmp(pin, "wal_keep_size");
}

bool graph_edge_holds(const struct server *s, const struct blame *edge, const struct finding *from, const struct finding *to)
{
	switch (edge->when) {
	case EDGE_ALWAYS: return true;
	case EDGE_PG_UP: return server_is_up(s);
	case EDGE_PINS: return consumer_pins(s);
	case EDGE_PINS_PG_UP: return consumer_pins(s) && server_is_up(s);
	case EDGE_PG_DOWN: return server_is_down(s);
	case EDGE_AT_DB: return from && !strcmp(from->place, "db");
	case EDGE_DB_DOWN: return from && !strcmp(from->place, "db") && server_is_down(s);
	case EDGE_AT_BACKUP: return from && !strcmp(from->place, "backup");
	case EDGE_TO_DB: return to && !strcmp(to->place, "db");
	case EDGE_TO_BACKUP: return to && !strcmp(to->place, "backup");
	case EDGE_SAME_CONNECTION: return from && same_connection(s);
	case EDGE_SAME_HOST: return from && to && !strcmp(from->place, to->place);
	}
	return false;
}

static const struct finding *find_finding(const struct server *s, const char *cause, enum rank least, int *ret_node)
{
	for (int n = 0; n < s->nodes; n++) {
		const struct verdict *v = &s->node[n].verdict;
		for (int i = 0; i < v->findings; i++)
			if (v->finding[i].rank >= least && !strcmp(v->finding[i].cause, cause)) {
				*ret_node = n;
				return &v->finding[i];
			}
	}
	return NULL;
}

static bool may_emit(const struct probe *p, const char *cause)
{
	for (size_t i = 0; i < sizeof p->causes / sizeof *p->causes && p->causes[i]; i++)
		if (!strcmp(p->causes[i], cause))
			return true;
	return false;
}

/* Its probe has lost its view: nobody can say whether the cause holds. */
static bool is_unobservable(const struct server *s, const char *cause)
{
	for (int n = 0; n < s->nodes; n++)
		if (may_emit(s->node[n].probe, cause))
			return s->node[n].verdict.state == STATE_BLOCKED || s->node[n].verdict.state == STATE_UNKNOWN;
	return false;
}

struct walk {
	const struct cause **queue;
	bool *seen;
	size_t n;
};

static void push(struct walk *w, const struct cause *c)
{
	w->seen[c - causes] = true;
	w->queue[w->n++] = c;
}

/* Looks at everything that explains `to` directly: an observed failure ends the walk, a cause that
 * could not be observed is walked through later. Returns the explaining node or -1. */
static int look_behind(const struct server *s, struct walk *w, const char *to, const struct finding *start)
{
	for (const struct blame *e = blames; e->from; e++) {
		if (!text_match(e->to, to))
			continue;
		for (const struct cause *c = causes; c->id; c++) {
			int node = -1;
			if (w->seen[c - causes] || !text_match(e->from, c->id))
				continue;
			const struct finding *f = find_finding(s, c->id, start->rank, &node);
			if (f && f != start && graph_edge_holds(s, e, f, start))
				return node;
			if (!f && graph_edge_holds(s, e, NULL, start) && is_unobservable(s, c->id))
				push(w, c);
		}
	}
	return -1;
}

int graph_explain(const struct server *s, int n, const struct finding *finding)
{
	size_t total = 0;
	(void)n;
	while (causes[total].id)
		total++;
	struct walk w = {xcalloc(total + 1, sizeof *w.queue), xcalloc(total + 1, sizeof(bool)), 0};
	const struct cause *self = cause_find(finding->cause);
	int by = -1;
	if (self)
		push(&w, self);
	for (size_t i = 0; i < w.n && by < 0; i++)
		by = look_behind(s, &w, w.queue[i]->id, finding);
	free(w.queue);
	free(w.seen);
	return by;
}
