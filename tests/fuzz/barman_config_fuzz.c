/* Barman's configuration: files one after the other, each ended by a byte 1; the first byte is the version. */
#include "probes/config/barman.h"
#include "probes/config/options.h"
#include "tests/fuzz/fuzz.h"

enum { FILES = 4 };

static void read_all(const struct barman_config *c)
{
	for (int i = 0; i < c->servers; i++) {
		const struct barman_server *s = &c->server[i];
		FUZZ_MUST(s->name && barman_server_find(c, s->name));
		const char *ssh = barman_get(s, "ssh_command"), *conninfo = barman_get(s, "conninfo");
		const char *user, *host;
		if (ssh)
			barman_ssh_target(c->arena, ssh, &user, &host);
		if (conninfo)
			barman_conninfo_get(c->arena, conninfo, "host");
	}
	for (const struct barman_problem *p = c->problems; p; p = p->next)
		FUZZ_MUST(p->say && *p->say && p->file && p->option && p->value && p->nearest);
}

FUZZ_TARGET(barman_config)
{
	static const int versions[] = {0, 218, 304, 310, 321};
	struct barman_file file[FILES];
	int files = 0;
	if (!size)
		return 0;
	int version = versions[data[0] % (sizeof versions / sizeof *versions)];
	for (const char *at = (const char *)data + 1, *end = (const char *)data + size; files < FILES && at <= end;) {
		const char *stop = memchr(at, 1, (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);
		file[files] = (struct barman_file){files ? "/etc/barman.d/x.conf" : "/etc/barman.conf", at, n};
		files++;
		at += n + 1;
	}
	struct barman_config *c = barman_config_parse(file, files, version);
	read_all(c);
	barman_config_free(c);
	return 0;
}
