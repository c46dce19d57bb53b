# Bare hosts: db1 runs PostgreSQL as Debian sets it up, backup1 has sshd, and nobody has set up a backup. The console host's root may log in as
# root on both, and knows no host key yet. Sourced inside a lab.

# Taken away as an administrator would, by dpkg itself, so that installing it again is the real thing.
bare_purge() { # HOST PACKAGES...
	on "$1" sh -c 'export DEBIAN_FRONTEND=noninteractive; shift; apt-get -qq -y --auto-remove purge "$@" >/dev/null 2>&1' purge "$@" </dev/null
}
# shellcheck disable=SC2016
is_bare() {
	on "$1" sh -c '! id barman && ! which barman barman-wal-archive rsync crontab && [ ! -e /var/lib/barman ] && [ ! -e /etc/barman.conf ] && [ ! -e /etc/barman.d ]' >&2 || return 1
	[ "$1" = db ] || on "$1" sh -c '! id postgres && ! which psql pg_receivewal' >&2
}
bare_configure() {
	local p q=''
	. "$LAB_LIB/base.sh"
	hosts_configure
	for p in console backup; do
		on "$p" pg_dropcluster 15 main && bare_purge "$p" "${LAB_BARE[@]}" 'postgresql*' &
		q="$q $!"
	done
	bare_purge db "${LAB_BARE[@]}" || return 1
	for p in $q; do wait "$p" || return 1; done
	for p in console backup; do on "$p" sh -c '! id postgres >/dev/null 2>&1 || userdel postgres; rm -rf /etc/postgresql* /var/lib/postgresql /var/log/postgresql'; done
	for p in "${LAB_PLACES[@]}"; do is_bare "$p" || return 1; done
	console_trusted
	hosts_serve
	on db setsid service postgresql start </dev/null >/dev/null 2>&1
	until_true 20 pg_up && shop_made
}
