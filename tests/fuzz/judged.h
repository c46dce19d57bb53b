/* A reply to one question of the catalogue, read and judged: shared by the targets for texts and for rows. */
#ifndef WALMEDIC_TESTS_FUZZ_JUDGED_H
#define WALMEDIC_TESTS_FUZZ_JUDGED_H

#include <strings.h>

#include "probes/base/text.h"
#include "probes/engine/graph.h"
#include "probes/engine/view.h"
#include "tests/fuzz/fuzz.h"

enum { JUDGED_NOW = 1795253 }; /* s/1000: the clock of the corpus */

static inline const struct question *judged_question(const char *id)
{
	for (int p = 0; catalogue[p]; p++)
		for (size_t a = 0; a < sizeof catalogue[p]->asks / sizeof *catalogue[p]->asks && catalogue[p]->asks[a]; a++)
			if (!strcmp(catalogue[p]->asks[a]->id, id))
				return catalogue[p]->asks[a];
	return NULL;
}

/* What a judge says may stand on a terminal, whatever came. */
static inline void judged_check(const struct server *s)
{
	for (int i = 0; i < s->nodes; i++) {
		const struct verdict *v = &s->node[i].verdict;
		FUZZ_MUST(v->say && *v->say && text_is_plain(v->say));
		for (int k = 0; k < v->findings; k++)
			FUZZ_MUST(v->finding[k].say && *v->finding[k].say && text_is_plain(v->finding[k].say));
	}
}

static inline void judged_reply(const struct question *q, const struct reply *r)
{
	struct view *v = view_new(NULL);
	view_set_now(v, (int64_t)JUDGED_NOW * 1000000);
	learn(v, "server.name", "main");
	learn(v, "server.barman_user", "barman");
	learn(v, "server.config.seen", "yes");
	view_answer(v, q, r);
	struct server s = {.name = "main", .engine = "barman", .backup_host = "backup1", .db_host = "db1", .pg_version = "", .other_route = "",
			   .view = v, .sweep_done = true};
	graph_build(&s);
	graph_judge(&s);
	judged_check(&s);
	graph_free(&s);
	view_free(v);
}

#endif
