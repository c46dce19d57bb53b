/* The receiver: running, waiting for cron, or failing, told apart by traces Barman 3.4 left. */
#include "tests/unit/catalogue/flow_fixture.h"

#define ATTEMPT(at, pid) RECEIVER_HEAD "lock=" at " " pid "\naddresses=192.0.2.2 \n"
#define L(time, pid, rest) "log=2026-11-21 " time " [" pid "] " rest "\n"
/* As after a restart of PostgreSQL: 08:48:50, five seconds before the clock of RECEIVER_HEAD. */
#define STREAMED_THEN_ENDED(pid)                                                                                     \
	L("08:40:40,390", pid, "barman.command_wrappers INFO: mydb: pg_receivewal: starting log streaming at 0/6000000 (timeline 1)") \
	L("08:48:50,021", pid, "barman.command_wrappers INFO: mydb: pg_receivewal: not renaming \"000000010000000000000006.partial\", segment is not complete") \
	L("08:48:50,023", pid, "barman.command_wrappers INFO: mydb: pg_receivewal: error: replication stream was terminated before stop point") \
	L("08:48:50,024", pid, "barman.command_wrappers INFO: mydb: pg_receivewal: error: disconnected")                 \
	L("08:48:50,024", pid, "barman.server ERROR: ArchiverFailure:pg_receivewal terminated with error code: 1")
#define FAILED(words) L("08:48:02,300", "9", "barman.server INFO: Starting receive-wal for server mydb") \
	L("08:48:02,825", "9", "barman.server ERROR: ArchiverFailure:" words)

/* ms of hh:mm:ss on the day of the recordings */
#define AT(h, m, s) (1795219200000 + ((h) * 3600 + (m) * 60 + (s)) * (int64_t)1000)

static struct view *stopped_view(const char *out, int64_t cron_ran)
{
	struct view *v = server_view();

	learn_f(v, "server.cron.last_run_ms", "%lld", (long long)cron_ran);
	answer_sh(v, &q_backup_receiver, out);
	return v;
}

static void runs(void **state)
{
	struct view *v = server_view();
	struct receiver r;

	(void)state;
	expect_state(v, &probe_receiver_running, STATE_UNKNOWN);
	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	expect_state(v, &probe_receiver_running, STATE_OK);
	receiver_get(v, &r);
	assert_int_equal((int)r.pid, 31163);
	assert_string_equal(r.slot, "barman_mydb");
	/* start: 174536 ticks of 1/100 s after boot, 3140.55 s before the host's clock */
	assert_int_equal((int64_t)r.started, (int64_t)(NOW - 3140550 + 1745360));
	view_free(v);
}

static void whose_process_is_it(void **state)
{
	/* another server's; a shell that mentions the name; one that the lock's holder did not start */
	struct view *v = stopped_view(RECEIVER_HEAD "lock=1795249540.320 31158\nheld=31158\n"
		"process=1 31158 1000 /usr/bin/pg_receivewal\t--directory=/b/other/streaming\t--slot=x\t\n"
		"process=2 31158 1000 sh\t--directory=/b/mydb/streaming\t\n"
		"process=3 4 1000 /usr/bin/pg_receivewal\t--directory=/b/mydb/streaming\t--slot=barman_mydb\t\n"
		FAILED("something new") QUEUES, AT(8, 48, 1));
	struct receiver r;

	(void)state;
	receiver_get(v, &r);
	assert_int_not_equal(r.state, RECEIVER_RUNNING);
	assert_string_equal(know(v, "server.receiver.orphans"), "3 barman_mydb");
	view_free(v);
}

