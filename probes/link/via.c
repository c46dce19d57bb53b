/* A command of the configuration at another place that carries our bytes to a shell on its far side: the
 * pipeline's own ssh, as the pipeline runs it. */
#include "probes/link/places.h"
#include "probes/link/session.h"
#include "probes/link/shell.h"

static struct wire *via_open(struct place *p, const struct opening *o, const struct wire_ops *ops, void *arg)
{
	struct str word = {0}, via = {0}, change = {0};
	struct place *parent = p->spec.parent;
	struct wire *w = NULL;
	shell_word(&word, o->n);
	/* The other stream has no order in common with this one: it gets a mark of its own (session.c). */
	if (o->verbose)
		str_addf(&via, "printf '\\n%s link\\n' >&2\n", o->nonce);
	shell_via(&via, o->nonce, p->spec.command, word.s);
	if (parent->class->open_as)
		w = parent->class->open_as(parent, p->spec.as, via.s, ops, arg);
	if (!w) {
		shell_switch(&change, o->nonce, p->spec.as, via.len);
		struct opening first = {.nonce = o->nonce, .text = change.s, .n = change.len};
		w = parent->class->open(parent, &first, ops, arg);
		w->class->write(w, via.s, via.len);
	}
	w->class->write(w, o->text, o->n);
	str_free(&word);
	str_free(&via);
	str_free(&change);
	return w;
}

const struct place_class via_class = {.via = "pipeline", .flush = session_flush, .open = via_open};
