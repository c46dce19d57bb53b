#include <stdio.h>

#include "remedies/explain.h"
#include "tui/cli.h"

static int run(const struct cli *c)
{
	struct str out = {0};
	struct problem p;
	int failed = 0;
	if (c->args)
		failed = explain_cause(c->arg[0], &out, &p);
	else
		explain_list(&out);
	if (failed)
		problem_print(stderr, &p);
	else
		fputs(str_text(&out), stdout);
	str_free(&out);
	return failed ? EXIT_USAGE : 0;
}

const struct command command_explain = {
	.name = "explain", .args = "[CAUSE]", .about = "the remedy page of a cause; without one, all causes", .most = 1, .run = run};
