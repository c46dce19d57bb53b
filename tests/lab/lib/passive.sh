# A second Barman for faults: the console host becomes the primary Barman, and backup1's server a passive node that copies from it. Sourced.
passive_up() {
	on backup tar -C / -cf - usr/bin/barman etc/barman.conf etc/barman.d var/log/barman var/lib/barman/.pgpass var/lib/barman/main | on console tar -C / -xf - || return 1
	on console chown barman: /var/lib/barman
	receiver_stop
	trust console barman "$(on backup:barman cat .ssh/id_ed25519.pub)"
	known backup:barman console
	write backup "$MAIN_CONF" 644 <<-'END'
		[main]
		description = "The second copy of the shop's backups"
		primary_ssh_command = ssh barman@console
		minimum_redundancy = 1
		last_backup_maximum_age = 2 DAYS
		retention_policy = RECOVERY WINDOW OF 7 DAYS
	END
	on backup rm -f /etc/cron.d/barman-backup
	cron_run
	until_true 20 on backup:barman test -s main/primary.info
}
# As if cron had not been answered for ten minutes, and nobody had touched the configuration since
passive_aged() { on backup sh -c 'touch -d "-10 minutes" /var/lib/barman/main/primary.info /var/lib/barman/main/wals/sync-wals.info; true'; }
