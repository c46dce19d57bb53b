#include <stdio.h>

#include "probes/engine/engine.h"
#include "tui/session.h"

static int run(const struct cli *c)
{
	struct session s;
	struct problem p;
	if (session_open(c, NULL, 0, NULL, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	const struct model *m = engine_model(s.engine);
	for (int i = 0; i < m->servers; i++)
		printf("%s\t%s\n", m->server[i].name, m->server[i].engine);
	session_close(&s);
	return 0;
}

const struct command command_list = {.name = "list", .args = "", .about = "the servers that are configured", .run = run};
