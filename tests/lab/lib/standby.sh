# A second server beside main on db1, for faults of standbys and of a primary that moves. Sourced by fault files.
# standby_make: cluster "two", port 5433, a running standby of main with main's settings; Barman's ~/.pgpass knows its port
standby_make() {
	on db setsid pg_createcluster 15 two -p 5433 </dev/null >/dev/null 2>&1
	# shellcheck disable=SC2016
	on db:postgres sh -c 'rm -rf ~/15/two && pg_basebackup -D ~/15/two -R -c fast -h /var/run/postgresql -p 5432 &&
		for f in postgresql.conf pg_hba.conf; do sed "s#15/main#15/two#g; s#15-main#15-two#g; s/^port = .*/port = 5433/" /etc/postgresql/15/main/$f >/etc/postgresql/15/two/$f; done' || return 1
	on db setsid pg_ctlcluster 15 two start </dev/null >/dev/null 2>&1
	until_true 20 on db:postgres pg_isready -q -p 5433 && on backup sed -i 's/^db1:5432:/db1:*:/' /var/lib/barman/.pgpass
}
# standby_sql PORT SQL
standby_sql() { on db:postgres psql -X -At -p "$1" -c "$2"; }
standby_says() { [ "$(standby_sql "$1" "$2")" = "$3" ]; }
standby_promote() { on db pg_ctlcluster 15 two promote && until_true 20 standby_says 5433 'select pg_is_in_recovery()' f; }
