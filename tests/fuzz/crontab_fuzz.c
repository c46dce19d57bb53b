/* A crontab: the first byte says of which kind. */
#include "probes/catalogue/barman/cron.h"
#include "tests/fuzz/fuzz.h"

FUZZ_TARGET(crontab)
{
	static const char *const paths[] = {"/usr/bin/barman", NULL}, *const none[] = {NULL}, *const users[] = {"barman", "root", NULL};
	struct schedule s;
	const char *rest = NULL;
	if (!size)
		return 0;
	char *text = fuzz_text(data + 1, size - 1);
	if (schedule_parse(text, &s, &rest)) {
		FUZZ_MUST(rest >= text && rest <= text + strlen(text));
		int gap = schedule_gap(&s);
		FUZZ_MUST(gap >= 0 && gap <= 1440);
		int64_t next = schedule_next(&s, 1795253116);
		FUZZ_MUST(next == -1 || next > 1795253116);
	}
	struct cron_file f = {.kind = data[0] % 3, .path = "/etc/cron.d/barman", .mode = 0644, .links = 1, .newline = data[0] & 8, .text = text};
	struct cron_world w = {.user = "barman", .main = "/etc/barman.conf", .debian = true, .executable = paths, .missing = none, .users = users,
			       .paths = none, .shells = paths, .shut = none, .has_barman = data[0] & 4};
	struct cron_entry best = {.stand = CRON_NONE};
	cron_study(&f, &w, &best);
	FUZZ_MUST(best.stand <= CRON_NONE && memchr(best.why, 0, sizeof best.why) && memchr(best.text, 0, sizeof best.text));
	cron_is_ours(text);
	free(text);
	return 0;
}
