/* One ssh login of the pipeline: what it said, read into facts, and judged the same way in both directions.
 * Facts of a direction PREFIX (ssh.to_db, ssh.to_backup), of the server:
 *   PREFIX.fault          none, or the last part of a cause id (refused, key_refused ...), or closed: turned away
 *                         after the key was accepted, without a reason on this side. Not known: not seen.
 *   PREFIX.words          what ssh said, without its debug lines
 *   PREFIX.noise          what the far side printed on stdout before anything was asked
 *   PREFIX.{user,address,port}  as ssh used them, after ssh_config
 *   PREFIX.hostkey        fingerprint that the far side sent, PREFIX.hostkey_type its type
 *   PREFIX.{known_name,known_file}  where ssh looks its key up
 *   PREFIX.offered        fingerprints of the keys that were offered, one a line
 *   PREFIX.ask_near, .ask_far, .ask_listen, .ask_hostkeys  yes: looking at the files of that side may tell more
 *   PREFIX.near.*         this side's files (ssh_near): key, bad_file (first unusable key), known, pubkey, config_error,
 *                         make (where a key is looked for first), set (what ssh's configuration files change, one
 *                         option a line), own_config (yes: without them an sshd would answer)
 *   PREFIX.listen.listens yes, no: whether the accepting side listens on that port
 *   PREFIX.listen.denied  its line of hosts.deny that turns this side away
 *   PREFIX.far.*          the accepting side (ssh_far): see ssh_why.c
 *   PREFIX.own.hostkeys   fingerprints read on the accepting host itself, PREFIX.own.public_key the one that it
 *                         sent ("TYPE BLOB"), if it is among them */
#ifndef WALMEDIC_CATALOGUE_HOST_SSH_LOGIN_H
#define WALMEDIC_CATALOGUE_HOST_SSH_LOGIN_H

#include <stdbool.h>

#include "probes/engine/probe.h"

struct ssh_try {
	bool reached;       /* our mark came back: a shell answered */
	bool timed_out;     /* stopped at the deadline */
	int status;
	const char *stage;  /* of the link, or "" */
	const char *err;    /* stderr of ssh -v */
	const char *out;    /* stdout in front of the mark */
};

/* The last part of the cause id, "none" or "closed"; NULL when it says nothing about the login. */
const char *ssh_fault(const struct ssh_try *t);
/* Learns the facts above from one try. */
void ssh_learn(struct view *v, const char *prefix, const struct ssh_try *t);
/* Not seen this time: nothing old is left in place. */
void ssh_forget(struct view *v, const char *prefix);

/* One direction, for the judge. */
struct ssh_way {
	const char *prefix;
	const char *from_place, *to_place;          /* "backup", "db" */
	const char *from_host, *to_host;            /* facts with names for people, first choice */
	const char *from_user;                      /* fact, and what to say when it is not known */
	const char *from_user_else;
	const char *to_target;                      /* fact: the name the configuration uses */
	const struct question *login;
};

/* Judges the facts of a direction: ok, unseen, or the cause. */
void ssh_judge(const struct ssh_way *w, enum rank rank, const struct view *v, struct verdict *ret);

/* For read functions of the why-questions. */
void ssh_read_near(struct view *v, const char *prefix, const struct reply *r);
/* PREFIX.{known_name,known_file} as ssh -G tells them on the near side, where the words of the last login did not say. */
void ssh_learn_known(struct view *v, const char *prefix);
void ssh_read_far(struct view *v, const char *prefix, const struct reply *r);
void ssh_read_listen(struct view *v, const char *prefix, const struct reply *r);
void ssh_read_hostkeys(struct view *v, const char *prefix, const struct reply *r);
/* The more exact id that the why-questions allow, "" when they explain nothing more; *ret_say (malloc'd, may
 * stay NULL) a sentence with what was found. */
const char *ssh_refine(const struct view *v, const char *prefix, const char *fault, char **ret_say);

#endif
