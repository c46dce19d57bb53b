#include "remedies/run.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/secret.h"
#include "probes/base/text.h"
#include "probes/engine/engine.h"
#include "probes/link/loop.h"
#include "probes/link/place.h"
#include "remedies/sha256.h"

enum { JUMP_MS = 5000, STALE_MS = 120000, ASK_AGAIN_MS = 2000, LOOK_MS = 500, LATER_MS = 15000, OUTPUT_KEPT = 256 << 10 };

struct run {
	struct run_order o;
	struct run_state state;
	struct act *act;
	struct loop_timer *timer;
	struct deed deed;
	struct act_secret secret[PLAN_SECRETS];
	struct sha256 hash;
	char hex[65];
	struct str output;      /* for the expected pattern */
	struct str line;        /* of a step that gives values: not whole yet */
	int64_t ended_wall, ended_mono, asked_mono;
	bool in_start;
};

/* ---- confirming ---- */

enum confirm run_confirm(const struct planned *s)
{
	static const enum confirm of[RISKS] = {[RISK_READ] = CONFIRM_NOTHING, [RISK_CHANGE] = CONFIRM_YES, [RISK_RESTART] = CONFIRM_YES,
					       [RISK_DESTRUCTIVE] = CONFIRM_HOST};
	return of[s->step->risk];
}

void run_question(const struct planned *s, struct str *out)
{
	if (run_confirm(s) == CONFIRM_HOST)
		str_addf(out, "type \"%s\" to run this", s->host);
	else if (run_confirm(s) == CONFIRM_YES)
		str_add(out, "run this? [y/N]");
}

bool run_confirmed(const struct planned *s, const char *typed)
{
	if (run_confirm(s) == CONFIRM_HOST)
		return !strcmp(typed, s->host);
	return run_confirm(s) == CONFIRM_NOTHING || !strcmp(typed, "y") || !strcmp(typed, "Y") || !strcmp(typed, "yes");
}

/* ---- freshness ---- */

bool guard_look(struct guard *g, int64_t wall_ms, int64_t mono_ms)
{
	int64_t offset = wall_ms - mono_ms, moved = offset - g->offset_ms;
	bool jumped = g->looked && (moved > JUMP_MS || moved < -JUMP_MS);
	if (jumped)
		g->not_before = wall_ms;
	if (jumped || !g->looked)
		g->offset_ms = offset;
	g->looked = true;
	return jumped;
}

static bool seen(const struct guard *g, const struct node *n, int64_t wall_ms)
{
	if (!n->probe->asks[0])
		return true; /* rests on others */
	return n->asked_at >= g->not_before && n->asked_at >= wall_ms - STALE_MS && n->asked_at <= wall_ms + JUMP_MS;
}

int guard_fresh(const struct guard *g, const struct server *s, const char *cause, const struct step *step, int64_t wall_ms,
		struct problem *p)
{
	int node[STEP_PROBES + 1], n = 0;
	node[n++] = plan_cause_node(s, cause);
	for (const char *const *id = step->requires; *id; id++)
		node[n++] = server_node(s, *id);
	for (int i = 0; i < n; i++)
		if (node[i] >= 0 && s->node[node[i]].verdict.state != STATE_OFF && s->node[node[i]].verdict.state != STATE_BLOCKED &&
		    !seen(g, &s->node[node[i]], wall_ms))
			return problem_set(p, "wait for the next answer, then try again", "what is known of \"%s\" is old: %s",
					   s->node[node[i]].probe->title,
					   g->not_before > s->node[node[i]].asked_at ? "the clock jumped or the machine slept" : "no answer came lately");
	return 0;
}

/* ---- proving ---- */

static const struct server *server_of(const struct run *r)
{
	return &engine_model(r->o.engine)->server[r->o.server];
}

static void set_phase(struct run *r, enum run_phase phase)
{
	r->state.phase = phase;
	if (r->timer && phase != RUN_PROVING) {
		loop_timer_stop(r->timer);
		r->timer = NULL;
	}
}

static void tell(struct run *r)
{
	if (!r->in_start && r->o.changed)
		r->o.changed(r->o.arg, &r->state);
}

static void write_deed(struct run *r, enum deed_phase phase)
{
	struct problem p;
	if (r->state.acted && journal_write(r->o.journal, phase, &r->deed, &p))
		snprintf(r->state.journal, sizeof r->state.journal, "%s", p.say);
}

static void ask_probes(struct run *r)
{
	const struct server *s = server_of(r);
	for (const char *const *id = r->o.step->step->proves; *id; id++)
		if (server_node(s, *id) >= 0)
			engine_ask_now(r->o.engine, r->o.server, server_node(s, *id));
	r->asked_mono = clock_mono_ms();
}

