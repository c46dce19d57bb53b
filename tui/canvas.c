#include "tui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"

struct canvas *canvas_new(int h, int w, bool ascii)
{
	struct canvas *c = xcalloc(1, sizeof *c);
	c->ascii = ascii;
	canvas_resize(c, h, w);
	return c;
}

void canvas_free(struct canvas *c)
{
	if (!c)
		return;
	free(c->cell);
	free(c);
}

void canvas_resize(struct canvas *c, int h, int w)
{
	c->h = h < 1 ? 1 : h > 500 ? 500 : h;
	c->w = w < 1 ? 1 : w > 1000 ? 1000 : w;
	free(c->cell);
	c->cell = xcalloc((size_t)c->h * (size_t)c->w, sizeof *c->cell);
	canvas_erase(c);
}

void canvas_erase(struct canvas *c)
{
	for (int i = 0; i < c->h * c->w; i++)
		c->cell[i] = (struct cell){' ', MEAN_TEXT};
	c->cursor_y = c->cursor_x = -1;
}

const struct cell *canvas_cell(const struct canvas *c, int y, int x)
{
	return &c->cell[y * c->w + x];
}

static void encode(int32_t ch, char buf[5])
{
	unsigned u = (unsigned)ch;
	size_t n = 0;
	if (u < 0x80) {
		buf[n++] = (char)u;
	} else if (u < 0x800) {
		buf[n++] = (char)(0xc0 | u >> 6);
	} else if (u < 0x10000) {
		buf[n++] = (char)(0xe0 | u >> 12);
		buf[n++] = (char)(0x80 | (u >> 6 & 0x3f));
	} else {
		buf[n++] = (char)(0xf0 | u >> 18);
		buf[n++] = (char)(0x80 | (u >> 12 & 0x3f));
		buf[n++] = (char)(0x80 | (u >> 6 & 0x3f));
	}
	if (u >= 0x80)
		buf[n++] = (char)(0x80 | (u & 0x3f));
	buf[n] = '\0';
}

/* What may stand in a cell: a printable code point, and its width. Anything that acts on a
 * terminal, hides or reorders text becomes a question mark, also when a screen forgot to clean it.
 */
static int32_t harmless(int32_t ch, int *ret_width)
{
	char buf[5];
	*ret_width = 1;
	if (ch == '\t' || ch == '\n')
		return ' ';
	if (ch >= ' ' && ch < 0x7f)
		return ch;
	if (ch < 0xa0)
		return '?';
	encode(ch, buf);
	if (!text_is_plain(buf))
		return '?';
	*ret_width = text_width(buf);
	return ch;
}

/* A wide character that loses one half leaves a blank, never half a glyph. */
static void clear_halves(struct canvas *c, int y, int x, int width)
{
	struct cell *row = &c->cell[y * c->w];
	if (row[x].ch == 0 && x > 0)
		row[x - 1].ch = ' ';
	if (x + width < c->w && row[x + width].ch == 0)
		row[x + width].ch = ' ';
}

static int put(struct canvas *c, int y, int x, int end, style_t style, int32_t ch)
{
	int width;
	ch = harmless(ch, &width);
	if (c->ascii) {
		ch = style_ascii(ch);
		width = width ? 1 : 0;
	}
	if (!width)
		return 0;
	if (x + width > end || y < 0 || y >= c->h || x + width > c->w)
		return -1;
	if (x < 0)
		return width;
	clear_halves(c, y, x, width);
	c->cell[y * c->w + x] = (struct cell){ch, style};
	if (width == 2)
		c->cell[y * c->w + x + 1] = (struct cell){0, style};
	return width;
}

/* ASCII makes every character one column wide: measured as it will be drawn. */
static int drawn_width(const struct canvas *c, const char *s)
{
	int cols = 0;
	size_t n = strlen(s);
	for (size_t i = 0; i < n;) {
		int32_t ch;
		int width;
		i += text_next(s + i, n - i, &ch);
		harmless(ch, &width);
		cols += c->ascii && width ? 1 : width;
	}
	return cols;
}

int canvas_text(struct canvas *c, int y, int x, int end, style_t style, const char *s)
{
	size_t n = strlen(s);
	if (end > c->w)
		end = c->w;
	bool cut = drawn_width(c, s) > end - x;
	int stop = cut ? end - 1 : end;
	for (size_t i = 0; i < n;) {
		int32_t ch;
		i += text_next(s + i, n - i, &ch);
		int used = put(c, y, x, stop, style, ch);
		if (used < 0)
			break;
		x += used;
	}
	if (cut && x >= 0 && x < end)
		x += put(c, y, x, end, style, 0x2026) > 0;
	return x;
}

int canvas_printf(struct canvas *c, int y, int x, int end, style_t style, const char *fmt, ...)
{
	va_list ap;
	char buf[1024];
	va_start(ap, fmt);
	vsnprintf(buf, sizeof buf, fmt, ap);
	va_end(ap);
	return canvas_text(c, y, x, end, style, buf);
}

int canvas_right(struct canvas *c, int y, int x, int end, style_t style, const char *s)
{
	int start = end - drawn_width(c, s);
	if (start < x)
		start = x;
	canvas_text(c, y, start, end, style, s);
	return start;
}

void canvas_char(struct canvas *c, int y, int x, style_t style, int32_t ch)
{
	put(c, y, x, c->w, style, ch);
}

void canvas_fill(struct canvas *c, int y, int x, int end, style_t style, int32_t ch)
{
	for (; x < end; x++)
		put(c, y, x, end, style, ch);
}

void canvas_mark(struct canvas *c, int y, int x, int end, style_t bits)
{
	if (y < 0 || y >= c->h)
		return;
	for (x = x < 0 ? 0 : x; x < end && x < c->w; x++)
		c->cell[y * c->w + x].style |= bits;
}

void canvas_row_text(const struct canvas *c, int y, struct str *out)
{
	int last = c->w;
	while (last > 0 && canvas_cell(c, y, last - 1)->ch == ' ')
		last--;
	for (int x = 0; x < last; x++) {
		char buf[5];
		if (!canvas_cell(c, y, x)->ch)
			continue;
		encode(canvas_cell(c, y, x)->ch, buf);
		str_add(out, buf);
	}
}

void canvas_row_style(const struct canvas *c, int y, struct str *out)
{
	int last = c->w;
	while (last > 0 && canvas_cell(c, y, last - 1)->style == MEAN_TEXT)
		last--;
	for (int x = 0; x < last; x++)
		str_addc(out, style_letter(canvas_cell(c, y, x)->style));
}
