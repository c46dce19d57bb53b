#include "tui/clipboard.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* GNU screen 4.9 passes a DCS string of at most 768 bytes through; a longer one is printed as
 * rubbish. */
enum { TEXT_MAX = 8192, PIECE = 700 };

enum clipboard_way clipboard_choose(const char *tmux, const char *sty)
{
	if (tmux && *tmux)
		return CLIPBOARD_TMUX;
	return sty && *sty ? CLIPBOARD_SCREEN : CLIPBOARD_RAW;
}

const char *clipboard_words(enum clipboard_way way)
{
	static const char *const words[] = {
	    [CLIPBOARD_TMUX] =
		"sent to tmux's buffer and the terminal (prefix ] pastes it); p shows it plain",
	    [CLIPBOARD_SCREEN] =
		"sent to terminal through screen; if it does not arrive, p shows it plain",
	    [CLIPBOARD_RAW] = "sent to terminal; if it does not arrive, p shows it plain",
	};
	return words[way];
}

static void base64(struct str *out, const char *text, size_t n)
{
	static const char digit[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)text;
	for (size_t i = 0; i < n; i += 3) {
		unsigned v = (unsigned)p[i] << 16 | (i + 1 < n ? (unsigned)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);
		str_addc(out, digit[v >> 18 & 63]);
		str_addc(out, digit[v >> 12 & 63]);
		str_addc(out, i + 1 < n ? digit[v >> 6 & 63] : '=');
		str_addc(out, i + 2 < n ? digit[v & 63] : '=');
	}
}

void clipboard_sequence(struct str *out, enum clipboard_way way, const char *text)
{
	struct str osc = {0};
	size_t n = strlen(text);
	while (n && text[n - 1] == '\n')
		n--;
	str_add(&osc, "\033]52;c;");
	base64(&osc, text, n > TEXT_MAX ? TEXT_MAX : n);
	str_addc(&osc, '\a');
	if (way != CLIPBOARD_SCREEN)
		str_addn(out, osc.s, osc.len);
	for (size_t i = 0; way == CLIPBOARD_SCREEN && i < osc.len; i += PIECE) {
		str_add(out, "\033P");
		str_addn(out, osc.s + i, osc.len - i < PIECE ? osc.len - i : PIECE);
		str_add(out, "\033\\");
	}
	str_free(&osc);
}

static void write_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t w = write(fd, text, n);
		if (w < 0 && errno != EINTR)
			return;
		text += w < 0 ? 0 : w;
		n -= w < 0 ? 0 : (size_t)w;
	}
}

/* A tmux server that hangs must not hang us. */
static bool wait_a_second(pid_t pid, int *ret_status)
{
	const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
	for (int i = 0; i < 200; i++) {
		pid_t got = waitpid(pid, ret_status, WNOHANG);
		if (got == pid)
			return true;
		if (got < 0 && errno != EINTR)
			return false;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		;
	return false;
}

bool clipboard_tmux(const char *text)
{
	static char *const argv[] = {(char *)"tmux", (char *)"load-buffer", (char *)"-w",
				     (char *)"-", NULL};
	int fd[2], status;
	pid_t pid;
	size_t n = strlen(text);
	while (n && text[n - 1] == '\n')
		n--;
	if (pipe(fd))
		return false;
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, fd[0], 0);
	posix_spawn_file_actions_addclose(&files, fd[1]);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", 1, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", 1, 0);
	int failed = posix_spawnp(&pid, "tmux", &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	close(fd[0]);
	/* a pipe holds 64 kB: the text fits whole, so this never waits */
	if (!failed)
		write_all(fd[1], text, n > TEXT_MAX ? TEXT_MAX : n);
	close(fd[1]);
	if (failed)
		return false;
	return wait_a_second(pid, &status) && WIFEXITED(status) && !WEXITSTATUS(status);
}
