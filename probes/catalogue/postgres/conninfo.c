#include "probes/catalogue/postgres/conninfo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/engine/facts.h"
#include "probes/link/reply.h"

const char *conninfo_value(const char *conninfo, const char *key, char *buf, size_t size)
{
	static const char blank[] = " \t\n";
	size_t k = strlen(key);
	snprintf(buf, size, "%s", "");
	for (const char *p = conninfo ? conninfo + strspn(conninfo, blank) : ""; *p; p += strspn(p, blank)) {
		size_t n = strcspn(p, blank);
		if (n > k && p[k] == '=' && !strncmp(p, key, k)) {
			const char *value = p + k + 1;
			size_t m = n - k - 1;
			if (m >= 2 && *value == '\'' && value[m - 1] == '\'') {
				value++;
				m -= 2;
			}
			snprintf(buf, size, "%.*s", (int)m, value);
		}
		p += n;
	}
	return buf;
}

const char *conninfo_target(const char *conninfo, char *buf, size_t size)
{
	char host[128], port[16];
	conninfo_value(conninfo, "host", host, sizeof host);
	if (!*host)
		conninfo_value(conninfo, "hostaddr", host, sizeof host);
	conninfo_value(conninfo, "port", port, sizeof port);
	snprintf(buf, size, "%s:%s", *host ? host : "the local socket", *port ? port : "5432");
	return buf;
}

/* "… from host "10.77.0.2", user …": the address the server saw (PostgreSQL auth.c). A refusal of ident does not say it: then the way from
 * the Barman host is asked for (backup.route), and its answer stands in. */
static void learn_address(struct view *v, const char *fact, const char *words)
{
	if (strstr(words, "Ident authentication failed")) {
		learn(v, "pg.source_wanted", "yes");
		learn(v, fact, know(v, "pg.source_address"));
		return;
	}
	const char *at = strstr(words, "host \"");
	size_t n = at ? strspn(at + 6, "0123456789abcdefABCDEF.:") : 0;
	char address[64];
	snprintf(address, sizeof address, "%.*s", (int)(n < 60 ? n : 60), at ? at + 6 : "");
	learn(v, fact, n && at[6 + n] == '"' ? address : NULL);
}

/* Nothing came back: how far it got depends on who lost patience first. */
static bool silent(const struct reply *r)
{
	return r->outcome == REPLY_TIMEOUT || r->sys_errno == ETIMEDOUT || r->sys_errno == EHOSTUNREACH || r->sys_errno == ENETUNREACH;
}

void learn_conninfo(struct view *v, const char *conninfo, const char *prefix, const struct reply *r)
{
	static const struct {
		const char *key, *fact, *otherwise;
	} parts[] = {{"host", "host", NULL}, {"port", "pg_port", "5432"}, {"user", "user", NULL}, {"dbname", "database", NULL}};
	char fact[64], value[256];
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		snprintf(fact, sizeof fact, "%s.%s", prefix, parts[i].fact);
		conninfo_value(conninfo, parts[i].key, value, sizeof value);
		learn(v, fact, *value ? value : parts[i].otherwise);
	}
	snprintf(fact, sizeof fact, "%s.stage", prefix);
	learn(v, fact, r->outcome == REPLY_DONE ? NULL : silent(r) ? "silence" : r->stage);
	snprintf(fact, sizeof fact, "%s.client_address", prefix);
	learn_address(v, fact, r->outcome == REPLY_DONE ? "" : r->words);
}

/* `in file "F" line N`, `line N of configuration file "F"` (PostgreSQL's log), or "F:N: …" as the views have it. */
void learn_file_place(struct view *v, const char *prefix, const char *words)
{
	char file[256] = "", fact[64];
	int line = 0;
	const char *at = words ? strstr(words, "in file \"") : NULL;
	const char *of = words ? strstr(words, "of configuration file \"") : NULL;
	if (at) {
		sscanf(at, "in file \"%250[^\"]\" line %d", file, &line);
	} else if (of) {
		while (of > words && strncmp(of, "line ", 5))
			of--;
		sscanf(of, "line %d of configuration file \"%250[^\"]", &line, file);
	} else if (words) {
		sscanf(words, "%250[^:]:%d", file, &line);
	}
	snprintf(fact, sizeof fact, "%s_file", prefix);
	learn(v, fact, *file == '/' && line > 0 ? file : NULL);
	snprintf(fact, sizeof fact, "%s_line", prefix);
	if (*file == '/' && line > 0)
		learn_f(v, fact, "%d", line);
	else
		learn(v, fact, NULL);
}

char *reply_copy(const struct reply *r)
{
	char *copy = xmalloc(r->out_len + 1);
	size_t n = 0;
	for (size_t i = 0; i < r->out_len; i++)
		if (r->out[i])
			copy[n++] = r->out[i];
	copy[n] = '\0';
	return copy;
}
