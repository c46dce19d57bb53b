/* Every key, once: decoding, hints and the help screen all come from this table. */
#ifndef WALMEDIC_TUI_KEYS_H
#define WALMEDIC_TUI_KEYS_H

#include <stdint.h>

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
	K_ALT = 0x200000, /* with a character: Alt held */
};

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
	ACT_SERVER,
	ACT_NEXT,
	ACT_PREVIOUS,
	ACT_HELP,
	ACT_REDRAW,
	ACT_SUSPEND,
	ACT_QUIT,
	ACTIONS,
};

struct binding {
	enum action action;
	const char *name;   /* of the action */
	const char *keys;   /* as written in the help */
	const char *hint;   /* in the last line of a screen: "c copy" */
	const char *help;
	int32_t key[6];     /* 0 at the end */
};

extern const struct binding bindings[]; /* action ACT_NONE at the end */

enum action key_action(int32_t key);
const struct binding *key_binding(enum action action);

#endif
