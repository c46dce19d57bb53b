/* This machine: one child a question, no login, so no session is kept. Two at once, so that the ssh beside them gets its
 * share; one that takes longer than usual no longer counts, so that a disk that hangs holds nothing up. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/clock.h"
#include "probes/link/child.h"
#include "probes/link/loop_uv.h"
#include "probes/link/places.h"
#include "probes/link/shell.h"

enum { AT_ONCE = 2, USUAL_MS = 200, ENV_MAX = 8 };

/* Who has not come home by then is asked in / instead, and everybody of that home for a while: a network mount that hangs. */
enum { HOME_MS = 2000, AWAY_MS = 30000 };

struct local;

struct run {
	struct local *local;
	struct asked *asked;
	char *user;
	struct wire *wire;
	struct deadline deadline;
	struct str out;
	char nonce[NONCE_SIZE];
	int64_t begun; /* monotonic ms */
	bool counts;   /* among those at once */
	bool away;     /* not in its home */
	struct run *next;
};

struct local {
	struct place *place;
	struct queue waiting;
	struct run *runs;
	int running;
	char *hung;         /* a home that did not answer */
	int64_t hung_until; /* monotonic ms */
};

static void start_some(struct local *l);

static void memory_free(void *arg)
{
	struct run *r = arg;
	str_free(&r->out);
	free(r->user);
	free(r);
}

static void leave(struct run *r)
{
	for (struct run **p = &r->local->runs; *p; p = &(*p)->next)
		if (*p == r) {
			*p = r->next;
			break;
		}
	r->local->running -= r->counts;
	deadline_close(&r->deadline, memory_free);
}

static void finish(struct run *r, struct raw raw)
{
	struct local *l = r->local;
	struct asked *a = r->asked;
	raw.via = "local";
	leave(r);
	asked_finish(a, &raw);
	start_some(l);
}

/* Nothing came before the mark but the words of runuser or sudo: the user could not be had. */
static void ended(void *arg, const struct wire_end *e)
{
	struct run *r = arg;
	size_t mark = strlen(r->nonce) + 1;
	r->wire = NULL;
	if (r->out.len >= mark && !memcmp(r->out.s, r->nonce, mark - 1)) {
		finish(r, (struct raw){.outcome = REPLY_DONE, .status = e->status, .out = r->out.s + mark, .out_len = r->out.len - mark});
	} else {
		if (!r->out.len)
			str_addf(&r->out, "its shell ended with status %d before it began", e->status);
		finish(r, (struct raw){.outcome = REPLY_NO_LINK, .stage = "user", .status = e->status, .words = r->out.s});
	}
}

static void bytes(void *arg, bool is_err, const char *s, size_t n)
{
	struct run *r = arg;
	(void)is_err;
	if (r->out.len < OUT_MAX + NONCE_SIZE)
		str_addn(&r->out, s, n);
}

static void begin(struct run *r);

/* Nothing at all was said yet: the shell is on its way home. What it should say has not begun. */
static void go_on_without_home(struct run *r)
{
	struct local *l = r->local;
	const struct passwd *pw = getpwnam(r->user);
	if (!pw)
		return;
	free(l->hung);
	l->hung = xstrdup(pw->pw_dir);
	l->hung_until = clock_mono_ms() + AWAY_MS;
	r->wire->class->drop(r->wire);
	begin(r);
}

static void deadline_passed(void *arg)
{
	struct run *r = arg;
	int64_t past = clock_mono_ms() - r->begun, left = r->asked->deadline_ms - past;
	if (left <= 0) {
		r->wire->class->drop(r->wire);
		finish(r, (struct raw){.outcome = REPLY_TIMEOUT, .stage = "run", .words = ""});
		return;
	}
	if (past >= HOME_MS && !r->away && !r->out.len)
		go_on_without_home(r);
	deadline_set(&r->deadline, (unsigned)(past < HOME_MS && left > HOME_MS - past ? HOME_MS - past : left));
	if (r->counts) {
		r->counts = false;
		r->local->running--;
		start_some(r->local);
	}
}

static const struct wire_ops run_ops = {bytes, ended};

/* env exactly as every question's: HOME USER LOGNAME SHELL PATH LANG. */
static void make_env(struct arena *a, const struct passwd *pw, const char **env)
{
	env[0] = arena_printf(a, "HOME=%s", pw->pw_dir);
	env[1] = arena_printf(a, "USER=%s", pw->pw_name);
	env[2] = arena_printf(a, "LOGNAME=%s", pw->pw_name);
	env[3] = arena_printf(a, "SHELL=%s", pw->pw_shell);
	env[4] = "PATH=" SHELL_PATH;
	env[5] = "LANG=C.UTF-8";
	env[6] = NULL;
}

/* The program that becomes the other user first, if it is another one. */
static int switch_user(const char *user, const char **argv)
{
	static const char *const root[] = {"runuser", "-u"}, *const other[] = {"sudo", "-n", "-u"};
	const struct passwd *me = getpwuid(geteuid());
	bool is_root = geteuid() == 0;
	int n = 0;
	if (me && !strcmp(me->pw_name, user))
		return 0;
	for (; n < (is_root ? 2 : 3); n++)
		argv[n] = is_root ? root[n] : other[n];
	argv[n++] = user;
	argv[n++] = "--";
	return n;
}

