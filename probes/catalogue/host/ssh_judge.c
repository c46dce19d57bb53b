/* From the facts of a login to a verdict: one table of sentences for both directions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/host/ssh_login.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* {from} "barman@backup1", {to} "postgres@db1", {here} "backup1", {there} "db1", {port} "22" */
static const struct {
	const char *fault, *say;
} rows[] = {
	{"dns", "{here} cannot resolve the name of {there}"},
	{"refused", "{there} answers, and refuses {here} on ssh port {port}"},
	{"timeout", "no answer from ssh port {port} of {there} to {here}: packets are dropped on the way"},
	{"unreachable", "{here} has no route to {there}"},
	{"no_banner", "{there} accepts on ssh port {port} and then says nothing"},
	{"throttled", "{there} turns ssh connections away before any login, or something else than sshd listens on port {port}"},
	{"no_common_algorithm", "ssh on {here} and sshd on {there} have no algorithm in common"},
	{"hostkey_unknown", "{from} has never confirmed the host key of {there}"},
	{"hostkey_changed", "the host key of {there} is not the one that {from} knows: it was installed anew, or someone sits in between"},
	{"key_missing", "{from} has no private key to log in to {to} with"},
	{"key_permissions", "ssh cannot use the private key of {from}"},
	{"key_passphrase", "the private key of {from} needs a passphrase, and nobody is there to type it"},
	{"key_refused", "{to} does not accept the key of {from}"},
	{"authorized_keys_permissions", "sshd on {there} ignores the authorized_keys of {to}"},
	{"user_not_allowed", "sshd on {there} does not allow {to} to log in"},
	{"account_locked", "the account {to} is expired or locked"},
	{"login_shell", "the login shell of {to} lets nobody in"},
	{"nologin_file", "a nologin file on {there} keeps everybody but root out"},
	{"forced_command", "a forced command answers {from} at {to} instead of a shell"},
	{"noisy_shell", "the login of {to} prints text on stdout, which rsync and Barman take for their own protocol"},
	{"client_missing", "there is no ssh client on {here}"},
	{"failing", "{from} cannot log in to {to}"},
};

/* Rule 6: without a look at the accepting side these give the same words here. */
static const struct {
	const char *fault, *say;
} others[] = {
	{"key_refused", "; an empty or ignored authorized_keys (modes), AllowUsers, a missing user and a locked account look the same from here;"
			" the modes, sshd's configuration and its log on {there} tell them apart"},
	{"no_banner", ": its sshd hangs, or /etc/hosts.deny turns {here} away, which looks the same for 5 s"},
	{"refused", ": sshd does not run there, or a firewall refuses in its name; a look at what listens on {there} tells them apart"},
};

struct names {
	char from[256], to[256], here[160], there[160], port[16];
};

static const char *fact(const struct ssh_way *w, const struct view *v, const char *name)
{
	char full[128];
	snprintf(full, sizeof full, "%s.%s", w->prefix, name);
	const char *text = know(v, full);
	return text ? text : "";
}

static const char *first(const char *a, const char *b, const char *c)
{
	return a && *a ? a : b && *b ? b : c;
}

static void name_all(const struct ssh_way *w, const struct view *v, struct names *ret)
{
	bool to_db = !strcmp(w->to_place, "db");
	const char *here = first(know(v, w->from_host), NULL, to_db ? "the Barman host" : "the PostgreSQL host");
	const char *there = first(know(v, w->to_target), know(v, w->to_host), to_db ? "the PostgreSQL host" : "the Barman host");
	snprintf(ret->here, sizeof ret->here, "%s", here);
	snprintf(ret->there, sizeof ret->there, "%s", there);
	snprintf(ret->from, sizeof ret->from, "%s@%s", first(w->from_user ? know(v, w->from_user) : NULL, NULL, w->from_user_else), here);
	const char *user = fact(w, v, "user");
	snprintf(ret->to, sizeof ret->to, "%s%s%s", user, *user ? "@" : "", there);
	snprintf(ret->port, sizeof ret->port, "%s", first(fact(w, v, "port"), NULL, "22"));
}

