/* Our own ssh by the ssh program: it knows ssh_config, jump hosts, agents, certificates and every
 * algorithm. Host keys are never accepted here; no master connection makes a broken login look whole. */
#include "probes/link/ssh_program.h"

#include <stdio.h>

#include "probes/link/child.h"
#include "probes/link/shell.h"

struct wire *ssh_program_open(struct place *p, const struct opening *o, const struct wire_ops *ops, void *arg)
{
	struct str word = {0};
	char port[16];
	const char *argv[36];
	int n = 0;
	static const char *const options[] = {"ssh", "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ControlMaster=no",
					      "-o", "ControlPath=none", "-o", "ForwardAgent=no", "-o", "ClearAllForwardings=yes", "-o", "PermitLocalCommand=no",
					      "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=2"};
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		argv[n++] = options[i];
	if (o->verbose)
		argv[n++] = "-v";
	if (p->spec.port) {
		snprintf(port, sizeof port, "%d", p->spec.port);
		argv[n++] = "-p";
		argv[n++] = port;
	}
	if (p->spec.login) {
		argv[n++] = "-l";
		argv[n++] = p->spec.login;
	}
	shell_word(&word, o->n);
	argv[n++] = "--";
	argv[n++] = p->spec.host;
	argv[n++] = word.s;
	argv[n] = NULL;
	struct wire *w = child_start(p->loop, &(struct child_spec){.argv = argv, .via = "ssh"}, ops, arg);
	w->class->write(w, o->text, o->n);
	str_free(&word);
	return w;
}