static void cut_replies_are_unknown(void **state)
{
	static const char *const outs[] = {"", "end=", "clock=1795250935 +0000\nlock=1", "\xff\xfe\n=\nprocess=\nlock=\nlog=\nend",
					   "clock=\nuptime=x\nlock=9\nheld=31158\n"};
	struct view *v = server_view();

	(void)state;
	for (size_t i = 0; i < sizeof(outs) / sizeof(*outs); i++) {
		answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
		expect_state(v, &probe_receiver_running, STATE_OK);
		answer_sh(v, &q_backup_receiver, outs[i]);
		expect_state(v, &probe_receiver_running, STATE_UNKNOWN);
		expect_state(v, &probe_incoming, STATE_UNKNOWN);
	}
	/* whole, but nonsense: never a running receiver */
	answer_sh(v, &q_backup_receiver, "clock=\nuptime=x\nprocess=\nprocess=a b c\nprocess=1 2 3\nheld=\nlock=\nlog=\nstreaming=\nerrors=-\nend=\n");
	struct verdict r;
	probe_judge(&probe_receiver_running, v, &r);
	assert_int_not_equal(r.state, STATE_OK);
	verdict_clear(&r);
	view_free(v);
}

static void waiting_is_not_failing(void **state)
{
	struct view *v = stopped_view(ATTEMPT("1795250440.3", "31158") STREAMED_THEN_ENDED("31158") QUEUES, AT(8, 48, 1));
	struct verdict r;

	(void)state;
	probe_judge(&probe_receiver_running, v, &r);
	assert_state(&r, STATE_WARN);
	assert_int_equal(r.findings, 0);
	assert_int_equal(r.until, 1795250940000);
	verdict_clear(&r);
	/* cron ran later and left none */
	learn_f(v, "server.cron.last_run_ms", "%lld", (long long)NOW - 4000);
	expect_state(v, &probe_receiver_running, STATE_WARN); /* it has only just begun */
	view_set_now(v, NOW + 5000);
	expect_cause(v, &probe_receiver_running, "receiver.not_running", RANK_FAIL);
	view_free(v);
}

static void waiting_ends_by_itself(void **state)
{
	struct view *v = stopped_view(ATTEMPT("1795250440.3", "31158") STREAMED_THEN_ENDED("31158") QUEUES, AT(8, 48, 1));

	(void)state;
	/* cron is thought alive, yet nothing came of it */
	view_set_now(v, NOW + 80000);
	expect_cause(v, &probe_receiver_running, "receiver.not_running", RANK_FAIL);
	/* but a daemon that was started since has had no tick yet */
	learn_f(v, "backup.cron.daemon_started_ms", "%lld", (long long)NOW + 40000);
	expect_state(v, &probe_receiver_running, STATE_WARN);
	learn(v, "backup.cron.daemon_started_ms", NULL);
	/* and with no cron to wait for there is no waiting */
	view_set_now(v, NOW);
	expect_state(v, &probe_receiver_running, STATE_WARN);
	learn(v, "backup.cron.next_tick_ms", NULL);
	expect_cause(v, &probe_receiver_running, "receiver.not_running", RANK_FAIL);
	view_free(v);
}

static void slot_waits_with_it(void **state)
{
	static const char *const row[] = {SLOT("barman_mydb", "f", NULL, "67108864", "reserved", NULL, NULL, NULL, NULL)};
	struct view *v = stopped_view(ATTEMPT("1795250440.3", "31158") STREAMED_THEN_ENDED("31158") QUEUES, AT(8, 48, 1));
	struct verdict r;

	(void)state;
	answer_slots(v, row, 1);
	probe_judge(&probe_slot_active, v, &r);
	assert_state(&r, STATE_WARN);
	assert_int_equal(r.findings, 0);
	verdict_clear(&r);
	expect_state(v, &probe_slot_lag, STATE_OFF);
	view_free(v);
}

