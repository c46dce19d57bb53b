#include "probes/link/place.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/base/str.h"
#include "probes/link/act.h"
#include "probes/link/loop_uv.h"
#include "probes/link/places.h"
#include "probes/link/session.h"

enum { BACKOFF_MS = 60000, BACKOFF_MAX_MS = 900000 };

struct places {
	struct loop *loop;
	struct place *first;
};

static const struct place_class *const classes[] = {
	[PLACE_LOCAL] = &local_class, [PLACE_SSH] = &ssh_class, [PLACE_VIA] = &via_class,
	[PLACE_PG] = &pg_class, [PLACE_PSQL] = &psql_class,
};

struct places *places_new(struct loop *l)
{
	struct places *all = xcalloc(1, sizeof *all);
	all->loop = l;
	return all;
}

static bool same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static bool same_spec(const struct place_spec *a, const struct place_spec *b)
{
	return a->kind == b->kind && a->port == b->port && a->parent == b->parent && same(a->name, b->name) && same(a->host, b->host) &&
	       same(a->login, b->login) && same(a->as, b->as) && same(a->command, b->command) && same(a->conninfo, b->conninfo) &&
	       same(a->passfile, b->passfile);
}

/* Of a fleet there are many places, and a place is looked for at each turn. */
static unsigned hash_of(const struct place_spec *s)
{
	const char *const part[] = {s->name, s->host, s->as, s->command, s->conninfo};
	unsigned h = 2166136261u;
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		for (const char *p = part[i] ? part[i] : ""; *p; p++)
			h = (h ^ (unsigned char)*p) * 16777619u;
	return h;
}

static const char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void copy_spec(struct place_spec *to, const struct place_spec *from)
{
	*to = *from;
	to->name = copy(from->name);
	to->host = copy(from->host);
	to->login = copy(from->login);
	to->as = copy(from->as);
	to->command = copy(from->command);
	to->conninfo = copy(from->conninfo);
	to->passfile = copy(from->passfile);
}

struct place *place_get(struct loop *l, const struct place_spec *spec)
{
	struct places *all = loop_places(l);
	unsigned hash = hash_of(spec);
	for (struct place *p = all->first; p; p = p->next)
		if (p->hash == hash && same_spec(&p->spec, spec))
			return p;
	struct place *p = xcalloc(1, sizeof *p);
	p->loop = l;
	p->class = classes[spec->kind];
	p->hash = hash;
	copy_spec(&p->spec, spec);
	queue_init(&p->asked);
	p->next = all->first;
	all->first = p;
	return p;
}

static void place_free(struct place *p)
{
	const char *const strings[] = {p->spec.name, p->spec.host, p->spec.login, p->spec.as, p->spec.command, p->spec.conninfo, p->spec.passfile};
	struct asked *a;
	act_free_all(p);
	session_free_all(p);
	if (p->class->free)
		p->class->free(p);
	while ((a = queue_take(&p->asked)))
		asked_free(a);
	failure_free(&p->failed);
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		free((char *)(uintptr_t)strings[i]);
	free(p);
}

/* Children before parents: a place is made after the one it goes through. */
void places_free(struct places *all)
{
	while (all->first) {
		struct place *p = all->first;
		all->first = p->next;
		place_free(p);
	}
	free(all);
}

const char *place_name(const struct place *p)
{
	return p->spec.name;
}

const char *place_host(const struct place *p)
{
	return p->spec.host ? p->spec.host : "";
}

const char *place_login(const struct place *p)
{
	struct passwd *me = p->spec.kind == PLACE_LOCAL ? getpwuid(geteuid()) : NULL;
	return me ? me->pw_name : p->spec.login;
}

static void flush(void *arg)
{
	struct place *p = arg;
	p->due = false;
	p->class->flush(p);
}

void place_due(struct place *p)
{
	if (p->due)
		return;
	p->due = true;
	loop_later(p->loop, flush, p);
}

void place_ask(struct place *p, const struct ask *a, ask_done *done, void *arg)
{
	queue_add(&p->asked, asked_new(a, done, arg));
	place_due(p);
}

/* ---- backoff: we never trip fail2ban or MaxStartups ---- */

void place_refused(struct place *p, const struct raw *r)
{
	failure_keep(&p->failed, r);
	p->backoff_ms = p->backoff_ms ? p->backoff_ms * 2 : BACKOFF_MS;
	if (p->backoff_ms > BACKOFF_MAX_MS)
		p->backoff_ms = BACKOFF_MAX_MS;
	p->retry_at = clock_mono_ms() + p->backoff_ms;
}

void place_welcomed(struct place *p)
{
	p->retry_at = 0;
	p->backoff_ms = 0;
}

bool place_backs_off(struct place *p)
{
	return p->retry_at && clock_mono_ms() < p->retry_at;
}

void place_retry_now(struct place *p)
{
	p->retry_at = 0;
	if (p->class->retry)
		p->class->retry(p);
	if (p->spec.parent)
		place_retry_now(p->spec.parent);
}
