/* What ssh says on stderr; the first byte is its exit status. */
#include "probes/catalogue/host/ssh_login.h"
#include "probes/engine/view.h"
#include "probes/link/ssh_words.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(ssh_words)
{
	struct ssh_fault f = {0};
	struct str plain = {0};
	if (!size)
		return 0;
	char *text = fuzz_text(data + 1, size - 1);
	ssh_words_fault(text, data[0], &f);
	FUZZ_MUST(f.stage && ssh_words_stage(text));
	ssh_words_plain(&plain, text);
	FUZZ_MUST(plain.len <= strlen(text) + 1);
	str_free(&plain);
	ssh_words_chatter(text);
	struct view *v = view_new(NULL);
	struct ssh_try t = {.reached = data[0] == 1, .timed_out = data[0] == 2, .status = data[0], .stage = f.stage, .err = text, .out = text};
	ssh_learn(v, "ssh.to_db", &t);
	struct reply r = {.outcome = REPLY_DONE, .out = text, .out_len = strlen(text), .words = "", .stage = "", .sqlstate = "", .via = ""};
	ssh_read_near(v, "ssh.to_db", &r);
	ssh_read_far(v, "ssh.to_db", &r);
	ssh_read_hostkeys(v, "ssh.to_db", &r);
	char *say = NULL;
	FUZZ_MUST(ssh_refine(v, "ssh.to_db", "key_refused", &say));
	free(say);
	view_free(v);
	free(text);
	return 0;
}
