/* What was run from here, newest first: when, where, by whom, how it ended, the exact text. */
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"
#include "remedies/journal.h"
#include "remedies/journal_read.h"
#include "tui/app.h"
#include "tui/widget/scroll.h"
#include "tui/widget/words.h"

enum { DEEDS = 200, VALUE_MAX = 16 << 10 };

/* What the lines of one deed say together. */
struct done {
	uint64_t deed;
	const char *at, *head, *where, *command, *outcome;
	const char *place, *host;
	bool ended, exited, proven, unproven;
	int status;
};

struct reading {
	struct arena *arena;
	struct done done[DEEDS];
	int n;              /* how many there were; the last DEEDS are kept, in a ring */
	char *home[JOURNAL_HOMES];
	bool found;
	struct scroll scroll;
};

/* Nothing from the file is trusted. */
static const char *clean(const struct reading *r, const char *text)
{
	struct str out = {0};
	text_clean(&out, text, strlen(text), 4096, VALUE_MAX);
	const char *kept = arena_dup(r->arena, str_text(&out));
	str_free(&out);
	return kept;
}

static struct done *done_of(struct reading *r, const struct past *e)
{
	for (int i = r->n - 1; i >= 0 && i >= r->n - DEEDS; i--)
		if (r->done[i % DEEDS].deed == e->deed)
			return &r->done[i % DEEDS];
	struct done *d = &r->done[r->n++ % DEEDS];
	*d = (struct done){.deed = e->deed, .outcome = ""};
	d->at = clean(r, e->at);
	d->head = clean(r, *e->step ? e->step : e->cause);
	d->where = clean(r, arena_printf(r->arena, "as %s, %s%s%s; begun by %s", e->as, e->risk, *e->cause ? ", for " : "", e->cause, e->who));
	d->place = clean(r, e->place);
	d->host = clean(r, e->host);
	d->command = clean(r, e->command);
	return d;
}

static void take(void *arg, const struct past *e)
{
	struct reading *r = arg;
	if (!*e->phase || !*e->command)
		return;
	struct done *d = done_of(r, e);
	d->proven |= !strcmp(e->phase, "proven");
	d->unproven |= !strcmp(e->phase, "unproven");
	if (strcmp(e->phase, "ended"))
		return;
	d->ended = true;
	d->exited = e->ended;
	d->status = e->status;
	d->outcome = clean(r, e->unknown);
}

static void open(struct app *app, void *state, const struct subject *about)
{
	struct reading *r = state;
	(void)app, (void)about;
	r->arena = arena_new();
	journal_homes(r->home);
	for (int i = JOURNAL_HOMES - 1; i >= 0; i--)
		r->found |= r->home[i] && journal_read(r->home[i], NULL, take, r) >= 0;
}

static void close_screen(void *state)
{
	struct reading *r = state;
	arena_free(r->arena);
	for (int i = 0; i < JOURNAL_HOMES; i++)
		free(r->home[i]);
}

static void write_done(struct doc *d, const struct done *g)
{
	enum meaning how = g->proven ? MEAN_OK : !g->ended ? MEAN_RUNNING : !g->exited ? MEAN_UNKNOWN : g->status || g->unproven ? MEAN_FAIL : MEAN_TEXT;
	const char *glyph = g->proven ? "✓" : !g->ended ? "*" : !g->exited ? "?" : g->status || g->unproven ? "✗" : "✓";
	const char *end = !g->ended	? "its end is not written yet"
			  : !g->exited	? arena_printf(d->a, "its end was not seen: %s", g->outcome)
					: arena_printf(d->a, "exit %d", g->status);
	doc_label(d, 0, how, glyph, 2, MEAN_TITLE, g->head);
	doc_label(d, 2, words_place(g->place), g->host, text_width(g->host) + 1, MEAN_TEXT, g->where);
	doc_label(d, 2, MEAN_FAINT, g->at, text_width(g->at) + 2, how,
		  arena_printf(d->a, "%s%s", end, g->proven ? ", proven" : g->unproven ? ", not proven" : ""));
	doc_command(d, 2, g->command);
	doc_blank(d);
}

static struct doc *write(struct app *app, const struct reading *r, int width)
{
	struct doc *d = doc_new(app->frame, width);
	doc_textf(d, 0, MEAN_FAINT, "%s", r->home[0] ? r->home[0] : "");
	doc_blank(d);
	if (!r->n)
		doc_text(d, 0, MEAN_TEXT, r->found ? "Nothing was run yet." : "There is no journal yet: nothing was run from here.");
	for (int i = r->n - 1; i >= 0 && i >= r->n - DEEDS; i--)
		write_done(d, &r->done[i % DEEDS]);
	return d;
}

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct reading *r = state;
	canvas_fill(c, area.y, 0, area.w, MEAN_LINE, 0x2500);
	canvas_text(c, area.y, 2, area.w, MEAN_TITLE, " Journal ");
	scroll_draw(&r->scroll, write(app, r, area.w - 3), c, (struct area){area.y + 1, 2, area.h - 1, area.w - 3});
}

static bool act(struct app *app, void *state, enum action action)
{
	struct reading *r = state;
	(void)app;
	return scroll_act(&r->scroll, action);
}

static bool find(struct app *app, void *state, const char *text, int step)
{
	struct reading *r = state;
	return scroll_find(&r->scroll, write(app, r, r->scroll.width), text, step);
}

static void as_text(struct app *app, void *state, struct str *out)
{
	doc_out(write(app, state, 100), out);
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_BACK, NULL}, {ACT_FIND, NULL}, {ACT_PAGER, NULL}, {ACT_HELP, NULL}, {ACT_NONE, NULL}};
	(void)app, (void)state;
	return list;
}

const struct screen screen_journal = {.name = "journal",
				      .size = sizeof(struct reading),
				      .open = open,
				      .close = close_screen,
				      .draw = draw,
				      .act = act,
				      .find = find,
				      .text = as_text,
				      .hints = hints};
