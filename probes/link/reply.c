#include "probes/link/reply.h"

const char *const outcome_names[] = {"done", "no-link", "timeout", "lost"};

const char *reply_cell(const struct reply *r, int row, int col)
{
	if (row < 0 || col < 0 || row >= r->rows || col >= r->cols || !r->cell)
		return NULL;
	return r->cell[row * r->cols + col];
}
