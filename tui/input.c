#include "tui/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/text.h"

enum { CANVAS_H = 500, CANVAS_W = 1000, ESC = 27, PASTE_QUIET_MS = 2000, PASTE_BEGIN = K_UNKNOWN + 1, PASTE_END };

/* Both forms, whatever the terminal's description says: which one comes depends on a mode that a
 * multiplexer or an earlier program may have left behind. */
static const struct {
	const char *bytes;
	int32_t key;
} known[] = {
	{"[A", K_UP},       {"[B", K_DOWN},      {"[C", K_RIGHT},   {"[D", K_LEFT},     {"[H", K_HOME},
	{"[F", K_END},      {"OA", K_UP},        {"OB", K_DOWN},    {"OC", K_RIGHT},    {"OD", K_LEFT},
	{"OH", K_HOME},     {"OF", K_END},       {"OM", K_ENTER},   {"OP", K_F1},       {"OQ", K_F2},
	{"OR", K_F3},       {"OS", K_F4},        {"[[A", K_F1},     {"[[B", K_F2},      {"[[C", K_F3},
	{"[[D", K_F4},      {"[[E", K_F5},       {"[Z", K_BACKTAB}, {"[1~", K_HOME},    {"[7~", K_HOME},
	{"[4~", K_END},     {"[8~", K_END},      {"[2~", K_INSERT}, {"[3~", K_DELETE},  {"[5~", K_PAGE_UP},
	{"[6~", K_PAGE_DOWN}, {"[11~", K_F1},    {"[12~", K_F2},    {"[13~", K_F3},     {"[14~", K_F4},
	{"[15~", K_F5},     {"[21~", K_F10},     {"[200~", PASTE_BEGIN}, {"[201~", PASTE_END},
};

void input_learn(struct input *in, const char *bytes, int32_t key)
{
	/* One byte (a terminal whose Backspace is ^H) needs no table; Esc alone would hide every sequence. */
	if (!bytes || strlen(bytes) < 2 || strlen(bytes) >= INPUT_BYTES || bytes[0] != ESC || in->strings == INPUT_STRINGS)
		return;
	strcpy(in->string[in->strings].bytes, bytes);
	in->string[in->strings++].key = key;
}

static int32_t lookup(const struct input *in)
{
	for (int i = 0; i < in->strings; i++)
		if (!strcmp(in->string[i].bytes, in->held))
			return in->string[i].key;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i].bytes, in->held + 1))
			return known[i].key;
	return K_UNKNOWN;
}

static bool learnt_prefix(const struct input *in)
{
	for (int i = 0; i < in->strings; i++)
		if (!strncmp(in->string[i].bytes, in->held, in->n) && strlen(in->string[i].bytes) > in->n)
			return true;
	return false;
}

static void keep(struct input *in, char c)
{
	in->held[in->n++] = c;
	in->held[in->n] = '\0';
}

static void drop(struct input *in)
{
	in->n = 0;
	in->held[0] = '\0';
}

static void deliver(struct input *in, int32_t key, input_key *call, void *arg)
{
	drop(in);
	if (key == PASTE_BEGIN)
		in->pasting = true;
	else if (key == PASTE_END)
		in->pasting = false;
	else if (key != K_UNKNOWN)
		call(arg, key, in->pasting);
}

/* "[1;5A" is Ctrl-Up: the arrow it is made of. */
static int32_t without_modifiers(struct input *in)
{
	char *semicolon = strchr(in->held, ';');
	char last = in->held[in->n - 1];
	if (!semicolon)
		return K_UNKNOWN;
	char *from = last != '~' && semicolon > in->held ? in->held + 2 : semicolon;
	from[0] = last;
	from[1] = '\0';
	in->n = strlen(in->held);
	return lookup(in);
}

static bool is_csi(const struct input *in)
{
	return in->n >= 2 && in->held[1] == '[';
}

/* "[<0;COLUMN;LINEM", as xterm writes it in its mode 1006: the left button goes down, the wheel turns; anything else is nothing. */
static int32_t mouse_key(const struct input *in)
{
	int button, x, y;
	char kind;
	if (!in->mouse || in->pasting || sscanf(in->held + 1, "[<%3d;%4d;%4d%c", &button, &x, &y, &kind) != 4 || kind != 'M')
		return K_UNKNOWN;
	if (button == 64 || button == 65)
		return button == 64 ? K_WHEEL_UP : K_WHEEL_DOWN;
	return !button && x > 0 && y > 0 && x <= CANVAS_W && y <= CANVAS_H ? key_click(y - 1, x - 1) : K_UNKNOWN;
}

