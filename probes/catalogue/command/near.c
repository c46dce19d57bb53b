#include "probes/catalogue/command/near.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { NAME_MAX_BYTES = 40 };

static const char *const programs[] = {
	"barman-wal-archive", "barman-cloud-wal-archive", "rsync", "scp", "ssh", "cp", "pgbackrest", "wal-g", "gzip", "lz4", "zstd",
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Letters added, lost, exchanged or swapped with their neighbour. */
static int distance(const char *a, const char *b)
{
	int row[3][NAME_MAX_BYTES + 1];
	int n = (int)strlen(a), m = (int)strlen(b);
	for (int j = 0; j <= m; j++)
		row[0][j] = j;
	for (int i = 1; i <= n; i++) {
		int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
		now[0] = i;
		for (int j = 1; j <= m; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

/* Order-free: the number of letters of each kind, separators aside ("barman-archive-wal"). */
static bool same_letters(const char *a, const char *b)
{
	int count[256] = {0};
	for (; *a; a++)
		count[isalnum((unsigned char)*a) ? (unsigned char)*a : 0]++;
	for (; *b; b++)
		count[isalnum((unsigned char)*b) ? (unsigned char)*b : 0]--;
	for (int i = 1; i < 256; i++)
		if (count[i])
			return false;
	return true;
}

const char *near_program(const char *name)
{
	size_t n = strlen(name);
	if (n < 4 || n > NAME_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
		if (!strcmp(name, programs[i]))
			return NULL;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		size_t m = strlen(programs[i]);
		if (m > 8 && same_letters(name, programs[i]))
			return programs[i];
		if (m >= 4 && distance(name, programs[i]) <= (m > 8 ? 3 : 1))
			return programs[i];
	}
	return NULL;
}
