#include "tests/unit/link/peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int listen_somewhere(int *ret_port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 16) || getsockname(fd, (struct sockaddr *)&a, &n))
		abort();
	*ret_port = ntohs(a.sin_port);
	return fd;
}

static void serve(int fd, enum peer kind)
{
	static const char *const says[] = {
		[PEER_GARBAGE] = "Exceeded MaxStartups\r\n",
		[PEER_HTTP] = "HTTP/1.1 400 Bad Request\r\n\r\n",
	};
	for (;;) {
		int c = accept(fd, NULL, NULL);
		if (c < 0 || kind == PEER_SILENT)
			continue;
		if (kind != PEER_CLOSES && says[kind] && write(c, says[kind], strlen(says[kind])) < 0)
			_exit(1);
		if (kind != PEER_CLOSES)
			shutdown(c, SHUT_WR);
		close(c);
	}
}

struct peer_at peer_start(enum peer kind)
{
	struct peer_at p;
	int fd = listen_somewhere(&p.port);
	p.pid = fork();
	if (p.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(fd, kind);
	}
	close(fd);
	return p;
}

void peer_end(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

void peer_stop(struct peer_at p)
{
	peer_end(p.pid);
}

int peer_free_port(void)
{
	int port;
	close(listen_somewhere(&port));
	return port;
}

char *peer_mkdir(void)
{
	char *dir = strdup("/tmp/walmedic-link-XXXXXX");
	if (!mkdtemp(dir))
		abort();
	return dir;
}

int peer_sh(const char *fmt, ...)
{
	char text[4096];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return system(text);
}

void peer_rmdir(char *dir)
{
	peer_sh("rm -rf '%s'", dir);
	free(dir);
}

static int answers(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), r = connect(fd, (struct sockaddr *)&a, sizeof a);
	close(fd);
	return r == 0;
}

pid_t peer_serve(const char *const *argv, int port)
{
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execv(argv[0], (char **)(uintptr_t)argv);
		_exit(127);
	}
	for (int i = 0; i < 1000 && !answers(port); i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return -1;
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	return pid;
}
