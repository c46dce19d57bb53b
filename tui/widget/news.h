/* What has changed, as lines: states of probes and what was configured, newest first, divided where everything was green last. */
#ifndef WALMEDIC_TUI_WIDGET_NEWS_H
#define WALMEDIC_TUI_WIDGET_NEWS_H

#include "probes/base/arena.h"
#include "probes/engine/history.h"
#include "tui/canvas.h"

struct news_row {
	const struct news *news;  /* NULL: the line where all was green last */
	int lines;
};

struct news_list {
	struct news_row *row;     /* newest first */
	int rows;
	int64_t green;            /* the last moment when nothing was failing or blocked: now, if so; 0: never seen so */
};

/* Of what was known at `now`. */
struct news_list news_list(struct arena *a, const struct server *s, int64_t now);
/* One row at y, in as many lines as it says; returns how many were drawn. */
int news_draw(const struct server *s, const struct news_row *row, const struct news_list *of, int64_t now, struct canvas *c,
	      struct area area);
/* What was configured otherwise or started anew, the newest first, one line each; returns the lines used. */
int news_facts(const struct server *s, int64_t now, struct canvas *c, struct area area);

#endif
