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
	bool lenient;       /* a runbook: what we do not know is none of our business */
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

/* The bytes are UTF-8 text of a size that a page has. */
int check_bytes(struct reading *r, const char *bytes, size_t n);
void split_lines(struct reading *r, const char *bytes, size_t n);
/* A further step at the end; pointers to earlier ones are void after it. The caller has looked at PAGE_STEPS. */
struct step *step_new(struct reading *r);
bool is_command_word(const char *word, size_t n);
/* The info string of the line that opens a fence. */
const char *info_of(const char *line);
/* -1 when what the step expects is no pattern. */
int check_expect(struct reading *r, int line, const struct step *step);
/* The lines from index `body` on, each with its newline. */
void body_text(const struct reading *r, int body, struct str *out);

enum { PAGE_STEPS = 200 };

#endif
