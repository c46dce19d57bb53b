# Faults: files that say how to break the pipeline, and what must be named as the root cause. Sourced.
fault_file() { [ -f "$LAB_DIR/faults/$1.fault" ] && printf '%s\n' "$LAB_DIR/faults/$1.fault"; }
fault_names() { local f; for f in "$LAB_DIR"/faults/*.fault; do [ ! -f "$f" ] || basename "$f" .fault; done; }
# fault_value FAULT NAME: a value that a fault file sets
fault_value() { (
	pipeline='' cause_console='' cause_barman='' also_ok='' answers=''
	. "$(fault_file "$1")" && printf '%s\n' "${!2-}"
); }
# The first comment of the file: what is broken, in one sentence.
fault_sentence() { sed -n '1s/^# *//p' "$(fault_file "$1")"; }

faults_command() {
	local f v
	if [ $# -eq 0 ]; then
		for f in $(fault_names); do printf '%-42s %s\n' "$f" "$(fault_sentence "$f")"; done
	else
		fault_file "$1" >/dev/null || die "no such fault: $1"
		for v in cause_console cause_barman also_ok pipeline answers; do printf '%s=%s\n' "$v" "$(fault_value "$1" "$v")"; done
	fi
}

# Inside a lab.
fault_break() { (
	set -u
	. "$(fault_file "$1")" || exit 1
	break_it || exit 1
	[ "$(type -t settle)" != function ] || settle || { say "fault $1 did not settle"; exit 1; }
); }
fault_is_broken() { ( . "$(fault_file "$1")" && broken ); }
