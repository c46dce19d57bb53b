#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/engine/series.h"

/* One row at least, so that "no slots" and "no answer" differ; walsenders without a slot come too. One
 * text for PostgreSQL 10 to 18, so that it need not wait for the version: columns that a version lacks
 * (wal_status and safe_wal_size came with 13, invalidation_reason and inactive_since with 17) are NULL by way
 * of to_jsonb. `conflicting` (16) is of logical slots only. */
static const char slots_sql[] =
	"SELECT n.lsn, n.most, s.slot_name, s.slot_type, s.temporary, s.active, "
	"coalesce(s.active_pid, r.pid), pg_wal_lsn_diff(s.restart_lsn, '0/0'), s.restart_lsn, "
	"to_jsonb(s) ->> 'wal_status', to_jsonb(s) ->> 'safe_wal_size', "
	"host(r.client_addr), r.application_name, pg_wal_lsn_diff(r.write_lsn, '0/0'), "
	"pg_wal_lsn_diff(r.flush_lsn, '0/0'), floor(extract(epoch FROM r.backend_start) * 1000), "
	"r.state IS NOT NULL, to_jsonb(s) ->> 'invalidation_reason', "
	"floor(extract(epoch FROM (to_jsonb(s) ->> 'inactive_since')::timestamptz) * 1000) FROM "
	"(SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() "
	"ELSE pg_current_wal_lsn() END, '0/0') AS lsn, "
	"current_setting('max_replication_slots') AS most) n LEFT JOIN "
	"(pg_replication_slots s FULL JOIN pg_stat_replication r ON r.pid = s.active_pid) ON true "
	"ORDER BY s.slot_name, r.pid";

enum column {
	LSN, MOST, NAME, TYPE, TEMPORARY, ACTIVE, PID, RESTART, RESTART_TEXT, STATUS, SAFE,
	ADDRESS, APPLICATION, WRITE, FLUSH, SINCE, VISIBLE, REASON, UNREAD, COLUMNS,
};

static bool is_slot_name(const char *s)
{
	size_t n = s ? strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;

	return n > 0 && n < 64 && !s[n];
}

static void learn_field(struct view *v, const char *head, const char *field, const char *text)
{
	char name[160];

	snprintf(name, sizeof(name), "%s.%s", head, field);
	learn(v, name, text);
}

static void learn_field_num(struct view *v, const char *head, const char *field, double num)
{
	char name[160];

	snprintf(name, sizeof(name), "%s.%s", head, field);
	learn_num(v, name, num);
}

static void read_reader(const struct reply *r, int row, struct view *v, const char *head)
{
	learn_field(v, head, "pid", reply_cell(r, row, PID));
	learn_field(v, head, "address", reply_cell(r, row, ADDRESS));
	learn_field(v, head, "application", reply_cell(r, row, APPLICATION));
	learn_field_num(v, head, "write", flow_number(reply_cell(r, row, WRITE)));
	learn_field_num(v, head, "flush", flow_number(reply_cell(r, row, FLUSH)));
	learn_field(v, head, "reader_since", reply_cell(r, row, SINCE));
	learn_field(v, head, "visible", reply_cell(r, row, VISIBLE));
}

static void read_slot(const struct reply *r, int row, struct view *v, double lsn)
{
	static const struct {
		const char *field;
		enum column column;
	} plain[] = {{"type", TYPE}, {"temporary", TEMPORARY}, {"active", ACTIVE},
		     {"restart_lsn", RESTART_TEXT}, {"status", STATUS}};
	bool told = r->cols == COLUMNS;
	double restart = flow_number(reply_cell(r, row, RESTART));
	char head[128];

	snprintf(head, sizeof(head), "pg.slot.%s", reply_cell(r, row, NAME));
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		learn_field(v, head, plain[i].field, reply_cell(r, row, plain[i].column));
	learn_field_num(v, head, "restart", restart);
	learn_field_num(v, head, "lag", fmax(lsn - restart, isnan(lsn - restart) ? NAN : 0));
	learn_field_num(v, head, "safe", flow_number(reply_cell(r, row, SAFE)));
	learn_field(v, head, "reason", told ? reply_cell(r, row, REASON) : NULL);
	learn_field_num(v, head, "unread_since", told ? flow_number(reply_cell(r, row, UNREAD)) : NAN);
	read_reader(r, row, v, head);
}

