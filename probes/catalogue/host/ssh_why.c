/* Why a login is refused: what the files of both sides say. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/host/ssh_login.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Several lines of one key become one fact of several lines. */
static const char *const near_keys[] = {"key", "pubkey", "known", "known_name", "known_file", "config_error", "skip", "make",
					"set", "own_config", "end", NULL};
static const char *const far_keys[] = {
	"user", "home", "shell", "shell_state", "nologin", "sshd", "peer_address", "sshd.allowusers", "sshd.denyusers",
	"sshd.allowgroups", "sshd.denygroups", "sshd.pubkeyauthentication", "sshd.strictmodes", "sshd.usepam",
	"sshd.forcecommand", "groups", "password", "expired", "log", "file", "unreadable", "accepts", "from", "path",
	"home_seen", "keysfile", "elsewhere", "end", NULL};
static const char *const listen_keys[] = {"listens", "denied", "end", NULL};

static void collect(struct view *v, const char *prefix, const char *side, const struct reply *r, const char *const *keys)
{
	char name[128], last[64];
	snprintf(name, sizeof name, "%s.%s.", prefix, side);
	if (r->outcome != REPLY_DONE || !text_value(r->out, "end", last, sizeof last)) {
		forget_all(v, name);
		return;
	}
	for (; *keys; keys++) {
		struct str all = {0};
		size_t n = strlen(*keys);
		for (const char *p = r->out; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
			if (strncmp(p, *keys, n) || p[n] != '=')
				continue;
			if (all.len)
				str_addc(&all, '\n');
			str_addn(&all, p + n + 1, strcspn(p + n + 1, "\n"));
		}
		snprintf(name, sizeof name, "%s.%s.%s", prefix, side, *keys);
		learn(v, name, all.s);
		str_free(&all);
	}
}

static const char *fact(const struct view *v, const char *prefix, const char *name)
{
	char full[128];
	snprintf(full, sizeof full, "%s.%s", prefix, name);
	const char *text = know(v, full);
	return text ? text : "";
}

static void learn_at(struct view *v, const char *prefix, const char *name, const char *text)
{
	char full[128];
	snprintf(full, sizeof full, "%s.%s", prefix, name);
	learn(v, full, text && *text ? text : NULL);
}

/* The file of the first key that cannot be used: "MODE OWNER STATE FINGERPRINT PATH". */
static void learn_bad_file(struct view *v, const char *prefix)
{
	char state[16], path[512] = "";
	for (const char *p = fact(v, prefix, "near.key"); p && *p && !*path; p = strchr(p, '\n'), p = p ? p + 1 : NULL)
		if (sscanf(p, "%*s %*s %15s %*s %511[^\n]", state, path) != 2 || !strcmp(state, "ok"))
			*path = '\0';
	learn_at(v, prefix, "near.bad_file", path);
}

void ssh_learn_known(struct view *v, const char *prefix)
{
	if (!*fact(v, prefix, "known_name"))
		learn_at(v, prefix, "known_name", fact(v, prefix, "near.known_name"));
	if (!*fact(v, prefix, "known_file"))
		learn_at(v, prefix, "known_file", fact(v, prefix, "near.known_file"));
}

void ssh_read_near(struct view *v, const char *prefix, const struct reply *r)
{
	char first[1024];
	collect(v, prefix, "near", r, near_keys);
	/* A step can install one public key: the first usable one. */
	const char *all = fact(v, prefix, "near.pubkey");
	snprintf(first, sizeof first, "%.*s", (int)strcspn(all, "\n"), all);
	learn_at(v, prefix, "near.pubkey", first);
	learn_bad_file(v, prefix);
	ssh_learn_known(v, prefix);
}

void ssh_read_far(struct view *v, const char *prefix, const struct reply *r)
{
	collect(v, prefix, "far", r, far_keys);
}

void ssh_read_listen(struct view *v, const char *prefix, const struct reply *r)
{
	collect(v, prefix, "listen", r, listen_keys);
}

