/* The terminal: the only room of curses. Paints canvases, restores the terminal whatever happens.
 */
#ifndef WALMEDIC_TUI_TERM_H
#define WALMEDIC_TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/canvas.h"

struct terminal;
struct input;
struct problem;

/* Takes the terminal on stdin and stdout. NULL with a problem when it cannot be painted on
 * (then walmedic fix is what works). */
/* Could it be? By $TERM alone. */
bool term_possible(void);
/* mouse: the terminal tells of clicks and the wheel, and no longer selects text by itself. */
struct terminal *term_open(const struct theme *theme, bool mouse, struct problem *p);
/* Gives the terminal back as it was. */
void term_close(struct terminal *t);
/* The description in use: $TERM, or what stands in for it. */
const char *term_name(const struct terminal *t);
/* True when term_name is not what $TERM says. */
bool term_stands_in(const struct terminal *t);
void term_size(int *ret_h, int *ret_w);
/* Paints what changed since the last time. */
void term_paint(struct terminal *t, const struct canvas *c);
/* The next paint sends everything. */
void term_spoil(struct terminal *t);
/* The window has another size now. */
void term_resized(struct terminal *t);
/* The normal screen for others; then back. */
void term_leave(struct terminal *t);
void term_enter(struct terminal *t);
/* Bytes as they are, between two paints (OSC 52). */
void term_send(struct terminal *t, const char *bytes, size_t n);
/* Teaches the decoder the keys of this terminal's description. */
void term_keys(const struct terminal *t, struct input *in);
/* Where its keys are read: an open file of our own where that can be had, so that waiting for keys
 * without blocking does not make the shell's or our own output non-blocking. */
int term_input(const struct terminal *t);
/* Discards what was typed and not yet read. */
void term_discard_input(void);

#endif