static void fill(struct str *out, const char *text, const struct names *n)
{
	const struct {
		const char *name, *value;
	} tokens[] = {{"{from}", n->from}, {"{to}", n->to}, {"{here}", n->here}, {"{there}", n->there}, {"{port}", n->port}};
	while (*text) {
		size_t i = 0;
		while (i < COUNT(tokens) && !text_starts(text, tokens[i].name))
			i++;
		if (i == COUNT(tokens)) {
			str_addc(out, *text++);
			continue;
		}
		str_add(out, tokens[i].value);
		text += strlen(tokens[i].name);
	}
}

static const char *sentence(const char *fault)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(rows[i].fault, fault))
			return rows[i].say;
	return NULL;
}

/* known_hosts says ED25519, the protocol ssh-ed25519. */
static const char *known_line(const char *known, const char *type)
{
	static const char *const names[][2] = {{"ssh-ed25519", "ED25519 "}, {"ecdsa-", "ECDSA "}, {"ssh-rsa", "RSA "}};
	for (size_t i = 0; i < COUNT(names); i++)
		for (const char *p = known; text_starts(type, names[i][0]) && p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
			if (text_starts(p, names[i][1]))
				return p;
	return known;
}

static void add_fingerprints(const struct ssh_way *w, const struct view *v, struct verdict *ret)
{
	const char *type = fact(w, v, "hostkey_type"), *sent = fact(w, v, "hostkey"), *own = fact(w, v, "own.hostkeys");
	const char *known = known_line(fact(w, v, "near.known"), type);
	const char *address = fact(w, v, "address");
	verdict_evidence(ret, "sent now: %s %s%s%s", type, sent, *address ? ", by " : "", address);
	verdict_evidence(ret, "known before: %.*s", *known ? (int)strcspn(known, "\n") : 4, *known ? known : "none");
	if (*own)
		verdict_evidence(ret, "read on that host itself: %s", *fact(w, v, "own.public_key") ? sent : own);
}

/* What was found by looking at both sides, in their own words. */
static void add_evidence(const struct ssh_way *w, const struct view *v, const char *fault, struct verdict *ret)
{
	if (text_starts(fault, "hostkey_"))
		add_fingerprints(w, v, ret);
	if (!strcmp(fault, "noisy_shell") || !strcmp(fault, "forced_command") || !strcmp(fault, "login_shell"))
		verdict_evidence(ret, "printed: %s", fact(w, v, "noise"));
	if (*fact(w, v, "words"))
		verdict_evidence(ret, "%s", fact(w, v, "words"));
	if (*fact(w, v, "near.config_error"))
		verdict_evidence(ret, "%s", fact(w, v, "near.config_error"));
	if (*fact(w, v, "far.log"))
		verdict_evidence(ret, "sshd's log: %s", fact(w, v, "far.log"));
}

static void say_cause(const struct ssh_way *w, enum rank rank, const struct view *v, const char *fault, const char *found,
		      struct verdict *ret)
{
	struct names n;
	struct str say = {0};
	char id[128];
	name_all(w, v, &n);
	fill(&say, sentence(fault), &n);
	if (found)
		str_addf(&say, ": %s", found);
	else
		for (size_t i = 0; i < COUNT(others); i++)
			if (!strcmp(fault, others[i].fault))
				fill(&say, others[i].say, &n);
	snprintf(id, sizeof id, "%s.%s", w->prefix, fault);
	const struct cause *row = cause_find(id);
	verdict_cause(ret, rank, row ? row->id : "", "%s", str_text(&say));
	add_evidence(w, v, fault, ret);
	str_free(&say);
}

void ssh_judge(const struct ssh_way *w, enum rank rank, const struct view *v, struct verdict *ret)
{
	const char *fault = fact(w, v, "fault"), *refined;
	char *found = NULL;
	struct names n;
	if (!*fault || view_asked(v, w->login) == ASKED_NO_PLACE) { /* what it once said is no proof */
		verdict_unseen(ret, v, w->login);
		return;
	}
	if (!strcmp(fault, "none")) {
		name_all(w, v, &n);
		verdict_ok(ret, "%s logs in to %s", n.from, n.to);
		return;
	}
	refined = ssh_refine(v, w->prefix, fault, &found);
	if (*refined)
		fault = refined;
	if (!sentence(fault))
		fault = "failing"; /* closed, with no reason seen */
	say_cause(w, rank, v, fault, found, ret);
	free(found);
}
