#include "probes/engine/graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/engine/view.h"

int server_node(const struct server *s, const char *probe_id)
{
	for (int i = 0; i < s->nodes; i++)
		if (!strcmp(s->node[i].probe->id, probe_id))
			return i;
	return -1;
}

static void link_needs(struct server *s, struct node *n)
{
	for (int i = 0; i < MODEL_NEEDS && n->probe->needs[i]; i++) {
		int need = server_node(s, n->probe->needs[i]);
		if (need >= 0)
			n->needs[n->n_needs++] = need;
	}
}

void graph_build(struct server *s)
{
	int count = 0;
	while (catalogue[count])
		count++;
	s->node = xcalloc((size_t)count, sizeof *s->node);
	for (s->nodes = 0; s->nodes < count;) {
		struct node *n = &s->node[s->nodes];
		*n = (struct node){.probe = catalogue[s->nodes], .explained_by = -1, .blocked_by = -1};
		n->verdict = (struct verdict){.state = STATE_UNKNOWN, .pending = true, .say = xstrdup("asking"), .evidence = xstrdup("")};
		link_needs(s, n);
		s->nodes++;
	}
}

void graph_free(struct server *s)
{
	for (int i = 0; i < s->nodes; i++)
		verdict_clear(&s->node[i].verdict);
	free(s->node);
	free(s->root);
	s->node = NULL;
	s->root = NULL;
	s->nodes = s->roots = 0;
}

/* ---- judging one node ---- */

static bool stands_in_the_way(enum state state)
{
	return state == STATE_FAIL || state == STATE_BLOCKED;
}

static int first_broken_need(const struct server *s, const struct node *n)
{
	for (int i = 0; i < n->n_needs; i++)
		if (stands_in_the_way(s->node[n->needs[i]].verdict.state))
			return n->needs[i];
	return -1;
}

static void judge_blocked(struct server *s, struct node *n)
{
	struct str say = {0};
	str_addf(&say, "cannot be asked: needs %s", s->node[n->blocked_by].probe->title);
	n->verdict = (struct verdict){.state = STATE_BLOCKED, .say = say.s, .evidence = xstrdup("")};
}

static void note_when(const struct server *s, struct node *n)
{
	n->asked_at = n->took_ms = 0;
	for (size_t i = 0; i < sizeof n->probe->asks / sizeof *n->probe->asks && n->probe->asks[i]; i++) {
		const struct reply *r = view_reply(s->view, n->probe->asks[i]);
		if (r->at >= n->asked_at) {
			n->asked_at = r->at;
			n->took_ms = r->took_ms;
		}
	}
}

static const char *host_of(const struct server *s, const char *place)
{
	const char *host = !strcmp(place, "db") ? s->db_host : s->backup_host;
	return host ? host : "";
}

static void remember_change(struct server *s, int i, enum state from)
{
	enum { KEPT = sizeof s->change / sizeof *s->change };
	int keep = s->changes < KEPT ? s->changes : KEPT - 1;
	memmove(s->change + 1, s->change, (size_t)keep * sizeof *s->change);
	s->change[0] = (struct change){view_now(s->view), i, from, s->node[i].verdict.state};
	s->changes = keep + 1;
}

/* In the first sweep a question that waits for another one's answer is only not asked yet. */
static bool is_still_to_come(const struct server *s, const struct node *n)
{
	bool waits = false;
	for (size_t i = 0; i < sizeof n->probe->asks / sizeof *n->probe->asks && n->probe->asks[i]; i++) {
		enum asked asked = view_asked(s->view, n->probe->asks[i]);
		if (asked == ASKED_FAILED || asked == ASKED_NO_PLACE)
			return false;
		waits |= asked == ASKED_OFF || asked == ASKED_NEVER;
	}
	return waits && !s->sweep_done;
}

static struct finding *first_root(struct server *s)
{
	if (!s->roots)
		return NULL;
	struct verdict *v = &s->node[s->root[0].node].verdict;
	return &v->finding[s->root[0].finding - v->finding];
}

static void judge_node(struct server *s, int i)
{
	struct node *n = &s->node[i];
	enum state before = n->verdict.state;
	bool first = n->since == 0 || n->verdict.pending;
	verdict_clear(&n->verdict);
	n->blocked_by = n->probe->off && n->probe->off(s->view) ? -1 : first_broken_need(s, n);
	if (n->blocked_by >= 0)
		judge_blocked(s, n);
	else
		probe_judge(n->probe, s->view, &n->verdict);
	if (n->probe->compare && n->verdict.state == STATE_OK)
		n->probe->compare(s, &n->verdict, first_root(s));
	if (n->verdict.state == STATE_UNKNOWN && is_still_to_come(s, n))
		n->verdict.pending = true;
	for (int k = 0; k < n->verdict.findings; k++)
		n->verdict.finding[k].host = host_of(s, n->verdict.finding[k].place);
	note_when(s, n);
	if (n->verdict.state == before && n->since)
		return;
	n->before = before;
	n->since = view_now(s->view);
	if (!first)
		remember_change(s, i, before);
}

/* Cross-checks come last: they are held against all the others. */
static void judge_nodes(struct server *s, bool compared)
{
	for (int i = 0; i < s->nodes; i++)
		if (!s->node[i].probe->compare == !compared)
			judge_node(s, i);
}

/* ---- root causes ---- */

