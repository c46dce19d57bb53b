#include "remedies/drill.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/text.h"
#include "probes/engine/view.h"
#include "remedies/catalogue.h"
#include "remedies/drill_inside.h"
#include "remedies/explain.h"

enum { PROOF_MS = 10000, FACTS_MS = 30000 };
static const char default_directory[] = "/var/tmp";
/* The chapters of the runbook that are a drill; what stands in others is for those who walk it. */
static const char *const parts[PARTS] = {"The backup", "The place", "Restore and check", "Clear away"};

/* ---- what was typed ---- */

/* "/d", "user@host:/d" */
static int place_of(const char *to, struct drill_left *ret, struct problem *p)
{
	*ret = (struct drill_left){0};
	to = to ? to : default_directory;
	const char *at = *to == '/' ? NULL : strchr(to, '@'), *colon = at ? strchr(at, ':') : NULL, *directory = *to == '/' ? to : colon ? colon + 1 : "";
	if (*directory != '/' || strlen(directory) >= sizeof ret->directory || !text_is_plain(directory) ||
	    (at && ((size_t)(at - to) >= sizeof ret->login || at == to || (size_t)(colon - at) >= sizeof ret->host || colon == at + 1)))
		return problem_set(p, "--to /DIRECTORY on Barman's own host, or --to USER@HOST:/DIRECTORY", "\"%.100s\" is no place for a copy", to);
	snprintf(ret->directory, sizeof ret->directory, "%s", directory);
	if (at) {
		snprintf(ret->login, sizeof ret->login, "%.*s", (int)(at - to), to);
		snprintf(ret->host, sizeof ret->host, "%.*s", (int)(colon - at - 1), at + 1);
	}
	return 0;
}

static int set_place(const struct drill_order *o, const struct drill_left *l, struct problem *p)
{
	return engine_scratch(o->engine, 0, *l->login ? l->login : NULL, *l->login ? l->host : NULL, p);
}

int drill_check(const struct drill_order *o, struct problem *p)
{
	struct drill_left place;
	if (o->at && (!*o->at || *o->at == '-' || !text_is_plain(o->at) || strlen(o->at) > 80 || !strcmp(o->at, "end")))
		return problem_set(p, "--at \"2026-11-21 03:12:44\", in the time zone of Barman's host if none is named", "\"%.80s\" is no point in time", o->at);
	return place_of(o->to, &place, p) || set_place(o, &place, p) ? -1 : 0;
}

/* ---- steps ---- */

static void answer(struct drill *d, const char *name, const char *value)
{
	for (int i = 0; i < d->page->asks; i++)
		if (!strcmp(d->fix.answer[i].name, name))
			d->fix.answer[i].value = arena_dup(d->fix.arena, value);
}

static void answer_place(struct drill *d, const struct drill_left *l)
{
	answer(d, "dir", l->directory);
	answer(d, "remote", *l->login ? arena_printf(d->fix.arena, "ssh -o BatchMode=yes %s@%s", l->login, l->host) : "no");
}

static bool is_of(const struct step *s, enum drill_part part)
{
	return s->kind == STEP_COMMAND && !strcmp(s->under, parts[part]);
}

static struct planned *planned_of(const struct plan *plan, const struct step *step)
{
	for (int i = 0; i < plan->steps; i++)
		if (plan->step[i].step == step)
			return &plan->step[i];
	return NULL;
}

static void not_made(struct drill *d, const char *why, const char *hint)
{
	if (*d->failed)
		return;
	snprintf(d->failed, sizeof d->failed, "%s", why);
	snprintf(d->hint, sizeof d->hint, "%s", hint ? hint : "");
	d->refused = true;
}

/* Where a step stands among those of the drill, and how many they are. */
static int number_of(const struct drill *d, const struct step *step, int *ret_of)
{
	int number = 0;
	*ret_of = 0;
	for (int i = 0; i < d->page->steps; i++)
		for (int part = 0; part < PARTS; part++)
			if (is_of(&d->page->step[i], part)) {
				++*ret_of;
				number = &d->page->step[i] == step ? *ret_of : number;
			}
	return number;
}

