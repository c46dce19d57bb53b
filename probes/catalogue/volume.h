/* A volume as sh sees it, and what is wrong with it whatever its free space. */
#ifndef WALMEDIC_CATALOGUE_VOLUME_H
#define WALMEDIC_CATALOGUE_VOLUME_H

#include <stdbool.h>

#include "probes/link/shell.h"

struct verdict;
struct view;

enum { INODES_LEFT = 16 }; /* fewer, and no file can be made for long */

/* `hung KEY DIR`: 1 if DIR does not answer; then KEY.hung, its file system and what is mounted, KEY.mount, where, and KEY.dir.
 * `volume KEY DIR` prints KEY.size, .avail, .inodes, .ifree, .mount; and .hung, .ro, .unmounted where they hold; its status is 1 for one that hangs.
 * What should be mounted is fstab's word: a line whose place lies above DIR, and of which /proc/mounts knows nothing.
 * That is text, and is read before DIR is touched; a DIR that is a link is looked up again once it answers. */
#define VOLUME_SH ALIVE_SH                                                                                       \
	"below() {\n"                                                                                           \
	"  awk -v d=\"$2/\" -v k=\"$1\" '{ gsub(/\\\\040/, \" \", $2) } FNR == NR { up[$2] = 1; next }\n"         \
	"    $1 !~ /^#/ && $2 ~ /^\\/./ && index(d, $2 \"/\") == 1 && $4 !~ /noauto/ && !up[$2] { print k \".unmounted=\" $2 }' " \
	"/proc/mounts /etc/fstab 2>/dev/null\n"                                                                 \
	"}\n"                                                                                                   \
	"hung() {\n"                                                                                            \
	"  ! alive \"$2\" || return 1; echo \"$1.dir=$2\"\n"                                                     \
	"  awk -v d=\"$2/\" -v k=\"$1\" '{ m = $2 \"/\"; if ($2 == \"/\") m = \"/\"\n"                           \
	"    if (index(d, m) == 1 && length(m) >= best) { best = length(m); t = $3 \" \" $1; at = $2 } }\n"      \
	"    END { print k \".hung=\" t; print k \".mount=\" at }' /proc/mounts\n"                                \
	"}\n"                                                                                                   \
	"volume() {\n"                                                                                          \
	"  below \"$1\" \"$2\"; ! hung \"$1\" \"$2\" || return 1\n"                                              \
	"  real=$(readlink -f \"$2\"); [ \"$real\" = \"$2\" ] || below \"$1\" \"$real\"\n"                       \
	"  df -B1 --output=size,avail,itotal,iavail,target \"$2/.\" 2>/dev/null | awk -v k=\"$1\" '\n"           \
	"    NR == FNR && FNR == 2 { t = $5; for (i = 6; i <= NF; i++) t = t \" \" $i\n"                          \
	"      printf \"%s.size=%s\\n%s.avail=%s\\n%s.inodes=%s\\n%s.ifree=%s\\n%s.mount=%s\\n\", k, $1, k, $2, k, $3, k, $4, k, t }\n" \
	"    NR != FNR && $2 == t { o = $4; fs = $3 } END { if (o ~ /^ro(,|$)/) print k \".ro=\" fs \" \" o }' - /proc/mounts\n" \
	"  return 0\n"                                                                                          \
	"}\n"

/* Names disk.hung, not_mounted, read_only or inodes from the facts KEY.*; true if one holds. what = "pg_wal". */
bool volume_broken(const struct view *v, struct verdict *r, const char *key, const char *what, const char *host);
/* The same on the Barman host, for judges of what lies there: why nothing can be said of it, or NULL. */
const char *volume_unseen(const struct view *v);
/* Which volume the pages of these causes speak of: learns server.disk_at, _dir and _mount. For readers. */
void volume_for_pages(struct view *v);

#endif
