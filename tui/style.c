#include "tui/style.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "probes/base/text.h"

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, OWN = -1 };

enum { BOLD = LOOK_BOLD, DIM = LOOK_DIM, REVERSE = LOOK_REVERSE, UNDERLINE = LOOK_UNDERLINE };

enum { THEMES = 4 };
static const struct theme themes[THEMES] = {
	{0, "default", "the terminal's own colours"},
	{1, "light", "for a light background"},
	{2, "colour-blind", "nothing rests on red against green"},
	{3, "mono", "no colour (also NO_COLOR)"},
};

/* Only the 8 ANSI colours over the terminal's own background: no plain blue (unreadable on black),
 * no yellow in the light theme (unreadable on white). One column a theme, in the order above. */
static const struct paint paints[MEANINGS][THEMES] = {
	[MEAN_TEXT] = {{OWN, 0}, {OWN, 0}, {OWN, 0}, {OWN, 0}},
	[MEAN_TITLE] = {{OWN, BOLD}, {OWN, BOLD}, {OWN, BOLD}, {OWN, BOLD}},
	[MEAN_FAINT] = {{OWN, DIM}, {OWN, 0}, {OWN, DIM}, {OWN, 0}},
	[MEAN_LINE] = {{OWN, DIM}, {OWN, 0}, {OWN, DIM}, {OWN, 0}},
	[MEAN_OK] = {{GREEN, 0}, {GREEN, 0}, {CYAN, 0}, {OWN, 0}},
	[MEAN_WARN] = {{YELLOW, BOLD}, {MAGENTA, BOLD}, {YELLOW, BOLD}, {OWN, BOLD}},
	[MEAN_FAIL] = {{RED, BOLD}, {RED, BOLD}, {OWN, BOLD | REVERSE}, {OWN, BOLD}},
	[MEAN_BLOCKED] = {{OWN, DIM}, {OWN, 0}, {OWN, DIM}, {OWN, 0}},
	[MEAN_UNKNOWN] = {{MAGENTA, 0}, {BLUE, 0}, {MAGENTA, 0}, {OWN, 0}},
	[MEAN_RUNNING] = {{CYAN, 0}, {BLUE, 0}, {OWN, UNDERLINE}, {OWN, 0}},
	[MEAN_PATH] = {{RED, BOLD}, {RED, BOLD}, {OWN, BOLD}, {OWN, BOLD}},
	[MEAN_KEY] = {{CYAN, BOLD}, {BLUE, BOLD}, {OWN, BOLD}, {OWN, BOLD}},
	[MEAN_COMMAND] = {{OWN, BOLD}, {OWN, BOLD}, {OWN, BOLD}, {OWN, BOLD}},
	[MEAN_QUOTE] = {{CYAN, 0}, {BLUE, 0}, {CYAN, 0}, {OWN, 0}},
	[MEAN_BACKUP] = {{CYAN, BOLD}, {BLUE, BOLD}, {CYAN, BOLD}, {OWN, BOLD}},
	[MEAN_DB] = {{MAGENTA, BOLD}, {MAGENTA, BOLD}, {YELLOW, BOLD}, {OWN, BOLD}},
	[MEAN_CONSOLE] = {{GREEN, BOLD}, {GREEN, BOLD}, {OWN, BOLD}, {OWN, BOLD}},
	[MEAN_DANGER] = {{RED, BOLD | REVERSE}, {RED, BOLD | REVERSE},
				{YELLOW, BOLD | REVERSE}, {OWN, BOLD | REVERSE}},
	[MEAN_NOTICE] = {{YELLOW, BOLD}, {MAGENTA, BOLD}, {YELLOW, BOLD}, {OWN, BOLD}},
};

const struct theme *theme_find(const char *name)
{
	if (!name)
		return &themes[0];
	for (int i = 0; i < THEMES; i++)
		if (!strcmp(themes[i].name, name))
			return &themes[i];
	return NULL;
}

const struct theme *theme_at(int i)
{
	return i < THEMES ? &themes[i] : NULL;
}

