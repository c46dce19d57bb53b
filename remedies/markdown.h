/* Markdown as a list of blocks: CommonMark with tables and task lists. The only file that knows cmark-gfm. */
#ifndef WALMEDIC_REMEDIES_MARKDOWN_H
#define WALMEDIC_REMEDIES_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"

enum block_kind {
	BLOCK_TEXT,     /* prose, a list, a table, a rule, indented code */
	BLOCK_HEADING,
	BLOCK_FENCE,
	BLOCK_TASK,     /* an item with a check box */
	BLOCK_CHOICE,   /* an item of a list in which every item begins with a link to a heading of the same page */
};

struct block {
	enum block_kind kind;
	int first, last;      /* lines of the text, from 1 */
	int level;            /* of a heading */
	int depth;            /* 0: at the margin; more: inside of lists or quotations */
	const char *text;     /* of a heading, task or choice without its marks; the inside of a fence */
	const char *target;   /* of a choice: "#the-heading" */
	const char *title;    /* of a choice: the link's title, or "" */
	bool ticked;
};

/* Calls each for the blocks in the order of the text; stops when it returns other than 0 and returns that. A list or
 * quotation that holds fences or tasks comes in pieces. Texts live in the arena. */
int markdown_blocks(struct arena *a, const char *text, size_t n, int (*each)(void *arg, const struct block *b), void *arg);
/* As plain text, wrapped at width columns; ends with a newline unless empty. */
void markdown_render(struct str *out, const char *markdown, int width);

#endif
