# The pipeline as an administrator would set it up, for LAB_PIPELINE = both (push and stream), stream, push, or bare (not at all). Sourced inside a lab.

sql() { on db:postgres psql -X -q -At -v ON_ERROR_STOP=1 -c "$1" "${@:2}"; }
pg_up() { on db:postgres pg_isready -q; }
# barman_ok [PATTERN]: every line of barman check is OK, but for those of the pattern
barman_ok() {
	on backup:barman barman check main >"$LAB/barman-check" 2>&1
	grep -q 'PostgreSQL: OK' "$LAB/barman-check" && ! grep FAILED "$LAB/barman-check" | grep -Evq "${1:-^\$}"
}
receiver_up() { [ "$(sql "select count(*) from pg_replication_slots where slot_name = 'barman' and active")" = 1 ]; }
streams() { [ "$LAB_PIPELINE" != push ] && ! bare; }
pushes() { [ "$LAB_PIPELINE" != stream ] && ! bare; }

# From the green layer to a running pipeline: what the hosts' boot does, and the first run of Barman's cron entry, which would come within a minute.
pipeline_boot() {
	local p boots=()
	for p in "${LAB_PLACES[@]}"; do boot "$p" & boots+=($!); done
	until_true 20 pg_up || return 1 # before pg_ctlcluster notices it
	! bare || { wait "${boots[@]}"; return; }
	# What was written since the layer was made, hours ago perhaps, reaches Barman only as a whole segment.
	[ "$LAB_PIPELINE" != push ] || sql "SELECT pg_switch_wal()" >/dev/null
	on backup:barman setsid barman -q cron </dev/null >/dev/null 2>&1
	! streams || until_true 20 receiver_up || return 1
	wait "${boots[@]}"
}

write() { # write HOST[:USER] PATH MODE < text
	on "$1" sh -c 'umask 077; cat >"$1" && chmod "$2" "$1"' write "$2" "$3"
}

# Names, addresses, keys of the hosts themselves.
hosts_configure() {
	local p
	for p in "${LAB_PLACES[@]}"; do
		printf '127.0.0.1 localhost\n%s.1 console\n%s.2 backup1\n%s.3 db1\n' "$LAB_SUBNET" "$LAB_SUBNET" "$LAB_SUBNET" | write "$p" /etc/hosts 644
		host_name "$p" | write "$p" /etc/hostname 644
		echo 'LANG=C.UTF-8' | write "$p" /etc/default/locale 644
		echo 'PermitRootLogin prohibit-password' | write "$p" /etc/ssh/sshd_config.d/root.conf 644
		on "$p" sh -c 'ssh-keygen -q -A; sed -i "s/@[^ ]*\$/@'"$(host_name "$p")"'/" /etc/ssh/ssh_host_*.pub' </dev/null
	done
}
# The console host's way in, as root on both
console_trusted() {
	local p
	keys console root
	for p in backup db; do trust "$p" root "$(on console cat /root/.ssh/id_ed25519.pub)"; done
}
hosts_serve() {
	local p
	for p in "${LAB_PLACES[@]}"; do
		on "$p" apt-get -qq update
		on "$p" setsid service ssh start </dev/null >/dev/null 2>&1
	done
}

pipeline_configure() {
	local p q=''
	hosts_configure
	# Only one host is a database server, only one a Barman server.
	for p in console backup; do
		on "$p" sh -c 'pg_dropcluster 15 main && DEBIAN_FRONTEND=noninteractive apt-get -qq -y purge postgresql-15 >/dev/null 2>&1' &
		q="${q-} $!"
	done
	for p in $q; do wait "$p" || return 1; done
	for p in console db; do on "$p" rm -rf /etc/cron.d/barman /etc/barman.conf /etc/barman.d /usr/bin/barman /usr/share/barman /var/lib/barman /var/log/barman /etc/logrotate.d/barman; done
	on console rm -f /usr/bin/barman-wal-archive /usr/bin/barman-wal-restore

	console_trusted; keys backup barman; keys db postgres
	trust backup barman "$(on db cat /var/lib/postgresql/.ssh/id_ed25519.pub)"
	trust db postgres "$(on backup cat /var/lib/barman/.ssh/id_ed25519.pub)"
	known console:root backup; known console:root db; known backup:barman db; known db:postgres backup

	write console /etc/walmedic.conf 644 <<-'END'
		[main]
		engine = barman
		backup = ssh://root@backup1
		db = ssh://root@db1
	END
	hosts_serve
	configure_postgresql && configure_barman
}

