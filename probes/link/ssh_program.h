#ifndef WALMEDIC_LINK_SSH_PROGRAM_H
#define WALMEDIC_LINK_SSH_PROGRAM_H

#include "probes/link/places.h"

/* A shell at the place by the ssh program, running o->text. */
struct wire *ssh_program_open(struct place *p, const struct opening *o, const struct wire_ops *ops, void *arg);

#endif
