#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "probes/link/loop.h"
#include "tui/keys.h"
#include "tui/session.h"

static void print_path(const char *what, const char *variable, const char *fallback, const char *rest)
{
	const char *base = getenv(variable);
	const char *home = getenv("HOME");
	if (base && *base)
		printf("%-15s %s/%s\n", what, base, rest);
	else
		printf("%-15s %s/%s/%s\n", what, home ? home : "~", fallback, rest);
}

static int run(const struct cli *c)
{
	struct passwd *me = getpwuid(geteuid());
	printf("%-15s %s\n", "version", PACKAGE_VERSION);
	char libraries[256];
	link_versions(libraries, sizeof libraries);
	printf("%-15s %s\n", "libraries", libraries);
	printf("%-15s %s\n", "user", me ? me->pw_name : "?");
	printf("%-15s %s\n", "terminal", getenv("TERM") ? getenv("TERM") : "unset");
	if (c->config)
		printf("%-15s %s\n", "configuration", c->config);
	print_path("configuration", "XDG_CONFIG_HOME", ".config", "walmedic/walmedic.conf");
	printf("%-15s %s\n", "configuration", "/etc/walmedic.conf");
	print_path("journal", "XDG_STATE_HOME", ".local/state", "walmedic/journal");
	print_path("history", "XDG_STATE_HOME", ".local/state", "walmedic/history");
	puts("\nactions and their keys, as section [keys] of the configuration takes them:");
	for (const struct binding *b = bindings; b->name; b++)
		printf("%-15s %s\n", b->name, b->keys);
	return 0;
}

const struct command command_info = {.name = "info", .args = "", .about = "version, libraries, every path that is used", .run = run};
