/* `barman check` beside walmedic's own verdicts. Its checks are known by the keys of its JSON; Barman 2.18 to 3.21. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/check.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/model.h"

/* Which probes look at the same thing. but: why it may be FAILED while these are green, when that is no contradiction. */
static const struct row {
	const char *check;
	const char *probe[4];
	const char *but;
} rows[] = {
	{"postgresql_streaming*", {"repl.connect", "pg.connect"}, NULL},
	{"postgresql", {"pg.connect"}, NULL},
	{"superuser_or_standard_user*", {"pg.privileges", "pg.connect"}, NULL},
	{"is_superuser", {"pg.privileges", "pg.connect"}, "it asks for a superuser, and backups need none"},
	{"no_access_to_*", {"pg.privileges", "pg.connect"}, NULL},
	{"has_monitoring_privileges*", {"pg.privileges", "pg.connect"}, NULL},
	{"wal_level*", {"wal_level"}, NULL},
	{"replication_slot*", {"slot.exists", "slot.active", "receiver.running", "pg.connect"}, NULL},
	{"receive_wal_running", {"receiver.running", "slot.active"}, NULL},
	{"pg_receivexlog*", {"receiver.client", "repl.connect", "pg.connect"}, NULL},
	{"pg_basebackup*", {"receiver.client", "repl.connect", "pg.connect"}, NULL},
	{"ssh*", {"ssh.to_db"}, NULL},
	{"archive_mode", {"archive_mode", "pg.connect"}, NULL},
	{"archive_command", {"archive_command", "archive_mode", "pg.connect"}, NULL},
	{"continuous_archiving", {"archive.flow", "archive.backlog", "archive_command"},
	 "it counts a single failure as failing until the next segment is archived"},
	{"wal_archive", {"incoming", "archive.flow", "receiver.running"}, NULL},
	{"directories", {"disk.backup", "config.barman"}, NULL},
	{"empty_*_directory", {"incoming"}, "it wants the directory to be empty at the moment it looks"},
	{"incoming_wals_directory", {"incoming"}, NULL},
	{"streaming_wals_directory", {"incoming"}, NULL},
	{"failed_backups", {"backup.last"}, "it counts every backup that ever failed; a newer one is good"},
	{"minimum_redundancy_requirements", {"backup.last"}, NULL},
	{"backup_m*", {"backup.last"}, NULL},
	{"wal_maximum_age", {"rpo", "incoming"}, "an idle database makes no WAL, and it goes by the age of the last file"},
	{"retention_policy_settings", {"config.barman", "backup.last"}, NULL},
	{"compression_settings", {"config.barman"}, NULL},
	{"configuration", {"config.barman"}, NULL},
	{"systemid_coherence*", {"pg.connect", "repl.connect"}, NULL},
	{"archiver_errors", {"incoming"}, NULL},
	{"check_timeout", {"pg.connect", "repl.connect", "ssh.to_db", "host.db"}, NULL},
};

/* Why it does not see what walmedic names. */
static const struct {
	const char *cause, *because;
} blind[] = {
	{"slot.foreign_hoarding", "it asks for its own slot only, and not how much WAL a slot holds"},
	{"slot.*", "of a slot it only asks whether it exists, is active and has a position, and nothing while streaming_archiver is off"},
	{"cron.*", "it never looks at cron"},
	{"disk.*", "it never looks at free space, inodes or mounts"},
	{"ssh.to_backup.*", "it only tests ssh from Barman to PostgreSQL, and archive_command goes the other way"},
	{"ssh.to_db.hostkey_*", "it adds StrictHostKeyChecking=no to its own ssh"},
	{"archive_command.*", "it only asks that archive_command is not empty, not what it does"},
	{"archive_mode.*", "it asks for the value in use, not for the files, and not for a restart that waits"},
	{"archive.*", "to it archiving is good until pg_stat_archiver counts a failure; exit codes above 125 and a hang are never counted"},
	{"config_file.*", "it never reads PostgreSQL's configuration files"},
	{"config.*", "it warns on stderr only, and its status does not count that"},
	{"receiver.*", "to it a lock that is held is a receiver that runs"},
	{"wal_archive.*", "it counts WAL files, and looks neither for holes nor at their age"},
	{"incoming.*", "it looks at these directories only when a limit is configured"},
	{"backup.*", "it only knows the limits of its configuration"},
	{"rpo.*", "it knows no limit of what may be lost"},
};

