#!/bin/sh
# Closed or full standard files: an error in words, never a crash, never an exit status that reads as green.
w=${WALMEDIC:-$PWD/walmedic}
d=$(mktemp -d) || exit 1
trap 'rm -r "$d"' EXIT
printf '[barman]\nbarman_home = /nonexistent\nbarman_user = %s\n[a]\n' "$(id -un)" >"$d/barman.conf"
check() { "$w" check --timeout 1 --barman-config "$d/barman.conf" "$@"; }
bad() { echo "streams: $*" >&2; exit 1; }
check >/dev/null 2>&1 <&-; [ $? -le 3 ] || bad "stdin closed"
check >&- 2>"$d/err"; rc=$?
[ $rc -ge 1 ] && [ $rc -le 3 ] || bad "stdout closed: $rc"
grep -q "could not be written" "$d/err" || bad "stdout closed: nothing said"
check >/dev/full 2>"$d/err"; grep -q "could not be written" "$d/err" || bad "stdout full: nothing said"
check <&- >&- 2>&-; [ $? -le 3 ] || bad "all closed"
"$w" record a "$d" --barman-config "$d/barman.conf" </dev/null >/dev/null 2>&1 && bad "a recording that could not be begun is no success"
exit 0
