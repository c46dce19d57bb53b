#include "probes/base/secret.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "probes/base/arena.h"

/* What stands before a secret, lower case; the value follows up to a blank, quote or line end. */
static const char *const keys[] = {"sslpassword", "pgpassword", "password", "passwd", "passphrase", "secret_access_key", "sshpass"};

enum { TOKEN_SIZE = 18, HIDDEN_MAX = 256, UNFINISHED_MAX = 512 };

struct hidden {
	char token[TOKEN_SIZE];
	char *value;
};

static struct {
	char **value;
	size_t n;
	struct hidden hidden[HIDDEN_MAX]; /* what tokens stand for */
	size_t hiddens;
	uint64_t salt;
	bool salted;
} known;

static uint64_t salt(void)
{
	if (!known.salted) {
		if (getrandom(&known.salt, sizeof known.salt, 0) != sizeof known.salt)
			known.salt = (uint64_t)(uintptr_t)&known;
		known.salted = true;
	}
	return known.salt;
}

static const struct hidden *find_hidden(const char *token)
{
	for (size_t i = 0; i < known.hiddens; i++)
		if (!strncmp(known.hidden[i].token, token, TOKEN_SIZE - 1))
			return &known.hidden[i];
	return NULL;
}

static void keep_hidden(const char *token, const char *value, size_t n)
{
	if (known.hiddens == HIDDEN_MAX || find_hidden(token))
		return;
	struct hidden *h = &known.hidden[known.hiddens++];
	memcpy(h->token, token, TOKEN_SIZE);
	h->value = memcpy(xcalloc(n + 1, 1), value, n);
}

/* What came by psql was masked where the shell's reply came in: a token stays the token it is. */
static bool is_token(const char *s, size_t n)
{
	if (n != TOKEN_SIZE - 1 || memcmp(s, "<secret:", 8) || s[n - 1] != '>')
		return false;
	for (size_t i = 8; i < n - 1; i++)
		if (!strchr("0123456789abcdef", s[i]))
			return false;
	return true;
}

/* FNV-1a over the salt and the value: equality within one process, nothing to guess from. */
static void add_token(struct str *out, const char *value, size_t n)
{
	if (is_token(value, n)) {
		str_addn(out, value, n);
		return;
	}
	uint64_t h = 1469598103934665603ULL ^ salt();
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)value[i]) * 1099511628211ULL;
	h ^= h >> 29;
	char token[TOKEN_SIZE];
	snprintf(token, sizeof token, "<secret:%08x>", (unsigned)(h ^ (h >> 32)));
	keep_hidden(token, value, n);
	str_add(out, token);
}

void secret_learn(const char *value)
{
	if (!value || strlen(value) < 4)
		return;
	for (size_t i = 0; i < known.n; i++)
		if (!strcmp(known.value[i], value))
			return;
	known.value = xrealloc(known.value, (known.n + 1) * sizeof *known.value);
	known.value[known.n++] = xstrdup(value);
}

static size_t value_length(const char *s, size_t n)
{
	size_t i = 0;
	if (n && (s[0] == '\'' || s[0] == '"')) {
		for (i = 1; i < n && s[i] != s[0] && s[i] != '\n'; i++)
			if (s[i] == '\\' && i + 1 < n)
				i++;
		return i < n && s[i] == s[0] ? i + 1 : i;
	}
	while (i < n && !isspace((unsigned char)s[i]) && !strchr("'\"&;,)", s[i]))
		i++;
	return i;
}

static bool same_letters(const char *s, const char *key, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tolower((unsigned char)s[i]) != key[i])
			return false;
	return true;
}

static size_t blanks(const char *s, size_t n)
{
	size_t i = 0;
	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i;
}

/* Behind the key: `=`, SQL's `password 'x'`, or `sshpass -p x`. */
static size_t sign_length(const char *key, const char *s, size_t n)
{
	size_t i = blanks(s, n);
	if (i < n && s[i] == '=')
		return i + 1;
	if (i && !strcmp(key, "password") && i < n && s[i] == '\'')
		return i;
	if (i && !strcmp(key, "sshpass") && n - i > 2 && !memcmp(s + i, "-p", 2))
		return i + 2;
	return 0;
}

