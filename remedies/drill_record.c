#include "remedies/drill_record.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/base/str.h"
#include "probes/base/text.h"

enum { BYTES_MAX = 4000 }; /* of a record: the probe reads 4096 */

/* ---- files ---- */

/* The same name as the probe's shell makes: every byte but letters, digits, "_", "-" and "." is "_". */
static void path_of(struct str *out, const char *directory, const char *server, const char *ending)
{
	str_addf(out, "%s/", directory);
	for (; *server; server++)
		str_addc(out, isalnum((unsigned char)*server) || strchr("_-.", *server) ? *server : '_');
	str_add(out, ending);
}

static int make_directories(const char *directory)
{
	char *path = xstrdup(directory);
	int rc = 0;
	for (char *p = path + 1; !rc && *p; p++) {
		size_t n = strcspn(p, "/");
		char after = p[n];
		p[n] = '\0';
		rc = mkdir(path, 0700) && errno != EEXIST && access(path, F_OK) ? -1 : 0;
		p[n] = after;
		p += n - !after;
	}
	free(path);
	return rc;
}

static int put_bytes(const char *path, const char *text)
{
	size_t n = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	bool done = write(fd, text, n) == (ssize_t)n && !fsync(fd);
	return (close(fd) || !done) ? -1 : 0;
}

static void sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)!fsync(fd);
	close(fd);
}

/* Under another name first: a record is never half of one. */
static int put(const char *directory, const char *server, const char *ending, const char *text, struct problem *p)
{
	struct str path = {0}, draft = {0};
	path_of(&path, directory, server, ending);
	str_addf(&draft, "%s.%ld", str_text(&path), (long)getpid());
	int rc = make_directories(directory) || put_bytes(str_text(&draft), text) || rename(str_text(&draft), str_text(&path));
	if (rc) {
		problem_set(p, "make the directory writable, or set XDG_STATE_HOME", "%s cannot be written: %s", str_text(&path), strerror(errno));
		unlink(str_text(&draft));
	}
	sync_directory(directory);
	str_free(&path);
	str_free(&draft);
	return rc ? -1 : 0;
}

/* At most BYTES_MAX; -1: there is no such file, -2: it is no regular file or cannot be read. */
static ssize_t take(const char *directory, const char *server, const char *ending, char ret[BYTES_MAX])
{
	struct str path = {0};
	struct stat st;
	path_of(&path, directory, server, ending);
	int fd = open(str_text(&path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is_none = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
	str_free(&path);
	if (fd < 0)
		return is_none ? -1 : -2;
	ssize_t n = fstat(fd, &st) || !S_ISREG(st.st_mode) ? -2 : read(fd, ret, BYTES_MAX);
	close(fd);
	return n < 0 ? -2 : n;
}

/* ---- the record ---- */

char *drill_record_text(const char *bytes, size_t n, const char *server, const struct drill_done *d)
{
	char at[32], last[32];
	json_t *all = n ? json_loadb(bytes, n, 0, NULL) : NULL, *restored = json_object();
	if (!json_is_object(all)) {
		json_decref(all);
		all = json_object();
	}
	clock_rfc3339(d->at, at, sizeof at);
	json_object_set_new(all, "version", json_integer(1));
	json_object_set_new(all, "server", json_string(server));
	json_object_set_new(restored, "backup", json_string(d->backup));
	json_object_set_new(restored, "at", json_string(at));
	if (d->seconds >= 0 && d->seconds < 1e9)
		json_object_set_new(restored, "seconds", json_integer((json_int_t)d->seconds));
	if (fabs(d->last) < 1e11)
		json_object_set_new(restored, "last_transaction", json_string(clock_rfc3339((int64_t)d->last * 1000, last, sizeof last)));
	json_object_set_new(all, "restored", restored);
	if (d->verified)
		json_object_set_new(all, "verified", json_pack("{s:s, s:s}", "backup", d->backup, "at", at));
	char *text = json_dumps(all, JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
	json_decref(all);
	return text;
}

int drill_record_write(const char *directory, const char *server, const struct drill_done *d, struct problem *p)
{
	char bytes[BYTES_MAX];
	ssize_t n = take(directory, server, ".json", bytes);
	char *text = drill_record_text(bytes, n > 0 ? (size_t)n : 0, server, d);
	if (text && strlen(text) > BYTES_MAX) { /* whoever filled it so: the probe would not read to its end */
		free(text);
		text = drill_record_text(NULL, 0, server, d);
	}
	int rc = text ? put(directory, server, ".json", text, p) : problem_set(p, NULL, "the name of the backup cannot be written as JSON");
	free(text);
	return rc;
}

/* ---- what is left ---- */

static bool take_word(const json_t *all, const char *key, char *ret, size_t size)
{
	const char *text = json_string_value(json_object_get(all, key));
	if (text && (strlen(text) >= size || !text_is_plain(text)))
		return false;
	snprintf(ret, size, "%s", text ? text : "");
	return true;
}

int drill_left_parse(const char *bytes, size_t n, struct drill_left *ret)
{
	json_t *all = json_loadb(bytes, n, 0, NULL);
	*ret = (struct drill_left){0};
	bool good = json_is_object(all) && take_word(all, "directory", ret->directory, sizeof ret->directory) &&
		    take_word(all, "login", ret->login, sizeof ret->login) && take_word(all, "host", ret->host, sizeof ret->host) &&
		    take_word(all, "at", ret->at, sizeof ret->at) && *ret->directory == '/' && !*ret->login == !*ret->host;
	json_decref(all);
	return good ? 0 : -1;
}

int drill_left_write(const char *directory, const char *server, const struct drill_left *l, struct problem *p)
{
	json_t *all = json_pack("{s:i, s:s, s:s, s:s, s:s}", "version", 1, "directory", l->directory, "login", l->login, "host", l->host, "at", l->at);
	char *text = all ? json_dumps(all, JSON_PRESERVE_ORDER) : NULL;
	int rc = text ? put(directory, server, ".scratch", text, p) : problem_set(p, NULL, "the directory's name is no text in UTF-8");
	json_decref(all);
	free(text);
	return rc;
}

int drill_left_read(const char *directory, const char *server, struct drill_left *ret, struct problem *p)
{
	char bytes[BYTES_MAX];
	ssize_t n = take(directory, server, ".scratch", bytes);
	*ret = (struct drill_left){0};
	if (n == -1)
		return 0;
	if (n >= 0 && !drill_left_parse(bytes, (size_t)n, ret))
		return 1;
	*ret = (struct drill_left){0};
	return problem_set(p, "look there yourself for a directory walmedic-drill.*, and delete the file", "the note of where an earlier drill has put its copy cannot be read: %s",
			   directory);
}

void drill_left_remove(const char *directory, const char *server)
{
	struct str path = {0};
	path_of(&path, directory, server, ".scratch");
	unlink(str_text(&path));
	sync_directory(directory);
	str_free(&path);
}
