#include "remedies/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/base/problem.h"
#include "probes/base/secret.h"
#include "probes/base/str.h"
#include "probes/base/text.h"

enum { AHEAD = 64 << 10, MERGE_MAX = 16 << 20, LOOK_BACK = 256 << 10 };

struct journal {
	int fd;                  /* -1: not a file */
	bool to_syslog;
	char *home[JOURNAL_HOMES];       /* in the order of preference; NULL where there is none */
	int at;                  /* index of the one in use; JOURNAL_HOMES when none */
	char say[1600], path[512], why[200], lost[600];
	uint64_t next;
};

/* ---- where ---- */

static char *joined(const char *dir, const char *rest)
{
	struct str s = {0};
	if (!dir || *dir != '/')
		return NULL;
	str_addf(&s, "%s/%s", dir, rest);
	return s.s;
}

static int make_parents(const char *path)
{
	char *copy = xstrdup(path);
	int rc = 0;
	for (char *p = copy + 1; (p = strchr(p, '/')) && !rc; p++) {
		*p = '\0';
		if (mkdir(copy, 0700) && errno != EEXIST && access(copy, F_OK))
			rc = -1;
		*p = '/';
	}
	free(copy);
	return rc;
}

/* The directory is ours alone: in /dev/shm anybody could have made it before us. */
static bool directory_is_ours(const char *path)
{
	struct stat st;
	char *copy = xstrdup(path), *slash = strrchr(copy, '/');
	*slash = '\0';
	bool ours = !lstat(copy, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH));
	free(copy);
	if (!ours)
		errno = EPERM;
	return ours;
}

/* After kill -9 or a full disk the last line may be torn: it gets its newline, and stays as evidence. */
static int mend_last_line(int fd)
{
	char last;
	off_t size = lseek(fd, 0, SEEK_END);
	if (size <= 0 || pread(fd, &last, 1, size - 1) != 1 || last == '\n')
		return size < 0 ? -1 : 0;
	return write(fd, "\n", 1) == 1 ? 0 : -1;
}

