/* The one table of Barman's options: which exist, since when, what values they take. */
#ifndef WALMEDIC_CONFIG_OPTIONS_H
#define WALMEDIC_CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum option_scope {
	OPTION_GLOBAL = 1,  /* [barman] only */
	OPTION_SERVER = 2,
	OPTION_INHERIT = 4, /* a server takes it from [barman] when it has none itself */
	OPTION_PATH = 8,    /* a directory that must not be shared */
	OPTION_MATTERS = 16, /* backups or recovery are wrong without it */
};

enum option_kind {
	KIND_TEXT, KIND_PATH, KIND_BOOL, KIND_INT, KIND_COUNT, KIND_AGE, KIND_SIZE, KIND_SLOT, KIND_WORD,
	KIND_WORDS, KIND_ABSOLUTE, KIND_RETENTION, KIND_CONNINFO, KIND_COMMAND,
};

struct option {
	const char *name;
	unsigned scope;
	enum option_kind kind;
	const char *fallback; /* Barman's default, with %(option)s; NULL = unset */
	int since;            /* major * 100 + minor; 0 = before 3.4 */
	const char *words;    /* KIND_WORD, KIND_WORDS: the values, comma-separated */
};

extern const struct option options[]; /* sorted by name; name NULL at the end */
size_t option_count(void);
/* Index into options, or -1. */
int option_find(const char *name);
/* The option that was probably meant, or NULL: known aliases, then small edit distance. */
const struct option *option_near(const char *name);
/* Does Barman take the value? On false *ret_why is what it expects. An empty value is always taken. */
bool option_value_ok(const struct option *o, const char *value, const char **ret_why);

/* Values in numbers; false when they are not of that kind. */
bool option_bool(const char *value, bool *ret);
bool option_age(const char *value, double *ret_seconds);
bool option_int(const char *value, long long *ret);
/* `dict(x.split("=", 1) for x in dsn.split())`, as Barman's postgres.py does. */
bool option_conninfo_ok(const char *value);

#endif
