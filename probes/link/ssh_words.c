#include "probes/link/ssh_words.h"

#include <errno.h>
#include <string.h>

#include "probes/base/text.h"

/* The first row whose words stand in the text decides: what is most specific stands first. */
static const struct row {
	const char *words;
	const char *stage;
	int sys_errno;
	bool refused;
} faults[] = {
	{"Could not resolve hostname", "resolve", 0, false},
	{"REMOTE HOST IDENTIFICATION HAS CHANGED", "hostkey", 0, false},
	{"REVOKED HOST KEY", "hostkey", 0, false},
	{"Host key verification failed", "hostkey", 0, false},
	{"host key is known for", "hostkey", 0, false},
	{"no matching ", "kex", 0, false},
	{"No supported key exchange", "kex", 0, false},
	{"Permission denied (", "auth", 0, true},
	{"Too many authentication failures", "auth", 0, true},
	{"No more authentication methods", "auth", 0, true},
	{"MaxStartups", "banner", 0, true},
	{"kex_exchange_identification:", "banner", 0, true},
	{"ssh_exchange_identification:", "banner", 0, true},
	{"during banner exchange", "banner", 0, true},
	{"Bad remote protocol version", "banner", 0, false},
	{"Protocol major versions differ", "banner", 0, false},
	{": Connection refused", "connect", ECONNREFUSED, false},
	{": Connection timed out", "connect", ETIMEDOUT, false},
	{": Operation timed out", "connect", ETIMEDOUT, false},
	{": No route to host", "connect", EHOSTUNREACH, false},
	{": Network is unreachable", "connect", ENETUNREACH, false},
	{"ssh_dispatch_run_fatal:", "kex", 0, false},
	{"open failed:", "session", 0, false},
	{"request failed on channel", "session", 0, false},
	{"Session open refused by peer", "session", 0, false},
	{"bad configuration option", "client", 0, false},
	{"Bad configuration option", "client", 0, false},
	{"Bad owner or permissions on", "client", 0, false},
	{"unknown option --", "client", 0, false},
	{"ssh: command not found", "client", 0, false},
	{"ssh: not found", "client", 0, false},
	{"ssh: No such file or directory", "client", 0, false},
};

/* With -v, in the order of a login; the last one seen tells the stage it is in. */
static const struct {
	const char *words, *stage;
} progress[] = {
	{"debug1: ", "resolve"},
	{"debug1: Connecting to ", "connect"},
	{"debug1: Executing proxy command", "connect"},
	{"debug1: Connection established", "banner"},
	{"debug1: Remote protocol version", "kex"},
	{"debug1: Server host key:", "hostkey"},
	{"debug1: SSH2_MSG_NEWKEYS received", "auth"},
	{"debug1: Authentications that can continue", "auth"},
	{"Authenticated to ", "session"},
	{"debug1: Authentication succeeded", "session"},
	{"debug1: Entering interactive session", "session"},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *ssh_words_stage(const char *err)
{
	const char *stage = "";
	for (size_t i = 0; i < COUNT(progress); i++)
		if (strstr(err, progress[i].words))
			stage = progress[i].stage;
	return stage;
}

bool ssh_words_chatter(const char *line)
{
	bool debug = text_starts(line, "debug") && strcspn(line, "\n") > 7 && line[6] == ':';
	return debug || text_starts(line, "OpenSSH_") || text_starts(line, "Authenticated to ") ||
	       text_starts(line, "Transferred: ") || text_starts(line, "Bytes per second: ");
}

void ssh_words_plain(struct str *out, const char *err)
{
	while (*err) {
		size_t n = strcspn(err, "\n"), text = n && err[n - 1] == '\r' ? n - 1 : n;
		if (!ssh_words_chatter(err) && text) {
			if (out->len)
				str_addc(out, '\n');
			str_addn(out, err, text);
		}
		err += n + (err[n] == '\n');
	}
}

static const struct row *find_fault(const char *plain)
{
	for (size_t i = 0; i < COUNT(faults); i++)
		if (strstr(plain, faults[i].words))
			return &faults[i];
	return NULL;
}

void ssh_words_fault(const char *err, int status, struct ssh_fault *ret)
{
	struct str plain = {0};
	ssh_words_plain(&plain, err);
	const struct row *r = find_fault(str_text(&plain));
	*ret = (struct ssh_fault){.stage = ssh_words_stage(err)};
	if (r) {
		*ret = (struct ssh_fault){r->stage, r->sys_errno, r->refused};
	} else if (status == 127) {
		ret->stage = *ret->stage ? "session" : "client";
	} else if (status != 255) {
		/* ssh gives the far side's status back: it was logged in */
		ret->stage = "session";
	} else if (strstr(str_text(&plain), "Connection closed by") ||
		   strstr(str_text(&plain), "Connection reset by")) {
		/* Without -v OpenSSH does not say when; after the banner it is most often the
		 * account that is refused (AllowUsers, nologin), still in auth. */
		if (!*ret->stage)
			ret->stage = "auth";
		ret->refused = true;
	}
	str_free(&plain);
}
