/* A command line cut into simple commands, as far as that can be done without running a shell. */
#ifndef WALMEDIC_CATALOGUE_COMMAND_SHELL_WORDS_H
#define WALMEDIC_CATALOGUE_COMMAND_SHELL_WORDS_H

#include <stddef.h>

struct arena;

enum { SHELL_COMMANDS = 16, SHELL_WORDS = 48 };

struct simple_command {
	const char *before;  /* what joins it to the one before: "" "&&" "||" ";" "|" "&" */
	char *word[SHELL_WORDS]; /* quotes removed, variables and substitutions left as written */
	size_t at[SHELL_WORDS];  /* where the word stands in the line */
	size_t length[SHELL_WORDS];
	int words;
};

struct shell_line {
	struct simple_command command[SHELL_COMMANDS];
	int commands;
	const char *wrong;   /* why it cannot be understood: an open quote, too long; NULL */
};

/* Redirections are dropped; parentheses and braces that group are ignored. */
void shell_split(struct arena *a, const char *line, struct shell_line *ret);

#endif