struct paint theme_paint(const struct theme *t, style_t style)
{
	struct paint p = paints[(style & STYLE_MEANING) % MEANINGS][t->column];
	if (style & STYLE_BOLD)
		p.look |= LOOK_BOLD;
	/* Reversed dim text is close to unreadable, and twice reversed is not reversed. */
	if (style & STYLE_SELECTED)
		p.look = (uint8_t)((p.look & ~LOOK_DIM) | LOOK_REVERSE);
	/* On a selected row the word stands out by not being reversed. */
	if (style & STYLE_FOUND)
		p.look = (uint8_t)((p.look & ~LOOK_DIM) ^ LOOK_REVERSE) | LOOK_BOLD | LOOK_UNDERLINE;
	return p;
}

const struct state_look *style_state(enum state state, bool pending)
{
	static const struct state_look looks[] = {
		[STATE_UNKNOWN] = {"UNKN", "?", MEAN_UNKNOWN}, [STATE_OFF] = {"off", "·", MEAN_FAINT},
		[STATE_OK] = {"ok", "✓", MEAN_OK},             [STATE_WARN] = {"WARN", "!", MEAN_WARN},
		[STATE_FAIL] = {"FAIL", "✗", MEAN_FAIL},       [STATE_BLOCKED] = {"BLKD", "⊘", MEAN_BLOCKED},
	};
	static const struct state_look asking = {"ask", "*", MEAN_RUNNING};
	return pending ? &asking : &looks[state];
}

char style_letter(style_t style)
{
	static const char letters[MEANINGS] = {
		[MEAN_TEXT] = '.', [MEAN_TITLE] = 't', [MEAN_FAINT] = 'i', [MEAN_LINE] = 'l', [MEAN_OK] = 'o',
		[MEAN_WARN] = 'w', [MEAN_FAIL] = 'f', [MEAN_BLOCKED] = 'b', [MEAN_UNKNOWN] = 'u',
		[MEAN_RUNNING] = 'r', [MEAN_PATH] = 'p', [MEAN_KEY] = 'k', [MEAN_COMMAND] = 'c',
		[MEAN_QUOTE] = 'q', [MEAN_BACKUP] = 'a', [MEAN_DB] = 'd', [MEAN_CONSOLE] = 'h',
		[MEAN_DANGER] = 'x', [MEAN_NOTICE] = 'n'};
	char c = letters[(style & STYLE_MEANING) % MEANINGS];
	if (style & STYLE_SELECTED)
		return c == '.' ? '#' : (char)(c - 'a' + 'A');
	return c;
}

/* One column for one column, so that both sets share every layout. */
static const struct {
	int32_t from;
	char to;
} ascii[] = {
	{0x2713, '.'}, {0x2717, 'X'}, {0x2298, '-'}, {0x00b7, '_'}, {0x2026, '~'}, {0x25b8, '>'}, {0x25be, 'v'},
	{0x25c2, '<'}, {0x25b6, '>'}, {0x25c0, '<'}, {0x2500, '-'}, {0x2501, '='}, {0x2502, '|'}, {0x2503, '|'},
	{0x251c, '|'}, {0x2514, '`'}, {0x250c, '+'}, {0x2510, '+'}, {0x2518, '+'}, {0x252c, '+'}, {0x2534, '+'},
	{0x253b, '+'}, {0x2523, '#'}, {0x252b, '#'}, {0x2533, '#'}, {0x254b, '#'}, {0x253c, '+'}, {0x2524, '|'}, {0x250f, '#'}, {0x2513, '#'}, {0x2517, '#'}, {0x251b, '#'}, {0x2190, '<'},
	{0x2191, '^'}, {0x2192, '>'}, {0x2193, 'v'}, {0x2013, '-'}, {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''},
	{0x201c, '"'}, {0x201d, '"'}, {0x2264, '<'}, {0x2265, '>'}, {0x00d7, 'x'}, {0x250a, '|'}, {0x2588, '#'}, {0x2591, '.'},
};

int32_t style_ascii(int32_t ch)
{
	if (ch < 0x7f)
		return ch;
	for (size_t i = 0; i < sizeof ascii / sizeof *ascii; i++)
		if (ascii[i].from == ch)
			return ascii[i].to;
	return '?';
}

bool style_needs_ascii(const char *codeset, const char *term)
{
	static const char *const plain[] = {"linux*", "vt*", "ansi*", "dumb", "cons*", "sun*", "pcansi*"};
	if (!codeset || (strcasecmp(codeset, "UTF-8") && strcasecmp(codeset, "UTF8")))
		return true;
	if (!term || !*term)
		return true;
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (text_match(plain[i], term))
			return true;
	return false;
}
