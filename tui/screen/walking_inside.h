/* What the walk screen knows besides the steps; shared by walk*.c only. */
#ifndef WALMEDIC_TUI_SCREEN_WALKING_INSIDE_H
#define WALMEDIC_TUI_SCREEN_WALKING_INSIDE_H

#include "remedies/course.h"
#include "tui/screen/treatment.h"

struct walk_lock;

struct walk_view {
	struct treatment t;          /* first: the shared functions take the state for it */
	struct course course;
	struct arena *course_arena;
	const char *path;            /* what the walk is known by */
	struct page mine;            /* the page with what must be asked besides */
	struct walk_lock *lock;      /* NULL: nothing is written down */
	bool ready;                  /* the first look is finished: the course is known, values can be asked */
	bool watching;               /* somebody else walks it */
	int64_t looked;              /* mono ms: when the other's walk was read last */
	int present;                 /* the step of the page that is to be done next, or -1 */
	bool tall;                   /* there is room for what the page says of itself above its first step */
};

extern const struct treating walk_treating;

/* ---- walk_course.c: open, close and tick are those of struct screen ---- */

void walk_open(struct app *app, void *state, const struct subject *about);
void walk_close(void *state);
void walk_tick(struct app *app, void *state);
/* Only who holds the walk may change it; whoever tries gets it as soon as it is free. */
bool walk_is_mine(struct app *app, struct walk_view *w);
/* The first deed of a walk begins it; who only reads leaves no trace. */
void walk_begin(struct walk_view *w);
/* Writes the mark of a step of the page down; what was in view and is decided lets the next one come. */
void walk_mark(struct walk_view *w, int step, enum mark_state state, const char *how);
/* The next step of the plan that is to do, going round once from the one after `step` of the page; -1: none. */
int walk_next_open(const struct walk_view *w, int step);
/* Brings a step of the page into view, when it is one of the plan. */
void walk_show_step(struct walk_view *w, int step);

/* ---- walk_draw.c ---- */

struct doc *walk_body(struct app *app, struct walk_view *w, int width);
void walk_draw(struct app *app, struct walk_view *w, struct canvas *c, struct area area);
/* How many steps of the plan are in that state. */
int walk_count(const struct walk_view *w, enum mark_state state);

#endif
