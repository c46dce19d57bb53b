/* Barman's configuration as Barman reads it: Python's ConfigParser with interpolation, [barman], inheritance,
 * defaults, and why Barman would refuse, ignore or disable something. Pure: bytes in, plain data out. */
#ifndef WALMEDIC_CONFIG_BARMAN_H
#define WALMEDIC_CONFIG_BARMAN_H

#include <stdbool.h>
#include <stddef.h>

struct barman_file {
	const char *path;
	const char *bytes; /* need not end with NUL */
	size_t size;
};

enum barman_trouble {
	BARMAN_SYNTAX,           /* every barman command for every server dies */
	BARMAN_UNKNOWN_OPTION,
	BARMAN_BAD_VALUE,
	BARMAN_PATH_CONFLICT,
	BARMAN_CONNINFO_INVALID,
	BARMAN_SERVER_DISABLED,
	BARMAN_SERVER_INACTIVE,
	BARMAN_SLOT_NAME_MISSING,
};

struct barman_problem {
	enum barman_trouble kind;
	bool fatal;            /* every command of every server fails */
	bool matters;          /* backups or recovery are wrong because of it */
	const char *server;    /* NULL = all */
	const char *option;    /* "" if none */
	const char *value;     /* as written, "" if none */
	const char *nearest;   /* the option that was meant, "" if none */
	const char *file;      /* "" if nowhere */
	int line;              /* 0 if nowhere */
	const char *say, *hint;
	struct barman_problem *next;
};

struct barman_value {
	const char *text;      /* NULL = unset */
	const char *file;      /* NULL = Barman's default */
	int line;
};

struct barman_server {
	const char *name, *file;
	int line;
	bool active, disabled, passive;
	const char *model;     /* the model that overrides its section (Barman 3.10 config-switch), or NULL */
	bool model_lost;       /* … and whose section is gone */
	const char *reasons;   /* why it is disabled, "; " between; "" if it is not */
	struct barman_value *value; /* by option_find() */
};

struct barman_config {
	struct arena *arena;
	struct ini *ini;
	size_t expanded;       /* bytes that references have grown to */
	int version;           /* major * 100 + minor, 0 = not known */
	const char *home, *user, *lock_directory, *log_file, *files_directory; /* "" if unset, but user */
	struct barman_server *server;
	int servers;
	const struct barman_file *file; /* while it is parsed */
	int files;
	struct barman_problem *problems, **problems_end;
};

/* The files in Barman's order: the main file first, then the included ones, then each server's .active-model.auto, which holds
 * the name of a model. version = major * 100 + minor. */
struct barman_config *barman_config_parse(const struct barman_file *file, int files, int version);
void barman_config_free(struct barman_config *c);

const struct barman_server *barman_server_find(const struct barman_config *c, const char *name);
/* The value in force, or NULL when unset. */
const char *barman_get(const struct barman_server *s, const char *option);
const struct barman_value *barman_value(const struct barman_server *s, const char *option);
/* The first problem of this kind that concerns the server (or all servers), or NULL. */
const struct barman_problem *barman_problem_of(const struct barman_config *c, enum barman_trouble kind, const char *server);
/* ssh_command's target: the first word that is no option, cut into user and host. False when there is none. */
bool barman_ssh_target(struct arena *a, const char *ssh_command, const char **ret_user, const char **ret_host);
/* A parameter of a conninfo that Barman can parse, or NULL. From the arena. */
const char *barman_conninfo_get(struct arena *a, const char *conninfo, const char *key);

#endif
