/* Every fuzz target over its corpus, without a fuzzer: what was found once is not lost again. */
#include <dirent.h>
#include <time.h>

#include "tests/fuzz/fuzz.h"

#define TARGETS(X)                                                                                    \
	X(barman_config) X(conninfo) X(crontab) X(drill_record) X(frames) X(keys) X(page) X(psql) X(recording) X(replies) X(rows) X(runbook) X(secret) X(server_log) \
	X(shell) X(ssh_config) X(ssh_words) X(text) X(walmedic_ini)

#define DECLARE(name) int fuzz_target_##name(const uint8_t *data, size_t size);
TARGETS(DECLARE)

static const struct {
	const char *name;
	int (*target)(const uint8_t *data, size_t size);
} targets[] = {
#define ROW(name) {#name, fuzz_target_##name},
	TARGETS(ROW)
};

enum { SECONDS_MAX = 10 }; /* of one input, under sanitizers on a loaded machine */

static int run_file(const char *path, int (*target)(const uint8_t *, size_t))
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = NULL;
	size_t n = 0, cap = 0, got = 1;
	if (!f)
		return -1;
	while (got) {
		if (n == cap)
			bytes = realloc(bytes, cap = cap ? cap * 2 : 4096);
		if (!bytes)
			abort();
		n += got = fread(bytes + n, 1, cap - n, f);
	}
	fclose(f);
	/* exactly so many bytes: the sanitizer sees who reads one more */
	uint8_t *exact = malloc(n ? n : 1);
	if (!exact)
		abort();
	memcpy(exact, bytes, n);
	free(bytes);
	clock_t start = clock();
	target(exact, n);
	free(exact);
	double took = (double)(clock() - start) / CLOCKS_PER_SEC;
	if (took > SECONDS_MAX)
		printf("# %s takes %.0f s\n", path, took);
	return took > SECONDS_MAX ? -1 : 1;
}

static int run_corpus(const char *name, int (*target)(const uint8_t *, size_t))
{
	char path[1024];
	struct dirent *e;
	int inputs = 0, bad = 0;
	snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", getenv("srcdir") ? getenv("srcdir") : ".", name);
	DIR *d = opendir(path);
	while (d && (e = readdir(d))) {
		char inner[2048];
		if (*e->d_name == '.')
			continue;
		snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
		bad |= run_file(inner, target) < 0;
		inputs++;
	}
	if (d)
		closedir(d);
	printf("%s - %s: %d inputs\n", inputs && !bad ? "ok" : "not ok", name, inputs);
	return inputs && !bad ? 0 : 1;
}

int main(int argc, char **argv)
{
	int bad = 0;
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
		if (argc < 2)
			bad |= run_corpus(targets[i].name, targets[i].target);
		else if (argc > 2 && !strcmp(argv[1], targets[i].name))
			bad |= run_file(argv[2], targets[i].target) < 0; /* corpus_test TARGET FILE */
	return bad;
}
