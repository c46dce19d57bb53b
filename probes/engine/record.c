/* Recorded replies are the system: one JSON object a line, an unchanged reply as a back reference.
 * Secrets were masked at the link. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/engine/inside.h"

struct last {
	const struct watched *server;
	const struct question *question;
	uint64_t hash;
};

struct recorder {
	FILE *file;
	struct last *last;
	size_t lasts;
};

static const char *const asked_names[] = {"never", "off", "no-place", "failed", "done"};

/* From malloc, with its newline. */
static char *line_of(json_t *o)
{
	struct str s = {0};
	char *text = json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII);
	str_add(&s, text ? text : "{}");
	str_addc(&s, '\n');
	free(text);
	json_decref(o);
	return s.s;
}

char *record_head(int64_t t)
{
	return line_of(json_pack("{s:i, s:I}", "walmedic", 1, "t", (json_int_t)t));
}

char *record_server(const struct server_spec *s)
{
	return line_of(json_pack("{s:s, s:s, s:s, s:s}", "server", s->name, "engine", s->engine, "backup", s->backup, "db", s->db));
}

static void write_line(struct recorder *r, char *line)
{
	fputs(line, r->file);
	fflush(r->file);
	free(line);
}

struct recorder *recorder_open(const char *file, const struct engine *e, struct problem *p)
{
	(void)e;
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		problem_set(p, "give a path in a directory that you may write", "cannot record to \"%s\": %s", file, strerror(errno));
		return NULL;
	}
	struct recorder *r = xcalloc(1, sizeof *r);
	r->file = fdopen(fd, "w");
	write_line(r, record_head(clock_wall_ms()));
	return r;
}

void recorder_servers(struct recorder *r, const struct engine *e)
{
	for (int i = 0; r && i < e->model.servers; i++)
		write_line(r, record_server(&e->watched[i]->spec));
}

static json_t *cells_of(const struct reply *reply)
{
	json_t *rows = json_array();
	for (int row = 0; row < reply->rows; row++) {
		json_t *cells = json_array();
		for (int col = 0; col < reply->cols; col++) {
			const char *cell = reply_cell(reply, row, col);
			json_array_append_new(cells, cell ? json_string(cell) : json_null());
		}
		json_array_append_new(rows, cells);
	}
	return rows;
}

static json_t *text_of(const char *s)
{
	json_t *text = json_string(s ? s : "");
	return text ? text : json_string("<not UTF-8>");
}

static json_t *payload_of(const struct inquiry *i, const struct reply *reply)
{
	json_t *o = json_object();
	json_object_set_new(o, "at", json_string(i->question->at));
	json_object_set_new(o, "user", i->user ? json_string(i->user) : json_null());
	json_object_set_new(o, "outcome", json_string(outcome_names[reply->outcome]));
	json_object_set_new(o, "status", json_integer(reply->status));
	json_object_set_new(o, "out", text_of(reply->out));
	json_object_set_new(o, "words", text_of(reply->words));
	json_object_set_new(o, "stage", text_of(reply->stage));
	json_object_set_new(o, "errno", json_integer(reply->sys_errno));
	json_object_set_new(o, "sqlstate", text_of(reply->sqlstate));
	json_object_set_new(o, "cols", json_integer(reply->cols));
	json_object_set_new(o, "rows", cells_of(reply));
	json_object_set_new(o, "via", text_of(reply->via));
	return o;
}

static uint64_t hash_of(const json_t *payload)
{
	char *s = json_dumps(payload, JSON_COMPACT);
	uint64_t h = 1469598103934665603ULL;
	for (const char *p = s; p && *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211ULL;
	free(s);
	return h;
}

char *record_reply(const struct watched *w, const struct inquiry *i, const struct reply *reply, uint64_t *hash, bool *ret_full)
{
	json_t *payload = payload_of(i, reply);
	uint64_t now = hash_of(payload);
	json_t *line = json_pack("{s:I, s:s, s:s, s:I}", "t", (json_int_t)view_now(w->view), "s", w->spec.name, "q", i->question->id,
				 "took", (json_int_t)reply->took_ms);
	*ret_full = now != *hash;
	*hash = now;
	if (*ret_full)
		json_object_update(line, payload);
	else
		json_object_set_new(line, "same", json_true());
	json_decref(payload);
	return line_of(line);
}

char *record_asked(const struct watched *w, const struct question *q, enum asked asked, const char *why)
{
	return line_of(json_pack("{s:I, s:s, s:s, s:s, s:s}", "t", (json_int_t)clock_wall_ms(), "s", w->spec.name, "q", q->id,
				 "asked", asked_names[asked], "why", why));
}

static uint64_t *last_hash(struct recorder *r, const struct watched *w, const struct question *q)
{
	for (size_t i = 0; i < r->lasts; i++)
		if (r->last[i].server == w && r->last[i].question == q)
			return &r->last[i].hash;
	r->last = xrealloc(r->last, (r->lasts + 1) * sizeof *r->last);
	r->last[r->lasts++] = (struct last){w, q, 0};
	return &r->last[r->lasts - 1].hash;
}

void recorder_reply(struct recorder *r, const struct watched *w, const struct inquiry *i, const struct reply *reply)
{
	bool full;
	if (r)
		write_line(r, record_reply(w, i, reply, last_hash(r, w, i->question), &full));
}

void recorder_asked(struct recorder *r, const struct watched *w, const struct question *q, enum asked asked, const char *why)
{
	if (r)
		write_line(r, record_asked(w, q, asked, why));
}

void recorder_close(struct recorder *r)
{
	if (!r)
		return;
	fclose(r->file);
	free(r->last);
	free(r);
}
