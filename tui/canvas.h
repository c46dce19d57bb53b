/* Cells in memory: what a screen draws on. Knows no terminal; text from anywhere is harmless here.
 */
#ifndef WALMEDIC_TUI_CANVAS_H
#define WALMEDIC_TUI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/base/str.h"
#include "tui/style.h"

struct cell {
	int32_t ch;     /* 0: right half of a wide character */
	style_t style;
};

struct canvas {
	int h, w;
	bool ascii;     /* every cell is put through style_ascii() */
	struct cell *cell;
	int cursor_y, cursor_x; /* where the terminal's cursor is shown; y -1: hidden */
};

/* A part of the canvas; what is drawn through it never leaves it. */
struct area {
	int y, x, h, w;
};

struct canvas *canvas_new(int h, int w, bool ascii);
void canvas_free(struct canvas *c);
void canvas_resize(struct canvas *c, int h, int w);
void canvas_erase(struct canvas *c);
const struct cell *canvas_cell(const struct canvas *c, int y, int x);

/* Draws s at y, x, but never at or after column end; what does not fit is cut with an ellipsis.
 * Returns the column after the last one drawn. Columns left of 0 are skipped. */
int canvas_text(struct canvas *c, int y, int x, int end, style_t style, const char *s);
int canvas_printf(struct canvas *c, int y, int x, int end, style_t style, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* As canvas_text, ending at column end. Returns the column it starts at. */
int canvas_right(struct canvas *c, int y, int x, int end, style_t style, const char *s);
void canvas_char(struct canvas *c, int y, int x, style_t style, int32_t ch);
void canvas_fill(struct canvas *c, int y, int x, int end, style_t style, int32_t ch);
/* Adds style bits (selection) to what stands there already. */
void canvas_mark(struct canvas *c, int y, int x, int end, style_t bits);

/* One row as UTF-8, without blanks at its end. */
void canvas_row_text(const struct canvas *c, int y, struct str *out);
/* One row's styles, a letter a cell (style_letter), without dots at its end. */
void canvas_row_style(const struct canvas *c, int y, struct str *out);

#endif
