/* What every command that looks at servers begins with: configuration, loop, engine. */
#ifndef WALMEDIC_TUI_SESSION_H
#define WALMEDIC_TUI_SESSION_H

#include "tui/cli.h"

struct loop;
struct engine;

struct session {
	struct loop *loop;
	struct engine *engine;
};

/* names: the servers to watch, none = all that the configuration names. record: file or NULL. */
int session_open(const struct cli *c, const char *const *names, int n, const char *record, struct session *ret, struct problem *p);
/* Whom to call for the server, as its configuration says; "" when it says nothing. */
int session_contact(const struct cli *c, const char *name, char *ret, size_t size, struct problem *p);
/* The directory of the team's own runbooks, "" when the configuration names none. */
int session_runbooks(const struct cli *c, char *ret, size_t size, struct problem *p);
/* A session that watches nothing: a runbook can be walked where no server is known. */
void session_nowhere(const struct cli *c, struct session *ret);
/* From a recording's bytes; speed 0 = all at once. */
int session_replay(const char *bytes, size_t n, double speed, struct session *ret, struct problem *p);
/* Turns the loop until the sweep is done. */
void session_sweep(struct session *s);
void session_close(struct session *s);

#endif
