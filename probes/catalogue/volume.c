#include "probes/catalogue/volume.h"

#include <stdio.h>

#include "probes/engine/probe.h"

static const struct {
	const char *fact, *cause, *say;
} faults[] = {
	{"hung", "disk.hung", "does not answer: its network mount is stale"},
	{"unmounted", "disk.not_mounted", "is not mounted: the directory is there, its volume is not"},
	{"ro", "disk.read_only", "is mounted read-only"},
};

bool volume_broken(const struct view *v, struct verdict *r, const char *key, const char *what, const char *host)
{
	char name[80];
	double total, left;

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		snprintf(name, sizeof(name), "%s.%s", key, faults[i].fact);
		if (!know(v, name))
			continue;
		verdict_cause(r, RANK_FAIL, faults[i].cause, "the volume of %s %s", what, faults[i].say);
		verdict_evidence(r, "%s: %s", faults[i].fact, know(v, name));
		verdict_host(r, host);
		return true;
	}
	snprintf(name, sizeof(name), "%s.inodes", key);
	total = know_num(v, name);
	snprintf(name, sizeof(name), "%s.ifree", key);
	left = know_num(v, name);
	if (!(total > 0 && left < 16))
		return false;
	verdict_cause(r, RANK_FAIL, "disk.inodes", "the volume of %s has no inodes left", what);
	verdict_evidence(r, "%.0f of %.0f inodes free", left, total);
	verdict_host(r, host);
	return true;
}
