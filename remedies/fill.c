/* Follows the quoting of POSIX sh and bash far enough to know where a value may be put in. */
#include "remedies/fill.h"

#include <ctype.h>
#include <string.h>

#include "probes/base/problem.h"
#include "probes/base/text.h"

enum context { BARE, DOUBLE, SUBSHELL, BRACE, ARITHMETIC };
enum { DEPTH = 32, HEREDOCS = 4 };

struct follower {
	const char *text;
	size_t at;
	int line, depth;
	enum context stack[DEPTH];
	int parens[DEPTH];              /* open ( inside of each context */
	struct here {
		char word[64];
		bool dash;
	} here[HEREDOCS];
	int heres;
	bool lost;                      /* deeper than we follow */
	int (*each)(void *arg, const struct hole *h);
	void *arg;
};

static enum context top(const struct follower *f)
{
	return f->stack[f->depth];
}

static void push(struct follower *f, enum context c)
{
	if (f->depth + 1 == DEPTH) {
		f->lost = true;
		return;
	}
	f->stack[++f->depth] = c;
	f->parens[f->depth] = 0;
}

static size_t hole_length(const char *s)
{
	size_t n = 1;
	if (!islower((unsigned char)s[1]))
		return 0;
	while (islower((unsigned char)s[n]) || isdigit((unsigned char)s[n]) || s[n] == '_' || s[n] == '.')
		n++;
	return s[n] == '}' ? n + 1 : 0;
}

/* <name>; "<in.txt >out" and "a <b" are no names. */
static size_t angle_length(const char *s)
{
	size_t n = 1;
	if (!isalpha((unsigned char)s[1]))
		return 0;
	while (n < 60 && (isalnum((unsigned char)s[n]) || s[n] == '_' || s[n] == '-' || (s[n] == ' ' && isalnum((unsigned char)s[n + 1]))))
		n++;
	return s[n] == '>' && isalnum((unsigned char)s[n - 1]) ? n + 1 : 0;
}

static int offer(struct follower *f, bool quoted)
{
	const char *s = f->text + f->at;
	bool angle = *s == '<';
	size_t n = angle ? angle_length(s) : hole_length(s);
	if (!n || (f->at && s[-1] == (angle ? '<' : '$')))
		return 0;
	struct hole h = {f->at, n, s + 1, f->line, angle, quoted};
	return f->each(f->arg, &h);
}

static bool may_open(const struct follower *f)
{
	return f->text[f->at] == '{' || f->text[f->at] == '<';
}

/* From at to the end of a span that is quoted all through; leaves at behind it. */
static int pass_quoted(struct follower *f, size_t n)
{
	for (size_t end = f->at + n; f->at < end; f->at++) {
		int rc = may_open(f) ? offer(f, true) : 0;
		if (rc)
			return rc;
		f->line += f->text[f->at] == '\n';
	}
	return 0;
}

static int pass_single(struct follower *f)
{
	const char *s = f->text + f->at;
	bool escapes = f->at && s[-1] == '$';
	size_t n = 1;
	while (s[n] && s[n] != '\'')
		n += escapes && s[n] == '\\' && s[n + 1] ? 2 : 1;
	if (!s[n])
		f->lost = true;
	return pass_quoted(f, s[n] ? n + 1 : n);
}

/* At "<<": remembers the word that ends the here-document. */
static void note_heredoc(struct follower *f)
{
	const char *s = f->text + f->at + 2;
	struct here *h = &f->here[f->heres];
	size_t n = 0;
	if (f->heres == HEREDOCS) {
		f->lost = true;
		return;
	}
	h->dash = *s == '-';
	s += h->dash;
	s += strspn(s, " \t");
	for (; *s && !strchr(" \t\n;|&<>()", *s); s++)
		if (!strchr("'\"\\", *s) && n + 1 < sizeof h->word)
			h->word[n++] = *s;
	h->word[n] = '\0';
	f->heres++;
}

