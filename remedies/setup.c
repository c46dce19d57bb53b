#include "remedies/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probes/base/text.h"
#include "probes/engine/engine.h"
#include "remedies/answers.h"
#include "remedies/catalogue.h"
#include "remedies/course.h"
#include "remedies/fix_inside.h"
#include "remedies/walk.h"

static const char course_path[] = "setup:barman";

struct setting_up {
	const struct setup_order *o;
	struct arena *arena;
	const struct page *page;
	struct answers answers;
	struct str typed;     /* read ahead from stdin by the first questions */
	bool begun;
};

/* ---- what nobody needs to type ---- */

/* ssh://[user@]host[:port], or local: this machine. */
static void derive(struct setting_up *s, const char *url, const char *host_name, const char *port_name)
{
	struct utsname u;
	if (!strcmp(url, "local")) {
		answers_set(&s->answers, host_name, uname(&u) ? "localhost" : arena_dup(s->arena, u.nodename));
		answers_set(&s->answers, port_name, "22");
		return;
	}
	const char *host = strrchr(url, '@') ? strrchr(url, '@') + 1 : url + strlen("ssh://");
	size_t n = *host == '[' ? strcspn(host, "]") : strcspn(host, ":");
	const char *after = host + n + (host[n] == ']');
	answers_set(&s->answers, host_name, arena_dupn(s->arena, host + (*host == '['), n - (*host == '[')));
	answers_set(&s->answers, port_name, *after == ':' ? arena_dup(s->arena, after + 1) : "22");
}

static const char *own_config(const struct setting_up *s)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	if (s->o->config)
		return s->o->config;
	if (xdg && *xdg == '/' && (geteuid() || !access(arena_printf(s->arena, "%s/walmedic/walmedic.conf", xdg), F_OK)))
		return arena_printf(s->arena, "%s/walmedic/walmedic.conf", xdg);
	const char *mine = arena_printf(s->arena, "%s/.config/walmedic/walmedic.conf", home ? home : "");
	return geteuid() && access("/etc/walmedic.conf", W_OK) ? mine : !access(mine, F_OK) ? mine : "/etc/walmedic.conf";
}

static const char *own_program(const struct setting_up *s)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	return n > 0 ? arena_dupn(s->arena, path, (size_t)n) : "walmedic";
}

/* How a host's key becomes known, for the journal as well. */
static void say_how_keys_are_known(struct setting_up *s, const char *name, const char *url)
{
	if (answers_get(&s->answers, name))
		return;
	const char *how = answers_get(&s->answers, "hostkeys");
	answers_set(&s->answers, name, !strcmp(url, "local") ? "local" : how ? how : "compared by the operator");
}

static void complete(struct setting_up *s)
{
	const char *backup = answers_get(&s->answers, "backup"), *db = answers_get(&s->answers, "db");
	derive(s, backup, "backup_host", "backup_port");
	derive(s, db, "db_host", "db_port");
	say_how_keys_are_known(s, "hostkey_backup", backup);
	say_how_keys_are_known(s, "hostkey_db", db);
	answers_set(&s->answers, "own_config", own_config(s));
	answers_set(&s->answers, "walmedic", own_program(s));
}

/* ---- which server, and where ---- */

static const struct asked_value *ask_of(const struct page *page, const char *name)
{
	for (int i = 0; i < page->asks; i++)
		if (!strcmp(page->ask[i].name, name))
			return &page->ask[i];
	return NULL;
}

/* The value from the answers, or the operator's; NULL when he went away. */
static const char *value_of(struct setting_up *s, struct fix *x, const char *name, const char *before)
{
	const struct asked_value *ask = ask_of(s->page, name);
	const char *value = answers_get(&s->answers, name);
	while (!value && !x->quit) {
		value = fix_ask(x, ask, before ? before : ask->fallback);
		if (*value || x->quit)
			break;
		puts("it cannot be left empty");
		value = NULL;
	}
	if (x->quit)
		return NULL;
	answers_set(&s->answers, ask->name, value);
	return value;
}

static int begin_course(struct setting_up *s, struct fix *x, const char *server)
{
	static const char *const where[] = {"backup", "db"};
	struct course c;
	course_load(s->arena, s->page, course_path, server, x->journal, &c);
	bool anew = !c.begun || c.ended || s->o->anew;
	const char *before[2] = {NULL, NULL};
	for (int i = 0; i < s->page->asks; i++)
		for (int k = 0; k < 2; k++)
			if (!strcmp(s->page->ask[i].name, where[k]))
				before[k] = c.value[i];
	for (int k = 0; k < 2; k++) {
		if (!anew && before[k] && !answers_get(&s->answers, where[k]))
			answers_set(&s->answers, where[k], before[k]);
		if (!value_of(s, x, where[k], before[k]))
			return -1;
	}
	if (anew)
		course_begin(&c);
	s->begun = anew;
	return 0;
}

/* Asks what must be known before anything can be looked at. -1: nobody answered. */
static int ask_where(struct setting_up *s)
{
	struct fix x = {.loop = s->o->loop, .server = -1, .arena = s->arena, .page = s->page, .check = answers_check,
			.unattended = s->o->answers != NULL};
	fix_open(&x);
	const char *server = value_of(s, &x, "server", NULL);
	int rc = server ? begin_course(s, &x, server) : -1;
	s->typed = x.prompt.pending;
	x.prompt.pending = (struct str){0};
	fix_close(&x);
	return rc;
}

/* ---- the whole ---- */

static int read_answers(struct setting_up *s, struct problem *p)
{
	size_t n;
	struct stat st;
	if (!s->o->answers)
		return 0;
	if (!stat(s->o->answers, &st) && S_ISREG(st.st_mode) && st.st_mode & (S_IWGRP | S_IWOTH))
		return problem_set(p, "chmod go-w it, after reading it", "\"%s\" can be written by others: what it confirms may not be yours", s->o->answers);
	const char *bytes = page_file(s->arena, s->o->answers, &n, p);
	if (!bytes || answers_parse(s->arena, s->o->answers, bytes, &s->answers, p))
		return -1;
	return answers_complete(&s->answers, s->o->answers, p);
}

static int walk(struct setting_up *s, struct problem *p)
{
	struct engine_options options = {.timeout_ms = s->o->timeout_ms};
	struct engine *e = engine_new(s->o->loop, &options);
	struct server_spec spec = {.name = answers_get(&s->answers, "server"), .engine = "barman", .backup = answers_get(&s->answers, "backup"),
				   .db = answers_get(&s->answers, "db")};
	struct walk_flow flow = {.answer = s->answers.answer, .answers = s->answers.n, .check = answers_check, .unattended = s->o->answers != NULL,
				 .may_restart = s->answers.may_restart, .begun = s->begun, .typed = &s->typed};
	struct walk_order o = {.loop = s->o->loop, .engine = e, .page = s->page, .path = course_path, .read_only = s->o->read_only, .flow = &flow};
	int status = engine_add(e, &spec, p) ? -1 : walk_page(&o);
	engine_free(e);
	return status;
}

int setup_walk(const struct setup_order *o, struct problem *p)
{
	struct setting_up s = {.o = o, .arena = arena_new()};
	int status = -1;
	s.page = setup_find(s.arena, "barman", p);
	if (s.page && !read_answers(&s, p)) {
		status = ask_where(&s) ? 1 : 0;
		if (!status) {
			complete(&s);
			status = walk(&s, p);
		}
	}
	str_free(&s.typed);
	arena_free(s.arena);
	return status;
}
