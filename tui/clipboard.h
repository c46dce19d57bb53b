/* A text on its way to the clipboard of whoever sits before the terminal. No terminal acknowledges
 * it: nobody may say "copied". */
#ifndef WALMEDIC_TUI_CLIPBOARD_H
#define WALMEDIC_TUI_CLIPBOARD_H

#include <stdbool.h>

#include "probes/base/str.h"

enum clipboard_way { CLIPBOARD_TMUX, CLIPBOARD_SCREEN, CLIPBOARD_RAW };

/* By $TMUX and $STY; either may be NULL. */
enum clipboard_way clipboard_choose(const char *tmux, const char *sty);
/* What to write to the terminal for CLIPBOARD_SCREEN and CLIPBOARD_RAW. At most 8 kB of text. */
void clipboard_sequence(struct str *out, enum clipboard_way way, const char *text);
/* The words for the operator. */
const char *clipboard_words(enum clipboard_way way);
/* `tmux load-buffer -w -` with the text; true when tmux took it. */
bool clipboard_tmux(const char *text);

#endif
