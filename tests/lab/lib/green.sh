# The green layer: a working pipeline with a first backup, saved after a clean stop. Sourced, outside and inside.
GREEN_HOURS=12

green_identity() { { echo "$BASE"; cat "$LAB_LIB"/{green,bare,hosts,pipeline}.sh "$LAB_LIB/host"; } | sha256sum | cut -c1-12; }
green_fresh() { [ -e "$1/made" ] && [ $(($(date +%s) - $(stat -c %Y "$1/made"))) -lt $((GREEN_HOURS * 3600)) ]; }

# The newest usable layer of this pipeline, or nothing. Its name ends in the second it was made in, so that a new one never replaces one in use.
green_find() {
	local d found=
	for d in "$LAB_CACHE/green-$1-$2-"*; do ! green_fresh "$d" || found=$d; done
	[ -n "$found" ] && printf '%s\n' "$found"
}

# green_ready PIPELINE: sets BASE and GREEN
green_ready() {
	local pipeline=$1 id start=$SECONDS
	case $pipeline in both | stream | push | bare) ;; *) die "no such pipeline: $pipeline (both, stream, push or bare)" ;; esac
	. "$LAB_LIB/base.sh"
	base_ready
	mkdir -p "$LAB_CACHE/mnt"
	id=$(green_identity)
	GREEN=$(green_find "$pipeline" "$id") && return 0
	exec 9>"$LAB_CACHE/lock"
	flock -n 9 || { say "another start is making the layers; waiting for it"; flock 9; }
	if ! GREEN=$(green_find "$pipeline" "$id"); then
		say "making the green pipeline ($pipeline): three hosts set up$(bare || echo ", first backup taken")"
		making green
		BASE=$BASE GREEN='' LAB_DIR=$LAB_DIR LAB_LIB=$LAB_LIB LAB_CACHE=$LAB_CACHE LAB_PIPELINE=$pipeline LAB_BUILD='' \
			tied "$LAB_LIB/inside" green "green-$pipeline" "$MAKING" 9>&- </dev/null >"$MAKING/log" 2>&1 ||
			{ tail -n 40 "$MAKING/log" >&2; die "the green pipeline could not be made"; }
		GREEN=$LAB_CACHE/green-$pipeline-$id-$(date +%s)
		mv -T "$MAKING" "$GREEN" || die "cannot keep $GREEN"
		exec 8<&-
		say "green layer made in $((SECONDS - start)) s"
		remove_old "$LAB_CACHE"/green-*
	fi
	exec 9>&-
}

green_command() {
	local pipeline=both
	[ "${1-}" != --pipeline ] || pipeline=${2-}
	green_ready "$pipeline" && printf '%s\n' "$GREEN"
}

backup_done() { on backup:barman barman show-backup main last | grep -Eq 'Status +: DONE'; }
archived() { on backup:barman barman -q archive-wal main; on backup:barman sh -c '! find ~/main/incoming ~/main/streaming -type f ! -name "*.partial" | grep -q .'; }
file_archived() { [ "$(sql "select coalesce(last_archived_wal >= '$1', false) from pg_stat_archiver")" = t ]; }

first_backup() {
	pipeline_configure || die "configuration failed"
	on backup setsid service cron start </dev/null; on db setsid service cron start </dev/null
	on backup:barman setsid barman -q cron </dev/null
	! streams || until_true 30 receiver_up || die "the receiver does not run"
	# A first segment, so that something is archived by every route, and Barman's check has nothing to wait for.
	sql "select pg_switch_wal()" >/dev/null
	on backup:barman barman switch-wal --archive --archive-timeout 60 main
	until_true 60 barman_ok 'backup maximum age|minimum redundancy' || { cat "$LAB/barman-check"; die "barman check"; }
	on backup:barman barman backup --wait main || die "no first backup"
	until_true 60 backup_done || die "the first backup is not DONE"
	until_true 60 barman_ok || { cat "$LAB/barman-check"; die "barman check"; }
}

# Inside: set up, first backup, clean stop, save.
green_make() {
	local out=$1 p name at rest
	if bare; then bare_configure || die "configuration failed"; else first_backup; fi
	# The clean stop: cron first, then PostgreSQL, which waits for its receiver and archives its last segment.
	on backup service cron stop; on db service cron stop
	sql "insert into orders (customer, total) values ('last of the day', 1)" shop; sql "checkpoint"
	on db pg_ctlcluster 15 main stop -m fast || die "no clean stop"
	bare || until_true 30 archived
	on db pg_ctlcluster 15 main status
	for p in "${LAB_PLACES[@]}"; do on "$p" service ssh stop; done
	on backup sh -c '! pgrep -u barman -a' || { on backup:barman barman receive-wal --stop main; until_true 10 on backup sh -c '! pgrep -u barman'; }
	for p in "${LAB_PLACES[@]}"; do
		on "$p" sh -c 'rm -rf /var/tmp/* /var/cache/apt/* /root/.bash_history'
		cp -a "$LAB/$p/upper" "$out/$p" || die "cannot save $p"
		while read -r name at rest; do
			[ -n "$name" ] || continue
			mkdir "$out/$p-$name" && cp -ax "/proc/$(<"$LAB/$p/pid")/root$at/." "$out/$p-$name/" || die "cannot save $name"
		done < <(volumes "$p")
	done
	: >"$out/made"
}
