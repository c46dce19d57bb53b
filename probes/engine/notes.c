/* Changes and numbers of a server as lines of its recording, and back: so that a start need not go through hours of replies. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probes/engine/history.h"
#include "probes/engine/keep.h"

static char *line_of(json_t *o)
{
	struct str s = {0};
	char *text = json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII);
	str_addf(&s, "%s\n", text ? text : "{}");
	free(text);
	json_decref(o);
	return s.s;
}

static json_t *begin(const struct watched *w, int64_t t)
{
	return json_pack("{s:I, s:s}", "t", (json_int_t)t, "s", w->spec.name);
}

static const struct server *server_of(const struct watched *w)
{
	return &w->engine->model.server[w->index];
}

char *note_news(const struct watched *w, const struct news *n)
{
	json_t *o = begin(w, n->at);
	if (n->after)
		json_object_set_new(o, "after", json_integer(n->after));
	if (n->node >= 0) {
		json_object_set_new(o, "news", json_string(server_of(w)->node[n->node].probe->id));
		json_object_set_new(o, "from", json_string(state_names[n->from]));
		json_object_set_new(o, "to", json_string(state_names[n->to]));
	} else {
		json_object_set_new(o, "fact", json_string(watched_facts[n->fact].fact));
		json_object_set_new(o, "was", json_string(n->was ? n->was : ""));
		json_object_set_new(o, "is", json_string(n->is ? n->is : ""));
	}
	return line_of(o);
}

char *note_numbers(const struct watched *w, int64_t now, int64_t noted[METRICS])
{
	json_t *numbers = json_object();
	for (int m = 0; m < METRICS; m++) {
		const struct point *p;
		int n = history_points(w->history, (enum metric)m, &p);
		if (!n || p[n - 1].at <= noted[m])
			continue;
		noted[m] = p[n - 1].at;
		json_object_set_new(numbers, measures[m].id, isnan(p[n - 1].value) ? json_null() : json_real(p[n - 1].value));
	}
	if (!json_object_size(numbers)) {
		json_decref(numbers);
		return NULL;
	}
	json_t *o = begin(w, now);
	json_object_set_new(o, "numbers", numbers);
	return line_of(o);
}

char *note_standing(const struct watched *w, int64_t now)
{
	const struct server *s = server_of(w);
	json_t *o = begin(w, now), *states = json_object(), *facts = json_object();
	for (int i = 0; i < s->nodes; i++)
		if (history_state(w->history, i) >= 0)
			json_object_set_new(states, s->node[i].probe->id, json_string(state_names[history_state(w->history, i)]));
	for (int i = 0; watched_facts[i].fact; i++)
		if (history_fact(w->history, i))
			json_object_set_new(facts, watched_facts[i].fact, json_string(history_fact(w->history, i)));
	json_object_set_new(o, "states", states);
	json_object_set_new(o, "facts", facts);
	return line_of(o);
}

/* ---- and back ---- */

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

static int state_of(const char *name)
{
	for (int i = STATE_UNKNOWN; i <= STATE_BLOCKED; i++)
		if (!strcmp(state_names[i], name))
			return i;
	return -1;
}

static int fact_of(const char *name)
{
	for (int i = 0; watched_facts[i].fact; i++)
		if (!strcmp(watched_facts[i].fact, name))
			return i;
	return -1;
}

static void take_news(struct watched *w, const json_t *o, int64_t t)
{
	int node = server_node(server_of(w), text(o, "news")), from = state_of(text(o, "from")), to = state_of(text(o, "to"));
	if (node < 0 || from < 0 || to < 0)
		return;
	struct news n = {.at = t, .after = json_integer_value(json_object_get(o, "after")), .node = node, .fact = -1,
			 .from = (enum state)from, .to = (enum state)to};
	history_add_news(w->history, &n);
	history_was_state(w->history, node, n.to, t);
}

static void take_fact(struct watched *w, const json_t *o, int64_t t)
{
	struct news n = {.at = t, .after = json_integer_value(json_object_get(o, "after")), .node = -1, .fact = fact_of(text(o, "fact")),
			 .was = (char *)text(o, "was"), .is = (char *)text(o, "is")};
	if (n.fact < 0)
		return;
	history_add_news(w->history, &n);
	history_was_fact(w->history, n.fact, n.is, t);
}

static void take_numbers(struct watched *w, const json_t *numbers, int64_t t)
{
	for (int m = 0; m < METRICS; m++) {
		const json_t *value = json_object_get(numbers, measures[m].id);
		double number = json_is_number(value) ? json_number_value(value) : NAN;
		if (value && (json_is_null(value) || fabs(number) <= KNOW_NUM_MAX))
			history_add_point(w->history, (enum metric)m, t, number);
	}
}

static void take_standing(struct watched *w, const json_t *o, int64_t t)
{
	const char *key;
	json_t *value;
	json_object_foreach(json_object_get(o, "states"), key, value) {
		int state = json_is_string(value) ? state_of(json_string_value(value)) : -1;
		if (state >= 0)
			history_was_state(w->history, server_node(server_of(w), key), (enum state)state, t);
	}
	json_object_foreach(json_object_get(o, "facts"), key, value)
		if (json_is_string(value))
			history_was_fact(w->history, fact_of(key), json_string_value(value), t);
}

static void take(struct watched *w, const json_t *o, int64_t t)
{
	if (json_object_get(o, "news"))
		take_news(w, o, t);
	else if (json_object_get(o, "fact"))
		take_fact(w, o, t);
	else if (json_object_get(o, "numbers"))
		take_numbers(w, json_object_get(o, "numbers"), t);
	else
		take_standing(w, o, t);
}

/* The lines of replies, by far the most, are not parsed. */
static bool is_note(const char *line, size_t n)
{
	static const char *const keys[] = {"\"numbers\":", "\"news\":", "\"fact\":", "\"states\":"};
	const char *head = memmem(line, n < 200 ? n : 200, "\"q\":", 4);
	for (size_t i = 0; !head && i < sizeof keys / sizeof *keys; i++)
		if (memmem(line, n, keys[i], strlen(keys[i])))
			return true;
	return false;
}

int64_t notes_read(struct watched *w, const char *bytes, size_t n)
{
	int64_t last = 0;
	for (const char *at = bytes, *end = bytes + n; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = stop ? (size_t)(stop - at) : (size_t)(end - at);
		json_t *o = is_note(at, len) ? json_loadb(at, len, 0, NULL) : NULL;
		int64_t t = json_integer_value(json_object_get(o, "t"));
		if (t > 0 && !strcmp(text(o, "s"), w->spec.name)) {
			take(w, o, t);
			last = t > last ? t : last;
		}
		json_decref(o);
		at += len + 1;
	}
	return last;
}
