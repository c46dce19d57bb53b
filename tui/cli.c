#include "tui/cli.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command *const commands[] = {
	&command_console, &command_check, &command_list, &command_explain, &command_fix, &command_walk, &command_setup, &command_drill, &command_incident,
	&command_record, &command_replay, &command_demo, &command_info, NULL,
};

enum kind { FLAG, TEXT };

static const struct option_row {
	const char *name, *value, *about;
	enum kind kind;
	size_t at;
} options[] = {
	{"--config", "FILE", "walmedic's own configuration", TEXT, offsetof(struct cli, config)},
	{"--barman-config", "FILE", "Barman's configuration", TEXT, offsetof(struct cli, barman_config)},
	{"--format", "text|json|nagios|prometheus", "output of check", TEXT, offsetof(struct cli, format)},
	{"--timeout", "S", "deadline of a question in seconds (5)", TEXT, offsetof(struct cli, timeout)},
	{"--speed", "N", "replay N times as fast as it happened (1)", TEXT, offsetof(struct cli, speed)},
	{"--theme", "default|light|colour-blind|mono", "colours", TEXT, offsetof(struct cli, theme)},
	{"--read-only", NULL, "offer nothing to run, only to copy", FLAG, offsetof(struct cli, read_only)},
	{"--cross-check", NULL, "check also asks barman check, and waits for it", FLAG, offsetof(struct cli, cross_check)},
	{"--no-color", NULL, "no colours (also NO_COLOR)", FLAG, offsetof(struct cli, no_color)},
	{"--ascii", NULL, "no characters beyond ASCII", FLAG, offsetof(struct cli, ascii)},
	{"--quiet-clock", NULL, "write nothing to the terminal while nothing changes", FLAG, offsetof(struct cli, quiet_clock)},
	{"--no-history", NULL, "write nothing of what is seen to the disk", FLAG, offsetof(struct cli, no_history)},
	{"--list", NULL, "walk: the runbooks that walmedic brings", FLAG, offsetof(struct cli, list)},
	{"--answers", "FILE", "setup: what it would ask for, when nobody is there", TEXT, offsetof(struct cli, answers)},
	{"--new", NULL, "walk, setup: begin again", FLAG, offsetof(struct cli, anew)},
	{"--plain", NULL, "walk: the dialogue in lines, also where a screen could be painted", FLAG, offsetof(struct cli, plain)},
	{"--to", "[USER@HOST:]DIRECTORY", "drill: where the copy goes (/var/tmp)", TEXT, offsetof(struct cli, to)},
	{"--at", "TIME", "drill: restore to this point in time", TEXT, offsetof(struct cli, at)},
	{"--help", NULL, "this text", FLAG, offsetof(struct cli, help)},
	{"--version", NULL, "version", FLAG, offsetof(struct cli, version)},
};
enum { OPTIONS = sizeof options / sizeof *options };

static const char usage_hint[] = "see `walmedic --help`";

static const struct option_row *find_option(const char *arg, const char **ret_value)
{
	size_t n = strcspn(arg, "=");
	for (int i = 0; i < OPTIONS; i++)
		if (strlen(options[i].name) == n && !strncmp(options[i].name, arg, n)) {
			*ret_value = arg[n] ? arg + n + 1 : NULL;
			return &options[i];
		}
	return NULL;
}

/* Returns how many of argv were used, or -1. */
static int take_option(char **argv, struct cli *c, struct problem *p)
{
	const char *value;
	const struct option_row *o = find_option(argv[0], &value);
	if (!o)
		return problem_set(p, usage_hint, "unknown option \"%.60s\"", argv[0]);
	if (o->kind == FLAG) {
		if (value)
			return problem_set(p, usage_hint, "%s takes no value", o->name);
		*(bool *)((char *)c + o->at) = true;
		return 1;
	}
	int used = value ? 1 : 2;
	if (!value && !(value = argv[1]))
		return problem_set(p, usage_hint, "%s needs a value: %s", o->name, o->value);
	*(const char **)((char *)c + o->at) = value;
	return used;
}

static const struct command *find_command(const char *name)
{
	for (int i = 1; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int check_values(struct cli *c, const struct command *cmd, struct problem *p)
{
	char *end = NULL;
	if (c->timeout) {
		double s = strtod(c->timeout, &end);
		if (*end || !(s >= 0.1 && s <= 600))
			return problem_set(p, "seconds from 0.1 to 600", "--timeout \"%.40s\" is no number of seconds", c->timeout);
		c->timeout_ms = (unsigned)(s * 1000);
	}
	if (c->args < cmd->least || (cmd->most >= 0 && c->args > cmd->most))
		return problem_set(p, usage_hint, "usage: walmedic %s%s%s", cmd->name, *cmd->name ? " " : "", cmd->args);
	return 0;
}

const struct command *cli_parse(int argc, char **argv, struct cli *ret, struct problem *p)
{
	const struct command *cmd = NULL;
	bool only_args = false;
	*ret = (struct cli){0};
	for (int i = 1; i < argc;) {
		if (!only_args && !strcmp(argv[i], "--")) {
			only_args = true;
			cmd = cmd ? cmd : commands[0];
			i++;
		} else if (!only_args && argv[i][0] == '-' && argv[i][1]) {
			int used = take_option(argv + i, ret, p);
			if (used < 0)
				return NULL;
			i += used;
		} else if (!cmd && (cmd = find_command(argv[i]))) {
			i++;
		} else {
			cmd = cmd ? cmd : commands[0];
			if (ret->args == CLI_ARGS_MAX) {
				problem_set(p, usage_hint, "more than %d arguments", CLI_ARGS_MAX);
				return NULL;
			}
			ret->arg[ret->args++] = argv[i++];
		}
	}
	cmd = cmd ? cmd : commands[0];
	if (ret->help || ret->version)
		return cmd;
	return check_values(ret, cmd, p) ? NULL : cmd;
}

void cli_help(void)
{
	puts("walmedic names the one thing to fix first in a PostgreSQL backup pipeline,\n"
	     "and stays with you until every light is green.\n");
	for (int i = 0; commands[i]; i++) {
		char left[64];
		snprintf(left, sizeof left, "%s%s%s", commands[i]->name, *commands[i]->name ? " " : "", commands[i]->args);
		printf("  walmedic %-26s %s\n", left, commands[i]->about);
	}
	puts("");
	for (int i = 0; i < OPTIONS; i++) {
		char left[64];
		snprintf(left, sizeof left, "%s%s%s", options[i].name, options[i].value ? " " : "", options[i].value ? options[i].value : "");
		printf("  %-40s %s\n", left, options[i].about);
	}
	puts("\nExit status of check: 0 green, 1 a warning, 2 a failure, 3 something essential cannot be seen or wrong usage.\n"
	     "On a Barman host nothing needs to be configured. Elsewhere /etc/walmedic.conf says how to reach each host:\n"
	     "  [mydb]\n  engine = barman\n  backup = ssh://root@backup1\n  db = ssh://root@db1");
}
