# Volumes that break. Sourced by fault files.

# stale_mount HOST DIR: a mount that does not answer over DIR
stale_mount() {
	on "$1" sh -c 'test -e /dev/fuse || mknod -m 600 /dev/fuse c 10 229' && write "$1" /usr/local/lib/stale.py 644 <"$LAB_LIB/stale.py" || return 1
	on "$1" setsid python3 /usr/local/lib/stale.py "$2" </dev/null >/dev/null 2>&1 &
	until_true 10 stale_mounted "$1" "$2"
}
stale_mounted() { on "$1" grep -q " $2 fuse" /proc/mounts; }

# in_fstab HOST DIR: the volume of DIR gets a line in /etc/fstab and a place under /srv where it stays, as a disk does that is not mounted
in_fstab() {
	# shellcheck disable=SC2016
	on "$1" sh -c 'mkdir -p "/srv/volume$1" && mount --bind "$1" "/srv/volume$1" && printf "%s %s none bind 0 0\n" "/srv/volume$1" "$1" >>/etc/fstab' fstab "$2"
}
mounted() { on "$1" mountpoint -q "$2"; }
free_mb() { on "$1" df --output=avail -B1M "$2" | tail -n 1 | tr -d ' '; }

# pg_wal becomes a link to /srv/wal/pg_wal, on its volume; other files may lie beside it. The pipeline runs again after that.
wal_linked() {
	on db sh -c 'setsid pg_ctlcluster 15 main stop -m fast && w=/var/lib/postgresql/15/main/pg_wal && mkdir /srv/wal && mount --bind $w /srv/wal &&
		mkdir -m 700 /srv/wal/pg_wal && chown postgres: /srv/wal /srv/wal/pg_wal && find /srv/wal -mindepth 1 -maxdepth 1 ! -name pg_wal -exec mv -t /srv/wal/pg_wal {} + &&
		umount $w && rmdir $w && ln -s /srv/wal/pg_wal $w && chown -h postgres: $w && setsid pg_ctlcluster 15 main start' </dev/null >/dev/null 2>&1 || return 1
	until_true 30 pg_up && cron_run && until_true 20 receiver_up
}
