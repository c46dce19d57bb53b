#include "probes/link/sql_words.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "probes/base/str.h"

/* libpq 15 fe-connect.c, fe-secure.c, psql; the server's texts with lc_messages in English. First match wins. */
static const struct row {
	const char *text, *stage, *sqlstate;
	int sys_errno;
	bool timed_out;
} rows[] = {
	{"psql: command not found", "client", "", 0, false},
	{"psql: not found", "client", "", 0, false},
	{"You must install at least one postgresql-client", "client", "", 0, false},
	{"could not translate host name", "resolve", "", 0, false},
	{"Connection refused", "connect", "", ECONNREFUSED, false},
	{"No route to host", "connect", "", EHOSTUNREACH, false},
	{"Network is unreachable", "connect", "", ENETUNREACH, false},
	{"No such file or directory", "connect", "", ENOENT, false},
	{"Connection timed out", "connect", "", ETIMEDOUT, true},
	/* said of packets that vanish and of a server that accepts and hangs alike */
	{"timeout expired", "run", "", 0, true},
	{"no password supplied", "auth", "", 0, false},
	{"no pg_hba.conf entry", "auth", "28000", 0, false},
	{"pg_hba.conf rejects", "auth", "28000", 0, false},
	{"password authentication failed", "auth", "28P01", 0, false},
	{"authentication failed", "auth", "28000", 0, false},
	{"is not permitted to log in", "auth", "28000", 0, false},
	{"number of requested standby connections", "startup", "53300", 0, false},
	{"too many clients", "startup", "53300", 0, false},
	{"too many connections", "startup", "53300", 0, false},
	{"remaining connection slots", "startup", "53300", 0, false},
	{"must be superuser or replication role", "startup", "42501", 0, false},
	{"permission denied to start WAL sender", "startup", "42501", 0, false},
	{"the database system is", "startup", "57P03", 0, false},
	{"does not support SSL", "tls", "", 0, false},
	{"SSL error", "tls", "", 0, false},
	{"certificate", "tls", "", 0, false},
	{"received invalid response", "startup", "", 0, false},
	/* it crashed, or what stands in front of it hung up: by chance in the midst of TLS (fe-secure-openssl.c, pgtls_read) */
	{"server closed the connection", "startup", "", ECONNRESET, false},
	{"SSL SYSCALL error", "startup", "", ECONNRESET, false},
	{"Connection reset by peer", "startup", "", ECONNRESET, false},
	{"Broken pipe", "startup", "", ECONNRESET, false},
};

/* "FATAL:  28P01: …" of verbose messages. */
static const char *find_state(const char *words)
{
	for (const char *p = words; (p = strstr(p, ":  ")); p += 3) {
		int n = 0;
		while (n < 5 && (isdigit((unsigned char)p[3 + n]) || isupper((unsigned char)p[3 + n])))
			n++;
		if (n == 5 && p[8] == ':')
			return p + 3;
	}
	return NULL;
}

static const char *stage_of_state(const char *state)
{
	return !strncmp(state, "28", 2) ? "auth" : "startup";
}

static void special_texts(const char *words, struct sql_fault *ret)
{
	if (strstr(words, "role \"") && strstr(words, "does not exist")) {
		ret->stage = "auth";
		snprintf(ret->sqlstate, sizeof ret->sqlstate, "28000");
	} else if (strstr(words, "database \"") && strstr(words, "does not exist")) {
		ret->stage = "startup";
		snprintf(ret->sqlstate, sizeof ret->sqlstate, "3D000");
	}
}

void sql_words_fault(const char *words, struct sql_fault *ret)
{
	*ret = (struct sql_fault){.stage = "connect"};
	const char *state = find_state(words);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!strstr(words, rows[i].text))
			continue;
		ret->stage = rows[i].stage;
		ret->sys_errno = rows[i].sys_errno;
		ret->timed_out = rows[i].timed_out;
		snprintf(ret->sqlstate, sizeof ret->sqlstate, "%s", rows[i].sqlstate);
		break;
	}
	if (!ret->sqlstate[0])
		special_texts(words, ret);
	if (state) {
		snprintf(ret->sqlstate, sizeof ret->sqlstate, "%.5s", state);
		ret->stage = stage_of_state(state);
	}
}

void sql_words_plain(const char *message, struct str *out)
{
	while (*message) {
		size_t n = strcspn(message, "\n");
		if (strncmp(message, "LOCATION:", 9)) {
			if (out->len)
				str_addc(out, '\n');
			str_addn(out, message, n);
		}
		message += n + (message[n] == '\n');
	}
}
