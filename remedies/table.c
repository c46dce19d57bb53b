#include "remedies/table.h"

#include <stdbool.h>
#include <string.h>

#include "probes/base/text.h"

enum { GAP = 2, LEAST = 6 };

static const char *cell(const struct table *t, int row, int column)
{
	return t->cell[row * t->columns + column];
}

static int widest(const struct table *t, const int *w)
{
	int at = 0;
	for (int i = 1; i < t->columns; i++)
		if (w[i] > w[at])
			at = i;
	return at;
}

/* The widest column gives way until all fit. */
static void measure(const struct table *t, int width, int w[TABLE_COLUMNS])
{
	int sum = GAP * (t->columns - 1);
	for (int i = 0; i < t->columns; i++) {
		w[i] = 1;
		for (int row = 0; row < t->rows; row++)
			if (text_width(cell(t, row, i)) > w[i])
				w[i] = text_width(cell(t, row, i));
		sum += w[i];
	}
	for (; sum > width && w[widest(t, w)] > LEAST; sum--)
		w[widest(t, w)]--;
}

/* Bytes of s for one line of w columns: whole words where one fits. *ret_next is where the next line begins. */
static size_t line_of(const char *s, int w, const char **ret_next)
{
	size_t n = text_fit(s, w, NULL), fits = n;
	if (s[n] && s[n] != ' ') {
		while (n && s[n - 1] != ' ')
			n--;
		n = n ? n : fits;
	}
	*ret_next = s + n + strspn(s + n, " ");
	if (*ret_next == s && *s)
		*ret_next = s + 1; /* one character that is wider than the column */
	while (n && s[n - 1] == ' ')
		n--;
	return n;
}

static void add_row(struct str *out, const struct table *t, int row, const int *w)
{
	const char *rest[TABLE_COLUMNS];
	bool more = true;
	for (int i = 0; i < t->columns; i++)
		rest[i] = cell(t, row, i);
	while (more) {
		int owed = 0;
		more = false;
		for (int i = 0; i < t->columns; i++) {
			const char *from = rest[i];
			size_t n = line_of(from, w[i], &rest[i]);
			if (n)
				str_addf(out, "%*s%.*s", owed, "", (int)n, from);
			struct str shown = {0};
			str_addn(&shown, from, n);
			owed = (n ? 0 : owed) + w[i] - text_width(str_text(&shown)) + GAP;
			str_free(&shown);
			more |= *rest[i] != '\0';
		}
		str_addc(out, '\n');
	}
}

void table_render(struct str *out, const struct table *t, int width)
{
	int w[TABLE_COLUMNS];
	if (t->columns < 1 || t->columns > TABLE_COLUMNS || !t->rows)
		return;
	measure(t, width, w);
	add_row(out, t, 0, w);
	for (int i = 0; i < t->columns; i++) {
		for (int k = 0; k < w[i]; k++)
			str_addc(out, '-');
		str_addf(out, "%*s", i + 1 < t->columns ? GAP : 0, "");
	}
	str_addc(out, '\n');
	for (int row = 1; row < t->rows; row++)
		add_row(out, t, row, w);
}
