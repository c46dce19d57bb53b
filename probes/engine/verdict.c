#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/engine/model.h"
#include "probes/engine/view.h"

const char *const state_names[] = {"unknown", "off", "ok", "warn", "fail", "blocked"};
const char *const stage_names[] = {"CONF", "HOST", "SSH", "PG", "WAL", "SLOT", "CRON", "DISK", "BKP", "RPO"};

enum { FINDINGS = sizeof((struct verdict *)0)->finding / sizeof(struct finding) };

static const enum state state_of_rank[] = {
	[RANK_ADVICE] = STATE_OK, [RANK_WARN] = STATE_WARN, [RANK_FAIL] = STATE_FAIL};

static char *vsay(const char *fmt, va_list ap)
{
	char *s;
	return vasprintf(&s, fmt, ap) < 0 ? xstrdup("") : s;
}

/* A value in a sentence may have lines; a sentence is one. */
static char *vsay_line(const char *fmt, va_list ap)
{
	char *s = vsay(fmt, ap);
	for (char *p = s; *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return s;
}

#define SAY(to, fmt)                                                                               \
	do {                                                                                       \
		va_list ap;                                                                        \
		va_start(ap, fmt);                                                                 \
		free(to);                                                                          \
		(to) = vsay_line(fmt, ap);                                                         \
		va_end(ap);                                                                        \
	} while (0)

/* A state may not hide an observed failure. */
static void set_state(struct verdict *r, enum state state)
{
	if (!r->findings || r->finding[0].rank == RANK_ADVICE)
		r->state = state;
}

void verdict_ok(struct verdict *r, const char *fmt, ...)
{
	set_state(r, STATE_OK);
	SAY(r->say, fmt);
}

void verdict_off(struct verdict *r, const char *fmt, ...)
{
	set_state(r, STATE_OFF);
	SAY(r->say, fmt);
}

void verdict_unknown(struct verdict *r, const char *fmt, ...)
{
	set_state(r, STATE_UNKNOWN);
	SAY(r->say, fmt);
}

void verdict_waiting(struct verdict *r, int64_t until, const char *fmt, ...)
{
	set_state(r, STATE_WARN);
	r->until = until;
	SAY(r->say, fmt);
}

void verdict_cause(struct verdict *r, enum rank rank, const char *cause, const char *fmt, ...)
{
	if (r->findings == FINDINGS)
		return;
	struct finding *f = &r->finding[r->findings++];
	*f = (struct finding){.cause = cause, .rank = rank, .urgency = NAN, .evidence = xstrdup("")};
	const struct cause *row = cause_find(cause);
	f->place = row ? row->place : "backup";
	SAY(f->say, fmt);
	if (r->findings == 1 || state_of_rank[rank] > r->state)
		r->state = state_of_rank[rank];
}

void verdict_evidence(struct verdict *r, const char *fmt, ...)
{
	char **to = r->findings ? &r->finding[r->findings - 1].evidence : &r->evidence;
	char *more, *both;
	va_list ap;
	va_start(ap, fmt);
	more = vsay(fmt, ap);
	va_end(ap);
	if (*to && **to) {
		if (asprintf(&both, "%s\n%s", *to, more) < 0)
			both = xstrdup(more);
		free(more);
		more = both;
	}
	free(*to);
	*to = more;
}

void finding_evidence(struct finding *f, const char *text)
{
	char *copy = xstrdup(text);
	free(f->evidence);
	f->evidence = copy;
}

void verdict_urgency(struct verdict *r, double seconds)
{
	if (r->findings)
		r->finding[r->findings - 1].urgency = seconds;
}

void verdict_host(struct verdict *r, const char *place)
{
	if (r->findings)
		r->finding[r->findings - 1].place = place;
}

static const char *place_title(const char *at)
{
	static const char *const rows[][2] = {
		{"backup", "the Barman host"}, {"db", "the PostgreSQL host"},
		{"pipeline", "the PostgreSQL host by Barman's ssh"}, {"pg", "PostgreSQL"}, {"wal", "PostgreSQL"},
		{"repl", "the replication connection"}, {"dbsql", "PostgreSQL as postgres"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i][0], at))
			return rows[i][1];
	return at;
}

void verdict_unseen(struct verdict *r, const struct view *v, const struct question *q)
{
	const struct reply *reply = view_reply(v, q);
	const char *why = view_why(v, q);
	switch (view_asked(v, q)) {
	case ASKED_NEVER:
		verdict_unknown(r, "asking %s", place_title(q->at));
		r->pending = true;
		break;
	case ASKED_OFF:
		verdict_unknown(r, "cannot be asked: %s", *why ? why : "what it needs is not known");
		break;
	case ASKED_NO_PLACE:
		verdict_unknown(r, "not visible from here: %s", *why ? why : place_title(q->at));
		break;
	case ASKED_FAILED:
		verdict_unknown(r, "no answer from %s (%s%s%s)", place_title(q->at), outcome_names[reply->outcome],
				*reply->stage ? " at " : "", reply->stage);
		verdict_evidence(r, "%s", reply->words);
		break;
	case ASKED_DONE:
		verdict_unknown(r, "%s answered, but not in a form that is understood", place_title(q->at));
		break;
	}
}

void probe_judge(const struct probe *p, const struct view *v, struct verdict *ret)
{
	*ret = (struct verdict){.state = STATE_UNKNOWN};
	const char *off = p->off ? p->off(v) : NULL;
	if (off)
		verdict_off(ret, "%s", off);
	else
		p->judge(v, ret);
	if (!ret->say)
		ret->say = xstrdup(ret->findings ? ret->finding[0].say : "nothing was judged");
	if (!ret->evidence)
		ret->evidence = xstrdup("");
}

void verdict_clear(struct verdict *r)
{
	for (int i = 0; i < r->findings; i++) {
		free(r->finding[i].say);
		free(r->finding[i].evidence);
	}
	free(r->say);
	free(r->evidence);
	*r = (struct verdict){0};
}
