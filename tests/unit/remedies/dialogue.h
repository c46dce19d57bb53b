/* A program that asks on stdin and answers on stdout, typed to by a test. Its state directory is one of the test's own. */
#ifndef TESTS_DIALOGUE_H
#define TESTS_DIALOGUE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char top[64], said[262144];

/* XDG_STATE_HOME is a new directory, named in `top`. */
static void state_begin(void)
{
	snprintf(top, sizeof top, "%s", "/tmp/walmedic-unit-XXXXXX");
	assert_non_null(mkdtemp(top));
	setenv("XDG_STATE_HOME", top, 1);
}

static int state_end(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -r %s", top);
	return system(command);
}

/* Types it, then the end of the input; returns what call(arg) returns; what was said is in `said`. */
static int type_to(const char *typed, int (*call)(void *arg), void *arg)
{
	int in[2], keep_in = dup(0), keep_out = dup(1);
	char path[128];
	snprintf(path, sizeof path, "%s/out", top);
	int out = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(write(in[1], typed, strlen(typed)), strlen(typed));
	close(in[1]);
	fflush(stdout);
	dup2(in[0], 0);
	dup2(out, 1);
	int status = call(arg);
	fflush(stdout);
	dup2(keep_in, 0);
	dup2(keep_out, 1);
	ssize_t n = pread(out, said, sizeof said - 1, 0);
	said[n < 0 ? 0 : n] = '\0';
	close(in[0]);
	close(out);
	close(keep_in);
	close(keep_out);
	return status;
}

static void expect_said(const char *text)
{
	size_t n = strlen(said);
	if (!strstr(said, text))
		fail_msg("not said: \"%s\" in\n%s", text, said + (n > 4000 ? n - 4000 : 0));
}

#endif
