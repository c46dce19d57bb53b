#include "probes/catalogue/command/shell_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"

struct scan {
	struct arena *arena;
	const char *line, *p;
	struct shell_line *to;
	bool skip; /* the next word belongs to a redirection */
};

static struct simple_command *current(struct scan *s)
{
	return &s->to->command[s->to->commands];
}

/* Closes the simple command and begins the next one after operator op. */
static void next_command(struct scan *s, const char *op)
{
	if (!current(s)->words) {
		/* "( … ) &": the bracket has closed it, what stands behind the bracket counts */
		if (s->to->commands && strcmp(op, ";"))
			current(s)->before = op;
		return;
	}
	if (s->to->commands + 1 == SHELL_COMMANDS) {
		s->to->wrong = "it has too many parts";
		return;
	}
	s->to->commands++;
	*current(s) = (struct simple_command){.before = op};
}

static bool operator(struct scan *s)
{
	static const char *const ops[] = {"&&", "||", ";", "|", "&", "\n", "(", ")"};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
		size_t n = strlen(ops[i]);
		if (strncmp(s->p, ops[i], n))
			continue;
		s->p += n;
		next_command(s, strchr("\n()", *ops[i]) ? ";" : ops[i]);
		return true;
	}
	return false;
}

/* "2>&1", ">>file", "<in": the operator here, its word by skip. */
static bool redirection(struct scan *s)
{
	const char *p = s->p;
	while (isdigit((unsigned char)*p))
		p++;
	if (*p != '<' && *p != '>')
		return false;
	while (*p == '<' || *p == '>' || *p == '&')
		p++;
	s->p = p;
	s->skip = true;
	return true;
}

/* One quoted part; false when the quote stays open. */
static bool quoted(struct scan *s, struct str *word)
{
	char q = *s->p++;
	while (*s->p && *s->p != q) {
		if (q == '"' && *s->p == '\\' && s->p[1] && strchr("\"\\$`", s->p[1]))
			s->p++;
		str_addc(word, *s->p++);
	}
	if (!*s->p)
		return false;
	s->p++;
	return true;
}

static void add_word(struct scan *s, const char *start, const char *text)
{
	struct simple_command *c = current(s);
	if (s->skip) {
		s->skip = false;
		return;
	}
	if (c->words == SHELL_WORDS) {
		s->to->wrong = "it has too many words";
		return;
	}
	c->at[c->words] = (size_t)(start - s->line);
	c->length[c->words] = (size_t)(s->p - start);
	c->word[c->words++] = arena_dup(s->arena, text);
}

static void word(struct scan *s)
{
	struct str text = {0};
	const char *start = s->p;
	while (*s->p && !isspace((unsigned char)*s->p) && !strchr("&|;()<>", *s->p)) {
		if (*s->p == '\'' || *s->p == '"') {
			if (!quoted(s, &text)) {
				s->to->wrong = "a quote is left open";
				break;
			}
		} else {
			if (*s->p == '\\' && s->p[1])
				s->p++;
			str_addc(&text, *s->p++);
		}
	}
	add_word(s, start, str_text(&text));
	str_free(&text);
}

void shell_split(struct arena *a, const char *line, struct shell_line *ret)
{
	*ret = (struct shell_line){.command[0].before = ""};
	struct scan s = {.arena = a, .line = line, .p = line, .to = ret};
	while (*s.p && !ret->wrong) {
		if (*s.p != '\n' && isspace((unsigned char)*s.p))
			s.p++;
		else if (*s.p == '#' && (s.p == line || isspace((unsigned char)s.p[-1])))
			s.p += strcspn(s.p, "\n");
		else if (!redirection(&s) && !operator(&s))
			word(&s);
	}
	if (ret->command[ret->commands].words)
		ret->commands++;
}
