/* The tail of PostgreSQL's log. */
#include "probes/catalogue/postgres/server_log.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(server_log)
{
	char *text = fuzz_text(data, size), path[64];
	struct log_archive a = {0};
	struct log_start s = {0};
	log_archive_failure(text, &a);
	FUZZ_MUST(memchr(a.wal, 0, sizeof a.wal) && memchr(a.words, 0, sizeof a.words));
	log_full_path(text, path, sizeof path);
	FUZZ_MUST(memchr(path, 0, sizeof path));
	log_start_state(text, &s);
	FUZZ_MUST(memchr(s.failure, 0, sizeof s.failure) && memchr(s.stopped, 0, sizeof s.stopped));
	free(text);
	return 0;
}
