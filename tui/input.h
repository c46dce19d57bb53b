/* Bytes of a terminal into keys. Knows no terminal and no clock: the loop tells when time is up. */
#ifndef WALMEDIC_TUI_INPUT_H
#define WALMEDIC_TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/keys.h"

/* pasted: came between the marks of a bracketed paste; never a command. */
typedef void input_key(void *arg, int32_t key, bool pasted);

enum { INPUT_STRINGS = 16, INPUT_BYTES = 32 };

/* Zero-initialise; then input_learn for each key of the terminal's own description. */
struct input {
	struct {
		char bytes[INPUT_BYTES];
		int32_t key;
	} string[INPUT_STRINGS];
	int strings;
	char held[INPUT_BYTES + 1]; /* of a sequence that is not complete */
	size_t n;
	enum { INPUT_PLAIN, INPUT_SKIP, INPUT_STRING, INPUT_STRING_ESC } mode;
	bool pasting;
	bool mouse;                 /* was asked for: clicks and the wheel are keys, else they are nothing */
};

/* A sequence of terminfo; ignored when NULL or longer than INPUT_BYTES. */
void input_learn(struct input *in, const char *bytes, int32_t key);
void input_feed(struct input *in, const char *bytes, size_t n, input_key *call, void *arg);
/* Milliseconds after which input_timeout is to be called if no byte comes, 0: nothing is held back.
 * esc_ms is how long a lone Esc waits for company. */
unsigned input_wait_ms(const struct input *in, unsigned esc_ms);
/* What is held back means itself: a lone Esc is Esc, anything else is dropped. */
void input_timeout(struct input *in, input_key *call, void *arg);
/* Forgets what is held back (type-ahead before a question). */
void input_flush(struct input *in);

#endif
