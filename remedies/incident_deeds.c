/* The timeline of the report: from the journal and from what was seen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/secret.h"
#include "probes/base/text.h"
#include "probes/engine/history.h"
#include "remedies/incident_inside.h"
#include "remedies/journal_read.h"

static struct moment *add(struct deeds *d, const char *at, const char *text)
{
	if (d->moments == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 64;
		struct moment *grown = arena_alloc(d->arena, sizeof *grown * (size_t)d->cap);
		if (d->moments)
			memcpy(grown, d->moment, sizeof *grown * (size_t)d->moments);
		d->moment = grown;
	}
	struct moment *m = &d->moment[d->moments];
	*m = (struct moment){.order = d->moments++, .text = text, .command = ""};
	snprintf(m->at, sizeof m->at, "%s", at);
	return m;
}

static void note_cause(struct deeds *d, const char *cause)
{
	for (int i = 0; i < d->causes; i++)
		if (!strcmp(d->cause[i], cause))
			return;
	if (*cause && d->causes < (int)(sizeof d->cause / sizeof *d->cause))
		d->cause[d->causes++] = arena_dup(d->arena, cause);
}

static void take_command(struct deeds *d, const struct past *p)
{
	struct arena *a = d->arena;
	const char *outcome = p->ended ? arena_printf(a, "exit status %d", p->status) : *p->unknown ? p->unknown : "no end is on record";
	const char *verb = strcmp(p->phase, "begun") ? "ran" : "began";
	struct moment *m = add(d, p->at, arena_printf(a, "%s \"%s\" on %s as %s%s%s", verb, p->step, p->host, p->as, *verb == 'r' ? ": " : "",
						      *verb == 'r' ? outcome : ""));
	m->command = arena_dup(a, p->command);
	m->where = arena_printf(a, "%s as %s", p->host, p->as);
	m->who = arena_dup(a, p->who);
	m->outcome = arena_dup(a, outcome);
	note_cause(d, p->cause);
}

/* The line that a command has ended replaces the one that it began. */
static void forget_begin(struct deeds *d, const struct past *p)
{
	for (int i = d->moments - 1; i >= 0; i--)
		if (!strcmp(d->moment[i].command, p->command) && *p->command && text_starts(d->moment[i].text, "began ")) {
			memmove(&d->moment[i], &d->moment[i + 1], sizeof *d->moment * (size_t)(d->moments - i - 1));
			d->moments--;
			return;
		}
}

/* The walk repeats what the command's own lines say, and what a choice has ruled out. */
static bool is_repeated(const struct past *p)
{
	return text_starts(p->say, "exit status ") || text_starts(p->say, "proven ") || (*p->event == 's' && text_starts(p->say, "chosen: "));
}

static void take_walk(struct deeds *d, const struct past *p)
{
	if (is_repeated(p))
		return;
	struct arena *a = d->arena;
	if (!strcmp(p->event, "begun") || !strcmp(p->event, "ended"))
		add(d, p->at, arena_printf(a, "the runbook \"%s\" was %s by %s", p->step, *p->event == 'b' ? "begun" : "walked to its end", p->who));
	else if (!strcmp(p->event, "note"))
		add(d, p->at, arena_printf(a, "note of %s at \"%s\": %s", p->who, p->step, p->say));
	else if (!strcmp(p->event, "done") || !strcmp(p->event, "failed") || !strcmp(p->event, "skipped"))
		add(d, p->at, arena_printf(a, "\"%s\": %s%s%s", p->step, p->event, *p->say ? ", " : "", p->say));
}

static void take(void *arg, const struct past *p)
{
	struct deeds *d = arg;
	if (strcmp(p->server, d->server->name) || strcmp(p->at, d->from) < 0 || strcmp(p->at, d->to) > 0)
		return;
	if (!strcmp(p->phase, "walk"))
		take_walk(d, p);
	else if (!strcmp(p->phase, "begun"))
		take_command(d, p);
	else if (!strcmp(p->phase, "ended")) {
		forget_begin(d, p);
		take_command(d, p);
	} else if (!strcmp(p->phase, "proven") || !strcmp(p->phase, "unproven")) {
		add(d, p->at, arena_printf(d->arena, "\"%s\" is %s%s%s", p->step, *p->phase == 'p' ? "proven: green" : "not proven: ",
					   *p->phase == 'p' ? "" : p->say, ""));
	}
}

