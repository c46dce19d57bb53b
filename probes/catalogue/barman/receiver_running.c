#include <math.h>
#include <string.h>

#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"

/* When it last wrote a segment, finished or not; NAN when there is none: between two segments, and until its
 * first one after Barman has moved all away. */
static double last_written(const struct view *v)
{
	double partial = know_num(v, "server.streaming.partial_at"), last = know_num(v, "server.streaming.last_at");
	double newest = fmax(partial, last);

	return newest > 0 ? newest * 1000.0 : NAN;
}

/* Running, and yet nothing was written on this host while the primary finished segments. */
static bool is_stuck(const struct view *v, const struct receiver *receiver)
{
	double segment = flow_segment_size(v), behind = flow_lsn(v) - receiver_written(v);
	double clock = know_num(v, "server.receiver.clock_ms");

	return behind > 2 * segment && clock - last_written(v) > 30000 && clock - receiver->started > 30000;
}

/* PostgreSQL has no walsender for its slot any more, and a receiver of Barman's ends when it notices (--no-loop). */
static bool is_deserted(const struct view *v, const struct receiver *receiver)
{
	double looked = (double)(view_now(v) - know_age_ms(v, "pg.slots.seen"));
	struct slot s;

	return *receiver->slot && slot_get(v, receiver->slot, &s) && !s.active && looked - receiver->started > 30000;
}

static void judge_running(const struct view *v, struct verdict *r, const struct receiver *receiver)
{
	if (know_yes(v, "server.receiver.halted") || is_deserted(v, receiver)) {
		bool halted = know_yes(v, "server.receiver.halted");

		verdict_cause(r, RANK_FAIL, "receiver.stuck", halted ? "pg_receivewal is halted (pid %.0f, state T): it receives nothing"
			      : "pg_receivewal runs (pid %.0f), but PostgreSQL has given its connection up: it receives nothing", receiver->pid);
		verdict_evidence(r, "its newest file in streaming/ was last written %s", flow_time(last_written(v)));
		return;
	}
	if (is_stuck(v, receiver)) {
		verdict_cause(r, RANK_FAIL, "receiver.stuck", "pg_receivewal runs (pid %.0f) but receives nothing: %s behind",
			      receiver->pid, flow_bytes(flow_lsn(v) - receiver_written(v)));
		verdict_evidence(r, "its newest file in streaming/ was last written %s", flow_time(last_written(v)));
		return;
	}
	verdict_ok(r, "pg_receivewal runs (pid %.0f) since %s", receiver->pid, flow_time(receiver->started));
}

static void say_down(const struct view *v, struct verdict *r, const struct receiver *receiver)
{
	static const struct {
		const char *cause, *say;
	} rows[] = {
		{"receiver.wal_removed", "the receiver asks for WAL that the primary has already removed"},
		{"receiver.timeline", "the receiver cannot follow the primary's timeline"},
		{"receiver.failing", "the receiver starts and fails"},
		{"receiver.not_running", "the WAL receiver does not run, and cron did not start it"},
	};
	const char *log = know(v, "server.receiver.log"), *orphans = know(v, "server.receiver.orphans");

	if (know_yes(v, "server.receiver.holder_idle")) {
		verdict_cause(r, RANK_FAIL, "receiver.not_running",
			      "the WAL receiver does not run, and cron cannot start it: process %s holds Barman's receive-wal lock",
			      know(v, "server.receiver.holder_pid"));
		verdict_evidence(r, "pid, state and command: %s", know(v, "server.receiver.holder"));
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i].cause, receiver->cause))
			verdict_cause(r, RANK_FAIL, rows[i].cause, "%s%s%s", rows[i].say, *receiver->words ? ": " : "",
				      receiver->words);
	verdict_evidence(r, "last attempt %s, last run of cron %s",
			 isnan(receiver->attempt) ? "never" : flow_time(receiver->attempt),
			 flow_time(know_num(v, "server.cron.last_run_ms")));
	if (log && *log)
		verdict_evidence(r, "barman.log:\n%s", log);
	if (know(v, "server.receiver.log_unreadable"))
		verdict_evidence(r, "barman.log cannot be read");
	if (orphans && *orphans)
		verdict_evidence(r, "receivers that no 'barman receive-wal' owns (pid, slot): %s", orphans);
}

static void judge(const struct view *v, struct verdict *r)
{
	struct receiver receiver;

	receiver_get(v, &receiver);
	if (!know(v, "server.streaming_archiver")) {
		verdict_unknown(r, "Barman's configuration is not known");
		return;
	}
	switch (receiver.state) {
	case RECEIVER_OFF:
		verdict_off(r, "this server does not stream");
		break;
	case RECEIVER_UNSEEN:
		if (know_yes(v, "server.receiver.seen"))
			verdict_unknown(r, "the receiver does not run; whether cron should have started it is not known yet");
		else
			flow_unseen(r, v, &q_backup_receiver, "the receiver");
		break;
	case RECEIVER_RUNNING:
		judge_running(v, r, &receiver);
		break;
	case RECEIVER_WAITING:
		verdict_waiting(r, receiver.until, "the receiver stopped; the next run of cron starts it");
		if (*receiver.words)
			verdict_evidence(r, "%s", receiver.words);
		break;
	case RECEIVER_DOWN:
		say_down(v, r, &receiver);
		break;
	}
}

const struct probe probe_receiver_running = {
	.id = "receiver.running",
	.title = "WAL receiver runs",
	.about = "The pg_receivewal process of this server under the holder of Barman's receive-wal lock. After every restart of "
		 "PostgreSQL it is gone until the next run of cron: that is waiting, not failing.",
	.stage = STAGE_SLOT,
	.asks = {&q_backup_receiver, &q_pg_slots},
	.causes = {"receiver.not_running", "receiver.wal_removed", "receiver.timeline", "receiver.stuck", "receiver.failing"},
	.off = passive_off,
	.judge = judge,
};
