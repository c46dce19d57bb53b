/* Replies of the laboratory's Barman host, Debian 12, Barman 3.4.0. */
#ifndef WALMEDIC_TESTS_CONFIG_REPLIES_H
#define WALMEDIC_TESTS_CONFIG_REPLIES_H

static const char reply_config[] =
	"now 1795253116679\n"
	"user barman\n"
	"home /var/lib/barman\n"
	"hostname backup1\n"
	"init other\n"
	"file absent - - 0 /var/lib/barman/.barman.conf\n"
	"file ok 644 root 1795251268 /etc/barman.conf\n"
	"|[barman]\n"
	"|barman_user = barman\n"
	"|configuration_files_directory = /etc/barman.d\n"
	"|barman_home = /var/lib/barman\n"
	"|log_file = /var/log/barman/barman.log\n"
	"|log_level = INFO\n"
	"\n"
	"file ok 644 root 1795251282 /etc/barman.d/main.conf\n"
	"|[main]\n"
	"|description = \"The shop's database on db1\"\n"
	"|ssh_command = ssh postgres@db1\n"
	"|conninfo = host=db1 user=barman dbname=postgres connect_timeout=5\n"
	"|streaming_conninfo = host=db1 user=streaming_barman\n"
	"|streaming_archiver = on\n"
	"|slot_name = barman\n"
	"|create_slot = manual\n"
	"|archiver = on\n"
	"|backup_method = rsync\n"
	"|reuse_backup = link\n"
	"|parallel_jobs = 1\n"
	"|backup_options = concurrent_backup\n"
	"|immediate_checkpoint = true\n"
	"|minimum_redundancy = 1\n"
	"|last_backup_maximum_age = 2 DAYS\n"
	"|retention_policy = RECOVERY WINDOW OF 7 DAYS\n"
	"\n"
	"version 3.4.0\n"
	"end\n";

static const char reply_cron[] =
	"now 1795253116908 +0000 5321.91 100\n"
	"debian\n"
	"file system 644 0 1 1795251268 yes /etc/cron.d/barman\n"
	"|# /etc/cron.d/barman: crontab entries for the barman package\n"
	"|MAILTO=root\n"
	"|* * * * * barman [ -x /usr/bin/barman ] && /usr/bin/barman -q cron\n"
	"\n"
	"file system 644 0 1 1795251282 yes /etc/cron.d/barman-backup\n"
	"|# /etc/cron.d/barman-backup: the nightly base backup\n"
	"|17 3 * * * barman /usr/bin/barman -q backup main\n"
	"\n"
	"own no crontab for barman\n"
	"exec /usr/bin/barman\n"
	"has backup\n"
	"has barman\n"
	"where /usr/bin/barman\n"
	"daemon 75 cron S 1 428764\n"
	"end\n";

static const char reply_runs[] =
	"now 1795253117023 +0000 5322.02 100\n"
	"directory 1795251277.405 barman 750\n"
	"lock cron 1795253103.332 barman\n"
	"lock archive-wal 1795253104.692 barman\n"
	"log 1795253104 2026-11-21 09:25:04,694 [463] barman.wal_archiver INFO: No xlog segments found from file archival for main.\n"
	"end\n";

#endif
