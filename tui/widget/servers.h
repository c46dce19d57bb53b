/* A fleet as a list: the worst first, one cause that many servers share told once with those servers under it, and
 * the green ones side by side. Every server stands in it once. */
#ifndef WALMEDIC_TUI_WIDGET_SERVERS_H
#define WALMEDIC_TUI_WIDGET_SERVERS_H

#include "probes/engine/model.h"
#include "tui/canvas.h"

enum servers_kind { SERVERS_HEAD, SERVERS_CAUSE, SERVERS_ONE, SERVERS_MORE, SERVERS_GREEN };

struct servers_row {
	enum servers_kind kind;
	int server;              /* SERVERS_CAUSE, SERVERS_MORE: the first that has it; SERVERS_HEAD: -1 */
	const struct root *root; /* what it is shown for; NULL: nothing is wrong */
	int members;             /* of SERVERS_CAUSE and SERVERS_MORE */
	bool member, last;       /* hangs from the cause above */
	const char *say;
	int y, x, w;             /* in the list, after servers_layout */
};

/* What outlives a redraw. Zero-initialised; servers_forget frees it. */
struct servers_memory {
	int *order, n;           /* servers as the operator sees them */
	bool pinned;             /* he moved: nothing changes places */
	bool open;               /* all members of all causes */
	bool chosen;
	enum servers_kind kind;
	int server;
	int top, width;
};

struct servers {
	const struct model *model;
	struct servers_row *row;
	int rows, lines, selected;
	int name_width;
};

struct arena;
struct servers *servers_build(struct arena *a, const struct model *m, struct servers_memory *mem);
void servers_draw(struct servers *t, struct servers_memory *mem, int64_t now, struct canvas *c, struct area area);
/* Up and down by lines, and among those side by side to the left and right. */
void servers_move(const struct servers *t, struct servers_memory *mem, int dy, int dx);
void servers_select(const struct servers *t, struct servers_memory *mem, int index);
void servers_forget(struct servers_memory *mem);
/* Is it the same trouble: one host, one cluster or one configuration that both servers rest on? */
bool servers_share(const struct root *a, const struct root *b);

#endif
