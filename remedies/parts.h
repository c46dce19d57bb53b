/* The pieces of page.c; nobody else includes this. */
#ifndef WALMEDIC_REMEDIES_PARTS_H
#define WALMEDIC_REMEDIES_PARTS_H

#include "remedies/page.h"

/* A page while it is read. */
struct reading {
	struct arena *arena;
	struct page *page;
	char **line;        /* every line of the file, without \n; line[0] is line 1 */
	int lines;
	int cap;            /* of page->step */
	struct problem *problem;
};

/* Fills the problem with "FILE:LINE: …" and returns -1. */
int page_wrong(struct reading *r, int line, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Reads the front matter; *ret_body = index of the first line after it. */
int front_read(struct reading *r, int *ret_body);
/* Reads "{on=db risk=read}" into the step; an empty text has no attributes. */
int attributes_read(struct reading *r, int line, const char *text, struct step *step);
/* Every placeholder of the step's text is declared and stands where we can quote it. */
int placeholders_check(struct reading *r, const struct step *step);

#endif
