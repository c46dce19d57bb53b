/* Barman's conninfo strings: words of key=value (Barman 3.4 postgres.py splits at blanks). */
#ifndef WALMEDIC_CATALOGUE_POSTGRES_CONNINFO_H
#define WALMEDIC_CATALOGUE_POSTGRES_CONNINFO_H

#include <stddef.h>

struct reply;
struct view;

/* The value of key, "" when it is not given or conninfo is NULL. */
const char *conninfo_value(const char *conninfo, const char *key, char *buf, size_t size);
/* "HOST:PORT" for people. */
const char *conninfo_target(const char *conninfo, char *buf, size_t size);
/* Learns prefix.{host,pg_port,user,database} and, of a rejection, prefix.client_address: remedies need them. */
void learn_conninfo(struct view *v, const char *conninfo, const char *prefix, const struct reply *r);
/* Learns prefix_file and prefix_line from words that name the place of an error; forgets them when none is named. */
void learn_file_place(struct view *v, const char *prefix, const char *words);
/* The reply's bytes as a string of malloc, without NULs. */
char *reply_copy(const struct reply *r);

#endif
