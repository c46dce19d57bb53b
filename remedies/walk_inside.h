/* The joints of the walk through a runbook; nobody outside walk*.c includes this. */
#ifndef WALMEDIC_REMEDIES_WALK_INSIDE_H
#define WALMEDIC_REMEDIES_WALK_INSIDE_H

#include "remedies/course.h"
#include "remedies/fix_inside.h"
#include "remedies/walk.h"

struct walk {
	struct fix fix;          /* the same engine: places, prompts, running, proving */
	struct course course;
	const struct walk_flow *flow;
	struct str looked;       /* what the look of the present step said */
	int at;                  /* index of the present step; -1: past the end */
	bool stay;               /* what was typed leaves us at this step */
};

/* Does what was typed at the present step. */
void walk_obey(struct walk *w, const char *typed, const struct planned *s);
/* The present step as it is planned; false when its condition does not hold here. */
bool walk_planned(struct walk *w, struct plan *plan, const struct planned **ret);
void walk_step_show(const struct walk *w, const struct planned *p);
void walk_flow_begin(struct walk *w, const struct walk_order *o);
/* Lines that were read before the walk began are the first ones that are typed in it. */
void walk_flow_typed(struct walk *w);
/* Of a walk that goes on by itself: true when the present step is decided, or nobody could decide it (then quit is set). */
bool walk_flow_on(struct walk *w, const struct planned *p);
/* What must be done again although an earlier walk did it: values that only its memory had, and what failed. */
void walk_flow_resume(struct walk *w);
/* Asks for what the step needs and nobody has given yet. */
void walk_flow_ask(struct walk *w, const struct step *s);
/* Asks for the values of the page that are not given yet, or (again) for all of one step. */
void walk_ask(struct walk *w, const struct step *again);
void walk_list(const struct walk *w);
/* The lines of the text that are known to be wrong; first is the line of its first one. Returns how many. */
int walk_wrongs(const char *text, int first);

#endif
