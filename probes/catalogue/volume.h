/* A volume as sh sees it, and what is wrong with it whatever its free space. */
#ifndef WALMEDIC_CATALOGUE_VOLUME_H
#define WALMEDIC_CATALOGUE_VOLUME_H

#include <stdbool.h>

struct verdict;
struct view;

/* `alive DIR`: whoever touches a mount that does not answer hangs with it, so a child touches it, and gets three
 * seconds. Any file system may hang: a stale NFS or sshfs mount, and a disk that is gone. The first looks are
 * short, for a healthy one answers within milliseconds. */
#define ALIVE_SH                                                                                                 \
	"alive() {\n"                                                                                           \
	"  stat -f \"$1/.\" >/dev/null 2>&1 & p=$!; n=0\n"                                                       \
	"  while kill -0 $p 2>/dev/null && [ $n -lt 70 ]; do\n"                                                 \
	"    case $n in [0-4]) sleep 0.002;; ?|1?) sleep 0.01;; *) sleep 0.05;; esac; n=$((n+1))\n"              \
	"  done\n"                                                                                              \
	"  if kill -0 $p 2>/dev/null; then kill -9 $p; return 1; fi\n"                                          \
	"}\n"

/* `volume KEY DIR` prints KEY.size, .avail, .inodes, .ifree, .mount; and .hung, .ro, .unmounted where they hold; its status is 1 for one that hangs.
 * What should be mounted is fstab's word: a line whose place lies above DIR, and of which /proc/mounts knows nothing.
 * That is text, and is read before DIR is touched; a DIR that is a link is looked up again once it answers. */
#define VOLUME_SH ALIVE_SH                                                                                       \
	"below() {\n"                                                                                           \
	"  awk -v d=\"$2/\" -v k=\"$1\" '{ gsub(/\\\\040/, \" \", $2) } FNR == NR { up[$2] = 1; next }\n"         \
	"    $1 !~ /^#/ && $2 ~ /^\\/./ && index(d, $2 \"/\") == 1 && $4 !~ /noauto/ && !up[$2] { print k \".unmounted=\" $2 }' " \
	"/proc/mounts /etc/fstab 2>/dev/null\n"                                                                 \
	"}\n"                                                                                                   \
	"volume() {\n"                                                                                          \
	"  below \"$1\" \"$2\"\n"                                                                               \
	"  alive \"$2\" || { awk -v d=\"$2/\" -v k=\"$1\" '{ m = $2 \"/\"; if ($2 == \"/\") m = \"/\"\n"          \
	"    if (index(d, m) == 1 && length(m) >= best) { best = length(m); t = $3 \" \" $1; at = $2 } }\n"      \
	"    END { print k \".hung=\" t; print k \".mount=\" at }' /proc/mounts; return 1; }\n"                    \
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
