/* A remedy in short, beside the list: its steps, where, and the commands. */
#ifndef WALMEDIC_TUI_SCREEN_PREVIEW_H
#define WALMEDIC_TUI_SCREEN_PREVIEW_H

#include "tui/app.h"
#include "tui/widget/doc.h"

/* Nothing when there is no page of that cause. */
void preview_write(struct app *app, struct doc *d, const char *cause);

#endif
