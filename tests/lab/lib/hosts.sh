# The three hosts: namespaces, file systems, network. Sourced by the first process of a lab (lib/inside); LAB is the lab's own tmpfs.
# Each host is an overlay: a tmpfs upper over the green layer over the base layer; two volumes of their own make a full disk real and bounded.

# (PostgreSQL renames directories, which an overlay cannot do with those of a lower layer: one more reason for its volume.)
# (A bare host has no user barman, whose volume it would be.)
# volumes PLACE: "NAME MOUNT-POINT SIZE OWNER MODE" lines
volumes() {
	case $1 in
	backup) bare || echo "barman_home /var/lib/barman ${LAB_BARMAN_HOME_SIZE:-1g} barman 0750" ;;
	db)
		echo "pg_data /var/lib/postgresql ${LAB_PG_DATA_SIZE:-1g} postgres 0755"
		echo "pg_wal /var/lib/postgresql/15/main/pg_wal ${LAB_PG_WAL_SIZE:-512m} postgres 0700"
		;;
	esac
}

hosts_start() {
	local p a n=
	PATH=$PATH:/usr/sbin:/sbin
	chroot "$BASE" ip link set lo up
	chroot "$BASE" ip link add lan type bridge forward_delay 0 && chroot "$BASE" ip link set lan up || die "no bridge can be made (kernel module bridge?)"
	for p in "${LAB_PLACES[@]}"; do
		mkdir -p "$LAB/$p"/{upper,work,root}
		setsid unshare --mount --pid --net --uts --ipc --fork --kill-child=KILL --propagation private -- "$LAB_LIB/host" "$p" </dev/null &
	done
	for p in "${LAB_PLACES[@]}"; do
		until_true 30 test -s "$LAB/$p/pid" || die "host $p did not start"
		a=$(host_address "$p")
		chroot "$BASE" ip link add "port-$p" type veth peer name eth0 netns "$(<"$LAB/$p/pid")" && chroot "$BASE" ip link set "port-$p" master lan up || die "no network for $p"
	done
	for p in "${LAB_PLACES[@]}"; do
		a=$(host_address "$p")
		until_true 30 test -e "$LAB/$p/up" || die "host $p did not come up"
		on "$p" sh -c "ip link set lo up && ip addr add $a/24 dev eth0 && ip link set eth0 up" || die "no address for $p"
	done
}

# on HOST[:USER] CMD ARGS...: run a command on a host, as a login of that user would find it.
on() {
	local place=${1%%:*} user=root pid home=/ shell=/bin/sh name u g='' gid h s v keep=()
	[[ $1 != *:* ]] || user=${1#*:}
	shift
	case $place in backup1) place=backup ;; db1) place=db ;; esac
	[ -s "$LAB/$place/pid" ] || { echo "lab-on: no such host: $place (console, backup or db)" >&2; return 3; }
	pid=$(<"$LAB/$place/pid")
	while IFS=: read -r name _ u gid _ h s; do
		[ "$name" != "$user" ] || { g=$gid home=$h shell=$s; break; }
	done <"/proc/$pid/root/etc/passwd"
	[ -n "$g" ] || { echo "lab-on: no such user on $place: $user" >&2; return 3; }
	for v in ${!ASAN_*} ${!UBSAN_*} ${!LSAN_*} ${!WALMEDIC_*} ${!LAB_ENV_*} COLORTERM COLUMNS LINES; do
		case $v in WALMEDIC_LAB*) continue ;; esac
		[ -z "${!v-}" ] || keep+=("${v#LAB_ENV_}=${!v}")
	done
	[ $# -gt 0 ] || set -- "$shell"
	# shellcheck disable=SC2016
	nsenter --target "$pid" --mount --pid --net --uts --ipc -- /usr/bin/setpriv --reuid "$u" --regid "$g" --init-groups \
		/usr/bin/env -i HOME="$home" USER="$user" LOGNAME="$user" SHELL="$shell" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		LANG=C.UTF-8 TERM="${TERM:-dumb}" ${keep[@]+"${keep[@]}"} /bin/sh -c 'cd "$HOME" 2>/dev/null || cd /; exec "$@"' lab-on "$@"
}

# own_minute: the lab's cron gets a minute of its own, which is full LAB_TICK_IN seconds from now: many labs side by side need not all wait for one and the same,
# and then work all at once. The daemon alone is told another time; `tick` in the lab's directory is the second at which its minute is full.
own_minute() {
	local off
	off=$(((60 - ($(date +%s) + LAB_TICK_IN) % 60) % 60))
	[ $off -le 30 ] || off=$((off - 60))
	echo $(((60 - off) % 60)) >"$LAB/tick"
	on backup sh -c 'printf "export LD_PRELOAD=%s FAKETIME=%+ds NO_FAKE_STAT=1 FAKETIME_DONT_FAKE_MONOTONIC=1\n" "$(echo /usr/lib/*/faketime/libfaketime.so.1)" '$off' >>/etc/default/cron'
}

# quick_logins: a post-quantum key exchange costs 60 ms of a processor, and a test logs in some fifty times.
quick_logins() { write "$1" /etc/ssh/sshd_config.d/00-quick.conf 644 <<<'KexAlgorithms -sntrup*'; }

# boot: what a host's init would start. Daemons get their own session, so that a Ctrl-C for the command in the lab is not for them.
boot() {
	[ -z "${LAB_TICK_IN-}" ] || [ "$1" != backup ] || own_minute || return
	[ -z "${LAB_QUICK_LOGINS-}" ] || quick_logins "$1" || return
	case $1 in
	console) on console setsid service ssh start ;;
	backup) on backup setsid sh -c 'service ssh start; service cron start' ;;
	db) on db setsid sh -c 'service ssh start; service cron start; service postgresql start' ;;
	esac </dev/null >>"$LAB/boot.log" 2>&1
}
