#include "probes/catalogue/host/ssh_login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Texts of the OpenSSH client 9.2 (sshconnect.c, sshconnect2.c, kex.c, packet.c, misc.c); the first row
 * that stands in stderr decides, so what is most specific comes first. */
static const struct {
	const char *words, *fault;
} rows[] = {
	{"Could not resolve hostname", "dns"},
	{"during banner exchange", "no_banner"},
	{": Connection refused", "refused"},
	{": Connection timed out", "timeout"},
	{": Operation timed out", "timeout"},
	{": No route to host", "unreachable"},
	{": Network is unreachable", "unreachable"},
	{": Host is down", "unreachable"},
	{"Exceeded MaxStartups", "throttled"},
	{"Not allowed at this time", "throttled"},
	{"kex_exchange_identification:", "throttled"},
	{"ssh_exchange_identification:", "throttled"},
	{"Bad remote protocol version", "throttled"},
	{"Protocol major versions differ", "throttled"},
	{"no matching ", "no_common_algorithm"},
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", "hostkey_changed"},
	{"REVOKED HOST KEY", "failing"},
	{"host key is known for", "hostkey_unknown"},
	{"Host key verification failed", "hostkey_unknown"},
	{"Your account has expired", "account_locked"},
	{"pam_nologin(8)", "nologin_file"},
};

/* Reached when nothing else decided; the far side was logged in to, but no shell answered. */
static const char *session_fault(const struct ssh_try *t)
{
	if (strstr(t->out, "account is currently not available"))
		return "login_shell";
	/* debug1: Remote: FILE:LINE: key options: agent-forwarding command ... */
	const char *options = strstr(t->err, ": key options: ");
	size_t n = options ? strcspn(options, "\n") : 0;
	const char *command = options ? strstr(options, " command") : NULL;
	if ((command && command < options + n) || *t->out)
		return "forced_command";
	return t->status == 1 ? "login_shell" : "failing";
}

static const char *auth_fault(const char *err)
{
	/* Permission denied (password): no key was asked for, so none was offered. */
	const char *denied = strstr(err, "Permission denied (");
	const char *publickey = denied ? strstr(denied, "publickey") : err;
	if (denied && (!publickey || publickey > denied + strcspn(denied, "\n")))
		return "key_refused";
	if (strstr(err, "UNPROTECTED PRIVATE KEY FILE") || strstr(err, ": bad permissions"))
		return "key_permissions";
	if (strstr(err, "debug1: Server accepts key:"))
		return "key_passphrase"; /* accepted, and then not used: the private part could not be read */
	return strstr(err, "debug1: Offering public key:") ? "key_refused" : "key_missing";
}

static const char *timeout_fault(const struct ssh_try *t)
{
	static const char *const of_stage[][2] = {
		{"resolve", "dns"}, {"connect", "timeout"}, {"banner", "no_banner"}};
	for (size_t i = 0; i < COUNT(of_stage); i++)
		if (!strcmp(of_stage[i][0], t->stage))
			return of_stage[i][1];
	if (strstr(t->err, "debug1: Remote protocol version"))
		return "failing";
	if (strstr(t->err, "debug1: Connection established"))
		return "no_banner";
	if (strstr(t->err, "debug1: Connecting to "))
		return "timeout";
	if (strstr(t->err, "debug1: Executing proxy command"))
		return "failing";
	/* Between its start and the first connection ssh waits for one thing only: an answer to the name. */
	return strstr(t->err, "OpenSSH_") && !*t->stage ? "dns" : NULL;
}

static const char *client_fault(const struct ssh_try *t)
{
	bool ran = strstr(t->err, "OpenSSH_") != NULL;
	if (!ran && (t->status == 127 || t->status == 126))
		return "client_missing";
	return NULL;
}

const char *ssh_fault(const struct ssh_try *t)
{
	if (t->reached)
		return t->out[strspn(t->out, " \t\r\n")] ? "noisy_shell" : "none";
	/* The words of a jump host, or of the way to it, say nothing about the host itself. */
	if (strstr(t->err, "UNKNOWN port 65535"))
		return "failing";
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strstr(t->err, rows[i].words))
			return rows[i].fault;
	if (t->timed_out)
		return timeout_fault(t);
	const char *fault = client_fault(t);
	if (fault)
		return fault;
	if (strstr(t->err, "Authenticated to ") || strstr(t->err, "debug1: Authentication succeeded"))
		return session_fault(t);
	if (strstr(t->err, "Permission denied (") || strstr(t->err, "Too many authentication failures"))
		return auth_fault(t->err);
	if (strstr(t->err, "debug1: Server accepts key:") &&
	    (strstr(t->err, "Connection closed by") || strstr(t->err, "Connection reset by")))
		return "closed";
	return t->status || *t->err ? "failing" : NULL;
}

/* ---- facts ---- */

static void learn_at(struct view *v, const char *prefix, const char *name, const char *text)
{
	char full[128];
	snprintf(full, sizeof full, "%s.%s", prefix, name);
	learn(v, full, text);
}

static bool is_chatter(const char *line)
{
	static const char *const heads[] = {"debug1:", "debug2:", "debug3:", "OpenSSH_", "Authenticated to ", "Transferred: ",
					    "Bytes per second: ", "@@@", "@  ",
					    /* of the warning about a changed key, which is judged and not repeated */
					    "IT IS POSSIBLE THAT", "Someone could be eavesdropping", "It is also possible that",
					    "Please contact your", "  remove with:", "  ssh-keygen "};
	for (size_t i = 0; i < COUNT(heads); i++)
		if (text_starts(line, heads[i]))
			return true;
	return !*line;
}

