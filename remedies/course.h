/* How far a walk through a runbook has come: derived from the journal alone, so that it survives whatever ends us. */
#ifndef WALMEDIC_REMEDIES_COURSE_H
#define WALMEDIC_REMEDIES_COURSE_H

#include "remedies/journal.h"
#include "remedies/page.h"

enum mark_state {
	MARK_OPEN,
	MARK_RUNNING,  /* begun, and no word of its end: whoever ran it may be gone */
	MARK_DONE, MARK_FAILED, MARK_SKIPPED,
	MARKS
};
extern const char *const mark_names[MARKS]; /* "to do" "was running" "done" "failed" "skipped" */

struct note {
	const char *at, *text;
	struct note *next;
};

struct mark {
	char key[40];          /* the step, whatever line it stands in */
	enum mark_state state;
	char at[32];           /* of the last change; "" */
	const char *how;       /* "by hand", "exit status 0", the reason; or "" */
	int pid;               /* MARK_RUNNING: of the walmedic that ran it */
	const char *where;     /* MARK_RUNNING: "on db1 as postgres" */
	struct note *notes;    /* oldest first */
};

struct course {
	struct arena *arena;
	const struct page *page;
	char walk[24];
	struct mark *mark;          /* beside page->step */
	const char **value;         /* beside page->ask; NULL: not given yet. Secrets are never kept */
	const char *on, *as;        /* where steps go that do not say so, or NULL */
	bool begun, ended;          /* the journal knows this walk; it came to its end */
	bool other_page;            /* the page was another one when it was begun */
	char since[32];
	int last;                   /* the step that something happened to last */
	struct journal *journal;    /* NULL: nothing is written down, and nothing is resumed */
	const char *server;
};

/* path: of the runbook, or the name of a shipped one. */
void course_load(struct arena *a, const struct page *page, const char *path, const char *server, struct journal *j, struct course *ret);
/* Writes it down; -1 when the journal cannot be written (the walk goes on, and cannot be resumed). What has its mark in the page is
 * done from the beginning. */
int course_begin(struct course *c);
/* Nothing is done but what has its mark in the page; nothing is written. */
void course_fresh(struct course *c);
int course_end(struct course *c);
int course_mark(struct course *c, int step, enum mark_state state, const char *how);
int course_note(struct course *c, int step, const char *text);
int course_value(struct course *c, int ask, const char *value);
int course_place(struct course *c, const char *on, const char *as);
/* Index of the next step to do from `from` on, going round once; -1: none. What failed was looked at and is none. */
int course_next(const struct course *c, int from);
/* Where a walk goes on: at what was running or has failed last, else at the next step to do; -1: none. */
int course_resume(const struct course *c);
int course_count(const struct course *c, enum mark_state state);

#endif
