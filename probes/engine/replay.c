/* A recording instead of the world: the same pure functions make facts, verdicts and screens of it. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/engine/inside.h"

enum { TICK_MS = 250, BEAT_MS = 20, SLICE_MS = 3, HURRY = 10, SWEEP_MS = 10000, LEAD_MS = 11 * 60 * 1000 };

struct event {
	int64_t t;
	struct watched *server;
	const struct question *question;
	json_t *line;           /* for "same": the line it refers to */
	int64_t took;
	bool is_reply;
	enum asked asked;
	size_t order;           /* in which it was read */
};

struct replay {
	struct engine *engine;
	struct event *event;
	size_t events, next;
	double speed;
	int64_t first_t, started_mono;
	json_t **lines;
	size_t n_lines;
	struct loop_timer *timer;
	const char *bytes;      /* the caller's */
	size_t size;
	bool owns_clock;
	size_t file;            /* index of the first event of the recording that is being read */
};

static const char hint[] = "make one with `walmedic record SERVER FILE`";

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

static int64_t number(const json_t *o, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(o, key));
}

static struct watched *find_server(const struct engine *e, const char *name)
{
	for (int i = 0; i < e->model.servers; i++)
		if (!strcmp(e->watched[i]->spec.name, name))
			return e->watched[i];
	return NULL;
}

static const struct question *find_question(const struct watched *w, const char *id)
{
	for (int i = 0; i < w->questions; i++)
		if (!strcmp(w->question[i]->id, id))
			return w->question[i];
	return NULL;
}

static json_t *earlier(const struct replay *r, const struct event *e)
{
	for (size_t i = r->events; i-- > 0;)
		if (r->event[i].is_reply && r->event[i].server == e->server && r->event[i].question == e->question)
			return r->event[i].line;
	return NULL;
}

static bool asked_of(const char *name, enum asked *ret)
{
	static const struct {
		const char *name;
		enum asked asked;
	} rows[] = {{"never", ASKED_NEVER}, {"off", ASKED_OFF}, {"no-place", ASKED_NO_PLACE}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].name, name)) {
			*ret = rows[i].asked;
			return true;
		}
	return false;
}

static int add_event(struct replay *r, json_t *line, int number_of_line, struct problem *p)
{
	struct event e = {.t = number(line, "t"), .line = line, .took = number(line, "took")};
	e.server = find_server(r->engine, text(line, "s"));
	if (!e.server)
		return problem_set(p, hint, "recording, line %d: server \"%.60s\" was not introduced", number_of_line, text(line, "s"));
	e.question = find_question(e.server, text(line, "q"));
	if (!e.question)
		return 0; /* of another version of walmedic: its probes are unknown, not wrong */
	e.is_reply = !json_object_get(line, "asked");
	if (!e.is_reply && !asked_of(text(line, "asked"), &e.asked))
		return problem_set(p, hint, "recording, line %d: unknown state \"%.20s\"", number_of_line, text(line, "asked"));
	if (json_is_true(json_object_get(line, "same")) && !(e.line = earlier(r, &e)))
		return problem_set(p, hint, "recording, line %d: refers to a reply that was never recorded", number_of_line);
	if (r->events > r->file && e.t < r->event[r->events - 1].t)
		e.t = r->event[r->events - 1].t;
	r->event = xrealloc(r->event, (r->events + 1) * sizeof *r->event);
	r->event[r->events++] = e;
	return 0;
}

static int take_line(struct replay *r, json_t *line, int n, struct problem *p)
{
	if (json_object_get(line, "server")) {
		struct server_spec spec = {.name = text(line, "server"), .engine = text(line, "engine"),
					   .backup = text(line, "backup"), .db = text(line, "db")};
		return find_server(r->engine, spec.name) ? 0 : engine_add(r->engine, &spec, p);
	}
	if (json_object_get(line, "s"))
		return add_event(r, line, n, p);
	return 0;
}

static int load(struct replay *r, const char *bytes, size_t size, struct problem *p)
{
	int n = 0;
	for (const char *at = bytes, *end = bytes + size; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = stop ? (size_t)(stop - at) : (size_t)(end - at);
		json_error_t error;
		json_t *line = json_loadb(at, len, 0, &error);
		n++;
		if (!stop && !line && n > 1)
			break; /* torn last line of a recording that was cut off */
		if (!json_is_object(line)) {
			json_decref(line);
			return problem_set(p, hint, "recording, line %d: not a JSON object", n);
		}
		r->lines = xrealloc(r->lines, (r->n_lines + 1) * sizeof(json_t *));
		r->lines[r->n_lines++] = line;
		if (n == 1 && number(line, "walmedic") != 1)
			return problem_set(p, hint, "this is not a walmedic recording of version 1");
		if (json_object_get(line, "walmedic"))
			r->file = r->events;
		if (take_line(r, line, n, p))
			return -1;
		at += len + 1;
	}
	if (!r->engine->model.servers)
		return problem_set(p, hint, "the recording is empty");
	return 0;
}

