#include "remedies/prompt.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "probes/link/loop.h"

enum { TURN_MS = 100, LINE_MAX_BYTES = 4096 };

/* stdin stays as it is: making it non-blocking would do so to the terminal's output as well. */
static bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, 0) > 0;
}

static void take(struct prompt *p)
{
	char buf[1024];
	ssize_t n = read(p->fd, buf, sizeof buf);
	if (n > 0)
		str_addn(&p->pending, buf, (size_t)n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		p->ended = true;
}

static void turn(struct prompt *p, unsigned wait_ms)
{
	loop_turn(p->loop, wait_ms);
	if (p->turned)
		p->turned(p->arg);
}

/* Splits the first line off pending; the returned text lives in the part that is cut off next time. */
static const char *split(struct prompt *p, char *ret, size_t size)
{
	const char *text = str_text(&p->pending), *end = strchr(text, '\n');
	size_t n = end ? (size_t)(end - text) : p->pending.len;
	size_t kept = n < size ? n : size - 1;
	memcpy(ret, text, kept);
	while (kept && (ret[kept - 1] == '\r' || ret[kept - 1] == ' '))
		kept--;
	ret[kept] = '\0';
	struct str rest = {0};
	str_add(&rest, text + n + (end != NULL));
	str_free(&p->pending);
	p->pending = rest;
	return ret;
}

static bool has_line(const struct prompt *p)
{
	return memchr(str_text(&p->pending), '\n', p->pending.len) || p->pending.len >= LINE_MAX_BYTES;
}

const char *prompt_line(struct prompt *p, const char *text)
{
	static char line[LINE_MAX_BYTES];
	printf("%s > ", text);
	fflush(stdout);
	p->woken = false;
	while (!has_line(p) && !p->ended && !*p->interrupted) {
		if (p->wakes && p->wakes(p->arg)) {
			p->woken = true;
			putchar('\n');
			return NULL;
		}
		if (readable(p->fd))
			take(p);
		else
			turn(p, TURN_MS);
	}
	if (*p->interrupted || (p->ended && !p->pending.len)) {
		p->ended = true;
		putchar('\n');
		fflush(stdout);
		return NULL;
	}
	if (!isatty(p->fd))
		putchar('\n'); /* nobody typed the end of this line */
	return split(p, line, sizeof line);
}

const char *prompt_secret(struct prompt *p, const char *text)
{
	struct termios shown, hidden;
	bool terminal = isatty(p->fd) && !tcgetattr(p->fd, &shown);
	if (terminal) {
		hidden = shown;
		hidden.c_lflag &= (tcflag_t)~ECHO;
		tcsetattr(p->fd, TCSAFLUSH, &hidden);
	}
	const char *line = prompt_line(p, text);
	if (terminal) {
		tcsetattr(p->fd, TCSAFLUSH, &shown);
		putchar('\n');
	}
	return line;
}

bool prompt_nudged(struct prompt *p)
{
	char line[8];
	if (!p->ended && readable(p->fd) && isatty(p->fd))
		take(p);
	if (!has_line(p) || !isatty(p->fd))
		return false;
	split(p, line, sizeof line);
	return true;
}

void prompt_free(struct prompt *p)
{
	str_free(&p->pending);
}
