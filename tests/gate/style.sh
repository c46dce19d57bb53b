#!/bin/sh
# Sizes that keep code readable, and nothing left lying about. A function is what stands between a line "{" and a line "}".
cd "${srcdir:-.}" || exit 1
bad=0 files=500 functions=60
# report WHAT LINES: one test
report() {
	if [ -z "$2" ]; then echo "ok - $1"; else echo "not ok - $1"; echo "$2"; bad=1; fi
}
sources() { find probes remedies tui -name '*.[ch]' | sort; }
ours() { find probes remedies tui tests doc .ci quickstart configure.ac Makefile.am README.md -type f ! -name '*.o' ! -name '*.a' | grep -v '^tests/gate/' | sort; }

# shellcheck disable=SC2046
report "no source file is longer than $files lines" "$(wc -l $(sources) | awk -v most=$files '$1 > most && $2 != "total"')"
# shellcheck disable=SC2046
report "no function is longer than $functions lines" "$(awk -v most=$functions 'FNR == 1 { start = 0 } /^\{$/ { start = FNR }
	/^\}$/ && start { if (FNR - start + 1 > most) print FILENAME ":" start ": " FNR - start + 1 " lines"; start = 0 }' $(sources))"
# shellcheck disable=SC2046
report "no notes to ourselves" "$(grep -nE '(/\*|//|#|^[[:space:]]*\*).*\<(TODO|FIXME|XXX|HACK)\>' $(ours) /dev/null)"
# Where this is being built is nobody's business: the first directory, unless every machine has it.
here=$(pwd -P)
top=/$(echo "$here" | cut -d/ -f2)/
case $top in /usr/ | /tmp/ | /var/ | /etc/ | /root/ | /run/ | /srv/ | /opt/ | /home/) top=$here ;; esac
# shellcheck disable=SC2046
report "no path of the machine it was made on" "$(grep -nF -e "$top" $(ours) /dev/null)"
exit $bad
