/* The help screen, made from the table of keys. */
#include "tui/app.h"
#include "tui/widget/doc.h"
#include "tui/widget/words.h"

struct help {
	int top, page;
};

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

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct help *h = state;
	struct doc *d = doc_new(app->frame, area.w - 3);
	doc_text(d, 0, MEAN_TITLE, "Keys");
	for (const struct binding *b = bindings; b->name; b++)
		doc_label(d, 1, MEAN_KEY, key_shown(b->action), 15, MEAN_TEXT, b->help);
	doc_blank(d);
	legend(d);
	doc_blank(d);
	doc_text(d, 0, MEAN_TITLE, "How to read the list");
	doc_text(d, 1, MEAN_TEXT,
		 "A root cause is a failure that nothing else explains: fix the first one first. "
		 "What hangs under it is broken or "
		 "cannot be asked because of it, and comes back by itself. Nothing here changes a "
		 "system but a step that you run and confirm.");
	canvas_fill(c, area.y, 0, area.w, MEAN_LINE, 0x2500);
	h->page = area.h - 2;
	h->top = doc_draw(d, c, (struct area){area.y + 1, 2, area.h - 1, area.w - 3}, h->top);
}

static bool act(struct app *app, void *state, enum action action)
{
	struct help *h = state;
	const int by[ACTIONS] = {[ACT_UP] = -1,
				 [ACT_DOWN] = 1,
				 [ACT_PAGE_UP] = -h->page,
				 [ACT_PAGE_DOWN] = h->page,
				 [ACT_FIRST] = -(1 << 20),
				 [ACT_LAST] = 1 << 20};
	(void)app;
	h->top += by[action];
	h->top = h->top < 0 ? 0 : h->top;
	return by[action] != 0;
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_BACK, NULL}, {ACT_QUIT, NULL}, {ACT_NONE, NULL}};
	(void)app;
	(void)state;
	return list;
}

const struct screen screen_help = {
	.name = "help", .size = sizeof(struct help), .draw = draw, .act = act, .hints = hints};
