/* A text reply, as it comes through the door, to the question whose id is the first line. */
#include "tests/fuzz/judged.h"

FUZZ_TARGET(replies)
{
	char id[40] = "";
	const uint8_t *end = memchr(data, '\n', size < sizeof id ? size : sizeof id - 1);
	if (!end)
		return 0;
	memcpy(id, data, (size_t)(end - data));
	const struct question *q = judged_question(id);
	if (!q)
		return 0;
	struct str out = {0};
	text_clean(&out, (const char *)end + 1, size - (size_t)(end - data) - 1, 16384, 256 << 10);
	struct reply r = {.outcome = REPLY_DONE, .out = str_text(&out), .out_len = out.len, .words = q->how == HOW_LOGIN ? str_text(&out) : "",
			  .stage = "", .sqlstate = "", .at = (int64_t)JUDGED_NOW * 1000000, .took_ms = 5, .via = ""};
	judged_reply(q, &r);
	r.outcome = REPLY_NO_LINK;
	r.words = r.out;
	judged_reply(q, &r);
	str_free(&out);
	return 0;
}
