/* A volume as sh sees it, and what is wrong with it whatever its free space. */
#ifndef WALMEDIC_CATALOGUE_VOLUME_H
#define WALMEDIC_CATALOGUE_VOLUME_H

#include <stdbool.h>

struct verdict;
struct view;

/* `volume KEY DIR` prints KEY.size, .avail, .inodes, .ifree, .mount; and .hung, .ro, .unmounted where they hold. */
/* Network file systems that do not answer hang whoever touches them: those are tried in a child that is
 * given three seconds. `read_only` and what should be mounted come from the kernel's and fstab's own words. */
#define VOLUME_SH                                                                                                \
	"volume() {\n"                                                                                          \
	"  kind=$(awk -v d=\"$2/\" '{ m = $2 \"/\"; if ($2 == \"/\") m = \"/\"\n"                               \
	"    if (index(d, m) == 1 && length(m) >= best) { best = length(m); t = $3 } } END { print t }' /proc/mounts)\n" \
	"  case $kind in nfs*|cifs|smb*|fuse*|ceph|9p|glusterfs)\n"                                             \
	"    stat -f \"$2\" >/dev/null 2>&1 & p=$!; n=0\n"                                                      \
	"    while kill -0 $p 2>/dev/null && [ $n -lt 60 ]; do sleep 0.05; n=$((n+1)); done\n"                  \
	"    if kill -0 $p 2>/dev/null; then kill -9 $p; echo \"$1.hung=$kind\"; return; fi;;\n"                 \
	"  esac\n"                                                                                              \
	"  df -B1 --output=size,avail,itotal,iavail,target \"$2\" 2>/dev/null | awk -v k=\"$1\" '\n"             \
	"    NR == 2 { t = $5; for (i = 6; i <= NF; i++) t = t \" \" $i\n"                                      \
	"      printf \"%s.size=%s\\n%s.avail=%s\\n%s.inodes=%s\\n%s.ifree=%s\\n%s.mount=%s\\n\", k, $1, k, $2, k, $3, k, $4, k, t }'\n" \
	"  awk -v m=\"$(df --output=target \"$2\" 2>/dev/null | tail -n 1)\" -v k=\"$1\" '\n"                   \
	"    $2 == m { o = $4 } END { if (o ~ /^ro(,|$)/) print k \".ro=\" o }' /proc/mounts\n"                 \
	"  awk -v d=\"$2/\" -v k=\"$1\" 'FNR == NR { up[$2] = 1; next }\n"                                     \
	"    $1 !~ /^#/ && $2 ~ /^\\/./ && index(d, $2 \"/\") == 1 && $4 !~ /noauto/ && !up[$2] { print k \".unmounted=\" $2 }' " \
	"/proc/mounts /etc/fstab 2>/dev/null\n"                                                                 \
	"}\n"

/* Names disk.hung, not_mounted, read_only or inodes from the facts KEY.*; true if one holds. what = "pg_wal". */
bool volume_broken(const struct view *v, struct verdict *r, const char *key, const char *what, const char *host);

#endif
