#include "tui/restore.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int deadly[] = {SIGSEGV, SIGBUS,  SIGILL,	SIGFPE, SIGABRT,
			     SIGSYS,  SIGQUIT, SIGXCPU, SIGXFSZ};
enum { DEADLY = sizeof deadly / sizeof *deadly };

static struct termios saved;
static volatile sig_atomic_t have_saved;
static struct sigaction before[DEADLY];

void restore_now(void)
{
	/* leave the alternate screen, bracketed paste and mouse off, cursor on, cursor keys and keypad plain,
	 * no attributes */
	static const char text[] = "\033[?1049l\033[?2004l\033[?1006l\033[?1000l\033[?25h\033[?1l\033>\033[m\r\n";
	if (!have_saved)
		return;
	ssize_t n = write(STDOUT_FILENO, text, sizeof text - 1);
	(void)n;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

static void die(int signo)
{
	restore_now();
	/* SA_RESETHAND put the default back: it ends the program with the right status and core. */
	raise(signo);
}

void restore_install(void)
{
	struct sigaction act;
	memset(&act, 0, sizeof act);
	act.sa_handler = die;
	act.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
	have_saved = tcgetattr(STDIN_FILENO, &saved) == 0;
	for (size_t i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &act, &before[i]);
}

void restore_uninstall(void)
{
	for (size_t i = 0; i < DEADLY; i++)
		sigaction(deadly[i], &before[i], NULL);
	have_saved = 0;
}
