/* What an archive_command does and what is wrong with it, from its text alone. Pure: no file, clock or network. */
#ifndef WALMEDIC_CATALOGUE_COMMAND_LINT_H
#define WALMEDIC_CATALOGUE_COMMAND_LINT_H

#include <stdbool.h>

struct arena;

/* What is known about the pipeline; NULL or 0 = not known, and then not judged. */
struct lint_context {
	const char *server;         /* Barman's name of this server */
	const char *servers;        /* every server Barman knows, separated by spaces, commas or newlines */
	const char *active_servers; /* those that are not switched off */
	const char *backup_host;    /* Barman's host name */
	const char *incoming;       /* incoming_wals_directory */
	bool program_found;         /* the program was seen in the archiver's PATH, whatever its name looks like */
	int pg_version_num;
};

enum lint_weight { LINT_FAIL, LINT_WARN, LINT_ADVICE };

struct lint_finding {
	enum lint_weight weight;
	const char *cause;          /* "archive_command.misspelled" */
	const char *say;            /* one sentence */
};

/* Strings live in the arena. A part that the command does not have or that cannot be told is NULL. */
struct lint {
	const char *kind;           /* barman-wal-archive rsync scp ssh cp none other */
	const char *program;        /* the word that is executed, as written */
	const char *likely;         /* misspelled: the program that was meant */
	const char *corrected;      /* misspelled: the whole command, corrected */
	const char *advised;        /* Barman's own program for this server, whatever the command is now */
	const char *host, *user, *port, *server, *directory;
	const char *ssh_words;      /* the ssh it runs up to the host, as quoted shell words */
	struct lint_finding finding[8]; /* gravest first */
	int findings;
};

void lint_command(struct arena *a, const char *command, const struct lint_context *c, struct lint *ret);
/* The gravest finding of at least this weight, or NULL. */
const struct lint_finding *lint_worst(const struct lint *l, enum lint_weight weight);
/* True when the words of list (spaces, commas, newlines) contain word. */
bool lint_listed(const char *list, const char *word);

#endif