static void begin(struct run *r)
{
	static const char at_home[] = "exec 2>&1; " SHELL_STDIN("cd"), away[] = "exec 2>&1; " SHELL_STDIN("cd /");
	struct local *l = r->local;
	struct arena *a = arena_new();
	struct str text = {0};
	const char *env[ENV_MAX], *argv[9];
	int n = switch_user(r->user, argv);
	const struct passwd *pw = getpwnam(r->user);
	r->away = l->hung && !strcmp(l->hung, pw->pw_dir) && clock_mono_ms() < l->hung_until;
	argv[n++] = "/bin/sh";
	argv[n++] = "-c";
	argv[n++] = r->away ? away : at_home;
	argv[n] = NULL;
	make_env(a, pw, env);
	r->wire = child_start(l->place->loop, &(struct child_spec){.argv = argv, .env = env, .via = "local"}, &run_ops, r);
	str_addf(&text, SHELL_STDIN_SHUT "printf '%s\\n'\n%s\n", r->nonce, r->asked->text);
	r->wire->class->write(r->wire, text.s, text.len);
	r->wire->class->close_in(r->wire);
	str_free(&text);
	arena_free(a);
}

static void start(struct local *l, struct asked *asked)
{
	const struct passwd *me = getpwuid(geteuid());
	struct run *r = xcalloc(1, sizeof *r);
	r->local = l;
	r->asked = asked;
	r->user = xstrdup(asked->user ? asked->user : me ? me->pw_name : "nobody");
	shell_nonce(r->nonce);
	r->next = l->runs;
	l->runs = r;
	l->running++;
	r->counts = true;
	r->begun = clock_mono_ms();
	deadline_init(l->place->loop, &r->deadline, deadline_passed, r);
	if (!getpwnam(r->user)) {
		str_addf(&r->out, "there is no user \"%s\"", r->user);
		finish(r, (struct raw){.outcome = REPLY_NO_LINK, .stage = "user", .words = r->out.s});
		return;
	}
	deadline_set(&r->deadline, asked->deadline_ms < USUAL_MS ? asked->deadline_ms : USUAL_MS);
	begin(r);
}

static void start_some(struct local *l)
{
	struct asked *a;
	while (l->running < AT_ONCE && (a = queue_take(&l->waiting))) {
		if (a->how == ASK_SH)
			start(l, a);
		else
			asked_finish(a, &(struct raw){.outcome = a->how == ASK_LOGIN ? REPLY_DONE : REPLY_NO_LINK,
						      .stage = a->how == ASK_LOGIN ? "" : "client", .via = "local"});
	}
}

static void local_flush(struct place *p)
{
	struct local *l = p->own;
	struct asked *a;
	if (!l) {
		l = p->own = xcalloc(1, sizeof *l);
		l->place = p;
		queue_init(&l->waiting);
	}
	while ((a = queue_take(&p->asked)))
		queue_add(&l->waiting, a);
	start_some(l);
}

/* A shell as a child, for what goes further from here: the pipeline's ssh, and acting. */
static struct wire *local_open(struct place *p, const struct opening *o, const struct wire_ops *ops, void *arg)
{
	struct str word = {0};
	shell_word(&word, o->n);
	const char *argv[] = {"sh", "-c", word.s, NULL};
	struct wire *w = child_start(p->loop, &(struct child_spec){.argv = argv, .via = "local"}, ops, arg);
	w->class->write(w, o->text, o->n);
	str_free(&word);
	return w;
}

static void local_free(struct place *p)
{
	struct local *l = p->own;
	struct asked *a;
	if (!l)
		return;
	while (l->runs) {
		struct run *r = l->runs;
		if (r->wire)
			r->wire->class->drop(r->wire);
		asked_free(r->asked);
		leave(r);
	}
	while ((a = queue_take(&l->waiting)))
		asked_free(a);
	free(l->hung);
	free(l);
}

/* What `as` would find in its home, without a shell that looks it up first: several children less before the login. */
static struct wire *local_open_as(struct place *p, const char *as, const char *text, const struct wire_ops *ops, void *arg)
{
	struct passwd *pw = getpwuid(geteuid());
	if (!pw || (as && strcmp(as, pw->pw_name)))
		return NULL;
	struct arena *a = arena_new();
	const char *env[ENV_MAX];
	const char *argv[] = {"sh", "-c", arena_printf(a, "cd 2>/dev/null || cd /; unset OLDPWD\n%s", text), NULL};
	make_env(a, pw, env);
	struct wire *w = child_start(p->loop, &(struct child_spec){.argv = argv, .env = env, .via = "local"}, ops, arg);
	arena_free(a);
	return w;
}

const struct place_class local_class = {.via = "local", .flush = local_flush, .open = local_open, .open_as = local_open_as, .free = local_free};
