#include "probes/engine/store.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "probes/base/arena.h"

enum { IN_USE_MS = 5 * 60 * 1000, DAY_MS = 86400 * 1000 };

struct store {
	char *dir;
};

static int refuse(char *why, size_t size, const char *what, const char *words)
{
	snprintf(why, size, "%s: %s", what, words);
	return -1;
}

/* ---- the directory ---- */

/* A server's name as one component of a path. */
static void add_escaped(struct str *s, const char *name)
{
	for (const char *p = name; *p; p++) {
		if (isalnum((unsigned char)*p) || strchr("_-", *p) || (*p == '.' && p > name))
			str_addc(s, *p);
		else
			str_addf(s, "%%%02X", (unsigned)(unsigned char)*p);
	}
}

static int make_directories(const char *path)
{
	char *copy = xstrdup(path);
	int rc = 0;
	for (char *p = copy + 1; !rc && (p = strchr(p, '/')); p++) {
		*p = '\0';
		rc = mkdir(copy, 0700) && errno != EEXIST && access(copy, F_OK) ? -1 : 0;
		*p = '/';
	}
	free(copy);
	return rc ? rc : mkdir(path, 0700) && errno != EEXIST ? -1 : 0;
}

struct store *store_open(const char *dir, const char *server, char *why, size_t why_size)
{
	struct stat st;
	struct str path = {0};
	str_addf(&path, "%s/", dir);
	add_escaped(&path, server);
	if (make_directories(path.s) || lstat(path.s, &st)) {
		refuse(why, why_size, path.s, strerror(errno));
	} else if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		refuse(why, why_size, path.s, "is not a directory of ours alone");
	} else {
		struct store *s = xcalloc(1, sizeof *s);
		s->dir = path.s;
		return s;
	}
	str_free(&path);
	return NULL;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	free(s->dir);
	free(s);
}

/* ---- files ---- */

char *store_name(const struct store *s, int64_t from)
{
	struct str path = {0};
	str_addf(&path, "%s/%013lld-%ld.jsonl", s->dir, (long long)from, (long)getpid());
	return path.s;
}

static int append_to(int fd, long long length, const char *bytes, size_t n)
{
	struct stat st;
	struct statvfs v;
	if (fstat(fd, &st) || fstatvfs(fd, &v))
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_size != length) {
		errno = ESTALE;
		return -1;
	}
	if ((unsigned long long)v.f_bavail * v.f_frsize < STORE_ROOM) {
		errno = ENOSPC;
		return -1;
	}
	ssize_t done = write(fd, bytes, n);
	if (done == (ssize_t)n)
		return 0;
	int saved = done < 0 ? errno : ENOSPC;
	if (ftruncate(fd, length))
		saved = EIO;
	errno = saved;
	return -1;
}

int store_append(const char *path, long long length, const char *bytes, size_t n, char *why, size_t why_size)
{
	int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (length ? 0 : O_CREAT);
	int fd = open(path, flags, 0600);
	if (fd < 0)
		return refuse(why, why_size, path, strerror(errno));
	int rc = append_to(fd, length, bytes, n);
	if (rc)
		refuse(why, why_size, path, strerror(errno));
	close(fd);
	return rc;
}

static bool read_name(const char *name, struct stored *ret)
{
	long long from;
	int end = 0;
	if (sscanf(name, "%13lld-%ld.jsonl%n", &from, &ret->pid, &end) != 2 || !end || name[end] || from < 0)
		return false;
	ret->from = from;
	return true;
}

static int by_time(const void *pa, const void *pb)
{
	const struct stored *a = pa, *b = pb;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

int store_list(const struct store *s, struct stored **ret)
{
	struct stored *list = NULL, row = {0};
	int n = 0;
	DIR *d = opendir(s->dir);
	for (struct dirent *f; d && (f = readdir(d));) {
		struct stat st;
		struct str path = {0};
		if (!read_name(f->d_name, &row) || fstatat(dirfd(d), f->d_name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
			continue;
		str_addf(&path, "%s/%s", s->dir, f->d_name);
		row.path = path.s;
		row.size = st.st_size;
		row.to = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
		list = xrealloc(list, (size_t)(n + 1) * sizeof *list);
		list[n++] = row;
	}
	if (d)
		closedir(d);
	if (n)
		qsort(list, (size_t)n, sizeof *list, by_time);
	*ret = list;
	return n;
}

void stored_free(struct stored *list, int n)
{
	for (int i = 0; i < n; i++)
		free(list[i].path);
	free(list);
}

int store_read(const char *path, long long max, struct str *ret)
{
	char buf[65536];
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	while ((long long)ret->len < max && (got = read(fd, buf, sizeof buf)) > 0)
		str_addn(ret, buf, (size_t)got);
	close(fd);
	return got < 0 ? -1 : 0;
}

void store_prune(const struct store *s, int64_t now, long long max)
{
	struct stored *list;
	long long sum = 0;
	int n = store_list(s, &list);
	for (int i = 0; i < n; i++)
		sum += list[i].size;
	for (int i = 0; i < n; i++) {
		bool old = list[i].to < now - (int64_t)STORE_DAYS * DAY_MS;
		if (now - list[i].to < IN_USE_MS || (!old && sum <= max))
			continue;
		if (!unlink(list[i].path))
			sum -= list[i].size;
	}
	stored_free(list, n);
}
