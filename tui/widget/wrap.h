/* Text into lines of a width, broken at blanks; a word longer than a line is broken hard. */
#ifndef WALMEDIC_TUI_WIDGET_WRAP_H
#define WALMEDIC_TUI_WIDGET_WRAP_H

#include "probes/base/arena.h"

/* Lines from the arena into ret[0..max); the last of them is cut with an ellipsis when text is
 * left. Returns how many. A line end in s ends a line. */
int wrap_text(struct arena *a, const char *s, int width, const char **ret, int max);

#endif
