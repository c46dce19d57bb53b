/* Running a text that a human chose: byte for byte, in the clean environment, with an end mark. */
#include "probes/link/act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/secret.h"
#include "probes/base/text.h"
#include "probes/link/frames.h"
#include "probes/link/loop_uv.h"
#include "probes/link/places.h"
#include "probes/link/shell.h"
#include "probes/link/ssh_words.h"

enum { DEFAULT_TIMEOUT_MS = 600000, LINE_MAX_BYTES = 16384, LAST_WORDS_MS = 200 };

struct act {
	struct act *next;
	struct place *place;
	const struct act_ops *ops;
	void *arg;
	struct wire *wire;
	struct frames frames;
	struct str before; /* what was said before it began */
	struct str line;   /* of stderr, not complete yet */
	struct str held[2]; /* of stdout and stderr: may go on into a secret, or into a character */
	struct deadline deadline;
	char nonce[NONCE_SIZE];
	int status;
	bool began, marked, cancelled, over;
};

static const char *const shells[] = {[ACT_SH] = "sh", [ACT_BASH] = "bash"};

static void memory_free(void *arg)
{
	struct act *a = arg;
	frames_free(&a->frames);
	str_free(&a->before);
	str_free(&a->line);
	str_free(&a->held[0]);
	str_free(&a->held[1]);
	free(a);
}

static void leave(struct act *a)
{
	a->over = true;
	for (struct act **p = &a->place->acts; *p; p = &(*p)->next)
		if (*p == a) {
			*p = a->next;
			break;
		}
	if (a->wire)
		a->wire->class->drop(a->wire);
	a->wire = NULL;
	deadline_close(&a->deadline, memory_free);
}

static void finish(struct act *a, bool ended, int status, const char *words)
{
	struct str masked = {0}, clean = {0};
	secret_mask(&masked, words, strlen(words));
	text_clean(&clean, str_text(&masked), masked.len, LINE_MAX_BYTES, 65536);
	leave(a);
	a->ops->done(a->arg, ended, status, str_text(&clean));
	str_free(&masked);
	str_free(&clean);
}

/* The bytes at the end that are the beginning of one character. */
static size_t half_character(const char *s, size_t n)
{
	for (size_t i = 1; i <= 3 && i <= n; i++) {
		unsigned char c = (unsigned char)s[n - i];
		if (c >= 0xc0)
			return (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) > i ? i : 0;
		if (c < 0x80)
			return 0;
	}
	return 0;
}

/* A secret may come in two reads: its beginning waits for the rest, and nothing else does. */
static void give_more(struct act *a, bool is_err, const char *s, size_t n, bool last)
{
	struct str masked = {0}, clean = {0}, *held = &a->held[is_err];
	str_addn(held, s, n);
	size_t keep = last || !held->len ? 0 : secret_unfinished(held->s, held->len), half = held->len ? half_character(held->s, held->len) : 0;
	size_t out = held->len - (keep > half || last ? keep : half);
	if (!out)
		return;
	secret_mask(&masked, held->s, out);
	text_clean(&clean, str_text(&masked), masked.len, LINE_MAX_BYTES, 1 << 20);
	struct str rest = {0};
	str_addn(&rest, held->s + out, held->len - out);
	str_free(held);
	*held = rest;
	a->ops->output(a->arg, str_text(&clean), clean.len);
	str_free(&masked);
	str_free(&clean);
}

static void give(struct act *a, bool is_err, const char *s, size_t n)
{
	give_more(a, is_err, s, n, false);
}

/* The pipeline's own ssh runs with -v: what it says of itself is not the command's. */
static void give_line(struct act *a)
{
	/* behind a last line that is not ended ssh goes on in that line */
	char *glued = a->line.len ? strstr(a->line.s + 1, "debug1: ") : NULL;
	if (glued && ssh_words_chatter(glued)) {
		*glued = '\0';
		a->line.len = (size_t)(glued - a->line.s);
	}
	if (a->line.len && !ssh_words_chatter(a->line.s))
		give(a, true, a->line.s, a->line.len);
	str_clear(&a->line);
}

