/* The first screen where no server is configured: what can be done about it. */
#include "tui/app.h"
#include "tui/widget/doc.h"

static void draw(struct app *app, void *state, struct canvas *c, struct area area)
{
	struct doc *d = doc_new(app->frame, area.w - 4);
	(void)state;
	canvas_fill(c, area.y, 0, area.w, MEAN_LINE, 0x2500);
	doc_text(d, 0, MEAN_TITLE, "No server is configured on this host");
	doc_blank(d);
	doc_label(d, 0, MEAN_KEY, ":setup", 9, MEAN_TEXT,
		  "the wizard for a new server: from PostgreSQL on one host and nothing on the other to a verified first backup. It also "
		  "finishes what is half done.");
	doc_label(d, 0, MEAN_KEY, key_shown(ACT_WALK), 9, MEAN_TEXT, "runbooks: one of ours, or :walk FILE.md; their commands can be copied");
	doc_blank(d);
	doc_text(d, 0, MEAN_TEXT, "A pipeline that is there already is watched as soon as /etc/walmedic.conf says how to reach its hosts:");
	doc_blank(d);
	doc_text(d, 2, MEAN_COMMAND, "[mydb]\nbackup = ssh://root@backup1\ndb = ssh://root@db1");
	doc_blank(d);
	doc_text(d, 0, MEAN_FAINT, "On a Barman host nothing is needed: the servers of its own configuration are found.");
	doc_draw(d, c, (struct area){area.y + 2, 2, area.h - 2, area.w - 3}, 0);
}

static const struct hint *hints(struct app *app, void *state)
{
	static const struct hint list[] = {{ACT_COMMAND, NULL}, {ACT_WALK, NULL}, {ACT_HELP, NULL}, {ACT_QUIT, NULL}, {ACT_NONE, NULL}};
	(void)app, (void)state;
	return list;
}

const struct screen screen_empty = {.name = "empty", .draw = draw, .hints = hints};
