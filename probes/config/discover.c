#include "probes/config/discover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/alive.h"
#include "probes/base/arena.h"
#include "probes/base/problem.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/config/barman.h"
#include "probes/config/ini.h"
#include "probes/config/walmedic.h"

enum { FILES_MAX = 512 };

/* ---- files ---- */

static const char *user_name(uid_t uid)
{
	struct passwd *pw = getpwuid(uid);
	return pw ? pw->pw_name : "?";
}

static int cannot_read(const char *path, int err, const struct stat *st, struct problem *p)
{
	char hint[200] = "look at the modes of the directories above it";
	if (err == EACCES && st) {
		bool root_only = st->st_uid == 0 || !(st->st_mode & 0400);
		snprintf(hint, sizeof hint, "it belongs to \"%s\" with mode %03o: start walmedic as %s", user_name(st->st_uid),
			 (unsigned)(st->st_mode & 0777), root_only ? "root" : user_name(st->st_uid));
	} else if (err == ENOENT) {
		snprintf(hint, sizeof hint, "check the path");
	}
	return problem_set(p, hint, "cannot read \"%s\" as \"%s\": %s", path, user_name(geteuid()), strerror(err));
}

static int read_fd(int fd, const char *path, struct str *out, struct problem *p)
{
	char buf[16384];
	ssize_t n;
	while ((n = read(fd, buf, sizeof buf)) > 0 && out->len <= INI_MAX_BYTES)
		str_addn(out, buf, (size_t)n);
	return n < 0 ? cannot_read(path, errno, NULL, p) : 0;
}

/* Only regular files: a pipe or device would keep us waiting. */
static int read_file(struct arena *a, const char *path, struct barman_file *ret, struct problem *p)
{
	struct stat st;
	struct str text = {0};
	bool seen = !stat(path, &st);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return cannot_read(path, errno, seen ? &st : NULL, p);
	int rc = fstat(fd, &st) || !S_ISREG(st.st_mode)
			 ? problem_set(p, "name a file", "\"%s\" is no regular file", path)
			 : read_fd(fd, path, &text, p);
	close(fd);
	if (!rc)
		*ret = (struct barman_file){arena_dup(a, path), arena_dupn(a, str_text(&text), text.len), text.len};
	str_free(&text);
	return rc;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0 || errno == EACCES;
}

/* ---- our own file ---- */

static const char *own_path(struct arena *a)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *path = xdg && *xdg == '/' ? arena_printf(a, "%s/walmedic/walmedic.conf", xdg)
					: arena_printf(a, "%s/.config/walmedic/walmedic.conf", home ? home : "");
	if (access(path, F_OK) == 0)
		return path;
	return exists("/etc/walmedic.conf") ? "/etc/walmedic.conf" : NULL;
}

static const char *or_null(const char *text)
{
	return text && *text ? text : NULL;
}

static int from_own(struct arena *a, const char *path, const char *barman_config, struct discovered *d, struct problem *p)
{
	struct barman_file file;
	struct own_config own;
	if (read_file(a, path, &file, p) || own_config_parse(a, path, file.bytes, file.size, &own, p))
		return -1;
	d->source = arena_dup(a, path);
	d->server = arena_alloc(a, (size_t)own.servers * sizeof *d->server);
	d->servers = own.servers;
	for (int i = 0; i < own.servers; i++) {
		const struct own_server *s = &own.server[i];
		d->server[i] = (struct discovered_server){
			.name = s->name, .engine = s->engine, .backup = s->backup, .db = s->db,
			.barman_config = barman_config ? barman_config : or_null(s->barman_config),
			.barman_user = or_null(s->barman_user), .contact = or_null(s->contact), .rpo_max_s = s->rpo_max_s, .fill_warning_s = s->fill_warning_s,
			.no_history = !strcmp(s->history, "no")};
	}
	return 0;
}

/* ---- Barman's files ---- */

