#include "tui/widget/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "tui/widget/wrap.h"

enum { LONGEST = 400 };

struct doc *doc_new(struct arena *a, int width)
{
	struct doc *d = arena_alloc(a, sizeof *d);
	d->a = a;
	d->width = width;
	return d;
}

static struct doc_line *add(struct doc *d)
{
	if (d->lines == d->cap) {
		int cap = d->cap ? 2 * d->cap : 64;
		struct doc_line *grown = arena_alloc(d->a, (size_t)cap * sizeof *grown);
		if (d->lines)
			memcpy(grown, d->line, (size_t)d->lines * sizeof *grown);
		d->line = grown;
		d->cap = cap;
	}
	struct doc_line *l = &d->line[d->lines++];
	*l = (struct doc_line){.label = "", .text = ""};
	return l;
}

void doc_blank(struct doc *d)
{
	const struct doc_line *last = d->lines ? &d->line[d->lines - 1] : NULL;
	if (last && (*last->text || *last->label))
		add(d);
}

void doc_label(struct doc *d, int indent, style_t label_style, const char *label, int label_width,
	       style_t style, const char *text)
{
	const char **piece = arena_alloc(d->a, LONGEST * sizeof *piece);
	int n = wrap_text(d->a, text, d->width - indent - label_width - 1, piece, LONGEST);
	for (int i = 0; i < n; i++) {
		struct doc_line *l = add(d);
		*l = (struct doc_line){
		    indent,  label_width, style, label_style, i ? "" : arena_dup(d->a, label),
		    piece[i]};
	}
}

void doc_text(struct doc *d, int indent, style_t style, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		doc_label(d, indent, MEAN_TEXT, "", 0, style, arena_dupn(d->a, text, len));
		text += len + (text[len] == '\n');
	}
}

void doc_command(struct doc *d, int indent, const char *text)
{
	for (const char *end; *text; text = end + (*end == '\n')) {
		int first = d->lines;
		end = text + strcspn(text, "\n");
		doc_label(d, indent, MEAN_FAINT, "", 2, MEAN_COMMAND,
			  arena_dupn(d->a, text, (size_t)(end - text)));
		for (int i = first + 1; i < d->lines; i++)
			d->line[i].label = "…";
	}
}

void doc_textf(struct doc *d, int indent, style_t style, const char *fmt, ...)
{
	va_list ap;
	char *s;
	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	if (s)
		doc_text(d, indent, style, s);
	free(s);
}

void doc_out(const struct doc *d, struct str *out)
{
	for (int i = 0; i < d->lines; i++) {
		const struct doc_line *l = &d->line[i];
		int gap = l->label_width - text_width(l->label);
		str_addf(out, "%*s%s%*s%s\n", l->indent, "", l->label, *l->text && gap > 0 ? gap : 0, "", l->text);
	}
}

int doc_draw(const struct doc *d, struct canvas *c, struct area area, int top)
{
	int end = area.x + area.w;
	if (top > d->lines - area.h)
		top = d->lines - area.h;
	if (top < 0)
		top = 0;
	for (int i = 0; i < area.h && top + i < d->lines; i++) {
		const struct doc_line *l = &d->line[top + i];
		int x = area.x + l->indent;
		canvas_text(c, area.y + i, x, x + l->label_width, l->label_style, l->label);
		canvas_text(c, area.y + i, x + l->label_width, end, l->style, l->text);
	}
	if (top)
		canvas_char(c, area.y, end - 1, MEAN_KEY, 0x2191);
	if (d->lines - top > area.h)
		canvas_char(c, area.y + area.h - 1, end - 1, MEAN_KEY, 0x2193);
	return top;
}