void ssh_read_hostkeys(struct view *v, const char *prefix, const struct reply *r)
{
	char name[128], sent[128], key[4096];
	const char *public_key = NULL;
	struct str prints = {0};
	snprintf(sent, sizeof sent, "%s", fact(v, prefix, "hostkey"));
	for (const char *p = r->outcome == REPLY_DONE ? r->out : ""; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		if (!text_starts(p, "hostkey=SHA256:"))
			continue;
		size_t n = strcspn(p + 8, " \n");
		if (p[8 + n] != ' ')
			continue;
		str_addf(&prints, "%s%.*s", prints.len ? "\n" : "", (int)n, p + 8);
		if (n == strlen(sent) && !strncmp(p + 8, sent, n)) {
			snprintf(key, sizeof key, "%.*s", (int)strcspn(p + 9 + n, "\n"), p + 9 + n);
			public_key = key;
		}
	}
	snprintf(name, sizeof name, "%s.own.hostkeys", prefix);
	learn(v, name, prints.s);
	snprintf(name, sizeof name, "%s.own.public_key", prefix);
	learn(v, name, public_key);
	str_free(&prints);
}

/* ---- lines of a fact ---- */

/* The first line for which its word k is `word`; NULL if there is none. */
static const char *line_with(const char *lines, int k, const char *word)
{
	for (const char *p = lines; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		const char *w = p;
		for (int i = 0; i < k; i++) {
			w += strcspn(w, " \n");
			w += *w == ' ';
		}
		size_t n = strcspn(w, " \n");
		if (n == strlen(word) && !strncmp(w, word, n))
			return p;
	}
	return NULL;
}

static bool share_a_line(const char *a, const char *b)
{
	for (const char *p = a; p && *p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
		char line[256];
		snprintf(line, sizeof line, "%.*s", (int)strcspn(p, "\n"), p);
		if (*line && line_with(b, 0, line))
			return true;
	}
	return false;
}

/* sshd's patterns USER or USER@HOST, blanks or lines between them (sshd_config(5), PATTERNS). An address
 * block (CIDR) counts as matching: what cannot be told must not be called the reason. */
static bool pattern_holds(const char *pattern, const char *name, const char *address)
{
	char user[128];
	const char *at = strrchr(pattern, '@');
	snprintf(user, sizeof user, "%.*s", at ? (int)(at - pattern) : 127, pattern);
	if (fnmatch(user, name, 0))
		return false;
	return !at || !*address || strchr(at, '/') || !fnmatch(at + 1, address, 0) || strpbrk(at, "abcdefghijklmnopqrstuvwxyz");
}

static bool list_holds(const char *list, const char *names, const char *address)
{
	char *copy = xstrdup(list), *save = NULL;
	bool holds = false;
	for (char *p = strtok_r(copy, " \n", &save); p && !holds; p = strtok_r(NULL, " \n", &save)) {
		char *all = xstrdup(names), *next = NULL;
		for (char *n = strtok_r(all, " \n", &next); n && !holds; n = strtok_r(NULL, " \n", &next))
			holds = pattern_holds(p, n, address);
		free(all);
	}
	free(copy);
	return holds;
}

/* ---- the accepting side ---- */

struct look {
	const struct view *v;
	const char *prefix;
	struct str say;
};

static const char *is(const struct look *l, const char *name)
{
	return fact(l->v, l->prefix, name);
}

static const char *not_allowed(struct look *l)
{
	const char *user = is(l, "user"), *groups = is(l, "far.groups"), *address = is(l, "far.peer_address");
	const char *allow = is(l, "far.sshd.allowusers"), *deny = is(l, "far.sshd.denyusers");
	const char *allow_groups = is(l, "far.sshd.allowgroups"), *deny_groups = is(l, "far.sshd.denygroups");
	const char *rule = NULL, *value = "";
	if (*allow && !list_holds(allow, user, address)) {
		rule = "AllowUsers";
		value = allow;
	} else if (*deny && list_holds(deny, user, address) && !strchr(deny, '@')) {
		rule = "DenyUsers";
		value = deny;
	} else if (*allow_groups && *groups && !list_holds(allow_groups, groups, "")) {
		rule = "AllowGroups";
		value = allow_groups;
	} else if (*deny_groups && list_holds(deny_groups, groups, "")) {
		rule = "DenyGroups";
		value = deny_groups;
	}
	if (!rule)
		return NULL;
	str_addf(&l->say, "%s is \"%s\"", rule, value);
	return "user_not_allowed";
}

