/* Configuration files as entries with file and line. inih splits sections from names; values stay whole
 * with us (Debian's inih cuts lines at 200 bytes without a word and strips " ;" comments). */
#ifndef WALMEDIC_CONFIG_INI_H
#define WALMEDIC_CONFIG_INI_H

#include <stdbool.h>
#include <stddef.h>

enum ini_dialect {
	INI_PYTHON,   /* as Python's ConfigParser(strict=False): continuation lines, no inline comments */
	INI_WALMEDIC, /* one line an entry, " ;" and " #" start a comment */
};

enum { INI_MAX_BYTES = 4 << 20 }; /* of one file */

struct ini_section {
	const char *name;
	const char *file;
	int line;
	struct ini_entry *first, *last; /* in order of first appearance */
};

struct ini_entry {
	const struct ini_section *section;
	const char *key;      /* lower case */
	const char *value;
	const char *file;
	int line;
	struct ini_entry *earlier; /* the one this entry replaced: the last one wins */
	struct ini_entry *next;
};

/* What makes the file useless to its reader; reading goes on after it. */
struct ini_error {
	const char *file;
	int line;
	const char *say;
	const char *hint;
	struct ini_error *next;
};

struct ini;

struct ini *ini_new(void);
void ini_free(struct ini *ini);
/* Adds the bytes of one file; entries of later files win. 0, or -1 when there were errors (see
 * ini_errors; what could be read has been added). name is for messages and is copied. */
int ini_add(struct ini *ini, enum ini_dialect dialect, const char *name, const char *bytes, size_t n);
const struct ini_error *ini_errors(const struct ini *ini);
/* Adds an error of the caller's own. */
void ini_error_add(struct ini *ini, const char *file, int line, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Sections in order of first appearance. */
size_t ini_sections(const struct ini *ini);
const struct ini_section *ini_section(const struct ini *ini, size_t i);
const struct ini_section *ini_section_find(const struct ini *ini, const char *name);
/* NULL when not set. key in lower case. */
const struct ini_entry *ini_find(const struct ini *ini, const char *section, const char *key);

#endif
