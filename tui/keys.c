#include "tui/keys.h"

#include <stdio.h>
#include <string.h>

#include "probes/base/problem.h"
#include "probes/base/text.h"

enum { KEYS_MAX = 6 };

/* Nothing that changes a system stands on [ O A B C D: a cut escape sequence must stay harmless. */
const struct binding bindings[] = {
	{ACT_UP, "up", "Up k", "", "one up", NULL},
	{ACT_DOWN, "down", "Down j", "", "one down", NULL},
	{ACT_LEFT, "needs", "Left h", "needs", "to what this one needs; on other screens: back", NULL},
	{ACT_RIGHT, "breaks", "Right", "breaks", "to what breaks because of this one", "front map fleet"},
	{ACT_FIRST, "first", "g Home", "", "to the first line, and root causes in their order again", NULL},
	{ACT_LAST, "last", "G End", "", "to the last line", NULL},
	{ACT_PAGE_UP, "page-up", "PgUp ^B", "", "one page up", NULL},
	{ACT_PAGE_DOWN, "page-down", "PgDn ^F", "", "one page down", NULL},
	{ACT_OPEN, "open", "Enter", "open", "the remedy of a cause, the evidence of any other line", NULL},
	{ACT_BACK, "back", "Esc Backspace", "back", "to the screen before (← and q do the same)", NULL},
	{ACT_EVIDENCE, "evidence", "e", "evidence", "what was asked and the system's own words", "front map remedy"},
	{ACT_RECHECK, "recheck", "r", "recheck", "ask this one again now; in a remedy or runbook: run the step", "front map fleet evidence remedy walk"},
	{ACT_RECHECK_ALL, "recheck-all", "R", "all", "ask everything again now", NULL},
	{ACT_FREEZE, "freeze", "Space", "freeze", "hold the screen still, to read or to select; again: live", NULL},
	{ACT_COPY, "copy", "c", "copy", "send the command or the sentence to the terminal's clipboard", "front evidence remedy walk"},
	{ACT_COPY_LINE, "copy-line", "C", "one line", "send one line that does the same from this host", "remedy walk"},
	{ACT_PLAIN, "plain", "p", "plain", "plain text on the normal screen, to select with the mouse", "front evidence remedy walk"},
	{ACT_CANCEL, "cancel", "x", "stop", "stop the step that is running", "remedy walk"},
	{ACT_ANSWER, "answer", "a", "answers", "give or change the values that the page asks for", "remedy walk"},
	{ACT_DONE, "done", "d", "done", "the step in view is done", "walk"},
	{ACT_SKIP, "skip", "s", "skip", "the step in view is skipped, for a reason", "walk"},
	{ACT_FAILED, "failed", "F", "failed", "the step in view failed, and the walk goes on", "walk"},
	{ACT_REOPEN, "again", "u", "again", "the step in view is to do again", "walk"},
	{ACT_NOTE, "note", "", "note", "a note at the step in view", "walk"},
	{ACT_PLACE, "place", "o", "place", "where steps go that do not say so: host and user", "walk"},
	{ACT_FOLD, "fold", "z", "fold", "unfold or fold this group", "front fleet"},
	{ACT_FOLD_ALL, "fold-all", "Z", "", "unfold or fold all groups", "front fleet"},
	{ACT_NEXT, "next", "n", "next", "the next place found; without a search the next problem or step", "front fleet remedy walk"},
	{ACT_PREVIOUS, "previous", "N", "", "the one before", "front fleet remedy walk"},
	{ACT_EARLIER, "earlier", "[", "earlier", "back in time: every screen shows that moment, Esc returns to now", NULL},
	{ACT_LATER, "later", "]", "later", "forward in time, up to now", NULL},
	{ACT_CHANGE_BEFORE, "change-before", "{", "change before", "back to the change before", NULL},
	{ACT_CHANGE_AFTER, "change-after", "}", "change after", "forward to the next change", NULL},
	{ACT_TRENDS, "trends", "t", "trends", "pg_wal, backlog, slot lag, free space and RPO over time, and when something will be full", NULL},
	{ACT_CHANGES, "changes", "w", "what changed", "what has changed since everything was green", NULL},
	{ACT_FIND, "find", "/", "find", "find a word; n and N go on to the next one and the one before, Esc forgets it", NULL},
	{ACT_COMMAND, "command", ":", "command", "any of this by its name, Tab completes it; also server NAME, evidence PROBE, open CAUSE, walk RUNBOOK", NULL},
	{ACT_MAP, "map", "m", "map", "the whole pipeline as a picture", NULL},
	{ACT_FLEET, "fleet", "f", "fleet", "all servers, the worst first, and what they share", NULL},
	{ACT_SERVER, "server", "Tab", "server", "the next server", "front"},
	{ACT_WALK, "walk", "W", "runbooks", "the runbooks, to be walked step by step; :walk NAME or :walk FILE.md opens one", NULL},
	{ACT_INCIDENT, "incident", "", "incident", "write the report of the last incident to a file, in Markdown", NULL},
	{ACT_SETUP, "setup", "", "new server", "the wizard for a new server, in lines; its end leads back here", NULL},
	{ACT_JOURNAL, "journal", "l", "journal", "what was run: when, where, by whom, how it ended", NULL},
	{ACT_PAGER, "pager", "P", "pager", "the whole text of this in $PAGER; meanwhile walmedic goes on watching", "front evidence remedy walk journal help"},
	{ACT_SHELL, "shell", "!", "shell", "twice: a shell; its end leads back, meanwhile walmedic goes on watching", NULL},
	{ACT_HELP, "help", "? F1", "help", "this page: what the line in view means, and every key", NULL},
	{ACT_REDRAW, "redraw", "^L", "", "paint the whole screen again", NULL},
	{ACT_SUSPEND, "suspend", "^Z", "", "back to the shell; `fg` returns", NULL},
	{ACT_QUIT, "quit", "q ^C F10", "quit", "back, and at the first screen the end", NULL},
	{ACT_NONE, NULL, NULL, NULL, NULL, NULL},
};

