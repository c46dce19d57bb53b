/* `walmedic walk`: a runbook, step by step, without curses. */
#ifndef WALMEDIC_REMEDIES_WALK_H
#define WALMEDIC_REMEDIES_WALK_H

#include <stdbool.h>

#include "probes/base/problem.h"
#include "remedies/page.h"

struct loop;
struct engine;
struct answer;
struct str;

struct walk_order {
	struct loop *loop;
	struct engine *engine;   /* not yet started; or NULL: commands can be copied only */
	int server;              /* -1: none */
	const char *why_nowhere; /* why there is none */
	const struct page *page;
	const char *path;        /* of the page, or the name of a shipped one */
	bool read_only;
	bool anew;               /* forget how far an earlier walk came */
	const struct walk_flow *flow; /* or NULL: every step is asked for */
};

/* A walk that goes on by itself where nothing is to be decided: what only looks runs, a step whose look is right is passed over. */
struct walk_flow {
	const struct answer *answer; /* values that are given before; the others are asked when a step needs them */
	int answers;
	int (*check)(const char *name, const char *value, struct problem *p); /* is this a value for it? */
	bool unattended;         /* nobody is asked: answer confirms what changes something, values not in it are their defaults */
	bool may_restart;        /* unattended: a service may be restarted */
	bool begun;              /* the caller has begun this walk just now */
	struct str *typed;       /* what the caller has read ahead of stdin; taken over */
};

/* Talks on stdin and stdout until every step is done or the operator stops; whatever ends it, the next one goes on where
 * this one was. 0: walked to its end, or nothing to walk; 1: a step is open or has failed. */
int walk_page(const struct walk_order *o);
/* Forgets how far an earlier walk came; false when somebody else is walking the page. */
bool walk_again(const struct walk_order *o);
/* A page without steps: its text, what is known to be wrong in it, and how steps are marked. */
void walk_show(const struct page *page);

#endif