keys() { on "$1:$2" sh -c 'mkdir -p -m 700 ~/.ssh && ssh-keygen -q -t ed25519 -N "" -C "$USER@'"$(host_name "$1")"'" -f ~/.ssh/id_ed25519' </dev/null; }
# shellcheck disable=SC2016
trust() { on "$1:$2" sh -c 'mkdir -p -m 700 ~/.ssh && printf "%s\n" "$1" >>~/.ssh/authorized_keys && chmod 600 ~/.ssh/authorized_keys' trust "$3"; }
# known WHO PLACE: the host keys by a trusted way: read on the host itself
known() {
	local t; t=$(host_name "$2")
	# shellcheck disable=SC2016
	on "$2" sh -c 'cat /etc/ssh/ssh_host_*_key.pub' | awk -v n="$t,$(host_address "$2")" '{print n, $1, $2}' |
		on "$1" sh -c 'cat >>~/.ssh/known_hosts && chmod 600 ~/.ssh/known_hosts'
}

configure_postgresql() {
	local kv
	for kv in "listen_addresses=*" wal_level=replica max_wal_size=128MB min_wal_size=32MB checkpoint_timeout=5min max_wal_senders=10 max_replication_slots=10; do
		on db pg_conftool 15 main set "${kv%%=*}" "${kv#*=}" || return 1
	done
	if pushes; then
		on db pg_conftool 15 main set archive_mode on && on db pg_conftool 15 main set archive_command 'barman-wal-archive backup1 main %p' || return 1
	fi
	on db:postgres sh -c 'cat >>/etc/postgresql/15/main/pg_hba.conf' <<-END
		# Barman, from backup1
		host    all             barman             $LAB_SUBNET.2/32            scram-sha-256
		host    replication     streaming_barman   $LAB_SUBNET.2/32            scram-sha-256
	END
	on db setsid service postgresql start </dev/null >/dev/null 2>&1
	until_true 20 pg_up || return 1
	shop_made && on db:postgres psql -X -q -v ON_ERROR_STOP=1 <<-'END' || return 1
		CREATE ROLE barman LOGIN PASSWORD 'correct horse';
		GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO barman;
		GRANT EXECUTE ON FUNCTION pg_backup_stop(boolean) TO barman;
		GRANT EXECUTE ON FUNCTION pg_switch_wal() TO barman;
		GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO barman;
		GRANT pg_read_all_settings, pg_read_all_stats, pg_checkpoint TO barman;
		CREATE ROLE streaming_barman LOGIN REPLICATION PASSWORD 'battery staple';
	END
}

# What is to be kept safe
shop_made() {
	on db:postgres psql -X -q -v ON_ERROR_STOP=1 <<-'END'
		CREATE DATABASE shop;
		\c shop
		CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, placed timestamptz NOT NULL DEFAULT now(), customer text NOT NULL, total numeric(9,2) NOT NULL);
		INSERT INTO orders (customer, total) SELECT 'customer ' || n, n * 0.37 FROM generate_series(1, 5000) n;
		CHECKPOINT;
	END
}

configure_barman() {
	{
		cat <<-'END'
			[main]
			description = "The shop's database on db1"
			ssh_command = ssh postgres@db1
			conninfo = host=db1 user=barman dbname=postgres connect_timeout=5
		END
		case $LAB_PIPELINE in
		both | stream)
			cat <<-'END'
				streaming_conninfo = host=db1 user=streaming_barman
				streaming_archiver = on
				slot_name = barman
				create_slot = manual
			END
			;;
		esac
		case $LAB_PIPELINE in both | push) echo 'archiver = on' ;; *) echo 'archiver = off' ;; esac
		case $LAB_PIPELINE in stream) echo 'backup_method = postgres' ;; *) printf 'backup_method = rsync\nreuse_backup = link\nparallel_jobs = 1\n' ;; esac
		cat <<-'END'
			backup_options = concurrent_backup
			immediate_checkpoint = true
			minimum_redundancy = 1
			last_backup_maximum_age = 2 DAYS
			retention_policy = RECOVERY WINDOW OF 7 DAYS
		END
	} | write backup /etc/barman.d/main.conf 644
	write backup:barman .pgpass 600 <<-'END'
		db1:5432:postgres:barman:correct horse
		db1:5432:replication:streaming_barman:battery staple
	END
	write backup /etc/cron.d/barman-backup 644 <<-'END'
		# /etc/cron.d/barman-backup: the nightly base backup
		17 3 * * * barman /usr/bin/barman -q backup main
	END
	! streams || on backup:barman barman -q receive-wal --create-slot main
}