static const struct key_name {
	const char *name;
	int32_t key;
	const char *shown;
} names[] = {
	{"Up", K_UP, "↑"},       {"Down", K_DOWN, "↓"},        {"Left", K_LEFT, "←"},     {"Right", K_RIGHT, "→"},
	{"Home", K_HOME, "Home"}, {"End", K_END, "End"},        {"PgUp", K_PAGE_UP, "PgUp"}, {"PgDn", K_PAGE_DOWN, "PgDn"},
	{"Ins", K_INSERT, "Ins"}, {"Del", K_DELETE, "Del"},     {"BackTab", K_BACKTAB, "BackTab"}, {"Enter", K_ENTER, "Enter"},
	{"Tab", K_TAB, "Tab"},    {"Esc", K_ESC, "Esc"},        {"Backspace", K_DEL, "Backspace"}, {"Space", ' ', "Space"},
	{"F1", K_F1, "F1"},       {"F2", K_F1 + 1, "F2"},       {"F3", K_F1 + 2, "F3"},   {"F4", K_F1 + 3, "F4"},
	{"F5", K_F5, "F5"},       {"F6", K_F1 + 5, "F6"},       {"F7", K_F1 + 6, "F7"},   {"F8", K_F1 + 7, "F8"},
	{"F9", K_F1 + 8, "F9"},   {"F10", K_F10, "F10"},        {"F11", K_F1 + 10, "F11"}, {"F12", K_F1 + 11, "F12"},
};
enum { NAMES = sizeof names / sizeof *names };

/* What is in force. */
static struct bound {
	int32_t key[KEYS_MAX];
	int n;
	bool configured;
	char shown[80];
} bound[ACTIONS];
static bool ready;

/* The name of a key, "x", "^X", "Alt-x" or one of names; 0 when it is none. */
static int32_t parse_key(const char *s, size_t n)
{
	int32_t ch;
	for (int i = 0; i < NAMES; i++)
		if (strlen(names[i].name) == n && !strncmp(names[i].name, s, n))
			return names[i].key;
	if (n > 4 && text_starts(s, "Alt-"))
		return text_next(s + 4, n - 4, &ch) == n - 4 && ch > ' ' && ch < 127 ? K_ALT | ch : 0;
	if (n == 2 && *s == '^')
		return s[1] >= '@' && s[1] <= '_' && s[1] != '[' ? s[1] - 64 : 0;
	return text_next(s, n, &ch) == n && ch > ' ' && ch != K_DEL ? ch : 0;
}

static void show_key(int32_t key, char *out, size_t size)
{
	for (int i = 0; i < NAMES; i++)
		if (names[i].key == key) {
			snprintf(out, size, "%s", names[i].shown);
			return;
		}
	if (key & K_ALT)
		snprintf(out, size, "Alt-%c", (char)(key & 0x7f));
	else if (key < ' ')
		snprintf(out, size, "^%c", (char)(key + 64));
	else
		text_put(key, out);
}

static void show_all(struct bound *b)
{
	char one[16];
	b->shown[0] = '\0';
	for (int i = 0; i < b->n; i++) {
		size_t len = strlen(b->shown);
		show_key(b->key[i], one, sizeof one);
		snprintf(b->shown + len, sizeof b->shown - len, "%s%s", i ? " " : "", one);
	}
}