struct names {
	char (*name)[64];
	int n;
};

static void collect_name(void *arg, const char *fact, const char *text)
{
	struct names *all = arg;
	const char *start = fact + strlen("pg.slot."), *end = strchr(start, '.');

	(void)text;
	if (!end || strcmp(end, ".type") != 0 || end - start > 63)
		return;
	all->name = xrealloc(all->name, (size_t)(all->n + 1) * sizeof(*all->name));
	snprintf(all->name[all->n++], sizeof(*all->name), "%.*s", (int)(end - start), start);
}

/* Slots that are gone lose their facts; the others keep theirs, series and ages included. */
static void forget_gone(const struct reply *r, struct view *v)
{
	struct names all = {0};

	know_each(v, "pg.slot.", collect_name, &all);
	for (int i = 0; i < all.n; i++) {
		char prefix[80];
		bool here = false;

		for (int row = 0; row < r->rows && !here; row++) {
			const char *name = reply_cell(r, row, NAME);
			here = name && !strcmp(name, all.name[i]);
		}
		snprintf(prefix, sizeof(prefix), "pg.slot.%s.", all.name[i]);
		if (!here)
			forget_all(v, prefix);
	}
	free(all.name);
}

/* Recordings of earlier versions of walmedic end before REASON. */
static bool sane(const struct reply *r)
{
	if (r->rows < 1 || (r->cols != COLUMNS && r->cols != REASON) || isnan(flow_number(reply_cell(r, 0, MOST))))
		return false;
	for (int row = 0; row < r->rows; row++) {
		const char *name = reply_cell(r, row, NAME);

		if (name && (!is_slot_name(name) || !reply_cell(r, row, ACTIVE) || !reply_cell(r, row, TYPE)))
			return false;
	}
	return true;
}

static void read_slots(const struct reply *r, struct view *v)
{
	bool whole = r->outcome == REPLY_DONE && sane(r);
	double lsn;
	int count = 0;

	learn(v, "pg.slots.seen", whole ? "yes" : NULL);
	if (!whole)
		return;
	lsn = flow_number(reply_cell(r, 0, LSN));
	learn_num(v, "pg.slots.lsn", lsn);
	learn(v, "pg.slots.max", reply_cell(r, 0, MOST));
	forget_gone(r, v);
	forget_all(v, "pg.sender.");
	for (int row = 0; row < r->rows; row++) {
		char head[64];

		if (reply_cell(r, row, NAME)) {
			read_slot(r, row, v, lsn);
			count++;
		}
		if (isnan(flow_number(reply_cell(r, row, PID))))
			continue;
		snprintf(head, sizeof(head), "pg.sender.%.0f", flow_number(reply_cell(r, row, PID)));
		read_reader(r, row, v, head);
	}
	learn_f(v, "pg.slots.count", "%d", count);
	flow_derive(v);
}

const struct question q_pg_slots = {
	.id = "pg.slots",
	.how = HOW_SQL,
	.at = "wal",
	.text = slots_sql,
	.read = read_slots,
};

bool slot_seen(const struct view *v)
{
	return know_yes(v, "pg.slots.seen");
}

const char *slot_name(const struct view *v)
{
	const char *name = know(v, "server.slot_name");

	if (!name || !*name)
		name = know(v, "server.slot_name_meant");
	return name && *name ? name : NULL;
}

const char *slot_asked(const struct view *v, struct verdict *r)
{
	const char *name = slot_name(v);

	if (!know(v, "server.streaming_archiver"))
		verdict_unknown(r, "Barman's configuration is not known");
	else if (!name)
		verdict_off(r, "no slot_name is set for this server");
	else if (!slot_seen(v))
		flow_unseen(r, v, &q_pg_slots, "replication slots");
	else
		return name;
	return NULL;
}

static const char *field(const struct view *v, const char *slot, const char *name)
{
	char full[160];

	snprintf(full, sizeof(full), "pg.slot.%.63s.%s", slot, name);
	return know(v, full);
}

