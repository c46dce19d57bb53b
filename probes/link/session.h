/* The kept coprocess at a shell place: one login, many questions, answered one after the other. */
#ifndef WALMEDIC_LINK_SESSION_H
#define WALMEDIC_LINK_SESSION_H

struct place;

/* Sends p->asked down the kept session, or a new one. */
void session_flush(struct place *p);
void session_free_all(struct place *p);

#endif
