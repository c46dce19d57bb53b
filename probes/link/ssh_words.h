/* What the OpenSSH client's stderr says about where a login broke, with and without -v.
 * Texts of OpenSSH 7.4 to 9.2 (sshconnect.c, sshconnect2.c, kex.c, packet.c). */
#ifndef WALMEDIC_LINK_SSH_WORDS_H
#define WALMEDIC_LINK_SSH_WORDS_H

#include <stdbool.h>

#include "probes/base/str.h"

struct ssh_fault {
	const char *stage; /* client resolve connect banner kex hostkey auth session, "" = not to be told */
	int sys_errno;     /* of connect(2), 0 = none */
	bool refused;      /* refused or throttled: trying again soon makes it worse */
};

/* err: all of its stderr. status: its exit status. */
void ssh_words_fault(const char *err, int status, struct ssh_fault *ret);
/* What it was doing when it was stopped. Tells connect, banner, kex and auth apart only with -v. */
const char *ssh_words_stage(const char *err);
/* Is the line that begins here one of -v's, and not the far side's? */
bool ssh_words_chatter(const char *line);
/* The lines meant for people: err without debug lines. */
void ssh_words_plain(struct str *out, const char *err);

#endif
