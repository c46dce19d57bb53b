/* What the tests of the ssh probes and of the hosts have in common: a capture as a reply, a verdict as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/catalogue/host/host.h"
#include "probes/engine/model.h"
#include "probes/engine/view.h"
#include "tests/unit/catalogue/ssh_captures.h"

static const struct capture *capture(const char *name)
{
	for (size_t i = 0; i < sizeof captures / sizeof *captures; i++)
		if (!strcmp(captures[i].name, name))
			return &captures[i];
	fail_msg("no capture %s", name);
	return NULL;
}

/* As the pipeline's link answers a login. */
__attribute__((unused)) static void login(struct view *v, const char *name)
{
	const struct capture *c = capture(name);
	bool reached = !strcmp(name, "ok") || !strcmp(name, "noisy");
	view_answer(v, &q_ssh_to_db, &(struct reply){.outcome = reached ? REPLY_DONE : REPLY_NO_LINK, .status = c->status, .words = c->err,
						     .out = c->out, .out_len = strlen(c->out), .at = 1000});
}

__attribute__((unused)) static void said(struct view *v, const struct question *q, const char *out)
{
	view_answer(v, q, &(struct reply){.outcome = REPLY_DONE, .out = out, .out_len = strlen(out), .at = 1000});
}

__attribute__((unused)) static void judged(const struct view *v, const struct probe *p, enum state state, const char *cause, const char *words)
{
	struct verdict r;
	probe_judge(p, v, &r);
	if (r.state != state || (cause && (!r.findings || strcmp(r.finding[0].cause, cause))))
		print_message("got %s %s: %s\n", state_names[r.state], r.findings ? r.finding[0].cause : "-", r.say);
	assert_int_equal(r.state, state);
	assert_int_equal(r.findings > 0, cause != NULL);
	if (cause)
		assert_string_equal(r.finding[0].cause, cause);
	if (words && !strstr(r.say, words))
		fail_msg("\"%s\" is not in: %s", words, r.say);
	bool declared = !cause;
	for (int i = 0; cause && p->causes[i]; i++)
		declared |= !strcmp(p->causes[i], cause);
	assert_true(declared);
	verdict_clear(&r);
}