static bool is_standing(const struct server *s, const struct finding *f)
{
	const struct cause *c = cause_find(f->cause);
	static const struct blame down = {.when = EDGE_PG_DOWN};
	return c && ((c->flags & CAUSE_STANDING) ||
		     ((c->flags & CAUSE_STANDING_DOWN) && graph_edge_holds(s, &down, NULL, NULL)));
}

static void add_root(struct server *s, int node, const struct finding *f, bool standing)
{
	s->root = xrealloc(s->root, (size_t)(s->roots + 1) * sizeof *s->root);
	s->root[s->roots++] = (struct root){.finding = f, .node = node, .standing = standing};
}

static void find_roots_of(struct server *s, int i)
{
	struct node *n = &s->node[i];
	n->explained_by = -1;
	for (int k = 0; k < n->verdict.findings; k++) {
		struct finding *f = &n->verdict.finding[k];
		if (f->rank == RANK_ADVICE) {
			if (s->advices < (int)(sizeof s->advice / sizeof *s->advice))
				s->advice[s->advices++] = f;
			continue;
		}
		int by = graph_explain(s, i, f);
		if (k == 0)
			n->explained_by = by == i ? -1 : by; /* by its own node: no root, and no edge to draw */
		if (by < 0 || is_standing(s, f))
			add_root(s, i, f, by >= 0);
	}
}

static int parent_of(const struct node *n)
{
	return n->explained_by >= 0 ? n->explained_by : n->blocked_by;
}

static bool hangs_from(const struct server *s, int i, int root)
{
	for (int steps = 0; i >= 0 && steps <= s->nodes; steps++) {
		i = parent_of(&s->node[i]);
		if (i == root)
			return true;
	}
	return false;
}

static void count_unblocked(struct server *s)
{
	for (int r = 0; r < s->roots; r++)
		for (int i = 0; i < s->nodes; i++)
			if (i != s->root[r].node && hangs_from(s, i, s->root[r].node))
				s->root[r].unblocks++;
}

static bool comes_first_while_down(const struct root *r)
{
	const struct cause *c = cause_find(r->finding->cause);
	return c && (c->flags & CAUSE_STANDING_DOWN) && r->finding->rank == RANK_FAIL;
}

static int by_urgency(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

/* Rule 8: failures before warnings, what broke others before what stands on its own, then what runs
 * out first, then what blocks most, then the order of the catalogue. */
static int compare_roots(const void *pa, const void *pb)
{
	const struct root *a = pa, *b = pb;
	int order = (int)b->finding->rank - (int)a->finding->rank;
	if (!order)
		order = comes_first_while_down(b) - comes_first_while_down(a);
	if (!order)
		order = a->standing - b->standing;
	if (!order)
		order = by_urgency(a->finding->urgency, b->finding->urgency);
	if (!order)
		order = b->unblocks - a->unblocks;
	return order ? order : a->node - b->node;
}

/* ---- the server as a whole ---- */

static bool is_unseen(const struct node *n)
{
	return n->verdict.state == STATE_UNKNOWN || n->verdict.state == STATE_BLOCKED;
}

static void judge_server_state(struct server *s)
{
	bool blind = false;
	s->hidden = 0;
	for (int i = 0; i < s->nodes; i++) {
		blind |= s->node[i].probe->essential && is_unseen(&s->node[i]);
		s->hidden += s->node[i].verdict.state == STATE_UNKNOWN && !s->node[i].verdict.pending;
	}
	if (s->roots)
		s->state = s->root[0].finding->rank == RANK_FAIL ? STATE_FAIL : STATE_WARN;
	else
		s->state = blind ? STATE_UNKNOWN : STATE_OK;
}

static void read_forecast(struct server *s)
{
	s->pg_wal_full_s = know_num(s->view, "forecast.pg_wal_full_s");
	s->backup_full_s = know_num(s->view, "forecast.backup_full_s");
	s->slot_lost_s = know_num(s->view, "forecast.slot_lost_s");
	s->rpo_s = know_num(s->view, "rpo.seconds");
	const char *route = know(s->view, "rpo.route"), *version = know(s->view, "pg.version");
	snprintf(s->other_route, sizeof s->other_route, "%s", route ? route : "");
	snprintf(s->pg_version, sizeof s->pg_version, "%s", version ? version : "");
}

void graph_judge(struct server *s)
{
	s->roots = s->advices = 0;
	judge_nodes(s, false);
	for (int i = 0; i < s->nodes; i++)
		find_roots_of(s, i);
	count_unblocked(s);
	if (s->roots)
		qsort(s->root, (size_t)s->roots, sizeof *s->root, compare_roots);
	judge_nodes(s, true);
	judge_server_state(s);
	read_forecast(s);
}

int server_exit_status(const struct server *s)
{
	static const int status[] = {[STATE_FAIL] = 2, [STATE_WARN] = 1, [STATE_UNKNOWN] = 3, [STATE_OK] = 0, [STATE_OFF] = 0, [STATE_BLOCKED] = 3};
	return status[s->state];
}

int model_exit_status(const struct model *m)
{
	static const int order[] = {2, 1, 3};
	for (size_t k = 0; k < sizeof order / sizeof *order; k++)
		for (int i = 0; i < m->servers; i++)
			if (server_exit_status(&m->server[i]) == order[k])
				return order[k];
	return 0;
}
