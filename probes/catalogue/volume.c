#include "probes/catalogue/volume.h"

#include <stdio.h>

#include "probes/engine/probe.h"

static const struct {
	const char *fact, *cause, *say;
} faults[] = {
	{"hung", "disk.hung", "does not answer: whoever touches it waits for ever"},
	{"unmounted", "disk.not_mounted", "is not mounted: the directory is there, its volume is not"},
	{"ro", "disk.read_only", "is mounted read-only"},
};

enum { FAULTS = sizeof(faults) / sizeof(*faults) };

static const char *volume_fact(const struct view *v, const char *key, const char *name)
{
	char full[80];

	snprintf(full, sizeof(full), "%s.%s", key, name);
	return know(v, full);
}

static bool no_inodes(const struct view *v, const char *key)
{
	char total[80], left[80];

	snprintf(total, sizeof(total), "%s.inodes", key);
	snprintf(left, sizeof(left), "%s.ifree", key);
	return know_num(v, total) > 0 && know_num(v, left) < INODES_LEFT;
}

bool volume_broken(const struct view *v, struct verdict *r, const char *key, const char *what, const char *host)
{
	const char *mount = volume_fact(v, key, "mount");

	for (size_t i = 0; i < FAULTS; i++) {
		const char *words = volume_fact(v, key, faults[i].fact);

		if (!words)
			continue;
		verdict_cause(r, RANK_FAIL, faults[i].cause, "the volume of %s %s", what, faults[i].say);
		verdict_evidence(r, "%s: %s%s%s", faults[i].fact, words, mount ? " at " : "", mount ? mount : "");
		verdict_host(r, host);
		return true;
	}
	if (!no_inodes(v, key))
		return false;
	verdict_cause(r, RANK_FAIL, "disk.inodes", "the volume of %s has no inodes left: no file can be made on it", what);
	verdict_evidence(r, "%s of %s inodes free%s%s", volume_fact(v, key, "ifree"), volume_fact(v, key, "inodes"),
			 mount ? " on " : "", mount ? mount : "");
	verdict_host(r, host);
	return true;
}

const char *volume_unseen(const struct view *v)
{
	if (know(v, "server.space.hung"))
		return "the backup volume does not answer";
	return know(v, "server.space.unmounted") ? "the backup volume is not mounted" : NULL;
}

static bool learn_page(struct view *v, const char *key, const char *at, const char *dir)
{
	bool broken = no_inodes(v, key);

	for (size_t i = 0; i < FAULTS && !broken; i++)
		broken = volume_fact(v, key, faults[i].fact);
	if (!broken || !dir)
		return false;
	learn(v, "server.disk_at", at);
	learn(v, "server.disk_dir", dir);
	learn(v, "server.disk_mount", volume_fact(v, key, "unmounted") ? volume_fact(v, key, "unmounted")
								    : volume_fact(v, key, "mount"));
	return true;
}

void volume_for_pages(struct view *v)
{
	/* Kept when all is well again: a page that was begun goes on to its end. */
	(void)(learn_page(v, "server.space", "backup", know(v, "server.backup_directory")) ||
	       learn_page(v, "server.logs", "backup", know(v, "server.logs.dir")) ||
	       learn_page(v, "db.wal", "db", know(v, "db.pg_wal")) || learn_page(v, "db.data", "db", know(v, "db.pg_data")) ||
	       learn_page(v, "db.logs", "db", know(v, "db.logs.dir")) ||
	       learn_page(v, "db.tbs", "db", know(v, "db.tbs.dir")));
}
