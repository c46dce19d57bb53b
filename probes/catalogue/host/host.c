/* Is the host there at all, and have we a way in? */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "probes/catalogue/barman/passive.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/host/host.h"
#include "probes/catalogue/postgres/postgres.h"


#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char TEXT[] =
	"printf 'clock=%s\\n' \"$(date +%s%3N)\"\n"
	"read -r h 2>/dev/null </proc/sys/kernel/hostname || h=$(uname -n)\n"
	"printf 'hostname=%s\\nwho=%s\\n' \"$h\" \"$USER\"\n"
	"[ -d /run/systemd/system ] && echo init=systemd || echo init=other\n"
	"read -r l h </proc/loadavg && printf 'load=%s\ncpus=%s\n' \"$l\" \"$(grep -c ^processor /proc/cpuinfo)\"\n"
	/* state D counts as load, and wants no processor: behind a mount that hangs they pile up */
	"case ${l%.*} in [0-3]) ;; *) printf 'stuck=%s\n' \"$(grep -ls '^State:.D' /proc/[0-9]*/status | wc -l)\";; esac\n"
	"command -v rsync >/dev/null && echo rsync=yes || echo rsync=no\n"
	"while read -r l; do case $l in PRETTY_NAME=*) l=${l#*=}; l=${l#\\\"}; printf 'os=%s\\n' \"${l%%\\\"*}\"; esac; done 2>/dev/null </etc/os-release\n"
	"echo end=1\n";

static void read_host(const struct reply *r, struct view *v, const char *place)
{
	static const char *const keys[] = {"hostname", "who", "init", "os", "rsync"};
	char name[64], value[256];
	if (r->outcome != REPLY_DONE || !text_value(r->out, "end", value, sizeof value))
		return;
	for (size_t i = 0; i < COUNT(keys); i++) {
		snprintf(name, sizeof name, "%s.%s", place, keys[i]);
		if (text_value(r->out, keys[i], value, sizeof value) && *value)
			learn(v, name, value);
	}
	double load = text_value(r->out, "load", value, sizeof value) ? flow_number(value) : (double)NAN;
	double cpus = text_value(r->out, "cpus", value, sizeof value) ? flow_number(value) : (double)NAN;
	snprintf(name, sizeof name, "%s.load", place);
	double stuck = text_value(r->out, "stuck", value, sizeof value) ? flow_number(value) : 0;
	learn_num(v, name, cpus >= 1 ? fmax(load - stuck, 0) / cpus : (double)NAN);
	char *end = value;
	double clock = text_value(r->out, "clock", value, sizeof value) ? strtod(value, &end) : NAN;
	bool known = end != value && !*end && isfinite(clock);
	/* It was read at some moment of the took_ms before the reply was complete. */
	double half = (double)r->took_ms / 2;
	snprintf(name, sizeof name, "%s.clock_offset_ms", place);
	learn_num(v, name, known ? clock - ((double)r->at - half) : NAN);
	snprintf(name, sizeof name, "%s.clock_slack_ms", place);
	learn_num(v, name, known ? half : NAN);
}

static void read_backup(const struct reply *r, struct view *v)
{
	read_host(r, v, "backup");
}

static void read_db(const struct reply *r, struct view *v)
{
	read_host(r, v, "db");
}

const struct question q_host_backup = {.id = "host.backup", .how = HOW_SH, .at = "backup", .text = TEXT, .read = read_backup};
const struct question q_host_db = {.id = "host.db", .how = HOW_SH, .at = "db", .text = TEXT, .flags = Q_ALONE, .read = read_db};

/* ---- signs of life ---- */

enum life { LIFE_UNKNOWN, LIFE_PENDING, LIFE_ANSWERS, LIFE_SILENT, LIFE_NO_NAME, LIVES };

static enum life life_of_errno(int e)
{
	if (e == ECONNREFUSED || e == ECONNRESET)
		return LIFE_ANSWERS;
	return e == ETIMEDOUT || e == EHOSTUNREACH || e == ENETUNREACH || e == EHOSTDOWN ? LIFE_SILENT : LIFE_UNKNOWN;
}

/* Words of libpq's and OpenSSH's clients, where a program in between left no errno. */
static enum life life_of_words(const char *words)
{
	static const struct {
		const char *words;
		enum life life;
	} rows[] = {
		{"Connection refused", LIFE_ANSWERS},
		{"could not translate host name", LIFE_NO_NAME},
		{"Could not resolve hostname", LIFE_NO_NAME},
		{"during banner exchange", LIFE_ANSWERS},
		{"timeout expired", LIFE_SILENT},
		{"Connection timed out", LIFE_SILENT},
		{"No route to host", LIFE_SILENT},
		{"Network is unreachable", LIFE_SILENT},
		{"FATAL:", LIFE_ANSWERS},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strstr(words, rows[i].words))
			return rows[i].life;
	return LIFE_UNKNOWN;
}

