# What every part of the lab uses. Sourced.
LAB_CACHE=${WALMEDIC_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/walmedic-lab}
LAB_SUBNET=10.77.0
LAB_PLACES=(console backup db)

say() { [ -n "${LAB_QUIET-}" ] || printf 'lab: %s\n' "$*" >&2; }
die() { printf 'lab: %s\n' "$*" >&2; exit 1; }
need_root() { [ "$(id -u)" = 0 ] || die "needs root (namespaces, mounts); try: sudo $LAB_DIR/lab ..."; }
need_tools() {
	local t missing=()
	for t in "$@"; do PATH=$PATH:/usr/sbin:/sbin command -v "$t" >/dev/null || missing+=("$t"); done
	[ ${#missing[@]} -eq 0 ] || die "missing on this machine: ${missing[*]}"
}
# Hosts on which nobody has set up anything yet
bare() { [ "${LAB_PIPELINE-${pipeline-}}" = bare ]; }
host_name() { case $1 in console) echo console ;; backup) echo backup1 ;; db) echo db1 ;; *) return 1 ;; esac; }
host_address() { case $1 in console) echo "$LAB_SUBNET.1" ;; backup) echo "$LAB_SUBNET.2" ;; db) echo "$LAB_SUBNET.3" ;; *) return 1 ;; esac; }

# until_true SECONDS CMD...: poll, never a blind sleep
until_true() {
	local end=$((SECONDS + $1)); shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt "$end" ] || return 1
		sleep 0.1
	done
}

# tied CMD...: run CMD as the first of its own processes, with its own mounts, so that all of it dies with this shell, however this shell ends:
# when the first process of a namespace of processes is killed, every other one goes with it, and then the mounts.
# The two checks (here and in lib/first) close the moment between fork and prctl, when a parent may have died unnoticed.
tied() {
	local rc
	# shellcheck disable=SC2016
	env --default-signal=INT,QUIT setpriv --pdeathsig KILL bash -c '
		[ "$PPID" = "$1" ] || exit 137
		shift
		flags=$1 first=$2; shift 2
		exec unshare --mount --pid $flags --uts --ipc --fork --kill-child=KILL --propagation private -- "$first" "$$" "$@"' \
		tied "$$" "${TIED_FLAGS---net}" "$LAB_LIB/first" "$@" <&0 &
	TIED=$!
	trap 'kill -KILL $TIED 2>/dev/null' TERM HUP
	trap : INT QUIT
	while :; do
		wait "$TIED"; rc=$?
		kill -0 "$TIED" 2>/dev/null || break
	done
	trap - TERM HUP INT QUIT
	return $rc
}

# Our own death with our starter: set once, by running ourselves again under setpriv.
die_with_starter() {
	[ "${LAB_STARTER-}" = "$PPID" ] && { unset LAB_STARTER; return; }
	[ -z "${LAB_STARTER-}" ] || exit 137
	LAB_STARTER=$PPID exec setpriv --pdeathsig KILL "$LAB_DIR/lab" "$@"
}

# Temporary directories of builders that died: their lock is free. `all` also removes finished layers that no lab uses.
sweep_cache() {
	local d
	for d in "$LAB_CACHE"/.making-*; do
		[ -d "$d" ] || { rm -f "$d"; continue; }
		( exec 8<"$d" && flock -n 8 && rm -rf --one-file-system "$d" )
	done
	[ "${1-}" = all ] || return 0
	for d in "$LAB_CACHE"/base-* "$LAB_CACHE"/green-*; do remove_layer "$d"; done
}
# Layers that nobody used for a day (another version of the lab may well use them in turns with us).
remove_old() {
	local d
	for d in "$@"; do [ ! -d "$d" ] || [ $(($(date +%s) - $(stat -c %Y "$d"))) -lt 86400 ] || remove_layer "$d"; done
}
remove_layer() {
	[ -d "$1" ] || return 0
	( exec 8<"$1" && flock -n 8 && { gone=$LAB_CACHE/.making-gone-$BASHPID-${1##*/}; mv -T "$1" "$gone" && rm -rf --one-file-system "$gone"; } )
}

# making NAME: a directory to build in ($MAKING), locked by fd 8, which everything we start inherits. A sweeper of its own session removes it when
# the last holder of that lock is gone: also when we were killed.
making() {
	mkdir -p "$LAB_CACHE" || die "cannot make the cache directory $LAB_CACHE"
	sweep_cache
	MAKING=$LAB_CACHE/.making-$1-$$
	mkdir "$MAKING" && exec 8<"$MAKING" && flock 8 || die "cannot make $MAKING"
	setsid bash -c 'exec 8<&- 9<&-; exec 7<"$1" || exit; flock 7; [ "$1" -ef /proc/self/fd/7 ] && rm -rf --one-file-system "$1"' sweeper "$MAKING" </dev/null >/dev/null 2>&1 &
	disown
}
