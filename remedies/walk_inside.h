/* The joints of the walk through a runbook; nobody outside walk*.c includes this. */
#ifndef WALMEDIC_REMEDIES_WALK_INSIDE_H
#define WALMEDIC_REMEDIES_WALK_INSIDE_H

#include "remedies/course.h"
#include "remedies/fix_inside.h"

struct walk {
	struct fix fix;          /* the same engine: places, prompts, running, proving */
	struct course course;
	int at;                  /* index of the present step; -1: past the end */
	bool stay;               /* what was typed leaves us at this step */
};

/* Does what was typed at the present step. */
void walk_obey(struct walk *w, const char *typed, const struct planned *s);
/* Asks for the values of the page that are not given yet, or (again) for all of one step. */
void walk_ask(struct walk *w, const struct step *again);
void walk_list(const struct walk *w);
/* The lines of the text that are known to be wrong; first is the line of its first one. Returns how many. */
int walk_wrongs(const char *text, int first);

#endif