void deeds_read(struct deeds *d, const char *journal, int64_t from, int64_t to)
{
	clock_rfc3339(from, d->from, sizeof d->from);
	clock_rfc3339(to, d->to, sizeof d->to);
	if (*journal)
		journal_read(journal, NULL, take, d);
}

static bool matters(const struct news *n)
{
	return n->node < 0 || n->to == STATE_FAIL || n->from == STATE_FAIL || (n->from == STATE_OK && n->to == STATE_WARN);
}

void deeds_add_news(struct deeds *d)
{
	const struct news *news = NULL;
	int n = d->server->history ? history_news(d->server->history, &news) : 0;
	for (int i = 0; i < n; i++) {
		char at[32], after[32];
		clock_rfc3339(news[i].at, at, sizeof at);
		if (!matters(&news[i]) || strcmp(at, d->from) < 0 || strcmp(at, d->to) > 0 || news[i].node >= d->server->nodes)
			continue;
		const char *unseen = news[i].after ? arena_printf(d->arena, " (between %s and then, nobody looked)",
								  clock_rfc3339(news[i].after, after, sizeof after)) : "";
		if (news[i].node >= 0)
			add(d, at, arena_printf(d->arena, "seen: %s: %s, was %s%s", d->server->node[news[i].node].probe->title, state_names[news[i].to],
						state_names[news[i].from], unseen));
		else if (!watched_facts[news[i].fact].is_time)
			add(d, at, arena_printf(d->arena, "changed: %s from \"%s\" to \"%s\"%s", watched_facts[news[i].fact].words,
						news[i].was ? news[i].was : "", news[i].is ? news[i].is : "", unseen));
	}
}

static int by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;
	int order = strcmp(x->at, y->at);
	return order ? order : x->order - y->order;
}

void deeds_timeline(struct deeds *d, struct str *out)
{
	if (d->moments)
		qsort(d->moment, (size_t)d->moments, sizeof *d->moment, by_time);
	str_add(out, "## Timeline\n\n");
	for (int i = 0; i < d->moments; i++) {
		str_addf(out, "- %s: ", d->moment[i].at);
		incident_put(out, d->moment[i].text);
		str_add(out, "\n");
	}
	str_add(out, d->moments ? "\n" : "- nothing is on record: no console watched, nothing was run by walmedic\n\n");
}

/* A fence that the text cannot close. */
static void put_fence(struct str *out, const char *text)
{
	struct str clean = {0}, masked = {0};
	char fence[16] = "```";
	text_clean(&clean, text, strlen(text), 4000, 1 << 16);
	secret_mask(&masked, str_text(&clean), clean.len);
	while (strstr(str_text(&masked), fence) && strlen(fence) + 2 < sizeof fence)
		strcat(fence, "`");
	str_addf(out, "\n  %s\n", fence);
	for (const char *p = str_text(&masked); *p;) {
		size_t n = strcspn(p, "\n");
		str_addf(out, "  %.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
	str_addf(out, "  %s\n", fence);
	str_free(&clean);
	str_free(&masked);
}

void deeds_commands(const struct deeds *d, struct str *out)
{
	int commands = 0;
	str_add(out, "## Commands run\n\n");
	for (int i = 0; i < d->moments; i++) {
		const struct moment *m = &d->moment[i];
		if (!*m->command)
			continue;
		str_addf(out, "%d. %s, on ", ++commands, m->at);
		incident_put(out, m->where);
		str_add(out, " by ");
		incident_put(out, m->who);
		str_add(out, ": ");
		incident_put(out, m->outcome);
		str_add(out, "\n");
		put_fence(out, m->command);
	}
	str_add(out, commands ? "\n" : "None by walmedic. What was copied and run by hand is not on record here.\n\n");
}