static int open_home(const char *path)
{
	struct stat st;
	if (make_parents(path) || !directory_is_ours(path))
		return -1;
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		errno = errno ? errno : EPERM;
	else if (!fchmod(fd, 0600) && !mend_last_line(fd) &&
		 (!fallocate(fd, FALLOC_FL_KEEP_SIZE, st.st_size, AHEAD) || errno == EOPNOTSUPP || errno == ENOSYS))
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* ---- merging what went elsewhere ---- */

static int copy_all(int from, int to)
{
	char buf[16384];
	ssize_t got;
	off_t done = 0;
	while ((got = read(from, buf, sizeof buf)) > 0 && done < MERGE_MAX) {
		if (write(to, buf, (size_t)got) != got)
			return -1;
		done += got;
	}
	return got < 0 ? -1 : fsync(to);
}

/* Brings the lines of a lesser home into the file that is open; the lesser one goes only when they are on disk. */
static void merge(int to, const char *path)
{
	struct stat st;
	int from = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (from < 0)
		return;
	if (!fstat(from, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && directory_is_ours(path) &&
	    !flock(from, LOCK_EX | LOCK_NB) && !mend_last_line(from) && lseek(from, 0, SEEK_SET) == 0 && !copy_all(from, to))
		unlink(path);
	close(from);
}

static bool syslog_is_there(void)
{
	return access("/dev/log", W_OK) == 0;
}

static void describe(struct journal *j)
{
	const char *wanted = j->home[0] ? j->home[0] : "the home directory";
	snprintf(j->path, sizeof j->path, "%s", j->at < JOURNAL_HOMES ? j->home[j->at] : j->to_syslog ? "syslog" : "");
	if (j->at == 0)
		*j->say = '\0';
	else if (*j->path)
		snprintf(j->say, sizeof j->say, "the journal goes to %s, because %s cannot be written (%s)", j->path, wanted, j->why);
	else
		snprintf(j->say, sizeof j->say, "the journal cannot be written anywhere (%s: %s): destructive steps are closed", wanted, j->why);
}

/* Takes the first home from index `from` on that can be written. */
static void settle(struct journal *j, int from)
{
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
	for (j->at = from; j->at < JOURNAL_HOMES && j->fd < 0; j->at++) {
		if (!j->home[j->at])
			continue;
		j->fd = open_home(j->home[j->at]);
		if (j->fd < 0 && !*j->why)
			snprintf(j->why, sizeof j->why, "%s", strerror(errno));
		if (j->fd >= 0)
			break;
	}
	j->to_syslog = j->fd < 0 && syslog_is_there();
	for (int i = j->at + 1; j->fd >= 0 && i < JOURNAL_HOMES; i++)
		if (j->home[i])
			merge(j->fd, j->home[i]);
	describe(j);
}

/* ---- what was begun and never ended ---- */

/* The last deed of this file that a process which is no more has begun, or NULL. */
static json_t *find_lost(FILE *f)
{
	json_t *last = NULL;
	char *line = NULL;
	size_t size = 0;
	while (getline(&line, &size, f) > 0) {
		json_t *o = json_loads(line, 0, NULL), *pid = json_object_get(o, "pid");
		const char *phase = json_string_value(json_object_get(o, "phase"));
		bool same = last && json_equal(json_object_get(o, "deed"), json_object_get(last, "deed"));
		bool begun = phase && !strcmp(phase, "begun") && json_is_integer(pid) && json_integer_value(pid) > 0 &&
			     kill((pid_t)json_integer_value(pid), 0) && errno == ESRCH;
		if (begun || (phase && same)) {
			json_decref(last);
			last = begun ? json_incref(o) : NULL;
		}
		json_decref(o);
	}
	free(line);
	return last;
}

static const char *word(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "?";
}

static void tell_lost(struct journal *j, const json_t *o)
{
	struct problem p;
	struct deed d = {.id = (uint64_t)json_integer_value(json_object_get(o, "deed")), .server = word(o, "server"), .cause = word(o, "cause"),
			 .heading = word(o, "step"), .risk = word(o, "risk"), .place = word(o, "place"), .host = word(o, "host"),
			 .user = word(o, "as"), .command = word(o, "command"), .walk = json_string_value(json_object_get(o, "walk")),
			 .key = json_string_value(json_object_get(o, "key")), .words = "walmedic itself ended before the command did"};
	struct str say = {0};
	char shown[500];
	snprintf(shown, sizeof shown, "\"%.120s\" on %.60s was begun at %.30s by %.40s", d.heading, d.host, word(o, "at"), word(o, "user"));
	text_clean(&say, shown, strlen(shown), sizeof shown, sizeof shown);
	snprintf(j->lost, sizeof j->lost, "%.520s and walmedic ended before it did: its outcome is not known", str_text(&say));
	str_free(&say);
	journal_write(j, DEED_ENDED, &d, &p);
}

static void look_for_lost(struct journal *j)
{
	int fd = j->fd >= 0 ? open(j->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (!f)
		return;
	fseeko(f, 0, SEEK_END);
	off_t size = ftello(f);
	fseeko(f, size > LOOK_BACK ? size - LOOK_BACK : 0, SEEK_SET);
	json_t *o = find_lost(f);
	fclose(f);
	if (o)
		tell_lost(j, o);
	json_decref(o);
}

const char *journal_lost(const struct journal *j)
{
	return j->lost;
}

struct journal *journal_open_in(const char *const home[JOURNAL_HOMES])
{
	struct journal *j = xcalloc(1, sizeof *j);
	j->fd = -1;
	j->next = (uint64_t)clock_wall_ms();
	for (int i = 0; i < JOURNAL_HOMES; i++)
		j->home[i] = home[i] ? xstrdup(home[i]) : NULL;
	settle(j, 0);
	look_for_lost(j);
	return j;
}

void journal_homes(char *ret[JOURNAL_HOMES])
{
	struct passwd *me = getpwuid(geteuid());
	const char *home = getenv("HOME");
	char shared[64];
	snprintf(shared, sizeof shared, "walmedic-%u/journal", (unsigned)geteuid());
	ret[0] = joined(getenv("XDG_STATE_HOME"), "walmedic/journal");
	ret[1] = joined(getenv("XDG_RUNTIME_DIR"), "walmedic/journal");
	ret[2] = joined("/dev/shm", shared);
	if (!ret[0])
		ret[0] = joined(home && *home ? home : me ? me->pw_dir : NULL, ".local/state/walmedic/journal");
}

struct journal *journal_open(void)
{
	char *homes[JOURNAL_HOMES];
	journal_homes(homes);
	struct journal *j = journal_open_in((const char *const *)homes);
	for (int i = 0; i < JOURNAL_HOMES; i++)
		free(homes[i]);
	return j;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	for (int i = 0; i < JOURNAL_HOMES; i++)
		free(j->home[i]);
	free(j);
}

const char *journal_say(const struct journal *j)
{
	return j->say;
}

const char *journal_path(const struct journal *j)
{
	return j->path;
}

uint64_t journal_next(struct journal *j)
{
	return j->next++;
}

/* ---- lines ---- */

static void put(json_t *o, const char *key, const char *value)
{
	struct str masked = {0};
	if (!value || !*value)
		return;
	secret_mask(&masked, value, strlen(value));
	json_t *text = json_string(str_text(&masked));
	json_object_set_new(o, key, text ? text : json_string("(not UTF-8)"));
	str_free(&masked);
}

static void put_who(json_t *o)
{
	struct passwd *me = getpwuid(geteuid());
	const char *tty = ttyname(STDIN_FILENO);
	char host[256] = "";
	gethostname(host, sizeof host - 1);
	put(o, "user", me ? me->pw_name : "?");
	put(o, "sudo_user", getenv("SUDO_USER"));
	put(o, "tty", tty);
	put(o, "from_host", host);
	put(o, "ssh", getenv("SSH_CONNECTION"));
	json_object_set_new(o, "pid", json_integer(getpid()));
}

static void put_outcome(json_t *o, enum deed_phase phase, const struct deed *d)
{
	if (phase == DEED_ENDED && d->ended)
		json_object_set_new(o, "exit", json_integer(d->status));
	else if (phase == DEED_ENDED)
		put(o, "unknown_outcome", d->words && *d->words ? d->words : "no word");
	if (phase == DEED_ENDED)
		put(o, "output_sha256", d->output_sha256);
	else
		put(o, "say", d->say);
}

static char *line_of(enum deed_phase phase, const struct deed *d)
{
	static const char *const phases[] = {"begun", "ended", "proven", "unproven", "walk"};
	char at[40];
	json_t *o = json_object();
	put(o, "at", clock_rfc3339(clock_wall_ms(), at, sizeof at));
	put(o, "phase", phases[phase]);
	json_object_set_new(o, "deed", json_integer((json_int_t)d->id));
	put_who(o);
	put(o, "walk", d->walk);
	put(o, "key", d->key);
	put(o, "event", d->event);
	put(o, "page", d->page);
	put(o, "server", d->server);
	put(o, "cause", d->cause);
	put(o, "step", d->heading);
	put(o, "risk", d->risk);
	put(o, "place", d->place);
	put(o, "host", d->host);
	put(o, "as", d->user);
	put(o, "command", d->command);
	put_outcome(o, phase, d);
	char *line = json_dumps(o, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(o);
	return line;
}

static int write_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t put_bytes = write(fd, s, n);
		if (put_bytes < 0)
			return -1;
		s += put_bytes;
		n -= (size_t)put_bytes;
	}
	return 0;
}

static int append(struct journal *j, const char *line)
{
	struct str whole = {0};
	if (j->to_syslog) {
		openlog("walmedic", LOG_PID, LOG_AUTH);
		syslog(LOG_NOTICE, "%s", line);
		return 0;
	}
	if (j->fd < 0) {
		errno = ENOSPC;
		return -1;
	}
	str_addf(&whole, "%s\n", line);
	flock(j->fd, LOCK_EX);
	int rc = write_all(j->fd, whole.s, whole.len) ? -1 : fsync(j->fd);
	int saved = errno;
	flock(j->fd, LOCK_UN);
	fallocate(j->fd, FALLOC_FL_KEEP_SIZE, lseek(j->fd, 0, SEEK_END), AHEAD);
	errno = saved;
	str_free(&whole);
	return rc;
}

int journal_write(struct journal *j, enum deed_phase phase, const struct deed *d, struct problem *p)
{
	char *line = line_of(phase, d);
	int rc = line ? append(j, line) : -1;
	while (line && rc && j->at < JOURNAL_HOMES) {
		snprintf(j->why, sizeof j->why, "%s", strerror(errno));
		settle(j, j->at + 1);
		rc = append(j, line);
	}
	free(line);
	if (rc)
		problem_set(p, "free some space in the home directory", "%s", *j->say ? j->say : "the journal cannot be written");
	return rc;
}
