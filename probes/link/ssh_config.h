/* What `ssh -G` and known_hosts say about a host, and whether libssh2 may try it at all. */
#ifndef WALMEDIC_LINK_SSH_CONFIG_H
#define WALMEDIC_LINK_SSH_CONFIG_H

#include <stdbool.h>

enum { SSH_KEYS = 8, SSH_FILES = 8, SSH_KNOWN = 16 };

struct ssh_config {
	char *hostname, *user, *alias;
	int port;
	char *key[SSH_KEYS];    /* key files libssh2 can use, in ssh's order */
	int keys;
	char *file[SSH_FILES];  /* known_hosts files */
	int files;
	struct ssh_known {
		char *type, *blob; /* as in the file: "ssh-ed25519", base64 */
	} known[SSH_KNOWN];
	int knowns;
	const char *program;    /* why it must be the ssh program; NULL: libssh2 may try */
};

/* Reads the output of `ssh -G`; looks into the key files it names. */
void ssh_config_parse(struct ssh_config *c, const char *text);
/* Reads the output of `ssh-keygen -F`. */
void ssh_config_known(struct ssh_config *c, const char *text);
/* The name its key is stored under: "host" or "[host]:port". malloc'd. */
char *ssh_config_stored_name(const struct ssh_config *c);
/* The types stored, as a preference list for the key exchange. malloc'd. */
char *ssh_config_types(const struct ssh_config *c);
bool ssh_config_is_known(const struct ssh_config *c, const unsigned char *blob, unsigned long n);
/* Debian's libssh2 1.10 can use it: an ed25519 or ecdsa key without passphrase. text: the file's. */
bool ssh_config_key_usable(const char *text);
void ssh_config_free(struct ssh_config *c);

#endif
