/* Meanings, and how a theme shows them. Screens name what a thing means, never a colour. */
#ifndef WALMEDIC_TUI_STYLE_H
#define WALMEDIC_TUI_STYLE_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/engine/probe.h"

typedef uint16_t style_t; /* a meaning, perhaps with STYLE_ bits */

enum meaning {
	MEAN_TEXT,
	MEAN_TITLE,    /* headings, the program's name */
	MEAN_FAINT,    /* what one may skip */
	MEAN_LINE,     /* boxes and rules */
	MEAN_OK,
	MEAN_WARN,
	MEAN_FAIL,
	MEAN_BLOCKED,
	MEAN_UNKNOWN,
	MEAN_RUNNING,
	MEAN_PATH,     /* arrows and boxes on the way of the root cause */
	MEAN_KEY,      /* a key one may press */
	MEAN_COMMAND,  /* text that a shell would run */
	MEAN_QUOTE,    /* the system's own words */
	MEAN_BACKUP,   /* the Barman host */
	MEAN_DB,       /* the PostgreSQL host */
	MEAN_CONSOLE,  /* this host */
	MEAN_DANGER,
	MEAN_NOTICE,   /* one line of news for the operator */
	MEANINGS,
};

enum {
	STYLE_SELECTED = 0x100,
	STYLE_BOLD = 0x200,
	STYLE_FOUND = 0x400, /* a word that was looked for */
	STYLE_MEANING = 0xff,
};

enum look { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDERLINE = 8 };

struct paint {
	int8_t colour;  /* -1: the terminal's own; 0-7: ANSI */
	uint8_t look;   /* enum look bits */
};

struct theme {
	int column;     /* of the table of paints */
	const char *name, *about;
};

/* NULL when there is no theme of that name; NULL name: the default. */
const struct theme *theme_find(const char *name);
/* By number; NULL after the last one. */
const struct theme *theme_at(int i);
struct paint theme_paint(const struct theme *t, style_t style);

/* How a state is written: word, glyph and meaning, always all three. */
struct state_look {
	const char *word;   /* at most 4 letters */
	const char *glyph;
	enum meaning meaning;
};
const struct state_look *style_state(enum state state, bool pending);

/* A letter a meaning, for golden screens; upper case when selected. */
char style_letter(style_t style);
/* The character of the ASCII set that stands for ch. */
int32_t style_ascii(int32_t ch);
/* True when only ASCII may be drawn: by codeset (nl_langinfo(CODESET)) and $TERM. */
bool style_needs_ascii(const char *codeset, const char *term);

#endif
