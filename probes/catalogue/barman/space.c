#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/volume.h"

/* The server's own directory may lie on another volume than barman_home: WAL and backups go there. */
static const char space_sh[] = VOLUME_SH
	"d={server.backup_directory}\n"
	"volume server.space \"$d\" && [ ! -d \"$d\" ] && { d={server.barman_home}\n"
	"  volume server.space \"$d\" && [ ! -d \"$d\" ] && echo \"server.space.missing=$d\"; }\n"
	/* one of them may be a volume of its own; the last line about it holds */
	"for d in {server.incoming_wals_directory} {server.streaming_wals_directory} {server.wals_directory} {server.basebackups_directory}; do echo \"$d\"; done | awk '\n"
	"  NR == FNR { own[$0]; next } { gsub(/\\\\040/, \" \", $2) }\n"
	"  $2 in own { o[$2] = $4; fs[$2] = $3 } END { for (d in o) if (o[d] ~ /^ro(,|$)/) printf \"server.space.ro=%s %s\\nserver.space.mount=%s\\n\", fs[d], o[d], d }' - /proc/mounts\n"
	"echo end=\n";

static void read_space(const struct reply *r, struct view *v)
{
	static const char *const gone[] = {"server.space.hung", "server.space.ro", "server.space.unmounted",
					   "server.space.missing", "server.space.inodes", "server.space.mount"};
	char *copy, *p, *line;

	if (!flow_whole(v, r, "server.space.seen"))
		return;
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		learn(v, gone[i], NULL);
	learn_num(v, "server.space.avail", NAN);
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p))) {
		char *eq = strchr(line, '=');

		if (!eq || !text_starts(line, "server.space."))
			continue;
		*eq = '\0';
		if (!strcmp(line, "server.space.avail"))
			learn_num(v, line, flow_number(eq + 1));
		else
			learn(v, line, eq + 1);
	}
	free(copy);
	flow_derive(v);
}

const struct question q_backup_space = {
	.id = "backup.space",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = space_sh,
	.flags = Q_ALONE | Q_WARY,
	.read = read_space,
};
