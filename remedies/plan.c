#include "remedies/plan.h"

#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probes/base/secret.h"
#include "probes/base/text.h"
#include "remedies/fill.h"
#include "remedies/known_wrong.h"

struct planning {
	struct arena *arena;
	const struct page *page;
	const struct plan_for *f;
};

/* ---- when ---- */

/* "15.4" against "15": number by number. */
static int compare_versions(const char *a, const char *b)
{
	while (*a || *b) {
		char *ea = (char *)a, *eb = (char *)b;
		unsigned long x = strtoul(a, &ea, 10), y = strtoul(b, &eb, 10);
		if (x != y)
			return x < y ? -1 : 1;
		if (ea == a && eb == b)
			return strcmp(a, b);
		a = ea + (*ea == '.');
		b = eb + (*eb == '.');
	}
	return 0;
}

static const struct comparison {
	const char *sign;
	bool less, equal, more;
} comparisons[] = {
	{">=", false, true, true}, {"<=", true, true, false}, {"!=", true, false, true}, {">", false, false, true}, {"<", true, false, false},
};

/* "ask.NAME" is a value of the page, any other name a fact; NULL: not known. */
static const char *know_or_asked(const struct view *v, const struct answer *answer, int answers, const char *name)
{
	if (!text_starts(name, "ask."))
		return know(v, name);
	for (int i = 0; i < answers; i++)
		if (!strcmp(answer[i].name, name + 4))
			return answer[i].value;
	return NULL;
}

static bool holds_one(const struct view *v, const struct answer *answer, int answers, const char *one, size_t n)
{
	char name[128], want[128];
	size_t colon = strcspn(one, ":");
	if (colon >= n || colon >= sizeof name || n - colon > sizeof want)
		return false;
	memcpy(name, one, colon);
	name[colon] = '\0';
	memcpy(want, one + colon + 1, n - colon - 1);
	want[n - colon - 1] = '\0';
	const char *is = know_or_asked(v, answer, answers, name);
	for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) {
		const struct comparison *c = &comparisons[i];
		if (!text_starts(want, c->sign))
			continue;
		int order = is ? compare_versions(is, want + strlen(c->sign)) : 0;
		return is ? (order < 0 ? c->less : order > 0 ? c->more : c->equal) : !strcmp(c->sign, "!=");
	}
	return is && !strcmp(is, want);
}

bool plan_when(const struct view *v, const struct answer *answer, int answers, const char *when)
{
	while (when && *when) {
		size_t n = strcspn(when, " ");
		if (n && !holds_one(v, answer, answers, when, n))
			return false;
		when += n + (when[n] == ' ');
	}
	return true;
}

/* ---- the text ---- */

const char *plan_default(const struct asked_value *ask, const struct view *v, const struct answer *answer, int answers)
{
	char name[128];
	size_t n = strlen(ask->fallback);
	if (n < 3 || n - 2 >= sizeof name || ask->fallback[0] != '{' || ask->fallback[n - 1] != '}')
		return ask->fallback;
	memcpy(name, ask->fallback + 1, n - 2);
	name[n - 2] = '\0';
	for (int i = 0; i < answers; i++)
		if (!strcmp(answer[i].name, name))
			return answer[i].value;
	const char *known = know(v, name);
	return known ? known : "";
}

const char *plan_fallback(const struct asked_value *ask, const struct view *v)
{
	return plan_default(ask, v, NULL, 0);
}

static const struct asked_value *find_ask(const struct page *page, const char *name)
{
	for (int i = 0; i < page->asks; i++)
		if (!strcmp(page->ask[i].name, name))
			return &page->ask[i];
	return NULL;
}

bool plan_is_secret(const struct planned *s, const char *name)
{
	const struct asked_value *ask = find_ask(s->page, name);
	return ask && ask->secret;
}

