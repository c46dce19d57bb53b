/* A place is a host with a way in, or a database connection. Places are shared: the same way in
 * with the same user is one link, whoever asks. Links alone wait; everything here returns at once
 * and calls back from the loop. */
#ifndef WALMEDIC_LINK_PLACE_H
#define WALMEDIC_LINK_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/link/reply.h"

struct loop;
struct place;
struct problem;

enum place_kind {
	PLACE_LOCAL, /* this machine */
	PLACE_SSH,   /* our own ssh: libssh2, or the ssh program where `ssh -G` or a failure says so */
	PLACE_VIA,   /* a shell command line at another place that carries our bytes on stdin/stdout:
	              * the pipeline's own ssh, exactly as the pipeline runs it */
	PLACE_PG,    /* libpq from this process */
	PLACE_PSQL,  /* the psql program at another place, as its user */
};

struct place_spec {
	enum place_kind kind;
	const char *name;     /* "backup", "db", "pipeline", "pg", "repl", "dbsql": for people and recordings */
	const char *host;     /* SSH: host name or alias; else what the place is called on screen */
	const char *login;    /* SSH: login user or NULL (ssh's own rule) */
	int port;             /* SSH: 0 = default */
	struct place *parent; /* VIA, PSQL: where the command runs */
	const char *as;       /* VIA, PSQL: as which user there; NULL: the login user */
	const char *command;  /* VIA: shell text whose stdin/stdout is a shell on the far side */
	const char *conninfo; /* PG, PSQL: libpq keywords; for a replication connection with replication=1 */
	const char *passfile; /* PG: explicit password file or NULL */
};

/* Equal specs give the same place. Lives until loop_free. The spec's strings are copied. */
struct place *place_get(struct loop *l, const struct place_spec *spec);
const char *place_name(const struct place *p);
const char *place_host(const struct place *p);
/* Who the questions run as when no user is named (for local: the real user). */
const char *place_login(const struct place *p);

enum ask_how {
	ASK_SH,    /* text = POSIX sh script; run as `user` with the clean environment, cwd home, stdin /dev/null */
	ASK_SQL,   /* text = one SQL statement; place is PG or PSQL. Read-only transaction, statement_timeout */
	ASK_LOGIN, /* no text: prove a fresh login, end to end. out = noise before the begin mark */
};

struct ask {
	enum ask_how how;
	const char *text;
	const char *user;       /* role user (runuser when the login is root, else sudo -n); NULL = login user */
	unsigned deadline_ms;   /* for everything: reaching the place, and the answer */
	bool alone;             /* may hang (foreign mounts, another ssh): runs beside the others, never in front */
	bool fresh;             /* needs a new connection, not a kept one (proof of login) */
};

typedef void ask_done(void *arg, const struct reply *r); /* r lives until the call returns */

/* Exactly one call back, always from the loop. The ask's strings are copied. Questions of one place
 * and user that are asked in one turn of the loop travel together. */
void place_ask(struct place *p, const struct ask *a, ask_done *done, void *arg);
/* Forget a backoff: the operator pressed "ask now". */
void place_retry_now(struct place *p);

/* ---- acting: used by remedies/ only ---- */

enum act_shell { ACT_SH, ACT_BASH };

/* What must not stand in an argument list: an environment variable of T's shell. */
struct act_secret {
	const char *name, *value;
};

struct act_spec {
	const char *text;  /* T: byte for byte what was shown */
	const char *user;  /* always named */
	enum act_shell shell;
	unsigned timeout_ms;
	const struct act_secret *secret;
	int secrets;
};

struct act;
struct act_ops {
	/* cleaned text, as it comes; is_err only where the transport keeps them apart */
	void (*output)(void *arg, const char *text, size_t n);
	/* ended: status holds; otherwise words say how far it came and that the outcome is unknown */
	void (*done)(void *arg, bool ended, int status, const char *words);
};

/* Runs T as design.md says: sh -c T (or bash -c T), stdin /dev/null, cwd home, environment exactly HOME
 * USER LOGNAME SHELL PATH LANG; over ssh the command word is constant and T goes by stdin. */
struct act *place_act(struct place *p, const struct act_spec *s, const struct act_ops *ops, void *arg);
/* SIGTERM to the local end (closing the channel over ssh); done is still called. */
void act_cancel(struct act *a);
/* The one line that would do the same from the console host (for `C`); a string of malloc. */
char *place_act_command_line(const struct place *p, const struct act_spec *s);

#endif