/* What hangs on it: everything that is not green. */
static void ask_the_rest(struct run *r)
{
	const struct server *s = server_of(r);
	for (int i = 0; i < s->nodes; i++)
		if (s->node[i].verdict.state != STATE_OK && s->node[i].verdict.state != STATE_OFF)
			engine_ask_now(r->o.engine, r->o.server, i);
}

/* Green counts only when the answer was asked for after the command had ended. */
static bool is_green(const struct run *r, const struct node *n)
{
	if (!plan_is_green(n, r->o.cause))
		return false;
	if (!n->probe->asks[0])
		return clock_mono_ms() - r->ended_mono > 2 * ASK_AGAIN_MS;
	return n->asked_at - n->took_ms >= r->ended_wall;
}

/* The first probe that is not green, or -1. */
static int first_open(struct run *r)
{
	const struct server *s = server_of(r);
	for (const char *const *id = r->o.step->step->proves; *id; id++) {
		int i = server_node(s, *id);
		if (i < 0) {
			snprintf(r->state.say, sizeof r->state.say, "\"%s\" is not watched", *id);
			return s->nodes;
		}
		if (is_green(r, &s->node[i]))
			continue;
		const struct verdict *v = &s->node[i].verdict;
		snprintf(r->state.say, sizeof r->state.say, "%s: %s", s->node[i].probe->title,
			 plan_is_green(&s->node[i], r->o.cause) ? "green, being asked again" : v->say && *v->say ? v->say : state_names[v->state]);
		r->state.until = v->until;
		return i;
	}
	return -1;
}

static void proven(struct run *r)
{
	snprintf(r->state.say, sizeof r->state.say, "green");
	r->state.until = 0;
	r->deed.say = r->state.say;
	set_phase(r, RUN_PROVEN);
	write_deed(r, DEED_PROVEN);
	ask_the_rest(r);
	tell(r);
}

static void unproven(struct run *r)
{
	r->deed.say = r->state.say;
	set_phase(r, RUN_UNPROVEN);
	write_deed(r, DEED_UNPROVEN);
	tell(r);
}

/* It did its part, and a later step of the page proves the same: one fresh answer is enough to go on. */
static bool left_to_later(const struct run *r, int node)
{
	const struct server *s = server_of(r);
	if (!r->o.step->proof_later || !r->state.acted || !r->state.ended || r->state.status || !r->state.expected)
		return false;
	bool fresh = node < s->nodes && s->node[node].verdict.state != STATE_OK && s->node[node].asked_at - s->node[node].took_ms >= r->ended_wall;
	return fresh || clock_mono_ms() - r->ended_mono > LATER_MS;
}

static void look(void *arg)
{
	struct run *r = arg;
	char before[sizeof r->state.say];
	memcpy(before, r->state.say, sizeof before);
	int node = first_open(r);
	if (node < 0) {
		proven(r);
		return;
	}
	if (left_to_later(r, node)) {
		set_phase(r, RUN_DONE);
		tell(r);
		return;
	}
	if (r->state.acted && clock_mono_ms() - r->ended_mono > RUN_PROOF_MS) {
		unproven(r);
		return;
	}
	if (clock_mono_ms() - r->asked_mono > ASK_AGAIN_MS)
		ask_probes(r);
	if (strcmp(before, r->state.say))
		tell(r);
}

static void start_proving(struct run *r)
{
	r->ended_wall = clock_wall_ms();
	r->ended_mono = clock_mono_ms();
	if (!r->o.step->step->proves[0]) {
		set_phase(r, RUN_DONE);
		tell(r);
		return;
	}
	set_phase(r, RUN_PROVING);
	first_open(r);
	r->timer = loop_timer_start(r->o.loop, LOOK_MS, LOOK_MS, look, r);
	ask_probes(r);
	ask_the_rest(r);
	tell(r);
}

/* ---- acting ---- */

static void say(struct run *r, const char *text, size_t n)
{
	sha256_add(&r->hash, text, n);
	if (r->output.len < OUTPUT_KEPT)
		str_addn(&r->output, text, n < OUTPUT_KEPT - r->output.len ? n : OUTPUT_KEPT - r->output.len);
	if (r->o.output)
		r->o.output(r->o.arg, text, n);
}

/* The value that a line NAME=VALUE gives, or NULL. */
static const char *value_in(const struct step *s, const char *line, const char **ret_name)
{
	for (const char *const *name = s->gives; *name; name++) {
		size_t n = strlen(*name);
		*ret_name = *name;
		if (!strncmp(line, *name, n) && line[n] == '=')
			return line + n + 1;
	}
	return NULL;
}

