noinst_LIBRARIES += probes/catalogue/libcatalogue.a
probes_catalogue_libcatalogue_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
probes_catalogue_libcatalogue_a_SOURCES = \
	%D%/list.c %D%/causes.c %D%/blames.c %D%/kept.c \
	%D%/host/ssh_login.c %D%/host/ssh_why.c %D%/host/ssh_judge.c %D%/host/ssh_to_db.c %D%/host/ssh_to_backup.c %D%/host/host.c \
	%D%/host/host.h %D%/host/ssh_login.h %D%/host/ssh_scripts.h \
	%D%/flow.c %D%/flow.h %D%/forecast.c %D%/volume.c %D%/volume.h \
	%D%/postgres/slots.c %D%/postgres/slot_exists.c %D%/postgres/slot_active.c %D%/postgres/slot_lag.c %D%/postgres/commits.c %D%/postgres/session_limit.c %D%/postgres/session_limit.h \
	%D%/postgres/slots_foreign.c %D%/postgres/wal_volume.c %D%/postgres/disk_pg_wal.c \
	%D%/barman/receiver.c %D%/barman/receiver_client.c %D%/barman/receiver_running.c %D%/barman/incoming.c \
	%D%/barman/filing.c %D%/barman/rsync.c %D%/barman/restore.c %D%/barman/sync.c %D%/barman/passive.h \
	%D%/barman/wal_names.c %D%/barman/wal_names.h %D%/barman/wal_walk.c %D%/barman/wal_archive.c %D%/barman/directories.c \
	%D%/barman/policy.c %D%/barman/backup_entry.c %D%/postgres/identity.c %D%/host/clock.c \
	%D%/barman/space.c %D%/barman/disk_home.c %D%/barman/backups.c %D%/barman/backup_last.c %D%/barman/rpo.c \
	%D%/barman/check.c %D%/barman/check.h %D%/barman/check_compare.c
# PostgreSQL's side: connections, settings, archive_command
probes_catalogue_libcatalogue_a_SOURCES += \
	%D%/command/lint.c %D%/command/lint.h %D%/command/lint_read.c %D%/command/lint_inside.h %D%/command/near.c %D%/command/near.h \
	%D%/command/shell_words.c %D%/command/shell_words.h \
	%D%/postgres/postgres.h %D%/postgres/settings.c %D%/postgres/classify.c %D%/postgres/classify.h \
	%D%/postgres/conninfo.c %D%/postgres/conninfo.h %D%/postgres/server.c %D%/postgres/server_log.c \
	%D%/postgres/server_log.h %D%/postgres/files.c %D%/postgres/command.c %D%/postgres/command.h \
	%D%/postgres/incoming.c %D%/postgres/connect.c %D%/postgres/replication.c %D%/postgres/privileges.c \
	%D%/postgres/wal_level.c %D%/postgres/archive_mode.c %D%/postgres/archive_command.c \
	%D%/postgres/archiver.c %D%/postgres/archiver.h %D%/postgres/backlog.c
# Barman's configuration and cron
probes_catalogue_libcatalogue_a_SOURCES += \
	%D%/barman/config.c %D%/barman/config.h %D%/barman/config_script.h %D%/barman/config_facts.c \
	%D%/barman/cron.h %D%/barman/schedule.c %D%/barman/crontab.c %D%/barman/cron_access.c %D%/barman/cron_ask.c %D%/barman/cron_root.c \
	%D%/barman/cron_host.c %D%/barman/cron_host.h %D%/barman/cron_runs.c \
	%D%/barman/cron_entry.c %D%/barman/program.c %D%/barman/cron_daemon.c %D%/barman/cron_ran.c
