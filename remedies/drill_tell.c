/* What the steps of a drill say, and what is told of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/clock.h"
#include "probes/base/text.h"
#include "remedies/drill_inside.h"

const char *const drill_words[SAID_WORDS] = {
	"backup", "ended", "version", "wals", "need", "free", "host", "directory", "begun", "restore_seconds",
	"start_seconds", "last", "manifest", "databases", "tables", "rows", "damage", "checksums", "removed",
};

enum { LINE_BYTES = 2000 };

/* ---- hearing ---- */

static void keep_word(struct drill *d, const char *word)
{
	const char *equals = strchr(word, '=');
	for (int i = 0; equals && i < SAID_WORDS; i++)
		if (strlen(drill_words[i]) == (size_t)(equals - word) && !strncmp(drill_words[i], word, (size_t)(equals - word)))
			snprintf(d->said[i], sizeof d->said[i], "%s", equals + 1);
}

static void hear_line(struct drill *d, const char *line)
{
	bool failed = text_starts(line, "failed: "), refused = text_starts(line, "refused: ");
	if (text_starts(line, "drill."))
		keep_word(d, line + 6);
	else if (text_starts(line, "HINT: ") && *d->failed && !*d->hint)
		snprintf(d->hint, sizeof d->hint, "%s", line + 6);
	if ((failed || refused) && !*d->failed) {
		snprintf(d->failed, sizeof d->failed, "%s", line + (failed ? 8 : 9));
		d->refused = refused;
	}
}

void drill_hear(void *arg, const char *text, size_t n)
{
	struct drill *d = arg;
	for (size_t i = 0; i < n; i++) {
		if (text[i] != '\n') {
			if (d->line.len < LINE_BYTES)
				str_addc(&d->line, text[i]);
			continue;
		}
		hear_line(d, str_text(&d->line));
		str_clear(&d->line);
	}
}

double drill_number(const struct drill *d, enum drill_word word)
{
	char *end;
	double n = strtod(d->said[word], &end);
	return !*d->said[word] || *end || !isfinite(n) || fabs(n) > 1e15 ? NAN : n;
}

/* ---- telling ---- */

static const char *bytes_of(double n, struct str *out)
{
	str_clear(out);
	if (isnan(n))
		str_add(out, "?");
	else
		text_bytes(out, n);
	return str_text(out);
}

static const char *duration_of(double seconds, struct str *out)
{
	str_clear(out);
	if (isnan(seconds) || seconds < -1e9 || seconds > 1e9)
		str_add(out, "?");
	else if (seconds >= 120 && seconds < 7200)
		str_addf(out, "%.0f min %.0f s", floor(seconds / 60), fmod(seconds, 60));
	else
		text_duration(out, seconds);
	return str_text(out);
}

void drill_tell_plan(const struct drill *d)
{
	struct str need = {0}, room = {0};
	printf("\nBackup %s, ended %s, and %s WAL file%s after its begin are restored to\n%s on %s: it needs %s there, %s are free.\n"
	       "PostgreSQL %s starts on the copy apart from everything, the copy is checked, and removed.\n",
	       d->said[SAID_BACKUP], d->said[SAID_ENDED], d->said[SAID_WALS], strcmp(d->said[SAID_WALS], "1") ? "s" : "", d->said[SAID_DIRECTORY],
	       d->said[SAID_HOST], bytes_of(drill_number(d, SAID_NEED), &need), bytes_of(drill_number(d, SAID_FREE), &room), d->said[SAID_VERSION]);
	if (d->o->at)
		printf("It is restored to %s.\n", d->o->at);
	fflush(stdout);
	str_free(&need);
	str_free(&room);
}

static void tell_rto(const struct drill *d)
{
	double copied = drill_number(d, SAID_RESTORE_SECONDS), started = drill_number(d, SAID_START_SECONDS);
	struct str all = {0}, copy = {0}, start = {0};
	if (!isnan(copied) && isnan(started))
		printf("  copying    took %s\n", duration_of(copied, &copy));
	else if (!isnan(copied))
		printf("  RTO        %s: %s for copying, %s until it answered\n", duration_of(copied + started, &all), duration_of(copied, &copy),
		       duration_of(started, &start));
	str_free(&all);
	str_free(&copy);
	str_free(&start);
}

static void tell_rpo(const struct drill *d)
{
	char at[32];
	struct str lost = {0};
	double last = drill_number(d, SAID_LAST), begun = drill_number(d, SAID_BEGUN);
	if (isnan(drill_number(d, SAID_START_SECONDS)))
		return;
	if (!(fabs(last) < 1e11))
		printf("  RPO        the backup's own end, %s: no transaction stands in the WAL after it\n", d->said[SAID_ENDED]);
	else
		printf("  RPO        the last transaction in it is of %s%s%s%s\n", clock_rfc3339((int64_t)last * 1000, at, sizeof at),
		       d->o->at ? "; asked for was " : ", ", d->o->at ? d->o->at : duration_of(begun - last, &lost), d->o->at ? "" : " before the drill began");
	str_free(&lost);
}

static void tell_checks(const struct drill *d)
{
	const char *manifest = d->said[SAID_MANIFEST];
	if (*manifest)
		printf("  checksums  %s\n", !strcmp(manifest, "matches") ? "every file matches the backup's manifest"
				       : !strcmp(manifest, "none") ? "not compared: a backup by rsync has no manifest" : "not compared: there is no pg_verifybackup");
	if (*d->said[SAID_ROWS])
		printf("  data       %s rows were read, of %s table%s in %s databases\n", d->said[SAID_ROWS], d->said[SAID_TABLES],
		       strcmp(d->said[SAID_TABLES], "1") ? "s" : "", d->said[SAID_DATABASES]);
	if (*d->said[SAID_DAMAGE])
		printf("  damage     %s\n", d->said[SAID_DAMAGE]);
	if (*d->said[SAID_DAMAGE] && strcmp(manifest, "matches") != 0 && strcmp(d->said[SAID_CHECKSUMS], "on") != 0)
		puts("             (a changed byte inside of a row is not seen: the backup has no manifest and the database no data checksums)");
}

void drill_tell_end(const struct drill *d)
{
	const char *server = fix_server(&d->fix)->name;
	if (!*d->failed)
		printf("\nDrill of %s: its backup can be restored\n", server);
	else
		printf("\nDrill of %s: %s: %s\n", server, d->refused ? "NOT MADE" : "FAILED", d->failed);
	if (*d->hint)
		printf("HINT: %s\n", d->hint);
	if (*d->said[SAID_BACKUP])
		printf("  backup     %s, ended %s\n", d->said[SAID_BACKUP], d->said[SAID_ENDED]);
	tell_rto(d);
	tell_rpo(d);
	tell_checks(d);
	if (d->begun)
		printf("  copy       %s%s on %s\n", d->removed ? "removed: " : "STILL THERE, the next drill removes it: ", d->said[SAID_DIRECTORY], d->said[SAID_HOST]);
	if (*d->record)
		printf("  record     %s\n", d->record);
	fflush(stdout);
}
