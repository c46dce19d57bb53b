/* /etc/security/access.conf as pam_access reads it for a cron job, for as far as names alone can tell. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/cron.h"

enum match { NO, YES, UNSURE };

static bool is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && !strncmp(s, word, n);
}

/* A list of words in a field that ends at a colon or at the end of the line; what follows EXCEPT is taken out again. */
static enum match listed(const char *s, const char *const *words, size_t count)
{
	enum match before = NO, found = NO;
	bool except = false;
	for (s += strspn(s, " \t"); *s && *s != ':'; s += strspn(s, " \t,")) {
		size_t n = strcspn(s, " \t,:");
		if (is_word(s, n, "EXCEPT"))
			before = found, found = NO, except = true;
		for (size_t i = 0; i < count; i++)
			if (is_word(s, n, words[i]))
				found = YES;
		/* groups, netgroups, addresses: not to be told by names */
		if (found == NO && strcspn(s, "(@./") < n)
			found = UNSURE;
		s += n;
	}
	if (!except)
		return found;
	return before == NO || found == YES ? NO : found == UNSURE ? UNSURE : before;
}

/* True when this line certainly refuses; *ret_done: the lines behind it do not count any more. */
static bool refuses(const char *line, const char *user, bool *ret_done)
{
	const char *const users[] = {"ALL", user}, *const origins[] = {"ALL", "LOCAL", "cron"};
	const char *names = strchr(line, ':'), *from = names ? strchr(names + 1, ':') : NULL;
	enum match who = from ? listed(names + 1, users, 2) : NO, where = from ? listed(from + 1, origins, 3) : NO;
	bool minus = line[strspn(line, " \t")] == '-';
	*ret_done = who != NO && where != NO;
	return minus && who == YES && where == YES;
}

bool cron_access_refuses(const char *lines, const char *user, char *ret_line, size_t size)
{
	char *copy = xstrdup(lines), *p = copy, *line;
	bool done = false, refused = false;
	while (!done && (line = text_line(&p))) {
		refused = refuses(line, user, &done);
		if (refused)
			snprintf(ret_line, size, "%s", line);
	}
	free(copy);
	return refused;
}
