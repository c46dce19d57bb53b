#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/str.h"
#include "probes/engine/engine.h"
#include "probes/report/report.h"
#include "tui/command/replay.h"
#include "tui/command/screen.h"
#include "tui/session.h"

enum { RECORDING_MAX = 256 << 20 };

static int read_file(const char *path, struct str *ret, struct problem *p)
{
	char buf[65536];
	size_t n;
	FILE *f = fopen(path, "re");
	if (!f)
		return problem_set(p, "make one with `walmedic record SERVER FILE`", "cannot read \"%s\": %s", path, strerror(errno));
	while ((n = fread(buf, 1, sizeof buf, f)) > 0 && ret->len < RECORDING_MAX)
		str_addn(ret, buf, n);
	int failed = ferror(f);
	fclose(f);
	if (failed)
		return problem_set(p, NULL, "cannot read \"%s\"", path);
	if (ret->len >= RECORDING_MAX)
		return problem_set(p, NULL, "\"%s\" is larger than 256 MB", path);
	return 0;
}

/* On a terminal as it happened, else the last moment as a report. */
int replay_show(const struct cli *c, const char *bytes, size_t n)
{
	struct session s;
	struct problem p;
	bool screen = screen_possible() && !c->format;
	char *end = NULL;
	double speed = c->speed ? strtod(c->speed, &end) : 1;
	const struct report *report = report_find(c->format ? c->format : "text");
	if ((c->speed && (*end || !(speed > 0 && speed <= 1000))) || !report) {
		problem_set(&p, NULL, report ? "--speed takes a number above 0 and up to 1000" : "unknown format");
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	if (session_replay(bytes, n, screen ? speed : 0, &s, &p)) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	if (screen)
		return screen_run(c, &s);
	struct str out = {0};
	report->write(engine_model(s.engine), &out);
	fputs(str_text(&out), stdout);
	int status = model_exit_status(engine_model(s.engine));
	str_free(&out);
	session_close(&s);
	return status;
}

static int run(const struct cli *c)
{
	struct problem p;
	struct str bytes = {0};
	if (read_file(c->arg[0], &bytes, &p)) {
		problem_print(stderr, &p);
		str_free(&bytes);
		return EXIT_USAGE;
	}
	int status = replay_show(c, str_text(&bytes), bytes.len);
	str_free(&bytes);
	return status;
}

const struct command command_replay = {
	.name = "replay", .args = "FILE", .about = "go through a recording as it happened", .least = 1, .most = 1, .run = run};