static void give_err(struct act *a, const char *s, size_t n)
{
	if (a->place->spec.kind != PLACE_VIA) {
		give(a, true, s, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		str_addc(&a->line, s[i]);
		if (s[i] == '\n' || a->line.len >= LINE_MAX_BYTES)
			give_line(a);
	}
}

static void give_last(struct act *a)
{
	give_line(a);
	give_more(a, false, "", 0, true);
	give_more(a, true, "", 0, true);
}

static void marked(struct act *a, const char *words, const char *before, size_t n)
{
	if (!a->began) {
		str_addn(&a->before, before, n);
		a->began = !strcmp(words, "begin");
		if (a->began)
			str_clear(&a->before);
		return;
	}
	give(a, false, before, n);
	if (sscanf(words, "end %d", &a->status) != 1)
		return;
	/* stderr comes by another way: what was written before the mark may be behind it */
	a->marked = true;
	deadline_set(&a->deadline, LAST_WORDS_MS);
}

static void bytes(void *arg, bool is_err, const char *s, size_t n)
{
	struct act *a = arg;
	const char *words, *before;
	size_t before_n;
	if (is_err) {
		if (a->began)
			give_err(a, s, n);
		else
			str_addn(&a->before, s, n);
		return;
	}
	frames_feed(&a->frames, s, n);
	while (!a->over && !a->marked && (words = frames_next(&a->frames, &before, &before_n)))
		marked(a, words, before, before_n);
	if (!a->over && a->began && !a->marked) {
		before = frames_rest(&a->frames, &before_n);
		give(a, false, before, before_n);
	}
}

static void end_marked(struct act *a)
{
	give_last(a);
	finish(a, true, a->status, "");
}

static void ended(void *arg, const struct wire_end *e)
{
	struct act *a = arg;
	struct str words = {0};
	size_t n;
	a->wire = NULL;
	if (a->marked) {
		end_marked(a);
		return;
	}
	const char *rest = frames_rest(&a->frames, &n);
	if (a->began) {
		give(a, false, rest, n);
		give_last(a);
		str_add(&words, a->cancelled ? "cancelled: what it had done by then is not known"
					     : "the connection ended before the command did: its outcome is not known");
	} else {
		str_add(&words, "it did not begin: ");
		str_addn(&a->before, rest, n);
		ssh_words_plain(&words, str_text(&a->before));
		str_addf(&words, "%s%s", *e->words ? " " : "", e->words);
	}
	finish(a, false, e->status, str_text(&words));
	str_free(&words);
}

static void deadline_passed(void *arg)
{
	struct act *a = arg;
	if (a->marked) {
		end_marked(a);
		return;
	}
	give_last(a);
	finish(a, false, 0, a->began ? "it did not end in time and was stopped here: its outcome is not known" : "it did not begin in time");
}

static const struct wire_ops act_wire_ops = {bytes, ended};

struct act *place_act(struct place *p, const struct act_spec *s, const struct act_ops *ops, void *arg)
{
	struct act *a = xcalloc(1, sizeof *a);
	struct str change = {0}, script = {0};
	const char *login = place_login(p);
	bool is_login = p->spec.kind == PLACE_VIA || (login && !strcmp(login, s->user));
	a->place = p;
	a->ops = ops;
	a->arg = arg;
	shell_nonce(a->nonce);
	frames_init(&a->frames, a->nonce);
	deadline_init(p->loop, &a->deadline, deadline_passed, a);
	a->next = p->acts;
	p->acts = a;
	for (int i = 0; i < s->secrets; i++)
		shell_export(&script, s->secret[i].name, s->secret[i].value);
	shell_act(&script, a->nonce, shells[s->shell], strlen(s->text));
	shell_switch(&change, a->nonce, is_login ? NULL : s->user, script.len);
	struct opening o = {.nonce = a->nonce, .text = change.s, .n = change.len};
	a->wire = p->class->open(p, &o, &act_wire_ops, a);
	a->wire->class->write(a->wire, script.s, script.len);
	a->wire->class->write(a->wire, s->text, strlen(s->text));
	deadline_set(&a->deadline, s->timeout_ms ? s->timeout_ms : DEFAULT_TIMEOUT_MS);
	str_free(&change);
	str_free(&script);
	return a;
}

void act_cancel(struct act *a)
{
	a->cancelled = true;
	if (a->wire)
		a->wire->class->terminate(a->wire);
}

void act_free_all(struct place *p)
{
	while (p->acts)
		leave(p->acts);
}

/* Runs `text` as the user, in its home, with the environment of a step. ~user and "$PWD" mean the same to
 * every login shell; SHELL cannot be known from here. */
static void add_as_user(struct str *out, const struct place *at, const char *user, const char *text)
{
	const char *login = place_login(at);
	bool is_login = at->spec.kind == PLACE_VIA || (login && !strcmp(login, user));
	str_addf(out, "cd ~%s && ", user);
	if (!is_login)
		str_addf(out, !login || !strcmp(login, "root") ? "runuser -u %s -- " : "sudo -n -u %s -- ", user);
	str_addf(out, "env -i HOME=\"$PWD\" USER=%s LOGNAME=%s SHELL=/bin/sh PATH=" SHELL_PATH " LANG=C.UTF-8 %s", user, user, text);
}

/* Wraps *line, which runs at p, so that it runs from the console host. */
static void add_way(const struct place *p, struct str *line)
{
	struct str outer = {0}, as = {0};
	if (p->spec.kind == PLACE_VIA) {
		str_addf(&outer, "%s ", p->spec.command);
		text_shell_quote(&outer, str_text(line));
		if (p->spec.as) {
			str_add(&as, "sh -c ");
			text_shell_quote(&as, outer.s);
			str_clear(&outer);
			add_as_user(&outer, p->spec.parent, p->spec.as, as.s);
			str_free(&as);
		}
	} else if (p->spec.kind == PLACE_SSH) {
		str_add(&outer, "ssh ");
		if (p->spec.port)
			str_addf(&outer, "-p %d ", p->spec.port);
		if (p->spec.login)
			str_addf(&outer, "%s@", p->spec.login);
		str_addf(&outer, "%s ", p->spec.host);
		text_shell_quote(&outer, str_text(line));
	} else {
		/* the reader's own shell stays where it is */
		str_addf(&outer, "(%s)", str_text(line));
	}
	str_free(line);
	*line = outer;
	if (p->spec.kind == PLACE_VIA)
		add_way(p->spec.parent, line);
}

/* Each line of T is a word of printf: a newline within quotes would end the command in tcsh. */
static void add_lines(struct str *out, const char *text)
{
	str_add(out, "printf '%s\\n'");
	while (*text) {
		size_t n = strcspn(text, "\n");
		char *one = strndup(text, n);
		str_addc(out, ' ');
		text_shell_quote(out, one);
		free(one);
		text += n + (text[n] == '\n');
	}
	str_add(out, " | ");
}

char *place_act_command_line(const struct place *p, const struct act_spec *s)
{
	struct str run = {0}, line = {0}, whole = {0};
	size_t n = strlen(s->text);
	char *text = xstrdup(s->text);
	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	bool lines = strchr(text, '\n') != NULL;
	str_addf(&run, "%s -c ", shells[s->shell]);
	if (lines)
		str_addf(&run, "'t=$(cat); exec </dev/null; exec %s -c \"$t\"'", shells[s->shell]);
	else
		text_shell_quote(&run, text);
	add_as_user(&line, p, s->user, run.s);
	if (!lines)
		str_add(&line, " </dev/null");
	add_way(p, &line);
	if (lines)
		add_lines(&whole, text);
	str_addn(&whole, line.s, line.len);
	str_free(&run);
	str_free(&line);
	free(text);
	return whole.s;
}