/* At the start of a line: passes the here-documents noted in the line before. */
static int pass_heredocs(struct follower *f)
{
	for (int i = 0; i < f->heres; i++) {
		bool found = false;
		while (!found && f->text[f->at]) {
			const char *s = f->text + f->at, *word = s + (f->here[i].dash ? strspn(s, "\t") : 0);
			size_t n = strcspn(s, "\n"), len = strlen(f->here[i].word);
			found = (size_t)(s + n - word) == len && !strncmp(word, f->here[i].word, len);
			int rc = pass_quoted(f, n + (s[n] == '\n'));
			if (rc)
				return rc;
		}
		f->lost |= !found;
	}
	f->heres = 0;
	return 0;
}

static bool starts_word(const struct follower *f)
{
	return !f->at || strchr(" \t\n;|&(", f->text[f->at - 1]);
}

static bool is_shell(enum context c)
{
	return c == BARE || c == SUBSHELL;
}

/* Opening and closing of $( $(( ${ ( ) } and ". Returns how many bytes it took, 0 when it is none of these. */
static size_t nest(struct follower *f)
{
	const char *s = f->text + f->at;
	enum context c = top(f);
	if (!strncmp(s, "$((", 3))
		return push(f, ARITHMETIC), f->parens[f->depth] = 2, 3;
	if (!strncmp(s, "$(", 2))
		return push(f, SUBSHELL), f->parens[f->depth] = 1, 2;
	if (!strncmp(s, "${", 2))
		return push(f, BRACE), 2;
	if (*s == '"' && c == DOUBLE)
		return f->depth--, 1;
	if (*s == '"' && c != ARITHMETIC)
		return push(f, DOUBLE), 1;
	if (c == BRACE && *s == '}')
		return f->depth--, 1;
	if ((c == SUBSHELL || c == ARITHMETIC) && *s == '(')
		return f->parens[f->depth]++, 1;
	if ((c == SUBSHELL || c == ARITHMETIC) && *s == ')')
		return f->depth -= !--f->parens[f->depth], 1;
	return 0;
}

static int step_on(struct follower *f)
{
	const char *s = f->text + f->at;
	bool shell = is_shell(top(f));
	size_t n;
	int rc = 0;
	if (*s == '\\' && s[1]) {
		f->line += s[1] == '\n';
		f->at += 2;
		return 0;
	}
	if (*s == '\'' && top(f) != DOUBLE)
		return pass_single(f);
	if (*s == '`')
		return pass_quoted(f, 1 + strcspn(s + 1, "`") + (strchr(s + 1, '`') != NULL));
	if (shell && *s == '#' && starts_word(f)) {
		for (n = strcspn(s, "\n"); n && !rc; n--, f->at++)
			rc = may_open(f) ? offer(f, false) : 0;
		return rc;
	}
	if (shell && !strncmp(s, "<<<", 3)) {
		f->at += 3;
		return 0;
	}
	if (shell && !strncmp(s, "<<", 2)) {
		note_heredoc(f);
		f->at += 2;
		return 0;
	}
	if (top(f) == SUBSHELL && starts_word(f) && text_starts(s, "case "))
		f->lost = true; /* the ) of its patterns cannot be told from the one that closes */
	if ((n = nest(f))) {
		f->at += n;
		return 0;
	}
	if (may_open(f))
		rc = offer(f, !shell);
	f->line += *s == '\n';
	f->at++;
	return rc ? rc : *s == '\n' ? pass_heredocs(f) : 0;
}

int fill_each(const char *text, int (*each)(void *arg, const struct hole *h), void *arg)
{
	struct follower f = {.text = text, .each = each, .arg = arg};
	while (f.text[f.at]) {
		int rc = step_on(&f);
		if (rc)
			return rc;
	}
	return f.depth || f.lost || f.heres ? -2 : 0;
}

int fill_value(struct str *out, const char *name, const char *value, struct problem *p)
{
	if (!*value)
		return problem_set(p, "give it a value, or copy the command and fill it in", "the value of \"%s\" is empty", name);
	if (*value == '-')
		return problem_set(p, "a command would take it for an option", "the value of \"%s\" begins with \"-\"", name);
	if (!text_is_plain(value))
		return problem_set(p, NULL, "the value of \"%s\" has a control character or an invisible one", name);
	text_shell_quote(out, value);
	return 0;
}
