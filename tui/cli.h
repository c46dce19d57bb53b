/* The command line: one table of commands, one of options; parser and help come from them. */
#ifndef WALMEDIC_TUI_CLI_H
#define WALMEDIC_TUI_CLI_H

#include <stdbool.h>

#include "probes/base/problem.h"

enum { EXIT_USAGE = 3, CLI_ARGS_MAX = 64 };

struct cli {
	const char *config, *barman_config, *format, *theme, *answers;
	const char *timeout, *speed;
	const char *to, *at;
	bool read_only, cross_check, no_color, ascii, quiet_clock, list, anew, plain, help, version, no_history;
	const char *arg[CLI_ARGS_MAX + 1]; /* after the command's name */
	int args;
	bool history;                      /* no option: the command goes back in time */
	unsigned timeout_ms;               /* 0 = default */
};

struct command {
	const char *name, *args, *about;
	int least, most;                   /* number of arguments; most -1 = any */
	int (*run)(const struct cli *c);   /* exit status */
};

extern const struct command *const commands[]; /* NULL at the end; the first one is the console */

/* Parses argv; returns the command or NULL with a problem. */
const struct command *cli_parse(int argc, char **argv, struct cli *ret, struct problem *p);
void cli_help(void);

extern const struct command command_console, command_check, command_list, command_explain, command_info, command_fix, command_walk, command_setup, command_drill, command_incident,
	command_record, command_replay, command_demo;

#endif
