/* Small pieces of text and colour that every screen writes the same way. */
#ifndef WALMEDIC_TUI_WIDGET_WORDS_H
#define WALMEDIC_TUI_WIDGET_WORDS_H

#include "probes/engine/model.h"
#include "tui/canvas.h"

/* "14m" "3h" "2d"; below a minute "<1m". since 0: "". At least 8 bytes. */
const char *words_age(int64_t now, int64_t since, char buf[8]);
/* "02:58:10Z" of a wall time. */
const char *words_clock(int64_t ms, char buf[16]);
const struct state_look *node_look(const struct node *n);
/* The sentence of a node: of its worst finding, else of its verdict, else the probe's title. */
const char *node_say(const struct node *n);
const char *node_evidence(const struct node *n);
/* The meaning of a place's name: "backup", "db", anything else is the console's own host. */
enum meaning words_place(const char *place);
/* Glyph and id of a node ("✓ pg.connect"); returns the column after it. */
int words_node(struct canvas *c, int y, int x, int end, const struct node *n);
int words_count(const struct server *s, enum state state);
/* How many first replies are still to come. */
int words_pending(const struct server *s);

#endif