static enum life life_of_stage(const struct reply *r)
{
	static const char *const later[] = {"banner", "kex", "hostkey", "auth", "session", "tls", "startup", "password", "query"};
	if (!strcmp(r->stage, "resolve"))
		return LIFE_NO_NAME;
	for (size_t i = 0; i < COUNT(later); i++)
		if (!strcmp(r->stage, later[i]))
			return LIFE_ANSWERS;
	return !strcmp(r->stage, "connect") && r->outcome == REPLY_TIMEOUT ? LIFE_SILENT : LIFE_UNKNOWN;
}

static enum life life_of(const struct view *v, const struct question *q)
{
	const struct reply *r = view_reply(v, q);
	switch (view_asked(v, q)) {
	case ASKED_NEVER:
		return LIFE_PENDING;
	case ASKED_DONE:
		return LIFE_ANSWERS;
	case ASKED_FAILED:
		break;
	default:
		return LIFE_UNKNOWN;
	}
	enum life life = r->sys_errno ? life_of_errno(r->sys_errno) : LIFE_UNKNOWN;
	if (!life && *r->sqlstate && strncmp(r->sqlstate, "08", 2))
		life = LIFE_ANSWERS;
	if (!life)
		life = life_of_words(r->words);
	return life ? life : life_of_stage(r);
}

/* What a login of the pipeline says about the host at its other end. */
static enum life life_of_login(const struct view *v, const char *fact)
{
	const char *fault = know(v, fact);
	if (!fault || !strcmp(fault, "client_missing") || !strcmp(fault, "failing"))
		return LIFE_UNKNOWN;
	if (!strcmp(fault, "timeout") || !strcmp(fault, "unreachable"))
		return LIFE_SILENT;
	return strcmp(fault, "dns") ? LIFE_ANSWERS : LIFE_NO_NAME;
}

struct signs {
	int count[LIVES];
	const struct question *pending, *said[6];
	int n_said;
	bool unclear, ssh_silent;  /* an ssh that failed says nothing about the host; another one was silent */
};

static void note(struct signs *s, const struct view *v, const struct question *q, enum life life)
{
	s->count[life]++;
	if (q == &q_ssh_to_db || q == &q_ssh_to_backup || q == &q_host_db || q == &q_host_backup) {
		s->unclear |= life == LIFE_UNKNOWN && (view_asked(v, q) == ASKED_FAILED || (q == &q_ssh_to_db && know(v, "ssh.to_db.fault")));
		s->ssh_silent |= life == LIFE_SILENT;
	}
	if (life == LIFE_PENDING)
		s->pending = q;
	else if (view_asked(v, q) == ASKED_FAILED && s->n_said < (int)COUNT(s->said))
		s->said[s->n_said++] = q;
}

/* ---- judging ---- */

static const char *host_name(const struct view *v, const char *place, const char *configured, const char *other)
{
	const char *name = know(v, configured);
	char fact[64];
	snprintf(fact, sizeof fact, "%s.hostname", place);
	return name && *name ? name : know(v, fact) ? know(v, fact) : other;
}

static void add_words(const struct view *v, const struct signs *s, struct verdict *ret)
{
	for (int i = 0; i < s->n_said; i++) {
		const struct reply *r = view_reply(v, s->said[i]);
		/* Without the debug lines of ssh -v. */
		const char *plain = s->said[i] == &q_ssh_to_db ? know(v, "ssh.to_db.words") : NULL;
		if (*r->words)
			verdict_evidence(ret, "%s: %s", s->said[i]->id, plain ? plain : r->words);
		else
			verdict_evidence(ret, "%s: %s%s%s", s->said[i]->id, outcome_names[r->outcome], *r->stage ? " at " : "", r->stage);
	}
}

static bool judge_dead(const struct view *v, const struct signs *s, const char *host, const char *place, struct verdict *ret)
{
	/* PostgreSQL's port alone is one port: what ssh says has to be heard where there is one. */
	if (s->count[LIFE_ANSWERS] || s->pending || (s->unclear && !s->ssh_silent))
		return false;
	if (s->count[LIFE_SILENT])
		verdict_cause(ret, RANK_FAIL, "host.unreachable", "\"%s\" does not answer on any port that is used: it is down, or the network to it is", host);
	else if (s->count[LIFE_NO_NAME])
		verdict_cause(ret, RANK_FAIL, "host.dns", "the name \"%s\" does not resolve", host);
	else
		return false;
	verdict_host(ret, place);
	add_words(v, s, ret);
	return true;
}

/* sshd turns everybody away: that is told by the pipeline's own login, once. */
static bool fails_alike(const struct view *v, const struct reply *r, const char *place)
{
	static const char *const faults[] = {"refused", "timeout", "unreachable", "no_banner", "throttled"};
	bool before_login = !strcmp(r->stage, "connect") || !strcmp(r->stage, "banner");
	for (size_t i = 0; before_login && i < COUNT(faults); i++)
		if (know_is(v, !strcmp(place, "db") ? "ssh.to_db.fault" : "ssh.to_backup.fault", faults[i]))
			return true;
	return false;
}

