#!/bin/sh
# The direction of the rooms: no include goes upwards, and each foreign library is known to its own files only.
cd "${srcdir:-.}" || exit 1
bad=0
# forbid ROOM PATTERN: no file of ROOM includes a header of PATTERN
forbid() {
	found=$(grep -rnE "^#[ 	]*include \"($2)/" "$1" --include='*.[ch]')
	[ -z "$found" ] || { echo "not ok - $1 includes upwards:"; echo "$found"; bad=1; }
}
# only PATTERN FILES: a header that only these files may include
only() {
	header=$1; shift
	found=$(grep -rlE "^#[ 	]*include <($header)>" probes remedies tui --include='*.[ch]' | grep -vxE "$*")
	[ -z "$found" ] || { echo "not ok - <$header> is included by:"; echo "$found"; bad=1; }
}
forbid probes/base 'probes/(config|link|engine|catalogue|report)|remedies|tui'
forbid probes/config 'probes/(link|engine|catalogue|report)|remedies|tui'
forbid probes/link 'probes/(config|engine|catalogue|report)|remedies|tui'
forbid probes/engine 'probes/(config|catalogue|report)|remedies|tui'
forbid probes/catalogue 'probes/report|remedies|tui'
forbid probes/report 'probes/(config|link|catalogue)|remedies|tui'
forbid remedies 'tui'
only 'n?curses(w/[a-z]*)?\.h|term\.h' 'tui/term\.c'
only 'uv\.h' 'probes/link/[a-z_0-9]+\.[ch]'
only 'libpq-fe\.h' 'probes/link/sql_libpq\.c'
only 'libssh2\.h' 'probes/link/ssh_libssh2(_channel\.c|_inside\.h)'
only 'ini\.h' 'probes/config/ini\.c'
only 'cmark-gfm.*\.h' 'remedies/markdown\.c'
found=$(grep -rnE '\b(clock_gettime|gettimeofday|time)\(' probes remedies tui --include='*.c' | grep -v '^probes/base/clock\.c' | grep -vE '[a-z_]time\(|->time|\* |//')
[ -z "$found" ] || { echo "not ok - clocks are read outside base/clock.c:"; echo "$found"; bad=1; }
[ $bad = 0 ] && echo "ok - layers"
exit $bad
