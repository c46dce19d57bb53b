/* Holes among the names of a WAL archive: how long for 10 000, 100 000 and a million names, in order and out of order. Each line
 * also says how many times as long as the one before: about ten, when it is linear. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "probes/catalogue/barman/wal_names.h"

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* Every 997th is missing. A multiplier that is prime to n walks through all of 0 … n-1. */
static double one(unsigned n, unsigned step, int *ret_holes)
{
	static struct wal_hole hole[16];
	double start = now_ms();
	struct wal_names *w = wal_names_new(16777216);
	for (uint64_t i = 0; i < n; i++) {
		unsigned k = (unsigned)(i * step % n);
		char name[32];
		snprintf(name, sizeof name, "00000001%08X%08X", k / 256, k % 256);
		if (k % 997 != 996)
			wal_names_add(w, name);
	}
	*ret_holes = wal_names_holes(w, hole, 16);
	wal_names_free(w);
	return now_ms() - start;
}

int main(void)
{
	static const struct { const char *say; unsigned step; } orders[] = {{"in order", 1}, {"out of order", 7919}};
	for (int o = 0; o < 2; o++) {
		double before = 0;
		for (unsigned n = 10000; n <= 1000000; n *= 10) {
			int holes = 0;
			double ms = one(n, orders[o].step, &holes);
			printf("WAL names: %8u %-12s %8.2f ms, %d holes", n, orders[o].say, ms, holes);
			if (before > 0)
				printf(", %.1f times", ms / before);
			puts("");
			before = ms;
		}
	}
	return 0;
}
