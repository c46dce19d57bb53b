/* A recording, replayed to its end and reported in every format. */
#include "probes/base/problem.h"
#include "probes/engine/engine.h"
#include "probes/link/loop.h"
#include "probes/report/report.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(recording)
{
	static const char *const formats[] = {"text", "json", "nagios", "prometheus"};
	struct loop *l = loop_new();
	struct problem p = {0};
	struct engine *e = engine_replay(l, (const char *)data, size, 0, &p);
	if (!e)
		FUZZ_MUST(*p.say);
	for (size_t i = 0; e && i < sizeof formats / sizeof *formats; i++) {
		struct str out = {0};
		report_find(formats[i])->write(engine_model(e), &out);
		FUZZ_MUST(out.len && !memchr(out.s, 27, out.len));
		str_free(&out);
	}
	engine_free(e);
	loop_free(l);
	return 0;
}
