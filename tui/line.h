/* The line at the bottom: an action by its name (":"), or a word to find ("/"). While it is open every key is text. */
#ifndef WALMEDIC_TUI_LINE_H
#define WALMEDIC_TUI_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "remedies/shelf.h"
#include "tui/widget/field.h"

struct app;
struct canvas;

struct line {
	enum { LINE_CLOSED, LINE_COMMAND, LINE_FIND } kind;
	struct field field;
	char stem[512];     /* what was typed when Tab was pressed first */
	int tab;            /* how often it was pressed since, 0: not */
	struct arena *arena; /* of shelf, NULL until it is needed */
	struct shelf shelf; /* names of runbooks */
};

void line_open(struct app *a, int kind);
/* Lets go of what it keeps. */
void line_done(struct app *a);
/* Takes a key while the line is open; Enter does what it says, Esc closes it. */
void line_key(struct app *a, int32_t key);
void line_draw(struct app *a, struct canvas *c);
/* Does what a line says, with or without a value after the name ("freeze", "server main"); says in a notice when there is no such
 * thing. */
void line_do(struct app *a, const char *text);

#endif
