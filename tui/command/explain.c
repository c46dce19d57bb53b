#include <stdio.h>

#include "probes/base/str.h"
#include "remedies/explain.h"
#include "tui/cli.h"

static int run(const struct cli *c)
{
	struct problem p;
	struct str out = {0};
	if (!c->args) {
		explain_list(&out);
	} else if (explain_cause(c->arg[0], &out, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	fputs(str_text(&out), stdout);
	str_free(&out);
	return 0;
}

const struct command command_explain = {
	.name = "explain", .args = "[CAUSE]", .about = "the page of a cause: why, and the steps of its remedy", .most = 1, .run = run};
