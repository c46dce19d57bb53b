#include "remedies/lock.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/base/str.h"
#include "probes/base/text.h"

struct walk_lock {
	int fd;         /* -1: there is no file */
	bool ours;
	char say[400];
};

static int open_file(const char *journal, const char *walk)
{
	char path[700];
	const char *slash = strrchr(journal, '/');
	struct stat st;
	if (!slash)
		return -1;
	snprintf(path, sizeof path, "%.*s/walks", (int)(slash - journal), journal);
	if (mkdir(path, 0700) && (lstat(path, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid()))
		return -1;
	size_t n = strlen(path);
	snprintf(path + n, sizeof path - n, "/%s", walk);
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid())) {
		close(fd);
		return -1;
	}
	return fd;
}

struct walk_lock *walk_lock_open(const char *journal, const char *walk)
{
	struct walk_lock *l = xcalloc(1, sizeof *l);
	l->fd = open_file(journal, walk);
	l->ours = l->fd < 0;
	return l;
}

/* For whoever comes second: "alice on backup1 (from 10.0.0.5, process 4711) since …". */
static void sign(const struct walk_lock *l)
{
	struct passwd *me = getpwuid(geteuid());
	const char *sudo = getenv("SUDO_USER"), *ssh = getenv("SSH_CONNECTION");
	char host[256] = "", at[40], line[360];
	gethostname(host, sizeof host - 1);
	int from = ssh ? (int)strcspn(ssh, " ") : 0;
	snprintf(line, sizeof line, "%.60s on %.80s (%s%.*s%sprocess %ld) since %s", sudo && *sudo ? sudo : me ? me->pw_name : "somebody", host,
		 from ? "from " : "", from > 60 ? 60 : from, ssh ? ssh : "", from ? ", " : "", (long)getpid(), clock_rfc3339(clock_wall_ms(), at, sizeof at));
	if (!ftruncate(l->fd, 0) && pwrite(l->fd, line, strlen(line), 0) < 0)
		return; /* the lock holds all the same */
}

bool walk_lock_take(struct walk_lock *l)
{
	if (l->ours || flock(l->fd, LOCK_EX | LOCK_NB))
		return l->ours;
	l->ours = true;
	sign(l);
	return true;
}

const char *walk_lock_holder(struct walk_lock *l)
{
	char line[360];
	struct str clean = {0};
	ssize_t n = l->fd < 0 ? 0 : pread(l->fd, line, sizeof line, 0);
	if (n > 0)
		text_clean(&clean, line, (size_t)n, sizeof line, sizeof line);
	snprintf(l->say, sizeof l->say, "%s walks this page: you can watch it here", clean.len ? str_text(&clean) : "somebody else");
	str_free(&clean);
	return l->say;
}

void walk_lock_close(struct walk_lock *l)
{
	if (!l)
		return;
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}
