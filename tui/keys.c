#include "tui/keys.h"

#include <stddef.h>

/* Nothing that changes a system stands on [ O A B C D: a cut escape sequence must stay harmless. */
const struct binding bindings[] = {
	{ACT_UP, "up", "k ↑", "", "one up", {'k', K_UP}},
	{ACT_DOWN, "down", "j ↓", "", "one down", {'j', K_DOWN}},
	{ACT_LEFT, "needs", "h ←", "←→ needs/breaks", "to what this one needs; on other screens: back", {'h', K_LEFT}},
	{ACT_RIGHT, "breaks", "l →", "", "to what breaks because of this one", {'l', K_RIGHT}},
	{ACT_FIRST, "first", "g Home", "", "to the first line, and root causes in their order again", {'g', K_HOME}},
	{ACT_LAST, "last", "G End", "", "to the last line", {'G', K_END}},
	{ACT_PAGE_UP, "page-up", "PgUp ^B", "", "one page up", {K_PAGE_UP, 'B' - 64}},
	{ACT_PAGE_DOWN, "page-down", "PgDn ^F", "", "one page down", {K_PAGE_DOWN, 'F' - 64}},
	{ACT_OPEN, "open", "Enter", "Enter open", "the remedy of a cause, the evidence of any other line", {K_ENTER, '\n'}},
	{ACT_BACK, "back", "Esc Backspace", "Esc back", "to the screen before (← and q do the same)", {K_ESC, K_DEL, 8}},
	{ACT_EVIDENCE, "evidence", "e", "e evidence", "what was asked and the system's own words", {'e'}},
	{ACT_RECHECK, "recheck", "r", "r recheck", "ask this one again now; in a remedy: run the step", {'r'}},
	{ACT_RECHECK_ALL, "recheck-all", "R", "R all", "ask everything again now", {'R'}},
	{ACT_FREEZE, "freeze", "Space", "Space freeze", "hold the screen still, to read or to select; again: live", {' '}},
	{ACT_COPY, "copy", "c", "c copy", "send the command or the sentence to the terminal's clipboard", {'c'}},
	{ACT_COPY_LINE, "copy-line", "C", "C one line", "send one line that does the same from this host", {'C'}},
	{ACT_PLAIN, "plain", "p", "p plain", "plain text on the normal screen, to select with the mouse", {'p'}},
	{ACT_CANCEL, "cancel", "x", "x stop", "stop the step that is running", {'x'}},
	{ACT_ANSWER, "answer", "a", "a answers", "give or change the values that a remedy asks for", {'a'}},
	{ACT_FOLD, "fold", "z", "z fold", "unfold or fold this group", {'z'}},
	{ACT_FOLD_ALL, "fold-all", "Z", "", "unfold or fold all groups", {'Z'}},
	{ACT_NEXT, "next", "] n", "] next", "the next problem; in a remedy: the next step", {']', 'n'}},
	{ACT_PREVIOUS, "previous", "[ N", "", "the problem or step before", {'[', 'N'}},
	{ACT_MAP, "map", "m", "m map", "the whole pipeline as a picture", {'m'}},
	{ACT_SERVER, "server", "Tab", "Tab server", "the next server", {K_TAB}},
	{ACT_HELP, "help", "? F1", "? help", "this page", {'?', K_F1}},
	{ACT_REDRAW, "redraw", "^L", "", "paint the whole screen again", {'L' - 64}},
	{ACT_SUSPEND, "suspend", "^Z", "", "back to the shell; `fg` returns", {'Z' - 64}},
	{ACT_QUIT, "quit", "q ^C", "q quit", "back, and at the first screen the end", {'q', 'C' - 64, K_F10}},
	{ACT_NONE, NULL, NULL, NULL, NULL, {0}},
};

enum action key_action(int32_t key)
{
	for (const struct binding *b = bindings; b->name; b++)
		for (size_t i = 0; i < sizeof b->key / sizeof *b->key && b->key[i]; i++)
			if (b->key[i] == key)
				return b->action;
	return ACT_NONE;
}

const struct binding *key_binding(enum action action)
{
	const struct binding *b = bindings;
	while (b->name && b->action != action)
		b++;
	return b;
}
