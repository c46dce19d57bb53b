#include "probes/catalogue/postgres/server_log.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"

enum { KEPT = 8 };

/* The last few lines, to tell what led to one. */
struct tail {
	const char *line[KEPT];
	int lines;
};

static void tail_add(struct tail *t, const char *line)
{
	if (t->lines == KEPT) {
		memmove(t->line, t->line + 1, (KEPT - 1) * sizeof *t->line);
		t->lines--;
	}
	t->line[t->lines++] = line;
}

static void append(char *to, size_t size, const char *line)
{
	size_t n = strlen(to);
	if (n + 1 < size)
		snprintf(to + n, size - n, "%s%s", n ? "\n" : "", line);
}

static const char *severity(const char *line)
{
	static const char *const names[] = {"LOG:  ", "WARNING:  ", "ERROR:  ", "FATAL:  ", "PANIC:  ", "DETAIL:  ", "HINT:  ",
					    "CONTEXT:  ", "STATEMENT:  ", "NOTICE:  ", "INFO:  ", "DEBUG1:  "};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *at = strstr(line, names[i]);
		if (at)
			return at;
	}
	return NULL;
}

/* The last WAL file name in the text: 24 hexadecimal digits and what is tied to them, or a .history file. */
static void last_wal(const char *text, char *ret, size_t size)
{
	for (const char *p = text; *p;) {
		size_t n = strspn(p, "0123456789ABCDEF");
		bool begins = p == text || !isalnum((unsigned char)p[-1]);
		if (begins && (n == 24 || (n == 8 && text_starts(p + n, ".history")))) {
			size_t all = n;
			while (isalnum((unsigned char)p[all]) || p[all] == '.')
				all++;
			snprintf(ret, size, "%.*s", (int)all, p);
			n = all;
		}
		p += n ? n : 1;
	}
}

/* A number of the host's that must fit a status; what does not is none. */
static int small_number(const char *s)
{
	long n = strtol(s, NULL, 10);
	return n >= 0 && n < 256 ? (int)n : -1;
}

/* "archive command failed with exit code 127" and "archive command was terminated by signal 9: Killed" */
static int archive_status(const char *line)
{
	const char *at = strstr(line, "archive command failed with exit code ");
	if (at)
		return small_number(at + strlen("archive command failed with exit code "));
	at = strstr(line, "archive command was terminated by signal ");
	int signal = at ? small_number(at + strlen("archive command was terminated by signal ")) : -1;
	return signal < 0 ? -1 : 128 + signal;
}

/* The trace of Python's that barman-wal-archive leaves behind its own error; the further lines of a statement. */
static bool is_trace(const char *line)
{
	return *line == ' ' || *line == '\t' || text_starts(line, "Traceback (most") || text_starts(line, "Exception ignored in") ||
	       text_starts(line, "ValueError: write to closed");
}

void log_archive_failure(const char *text, struct log_archive *ret)
{
	char *copy = xstrdup(text), *p = copy, *line;
	struct tail said = {.lines = 0};
	*ret = (struct log_archive){.status = -1};
	while ((line = text_line(&p))) {
		int status = archive_status(line);
		if (status >= 0) {
			*ret = (struct log_archive){.status = status};
			for (int i = 0; i < said.lines; i++)
				append(ret->words, sizeof ret->words, said.line[i]);
			append(ret->words, sizeof ret->words, severity(line) ? severity(line) : line);
		} else if (ret->status >= 0 && strstr(line, "The failed archive command was: ")) {
			last_wal(strstr(line, "was: ") + 5, ret->wal, sizeof ret->wal);
			append(ret->words, sizeof ret->words, severity(line) ? severity(line) : line);
		}
		if (severity(line) || !strcmp(line, "--"))
			said.lines = 0;
		else if (*line && !is_trace(line))
			tail_add(&said, line);
	}
	free(copy);
}

void log_full_path(const char *words, char *ret, size_t size)
{
	const char *at = strstr(words, "No space left on device"), *line = at, *end;
	*ret = '\0';
	while (line && line > words && line[-1] != '\n')
		line--;
	for (; line && line < at; line++)
		if ((*line == '\'' || *line == '"') && line[1] == '/' && (end = strchr(line + 1, *line)) && end < at) {
			snprintf(ret, size, "%.*s", (int)(end - line - 1), line + 1);
			return;
		}
}

static bool has(const char *line, const char *words)
{
	return strstr(line, words) != NULL;
}

/* One life after the other: what ends a life and is not followed by "ready" keeps the server down. */
struct life {
	bool ready, begun;
	struct tail before;
	struct log_start *to;
};

static void life_fails(struct life *l, const char *line)
{
	l->to->failure[0] = '\0';
	int first = l->before.lines > 3 ? l->before.lines - 3 : 0;
	for (int i = first; i < l->before.lines; i++)
		append(l->to->failure, sizeof l->to->failure, l->before.line[i]);
	append(l->to->failure, sizeof l->to->failure, line);
	l->ready = false;
}

static void life_line(struct life *l, const char *line)
{
	if (has(line, "is ready to accept ")) {
		*l->to = (struct log_start){.failure = ""};
		l->ready = true;
	} else if (has(line, "LOG:  starting PostgreSQL ")) {
		*l->to = (struct log_start){.failure = ""};
		l->ready = false;
		l->begun = true;
		l->before.lines = 0;
	} else if (has(line, "LOG:  received ") && has(line, " shutdown request")) {
		snprintf(l->to->stopped, sizeof l->to->stopped, "%s", line);
	} else if (has(line, "LOG:  database system is shut down")) {
		l->ready = false;
		l->begun = true;
	} else if (has(line, "all server processes terminated; reinitializing")) {
		l->ready = false;
		l->begun = true;
	} else if (has(line, "PANIC:  ") ||
		   (has(line, "FATAL:  ") && !l->ready && (l->begun || has(line, "configuration file") || has(line, "could not load ")))) {
		/* While it is down clients are turned away with a FATAL of their own; so does the archiver end. */
		if (!has(line, "the database system is ") && !has(line, "archive command "))
			life_fails(l, line);
	}
	tail_add(&l->before, line);
}

void log_start_state(const char *text, struct log_start *ret)
{
	char *copy = xstrdup(text), *p = copy, *line;
	*ret = (struct log_start){.failure = ""};
	struct life life = {.to = ret};
	while ((line = text_line(&p)))
		life_line(&life, line);
	free(copy);
}
