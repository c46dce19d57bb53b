#include "remedies/journal_read.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *word(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

static void tell(const json_t *o, void (*each)(void *arg, const struct past *p), void *arg)
{
	const json_t *status = json_object_get(o, "exit");
	struct past p = {.at = word(o, "at"), .phase = word(o, "phase"), .deed = (uint64_t)json_integer_value(json_object_get(o, "deed")),
			 .pid = (int)json_integer_value(json_object_get(o, "pid")), .who = *word(o, "sudo_user") ? word(o, "sudo_user") : word(o, "user"),
			 .server = word(o, "server"), .cause = word(o, "cause"), .step = word(o, "step"), .risk = word(o, "risk"),
			 .place = word(o, "place"), .host = word(o, "host"), .as = word(o, "as"), .command = word(o, "command"),
			 .unknown = word(o, "unknown_outcome"), .say = word(o, "say"), .walk = word(o, "walk"), .key = word(o, "key"),
			 .event = word(o, "event"), .page = word(o, "page"), .ended = json_is_integer(status),
			 .status = (int)json_integer_value(status)};
	each(arg, &p);
}

int journal_read(const char *path, const char *needle, void (*each)(void *arg, const struct past *p), void *arg)
{
	char *line = NULL;
	size_t size = 0;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (!f) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (getline(&line, &size, f) > 0) {
		json_t *o = !needle || strstr(line, needle) ? json_loads(line, 0, NULL) : NULL; /* a torn line is no line */
		if (json_is_object(o))
			tell(o, each, arg);
		json_decref(o);
	}
	free(line);
	fclose(f);
	return 0;
}
