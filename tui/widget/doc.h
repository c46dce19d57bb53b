/* Lines of text to scroll through: what evidence, help and remedies are made of. */
#ifndef WALMEDIC_TUI_WIDGET_DOC_H
#define WALMEDIC_TUI_WIDGET_DOC_H

#include "probes/base/arena.h"
#include "tui/canvas.h"

struct doc_line {
	int indent, label_width;
	style_t style, label_style;
	const char *label, *text;
};

struct doc {
	struct arena *a;
	int width;
	struct doc_line *line;
	int lines, cap;
};

struct doc *doc_new(struct arena *a, int width);
/* An empty line, unless it would be the first or the second in a row. */
void doc_blank(struct doc *d);
/* Wraps text at the width. */
void doc_text(struct doc *d, int indent, style_t style, const char *text);
void doc_textf(struct doc *d, int indent, style_t style, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The first line has a label before it; the following ones stand under the text. */
void doc_label(struct doc *d, int indent, style_t label_style, const char *label, int label_width,
	       style_t style, const char *text);
/* Shell text: what a line too long for the width goes on with is marked. */
void doc_command(struct doc *d, int indent, const char *text);
/* As plain text. */
void doc_out(const struct doc *d, struct str *out);
/* Draws from line top on; returns top, put right where it was beyond the end. */
int doc_draw(const struct doc *d, struct canvas *c, struct area area, int top);

#endif
