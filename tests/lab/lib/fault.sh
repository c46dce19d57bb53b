# Faults: files that say how to break the pipeline, and what must be named as the root cause. Sourced.
fault_file() { [ -f "$LAB_DIR/faults/$1.fault" ] && printf '%s\n' "$LAB_DIR/faults/$1.fault"; }
fault_names() { local f; for f in "$LAB_DIR"/faults/*.fault; do [ ! -f "$f" ] || basename "$f" .fault; done; }
# fault_value FAULT NAME: a value that a fault file sets
fault_value() { (
	pipeline='' cause_console='' cause_barman='' advice='' also_ok='' answers=''
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
		for v in cause_console cause_barman advice also_ok pipeline answers; do printf '%s=%s\n' "$v" "$(fault_value "$1" "$v")"; done
	fi
}

# Inside a lab: what fault files use, beside `on`, `sql`, `write`, `until_true` and the conditions of pipeline.sh.
PG_LOG=/var/log/postgresql/postgresql-15-main.log
MAIN_CONF=/etc/barman.d/main.conf
PG_CONF=/etc/postgresql/15/main/postgresql.conf
PG_HBA=/etc/postgresql/15/main/pg_hba.conf

# One finished WAL segment after the other, as a busy database makes them.
make_wal() {
	local n
	for ((n = 0; n < $1; n++)); do
		sql "select pg_logical_emit_message(true, 'shop', 'a new order')" >/dev/null && sql "select pg_switch_wal()" >/dev/null || return 1
	done
}
pg_set() { on db pg_conftool 15 main set "$1" "$2"; }
pg_reload() { on db:postgres pg_ctlcluster 15 main reload; }
pg_restart() { on db setsid pg_ctlcluster 15 main restart -m fast </dev/null >/dev/null 2>&1; until_true 30 pg_up; }
pg_setting() { [ "$(sql "show $1")" = "$2" ]; }
pg_logged() { on db grep -Eq -- "$1" "$PG_LOG"; }
pg_log_has() { until_true "$2" pg_logged "$1"; }
receiver_stop() { on backup:barman barman -q receive-wal --stop main; until_true 20 receiver_down; }
receiver_down() { ! on backup pgrep -u barman -x pg_receivewal; }
slot_is() { [ "$(sql "select count(*) from pg_replication_slots where slot_name = '$1' and $2")" = 1 ]; }
cron_run() { on backup:barman setsid barman -q cron </dev/null >/dev/null 2>&1; }
# The archiver has nothing left to do.
archiver_done() { [ "$(on db:postgres sh -c 'ls 15/main/pg_wal/archive_status | grep -c "ready\$"')" = 0 ]; }
stopped() { [ "$(on "$1" ps -o stat= -p "$2" | cut -c1)" = T ]; }

fault_break() { (
	set +o pipefail
	. "$(fault_file "$1")" || exit 1
	break_it || exit 1
	[ "$(type -t settle)" != function ] || settle || { say "fault $1 did not settle"; exit 1; }
); }
fault_is_broken() { ( set +o pipefail; . "$(fault_file "$1")" && broken ); }
# What a human does outside of the remedy, when there is something.
fault_heal_first() { ( . "$(fault_file "$1")" && { [ "$(type -t heal_first)" != function ] || heal_first; }); }

# What green alone does not tell of the remedy, when there is something.
fault_is_healed() { ( set +o pipefail; . "$(fault_file "$1")" && { [ "$(type -t healed)" != function ] || healed; }); }

# `lab fault NAME break|broken|heal|healed` inside a lab
fault_command() {
	[ -n "${LAB-}" ] || die "not inside a lab"
	. "$LAB_LIB/hosts.sh"; . "$LAB_LIB/pipeline.sh"
	fault_file "$1" >/dev/null || die "no such fault: $1"
	case $2 in
	break) fault_break "$1" ;;
	broken) fault_is_broken "$1" ;;
	heal) fault_heal_first "$1" ;;
	healed) fault_is_healed "$1" ;;
	*) die "break, broken, heal or healed?" ;;
	esac
}

# `lab then ACTION` inside a lab: what follows, for chains
then_command() {
	[ -n "${LAB-}" ] || die "not inside a lab"
	. "$LAB_LIB/hosts.sh"; . "$LAB_LIB/pipeline.sh"; . "$LAB_LIB/chain.sh"
	[ "$(type -t "then_${1-}")" = function ] || die "no such action: ${1-}"
	set +o pipefail
	"then_$1"
}
