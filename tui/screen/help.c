/* The help screen, made from the table of keys. */
#include <string.h>

#include "probes/engine/probe.h"
#include "tui/app.h"
#include "tui/widget/scroll.h"
#include "tui/widget/words.h"

struct help {
	int node;           /* in view on the screen it was opened from, or -1 */
	const char *screen; /* that screen's name */
	struct scroll scroll;
};

/* What a key does on one screen only. */
static const struct {
	const char *screen;
	enum action action;
	const char *help;
} here[] = {
	{"remedy", ACT_RECHECK, "run this step; what changes something asks first"},
	{"remedy", ACT_OPEN, "nothing: a step is run by r alone"},
	{"remedy", ACT_EVIDENCE, "what is known about the cause, and the system's own words"},
	{"remedy", ACT_COPY, "send the command, byte for byte, to the terminal's clipboard"},
	{"remedy", ACT_EARLIER, "the step before"},
	{"remedy", ACT_LATER, "the next step"},
	{"walk", ACT_RECHECK, "run this step; what changes something asks first"},
	{"walk", ACT_OPEN, "a section to read: it is read"},
	{"walk", ACT_COPY, "send the command, byte for byte, to the terminal's clipboard"},
	{"walk", ACT_EARLIER, "the step before"},
	{"walk", ACT_LATER, "the next step"},
	{"walk", ACT_NEXT, "a note at the step in view; while something is looked for, the next place found"},
	{"evidence", ACT_LEFT, "back"},
};

static void open(struct app *app, void *state, const struct subject *about)
{
	struct help *h = state;
	h->node = about->node;
	h->screen = app->depth > 1 ? app->stack[app->depth - 2].screen->name : "";
}

static bool stands_on(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = list; n && p && (p = strstr(p, name)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

static const char *words_of(const struct binding *b, const char *screen)
{
	for (size_t i = 0; i < sizeof here / sizeof *here; i++)
		if (here[i].action == b->action && !strcmp(here[i].screen, screen))
			return here[i].help;
	return b->help;
}

static void keys(struct doc *d, const char *screen, bool everywhere)
{
	bool said = false;
	for (const struct binding *b = bindings; b->name; b++) {
		if (everywhere ? b->on != NULL : !stands_on(b->on, screen))
			continue;
		if (!said)
			doc_textf(d, 0, MEAN_TITLE, "Keys %s", everywhere ? "everywhere" : "on this screen");
		said = true;
		doc_label(d, 1, MEAN_KEY, *key_shown(b->action) ? key_shown(b->action) : arena_printf(d->a, ":%s", b->name), 15, MEAN_TEXT,
			  words_of(b, screen));
	}
	doc_blank(d);
}

/* What the line means that was in view. */
static void explain(struct doc *d, const struct server *s, int node)
{
	if (!s || node < 0 || node >= s->nodes)
		return;
	const struct node *n = &s->node[node];
	const struct state_look *look = node_look(n);
	doc_label(d, 0, look->meaning, arena_printf(d->a, "%s %s", look->glyph, look->word), 7, MEAN_TITLE,
		  arena_printf(d->a, "%s: %s", n->probe->id, n->probe->title ? n->probe->title : ""));
	doc_text(d, 1, MEAN_TEXT, node_say(n));
	for (int i = 0; i < n->verdict.findings; i++) {
		const struct cause *c = cause_find(n->verdict.finding[i].cause);
		if (c)
			doc_textf(d, 1, MEAN_TEXT, "%s means: %s.", c->id, c->title);
	}
	if (n->verdict.state == STATE_BLOCKED && n->blocked_by >= 0)
		doc_textf(d, 1, MEAN_BLOCKED, "It is not asked until %s is green.", s->node[n->blocked_by].probe->id);
	if (n->explained_by >= 0)
		doc_textf(d, 1, MEAN_TEXT, "%s explains it: nothing to do here.", s->node[n->explained_by].probe->id);
	if (n->probe->about)
		doc_text(d, 1, MEAN_FAINT, n->probe->about);
	doc_blank(d);
}

static void legend(struct doc *d)
{
	static const struct {
		enum state state;
		bool pending;
		const char *says;
	} rows[] = {
		{STATE_FAIL, false, "broken, and seen to be"},
		{STATE_BLOCKED, false, "not asked: what it needs is broken"},
		{STATE_WARN, false, "works, but will not for long, or only waits"},
		{STATE_UNKNOWN, false, "cannot be seen from here; never taken for ok"},
		{STATE_UNKNOWN, true, "asked, the first reply is still to come"},
		{STATE_OK, false, "passed"},
		{STATE_OFF, false, "does not apply to this server"},
	};
	doc_text(d, 0, MEAN_TITLE, "Signs");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct state_look *look = style_state(rows[i].state, rows[i].pending);
		doc_label(d, 1, look->meaning, arena_printf(d->a, "%s %s", look->glyph, look->word),
			  8, MEAN_TEXT, rows[i].says);
	}
}

static struct doc *write(struct app *app, const struct help *h, int width)
{
	struct doc *d = doc_new(app->frame, width);
	explain(d, app_server(app), h->node);
	keys(d, h->screen, false);
	keys(d, h->screen, true);
	legend(d);
	doc_blank(d);
	doc_text(d, 0, MEAN_TITLE, "How to read the list");
	doc_text(d, 1, MEAN_TEXT,
		 "A root cause is a failure that nothing else explains: fix the first one first. "
		 "What hangs under it is broken or "
		 "cannot be asked because of it, and comes back by itself. Nothing here changes a "
		 "system but a step that you run and confirm.");
	return d;
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct help *h = state;
	canvas_fill(c, area.y, 0, area.w, MEAN_LINE, 0x2500);
	scroll_draw(&h->scroll, write(app, h, area.w - 3), c, (struct area){area.y + 1, 2, area.h - 1, area.w - 3});
}

static bool act(struct app *app, void *state, enum action action)
{
	struct help *h = state;
	(void)app;
	return scroll_act(&h->scroll, action);
}

static void as_text(struct app *app, void *state, struct str *out)
{
	doc_out(write(app, state, 100), out);
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct help *h = state;
	return scroll_find(&h->scroll, write(app, h, h->scroll.width), text, step);
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_BACK, NULL}, {ACT_FIND, NULL}, {ACT_COMMAND, NULL}, {ACT_QUIT, NULL}, {ACT_NONE, NULL}};
	(void)app;
	(void)state;
	return list;
}

const struct screen screen_help = {.name = "help",
				   .size = sizeof(struct help),
				   .open = open,
				   .draw = draw,
				   .act = act,
				   .find = find,
				   .text = as_text,
				   .hints = hints};
