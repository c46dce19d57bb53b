#include "tui/screen/dossier.h"

#include <math.h>
#include <stdio.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "tui/widget/route.h"
#include "tui/widget/words.h"

static void heading(struct doc *d, const char *text)
{
	doc_blank(d);
	doc_text(d, 0, MEAN_TITLE, text);
}

static void state_line(struct doc *d, const struct node *n, int64_t now)
{
	const struct state_look *look = node_look(n);
	char age[8], since[16];
	doc_label(d, 0, look->meaning, look->glyph, 2, look->meaning,
		  arena_printf(d->a, "%s %s", look->word, n->probe->id));
	if (n->probe->title)
		doc_text(d, 2, MEAN_TEXT, n->probe->title);
	if (n->since)
		doc_textf(d, 2, MEAN_FAINT, "since %s (%s)", words_clock(n->since, since),
			  words_age(now, n->since, age));
	if (n->asked_at)
		doc_textf(d, 2, MEAN_FAINT, "last answer %s, took %lld ms",
			  words_clock(n->asked_at, since), (long long)n->took_ms);
}

static void finding(struct doc *d, const struct finding *f)
{
	doc_blank(d);
	doc_label(d, 0, MEAN_FAINT, "cause", 6, f->rank == RANK_FAIL ? MEAN_FAIL : MEAN_WARN,
		  f->cause);
	doc_text(d, 0, MEAN_TITLE, f->say ? f->say : "");
	if (f->host && *f->host)
		doc_label(d, 0, MEAN_FAINT, "fix on", 7, words_place(f->place), f->host);
	if (!isnan(f->urgency)) {
		struct str s = {0};
		text_duration(&s, f->urgency);
		doc_label(d, 0, MEAN_FAINT, "harm in", 8, MEAN_FAIL, str_text(&s));
		str_free(&s);
	}
	if (f->evidence && *f->evidence) {
		heading(d, "What came back");
		doc_text(d, 1, MEAN_QUOTE, f->evidence);
	}
}

static void neighbours(struct doc *d, const struct server *s, int node)
{
	const struct node *n = &s->node[node];
	int broken = 0;
	heading(d, "Needs");
	for (int i = 0; i < n->n_needs; i++) {
		const struct node *o = &s->node[n->needs[i]];
		doc_label(d, 1, node_look(o)->meaning, node_look(o)->glyph, 2, MEAN_TEXT,
			  arena_printf(d->a, "%s  %s", o->probe->id, node_say(o)));
	}
	if (!n->n_needs)
		doc_text(d, 1, MEAN_FAINT, "nothing");
	heading(d, "Breaks");
	for (int i = 0; i < s->nodes; i++) {
		const struct node *o = &s->node[i];
		if (!route_breaks(s, node, i))
			continue;
		broken++;
		doc_label(d, 1, node_look(o)->meaning, node_look(o)->glyph, 2, MEAN_TEXT,
			  o->probe->id);
	}
	if (!broken)
		doc_text(d, 1, MEAN_FAINT, "nothing");
}

void dossier_findings(struct doc *d, const struct server *s, int node, int64_t now)
{
	const struct node *n = &s->node[node];
	const struct verdict *v = &n->verdict;
	state_line(d, n, now);
	if (n->explained_by >= 0)
		doc_textf(d, 2, MEAN_FAINT, "explained by %s", s->node[n->explained_by].probe->id);
	if (v->state == STATE_BLOCKED && n->blocked_by >= 0)
		doc_textf(d, 2, MEAN_BLOCKED,
			  "not asked: there is nothing to look at until %s is green",
			  s->node[n->blocked_by].probe->id);
	for (int i = 0; i < v->findings; i++)
		finding(d, &v->finding[i]);
	if (!v->findings && v->say && *v->say) {
		doc_blank(d);
		doc_text(d, 0, MEAN_TEXT, v->say);
	}
	if (v->evidence && *v->evidence) {
		heading(d, "What came back");
		doc_text(d, 1, MEAN_QUOTE, v->evidence);
	}
}

void dossier_about(struct doc *d, const struct node *n)
{
	if (!n->probe->about)
		return;
	heading(d, "What is asked, and how it can lie");
	doc_text(d, 1, MEAN_TEXT, n->probe->about);
}

void dossier_write(struct doc *d, const struct server *s, int node, int64_t now)
{
	dossier_findings(d, s, node, now);
	neighbours(d, s, node);
	dossier_about(d, &s->node[node]);
}
