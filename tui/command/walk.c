#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probes/engine/engine.h"
#include "probes/link/loop.h"
#include "remedies/catalogue.h"
#include "remedies/runbook.h"
#include "remedies/walk.h"
#include "tui/session.h"

static void list(void)
{
	struct arena *a = arena_new();
	struct problem p;
	for (const struct embedded *e = embedded_runbooks; e->cause; e++) {
		const struct page *page = runbook_find(a, e->cause, &p);
		printf("%-30s %s\n", e->cause, page ? page->title : p.say);
	}
	puts("\nwalmedic walk NAME [SERVER] walks one of these, walmedic walk FILE.md any page in Markdown");
	arena_free(a);
}

static struct page *find(struct arena *a, const char *name, struct problem *p)
{
	size_t n = strlen(name);
	bool is_file = strchr(name, '/') || (n > 3 && !strcmp(name + n - 3, ".md")) || !access(name, F_OK);
	return is_file ? runbook_read(a, name, p) : runbook_find(a, name, p);
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
		*s = (struct session){.loop = loop_new()};
		o->server = -1;
	} else if (engine_model(s->engine)->servers != 1) {
		session_close(s);
		o->why_nowhere = "there are several servers; name one: walmedic walk RUNBOOK SERVER";
		*s = (struct session){.loop = loop_new()};
		o->server = -1;
	}
	o->loop = s->loop;
	o->engine = s->engine;
	return 0;
}

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	struct walk_order o = {.path = c->arg[0], .read_only = c->read_only, .anew = c->anew};
	if (c->list || !c->args) {
		list();
		return 0;
	}
	struct arena *a = arena_new();
	const struct page *page = o.page = find(a, c->arg[0], &p);
	int status = EXIT_USAGE;
	if (!page || (page->walkable && open_session(c, &s, &o, &p))) {
		problem_print(stderr, &p);
	} else if (!page->walkable) {
		walk_show(page);
		status = 0;
	} else {
		status = walk_page(&o);
		if (s.engine)
			session_close(&s);
		else
			loop_free(s.loop);
	}
	arena_free(a);
	return status;
}

const struct command command_walk = {
	.name = "walk", .args = "[RUNBOOK [SERVER]]", .about = "a runbook step by step: one of ours, or any Markdown file; goes on where it was",
	.most = 2, .run = run};