static void causes_by_words(void **state)
{
	static const struct {
		const char *out, *cause;
	} cases[] = {
		{ATTEMPT("1795250882.2", "9") FAILED("pg_receivewal not present in $PATH") QUEUES, "receiver.not_running"},
		{ATTEMPT("1795250882.2", "9") FAILED("pg_receivewal version not compatible with PostgreSQL server version") QUEUES, "receiver.not_running"},
		{ATTEMPT("1795250882.2", "9") FAILED("replication slot 'barman_mydb' doesn't exist. Please execute") QUEUES, "receiver.not_running"},
		{ATTEMPT("1795250882.2", "9") FAILED("[Errno 5] Input/output error") QUEUES, "receiver.failing"},
		{ATTEMPT("1795250882.2", "9")
		 L("08:48:02,9", "9", "barman.command_wrappers INFO: mydb: pg_receivewal: error: could not send replication command \"START_REPLICATION\": ERROR:  requested WAL segment 000000010000000000000007 has already been removed")
		 L("08:48:02,9", "9", "barman.server ERROR: ArchiverFailure:pg_receivewal terminated with error code: 1") QUEUES, "receiver.wal_removed"},
		{RECEIVER_HEAD "addresses=192.0.2.2 \n" QUEUES, "receiver.not_running"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view *v = stopped_view(cases[i].out, AT(8, 48, 1));

		expect_cause(v, &probe_receiver_running, cases[i].cause, RANK_FAIL);
		view_free(v);
	}
}

static void reason_gone_is_waiting(void **state)
{
	static const char *const here[] = {SLOT("barman_mydb", "f", NULL, NULL, NULL, NULL, NULL, NULL, NULL)};
	struct view *v = stopped_view(ATTEMPT("1795250882.2", "9")
		FAILED("failed opening the PostgreSQL streaming connection for server mydb") QUEUES, AT(8, 48, 1));

	(void)state;
	expect_cause(v, &probe_receiver_running, "receiver.not_running", RANK_FAIL);
	learn_f(v, "pg.start_ms", "%lld", (long long)AT(8, 48, 10)); /* PostgreSQL came back after the attempt */
	expect_state(v, &probe_receiver_running, STATE_WARN);
	view_free(v);

	v = stopped_view(ATTEMPT("1795250882.2", "9") FAILED("replication slot 'barman_mydb' doesn't exist.") QUEUES, AT(8, 48, 1));
	expect_cause(v, &probe_receiver_running, "receiver.not_running", RANK_FAIL);
	answer_slots(v, here, 1);
	expect_state(v, &probe_receiver_running, STATE_WARN);
	view_free(v);
}

static void mute_log(void **state)
{
	/* no log to read: the partial file was written long after the start, so it lived until then */
	struct view *v = stopped_view(ATTEMPT("1795249540.3", "31158") "log_unreadable=yes\n"
		"streaming=0 0.000 - 0.000 000000010000000000000007.partial 1795250930.657\n"
		"incoming=0 0.000 - 0.000 - 0.000\nerrors=0 0.000 - 0.000 - 0.000\nend=\n", AT(8, 48, 1));

	(void)state;
	expect_state(v, &probe_receiver_running, STATE_WARN);
	view_free(v);
}

static void time_zone_of_the_log(void **state)
{
	struct view *v = stopped_view("clock=1795250935 -0730\nuptime=3140.55\nhz=100\nlock=1795250440.3 7\n"
		L("01:18:50,024", "7", "barman.server ERROR: ArchiverFailure:x") QUEUES, AT(8, 48, 1));

	(void)state;
	assert_int_equal((int64_t)know_num(v, "server.receiver.ended_ms"), AT(8, 48, 50) + 24);
	view_free(v);
}

static void stuck(void **state)
{
	static const char *const row[] = {
		"317582864", "10", "barman_mydb", "physical", "f", "t", "31164", "117440512", "0/7000000", "reserved", NULL,
		"192.0.2.2", "barman_receive_wal", "117582864", "117440512", "1", "t"};
	struct view *v = server_view();

	(void)state;
	answer_slots(v, row, 1);
	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	expect_state(v, &probe_receiver_running, STATE_OK); /* its file was written a second ago */
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "lock=1795249540.320 31158\nheld=31158\n"
		"process=31163 31158 174536 /usr/lib/postgresql/15/bin/pg_receivewal\t--directory=/b/mydb/streaming\t--slot=barman_mydb\t\n"
		"streaming=0 0.000 - 0.000 000000010000000000000007.partial 1795250834.657\n"
		"incoming=0 0.000 - 0.000 - 0.000\nerrors=0 0.000 - 0.000 - 0.000\nend=\n");
	expect_cause(v, &probe_receiver_running, "receiver.stuck", RANK_FAIL);
	/* between two segments, in a burst: no file at all right now says nothing */
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "lock=1795249540.320 31158\nheld=31158\n"
		"process=31163 31158 174536 /usr/lib/postgresql/15/bin/pg_receivewal\t--directory=/b/mydb/streaming\t--slot=barman_mydb\t\n"
		"streaming=0 0.000 - 0.000 - 0.000\n"
		"incoming=0 0.000 - 0.000 - 0.000\nerrors=0 0.000 - 0.000 - 0.000\nend=\n");
	expect_state(v, &probe_receiver_running, STATE_OK);
	view_free(v);
}

