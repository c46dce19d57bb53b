/* Barman's conninfo as its two readers read it, and libpq's words about a connection. */
#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/catalogue/postgres/classify.h"
#include "probes/catalogue/postgres/conninfo.h"
#include "probes/config/barman.h"
#include "probes/engine/view.h"
#include "probes/link/sql_words.h"
#include "tests/fuzz/fuzz.h"

static void read_words(const char *text)
{
	struct sql_fault f = {0};
	struct str plain = {0};
	struct connection_failure why;
	sql_words_fault(text, &f);
	FUZZ_MUST(f.stage && strlen(f.sqlstate) < sizeof f.sqlstate);
	sql_words_plain(text, &plain);
	str_free(&plain);
	struct reply r = {.outcome = f.timed_out ? REPLY_TIMEOUT : REPLY_NO_LINK, .out = "", .words = text, .stage = f.stage,
			  .sys_errno = f.sys_errno, .sqlstate = f.sqlstate, .via = ""};
	classify_connection(&r, &why);
	FUZZ_MUST(why.why < WHYS);
	struct view *v = view_new(NULL);
	learn_conninfo(v, text, "connect", &r);
	learn_file_place(v, "pg.error", text);
	view_free(v);
}

FUZZ_TARGET(conninfo)
{
	static const char *const keys[] = {"host", "port", "user", "dbname", "password", "hostaddr"};
	char *text = fuzz_text(data, size), value[40], target[40];
	struct arena *a = arena_new();
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		FUZZ_MUST(strlen(conninfo_value(text, keys[i], value, sizeof value)) < sizeof value);
		barman_conninfo_get(a, text, keys[i]);
	}
	FUZZ_MUST(strlen(conninfo_target(text, target, sizeof target)) < sizeof target);
	read_words(text);
	arena_free(a);
	free(text);
	return 0;
}
