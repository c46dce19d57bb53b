/* WAL on its way from PostgreSQL to the Barman host, and the room it needs: what the probes of
 * slots, receiver, queues, volumes, backups and RPO share. Everything here is pure: facts in,
 * findings out. Times are wall clock ms of this program unless a name says otherwise; unknown
 * numbers are NAN. */
#ifndef WALMEDIC_CATALOGUE_FLOW_H
#define WALMEDIC_CATALOGUE_FLOW_H

#include "probes/engine/probe.h"

extern const struct question q_pg_slots;         /* pg_replication_slots and who reads them */
extern const struct question q_pg_waldir;        /* pg_wal's size by SQL, for when db cannot be seen */
extern const struct question q_db_wal;           /* the volumes of pg_wal and of the data */
extern const struct question q_backup_receiver;  /* processes, lock, log and queues of this server */
extern const struct question q_backup_client;    /* pg_receivewal as cron would find it */
extern const struct question q_backup_space;     /* the volume of barman_home */
extern const struct question q_backup_filing;    /* the last run of archive-wal, and xlog.db */
extern const struct question q_backup_directories; /* what Barman's user may do in its directories */
extern const struct question q_backup_wals;      /* the names in the WAL archive */
extern const struct question q_console_drill;    /* walmedic's own record of restore drills, on the host where it runs */
extern const struct question q_backup_catalogue; /* backup.info files and the tail of xlog.db */

extern const struct probe probe_slot_exists, probe_slot_active, probe_slot_lag, probe_slots_foreign, probe_commits,
	probe_disk_pg_wal, probe_receiver_client, probe_receiver_running, probe_filing, probe_incoming, probe_disk_backup,
	probe_backup_rsync, probe_backup_last, probe_rpo, probe_wal_archive, probe_restore_tested, probe_backup_policy, probe_pg_identity, probe_backup_directories, probe_clock;

/* ---- reading what hosts say (flow.c) ---- */

/* True if the reply is whole: done, and for sh ended by the line "end=". Keeps the fact `seen`, without
 * which a judge says unknown: a cut or failed reply never leaves an old green in place. */
bool flow_whole(struct view *v, const struct reply *r, const char *seen);
/* A finite number and nothing else, or NAN. */
double flow_number(const char *s);
/* A computed number of milliseconds as a whole one; what no clock says (beyond ±KNOW_NUM_MAX) becomes that bound, NAN 0. */
int64_t flow_ms(double ms);
/* "+0530", read as a number, in seconds; NAN for what is no offset of any place on earth. */
double flow_zone_s(double hhmm);
/* The n-th word of a line that blanks separate (0 is the first) into buf; NULL when there is none. */
const char *flow_word(const char *line, int n, char *buf, size_t size);
double flow_word_number(const char *line, int n);
/* Judges use it like verdict_unseen; a reply that came but could not be read is said to be so. */
void flow_unseen(struct verdict *r, const struct view *v, const struct question *q, const char *what);
/* Bytes for people, in one of four static buffers. */
const char *flow_bytes(double n);
const char *flow_duration(double seconds);
/* "2026-11-21 03:12:44Z" of wall ms; "an unknown time" for NAN. */
const char *flow_time(double ms);
/* True if word stands in text as a whole word (letters, digits and _ make words), case ignored. */
bool flow_has_word(const char *text, const char *word);
/* A 24-digit WAL file name into the byte position behind its end; NAN for anything else. */
double flow_wal_end(const char *name, double segment_size, int *ret_timeline);
double flow_segment_size(const struct view *v);
/* The newest position of the primary we know, in bytes. */
double flow_lsn(const struct view *v);
/* Learns the forecast.* and rpo.* facts from what is known by now; every reader here ends with it.
 * Whoever learns pg.lsn or the settings later may call it again. */
void flow_derive(struct view *v);

/* ---- slots (postgres/slots.c) ---- */

