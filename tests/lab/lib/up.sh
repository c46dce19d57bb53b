# lab up, lab join, lab list. Sourced.

up_command() {
	. "$LAB_LIB/green.sh"; . "$LAB_LIB/fault.sh"
	local faults='' pipeline='' build='' name='' wanted f
	while [ $# -gt 0 ]; do
		case $1 in
		--fault) faults="$faults ${2?}"; shift 2 ;;
		--pipeline) pipeline=${2?}; shift 2 ;;
		--bare) pipeline=bare; shift ;;
		--build) build=${2?}; shift 2 ;;
		--name) name=${2?}; shift 2 ;;
		--) shift; break ;;
		-*) die "unknown option: $1" ;;
		*) break ;;
		esac
	done
	for f in $faults; do
		fault_file "$f" >/dev/null || die "no such fault: $f (lab faults lists them)"
		wanted=$(fault_value "$f" pipeline)
		[ -n "$wanted" ] || continue
		[ -z "$pipeline" ] || [ "$pipeline" = "$wanted" ] || die "fault $f is for the pipeline $wanted"
		pipeline=$wanted
	done
	: "${pipeline:=both}" "${name:=lab-$$}"
	case $name in *[!A-Za-z0-9._-]*) die "a lab's name is made of letters, digits, '.', '_' and '-'" ;; esac
	[ -z "$build" ] || build=$(cd "$build" 2>/dev/null && pwd) || die "no such directory: --build"
	[ -z "$(lab_pid "$name")" ] || die "a lab named $name is running"
	[ $# -gt 0 ] || set -- "${SHELL:-/bin/sh}"
	while :; do
		green_ready "$pipeline"
		# Hold both layers: nobody removes what a lab uses. The locks go to the lab's first process with these descriptors.
		exec 6<"$BASE" 7<"$GREEN" && flock -s 6 && flock -s 7 && [ -d "$BASE" ] && [ "$GREEN" -ef /proc/self/fd/7 ] && break
	done
	touch "$BASE" "$GREEN" # used: see remove_old
	export BASE GREEN LAB_DIR LAB_LIB LAB_CACHE LAB_PIPELINE=$pipeline LAB_BUILD=$build LAB_FAULTS=${faults# }
	tied "$LAB_LIB/inside" up "$name" "$@"
}

# The first process of a running lab is found by its command line: no file that could outlive it.
lab_pids() {
	local d args
	for d in /proc/[0-9]*; do
		mapfile -d '' -t args 2>/dev/null <"$d/cmdline" || continue
		[[ ${args[1]-} == */lib/inside && ${args[2]-} == up && ${args[0]-} == *bash ]] && printf '%s %s\n' "${d#/proc/}" "${args[3]-}"
	done 2>/dev/null
}
lab_pid() { lab_pids | awk -v n="$1" '$2 == n { print $1; exit }'; }
list_labs() { lab_pids | awk '{ print $2 }' | sort -u; }

join_command() {
	[ $# -ge 2 ] || die "usage: lab join NAME HOST[:USER] CMD ARGS..."
	local name=$1 pid mnt; shift
	pid=$(lab_pid "$name")
	[ -n "$pid" ] || die "no lab named $name is running"
	LAB=$LAB_CACHE/mnt
	exec env LAB="$LAB" nsenter --target "$pid" --mount --pid --net --uts --ipc --wdns="$PWD" -- "$LAB_DIR/lab-on" "$@"
}
