/* The journal, read again: for a runbook that goes on, and for the report of an incident. */
#ifndef WALMEDIC_REMEDIES_JOURNAL_READ_H
#define WALMEDIC_REMEDIES_JOURNAL_READ_H

#include <stdbool.h>
#include <stdint.h>

/* One line; texts are never NULL, cleaned of nothing: they go through text_clean before they are shown. */
struct past {
	const char *at, *phase;
	uint64_t deed;
	int pid;
	const char *who, *server, *cause, *step, *risk, *place, *host, *as, *command;
	const char *unknown;      /* how far a deed came whose outcome is not known, or "" */
	const char *say, *walk, *key, *event, *page;
	bool ended;               /* status holds */
	int status;
};

/* Calls each for every line that is whole and holds `needle` (NULL: all), oldest first. -1: the file cannot be read. */
int journal_read(const char *path, const char *needle, void (*each)(void *arg, const struct past *p), void *arg);

#endif