struct comparison {
	const struct server *s;
	int64_t at;             /* when it was asked */
	struct str open, explained;
	int unexplained;
};

static const struct row *row_of(const char *check)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (text_match(rows[i].check, check))
			return &rows[i];
	return NULL;
}

static bool is_green(const struct node *n)
{
	return n->verdict.state == STATE_OK || n->verdict.state == STATE_OFF;
}

/* One of walmedic's own probes of the same thing is not green either, or was not when it was asked. */
static bool is_shared(const struct comparison *c, const struct row *row)
{
	for (size_t i = 0; i < sizeof(row->probe) / sizeof(*row->probe) && row->probe[i]; i++) {
		int n = server_node(c->s, row->probe[i]);

		if (n >= 0 && (!is_green(&c->s->node[n]) || c->s->node[n].since > c->at))
			return true;
	}
	return false;
}

static void compare_one(void *arg, const char *name, const char *hint)
{
	struct comparison *c = arg;
	const char *check = name + strlen("server.check.failed.");
	const struct row *row = row_of(check);

	if (row && (is_shared(c, row) || row->but)) {
		str_addf(&c->explained, "%s%s", c->explained.len ? ", " : "", check);
		if (!is_shared(c, row))
			str_addf(&c->explained, " (%s)", row->but);
		return;
	}
	c->unexplained++;
	str_addf(&c->open, "%sbarman check: %s: FAILED%s%s%s; walmedic: %s", c->open.len ? "\n" : "", check, *hint ? " (" : "", hint,
		 *hint ? ")" : "", row ? "" : "knows no such check");
	for (size_t i = 0; row && i < sizeof(row->probe) / sizeof(*row->probe) && row->probe[i]; i++) {
		int n = server_node(c->s, row->probe[i]);

		if (n >= 0)
			str_addf(&c->open, "%s%s is %s: %s", i ? "; " : "", row->probe[i], state_names[c->s->node[n].verdict.state],
				 c->s->node[n].verdict.say);
	}
}

static const char *because(const char *cause)
{
	for (size_t i = 0; i < sizeof(blind) / sizeof(*blind); i++)
		if (text_match(blind[i].cause, cause))
			return blind[i].because;
	return "it has no check for that";
}

/* Beside the root cause: what Barman says of it. */
static void tell_root(struct finding *first, int total, const struct comparison *c)
{
	struct str all = {0};

	str_addf(&all, "%s%s", first->evidence, *first->evidence ? "\n" : "");
	if (c->explained.len)
		str_addf(&all, "barman check at %s: FAILED: %s", flow_time((double)c->at), str_text(&c->explained));
	else
		str_addf(&all, "barman check at %s: all %d checks OK: %s", flow_time((double)c->at), total, because(first->cause));
	finding_evidence(first, str_text(&all));
	str_free(&all);
}

void check_compare(const struct server *s, struct verdict *r, struct finding *first)
{
	const struct view *v = s->view;
	struct comparison c = {.s = s, .at = view_asked_at(v, &q_barman_check)};
	double total = know_num(v, "server.check.total");
	const char *words = know(v, "server.check.words");

	if (r->state != STATE_OK)
		return;
	know_each(v, "server.check.failed.", compare_one, &c);
	if (!(total > 0) || c.unexplained)
		verdict_unknown(r, total > 0 ? "barman check disagrees: %d of its %.0f checks FAILED where walmedic sees nothing wrong"
					     : "barman check named no check at all", c.unexplained, total);
	else if (first && !c.explained.len)
		verdict_ok(r, "barman check says OK %.0f times and does not see %s: %s", total, first->cause, because(first->cause));
	else if (c.explained.len)
		verdict_ok(r, "barman check: FAILED: %s; walmedic's own probes say why", str_text(&c.explained));
	else
		verdict_ok(r, "barman check agrees: %.0f checks OK", total);
	if (c.open.len)
		verdict_evidence(r, "%s", str_text(&c.open));
	if (words && !(total > 0))
		verdict_evidence(r, "%s", words);
	if (first && total > 0)
		tell_root(first, (int)fmin(total, 9999), &c);
	str_free(&c.open);
	str_free(&c.explained);
}
