/* What psql printed for three statements; the mark is a constant here. The fourth wall is the file itself: its
 * reader is not for others. */
#include "probes/link/sql_psql.c" /* NOLINT */
#include "tests/fuzz/fuzz.h"

static int answers;

static void answered(void *arg, const struct reply *r)
{
	(void)arg;
	answers++;
	for (int row = 0; row < r->rows; row++)
		for (int col = 0; col < r->cols; col++)
			if (reply_cell(r, row, col))
				FUZZ_MUST(strlen(reply_cell(r, row, col)) < 70000);
}

FUZZ_TARGET(psql)
{
	struct talk t = {.mark = ";0123456789abcdef"};
	struct ask ask = {.how = ASK_SQL, .text = "select 1"};
	char *text = fuzz_text(data, size);
	queue_init(&t.asked);
	for (int i = 0; i < 3; i++)
		queue_add(&t.asked, asked_new(&ask, answered, NULL));
	answers = 0;
	answer_all(&t, text);
	FUZZ_MUST(answers == 3);
	free(text);
	return 0;
}