/* Returns the word that is no key, or NULL. */
static const char *parse_keys(const char *s, struct bound *ret, size_t *ret_n)
{
	struct bound b = {.n = 0};
	for (s += strspn(s, " "); *s; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");
		int32_t key = parse_key(s, n);
		*ret_n = n;
		if (!key || b.n == KEYS_MAX)
			return s;
		b.key[b.n++] = key;
		s += n;
	}
	show_all(&b);
	*ret = b;
	return NULL;
}

void keys_reset(void)
{
	size_t n;
	memset(bound, 0, sizeof bound);
	for (const struct binding *b = bindings; b->name; b++)
		parse_keys(b->keys, &bound[b->action], &n);
	ready = true;
}

static struct bound *force(void)
{
	if (!ready)
		keys_reset();
	return bound;
}

static bool has_key(const struct bound *b, int32_t key)
{
	for (int i = 0; i < b->n; i++)
		if (b->key[i] == key)
			return true;
	return false;
}

/* What terminals send for one key in more than one way. */
static int32_t as_named(int32_t key)
{
	return key == '\n' ? K_ENTER : key == 8 ? K_DEL : key;
}

enum action key_action(int32_t key)
{
	const struct bound *b = force();
	for (int i = ACT_NONE + 1; i < ACTIONS; i++)
		if (has_key(&b[i], as_named(key)))
			return (enum action)i;
	return ACT_NONE;
}

const struct binding *key_binding(enum action action)
{
	const struct binding *b = bindings;
	while (b->name && b->action != action)
		b++;
	return b;
}

enum action key_named(const char *name)
{
	const struct binding *b = bindings;
	while (b->name && strcmp(b->name, name))
		b++;
	return b->action;
}

const char *key_shown(enum action action)
{
	return action > ACT_NONE && action < ACTIONS ? force()[action].shown : "";
}

const char *key_first(enum action action, char buf[16])
{
	buf[0] = '\0';
	if (action > ACT_NONE && action < ACTIONS && force()[action].n)
		show_key(bound[action].key[0], buf, 16);
	return buf;
}

/* ---- [keys] ---- */

static bool harmless(enum action a)
{
	return a != ACT_RECHECK && a != ACT_QUIT && a != ACT_CANCEL && a != ACT_OPEN;
}

static int refuse_key(enum action a, int32_t key, struct problem *p)
{
	char shown[16];
	show_key(key, shown, sizeof shown);
	if (key == 'C' - 64 && a != ACT_QUIT)
		return problem_set(p, "take another key", "^C always leaves: it cannot be the key of %s", key_binding(a)->name);
	if (!harmless(a) && key > 0 && key < 127 && strchr("[OABCD~", key))
		return problem_set(p, "a cut arrow key ends in such a letter: take another key", "%s cannot be the key of %s", shown,
				   key_binding(a)->name);
	for (int i = ACT_NONE + 1; i < ACTIONS; i++)
		if (i != (int)a && bound[i].configured && has_key(&bound[i], key))
			return problem_set(p, "one key has one meaning: take another for one of them", "%s is already the key of %s", shown,
					   key_binding((enum action)i)->name);
	return 0;
}

static void take_away(enum action but, int32_t key)
{
	for (int i = ACT_NONE + 1; i < ACTIONS; i++) {
		struct bound *b = &bound[i];
		int n = 0;
		if (i == (int)but)
			continue;
		for (int k = 0; k < b->n; k++)
			if (b->key[k] != key)
				b->key[n++] = b->key[k];
		b->n = n;
		show_all(b);
	}
}

int keys_rebind(const char *name, const char *keys, struct problem *p)
{
	enum action a = key_named(name);
	struct bound b = {.n = 0};
	size_t n = 0;
	force();
	if (a == ACT_NONE)
		return problem_set(p, "`walmedic info` lists the actions", "there is no action \"%.40s\"", name);
	const char *wrong = strcmp(keys, "none") ? parse_keys(keys, &b, &n) : NULL;
	if (wrong || (!b.n && strcmp(keys, "none")))
		return problem_set(p, "keys are written as x, ^X, Alt-x, Space, Enter, Tab, Esc, Up, PgDn, F1 …; at most 6; or none",
				   "\"%.*s\" is no key for %s", (int)(n > 40 ? 40 : n), wrong ? wrong : "", name);
	for (int i = 0; i < b.n; i++)
		if (refuse_key(a, b.key[i], p))
			return -1;
	if (a == ACT_QUIT && !has_key(&b, 'C' - 64) && b.n < KEYS_MAX)
		b.key[b.n++] = 'C' - 64;
	for (int i = 0; i < b.n; i++)
		take_away(a, b.key[i]);
	b.configured = true;
	show_all(&b);
	bound[a] = b;
	return 0;
}