static const char *locked(struct look *l)
{
	if (*is(l, "far.expired"))
		str_addf(&l->say, "it has expired on %s", is(l, "far.expired"));
	else if (*is(l, "far.password") && !strcmp(is(l, "far.sshd.usepam"), "no"))
		str_addf(&l->say, "it is locked, and sshd does not use PAM (UsePAM no)");
	else
		return NULL;
	return "account_locked";
}

static const char *bad_mode(struct look *l, const char *why, const char *text)
{
	const char *line = line_with(is(l, "far.path"), 0, why);
	if (!line || !strcmp(is(l, "far.sshd.strictmodes"), "no"))
		return NULL;
	char mode[16] = "", owner[64] = "", path[512] = "";
	if (sscanf(line, "%*s %15s %63s %511[^\n]", mode, owner, path) != 3)
		return NULL;
	str_addf(&l->say, "\"%s\" %s (mode %s, owner \"%s\")", path, text, mode, owner);
	return "authorized_keys_permissions";
}

static const char *bad_modes(struct look *l)
{
	const char *fault = bad_mode(l, "owner", "belongs to another user");
	if (!fault)
		fault = bad_mode(l, "others", "is writable for everyone");
	return fault ? fault : bad_mode(l, "group", "is writable for its group");
}

static const char *key_not_there(struct look *l)
{
	const char *offered = is(l, "offered"), *file = is(l, "far.file");
	if (*is(l, "far.unreadable") || strcmp(is(l, "far.home_seen"), "yes"))
		return NULL;
	if (!*file && *is(l, "far.elsewhere"))
		str_addf(&l->say, "sshd's configuration looks for its keys in \"%s\", which does not exist", is(l, "far.keysfile"));
	else if (!*file)
		str_addf(&l->say, "\"%s\" has no authorized_keys", is(l, "user"));
	else if (*offered && !share_a_line(offered, is(l, "far.accepts")))
		str_addf(&l->say, "the key %.*s is not in \"%.*s\"", (int)strcspn(offered, "\n"), offered, (int)strcspn(file, "\n"), file);
	else
		return NULL;
	return "key_refused";
}

static const char *far_refused(struct look *l)
{
	const char *fault;
	if (*is(l, "far.user")) {
		str_addf(&l->say, "there is no user \"%s\" on that host", is(l, "user"));
		return "key_refused";
	}
	if (!strcmp(is(l, "far.sshd.pubkeyauthentication"), "no")) {
		str_add(&l->say, "sshd's configuration switches keys off: PubkeyAuthentication is \"no\"");
		return "key_refused";
	}
	if ((fault = not_allowed(l)) || (fault = locked(l)))
		return fault;
	if (!strcmp(is(l, "far.shell_state"), "missing")) {
		str_addf(&l->say, "\"%s\" does not exist", is(l, "far.shell"));
		return "login_shell";
	}
	if ((fault = bad_modes(l)) || (fault = key_not_there(l)))
		return fault;
	/* Only Debian's sshd lets a private group write. */
	return bad_mode(l, "own_group", "is writable for its group");
}

static const char *far_closed(struct look *l)
{
	const char *fault = locked(l);
	if (fault)
		return fault;
	if (*is(l, "far.nologin")) {
		str_addf(&l->say, "it is \"%s\"", is(l, "far.nologin"));
		return "nologin_file";
	}
	return NULL;
}

static const char *far_session(struct look *l)
{
	if (*is(l, "far.shell_state")) {
		str_addf(&l->say, "it is \"%s\"", is(l, "far.shell"));
		return "login_shell";
	}
	if (*is(l, "far.sshd.forcecommand") && strcmp(is(l, "far.sshd.forcecommand"), "none")) {
		str_addf(&l->say, "sshd's configuration forces the command \"%s\"", is(l, "far.sshd.forcecommand"));
		return "forced_command";
	}
	return NULL;
}

