/* Rows to the SQL question whose id is the first line; the next line says how many columns. Cells end with a byte 31,
 * and a cell that is only a byte 26 is NULL. */
#include "tests/fuzz/judged.h"

enum { CELLS = 4096 };

static int cut_cells(char *text, const char **cell)
{
	int n = 0;
	for (char *end; n < CELLS && (end = strchr(text, 31)); text = end + 1) {
		*end = '\0';
		cell[n++] = strcmp(text, "\x1a") ? text : NULL;
	}
	return n;
}

FUZZ_TARGET(rows)
{
	static const char *cell[CELLS];
	char *text = fuzz_text(data, size), *line = strchr(text, '\n');
	const struct question *q = NULL;
	struct str clean = {0};
	if (line) {
		*line++ = '\0';
		q = judged_question(text);
	}
	if (q && q->how == HOW_SQL && *line) {
		int cols = (unsigned char)*line % 32, n = cut_cells(line + 1, cell);
		size_t at[CELLS];
		for (int i = 0; i < n; i++) {
			at[i] = clean.len;
			if (cell[i])
				text_clean(&clean, cell[i], strlen(cell[i]), 16384, 64 << 10);
			str_addc(&clean, '\0');
		}
		for (int i = 0; i < n; i++)
			cell[i] = cell[i] ? clean.s + at[i] : NULL;
		struct reply r = {.outcome = REPLY_DONE, .out = "", .words = "", .stage = "", .sqlstate = "", .rows = cols ? n / cols : 0, .cols = cols,
				  .cell = cell, .at = (int64_t)JUDGED_NOW * 1000000, .via = ""};
		judged_reply(q, &r);
	}
	str_free(&clean);
	free(text);
	return 0;
}