struct slot {
	const char *name, *type, *status, *restart_text;
	const char *reason;        /* why it was invalidated, or NULL; PostgreSQL 17 and later */
	double unread_since;       /* ms since the epoch, NAN: read now, or not told (before 17) */
	const char *holder_address, *holder_application; /* NULL: not visible or a local socket */
	bool active, temporary, holder_visible;
	double pid, restart, lag, safe, write, flush, holder_since;
};
/* The name Barman uses, or means by an option it does not know; NULL if none. */
const char *slot_name(const struct view *v);
/* False if there is no slot of that name (or nothing was seen: ask slot_seen). */
bool slot_get(const struct view *v, const char *name, struct slot *ret);
bool slot_seen(const struct view *v);
/* The name of the slot to judge; NULL where there is none to judge yet, and the verdict says why. */
const char *slot_asked(const struct view *v, struct verdict *r);
/* Calls each for every slot, by name. */
void slot_each(const struct view *v, void (*each)(void *arg, const struct slot *s), void *arg);
/* Why this slot may belong to Barman or to us, or NULL: such slots are never called foreign. */
const char *slot_protected(const struct view *v, const char *name);
/* Growth of its lag in bytes a second, NAN until three looks over half a minute. */
double slot_lag_slope(const struct view *v, const char *name);
/* True if the reader of this active slot is our receiver. */
bool slot_is_ours(const struct view *v, const struct slot *s);

/* Says whether pg_basebackup is there, as cron would find it, and not older than the server (barman/receiver_client.c). */
void client_of_backups(const struct view *v, struct verdict *r);

/* ---- receiver (barman/receiver.c) ---- */

enum receiver_state {
	RECEIVER_UNSEEN,
	RECEIVER_OFF,     /* this server does not stream */
	RECEIVER_RUNNING,
	RECEIVER_WAITING, /* stopped after the last run of cron, or its reason to fail is gone since */
	RECEIVER_DOWN,
};
struct receiver {
	enum receiver_state state;
	int64_t until;          /* WAITING: when the next run of cron should have started it; 0 */
	double pid, started;    /* RUNNING */
	double attempt, ended;  /* start and end of the last attempt, ms of the backup host; NAN */
	bool streamed;          /* the last attempt received WAL */
	const char *cause;      /* DOWN: which receiver.* */
	const char *words;      /* the last attempt's own words about its end, or "" */
	const char *slot;       /* slot it was started with, or "" */
};
void receiver_get(const struct view *v, struct receiver *ret);
/* The receiver's row in pg_stat_replication: position written on the Barman host; NAN. */
double receiver_written(const struct view *v);

/* ---- what fills up (forecast.c), what is safe (flow.c) ---- */

struct pin {                    /* what keeps WAL on the primary */
	const char *what;       /* "slot", "archive" or "wal_keep_size"; NULL: nothing */
	char slot[64];
	double bytes;
	double safe, restart;   /* of a slot: bytes until max_slot_wal_keep_size takes its WAL, where it begins; NAN */
};
struct filling {
	double rate;            /* bytes of WAL a second */
	double room;            /* bytes until full, ready-made segments included */
	double seconds;         /* until full; NAN: not known, or nothing holds WAL back */
	double soonest, latest; /* between these, as loads go; INFINITY: perhaps never; NAN: not known */
	double lost, lost_soonest, lost_latest; /* instead: until the slot that holds it loses its WAL; NAN */
	struct pin pin;
};
void flow_pg_wal(const struct view *v, struct filling *ret);
void flow_backup(const struct view *v, struct filling *ret);
/* Warn when less than this is left: `fill_warning` of our own configuration, or a day. */
double flow_warning_s(const struct view *v);
/* Live samples, times of finished segments, the last checkpoint's redo point: one trace in order. */
int flow_trace(const struct view *v, struct point *ret, int max);

struct safety {
	double seconds;         /* would be lost now; NAN: not known */
	double bytes;           /* of WAL not on the Barman host; NAN */
	double archived, streamed; /* newest position by each route; NAN */
	double safe_at;         /* when the primary stood at the safe position, ms; NAN */
	const char *route;      /* rule 7: which route still works when exactly one is broken, else "" */
};
void flow_safety(const struct view *v, struct safety *ret);

#endif