/* Our own login, where the configuration gives us one. */
static void judge_own(const struct view *v, const struct question *q, const char *host, const char *place, struct verdict *ret)
{
	const struct reply *r = view_reply(v, q);
	char fact[64];
	snprintf(fact, sizeof fact, "server.%s_url", place);
	if (view_asked(v, q) != ASKED_FAILED) {
		verdict_unseen(ret, v, q);
		return;
	}
	if (fails_alike(v, r, place))
		verdict_ok(ret, "\"%s\" answers, but its sshd lets in neither the pipeline nor us: what only that host can show stays unseen", host);
	else
		verdict_cause(ret, RANK_WARN, "host.access", "walmedic's own login to \"%s\" fails (%s%s%s): what only that host can show stays unseen",
			      host, outcome_names[r->outcome], *r->stage ? " at " : "", r->stage);
	verdict_host(ret, place);
	verdict_evidence(ret, "%s: %s", know(v, fact) ? know(v, fact) : q->id, r->words);
}

static void say_up(const struct view *v, const char *host, const char *place, const char *how, struct verdict *ret)
{
	char os[64], who[64];
	snprintf(os, sizeof os, "%s.os", place);
	snprintf(who, sizeof who, "%s.who", place);
	verdict_ok(ret, "\"%s\" answers%s%s%s", host, know(v, who) ? ", seen as " : how, know(v, who) ? know(v, who) : "",
		   know(v, os) && know(v, who) ? " there" : "");
}

static void judge_backup(const struct view *v, struct verdict *ret)
{
	struct signs s = {0};
	const char *host = host_name(v, "backup", "backup.hostname", "the Barman host");
	note(&s, v, &q_host_backup, life_of(v, &q_host_backup));
	if (view_asked(v, &q_host_backup) == ASKED_DONE) {
		say_up(v, host, "backup", "", ret);
		return;
	}
	note(&s, v, &q_ssh_to_backup, life_of_login(v, "ssh.to_backup.fault"));
	if (!judge_dead(v, &s, host, "backup", ret))
		judge_own(v, &q_host_backup, host, "backup", ret);
}

/* What the Barman host sees says something only while that host itself is seen. */
static void note_pipeline(struct signs *s, const struct view *v)
{
	if (view_asked(v, &q_host_backup) != ASKED_DONE)
		return;
	bool wait = view_asked(v, &q_ssh_to_db) == ASKED_NEVER && know(v, "server.pipeline_command");
	note(s, v, &q_ssh_to_db, wait ? LIFE_PENDING : life_of_login(v, "ssh.to_db.fault"));
	note(s, v, &q_pg_settings, life_of(v, &q_pg_settings));
	note(s, v, &q_repl_identify, life_of(v, &q_repl_identify));
}

/* It answers us, by a way of our own; for the Barman host ssh and PostgreSQL are silent alike. */
static bool judge_cut_off(const struct view *v, const char *host, struct verdict *ret)
{
	struct signs s = {0};
	note_pipeline(&s, v);
	if (s.pending || s.count[LIFE_ANSWERS] || view_asked(v, &q_pg_settings) != ASKED_FAILED || life_of_login(v, "ssh.to_db.fault") != LIFE_SILENT)
		return false;
	verdict_cause(ret, RANK_FAIL, "host.cut_off", "\"%s\" answers us, but the Barman host gets no answer on any port: a firewall or a route between them, or a wrong address",
		      host);
	verdict_host(ret, "db");
	add_words(v, &s, ret);
	return true;
}

static void judge_db(const struct view *v, struct verdict *ret)
{
	struct signs s = {0};
	const char *host = host_name(v, "db", "server.ssh_host", "the PostgreSQL host"), *url = know(v, "server.db_url");
	bool own = url && *url;
	if (view_asked(v, &q_host_db) == ASKED_DONE) {
		if (!own || !judge_cut_off(v, host, ret))
			say_up(v, host, "db", "", ret);
		return;
	}
	if (own)
		note(&s, v, &q_host_db, life_of(v, &q_host_db));
	note_pipeline(&s, v);
	if (judge_dead(v, &s, host, "db", ret))
		return;
	if (s.pending && !s.count[LIFE_ANSWERS])
		verdict_unseen(ret, v, s.pending);
	else if (own)
		judge_own(v, &q_host_db, host, "db", ret);
	else if (s.count[LIFE_ANSWERS])
		verdict_ok(ret, "\"%s\" answers", host);
	else
		verdict_unseen(ret, v, &q_host_db);
}

static const char ABOUT[] =
	"Does the host answer on any port that the pipeline uses? Every port must be silent before a host is called dead; "
	"a refused connection is an answer. A failing login of walmedic's own is no fault of the pipeline.";

const struct probe probe_host_backup = {
	.id = "host.backup", .title = "the Barman host is there", .about = ABOUT, .stage = STAGE_HOST,
	.asks = {&q_host_backup},
	.causes = {"host.dns", "host.unreachable", "host.access"}, .judge = judge_backup};

const struct probe probe_host_db = {
	.id = "host.db", .title = "the PostgreSQL host is there", .about = ABOUT, .stage = STAGE_HOST,
	.asks = {&q_host_db, &q_ssh_to_db, &q_pg_settings, &q_repl_identify},
	.causes = {"host.dns", "host.unreachable", "host.cut_off", "host.access"}, .off = passive_off, .judge = judge_db};
