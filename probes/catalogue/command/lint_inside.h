/* Between the two files of the lint: what a command's words say, and the rules over that. */
#ifndef WALMEDIC_CATALOGUE_COMMAND_LINT_INSIDE_H
#define WALMEDIC_CATALOGUE_COMMAND_LINT_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/catalogue/command/lint.h"
#include "probes/catalogue/command/shell_words.h"

#define BARMAN "barman-wal-archive"
#define AMONG(list, s) among(list, sizeof(list) / sizeof *(list), s)

struct args {
	const char *word[SHELL_WORDS];  /* without program and options */
	int words;
};

struct work {
	struct arena *arena;
	const char *text;
	const struct lint_context *context;
	struct shell_line line;
	const struct simple_command *main; /* the one that carries the segment */
	int first;                         /* its program's word, behind timeout, env and the like */
	const struct kind *kind;
	struct args args;
	struct lint *to;
};

struct kind {
	const char *program;
	const char *short_args;      /* letters that take an argument */
	const char *const *long_args;
	void (*read)(struct work *w); /* fills host, user, server, directory, ssh_words */
};

/* lint_read.c */
bool among(const char *const *list, size_t n, const char *s);
const char *base_name(const char *path);
/* The program that a simple command really runs, behind timeout, env and the like; "" if none. */
const char *program_of(const struct simple_command *c);
/* Succeeds without keeping anything. */
bool is_idle(const char *program);
bool has_option(const struct work *w, const char *word);
/* Without "/%f", "/%p" or a closing slash. */
const char *directory_of(struct work *w, const char *path);
/* Finds the command that carries the segment, and what it says about where that goes. */
void lint_read(struct work *w);

#endif
