/* A remedy page: Markdown in, steps out. The format is doc/remedy-pages.md. */
#ifndef WALMEDIC_REMEDIES_PAGE_H
#define WALMEDIC_REMEDIES_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/base/str.h"

enum risk { RISK_READ, RISK_CHANGE, RISK_RESTART, RISK_DESTRUCTIVE, RISKS };
extern const char *const risk_names[]; /* "read" "change" "restart" "destructive" */

#define STEP_PROBES 8

/* Remedy pages have commands only; runbooks have all of them. */
enum step_kind {
	STEP_COMMAND,
	STEP_TICK,   /* a check box: done by hand, or proven by probes */
	STEP_READ,   /* a section of prose */
	STEP_CHOICE, /* "which do you see?" */
};

/* One answer of a choice, and the steps that belong to it alone. */
struct option {
	const char *text, *target;
	const char *cause;                 /* that speaks for it, or "" */
	int line;
	int first, last;                   /* index of its steps; last < first: none */
};

struct step {
	enum step_kind kind;
	int line;                          /* of its heading, in the file */
	int section;                       /* of a runbook: index of its heading */
	const char *heading;
	const char *under;                 /* of a runbook: the heading that this one stands under, or "" */
	const char *prose;                 /* Markdown, see page_render */
	const char *text;                  /* the fence without its last newline, placeholders not yet filled */
	int text_line;                     /* of the first line of text */
	bool bash;
	const char *on, *as;               /* NULL when the page does not say (runbooks of others) */
	enum risk risk;
	bool risk_named;
	const char *proves[STEP_PROBES + 1], *requires[STEP_PROBES + 1];
	const char *when, *expect, *undo;  /* or NULL */
	unsigned timeout_s;
	const char *wrong;                 /* of a runbook: why this text may not run, or NULL */
	bool ticked;                       /* the box has its mark in the file */
	bool looks;                        /* with walmedic_look=1 in its environment it only looks: status 0 = as it should be, 1 = shown what is to do */
	bool looks_unproven;               /* and only while its probes are not green: they say it better */
	const char *gives[STEP_PROBES + 1]; /* values that its output has as lines NAME=VALUE */
	struct option *option;             /* of a choice */
	int options;
};

/* A value that the operator gives before the steps. */
struct asked_value {
	const char *name, *fallback, *about;
	bool secret;
	bool given;                        /* by a step, nobody is asked */
};

struct page {
	const char *file;
	const char *cause, *title;
	const char *why;                   /* Markdown */
	const char **facts;
	int n_facts;
	struct asked_value *ask;
	int asks;
	struct step *step;
	int steps;
	bool runbook;                      /* made for people first: see runbook.h */
	bool ours;                         /* compiled in, and checked */
	bool walkable;                     /* a runbook with at least one command, check box, choice or numbered heading */
	const char *raw;                   /* of a runbook: the whole text, cleaned */
	char sha256[65];                   /* of a runbook: its bytes */
};

/* Parses a page; everything of it lives in the arena. NULL with file and line in the problem. */
struct page *page_parse(struct arena *a, const char *file, const char *bytes, size_t n, struct problem *p);
/* A page of the user's own: a regular file, owned by root or the caller, not writable by others. */
struct page *page_read(struct arena *a, const char *path, struct problem *p);
/* The bytes of such a file, NUL-terminated in the arena; NULL and why. */
const char *page_file(struct arena *a, const char *path, size_t *ret_n, struct problem *p);
/* Markdown as plain text, wrapped at width columns; ends with a newline unless empty. */
void page_render(struct str *out, const char *markdown, int width);
/* Is the name an ask or a declared fact of the page? */
bool page_declares(const struct page *page, const char *name, size_t n);

#endif