#define ALIVE "process=31163 31158 174536 /usr/lib/postgresql/15/bin/pg_receivewal\t--directory=/b/mydb/streaming\t--slot=barman_mydb\t\n"

/* Halted by a signal, or given up by PostgreSQL: the process is there, its lock is held, and nothing comes. */
static void halted_and_deserted(void **state)
{
	static const char *const unread[] = {SLOT("barman_mydb", "f", NULL, "117440512", "reserved", NULL, NULL, NULL, NULL)};
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "lock=1795249540.320 31158\nheld=31158\nhalted=31163\n" ALIVE QUEUES);
	expect_cause(v, &probe_receiver_running, "receiver.stuck", RANK_FAIL);
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "lock=1795249540.320 31158\nheld=31158\nhalted=9\n" ALIVE QUEUES);
	expect_state(v, &probe_receiver_running, STATE_OK);
	answer_slots(v, unread, 1);
	expect_cause(v, &probe_receiver_running, "receiver.stuck", RANK_FAIL);
	view_free(v);
}

/* pg_receivewal says "starting" before the server has refused: twice a minute, and for ever. */
static void one_that_ends_in_the_same_breath_has_streamed_nothing(void **state)
{
	static const char removed[] = ATTEMPT("1795250930.320", "9") L("08:48:50,300", "9", "barman.server INFO: Starting receive-wal for server mydb")
		L("08:48:50,825", "9", "barman.command_wrappers INFO: mydb: pg_receivewal: starting log streaming at 0/6000000 (timeline 1)")
		L("08:48:50,830", "9", "barman.command_wrappers INFO: mydb: pg_receivewal: error: unexpected termination of replication stream: "
		  "ERROR:  requested WAL segment 000000010000000000000006 has already been removed")
		L("08:48:50,831", "9", "barman.command_wrappers INFO: mydb: pg_receivewal: error: disconnected")
		L("08:48:50,840", "9", "barman.server ERROR: ArchiverFailure:pg_receivewal terminated with error code: 1") QUEUES;
	struct view *v = stopped_view(removed, AT(8, 48, 50));

	(void)state;
	expect_cause(v, &probe_receiver_running, "receiver.wal_removed", RANK_FAIL);
	view_free(v);
}

