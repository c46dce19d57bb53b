#include <stdio.h>

#include "probes/engine/engine.h"
#include "probes/link/loop.h"
#include "remedies/shelf.h"
#include "remedies/walk.h"
#include "tui/command/screen.h"
#include "tui/session.h"

static void list(const char *directory)
{
	struct arena *a = arena_new();
	struct shelf shelf;
	shelf_read(a, directory, &shelf);
	for (int i = 0; i < shelf.books; i++)
		printf("%-30s %s\n", shelf.book[i].name, shelf.book[i].title);
	if (*shelf.problem.say)
		printf("%s\n", shelf.problem.say);
	puts("\nwalmedic walk NAME [SERVER] walks one of these, walmedic walk FILE.md any page in Markdown");
	arena_free(a);
}

/* The session of the server that was named, or of the only one there is; else one without any. -1: the name is wrong. */
static int open_session(const struct cli *c, struct session *s, struct walk_order *o, struct problem *p)
{
	struct cli mine = *c;
	mine.history = true; /* for the report of the incident */
	o->server = 0;
	if (c->args > 1) {
		if (session_open(&mine, c->arg + 1, 1, NULL, s, p))
			return -1;
	} else if (session_open(&mine, NULL, 0, NULL, s, p)) {
		o->why_nowhere = p->say;
		session_nowhere(c, s);
		o->server = -1;
	} else if (engine_model(s->engine)->servers != 1) {
		session_close(s);
		o->why_nowhere = "there are several servers; name one: walmedic walk RUNBOOK SERVER";
		session_nowhere(c, s);
		o->server = -1;
	}
	o->loop = s->loop;
	o->engine = s->engine;
	return 0;
}

/* On a terminal that can be painted on the walk is a screen of the console, else a dialogue; the one goes on where the other was. */
static int walk(const struct cli *c, struct session *s, const struct walk_order *o)
{
	char notice[240] = "";
	if (c->plain || !screen_possible()) {
		int status = walk_page(o);
		session_close(s);
		return status;
	}
	if (o->why_nowhere)
		snprintf(notice, sizeof notice, "commands can be copied, not run: %.190s", o->why_nowhere);
	if (c->anew && !walk_again(o))
		snprintf(notice, sizeof notice, "not begun again: somebody else walks this page");
	if (o->server >= 0)
		engine_start(s->engine, true);
	return screen_walk_run(c, s, c->arg[0], *notice ? notice : NULL);
}

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	char directory[512];
	struct walk_order o = {.read_only = c->read_only, .anew = c->anew};
	if (session_runbooks(c, directory, sizeof directory, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	if (c->list || !c->args) {
		list(*directory ? directory : NULL);
		return 0;
	}
	struct arena *a = arena_new();
	const struct page *page = o.page = shelf_take(a, *directory ? directory : NULL, c->arg[0], &o.path, &p);
	int status = EXIT_USAGE;
	if (!page || (page->walkable && open_session(c, &s, &o, &p))) {
		problem_print(stderr, &p);
	} else if (!page->walkable) {
		walk_show(page);
		status = 0;
	} else {
		status = walk(c, &s, &o);
	}
	arena_free(a);
	return status;
}

const struct command command_walk = {
	.name = "walk", .args = "[RUNBOOK [SERVER]]", .about = "a runbook step by step: one of ours, or any Markdown file; goes on where it was",
	.most = 2, .run = run};
