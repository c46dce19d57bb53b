#!/bin/bash
# kill -9 at any stage of a lab's life: no process, namespace, mount or file may stay behind. In a cache directory of its own.
# usage: test-kill.sh [ROUNDS]
set -u
here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-12}
work=$(mktemp -d)
export WALMEDIC_LAB_CACHE=$work/cache
mkdir "$WALMEDIC_LAB_CACHE"
trap 'rm -rf --one-file-system "$work"' EXIT
passed=0 failed=0 n=0
result() { # result OK? NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then passed=$((passed + 1)); echo "ok $n - $2"; else failed=$((failed + 1)); echo "not ok $n - $2"; fi
}

# PID:STARTTIME of a process and all its descendants. A child in another pid namespace has its parent's id in ours.
family() {
	awk -v root="$1" '{ line = $0; sub(/^[0-9]+ \(.*\) /, ""); split(line, a, " "); pid = a[1]; ppid[pid] = $2; start[pid] = $20 }
		END { mine[root]; do { more = 0; for (p in ppid) if (!(p in mine) && (ppid[p] in mine)) { mine[p]; more = 1 } } while (more); for (p in mine) if (p in start) print p ":" start[p] }' \
		<(cat /proc/[0-9]*/stat 2>/dev/null)
}
namespaces() { for m in "$@"; do readlink "/proc/${m%%:*}"/ns/{mnt,pid,net,uts,ipc} 2>/dev/null; done | sort -u; }
ours=$(namespaces "$$:")
alive() { local m line; for m in "$@"; do read -r line 2>/dev/null <"/proc/${m%%:*}/stat" || continue; set -- ${line##*) }; [ "${20}" != "${m#*:}" ] || echo "$m"; done; }
started() { local line; read -r line 2>/dev/null <"$1/stat" || return 1; set -- ${line##*) }; echo "${20}"; }
# left_in FILE TIME: those of the namespaces in which a process lives that was there at that time. The number of one that is gone is free for the next, which may be another lab's.
left_in() {
	local space process at
	find /proc/[0-9]*/ns -maxdepth 1 -type l -printf '%l %h\n' 2>/dev/null | grep -F -f "$1" | while read -r space process; do
		at=$(started "${process%/ns}") && [ "$at" -le "$2" ] && echo "$space ${process%/ns}"
	done | sort -u
}
files() { find "$WALMEDIC_LAB_CACHE" -mindepth 1 -maxdepth 1 ! -name identity ! -name lock ! -name mnt -printf '%f\n' 2>/dev/null | sort; find "$WALMEDIC_LAB_CACHE/mnt" -mindepth 1 2>/dev/null | head -n 3; }

# one NAME SECONDS VICTIM CMD...: start CMD, kill a process of it after so many seconds, look for remains.
# VICTIM: lab (the command itself), starter (its parent), or any (a process picked from the family)
one() {
	local name=$1 seconds=$2 victim=$3 family pid lab target ok=0 before killed i; shift 3
	before=$(files)
	bash -c '"$@"; :' starter "$@" </dev/null >"$work/out" 2>&1 &
	pid=$!
	sleep "$seconds"
	mapfile -t family < <(family "$pid")
	namespaces "${family[@]}" | grep -Fxv "$ours" >"$work/spaces"
	lab=$(pgrep -P "$pid" | head -n 1)
	case $victim in
	lab) target=${lab:-$pid} ;;
	starter) target=$pid ;;
	*) target=${family[RANDOM % (${#family[@]} + 1)]-$pid}; target=${target%%:*} ;;
	esac
	kill -KILL "$target" 2>/dev/null
	killed=$(awk '{ sub(/^.*\) /, ""); print $20 }' /proc/self/stat) # awk's own start
	# A process inside a host may die without the lab's noticing, as in life: then the lab is ended by its first process.
	if [ "$victim" = any ]; then sleep 0.5; kill -KILL ${lab:-} "$pid" 2>/dev/null; fi
	wait "$pid" 2>/dev/null
	# A busy machine takes its time to end them; what is left after a minute stays.
	for ((i = SECONDS + 60; SECONDS < i; )); do
		[ -n "$(alive "${family[@]}")" ] || { [ -s "$work/spaces" ] && [ -n "$(left_in "$work/spaces" "$killed")" ]; } || [ "$(files)" != "$before" ] || break
		sleep 0.1
	done
	# Chance may have hit the sweeper itself, and then the builder: its directory goes with the next start, as this one.
	if [ "$victim" = any ] && [ "$(files)" != "$before" ]; then
		( LAB_DIR=$here LAB_LIB=$here/lib; . "$here/lib/common.sh"; sweep_cache )
	fi
	[ -z "$(alive "${family[@]}")" ] || { ok=1; echo "# processes: $(alive "${family[@]}" | tr '\n' ' ')"; }
	if [ -s "$work/spaces" ] && [ -n "$(left_in "$work/spaces" "$killed")" ]; then ok=1; echo "# namespaces: $(left_in "$work/spaces" "$killed" | tr '\n' ' ')"; fi
	! grep -F "$work" /proc/self/mountinfo || { ok=1; echo "# mounts"; }
	[ "$(files)" = "$before" ] || { ok=1; echo "# files: $(files | tr '\n' ' ') instead of: $before"; }
	result $ok "$name, $victim killed after $seconds s (${#family[@]} processes, $(wc -l <"$work/spaces") namespaces)"
}

for s in 0.3 2 8; do one "base being made" $s lab "$here/lab" base; done
one "base being made" 5 any "$here/lab" base
# The directory in which a layer was made is swept away beside us.
made() { local end=$((SECONDS + 60)); "$here/lab" "$1" >/dev/null || exit 1; while files | grep -q '^\.making' && [ $SECONDS -lt $end ]; do sleep 0.1; done; }
made base
for s in 0.2 0.5 1.5 4; do one "green being made" $s lab "$here/lab" green; done
one "green being made" 3 starter "$here/lab" green
one "green being made" 3 any "$here/lab" green
made green
for s in 0.05 0.1 0.15 0.2 0.3 0.5 0.8 1.2 2 4; do one "coming up" $s lab "$here/lab" up -- sleep 100; done
one "up" 4 starter "$here/lab" up -- sleep 100
for ((r = 0; r < rounds; r++)); do one "up" "$(printf '0.%03d' $((RANDOM % 999)))" any "$here/lab" up --fault slot.missing -- sleep 100; done
for ((r = 0; r < rounds / 4; r++)); do one "up" "3.$((RANDOM % 9))" any "$here/lab" up --fault slot.missing -- sleep 100; done
"$here/lab" up -- true 2>/dev/null; result $? "a lab comes up after all that"
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