static void take_line(struct run *r)
{
	const char *name, *value = value_in(r->o.step->step, str_text(&r->line), &name);
	bool secret = value && plan_is_secret(r->o.step, name);
	struct str plain = {0};
	if (secret)
		secret_reveal(&plain, value); /* the link has masked what looks like a password */
	if (secret && *value)
		secret_learn(str_text(&plain));
	if (value && r->o.given)
		r->o.given(r->o.arg, name, secret ? str_text(&plain) : value);
	str_free(&plain);
	str_addc(&r->line, '\n');
	if (!secret)
		say(r, r->line.s, r->line.len);
	str_clear(&r->line);
}

static void on_output(void *arg, const char *text, size_t n)
{
	struct run *r = arg;
	if (!r->o.step->step->gives[0]) {
		say(r, text, n);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\n')
			take_line(r);
		else
			str_addc(&r->line, text[i]);
}

static bool matches(const char *pattern, const char *text)
{
	regex_t re;
	if (!pattern)
		return true;
	if (regcomp(&re, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB))
		return false;
	bool hit = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return hit;
}

static void on_done(void *arg, bool ended, int status, const char *words)
{
	struct run *r = arg;
	r->act = NULL;
	if (r->line.len)
		take_line(r);
	r->state.ended = ended;
	r->state.status = status;
	r->state.expected = matches(r->o.step->step->expect, str_text(&r->output));
	snprintf(r->state.words, sizeof r->state.words, "%s", words ? words : "");
	sha256_end(&r->hash, r->hex);
	r->deed.ended = ended;
	r->deed.status = status;
	r->deed.words = r->state.words;
	r->deed.output_sha256 = r->hex;
	if (r->o.look) {
		set_phase(r, RUN_DONE);
		tell(r);
		return;
	}
	write_deed(r, DEED_ENDED);
	start_proving(r);
}

static const struct act_ops act_ops = {on_output, on_done};

static int may_run(const struct run_order *o, struct problem *p)
{
	const struct planned *s = o->step;
	if (o->read_only)
		return problem_set(p, "start walmedic without --read-only", "walmedic runs with --read-only");
	if (s->copy_only)
		return problem_set(p, "copy it instead", "%s", s->copy_only);
	if (s->refused || !s->text)
		return problem_set(p, NULL, "%s", s->refused ? s->refused : "there is no command");
	if (o->look)
		return 0;
	if (s->closed)
		return problem_set(p, NULL, "%s", s->closed);
	return guard_fresh(o->guard, &engine_model(o->engine)->server[o->server], o->cause, s->step, clock_wall_ms(), p);
}

static int begin(struct run *r, struct place *place, struct problem *p)
{
	const struct planned *s = r->o.step;
	r->deed = (struct deed){.id = journal_next(r->o.journal), .server = server_of(r)->name, .cause = r->o.cause, .heading = s->step->heading,
				.risk = risk_names[s->step->risk], .place = s->place, .host = s->host, .user = s->user, .command = s->text, .walk = r->o.walk, .key = r->o.key};
	if (!r->o.look && journal_write(r->o.journal, DEED_BEGUN, &r->deed, p)) {
		if (s->step->risk == RISK_DESTRUCTIVE)
			return -1;
		snprintf(r->state.journal, sizeof r->state.journal, "%s", p->say);
	}
	int secrets = s->secrets;
	memcpy(r->secret, s->secret, sizeof r->secret);
	if (r->o.look)
		r->secret[secrets++] = (struct act_secret){"walmedic_look", "1"};
	struct act_spec spec = {.text = s->text, .user = s->user, .shell = s->step->bash ? ACT_BASH : ACT_SH, .timeout_ms = s->step->timeout_s * 1000,
				.secret = r->secret, .secrets = secrets};
	r->act = place_act(place, &spec, &act_ops, r);
	return 0;
}

struct run *run_start(const struct run_order *o, struct problem *p)
{
	struct place *place = NULL;
	if (!o->watch_only) {
		if (may_run(o, p))
			return NULL;
		place = engine_place(o->engine, o->server, o->step->place);
		if (!place) {
			problem_set(p, "copy it instead", "from here there is no way in to %s", o->step->host);
			return NULL;
		}
	}
	struct run *r = xcalloc(1, sizeof *r);
	r->o = *o;
	r->state.acted = !o->watch_only;
	r->state.expected = true;
	r->in_start = true;
	sha256_start(&r->hash);
	if (o->watch_only) {
		start_proving(r);
	} else if (begin(r, place, p)) {
		run_free(r);
		return NULL;
	}
	r->in_start = false;
	return r;
}

const struct run_state *run_state(const struct run *r)
{
	return &r->state;
}

void run_cancel(struct run *r)
{
	if (r->act)
		act_cancel(r->act);
	else if (r->state.phase == RUN_PROVING && first_open(r) < 0)
		proven(r);
	else if (r->state.phase == RUN_PROVING)
		unproven(r);
}

void run_free(struct run *r)
{
	if (!r)
		return;
	if (r->timer)
		loop_timer_stop(r->timer);
	str_free(&r->output);
	str_free(&r->line);
	free(r);
}