/* ---- the side that comes ---- */

static const char *near_keys_fault(struct look *l)
{
	static const struct {
		const char *state, *fault, *say;
	} states[] = {
		{"permissions", "key_permissions", "can be read by others"},
		{"passphrase", "key_passphrase", "is locked"},
		{"unreadable", "key_permissions", "cannot be read by its user"},
		{"broken", "key_missing", "is not a private key"},
		{"pub_only", "key_missing", "is missing, only its public part is left"},
		{"absent", "key_missing", "is what ssh is told to use, and it does not exist"},
	};
	const char *keys = is(l, "near.key");
	if (line_with(keys, 2, "ok"))
		return NULL;
	for (size_t i = 0; i < COUNT(states); i++) {
		const char *line = line_with(keys, 2, states[i].state);
		char mode[16], path[512];
		if (!line || sscanf(line, "%15s %*s %*s %*s %511[^\n]", mode, path) != 2)
			continue;
		str_addf(&l->say, "\"%s\" %s", path, states[i].say);
		return states[i].fault;
	}
	return NULL;
}

/* The id stays: the way is closed; by whom is what the page must know. */
static const char *way_said(struct look *l, const char *fault)
{
	static const char *const ways[] = {"dns", "refused", "timeout", "unreachable", "throttled", "no_banner", "no_common_algorithm", "failing"};
	bool is_way = false;
	for (size_t i = 0; i < COUNT(ways); i++)
		is_way |= !strcmp(fault, ways[i]);
	if (!is_way)
		return NULL;
	const char *set = is(l, "near.set");
	if (*is(l, "near.own_config") && *set)
		str_addf(&l->say, "ssh's own configuration there says \"%.*s\"", (int)strcspn(set, "\n"), set);
	else if (strcmp(fault, "refused"))
		return NULL;
	else if (!strcmp(is(l, "listen.listens"), "yes"))
		str_add(&l->say, "sshd listens there, so a firewall refuses in its name");
	else if (!strcmp(is(l, "listen.listens"), "no"))
		str_add(&l->say, "nothing listens there, so sshd does not run");
	else
		return NULL;
	return fault;
}

/* The id stays; whether the new key is the host's own is what the operator must know. */
static const char *hostkey_said(struct look *l, const char *fault)
{
	if (!*is(l, "own.hostkeys"))
		return NULL;
	if (*is(l, "own.public_key"))
		str_add(&l->say, "the key it sends is that host's own, as read there by another way");
	else
		str_add(&l->say, "beware, the key it sends is NOT one of that host's own keys, as read there by another way");
	return fault;
}

const char *ssh_refine(const struct view *v, const char *prefix, const char *fault, char **ret_say)
{
	struct look l = {.v = v, .prefix = prefix};
	const char *found = NULL;
	bool auth = !strcmp(fault, "key_refused") || !strcmp(fault, "key_missing") || !strcmp(fault, "key_permissions") ||
		    !strcmp(fault, "key_passphrase");
	if (auth && *is(&l, "near.end"))
		found = near_keys_fault(&l);
	if (!found && *is(&l, "far.end")) {
		if (!strcmp(fault, "key_refused"))
			found = far_refused(&l);
		else if (!strcmp(fault, "closed") || !strcmp(fault, "failing"))
			found = far_closed(&l);
		if (!found && (!strcmp(fault, "forced_command") || !strcmp(fault, "failing") || !strcmp(fault, "login_shell")))
			found = far_session(&l);
	}
	if (!strcmp(fault, "no_banner") && *is(&l, "listen.denied")) {
		str_addf(&l.say, "\"/etc/hosts.deny\" there says \"%s\"", is(&l, "listen.denied"));
		found = "throttled";
	}
	if (text_starts(fault, "hostkey_"))
		found = hostkey_said(&l, fault);
	if (!found)
		found = way_said(&l, fault);
	if (found && l.say.len)
		*ret_say = l.say.s;
	else
		str_free(&l.say);
	return found ? found : "";
}
