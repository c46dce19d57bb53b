/* Walmedic's own configuration. */
#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/config/walmedic.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(walmedic_ini)
{
	struct arena *a = arena_new();
	struct own_config c = {0};
	struct problem p = {0};
	if (own_config_parse(a, "walmedic.conf", (const char *)data, size, &c, &p))
		FUZZ_MUST(*p.say);
	else
		for (int i = 0; i < c.servers; i++)
			FUZZ_MUST(c.server[i].name && *c.server[i].name && c.server[i].backup && c.server[i].rpo_max_s >= 0);
	arena_free(a);
	return 0;
}