/* ---- giving the replies ---- */

static const char **cells_of(const json_t *line, int *ret_rows, int *ret_cols)
{
	const json_t *rows = json_object_get(line, "rows");
	size_t n = json_array_size(rows), cols = n ? json_array_size(json_array_get(rows, 0)) : (size_t)number(line, "cols");
	const char **cell = xcalloc(n * cols + 1, sizeof *cell);
	for (size_t r = 0; r < n; r++)
		for (size_t c = 0; c < cols; c++)
			cell[r * cols + c] = json_string_value(json_array_get(json_array_get(rows, r), c));
	*ret_rows = (int)n;
	*ret_cols = (int)(cols < 10000 ? cols : 0);
	return cell;
}

static enum outcome outcome_of(const char *name)
{
	for (int i = REPLY_DONE; i <= REPLY_LOST; i++)
		if (!strcmp(outcome_names[i], name))
			return (enum outcome)i;
	return REPLY_LOST;
}

static void give_reply(const struct event *e)
{
	struct reply reply = {
		.outcome = outcome_of(text(e->line, "outcome")),
		.status = (int)number(e->line, "status"),
		.out = text(e->line, "out"),
		.words = text(e->line, "words"),
		.stage = text(e->line, "stage"),
		.sys_errno = (int)number(e->line, "errno"),
		.sqlstate = text(e->line, "sqlstate"),
		.at = e->t,
		.took_ms = e->took,
		.via = text(e->line, "via"),
	};
	reply.out_len = strlen(reply.out);
	const char **cell = cells_of(e->line, &reply.rows, &reply.cols);
	reply.cell = cell;
	view_answer(e->server->view, e->question, &reply);
	free(cell);
}

static void give_event(struct replay *r, const struct event *e)
{
	clock_freeze_wall(e->t);
	view_set_now(e->server->view, e->t);
	if (e->is_reply)
		give_reply(e);
	else
		view_set_asked(e->server->view, e->question, e->asked, text(e->line, "why"));
	(void)r;
}

/* Everything up to the moment t; judged after every moment so that "since when" comes out right. */
static void play_until(struct replay *r, int64_t t)
{
	/* as it happened, keys come before hundreds of replies of one moment: the rest of them at the next beat */
	int64_t until = r->timer && r->speed < HURRY ? clock_mono_ms() + SLICE_MS : INT64_MAX;
	while (r->next < r->events && r->event[r->next].t <= t && clock_mono_ms() < until) {
		give_event(r, &r->event[r->next]);
		r->next++;
		if (r->next == r->events || r->event[r->next].t - r->event[r->next - 1].t >= TICK_MS)
			engine_judge(r->engine);
	}
	/* no first sweep takes longer than its longest deadline */
	if (r->next == r->events || r->event[r->next].t > r->first_t + SWEEP_MS)
		r->engine->sweep_done = true;
}

static bool was_recorded(const struct replay *r, const struct watched *w, const struct question *q)
{
	for (size_t i = 0; i < r->events; i++)
		if (r->event[i].server == w && r->event[i].question == q)
			return true;
	return false;
}

/* A recording of an older walmedic: no answer will ever come, so nobody may wait for it. */
static void miss_what_is_not_there(const struct replay *r, const struct watched *w)
{
	for (int i = 0; i < w->questions; i++)
		if (!was_recorded(r, w, w->question[i]))
			view_set_asked(w->view, w->question[i], ASKED_NO_PLACE, "the recording has no answer to it");
}

static void on_tick(void *arg)
{
	struct replay *r = arg;
	int64_t now = r->first_t + (int64_t)((double)(clock_mono_ms() - r->started_mono) * r->speed);
	if (r->engine->frozen)
		return;
	play_until(r, now);
	if (r->next < r->events)
		clock_freeze_wall(now);
	engine_judge(r->engine);
}

static struct engine *load_engine(struct loop *l, const char *bytes, size_t n, struct problem *p)
{
	struct engine *e = engine_new(l, NULL);
	struct replay *r = e->replay = xcalloc(1, sizeof *r);
	r->engine = e;
	r->bytes = bytes;
	r->size = n;
	e->model.replaying = true;
	if (load(r, bytes, n, p)) {
		engine_free(e);
		return NULL;
	}
	return e;
}

