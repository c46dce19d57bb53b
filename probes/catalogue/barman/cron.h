/* Crontabs as cron reads them: pure functions over text. */
#ifndef WALMEDIC_CATALOGUE_BARMAN_CRON_H
#define WALMEDIC_CATALOGUE_BARMAN_CRON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct schedule {
	bool minute[60], hour[24], day[32], month[13], weekday[8];
	bool any_day, any_weekday; /* a star: the other one decides alone */
	bool reboot;
};

/* "* * * * *", names of months and days, steps, lists, @hourly …; *ret_rest is what follows. */
bool schedule_parse(const char *line, struct schedule *ret, const char **ret_rest);
/* The longest time between two runs in minutes; a day or more is 1440. 0 for @reboot. */
int schedule_gap(const struct schedule *s);
enum { CRON_OFTEN = 5 }; /* minutes; Barman's documentation asks for every minute */
/* The first run after local time t (seconds since the epoch, shifted by the zone), or -1 within eight days. */
int64_t schedule_next(const struct schedule *s, int64_t t);

enum cron_kind {
	CRON_SYSTEM, /* has a user field */
	CRON_OWN,    /* barman's own crontab */
	CRON_SCRIPT, /* cron.hourly and the like */
};

/* How one line stands; the first is best. */
enum cron_stand {
	CRON_GOOD,
	CRON_OTHER_CONFIG, /* runs, with another configuration than ours */
	CRON_WRONG_USER,
	CRON_BROKEN,
	CRON_DISABLED,
	CRON_NONE,
};

struct cron_file {
	enum cron_kind kind;
	const char *path;
	unsigned mode;
	int owner;         /* uid */
	int links;
	bool newline;      /* the last line is ended */
	int64_t changed;   /* mtime, s */
	char *text;
};

/* What the host said about the things that lines name. */
struct cron_world {
	const char *user;         /* barman_user */
	const char *main;         /* Barman's main configuration file as we read it */
	bool debian;              /* vixie cron's rules for names in /etc/cron.d */
	const char *const *executable; /* NULL-terminated: paths that are */
	const char *const *missing;    /* paths that do not exist */
	const char *const *users;      /* names that exist */
	const char *const *paths;      /* values of PATH in crontabs in which there is no barman */
	const char *const *shells;     /* values of SHELL in crontabs that run nothing */
	const char *const *shut;       /* files behind > or >> in crontabs that Barman's user may not write */
	bool has_barman;          /* a plain `barman` is found in cron's PATH */
};

struct cron_entry {
	enum cron_stand stand;
	enum cron_kind kind;
	const char *path;
	const char *repair; /* "name", "mode", "links", "newline": of the file; "shell": the line that sets SHELL; "line": of the line */
	int line;
	char text[240];
	char why[240];     /* what is wrong, a clause; "" if nothing */
	int gap;           /* minutes */
	struct schedule schedule;
	int64_t changed;   /* s; 0 = not known */
};

/* The best entry of the file that runs `barman cron`, if it is better than *best. */
void cron_study(const struct cron_file *f, const struct cron_world *w, struct cron_entry *best);
/* Does an active line of this text start `barman backup` of this server? MAYBE: it names a script that could, or another server. */
enum backs_up { BACKS_UP_NO, BACKS_UP_MAYBE, BACKS_UP_YES };
enum backs_up cron_backs_up(const char *text, const char *server);
/* Do these lines of access.conf refuse cron jobs to this user? Groups and addresses are not guessed: they refuse nothing. */
bool cron_access_refuses(const char *lines, const char *user, char *ret_line, size_t size);
/* Does this shell text run `barman … cron`? */
bool cron_is_ours(const char *command);

#endif