static bool do_step(struct drill *d, const struct step *step)
{
	struct plan plan;
	struct str out = {0};
	int of;
	fix_plan(&d->fix, &plan);
	struct planned *s = planned_of(&plan, step);
	if (!s)
		return false;
	s->number = number_of(d, step, &of);
	explain_planned(s, of, &out);
	printf("\n%s", str_text(&out));
	fflush(stdout);
	str_free(&out);
	const char *why = s->refused ? s->refused : s->closed ? s->closed : s->copy_only;
	if (why) {
		not_made(d, why, "walmedic walk restore-drill goes through the same steps, and commands can be copied there");
		return false;
	}
	str_clear(&d->line);
	*d->fix.outcome = '\0';
	if (fix_run(&d->fix, s))
		return true;
	if (!*d->failed) {
		snprintf(d->failed, sizeof d->failed, "\"%.100s\" did not succeed: %.200s", step->heading, *d->fix.outcome ? d->fix.outcome : "it did not run");
		d->refused = !is_of(step, PART_RESTORE) || !text_starts(d->fix.outcome, "exit status"); /* stopped, or cut off: that says nothing of the backup */
	}
	return false;
}

static bool do_part(struct drill *d, enum drill_part part)
{
	for (int i = 0; i < d->page->steps; i++)
		if (is_of(&d->page->step[i], part) && (d->fix.quit || !do_step(d, &d->page->step[i])))
			return false;
	return true;
}

/* ---- asking ---- */

/* Every command that changes something, byte for byte as it will run. */
static void list_commands(struct drill *d)
{
	struct plan plan;
	struct str out = {0};
	int of;
	fix_plan(&d->fix, &plan);
	for (int i = 0; i < plan.steps; i++)
		if (is_of(plan.step[i].step, PART_RESTORE) || is_of(plan.step[i].step, PART_AWAY)) {
			plan.step[i].number = number_of(d, plan.step[i].step, &of);
			str_addc(&out, '\n');
			explain_planned(&plan.step[i], of, &out);
		}
	printf("%s", str_text(&out));
	str_free(&out);
}

static bool agreed(struct drill *d)
{
	for (;;) {
		const char *typed = prompt_line(&d->fix.prompt, "restore, check and remove it? [y/N, l lists the commands]");
		if (!typed || strcmp(typed, "l")) {
			d->fix.changes_confirmed = typed && (!strcmp(typed, "y") || !strcmp(typed, "Y") || !strcmp(typed, "yes"));
			return d->fix.changes_confirmed;
		}
		list_commands(d);
	}
}

/* ---- the whole ---- */

/* Removes the copy at this place, and the note of it. */
static bool clear_away(struct drill *d, const struct drill_left *l)
{
	struct problem p;
	*d->said[SAID_REMOVED] = '\0';
	if (set_place(d->o, l, &p)) {
		not_made(d, p.say, p.hint);
		return false;
	}
	answer_place(d, l);
	bool done = do_part(d, PART_AWAY) && *d->said[SAID_REMOVED];
	if (done)
		drill_left_remove(d->records, fix_server(&d->fix)->name);
	return done;
}

/* What a drill that was killed has noted. */
static bool clear_old(struct drill *d)
{
	struct drill_left old;
	struct problem p;
	int there = drill_left_read(d->records, fix_server(&d->fix)->name, &old, &p);
	if (there < 0)
		not_made(d, p.say, p.hint);
	if (there <= 0)
		return there == 0;
	printf("\nAn earlier drill, of %s, was not ended and has noted where its copy lies: %s%s%s%s%s\n", *old.at ? old.at : "?", old.login, *old.login ? "@" : "",
	       old.host, *old.login ? ":" : "", old.directory);
	bool done = clear_away(d, &old) && !set_place(d->o, &d->mine, &p);
	answer_place(d, &d->mine);
	return done;
}

static bool look(struct drill *d)
{
	if (!do_part(d, PART_BACKUP))
		return false;
	if (!*d->said[SAID_BACKUP] || isnan(drill_number(d, SAID_NEED))) {
		not_made(d, "the Barman host did not say which backup is to be restored, and how much room it needs", NULL);
		return false;
	}
	answer(d, "backup", d->said[SAID_BACKUP]);
	answer(d, "version", d->said[SAID_VERSION]);
	answer(d, "need", d->said[SAID_NEED]);
	return do_part(d, PART_PLACE);
}

static bool note(struct drill *d)
{
	struct problem p;
	clock_rfc3339(clock_wall_ms(), d->mine.at, sizeof d->mine.at);
	if (!drill_left_write(d->records, fix_server(&d->fix)->name, &d->mine, &p))
		return true;
	not_made(d, p.say, p.hint);
	return false;
}

