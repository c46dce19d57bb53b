/* Places from inside the room: what every kind has, and the table of kinds. */
#ifndef WALMEDIC_LINK_PLACES_H
#define WALMEDIC_LINK_PLACES_H

#include "probes/link/asked.h"
#include "probes/link/place.h"
#include "probes/link/wire.h"

struct loop;
struct place;
struct session;
struct act;

/* One way to start a shell somewhere. */
struct opening {
	const char *nonce;  /* for the marks of the layers in between */
	const char *text;   /* runs there with the rest of stdin */
	size_t n;
	bool fresh;         /* a login of its own: never a channel of an older one */
	bool verbose;       /* stages shall be told (ssh -v); never where stderr belongs to the text */
};

struct place_class {
	const char *via;
	/* Asks everything in p->asked. */
	void (*flush)(struct place *p);
	/* A shell as the login user; NULL: this kind has none. */
	struct wire *(*open)(struct place *p, const struct opening *o, const struct wire_ops *ops, void *arg);
	/* The same as `as` (NULL: the login user) with the clean environment, where that is at hand at once: else NULL,
	 * and shell_switch does it. Nothing secret: the text stands in an argument list. May be NULL. */
	struct wire *(*open_as)(struct place *p, const char *as, const char *text, const struct wire_ops *ops, void *arg);
	void (*free)(struct place *p);
	void (*retry)(struct place *p); /* may be NULL */
};

struct place {
	struct place *next;
	struct loop *loop;
	const struct place_class *class;
	struct place_spec spec; /* strings are ours */
	unsigned hash;          /* of spec */
	struct queue asked;     /* in this turn */
	bool due;
	struct session *kept, *sessions; /* shell places; sessions: all of them, the kept one too */
	struct act *acts;
	struct failure failed;  /* the last refused login */
	int64_t retry_at;       /* monotonic ms; 0 = no backoff */
	unsigned backoff_ms;
	void *own;              /* the class's */
};

struct places *places_new(struct loop *l);
void places_free(struct places *all);
/* Asks what was queued, in a later turn. */
void place_due(struct place *p);
/* A refused or throttled login: the next tries are answered with this for a while. */
void place_refused(struct place *p, const struct raw *r);
void place_welcomed(struct place *p);
bool place_backs_off(struct place *p);

extern const struct place_class local_class, ssh_class, via_class;
int libpq_version(void); /* 150018 = 15.18 */
const char *libssh2_version_text(void);
extern const struct place_class pg_class, psql_class;

#endif
