#include "tui/outside.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/link/loop.h"

extern char **environ;

enum { LOOK_MS = 50 };

struct outside {
	pid_t pid;
	int tty;
	struct loop *loop;
	struct loop_timer *timer;
	void (*ended)(void *arg, int status);
	void *arg;
	struct sigaction ttou;
};

/* From the background a change of the terminal's foreground would stop us. */
static void ignore_ttou(struct sigaction *before)
{
	struct sigaction ignore;
	memset(&ignore, 0, sizeof ignore);
	ignore.sa_handler = SIG_IGN;
	sigaction(SIGTTOU, &ignore, before);
}

static void take_back(struct outside *o)
{
	tcsetpgrp(o->tty, getpgrp());
	sigaction(SIGTTOU, &o->ttou, NULL);
	loop_timer_stop(o->timer);
}

static void look(void *arg)
{
	struct outside *o = arg;
	int status = 0;
	pid_t got = waitpid(o->pid, &status, WNOHANG | WUNTRACED);
	bool stopped = got > 0 && WIFSTOPPED(status);
	/* nobody is there to wake it: it goes on */
	if (stopped)
		kill(-o->pid, SIGCONT);
	if (!got || stopped || (got < 0 && errno == EINTR)) {
		o->timer = loop_timer_start(o->loop, LOOK_MS, 0, look, o);
		return;
	}
	o->timer = NULL;
	take_back(o);
	o->ended(o->arg, got < 0 ? -1 : status);
	free(o);
}

static int text_file(const char *text)
{
	int fd = memfd_create("walmedic", MFD_CLOEXEC);
	size_t n = strlen(text);
	while (fd >= 0 && n) {
		ssize_t put = write(fd, text, n);
		if (put < 0)
			break;
		text += put;
		n -= (size_t)put;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static int spawn(struct outside *o, const char *command, int in)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	/* while the terminal still stands on its stdin */
	posix_spawn_file_actions_addtcsetpgrp_np(&files, o->tty);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	int failed = posix_spawn(&o->pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return failed;
}

struct outside *outside_start(struct loop *l, int tty, const char *command, const char *text, void (*ended)(void *arg, int status), void *arg,
			      struct problem *p)
{
	struct outside *o = xcalloc(1, sizeof *o);
	*o = (struct outside){.tty = tty, .loop = l, .ended = ended, .arg = arg};
	int in = text ? text_file(text) : -1;
	ignore_ttou(&o->ttou);
	int failed = spawn(o, command, in);
	if (in >= 0)
		close(in);
	if (!failed) {
		o->timer = loop_timer_start(l, LOOK_MS, 0, look, o);
		return o;
	}
	take_back(o);
	free(o);
	problem_set(p, "p shows it plain", "/bin/sh cannot be started: %s", strerror(failed));
	return NULL;
}

void outside_stop(struct outside *o)
{
	if (!o)
		return;
	kill(-o->pid, SIGHUP);
	kill(-o->pid, SIGCONT);
	take_back(o);
	free(o);
}
