/* Recordings of the laboratory as scenes: the real engine, judged at the recording's end. */
#ifndef TESTS_SCREENS_SCENES_H
#define TESTS_SCREENS_SCENES_H

#include "probes/base/str.h"

/* The file's bytes; ends the program when it cannot be read. */
void scene_read(const char *path, struct str *ret);
/* A server's recording under another name, on another database host, `shift` ms later. */
struct scene_member {
	const char *path;
	int many;               /* servers on the same host */
};
/* One recording of many servers, made of recordings of one: member[0] is what fills up to n. All end at the
 * same moment. */
void scene_fleet(const struct scene_member *member, int members, int n, struct str *ret);

/* A recording whose hosts put escapes, bidirectional and invisible characters, bytes that are no UTF-8 and a line of a megabyte into what
 * they say; it came in by the door. */
void scene_hostile(const char *path, struct str *ret);

#endif