/* After ESC [: parameters and intermediates until a final byte; "[[A" of the Linux console has one more. */
static bool csi_complete(const struct input *in)
{
	char last = in->held[in->n - 1];
	if (in->n < 3 || (in->n == 3 && last == '['))
		return false;
	return last >= 0x40 && last <= 0x7e;
}

static void sequence_byte(struct input *in, char c, input_key *call, void *arg)
{
	keep(in, c);
	if (in->n == 2 && (c == ']' || c == 'P' || c == '_' || c == '^' || c == 'X')) {
		/* a reply of the terminal that nobody asked for: a string up to its end */
		drop(in);
		in->mode = INPUT_STRING;
		return;
	}
	int32_t key = is_csi(in) && !csi_complete(in) ? K_UNKNOWN : lookup(in);
	if (key != K_UNKNOWN)
		deliver(in, key, call, arg);
	else if (learnt_prefix(in) || (in->n == 2 && c == 'O'))
		return;
	else if (is_csi(in) && csi_complete(in))
		deliver(in, in->held[2] == '<' ? mouse_key(in) : without_modifiers(in), call, arg);
	else if (is_csi(in) && in->n == INPUT_BYTES)
		in->mode = INPUT_SKIP;
	else if (!is_csi(in))
		/* Alt with a character, or a sequence that nobody knows: never the character itself */
		deliver(in, in->n == 2 ? K_ALT | (unsigned char)c : K_UNKNOWN, call, arg);
}

static size_t utf8_length(unsigned char c)
{
	return c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
}

static void character_byte(struct input *in, char c, input_key *call, void *arg)
{
	int32_t ch;
	keep(in, c);
	if (in->n < utf8_length((unsigned char)in->held[0])) {
		if (in->n > 1 && ((unsigned char)c & 0xc0) != 0x80)
			drop(in);
		return;
	}
	text_next(in->held, in->n, &ch);
	drop(in);
	if (ch >= 0)
		call(arg, ch, in->pasting);
}

/* Rubbish up to a final byte, or a string up to BEL or ESC \. */
static void skip_byte(struct input *in, char c)
{
	if (in->mode == INPUT_SKIP) {
		if (c >= 0x40 && c <= 0x7e) {
			in->mode = INPUT_PLAIN;
			drop(in);
		}
	} else if (in->mode == INPUT_STRING_ESC || c == 7) {
		in->mode = INPUT_PLAIN;
	} else if (c == ESC) {
		in->mode = INPUT_STRING_ESC;
	}
}

static void feed_one(struct input *in, char c, input_key *call, void *arg)
{
	if (in->mode != INPUT_PLAIN) {
		skip_byte(in, c);
	} else if (c == ESC) {
		if (in->n && in->held[0] == ESC && !in->pasting)
			deliver(in, in->n == 1 ? K_ESC : K_UNKNOWN, call, arg);
		drop(in);
		keep(in, c);
	} else if (in->n && in->held[0] == ESC) {
		sequence_byte(in, c, call, arg);
	} else {
		character_byte(in, c, call, arg);
	}
}

void input_feed(struct input *in, const char *bytes, size_t n, input_key *call, void *arg)
{
	for (size_t i = 0; i < n; i++)
		feed_one(in, bytes[i], call, arg);
}

unsigned input_wait_ms(const struct input *in, unsigned esc_ms)
{
	if (in->n || in->mode != INPUT_PLAIN)
		return esc_ms;
	return in->pasting ? PASTE_QUIET_MS : 0;
}

void input_timeout(struct input *in, input_key *call, void *arg)
{
	bool lone = in->mode == INPUT_PLAIN && in->n == 1 && in->held[0] == ESC && !in->pasting;
	bool held = in->n || in->mode != INPUT_PLAIN;
	in->mode = INPUT_PLAIN;
	drop(in);
	if (lone)
		call(arg, K_ESC, false);
	else if (!held)
		in->pasting = false;
}

void input_flush(struct input *in)
{
	in->mode = INPUT_PLAIN;
	drop(in);
}