/* The same cluster, restored to yesterday: what the receiver has lies ahead of it. */
static void a_server_of_the_past(void **state)
{
	static const char ahead[] = ATTEMPT("1795250930.320", "9") L("08:48:50,300", "9", "barman.server INFO: Starting receive-wal for server mydb")
		L("08:48:50,825", "9", "barman.command_wrappers INFO: mydb: pg_receivewal: starting log streaming at 0/9000000 (timeline 1)")
		L("08:48:50,830", "9", "barman.command_wrappers INFO: mydb: pg_receivewal: error: could not send replication command \"START_REPLICATION\": "
		  "ERROR:  requested starting point 0/9000000 is ahead of the WAL flush position of this server 0/7000000")
		L("08:48:50,840", "9", "barman.server ERROR: ArchiverFailure:pg_receivewal terminated with error code: 1") QUEUES;
	struct view *v = stopped_view(ahead, AT(8, 48, 50));

	(void)state;
	expect_cause(v, &probe_receiver_running, "receiver.timeline", RANK_FAIL);
	view_free(v);
}

/* The lock is held by somebody who will never start a receiver. */
static void a_lock_that_nobody_uses(void **state)
{
	struct view *v = stopped_view(RECEIVER_HEAD "lock=1795250930.320 77\nheld=77\nholder=77 S flock /b/.mydb-receive-wal.lock sleep 86400\n" QUEUES, AT(8, 48, 1));

	(void)state;
	expect_cause(v, &probe_receiver_running, "receiver.not_running", RANK_FAIL);
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "lock=1795250930.320 77\nheld=77\nholder=77 T /usr/bin/python3 /usr/bin/barman receive-wal mydb\n" QUEUES);
	expect_cause(v, &probe_receiver_running, "receiver.not_running", RANK_FAIL);
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "lock=1795250930.320 77\nheld=77\nholder=77 S /usr/bin/python3 /usr/bin/barman receive-wal mydb\n" QUEUES);
	expect_state(v, &probe_receiver_running, STATE_WARN); /* about to start its child: waited for */
	view_free(v);
}

/* slot_name was changed, the receiver goes on with the slot it was started with. */
static void a_new_slot_that_the_receiver_does_not_know(void **state)
{
	static const char *const fresh[] = {SLOT("barman_new", "f", NULL, NULL, NULL, NULL, NULL, NULL, NULL)};
	struct view *v = server_view();

	(void)state;
	learn(v, "server.slot_name", "barman_new");
	answer_sh(v, &q_backup_receiver, RECEIVER_RUNS);
	answer_slots(v, fresh, 1);
	expect_cause(v, &probe_slot_exists, "slot.never_used", RANK_FAIL);
	view_free(v);
}

