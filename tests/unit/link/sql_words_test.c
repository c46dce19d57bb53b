/* Texts of libpq and psql 15 as they came from them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "probes/link/sql_words.h"

#define TO_DB1 "psql: error: connection to server at \"db1\" (10.77.0.3), port 5432 failed: "

static void every_way_to_fail_has_its_stage(void **state)
{
	(void)state;
	static const struct {
		const char *words, *stage, *sqlstate;
		int sys_errno;
		bool timed_out;
	} rows[] = {
		{"sh: 1: psql: not found", "client", "", 0, false},
		{"psql: error: could not translate host name \"db1\" to address: Name or service not known", "resolve", "", 0, false},
		{TO_DB1 "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?", "connect", "", ECONNREFUSED, false},
		{TO_DB1 "No route to host", "connect", "", EHOSTUNREACH, false},
		{TO_DB1 "Connection timed out", "connect", "", ETIMEDOUT, true},
		{TO_DB1 "timeout expired", "run", "", 0, true},
		{TO_DB1 "fe_sendauth: no password supplied", "auth", "", 0, false},
		{TO_DB1 "FATAL:  password authentication failed for user \"barman\"", "auth", "28P01", 0, false},
		{TO_DB1 "FATAL:  28000: role \"barman\" does not exist", "auth", "28000", 0, false},
		{TO_DB1 "FATAL:  role \"barman\" does not exist", "auth", "28000", 0, false},
		{TO_DB1 "FATAL:  database \"x\" does not exist", "startup", "3D000", 0, false},
		{TO_DB1 "SSL error: certificate verify failed", "tls", "", 0, false},
		/* one server that crashes over and over says all of these, by chance: it is one stage */
		{TO_DB1 "FATAL:  the database system is in recovery mode", "startup", "57P03", 0, false},
		{TO_DB1 "FATAL:  the database system is starting up", "startup", "57P03", 0, false},
		{TO_DB1 "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally", "startup", "", ECONNRESET, false},
		{TO_DB1 "SSL SYSCALL error: EOF detected", "startup", "", ECONNRESET, false},
		{TO_DB1 "could not receive data from server: Connection reset by peer", "startup", "", ECONNRESET, false},
		{TO_DB1 "could not send startup packet: Broken pipe", "startup", "", ECONNRESET, false},
		{"something new", "connect", "", 0, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sql_fault f;
		sql_words_fault(rows[i].words, &f);
		if (strcmp(f.stage, rows[i].stage) || strcmp(f.sqlstate, rows[i].sqlstate) || f.sys_errno != rows[i].sys_errno || f.timed_out != rows[i].timed_out)
			fail_msg("%s: %s, %s, %d", rows[i].words, f.stage, f.sqlstate, f.sys_errno);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_fail_has_its_stage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