static void write_record(struct drill *d)
{
	struct problem p;
	const char *server = fix_server(&d->fix)->name;
	struct drill_done done = {.backup = d->said[SAID_BACKUP], .at = clock_wall_ms(), .last = drill_number(d, SAID_LAST),
				  .seconds = drill_number(d, SAID_RESTORE_SECONDS) + drill_number(d, SAID_START_SECONDS),
				  .verified = !strcmp(d->said[SAID_MANIFEST], "matches")};
	if (drill_record_write(d->records, server, &done, &p)) {
		snprintf(d->record, sizeof d->record, "NOT WRITTEN: %s", p.say);
		return;
	}
	int node = server_node(fix_server(&d->fix), "restore.tested");
	int64_t start = clock_mono_ms(), wall = clock_wall_ms();
	if (node < 0)
		return;
	engine_ask_now(d->o->engine, 0, node);
	do
		fix_turn(&d->fix);
	while (fix_server(&d->fix)->node[node].asked_at < wall && clock_mono_ms() - start < PROOF_MS);
	const struct verdict *v = &fix_server(&d->fix)->node[node].verdict;
	snprintf(d->record, sizeof d->record, "restore.tested %s: %s", state_names[v->state], v->say ? v->say : "");
}

static void restore_and_check(struct drill *d)
{
	if (!note(d))
		return;
	d->begun = true;
	if (do_part(d, PART_RESTORE) && (isnan(drill_number(d, SAID_START_SECONDS)) || isnan(drill_number(d, SAID_ROWS)) || !*d->said[SAID_DAMAGE]))
		not_made(d, "the steps ended well and did not say that the copy was started, read and checked", NULL);
	if (*d->fix.ending)
		return; /* whoever ended us does not wait: the next drill finds the note */
	char why[sizeof d->failed];
	snprintf(why, sizeof why, "%s", d->failed);
	*d->fix.interrupted = 0;
	d->removed = clear_away(d, &d->mine);
	if (!d->removed && !*why)
		not_made(d, "the copy could not be removed", NULL);
	if (!*d->failed)
		write_record(d);
}

static int status_of(const struct drill *d)
{
	return !*d->failed ? DRILL_DONE : d->refused ? DRILL_NOT_MADE : DRILL_FAILED;
}

/* The first fact of the page that is not known yet, or NULL. */
static const char *unknown_fact(const struct drill *d)
{
	for (int i = 0; i < d->page->n_facts; i++)
		if (text_starts(d->page->facts[i], "server.") && !know(fix_server(&d->fix)->view, d->page->facts[i]))
			return d->page->facts[i];
	return NULL;
}

/* A loaded host may have answered nothing in the first sweep. */
static bool knows_enough(struct drill *d)
{
	int64_t start = clock_mono_ms();
	const char *fact;
	while ((fact = unknown_fact(d)) && clock_mono_ms() - start < FACTS_MS && !*d->fix.interrupted && !*d->fix.ending) {
		if (clock_mono_ms() - start > FACTS_MS / 2)
			engine_ask_now(d->o->engine, 0, -1);
		fix_turn(&d->fix);
	}
	if (fact) {
		char why[200];
		snprintf(why, sizeof why, "%s is not known: Barman's host or its configuration could not be seen", fact);
		not_made(d, why, "walmedic check says what is in the way");
	}
	return !fact;
}

static void drill(struct drill *d)
{
	printf("\n%s\n", d->page->title);
	if (!knows_enough(d) || !look(d))
		return;
	drill_tell_plan(d);
	if (!agreed(d))
		not_made(d, "it was not agreed to", NULL);
	else if (clear_old(d))
		restore_and_check(d);
}

static bool open_page(struct drill *d, struct problem *p)
{
	struct arena *a = d->fix.arena;
	d->page = runbook_find(a, "restore-drill", p);
	if (!d->page)
		return false;
	d->fix.page = d->page;
	d->fix.answer = arena_alloc(a, sizeof *d->fix.answer * (size_t)(d->page->asks + 1));
	for (int i = 0; i < d->page->asks; i++)
		d->fix.answer[i] = (struct answer){d->page->ask[i].name, plan_fallback(&d->page->ask[i], fix_server(&d->fix)->view)};
	const char *records = know(fix_server(&d->fix)->view, "server.drill_directory");
	d->records = arena_dup(a, records ? records : "");
	answer(d, "backup", "latest");
	answer(d, "at", d->o->at ? d->o->at : "end");
	answer_place(d, &d->mine);
	return true;
}

int drill_run(const struct drill_order *o)
{
	struct problem p;
	struct drill d = {.o = o, .fix = {.loop = o->loop, .engine = o->engine, .read_only = o->read_only, .arena = arena_new(), .heard = drill_hear}};
	d.fix.heard_arg = &d;
	int status = DRILL_NOT_MADE;
	fix_open(&d.fix);
	if (place_of(o->to, &d.mine, &p) || set_place(o, &d.mine, &p) || !open_page(&d, &p)) {
		problem_print(stderr, &p);
	} else {
		drill(&d);
		drill_tell_end(&d);
		status = status_of(&d);
	}
	fix_close(&d.fix);
	str_free(&d.line);
	arena_free(d.fix.arena);
	return status;
}
