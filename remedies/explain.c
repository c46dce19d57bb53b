#include "remedies/explain.h"

#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/engine/probe.h"
#include "remedies/catalogue.h"

enum { WIDTH = 79, NEAR = 5 };

static const char rule[] = "------------------------------------------------------------------------";

static bool has_page(const char *cause)
{
	for (const struct embedded *e = embedded_pages; e->cause; e++)
		if (!strcmp(e->cause, cause))
			return true;
	return false;
}

void explain_list(struct str *out)
{
	for (const struct cause *c = causes; c->id; c++)
		str_addf(out, "%c %-38s %s\n", has_page(c->id) ? '*' : ' ', c->id, c->title);
	str_add(out, "\n* has a remedy page: walmedic explain CAUSE\n");
}

static void add_prose(struct str *out, const char *markdown)
{
	if (!markdown[strspn(markdown, " \n")])
		return;
	page_render(out, markdown, WIDTH);
	str_addc(out, '\n');
}

static void add_probes(struct str *out, const char *label, const char *const *list)
{
	if (!*list)
		return;
	str_add(out, label);
	for (; *list; list++)
		str_addf(out, " %s", *list);
	str_addc(out, '\n');
}

/* The commands and what goes with them; the same for `explain` and the walkthrough. */
static void add_commands(struct str *out, const struct step *s, const char *text)
{
	str_addf(out, "%s\n%s\n%s\n", rule, text, rule);
	if (s->expect)
		str_addf(out, "expected: a line that matches %s\n", s->expect);
	add_probes(out, "proven by:", s->proves);
	if (s->undo)
		str_addf(out, "undo: %s\n", s->undo);
}

void explain_planned(const struct planned *s, int of, struct str *out)
{
	static const char *const kinds[] = {[STEP_TICK] = "by hand", [STEP_READ] = "to read or do by hand", [STEP_CHOICE] = "choose"};
	const char *under = s->step->under ? s->step->under : "";
	str_addf(out, "Step %d of %d  ", s->number, of);
	if (s->step->kind != STEP_COMMAND)
		str_addf(out, "[%s]\n", kinds[s->step->kind]);
	else if (!*s->place)
		str_addf(out, "[to copy%s%s]\n", s->step->risk_named ? ", " : s->step->risk >= RISK_RESTART ? ", looks like " : "",
			 s->step->risk_named || s->step->risk >= RISK_RESTART ? risk_names[s->step->risk] : "");
	else
		str_addf(out, "[on %s as %s, %s]\n", s->host, *s->user ? s->user : "you", risk_names[s->step->risk]);
	str_addf(out, "%s%s%s\n\n", under, *under ? " / " : "", s->step->heading);
	add_prose(out, s->step->prose);
	if (s->step->kind == STEP_COMMAND)
		add_commands(out, s->step, s->shown);
	else
		add_probes(out, "proven by:", s->step->proves);
}

static void add_step(struct str *out, const struct step *s, int number)
{
	str_addf(out, "Step %d  [on %s as %s, %s]%s%s\n%s\n\n", number, s->on ? s->on : "console", s->as ? s->as : "you",
		 risk_names[s->risk], s->when ? "  only when " : "", s->when ? s->when : "", s->heading);
	add_prose(out, s->prose);
	add_commands(out, s, s->text);
	add_probes(out, "only while green:", s->requires);
	str_addc(out, '\n');
}

static void add_page(struct str *out, const struct page *page)
{
	str_addf(out, "%s\n\n", page->title);
	add_prose(out, page->why);
	for (int i = 0; i < page->asks; i++)
		str_addf(out, "{%s} is asked for before the steps: %s\n%s", page->ask[i].name, page->ask[i].about,
			 i + 1 == page->asks ? "\n" : "");
	int number = 0;
	for (int i = 0; i < page->steps; i++) {
		if (!i || strcmp(page->step[i].heading, page->step[i - 1].heading))
			number++;
		add_step(out, &page->step[i], number);
	}
}

/* How many letters differ, at most 63 a side. */
static int distance(const char *a, const char *b)
{
	int row[64], n = (int)strnlen(b, 63);
	for (int k = 0; k <= n; k++)
		row[k] = k;
	for (int i = 0; a[i]; i++) {
		int corner = row[0];
		row[0] = i + 1;
		for (int k = 1; k <= n; k++) {
			int swap = corner + (a[i] != b[k - 1]), drop = row[k] + 1, add = row[k - 1] + 1;
			corner = row[k];
			row[k] = swap < drop ? (swap < add ? swap : add) : (drop < add ? drop : add);
		}
	}
	return row[n];
}

struct near {
	const char *id;
	int far;
};

static int farness(const char *id, const char *wanted)
{
	return strstr(id, wanted) ? 0 : distance(wanted, id);
}

static int nearest(const char *wanted, struct near *ret)
{
	int n = 0;
	for (const struct cause *c = causes; c->id; c++) {
		int far = farness(c->id, wanted), at = n < NEAR ? n++ : NEAR;
		while (at > 0 && ret[at - 1].far > far) {
			if (at < NEAR)
				ret[at] = ret[at - 1];
			at--;
		}
		if (at < NEAR)
			ret[at] = (struct near){c->id, far};
	}
	return n;
}

static int unknown_cause(const char *wanted, struct problem *p)
{
	struct near near[NEAR];
	struct str hint = {0}, clean = {0};
	int n = nearest(wanted, near);
	str_add(&hint, "near it:");
	for (int i = 0; i < n; i++)
		str_addf(&hint, " %s", near[i].id);
	str_add(&hint, "; `walmedic explain` lists all");
	text_clean(&clean, wanted, strlen(wanted), 80, 80);
	problem_set(p, str_text(&hint), "there is no cause \"%s\"", str_text(&clean));
	str_free(&hint);
	str_free(&clean);
	return -1;
}

int explain_cause(const char *cause, struct str *out, struct problem *p)
{
	const struct cause *c = cause_find(cause);
	if (!c)
		return unknown_cause(cause, p);
	struct arena *a = arena_new();
	struct page *page = has_page(cause) ? remedy_find(a, cause, p) : NULL;
	int rc = page || !has_page(cause) ? 0 : -1;
	if (!rc)
		str_addf(out, "%s: %s\n\n", c->id, c->title);
	if (page)
		add_page(out, page);
	else if (!rc)
		str_add(out, "There is no remedy page for this cause yet.\n");
	arena_free(a);
	return rc;
}