static const char *value_of(const struct planning *g, const char *name, struct problem *p)
{
	const struct view *v = g->f->server->view;
	const struct asked_value *ask = find_ask(g->page, name);
	for (int i = 0; ask && i < g->f->answers; i++) {
		if (strcmp(g->f->answer[i].name, name))
			continue;
		if (ask->given && !*g->f->answer[i].value)
			break;
		return g->f->answer[i].value;
	}
	if (ask && ask->given) {
		problem_set(p, NULL, "\"%s\" comes from an earlier step, which has not run yet: %s", name, ask->about);
		return NULL;
	}
	const char *value = ask ? plan_fallback(ask, v) : know(v, name);
	if (!value)
		problem_set(p, "walmedic could not see it; copy the command and fill it in", "\"%s\" is not known", name);
	return value;
}

struct filling {
	const struct planning *g;
	struct planned *planned;
	const char *text;
	size_t done;           /* bytes of text that are in out */
	struct str out;
	struct problem problem;
	bool lost;             /* the quotes of text cannot be followed */
};

/* A secret never becomes part of the text, which would stand in the argument list of its shell. */
static int fill_secret(struct filling *f, const char *name, const char *value)
{
	struct planned *s = f->planned;
	struct str checked = {0};
	char *variable = arena_printf(f->g->arena, "walmedic_%s", name);
	for (char *c = variable; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	int refused = s->secrets == PLAN_SECRETS - 1 ? -1 : fill_value(&checked, name, value, &f->problem);
	str_free(&checked);
	if (refused)
		return -1;
	str_addf(&f->out, "\"$%s\"", variable);
	for (int i = 0; i < s->secrets; i++)
		if (!strcmp(s->secret[i].name, variable))
			return 0;
	s->secret[s->secrets++] = (struct act_secret){variable, arena_dup(f->g->arena, value)};
	return 0;
}

/* <name> of a page that nobody wrote for us: where it is quoted, only what needs no quotes may stand. */
static int fill_quoted(struct filling *f, const struct hole *h, const char *name)
{
	struct str word = {0};
	const struct asked_value *ask = find_ask(f->g->page, name);
	const char *value = value_of(f->g, name, &f->problem);
	if (!value || !*value)
		return value ? 0 : -1; /* left as it stands: inside of quotes it does no harm */
	text_shell_quote(&word, value);
	bool plain = !strcmp(str_text(&word), value) && *value != '-' && !(ask && ask->secret);
	str_free(&word);
	if (!plain)
		return problem_set(&f->problem, "take the quotes away: walmedic quotes values itself",
				   "<%s> stands inside of quotes in line %d, where only letters, digits and _@%%+=:,./- can be put in", name,
				   f->planned->step->text_line + h->line);
	str_addn(&f->out, f->text + f->done, h->at - f->done);
	str_add(&f->out, value);
	f->done = h->at + h->len;
	return 0;
}

static int fill_hole(void *arg, const struct hole *h)
{
	struct filling *f = arg;
	size_t n = h->len - 2;
	char *name = arena_dupn(f->g->arena, h->name, n);
	if (!page_declares(f->g->page, name, n) || (h->angle && !f->g->page->runbook) || (h->quoted && !h->angle))
		return 0;
	if (h->angle && (h->quoted || f->lost))
		return fill_quoted(f, h, name);
	str_addn(&f->out, f->text + f->done, h->at - f->done);
	f->done = h->at + h->len;
	const char *value = value_of(f->g, name, &f->problem);
	const struct asked_value *ask = find_ask(f->g->page, name);
	if (value && ask && ask->secret)
		return fill_secret(f, name, value);
	return value ? fill_value(&f->out, name, value, &f->problem) : -1;
}

static int pass(void *arg, const struct hole *h)
{
	(void)arg, (void)h;
	return 0;
}

static void fill_text(const struct planning *g, struct planned *ret)
{
	struct filling f = {.g = g, .planned = ret, .text = ret->step->text};
	struct str masked = {0};
	f.lost = g->page->runbook && fill_each(f.text, pass, NULL) == -2;
	if (fill_each(f.text, fill_hole, &f) == -1) {
		ret->refused = arena_printf(g->arena, "%s%s%s", f.problem.say, *f.problem.hint ? ": " : "", f.problem.hint);
		ret->shown = ret->step->text;
	} else {
		str_add(&f.out, f.text + f.done);
		ret->text = arena_dup(g->arena, str_text(&f.out));
		secret_mask(&masked, ret->text, strlen(ret->text));
		ret->shown = arena_dup(g->arena, str_text(&masked));
	}
	str_free(&f.out);
	str_free(&masked);
}

/* ---- may it be done ---- */

static bool holds_cause(const struct node *n, const char *cause)
{
	for (int i = 0; i < n->verdict.findings; i++)
		if (!strcmp(n->verdict.finding[i].cause, cause))
			return true;
	return false;
}

int plan_cause_node(const struct server *s, const char *cause)
{
	for (int i = 0; cause && i < s->nodes; i++)
		if (holds_cause(&s->node[i], cause))
			return i;
	return -1;
}

/* Is node i not green only because of what is being treated? Then waiting for it would wait for ever. */
static bool follows_from(const struct server *s, int i, const char *cause)
{
	for (int turns = 0; cause && turns < s->nodes; turns++) {
		const struct node *n = &s->node[i];
		i = n->verdict.state == STATE_BLOCKED ? n->blocked_by : n->explained_by;
		if (i < 0)
			return false;
		if (holds_cause(&s->node[i], cause))
			return true;
	}
	return false;
}

static bool met(const struct server *s, int i, const char *cause)
{
	const struct node *n = &s->node[i];
	if (n->verdict.state == STATE_OK || n->verdict.state == STATE_OFF)
		return true;
	if (n->verdict.state == STATE_WARN && !n->verdict.findings)
		return true; /* only waiting */
	return follows_from(s, i, cause);
}

static const char *unmet(const struct planning *g, const struct step *step)
{
	const struct server *s = g->f->server;
	for (const char *const *id = step->requires; *id; id++) {
		int i = server_node(s, *id);
		if (i < 0)
			return arena_printf(g->arena, "it needs \"%s\" to be green, and that is not watched", *id);
		if (!met(s, i, g->f->cause))
			return arena_printf(g->arena, "\"%s\" must be green first: %s", s->node[i].probe->title,
					    s->node[i].verdict.say ? s->node[i].verdict.say : state_names[s->node[i].verdict.state]);
	}
	return NULL;
}

bool plan_is_green(const struct node *n, const char *cause)
{
	const struct cause *c = cause ? cause_find(cause) : NULL;
	bool may_stay = c && (c->flags & CAUSE_STANDING); /* an older backup that failed, a hole before the newest one */

	if (!cause && n->verdict.state == STATE_OFF)
		return true; /* of a runbook: there is nothing to be green */
	return n->verdict.state == STATE_OK && (may_stay || !cause || !holds_cause(n, cause));
}

bool plan_heard(const struct node *n, int64_t since)
{
	return !n->probe->asks[0] || n->asked_at - n->took_ms >= since;
}

static bool is_proven(const struct plan_for *f, const struct step *step)
{
	const struct server *s = f->server;
	for (const char *const *id = step->proves; *id; id++) {
		int i = server_node(s, *id);
		if (i < 0 || !plan_is_green(&s->node[i], f->cause) || !plan_heard(&s->node[i], f->since))
			return false;
	}
	return step->proves[0] != NULL;
}

static const char *host_of(const struct planning *g, const char *place)
{
	struct utsname u;
	const struct server *s = g->f->server;
	const char *scratch = strcmp(place, "scratch") ? NULL : know(s->view, "server.scratch_host");
	const char *host = !strcmp(place, "db") ? s->db_host : !strcmp(place, "backup") || !strcmp(place, "scratch") ? s->backup_host : NULL;
	if (scratch)
		return scratch;
	if (!strcmp(place, "console") && !uname(&u))
		return arena_dup(g->arena, u.nodename);
	return host && *host ? host : place;
}

static const char *user_of(const struct planning *g, const char *place, const char *as)
{
	const char *scratch = strcmp(place, "scratch") ? NULL : know(g->f->server->view, "server.scratch_user");
	if (as && scratch && !strcmp(as, "barman"))
		return scratch;
	const char *barman = know(g->f->server->view, "server.barman_user");
	struct passwd *me = as && !strcmp(as, "operator") ? getpwuid(geteuid()) : NULL;
	if (me)
		return arena_dup(g->arena, me->pw_name);
	return !as ? "" : !strcmp(as, "barman") && barman && *barman ? barman : as;
}

static const char *why_copy(const struct planning *g, const struct planned *p)
{
	if (g->f->read_only)
		return "walmedic runs with --read-only";
	if (g->page->runbook && !g->page->ours && known_wrong_never(p->step->text))
		return "a line of it is known to be wrong";
	const char *asks = g->page->runbook && !g->page->ours ? known_wrong_asks(p->step->text) : NULL;
	if (asks)
		return arena_printf(g->arena, "it %s, and nobody could answer it from here", asks);
	if (!*p->user || !*p->place)
		return g->page->runbook ? "the page does not say on which host and as which user" : "the page does not say as which user";
	if (!g->f->can_act || !g->f->can_act(g->f->arg, p->place, p->user))
		return arena_printf(g->arena, "from here there is no way in to %s as \"%s\"", p->host, p->user);
	return NULL;
}

/* What has invisible characters is shown with them made visible, and is no command. */
static void refuse_text(const struct planning *g, struct planned *ret)
{
	struct str clean = {0};
	text_clean(&clean, ret->step->text, strlen(ret->step->text), 4000, 1 << 20);
	ret->refused = ret->step->wrong;
	ret->shown = arena_dup(g->arena, str_text(&clean));
	str_free(&clean);
}

static void plan_step(const struct planning *g, const struct step *step, int number, struct planned *ret)
{
	const char *as = step->as ? step->as : g->f->as, *on = step->on ? step->on : g->f->on;
	*ret = (struct planned){.step = step, .page = g->page, .number = number, .place = on ? on : g->page->runbook ? "" : "console"};
	ret->user = user_of(g, ret->place, as);
	ret->host = host_of(g, ret->place);
	if (step->kind != STEP_COMMAND)
		ret->shown = "";
	else if (step->wrong)
		refuse_text(g, ret);
	else
		fill_text(g, ret);
	ret->closed = unmet(g, step);
	ret->copy_only = why_copy(g, ret);
	ret->proven = is_proven(g->f, step);
}

static bool proves(const struct step *s, const char *probe)
{
	for (const char *const *id = s->proves; *id; id++)
		if (!strcmp(*id, probe))
			return true;
	return false;
}

static bool proved_later(const struct plan *plan, int i)
{
	for (int k = i + 1; k < plan->steps; k++)
		for (const char *const *id = plan->step[i].step->proves; *id; id++)
			if (proves(plan->step[k].step, *id))
				return true;
	return false;
}

/* In a runbook only a when= makes variants; two commands under one heading are both to be done. */
static bool heading_taken(const struct plan *plan, const char *heading)
{
	for (int i = 0; i < plan->steps; i++)
		if (!strcmp(plan->step[i].step->heading, heading) && (!plan->page->runbook || plan->step[i].step->when))
			return true;
	return false;
}

void plan_make(struct arena *a, const struct page *page, const struct plan_for *f, struct plan *ret)
{
	struct planning g = {a, page, f};
	*ret = (struct plan){.page = page, .step = arena_alloc(a, sizeof *ret->step * (size_t)(page->steps + 1))};
	for (int i = 0; i < page->steps; i++) {
		const struct step *step = &page->step[i];
		if (heading_taken(ret, step->heading) || !plan_when(f->server->view, f->answer, f->answers, step->when))
			continue;
		plan_step(&g, step, ret->steps + 1, &ret->step[ret->steps]);
		ret->steps++;
	}
	for (int i = 0; i < ret->steps; i++)
		ret->step[i].proof_later = proved_later(ret, i);
}
