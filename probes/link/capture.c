#include "probes/link/capture.h"

#include <stdbool.h>
#include <stdlib.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/link/child.h"

enum { CAPTURE_MAX = 262144 };

struct capture {
	struct wire *wire;
	struct str out;
	capture_done *done;
	void *arg;
};

static void got(void *arg, bool is_err, const char *s, size_t n)
{
	struct capture *c = arg;
	if (!is_err && c->out.len < CAPTURE_MAX)
		str_addn(&c->out, s, n);
}

static void ended(void *arg, const struct wire_end *e)
{
	struct capture *c = arg;
	c->done(c->arg, e->status, str_text(&c->out));
	str_free(&c->out);
	free(c);
}

static const struct wire_ops capture_ops = {got, ended};

struct capture *capture_start(struct loop *l, const char *const *argv, capture_done *done, void *arg)
{
	struct capture *c = xcalloc(1, sizeof *c);
	c->done = done;
	c->arg = arg;
	c->wire = child_start(l, &(struct child_spec){.argv = argv, .via = "local"}, &capture_ops, c);
	c->wire->class->close_in(c->wire);
	return c;
}

void capture_drop(struct capture *c)
{
	if (!c)
		return;
	c->wire->class->drop(c->wire);
	str_free(&c->out);
	free(c);
}
