# What happens after the first link of a chain broke, for tests/lab/chains. Sourced inside a lab, after pipeline.sh and fault.sh.
wal_free_mb() { on db df --output=avail -B1M /var/lib/postgresql/15/main/pg_wal | tail -n 1 | tr -d ' '; }

# Whoever reads the slot has read all of it: a receiver that is still busy would be one cause more.
receiver_level() { [ "$(sql "select count(*) from pg_replication_slots where slot_name = 'barman' and active and pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > 16777216")" = 0 ]; }

# The fault alone breaks what follows.
then_nothing() { :; }
# The shop is busy for an hour: segment after segment is written.
then_wal() { make_wal 3; }
# ... until pg_wal will be full within minutes, whoever pins it, and it goes on so.
then_filling() {
	until [ "$(wal_free_mb)" -lt 260 ]; do make_wal 3 || return 1; done
	sql checkpoint && until_true 60 receiver_level
	on db:postgres setsid sh -c 'while sleep 1; do psql -X -q -c "select pg_logical_emit_message(false, '\''orders'\'', repeat('\''x'\'', 500000))"; done' </dev/null >/dev/null 2>&1 &
}
# ... until fewer than two segments are free, by less than df shows: the server still has room for its next one, and stays up.
then_full() {
	until [ "$(wal_free_mb)" -le 32 ]; do make_wal 1 || return 1; done
	until_true 60 receiver_level
}
# PostgreSQL is restarted: every pg_receivewal ends.
then_restart() { pg_restart; }
# The receiver dies (the machine was short of memory), as Barman itself may be unable to stop it.
then_no_receiver() { on backup pkill -u barman -x pg_receivewal; until_true 20 receiver_down; }
# Cron's next run comes and goes.
then_tick() {
	local now tick=0
	now=$(date +%s)
	[ ! -e "$LAB/tick" ] || tick=$(<"$LAB/tick")
	local over=$((now + (60 + tick - now % 60 - 1) % 60 + 1 + 7))
	until [ "$(date +%s)" -ge "$over" ]; do sleep 0.3; done
}
# Commits were meant to wait for Barman's receiver, and an order of the shop does.
then_waiting() {
	pg_set synchronous_standby_names barman_receive_wal && pg_reload && until_true 5 pg_setting synchronous_standby_names barman_receive_wal || return 1
	on db:postgres sh -c 'setsid psql -X -q -d shop -c "INSERT INTO orders (customer, total) VALUES ('"'waits'"', 1)" </dev/null >/dev/null 2>&1 &'
	until_true 30 commit_hangs
}
commit_hangs() { [ "$(sql "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and now() - query_start > '11 s'")" = 1 ]; }
