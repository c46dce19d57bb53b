#include "probes/report/report.h"

#include <string.h>

const struct report *const reports[] = {&report_text, &report_json, &report_nagios, &report_prometheus, NULL};

const struct report *report_find(const char *name)
{
	for (int i = 0; reports[i]; i++)
		if (!strcmp(reports[i]->name, name))
			return reports[i];
	return NULL;
}

void report_headline(const struct server *s, struct str *out)
{
	static const char *const words[] = {
		[STATE_OK] = "all green", [STATE_UNKNOWN] = "not everything essential can be seen", [STATE_OFF] = "off",
		[STATE_WARN] = "works, but fix this", [STATE_FAIL] = "backups or recovery are at risk", [STATE_BLOCKED] = "blocked"};
	if (s->roots)
		str_addf(out, "%s: %s", s->root[0].finding->cause, s->root[0].finding->say);
	else
		str_add(out, words[s->state]);
}
