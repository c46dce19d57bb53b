/* Where one is in a document that is longer than the window. */
#ifndef WALMEDIC_TUI_WIDGET_SCROLL_H
#define WALMEDIC_TUI_WIDGET_SCROLL_H

#include <stdbool.h>

#include "tui/keys.h"
#include "tui/widget/doc.h"

/* Zero-initialised. */
struct scroll {
	int top;
	int h, width;      /* of what was drawn last */
	int hit;           /* line found last + 1, 0: none */
};

/* Moves by an action; false when it is none that scrolls. */
bool scroll_act(struct scroll *s, enum action action);
/* Goes to a line that has the text, whatever its case: step 0 from the first line in view on, 1 and -1 from the last one found. Goes round
 * at the ends. */
bool scroll_find(struct scroll *s, const struct doc *d, const char *text, int step);
void scroll_draw(struct scroll *s, const struct doc *d, struct canvas *c, struct area area);

#endif