static void client(void **state)
{
	static const struct {
		const char *out;
		enum state state;
		const char *cause;
	} cases[] = {
		{"path=/usr/bin:/bin\nfound=/usr/bin/pg_receivewal\nstatus=0\nsaid=pg_receivewal (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1) \nend=\n", STATE_OK, NULL},
		{"path=/usr/bin:/bin\nfound=\nstatus=127\nsaid=env: 'pg_receivewal': No such file or directory \nend=\n", STATE_FAIL, "receiver.client_missing"},
		{"path=/usr/bin:/bin\nfound=/usr/bin/pg_receivewal\nstatus=1\nsaid=Error: You must install at least one postgresql-client-<version> package \nend=\n", STATE_FAIL, "receiver.client_missing"},
		{"path=/x\nfound=/x/pg_receivewal\nstatus=0\nsaid=hello\nend=\n", STATE_FAIL, "receiver.client_missing"},
		{"path=/x\nfound=/x/pg_receivewal\nstatus=0\nsaid=pg_receivewal (PostgreSQL) 13.4\nend=\n", STATE_FAIL, "receiver.client_old"},
		{"path=/x\nfound=/x/pg_receivewal\nstatus=0\nsaid=pg_receivewal (PostgreSQL) 16beta1\nend=\n", STATE_OK, NULL},
		{"path=/x\nfound=/x/pg_receivewal\nstatus=0\n", STATE_UNKNOWN, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view *v = server_view();

		answer_sh(v, &q_backup_client, cases[i].out);
		if (cases[i].cause)
			expect_cause(v, &probe_receiver_client, cases[i].cause, RANK_FAIL);
		else
			expect_state(v, &probe_receiver_client, cases[i].state);
		view_free(v);
	}
}

static void expect_queue(const char *queues, const char *cause, enum rank rank)
{
	struct view *v = server_view();
	struct str out = {0};

	str_addf(&out, "%slock=1795249540.320 31158\n%send=\n", RECEIVER_HEAD, queues);
	answer_sh(v, &q_backup_receiver, str_text(&out));
	if (cause)
		expect_cause(v, &probe_incoming, cause, rank);
	else
		expect_state(v, &probe_incoming, STATE_OK);
	str_free(&out);
	view_free(v);
}

static void queues(void **state)
{
	(void)state;
	expect_queue("streaming=0 0 - 0 - 0\nincoming=0 0 - 0 - 0\nerrors=0 0 - 0 - 0\n", NULL, RANK_FAIL);
	expect_queue("streaming=0 0 - 0 - 0\nincoming=3 1795250900.1 000000010000000000000006 1795250930 - 0 a b c\nerrors=0 0 - 0 - 0\n", NULL, RANK_FAIL);
	expect_queue("streaming=0 0 - 0 - 0\nincoming=3 1795250600.1 000000010000000000000006 1795250930 - 0 a b c\nerrors=0 0 - 0 - 0\n", "incoming.unprocessed", RANK_FAIL);
	/* without a partial file Barman leaves the newest segment where it is; with one it takes all */
	expect_queue("streaming=1 1795250600.1 000000010000000000000006 1795250600 - 0 a\nincoming=0 0 - 0 - 0\nerrors=0 0 - 0 - 0\n", NULL, RANK_FAIL);
	expect_queue("streaming=1 1795250600.1 000000010000000000000006 1795250600 000000010000000000000007.partial 1795250930 a\nincoming=0 0 - 0 - 0\nerrors=0 0 - 0 - 0\n", "incoming.unprocessed", RANK_FAIL);
	expect_queue("streaming=0 0 - 0 - 0\nincoming=0 0 - 0 - 0\nerrors=1 1795250600 - 0 - 0 000000010000000000000006.20261121T084802Z.duplicate\n", "wal_archive.errors", RANK_FAIL);
	expect_queue("streaming=0 0 - 0 - 0\nincoming=0 0 - 0 - 0\nerrors=1 1795250600 - 0 - 0 notes.20261121T084802Z.unknown\n", "wal_archive.errors", RANK_WARN);
	expect_queue("streaming=missing\nincoming=missing\nerrors=missing\n", NULL, RANK_FAIL);
}

static void unreadable_queue(void **state)
{
	struct view *v = server_view();

	(void)state;
	answer_sh(v, &q_backup_receiver, RECEIVER_HEAD "streaming=0 0 - 0 - 0\nincoming=unreadable\nerrors=0 0 - 0 - 0\nend=\n");
	expect_state(v, &probe_incoming, STATE_UNKNOWN);
	view_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs), cmocka_unit_test(whose_process_is_it), cmocka_unit_test(cut_replies_are_unknown),
		cmocka_unit_test(waiting_is_not_failing), cmocka_unit_test(waiting_ends_by_itself),
		cmocka_unit_test(slot_waits_with_it), cmocka_unit_test(causes_by_words),
		cmocka_unit_test(reason_gone_is_waiting), cmocka_unit_test(mute_log), cmocka_unit_test(time_zone_of_the_log),
		cmocka_unit_test(stuck), cmocka_unit_test(halted_and_deserted), cmocka_unit_test(a_server_of_the_past), cmocka_unit_test(a_lock_that_nobody_uses), cmocka_unit_test(one_that_ends_in_the_same_breath_has_streamed_nothing),
		cmocka_unit_test(a_new_slot_that_the_receiver_does_not_know), cmocka_unit_test(client), cmocka_unit_test(queues), cmocka_unit_test(unreadable_queue)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
