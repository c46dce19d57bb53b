/* What was done, by whom, where: JSON lines, append-only, on disk before and after every step.
 * Never a reason to hide a diagnosis: where the journal cannot be written, only destructive steps wait. */
#ifndef WALMEDIC_REMEDIES_JOURNAL_H
#define WALMEDIC_REMEDIES_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

struct journal;
struct problem;

enum deed_phase { DEED_BEGUN, DEED_ENDED, DEED_PROVEN, DEED_UNPROVEN, DEED_WALK /* a step of a runbook that is no command of ours */ };

struct deed {
	uint64_t id;             /* equal in all lines of one deed */
	const char *server, *cause, *heading;
	const char *risk, *place, *host, *user;
	const char *command;     /* exact text; secrets are masked when it is written */
	bool ended;              /* DEED_ENDED: status holds, else words say how far it came */
	int status;
	const char *words;
	const char *output_sha256; /* of the output as it was shown */
	const char *say;         /* DEED_PROVEN and DEED_UNPROVEN: what the probe says; DEED_WALK: the note, the reason, the value */
	const char *walk, *key;  /* of a runbook: which walk, which step; else NULL */
	const char *event, *page; /* DEED_WALK: what happened to the step; the runbook */
};

/* $XDG_STATE_HOME/walmedic/journal, then $XDG_RUNTIME_DIR, /dev/shm, syslog. Never NULL. */
struct journal *journal_open(void);
/* The same with other files, in the order of preference; NULL: there is none. */
enum { JOURNAL_HOMES = 3 };
struct journal *journal_open_in(const char *const home[JOURNAL_HOMES]);
void journal_close(struct journal *j);
/* The files in the order of preference, from malloc; NULL where there is none. Nothing is made. */
void journal_homes(char *ret[JOURNAL_HOMES]);

/* "" when it goes where it should; else one sentence that says where it goes and why. */
const char *journal_say(const struct journal *j);
/* "" or one sentence: a deed of a walmedic that ended in its midst (kill -9, a crash, no power). Told once: the journal
 * gets the line that it lacks. */
const char *journal_lost(const struct journal *j);
/* The file, "syslog", or "" when it cannot be written anywhere. */
const char *journal_path(const struct journal *j);
/* A number for a new deed. */
uint64_t journal_next(struct journal *j);
/* Appends one line and waits until it is on disk. -1: it is not; the journal moves to its next place by itself. */
int journal_write(struct journal *j, enum deed_phase phase, const struct deed *d, struct problem *p);

#endif
