#include "probes/link/ssh_config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"

enum { KEY_FILE_MAX = 16384 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Decodes up to max bytes of base64, over line ends; returns how many. */
static size_t decode(const char *s, unsigned char *ret, size_t max)
{
	unsigned bits = 0, have = 0;
	size_t n = 0;
	for (; *s && *s != '-' && *s != '=' && n < max; s++) {
		const char *d = strchr(digits, *s);
		if (!d)
			continue;
		bits = bits << 6 | (unsigned)(d - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			ret[n++] = (unsigned char)(bits >> have);
		}
	}
	return n;
}

/* OpenSSH PROTOCOL.key: "openssh-key-v1\0", string cipher, string kdf, string options, uint32 keys, then
 * the public key as a string that begins with its type. */
static bool openssh_key_usable(const char *text)
{
	unsigned char b[160];
	size_t n = decode(text, b, sizeof b), at = 15;
	for (int i = 0; i < 3; i++) {
		if (at + 4 > n)
			return false;
		size_t len = (size_t)b[at] << 24 | (size_t)b[at + 1] << 16 | (size_t)b[at + 2] << 8 | b[at + 3];
		if (i == 0 && (len != 4 || at + 8 > n || memcmp(b + at + 4, "none", 4)))
			return false;
		if (len > n)
			return false;
		at += 4 + len;
	}
	at += 4 + 4 + 4; /* number of keys, length of the public key, length of its type */
	return at + 11 <= n && (!memcmp(b + at, "ssh-ed25519", 11) || !memcmp(b + at, "ecdsa-sha2-", 11));
}

bool ssh_config_key_usable(const char *text)
{
	static const char openssh[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
	const char *p = strstr(text, openssh);
	if (p)
		return openssh_key_usable(p + sizeof openssh - 1);
	return strstr(text, "-----BEGIN EC PRIVATE KEY-----") && !strstr(text, "ENCRYPTED");
}

static char *home_path(const char *path)
{
	struct str s = {0};
	const char *home = getenv("HOME");
	if (path[0] == '~' && path[1] == '/' && home)
		str_addf(&s, "%s%s", home, path + 1);
	else
		str_add(&s, path);
	return s.s;
}

static void add_key(struct ssh_config *c, const char *value)
{
	char text[KEY_FILE_MAX], *path = home_path(value);
	struct str cert = {0};
	struct stat st;
	/* a pipe in its place must not keep us waiting */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t got = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) ? read(fd, text, sizeof text - 1) : 0;
	size_t n = got > 0 ? (size_t)got : 0;
	text[n] = '\0';
	if (fd >= 0)
		close(fd);
	str_addf(&cert, "%s-cert.pub", path);
	if (n && access(cert.s, F_OK) == 0)
		c->program = "a certificate";
	str_free(&cert);
	if (n && c->keys < SSH_KEYS && ssh_config_key_usable(text))
		c->key[c->keys++] = path;
	else
		free(path);
}

static void add_files(struct ssh_config *c, const char *value)
{
	while (*value) {
		size_t n = strcspn(value, " ");
		if (n && c->files < SSH_FILES) {
			char *one = strndup(value, n);
			c->file[c->files++] = home_path(one);
			free(one);
		}
		value += n + strspn(value + n, " ");
	}
}

static void set(char **to, const char *value)
{
	free(*to);
	*to = xstrdup(value);
}

static void take(struct ssh_config *c, const char *key, const char *value)
{
	/* What libssh2 does not do, unless the value says it is not asked for. */
	static const char *const beyond[] = {"proxycommand", "proxyjump", "certificatefile", "pkcs11provider", "bindaddress", "bindinterface"};
	for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
		if (!strcmp(key, beyond[i]) && strcmp(value, "none"))
			c->program = beyond[i];
	if (!strcmp(key, "hostname"))
		set(&c->hostname, value);
	else if (!strcmp(key, "user"))
		set(&c->user, value);
	else if (!strcmp(key, "hostkeyalias") && strcmp(value, "none"))
		set(&c->alias, value);
	else if (!strcmp(key, "port"))
		c->port = atoi(value);
	else if (!strcmp(key, "identityfile"))
		add_key(c, value);
	else if (!strcmp(key, "userknownhostsfile") || !strcmp(key, "globalknownhostsfile"))
		add_files(c, value);
}

void ssh_config_parse(struct ssh_config *c, const char *text)
{
	char *copy = xstrdup(text), *p = copy, *line;
	while ((line = text_line(&p))) {
		char *value = strchr(line, ' ');
		if (!value)
			continue;
		*value++ = '\0';
		take(c, line, value);
	}
	free(copy);
	if (!c->hostname || !c->user || c->port <= 0)
		c->program = "ssh -G failed";
	else if (!c->keys && !c->program)
		c->program = "no ed25519 or ecdsa key file without passphrase";
}

void ssh_config_known(struct ssh_config *c, const char *text)
{
	char *copy = xstrdup(text), *p = copy, *line;
	while ((line = text_line(&p))) {
		char *type = strchr(line, ' '), *blob = type ? strchr(type + 1, ' ') : NULL;
		if (line[0] == '#' || !blob)
			continue;
		if (line[0] == '@')
			c->program = "a marker in known_hosts";
		*type++ = *blob++ = '\0';
		blob[strcspn(blob, " ")] = '\0';
		if (c->knowns < SSH_KNOWN)
			c->known[c->knowns++] = (struct ssh_known){xstrdup(type), xstrdup(blob)};
	}
	free(copy);
	if (!c->knowns && !c->program)
		c->program = "its host key is not known";
}

char *ssh_config_stored_name(const struct ssh_config *c)
{
	struct str s = {0};
	const char *host = c->alias ? c->alias : c->hostname ? c->hostname : "";
	if (c->alias || c->port == 22)
		str_add(&s, host);
	else
		str_addf(&s, "[%s]:%d", host, c->port);
	return s.s;
}

char *ssh_config_types(const struct ssh_config *c)
{
	struct str s = {0};
	for (int i = 0; i < c->knowns; i++)
		str_addf(&s, "%s%s", i ? "," : "", c->known[i].type);
	return s.s ? s.s : xstrdup("");
}

bool ssh_config_is_known(const struct ssh_config *c, const unsigned char *blob, unsigned long n)
{
	unsigned char *stored = xmalloc(n + 1);
	bool found = false;
	for (int i = 0; i < c->knowns && !found; i++)
		found = decode(c->known[i].blob, stored, n + 1) == n && !memcmp(stored, blob, n);
	free(stored);
	return found;
}

void ssh_config_free(struct ssh_config *c)
{
	free(c->hostname);
	free(c->user);
	free(c->alias);
	for (int i = 0; i < c->keys; i++)
		free(c->key[i]);
	for (int i = 0; i < c->files; i++)
		free(c->file[i]);
	for (int i = 0; i < c->knowns; i++) {
		free(c->known[i].type);
		free(c->known[i].blob);
	}
	*c = (struct ssh_config){0};
}
