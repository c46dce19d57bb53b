/* Every action, once: its name, its keys, what the hints and the help say of it. Decoding, hints, help, the
 * command line at the bottom and the section [keys] of the configuration all come from this table. */
#ifndef WALMEDIC_TUI_KEYS_H
#define WALMEDIC_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct problem;

/* Keys that are not characters, beyond Unicode. */
enum key {
	K_ENTER = '\r',
	K_TAB = '\t',
	K_ESC = 27,
	K_DEL = 127,
	K_SPECIAL = 0x110000,
	K_UP, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END, K_PAGE_UP, K_PAGE_DOWN,
	K_INSERT, K_DELETE, K_BACKTAB, K_F1, K_F2, K_F3, K_F4, K_F5, K_F10 = K_F1 + 9,
	K_UNKNOWN = K_F1 + 20,
	K_WHEEL_UP = K_F1 + 30, K_WHEEL_DOWN,
	K_ALT = 0x200000, /* with a character: Alt held */
	K_CLICK = 0x400000, /* with the place, key_click */
};

static inline int32_t key_click(int y, int x)
{
	return K_CLICK | y << 10 | x;
}

enum action {
	ACT_NONE,
	ACT_UP,
	ACT_DOWN,
	ACT_LEFT,
	ACT_RIGHT,
	ACT_FIRST,
	ACT_LAST,
	ACT_PAGE_UP,
	ACT_PAGE_DOWN,
	ACT_OPEN,
	ACT_BACK,
	ACT_EVIDENCE,
	ACT_RECHECK,
	ACT_RECHECK_ALL,
	ACT_FREEZE,
	ACT_COPY,
	ACT_COPY_LINE,
	ACT_PLAIN,
	ACT_CANCEL,
	ACT_ANSWER,
	ACT_FOLD,
	ACT_FOLD_ALL,
	ACT_MAP,
	ACT_FLEET,
	ACT_SERVER,
	ACT_NEXT,
	ACT_PREVIOUS,
	ACT_EARLIER,
	ACT_LATER,
	ACT_CHANGE_BEFORE,
	ACT_CHANGE_AFTER,
	ACT_TRENDS,
	ACT_CHANGES,
	ACT_FIND,
	ACT_COMMAND,
	ACT_WALK,
	ACT_DONE,
	ACT_SKIP,
	ACT_NOTE,
	ACT_FAILED,
	ACT_REOPEN,
	ACT_PLACE,
	ACT_INCIDENT,
	ACT_SETUP,
	ACT_JOURNAL,
	ACT_PAGER,
	ACT_SHELL,
	ACT_HELP,
	ACT_REDRAW,
	ACT_SUSPEND,
	ACT_QUIT,
	ACTIONS,
	ACT_FIXED, /* only in hints: a key that is an answer and no action; its text begins with the key */
};

struct binding {
	enum action action;
	const char *name;   /* as typed after ":" and in [keys] */
	const char *keys;   /* the default, separated by blanks, the one that hints show first; "": only by name */
	const char *hint;   /* in the last line of a screen: "copy" */
	const char *help;
	const char *on;     /* the screens where it does something, separated by blanks; NULL: everywhere */
};

extern const struct binding bindings[]; /* action ACT_NONE at the end */

enum action key_action(int32_t key);
const struct binding *key_binding(enum action action);
/* The action of that name, ACT_NONE if there is none. */
enum action key_named(const char *name);
/* All keys of an action as they are in force ("↑ k"), and the first of them; "" when it has none. The text lives until the
 * next keys_rebind. */
const char *key_shown(enum action action);
const char *key_first(enum action action, char buf[16]);
/* One line of [keys]: the action NAME gets these keys ("F5 r", "none") in place of its own; another action loses them. -1: one sentence
 * and a HINT in p. Process-wide, like the table. */
int keys_rebind(const char *name, const char *keys, struct problem *p);
/* As in the table again. */
void keys_reset(void);

#endif