/* Barman's home is often a network mount: when it hangs, what does not lie there is still to be read. What was silent once is not waited for again. */
static bool answers(const char *dir)
{
	static char silent[256];
	size_t n = strlen(silent);
	if (n && !strncmp(dir, silent, n) && (!dir[n] || dir[n] == '/'))
		return false;
	bool it_does = directory_answers(dir, 1000);
	if (!it_does)
		snprintf(silent, sizeof silent, "%s", dir);
	return it_does;
}

/* root asks as Barman's user, whose home counts. */
static const char *barman_home_dir(void)
{
	struct passwd *pw = geteuid() == 0 ? getpwnam("barman") : NULL;
	const char *home = getenv("HOME");
	return pw ? pw->pw_dir : home ? home : "";
}

static const char *main_file(struct arena *a, const char *barman_config)
{
	const char *env = getenv("BARMAN_CONFIG_FILE");
	if (barman_config || (env && *env))
		return barman_config ? barman_config : env;
	const char *const candidates[] = {arena_printf(a, "%s/.barman.conf", barman_home_dir()), "/etc/barman.conf", "/etc/barman/barman.conf"};
	const char *unreadable = NULL;
	for (size_t i = answers(barman_home_dir()) ? 0 : 1; i < sizeof candidates / sizeof *candidates; i++) {
		if (access(candidates[i], R_OK) == 0) /* Barman passes over what it cannot read */
			return candidates[i];
		if (errno == EACCES && !unreadable)
			unreadable = candidates[i];
	}
	return unreadable;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int list_directory(struct arena *a, const char *dir, char **path)
{
	int n = 0;
	DIR *d = answers(dir) ? opendir(dir) : NULL;
	struct dirent *e;
	while (d && n < FILES_MAX && (e = readdir(d)))
		if (e->d_name[0] != '.' && text_match("*.conf", e->d_name))
			path[n++] = arena_printf(a, "%s/%s", dir, e->d_name);
	if (d)
		closedir(d);
	qsort(path, (size_t)n, sizeof *path, by_name);
	return n;
}

static const char *expanded(struct arena *a, const char *path)
{
	return text_starts(path, "~/") ? arena_printf(a, "%s/%s", barman_home_dir(), path + 2) : path;
}

/* It is read here, and again by the one who asks from Barman's home: a relative path would name another file there. */
static const char *absolute(struct arena *a, const char *path)
{
	char *real = path && *path != '/' ? realpath(path, NULL) : NULL;
	const char *kept = real ? arena_dup(a, real) : path;
	free(real);
	return kept;
}

/* The main file, then what it includes; files that cannot be read are passed over, as Barman does. */
static int collect(struct arena *a, const char *path, struct barman_file *file, int *ret_n, bool *ret_closed, struct problem *p)
{
	char *include[FILES_MAX];
	if (read_file(a, path, &file[0], p))
		return -1;
	struct barman_config *c = barman_config_parse(file, 1, 0);
	const char *dir = arena_dup(a, *c->files_directory ? expanded(a, c->files_directory) : "");
	int found = *dir ? list_directory(a, dir, include) : 0, n = 1;
	const char *home = arena_dup(a, c->home), *autoconf = *home ? arena_printf(a, "%s/.barman.auto.conf", home) : NULL;
	barman_config_free(c);
	*ret_closed = *dir && answers(dir) && access(dir, R_OK | X_OK) != 0;
	for (int i = 0; i < found; i++)
		if (read_file(a, include[i], &file[n], NULL))
			*ret_closed = true;
		else
			n++;
	if (autoconf && answers(home) && access(autoconf, R_OK) == 0)
		n += !read_file(a, autoconf, &file[n], NULL);
	*ret_n = n;
	return 0;
}

static bool is_listed(const struct discovered *d, const char *name)
{
	for (int i = 0; i < d->servers; i++)
		if (!strcmp(d->server[i].name, name))
			return true;
	return false;
}

/* What Barman backed up so far has a directory each: how a server is known whose section cannot be read. That it cannot be
 * read is then a finding, and no end. */
static void guess_from_directories(struct arena *a, const char *home, const char *barman_config, struct discovered *d)
{
	DIR *dir = answers(home) ? opendir(home) : NULL;
	struct dirent *e;
	struct discovered_server *grown = arena_alloc(a, (size_t)(d->servers + FILES_MAX) * sizeof *grown);
	int room = d->servers + FILES_MAX;
	for (int i = 0; i < d->servers; i++)
		grown[i] = d->server[i];
	d->server = grown;
	while (dir && d->servers < room && (e = readdir(dir)))
		if (e->d_name[0] != '.' && text_is_plain(e->d_name) && !is_listed(d, e->d_name) &&
		    exists(arena_printf(a, "%s/%s/base", home, e->d_name)) && exists(arena_printf(a, "%s/%s/wals", home, e->d_name)))
			d->server[d->servers++] = (struct discovered_server){.name = arena_dup(a, e->d_name), .engine = "barman",
									    .backup = "local", .db = "", .barman_config = barman_config};
	if (dir)
		closedir(dir);
}

static int no_servers(const struct barman_config *c, const char *path, struct problem *p)
{
	const struct barman_problem *first = barman_problem_of(c, BARMAN_SYNTAX, NULL);
	if (first)
		return problem_set(p, first->hint, first->line > 0 ? "%s:%d: %s" : "%s%.0d: %s", *first->file ? first->file : path,
				   first->line > 0 ? first->line : 0, first->say);
	return problem_set(p, "add a section with the server's name, in this file or in configuration_files_directory",
			   "Barman's configuration \"%s\" names no server", path);
}

static int from_barman(struct arena *a, const char *path, const char *barman_config, struct discovered *d, struct problem *p)
{
	struct barman_file *file = arena_alloc(a, (FILES_MAX + 2) * sizeof *file);
	bool closed = false;
	int n = 0;
	if (collect(a, path, file, &n, &closed, p)) {
		guess_from_directories(a, barman_home_dir(), barman_config, d);
		d->source = arena_dup(a, path);
		return d->servers ? 0 : -1;
	}
	struct barman_config *c = barman_config_parse(file, n, 0);
	int rc = c->servers ? 0 : no_servers(c, path, p);
	d->source = arena_dup(a, path);
	d->servers = c->servers;
	d->server = arena_alloc(a, (size_t)(c->servers + 1) * sizeof *d->server);
	for (int i = 0; i < c->servers; i++)
		d->server[i] = (struct discovered_server){
			.name = arena_dup(a, c->server[i].name), .engine = "barman", .backup = "local", .db = "",
			.barman_config = barman_config ? arena_dup(a, barman_config) : NULL,
			.barman_user = strcmp(c->user, "barman") ? arena_dup(a, c->user) : NULL};
	if (closed)
		guess_from_directories(a, *c->home ? arena_dup(a, c->home) : barman_home_dir(), barman_config, d);
	barman_config_free(c);
	return d->servers ? 0 : rc;
}

/* Backups lie here and no barman.conf does: it was removed. */
static int nothing(struct arena *a, struct discovered *d, struct problem *p)
{
	guess_from_directories(a, barman_home_dir(), NULL, d);
	d->source = arena_dup(a, barman_home_dir());
	if (d->servers)
		return 0;
	return problem_set(p,
			   "on a Barman host it reads /etc/barman.conf by itself; elsewhere write /etc/walmedic.conf: [SERVER], backup = ssh://root@HOST, db = ssh://root@HOST",
			   "there is no configuration: neither walmedic.conf nor a barman.conf was found on this host");
}

int discover_servers(const char *walmedic_conf, const char *barman_config, struct discovered *ret, struct problem *p)
{
	struct arena *a = arena_new();
	struct discovered d = {.arena = a};
	const char *env = getenv("BARMAN_CONFIG_FILE");
	const char *given = barman_config ? barman_config : env && *env ? env : NULL;
	const char *own = walmedic_conf ? walmedic_conf : given ? NULL : own_path(a);
	int rc = own ? from_own(a, own, barman_config, &d, p) : 0;
	if (rc || d.servers)
		goto out;
	/* none of our own, or one that only names keys */
	given = absolute(a, given);
	const char *barman = main_file(a, given);
	rc = barman ? from_barman(a, barman, given, &d, p) : nothing(a, &d, p);
out:
	if (rc) {
		arena_free(a);
		return -1;
	}
	*ret = d;
	return 0;
}

typedef int take_own(const struct own_key *k, struct problem *p);

static int give(const struct own_key *k, take_own *take, struct problem *p)
{
	struct problem why = {"", ""};
	return take(k, &why) ? problem_set(p, why.hint, "%s:%d: %.400s", k->file, k->line, why.say) : 0;
}

/* For the console's own lines; a file that is not there is no reason to stop. */
static int read_own(struct arena *a, const char *walmedic_conf, struct own_config *ret, struct problem *p)
{
	struct barman_file file;
	const char *path = walmedic_conf ? walmedic_conf : own_path(a);
	if (path && path != walmedic_conf && access(path, R_OK))
		path = NULL;
	return path ? read_file(a, path, &file, p) || own_config_parse(a, path, file.bytes, file.size, ret, p) : 0;
}

int discover_keys(const char *walmedic_conf, take_own *take, struct problem *p)
{
	struct arena *a = arena_new();
	struct own_config own = {0};
	int rc = read_own(a, walmedic_conf, &own, p);
	for (int i = 0; !rc && i < own.keys; i++)
		rc = give(&own.key[i], take, p);
	arena_free(a);
	return rc ? -1 : 0;
}

static int give_common(const char *walmedic_conf, bool runbooks, take_own *take, struct problem *p)
{
	struct arena *a = arena_new();
	struct own_config own = {0};
	int rc = read_own(a, walmedic_conf, &own, p);
	for (int i = 0; !rc && i < own.looks; i++)
		if (runbooks == !strcmp(own.look[i].action, "runbooks"))
			rc = give(&own.look[i], take, p);
	arena_free(a);
	return rc ? -1 : 0;
}

int discover_looks(const char *walmedic_conf, take_own *take, struct problem *p)
{
	return give_common(walmedic_conf, false, take, p);
}

int discover_runbooks(const char *walmedic_conf, take_own *take, struct problem *p)
{
	return give_common(walmedic_conf, true, take, p);
}

/* Barman's main file, where there is one, is in order and names no server. */
static bool names_nobody(struct arena *a, const char *path)
{
	struct problem p;
	struct barman_file *file = arena_alloc(a, (FILES_MAX + 2) * sizeof *file);
	bool closed = false;
	int n = 0;
	if (collect(a, path, file, &n, &closed, &p) || closed)
		return false;
	struct barman_config *c = barman_config_parse(file, n, 0);
	bool nobody = !c->servers && !barman_problem_of(c, BARMAN_SYNTAX, NULL);
	barman_config_free(c);
	return nobody;
}

bool discover_is_empty(const char *walmedic_conf, const char *barman_config)
{
	struct arena *a = arena_new();
	struct problem p;
	struct own_config own = {0};
	const char *env = getenv("BARMAN_CONFIG_FILE");
	bool given = walmedic_conf || barman_config || (env && *env);
	const char *barman = given ? NULL : main_file(a, NULL);
	bool empty = !given && !read_own(a, NULL, &own, &p) && !own.servers && (!barman || names_nobody(a, barman));
	arena_free(a);
	return empty;
}

void discovered_free(struct discovered *d)
{
	arena_free(d->arena);
	*d = (struct discovered){0};
}
