#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "tui/cli.h"

/* Client libraries' texts are matched, so they stay English; the terminal keeps its character set. */
static void set_locale(void)
{
	setenv("LC_MESSAGES", "C", 1);
	unsetenv("LANGUAGE");
	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, getenv("LC_ALL") || getenv("LC_CTYPE") || getenv("LANG") ? "" : "C.UTF-8");
}

/* A descriptor below 3 that is closed would be the next one to be opened; libuv aborts on that. What is written to a
 * closed stdout still fails. */
static void hold_standard_files(void)
{
	for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY))
		if (fd > STDERR_FILENO) {
			close(fd);
			return;
		}
}

int main(int argc, char **argv)
{
	struct cli cli;
	struct problem p;
	int status = 0;
	hold_standard_files();
	set_locale();
	signal(SIGPIPE, SIG_IGN);
	const struct command *cmd = cli_parse(argc, argv, &cli, &p);
	if (!cmd) {
		problem_print(stderr, &p);
		return EXIT_USAGE;
	}
	if (cli.help)
		cli_help();
	else if (cli.version)
		puts(PACKAGE_STRING);
	else
		status = cmd->run(&cli);
	/* A silent name server may hold a look-up thread for minutes; exit() would wait for it. */
	if (fflush(NULL))
		status = status ? status : EXIT_USAGE;
	_exit(status);
}
