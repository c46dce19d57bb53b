#include "probes/base/problem.h"

#include <stdarg.h>

int problem_set(struct problem *p, const char *hint, const char *fmt, ...)
{
	if (!p)
		return -1;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(p->say, sizeof p->say, fmt, ap);
	va_end(ap);
	snprintf(p->hint, sizeof p->hint, "%s", hint ? hint : "");
	return -1;
}

void problem_print(FILE *f, const struct problem *p)
{
	fprintf(f, "walmedic: %s\n", p->say);
	if (p->hint[0])
		fprintf(f, "HINT: %s\n", p->hint);
}
