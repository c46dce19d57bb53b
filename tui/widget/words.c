#include "tui/widget/words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

const char *words_age(int64_t now, int64_t since, char buf[8])
{
	int64_t min = (now - since) / 60000;
	buf[0] = '\0';
	if (since <= 0)
		return buf;
	if (min < 1)
		snprintf(buf, 8, "<1m");
	else if (min < 120)
		snprintf(buf, 8, "%dm", (int)min);
	else if (min < 48 * 60)
		snprintf(buf, 8, "%dh", (int)(min / 60));
	else
		snprintf(buf, 8, "%dd", (int)(min / 1440 > 9999 ? 9999 : min / 1440));
	return buf;
}

const char *words_clock(int64_t ms, char buf[16])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	if (!gmtime_r(&t, &tm) || !strftime(buf, 16, "%H:%M:%SZ", &tm))
		buf[0] = '\0';
	return buf;
}

const struct state_look *node_look(const struct node *n)
{
	return style_state(n->verdict.state,
			   n->verdict.pending && n->verdict.state == STATE_UNKNOWN);
}

const char *node_say(const struct node *n)
{
	const struct verdict *v = &n->verdict;
	if (v->findings && v->finding[0].rank != RANK_ADVICE && v->finding[0].say)
		return v->finding[0].say;
	if (v->say && *v->say)
		return v->say;
	return n->probe->title ? n->probe->title : "";
}

const char *node_evidence(const struct node *n)
{
	const struct verdict *v = &n->verdict;
	if (v->findings && v->finding[0].evidence && *v->finding[0].evidence)
		return v->finding[0].evidence;
	return v->evidence ? v->evidence : "";
}

enum meaning words_place(const char *place)
{
	if (place && !strcmp(place, "backup"))
		return MEAN_BACKUP;
	return place && !strcmp(place, "db") ? MEAN_DB : MEAN_CONSOLE;
}

int words_node(struct canvas *c, int y, int x, int end, const struct node *n)
{
	const struct state_look *look = node_look(n);
	x = canvas_text(c, y, x, end, look->meaning, look->glyph);
	return canvas_text(c, y, x + 1, end, look->meaning == MEAN_OK ? MEAN_TEXT : look->meaning,
			   n->probe->id);
}

int words_count(const struct server *s, enum state state)
{
	int n = 0;
	for (int i = 0; i < s->nodes; i++)
		n += s->node[i].verdict.state == state && !s->node[i].verdict.pending;
	return n;
}

int words_pending(const struct server *s)
{
	int n = 0;
	for (int i = 0; i < s->nodes; i++)
		n += s->node[i].verdict.pending && s->node[i].verdict.state == STATE_UNKNOWN;
	return n;
}