static bool is_true(const char *s)
{
	return s && (!strcmp(s, "t") || !strcmp(s, "true"));
}

bool slot_get(const struct view *v, const char *name, struct slot *ret)
{
	const char *type = slot_seen(v) && name ? field(v, name, "type") : NULL;
	const char *status;

	if (!type)
		return false;
	status = field(v, name, "status");
	*ret = (struct slot){
		.name = name,
		.type = type,
		.status = status ? status : "",
		.reason = field(v, name, "reason"),
		.unread_since = flow_number(field(v, name, "unread_since")),
		.restart_text = field(v, name, "restart_lsn"),
		.holder_address = field(v, name, "address"),
		.holder_application = field(v, name, "application"),
		.active = is_true(field(v, name, "active")),
		.temporary = is_true(field(v, name, "temporary")),
		.holder_visible = is_true(field(v, name, "visible")),
		.pid = flow_number(field(v, name, "pid")),
		.restart = flow_number(field(v, name, "restart")),
		.lag = flow_number(field(v, name, "lag")),
		.safe = flow_number(field(v, name, "safe")),
		.write = flow_number(field(v, name, "write")),
		.flush = flow_number(field(v, name, "flush")),
		.holder_since = flow_number(field(v, name, "reader_since")),
	};
	return true;
}

double slot_lag_slope(const struct view *v, const char *slot)
{
	char name[96];
	struct point p[64];
	int n;

	snprintf(name, sizeof(name), "pg.slot.%.63s.lag", slot);
	n = know_series(v, name, p, 64);
	return n >= 3 && p[n - 1].at - p[0].at >= 30000 ? series_slope(p, n) : (double)NAN;
}

void slot_each(const struct view *v, void (*each)(void *arg, const struct slot *s), void *arg)
{
	struct names all = {0};
	struct slot s;

	know_each(v, "pg.slot.", collect_name, &all);
	for (int i = 0; i < all.n; i++)
		if (slot_get(v, all.name[i], &s))
			each(arg, &s);
	free(all.name);
}

/* Server names may have characters that slot names cannot: "my-db" has the slot "my_db". */
static bool named_like_server(const char *servers, const char *slot)
{
	char *copy;
	bool ret;

	if (!servers)
		return false;
	copy = xstrdup(servers);
	for (char *p = copy; *p; p++)
		if (*p == '-' || *p == '.')
			*p = '_';
	ret = flow_has_word(servers, slot) || flow_has_word(copy, slot);
	free(copy);
	return ret;
}

const char *slot_protected(const struct view *v, const char *name)
{
	const char *ours = slot_name(v);

	if (ours && !strcmp(ours, name))
		return "it is this server's slot";
	if (flow_has_word(know(v, "server.slot_name_meant"), name))
		return "an option that Barman does not know names it";
	if (flow_has_word(know(v, "server.option_values"), name))
		return "Barman's configuration names it";
	if (named_like_server(know(v, "server.names"), name))
		return "it is named like a Barman server";
	if (flow_has_word(know(v, "server.receiver.log_slots"), name))
		return "Barman's log names it as a slot it used";
	return NULL;
}

/* The application name of our receiver; Barman 3.4 config.py, streaming_archiver_name. */
static const char *our_application(const struct view *v)
{
	const char *name = know(v, "server.streaming_archiver_name");

	return name && *name ? name : "barman_receive_wal";
}

bool slot_is_ours(const struct view *v, const struct slot *s)
{
	const char *orphans = know(v, "server.receiver.orphans");
	struct receiver receiver;

	receiver_get(v, &receiver);
	/* PostgreSQL lets one process read a slot: had another one it, ours would have ended. */
	if (receiver.state == RECEIVER_RUNNING && !strcmp(receiver.slot, s->name) &&
	    !(view_now(v) - receiver.started < 5000))
		return true;
	if (receiver.state != RECEIVER_RUNNING && flow_has_word(orphans, s->name))
		return false;
	return s->holder_address && s->holder_application &&
	       !strcmp(s->holder_application, our_application(v)) &&
	       flow_has_word(know(v, "server.receiver.addresses"), s->holder_address);
}
