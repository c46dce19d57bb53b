/* The triage list: root causes with what hangs from them, warnings, what waits, and the rest
 * folded. Every node stands in it once. */
#ifndef WALMEDIC_TUI_WIDGET_TRIAGE_H
#define WALMEDIC_TUI_WIDGET_TRIAGE_H

#include "probes/engine/model.h"
#include "tui/canvas.h"

enum fold { FOLD_UNSEEN, FOLD_ADVICE, FOLD_PASSED, FOLD_TREE, FOLDS };

enum row_kind { ROW_HEAD, ROW_ROOT, ROW_NODE, ROW_FOLD, ROW_ADVICE };

struct row {
	enum row_kind kind;
	int node;              /* -1: none */
	const struct root *root; /* ROW_ROOT */
	enum fold fold;        /* ROW_FOLD */
	const char *branch;    /* tree lines before a blocked node */
	const char *say;       /* may be long */
	const char *right;     /* at the right edge: an age, or what fixing unblocks */
	style_t style;         /* ROW_HEAD */
	int y, lines;          /* within the list, after triage_layout */
};

/* What outlives a redraw. Zero-initialised. */
struct triage_memory {
	struct {
		int node;
		char cause[64];
		bool fresh;    /* came after the operator had moved */
	} root[16];
	int roots;
	int news;              /* how many came so since the last look at this number */
	bool pinned;           /* the operator moved: keep the order, new ones go to the end */
	bool open[FOLDS];
	/* the selected row */
	enum row_kind kind;
	int node;
	char cause[64];        /* of ROW_ROOT; of ROW_ADVICE */
	enum fold fold;
	bool chosen;           /* false: the first row that can be selected */
	int index, top;        /* of the row; first visible line */
};

struct triage {
	struct row *row;
	int rows, cap;
	int selected;          /* index or -1 */
	int lines;
	int id_width;
	const struct server *server;
};

struct arena;
struct triage *triage_build(struct arena *a, const struct server *s, int64_t now,
			    struct triage_memory *m);
/* Heights for a width; then draws the part that keeps the selected row visible. */
void triage_draw(struct triage *t, struct arena *a, struct triage_memory *m, struct canvas *c,
		 struct area area);
/* Moves the selection by rows that can be selected. */
void triage_move(struct triage *t, struct triage_memory *m, int by);
void triage_select(struct triage *t, struct triage_memory *m, int index);
/* Selects a row that has the text, whatever its case: step 0 from the selected one on, 1 after it, -1 before it; unfolds when it
 * stands in none that is shown. False: nowhere. */
bool triage_find(struct arena *a, const struct server *s, int64_t now, struct triage_memory *m, const char *text, int step);
/* The row that stands on a line of the window, of a list that is drawn so wide; -1: none that can be selected. */
int triage_row_at(struct triage *t, struct arena *a, const struct triage_memory *m, int width, int line);
/* The row of a node, or -1. */
int triage_row_of(const struct triage *t, int node);

#endif
