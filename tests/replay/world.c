#include "tests/replay/world.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/engine/inside.h"

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

static int number(const json_t *o, const char *key)
{
	return (int)json_integer_value(json_object_get(o, key));
}

static enum outcome outcome_of(const char *name)
{
	for (int i = REPLY_DONE; i <= REPLY_LOST; i++)
		if (!strcmp(outcome_names[i], name))
			return (enum outcome)i;
	return REPLY_DONE;
}

static void take_cells(const json_t *line, struct reply *r)
{
	const json_t *rows = json_object_get(line, "rows");
	size_t n = json_array_size(rows), cols = n ? json_array_size(json_array_get(rows, 0)) : (size_t)number(line, "cols");
	const char **cell = xcalloc(n * cols + 1, sizeof *cell);
	for (size_t i = 0; i < n * cols; i++)
		cell[i] = json_string_value(json_array_get(json_array_get(rows, i / cols), i % cols));
	r->rows = (int)n;
	r->cols = (int)cols;
	r->cell = cell;
}

static void take_reply(const json_t *line, struct said *s)
{
	free((void *)s->reply.cell);
	s->is_reply = true;
	s->reply = (struct reply){.outcome = outcome_of(text(line, "outcome")), .status = number(line, "status"), .out = text(line, "out"),
				  .out_len = strlen(text(line, "out")), .words = text(line, "words"), .stage = text(line, "stage"),
				  .sys_errno = number(line, "errno"), .sqlstate = text(line, "sqlstate"), .at = s->t,
				  .took_ms = number(line, "took"), .via = text(line, "via")};
	take_cells(line, &s->reply);
}

/* What was said last of the question moves to the end: replies are given in the order they came. */
static struct said *said_of(struct world *w, const char *question)
{
	struct said s = {0};
	size_t i = 0;
	while (i < w->n && strcmp(w->said[i].question, question))
		i++;
	if (i < w->n) {
		s = w->said[i];
		memmove(w->said + i, w->said + i + 1, (w->n - i - 1) * sizeof s);
	} else {
		s.question = xstrdup(question);
		w->said = xrealloc(w->said, ++w->n * sizeof s);
	}
	w->said[w->n - 1] = s;
	return &w->said[w->n - 1];
}

static void take_line(struct world *w, const json_t *line)
{
	if (json_object_get(line, "server"))
		w->spec = (struct server_spec){.name = text(line, "server"), .engine = text(line, "engine"), .backup = text(line, "backup"),
					       .db = text(line, "db")};
	if (!json_object_get(line, "q"))
		return;
	struct said *s = said_of(w, text(line, "q"));
	s->t = (int64_t)json_integer_value(json_object_get(line, "t"));
	free(s->asked);
	free(s->why);
	s->asked = s->why = NULL;
	if (json_object_get(line, "asked")) {
		s->asked = xstrdup(text(line, "asked"));
		s->why = xstrdup(text(line, "why"));
	} else if (!json_is_true(json_object_get(line, "same"))) {
		take_reply(line, s);
	}
}

static void load(struct world *w, const char *path)
{
	char *line = NULL;
	size_t size = 0;
	FILE *f = fopen(path, "r");
	*w = (struct world){.file = xstrdup(path), .json = json_array()};
	while (f && getline(&line, &size, f) > 0) {
		json_t *o = json_loads(line, 0, NULL);
		json_array_append_new(w->json, o);
		take_line(w, o);
	}
	free(line);
	if (f)
		fclose(f);
}

static int is_recording(const struct dirent *d)
{
	size_t n = strlen(d->d_name);
	return n > 6 && !strcmp(d->d_name + n - 6, ".jsonl");
}

struct world *worlds_load(const char *directory, size_t *ret_n)
{
	char dir[400], path[800];
	struct dirent **name = NULL;
	snprintf(dir, sizeof dir, "%s/%s", getenv("srcdir") ? getenv("srcdir") : ".", directory);
	int n = scandir(dir, &name, is_recording, alphasort);
	struct world *w = xcalloc((size_t)(n > 0 ? n : 0) + 1, sizeof *w);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, name[i]->d_name);
		load(&w[i], path);
		free(name[i]);
	}
	free(name);
	*ret_n = (size_t)(n > 0 ? n : 0);
	return w;
}

void worlds_free(struct world *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < w[i].n; k++) {
			free(w[i].said[k].question);
			free((void *)w[i].said[k].reply.cell);
			free(w[i].said[k].asked);
			free(w[i].said[k].why);
		}
		json_decref(w[i].json);
		free(w[i].said);
		free(w[i].file);
	}
	free(w);
}

static const struct question *question_of(const struct watched *w, const char *id)
{
	for (int i = 0; i < w->questions; i++)
		if (!strcmp(w->question[i]->id, id))
			return w->question[i];
	return NULL;
}

static void say(struct watched *to, const struct said *s, const struct reply *r)
{
	const struct question *q = question_of(to, s->question);
	if (!q)
		return; /* of another version of walmedic */
	view_set_now(to->view, s->t);
	if (r)
		view_answer(to->view, q, r);
	else if (!strcmp(s->asked, "off"))
		view_set_asked(to->view, q, ASKED_OFF, s->why);
	else if (!strcmp(s->asked, "no-place"))
		view_set_asked(to->view, q, ASKED_NO_PLACE, s->why);
}

struct engine *world_judge(struct loop *l, const struct world *w, size_t at, const struct reply *other)
{
	struct engine *e = engine_new(l, NULL);
	clock_freeze_wall(w->said[0].t);
	struct watched *watched = engine_watch(e, &w->spec);
	for (size_t i = 0; i < w->n; i++)
		say(watched, &w->said[i], i == at ? other : w->said[i].asked ? NULL : &w->said[i].reply);
	clock_freeze_wall(w->said[w->n - 1].t);
	e->sweep_done = true;
	engine_judge(e);
	return e;
}

static void add_fact(void *arg, const char *name, const char *value)
{
	str_addf(arg, "%s=%s\n", name, value);
}

void world_facts(const struct engine *e, struct str *out)
{
	static const char *const scopes[] = {"", "backup.", "db.", "console.", "pg."};
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		know_each(e->watched[0]->view, scopes[i], add_fact, out);
}