struct engine *engine_replay(struct loop *l, const char *bytes, size_t n, double speed, struct problem *p)
{
	struct engine *e = load_engine(l, bytes, n, p);
	if (!e)
		return NULL;
	struct replay *r = e->replay;
	r->owns_clock = true;
	r->speed = speed;
	r->first_t = r->events ? r->event[0].t : number(r->lines[0], "t");
	r->started_mono = clock_mono_ms();
	clock_freeze_wall(r->first_t ? r->first_t : 1);
	for (int i = 0; i < e->model.servers; i++)
		miss_what_is_not_there(r, e->watched[i]);
	engine_keep(e);
	play_until(r, speed > 0 ? r->first_t : INT64_MAX);
	if (speed > 0)
		r->timer = loop_timer_start(l, BEAT_MS, BEAT_MS, on_tick, r);
	engine_judge(e);
	return e;
}

/* ---- any moment of it ---- */

/* Chapters of several servers, one after the other, in one order of time; within a moment as they were written. */
static int by_time(const void *pa, const void *pb)
{
	const struct event *a = pa, *b = pb;
	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

struct engine *engine_tape(const char *bytes, size_t n, struct problem *p)
{
	struct engine *e = load_engine(NULL, bytes, n, p);
	if (!e)
		return NULL;
	struct replay *r = e->replay;
	for (size_t i = 0; i < r->events; i++)
		r->event[i].order = i;
	if (r->events)
		qsort(r->event, r->events, sizeof *r->event, by_time);
	r->first_t = r->events ? r->event[0].t : 0;
	return e;
}

void engine_tape_span(const struct engine *e, int64_t *ret_first, int64_t *ret_last)
{
	const struct replay *r = e->replay;
	*ret_first = r->first_t;
	*ret_last = r->events ? r->event[r->events - 1].t : 0;
}

bool engine_recording(const struct engine *e, const char **ret, size_t *ret_n)
{
	if (!e->replay)
		return false;
	*ret = e->replay->bytes;
	*ret_n = e->replay->size;
	return true;
}

/* What stands at the beginning of a part: the last reply to each question before it, and how the question stands when it
 * was not asked since. Marks in `stands` which events those are. */
static void find_standing(const struct replay *r, size_t end, bool *stands)
{
	struct mark {
		const struct watched *server;
		const struct question *question;
		bool replied;
	} *mark = NULL;
	size_t marks = 0;
	for (size_t i = end; i-- > 0;) {
		const struct event *e = &r->event[i];
		size_t k = 0;
		while (k < marks && (mark[k].server != e->server || mark[k].question != e->question))
			k++;
		if (k == marks) {
			mark = xrealloc(mark, (marks + 1) * sizeof *mark);
			mark[marks++] = (struct mark){e->server, e->question, e->is_reply};
			stands[i] = true;
		} else if (!mark[k].replied && e->is_reply) {
			mark[k].replied = stands[i] = true;
		}
	}
	free(mark);
}

static void rewind_to(struct replay *r, int64_t t)
{
	size_t end = 0;
	while (end < r->events && r->event[end].t <= t)
		end++;
	bool *stands = xcalloc(end + 1, sizeof *stands);
	engine_forget(r->engine);
	for (int i = 0; i < r->engine->model.servers; i++)
		miss_what_is_not_there(r, r->engine->watched[i]);
	find_standing(r, end, stands);
	for (size_t i = 0; i < end; i++)
		if (stands[i])
			give_event(r, &r->event[i]);
	free(stands);
	r->next = end;
}

void engine_seek(struct engine *e, int64_t t)
{
	struct replay *r = e->replay;
	int64_t clock = clock_frozen_wall();
	if (!e->model.now || t < e->model.now || t > e->model.now + LEAD_MS)
		rewind_to(r, t - LEAD_MS);
	for (; r->next < r->events && r->event[r->next].t <= t; r->next++)
		give_event(r, &r->event[r->next]);
	e->sweep_done = t >= r->first_t + SWEEP_MS;
	for (int i = 0; i < e->model.servers; i++)
		e->watched[i]->judged_at = 0;
	clock_freeze_wall(t);
	engine_judge(e);
	clock_freeze_wall(clock);
}

void replay_free(struct replay *r)
{
	if (!r)
		return;
	if (r->timer)
		loop_timer_stop(r->timer);
	for (size_t i = 0; i < r->n_lines; i++)
		json_decref(r->lines[i]);
	free(r->lines);
	free(r->event);
	if (r->owns_clock)
		clock_freeze_wall(0);
	free(r);
}