/* Between two texts of one line, or NULL; from the arena. */
static const char *between(struct arena *a, const char *line, const char *before, const char *after)
{
	if (!text_starts(line, before))
		return NULL;
	const char *start = line + strlen(before), *end = strstr(start, after);
	return end ? arena_dupn(a, start, (size_t)(end - start)) : NULL;
}

struct seen {
	const char *address, *port, *user, *type, *hostkey, *known_name, *known_file;
	struct str words, offered;
};

static void keep_offered(struct arena *a, struct seen *s, const char *line)
{
	const char *print = strstr(line, " SHA256:");
	if (!text_starts(line, "debug1: Offering public key:") || !print)
		return;
	if (s->offered.len)
		str_addc(&s->offered, '\n');
	str_add(&s->offered, arena_dupn(a, print + 1, strcspn(print + 1, " ")));
}

static void keep_line(struct arena *a, struct seen *s, const char *line)
{
	const char *x;
	if ((x = between(a, line, "debug1: Connecting to ", " [")) && *x)
		s->address = between(a, strchr(line, '['), "[", "]");
	if ((x = strstr(line, " port ")) && text_starts(line, "debug1: Connecting to "))
		s->port = arena_dupn(a, x + 6, strspn(x + 6, "0123456789"));
	if (text_starts(line, "debug1: Authenticating to ") && (x = strstr(line, " as '")))
		s->user = arena_dupn(a, x + 5, strcspn(x + 5, "'"));
	if ((x = between(a, line, "debug1: Server host key: ", " "))) {
		s->type = x;
		x = line + strlen("debug1: Server host key: ") + strlen(x) + 1;
		s->hostkey = arena_dupn(a, x, strcspn(x, " "));
	}
	if (text_starts(line, "Offending ") && (x = strstr(line, " key in ")) && strchr(x + 8, ':'))
		s->known_file = arena_dupn(a, x + 8, (size_t)(strrchr(line, ':') - x - 8));
	if (text_starts(line, "Host key for "))
		s->known_name = between(a, line, "Host key for ", " has changed");
	if ((x = strstr(line, " host key is known for ")))
		s->known_name = arena_dupn(a, x + 23, strcspn(x + 23, " "));
	keep_offered(a, s, line);
	if (!is_chatter(line)) {
		if (s->words.len)
			str_addc(&s->words, '\n');
		str_add(&s->words, line);
	}
}

static void learn_seen(struct view *v, const char *prefix, const struct seen *s)
{
	const struct {
		const char *name, *text;
	} facts[] = {{"address", s->address}, {"port", s->port}, {"user", s->user}, {"hostkey", s->hostkey},
		     {"hostkey_type", s->type}, {"known_name", s->known_name}, {"known_file", s->known_file},
		     {"words", str_text(&s->words)}, {"offered", str_text(&s->offered)}};
	for (size_t i = 0; i < COUNT(facts); i++)
		learn_at(v, prefix, facts[i].name, facts[i].text);
	ssh_learn_known(v, prefix);
}

/* Which side may tell more about a fault, by which fact it is asked, and the list it would learn. */
static const struct {
	const char *ask, *list;
	const char *faults[16];
} whys[] = {
	{"ask_near", "near.", {"key_refused", "key_missing", "key_permissions", "key_passphrase", "hostkey_unknown", "hostkey_changed",
			      "forced_command", "dns", "refused", "timeout", "unreachable", "throttled", "no_banner", "no_common_algorithm", "failing"}},
	{"ask_far", "far.", {"key_refused", "key_passphrase", "closed", "failing", "forced_command", "login_shell",
			     "account_locked", "nologin_file", "noisy_shell"}},
	{"ask_listen", "listen.", {"refused", "no_banner"}},
	{"ask_hostkeys", "own.", {"hostkey_unknown", "hostkey_changed"}},
};

static void learn_whys(struct view *v, const char *prefix, const char *fault)
{
	for (size_t i = 0; i < COUNT(whys); i++) {
		bool ask = false;
		for (const char *const *f = whys[i].faults; fault && *f; f++)
			ask |= !strcmp(*f, fault);
		learn_at(v, prefix, whys[i].ask, ask ? "yes" : "no");
		char list[128];
		snprintf(list, sizeof list, "%s.%s", prefix, whys[i].list);
		if (!ask)
			forget_all(v, list);
	}
}

void ssh_learn(struct view *v, const char *prefix, const struct ssh_try *t)
{
	struct arena *a = arena_new();
	struct seen s = {0};
	const char *fault = ssh_fault(t);
	char *copy = arena_dup(a, t->err), *line;
	while ((line = text_line(&copy))) {
		line[strcspn(line, "\r")] = '\0';
		keep_line(a, &s, line);
	}
	learn_seen(v, prefix, &s);
	learn_at(v, prefix, "noise", t->out);
	learn_at(v, prefix, "fault", fault);
	learn_whys(v, prefix, fault);
	str_free(&s.words);
	str_free(&s.offered);
	arena_free(a);
}

void ssh_forget(struct view *v, const char *prefix)
{
	learn_at(v, prefix, "fault", NULL);
	learn_whys(v, prefix, NULL);
}
