#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/volume.h"

/* The server's own directory may lie on another volume than barman_home: WAL and backups go there. What lies in it, or elsewhere, may be a
 * volume of its own (by its mount, fstab, or a link), which is then a part. Whether something is a link is only asked of what cannot hang. */
static const char space_sh[] = VOLUME_SH
	"nl='\n'; d={server.backup_directory}\n"
	"own=$(awk '{ gsub(/\\\\040/, \" \", $2); print $2 }' /proc/mounts /etc/fstab 2>/dev/null)\n"
	"if volume server.space \"$d\"; then\n"
	"  [ -d \"$d\" ] || { d={server.barman_home}\n"
	"    volume server.space \"$d\" && [ ! -d \"$d\" ] && echo \"server.space.missing=$d\"; }\n"
	"  for p in {server.incoming_wals_directory} {server.streaming_wals_directory} {server.wals_directory} {server.basebackups_directory}; do\n"
	"    case \"$nl$own$nl\" in *\"$nl$p$nl\"*) ;; *) case $p in \"$d\"/*) [ -L \"$p\" ] || continue ;; esac ;; esac\n"
	"    echo part=; volume server.space \"$p\"\n"
	"  done\n"
	"fi\n"
	"echo end=\n";

enum { PARTS = 5 };
enum name { SIZE, AVAIL, INODES, IFREE, MOUNT, HUNG, RO, UNMOUNTED, MISSING, NAMES };
static const char *const names[NAMES] = {
	[SIZE] = "server.space.size", [AVAIL] = "server.space.avail", [INODES] = "server.space.inodes", [IFREE] = "server.space.ifree",
	[MOUNT] = "server.space.mount", [HUNG] = "server.space.hung", [RO] = "server.space.ro", [UNMOUNTED] = "server.space.unmounted",
	[MISSING] = "server.space.missing"};

struct part {
	const char *fact[NAMES];
};

static void take_line(struct part *p, char *line)
{
	char *eq = strchr(line, '=');

	if (!eq)
		return;
	*eq = '\0';
	for (int i = 0; i < NAMES; i++)
		if (!strcmp(line, names[i]))
			p->fact[i] = eq + 1;
}

static bool is_less(const struct part *p, enum name name, double than)
{
	return p->fact[name] && flow_number(p->fact[name]) < than;
}

/* The higher, the less can be done there. */
static int trouble(const struct part *p, double wanted)
{
	return p->fact[HUNG] ? 5 : p->fact[UNMOUNTED] ? 4 : p->fact[RO] ? 3 : !is_less(p, INODES, 1) && is_less(p, IFREE, INODES_LEFT) ? 2 : is_less(p, AVAIL, wanted);
}

/* The facts are those of the part that is in the greatest trouble; of the first, the server's own directory, when none is. */
static void read_space(const struct reply *r, struct view *v)
{
	struct part part[PARTS] = {0}, *worst = part;
	double wanted = 2 * flow_segment_size(v);
	char *copy, *p, *line;
	int n = 0;

	if (!flow_whole(v, r, "server.space.seen"))
		return;
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p)))
		if (!text_starts(line, "part="))
			take_line(&part[n], line);
		else if (++n == PARTS)
			break;
	for (int i = 1; i < PARTS; i++)
		if (trouble(&part[i], wanted) > trouble(worst, wanted))
			worst = &part[i];
	for (int i = 0; i < NAMES; i++)
		if (i == SIZE || i == AVAIL || i == INODES || i == IFREE)
			learn_num(v, names[i], worst->fact[i] ? flow_number(worst->fact[i]) : NAN);
		else
			learn(v, names[i], worst->fact[i]);
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