/* Length of `key = ` at s when a secret's value follows, else 0. */
static size_t key_length(const char *s, size_t n)
{
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		size_t i = strlen(keys[k]);
		if (n <= i || !same_letters(s, keys[k], i))
			continue;
		size_t sign = sign_length(keys[k], s + i, n - i);
		if (!sign)
			return 0;
		i += sign;
		i += blanks(s + i, n - i);
		return i < n ? i : 0;
	}
	return 0;
}

/* At "://": the password of user:password@ as an offset and length, or 0. */
static size_t url_password(const char *s, size_t n, size_t *ret_len)
{
	size_t colon = 0;
	for (size_t i = 3; i < n && !isspace((unsigned char)s[i]) && s[i] != '/'; i++) {
		if (s[i] == ':' && !colon)
			colon = i + 1;
		if (s[i] == '@' && colon) {
			*ret_len = i - colon;
			return colon;
		}
	}
	return 0;
}

static size_t learnt_length(const char *s, size_t n)
{
	size_t longest = 0;
	for (size_t k = 0; k < known.n; k++) {
		size_t len = strlen(known.value[k]);
		if (len > longest && len <= n && !memcmp(s, known.value[k], len))
			longest = len;
	}
	return longest;
}

/* "://user:" and a password; the user's part may hold a learnt secret. */
static void mask_url(struct str *out, const char *s, size_t skip, size_t password)
{
	size_t i = 0, all = skip + password, len;
	while (i < skip)
		if ((len = learnt_length(s + i, all - i))) {
			add_token(out, s + i, len);
			i += len;
		} else {
			str_addc(out, s[i++]);
		}
	if (i < all)
		add_token(out, s + i, all - i);
}

void secret_mask(struct str *out, const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len, skip;
		if ((len = learnt_length(text + i, n - i))) {
			add_token(out, text + i, len);
			i += len;
		} else if ((skip = key_length(text + i, n - i))) {
			len = value_length(text + i + skip, n - i - skip);
			str_addn(out, text + i, skip);
			if (len)
				add_token(out, text + i + skip, len);
			i += skip + len;
		} else if (n - i > 3 && !memcmp(text + i, "://", 3) &&
			   (skip = url_password(text + i, n - i, &len))) {
			mask_url(out, text + i, skip, len);
			i += skip + len;
		} else {
			str_addc(out, text[i++]);
		}
	}
}

static bool begins_learnt(const char *s, size_t n)
{
	for (size_t k = 0; k < known.n; k++)
		if (n < strlen(known.value[k]) && !memcmp(s, known.value[k], n))
			return true;
	return false;
}

/* A key, or the first letters of one, whose value has not ended yet. */
static bool begins_key(const char *s, size_t n)
{
	size_t skip = key_length(s, n);
	if (skip)
		return skip + value_length(s + skip, n - skip) >= n;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		size_t len = strlen(keys[k]);
		if (n <= len && n > 1 && same_letters(s, keys[k], n))
			return true;
		if (n > len && same_letters(s, keys[k], len)) {
			size_t i = len + blanks(s + len, n - len);
			i += i < n && s[i] == '=';
			return i + blanks(s + i, n - i) == n;
		}
	}
	return false;
}

static bool begins_url(const char *s, size_t n)
{
	if (n < 3 || memcmp(s, "://", 3))
		return false;
	for (size_t i = 3; i < n; i++)
		if (isspace((unsigned char)s[i]) || s[i] == '/' || s[i] == '@')
			return false;
	return true;
}

size_t secret_unfinished(const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		const char *s = text + i;
		size_t left = n - i, skip;
		if (left <= UNFINISHED_MAX && (begins_learnt(s, left) || begins_key(s, left) || begins_url(s, left)))
			return left;
		if ((skip = key_length(s, left)))
			skip += value_length(s + skip, left - skip);
		size_t whole = learnt_length(s, left);
		i += whole ? whole : skip ? skip : 1;
	}
	return 0;
}

void secret_reveal(struct str *out, const char *text)
{
	const char *token;
	while ((token = strstr(text, "<secret:"))) {
		const struct hidden *h = find_hidden(token);
		size_t n = h ? TOKEN_SIZE - 1 : 1;
		str_addn(out, text, (size_t)(token - text));
		str_addn(out, h ? h->value : token, h ? strlen(h->value) : 1);
		text = token + n;
	}
	str_add(out, text);
}
