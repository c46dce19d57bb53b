/* Does a crontab or script start base backups? */
#include <ctype.h>
#include <string.h>

#include "probes/catalogue/barman/cron.h"

static const char *word_at(const char **p, size_t *ret_n)
{
	static const char between[] = " \t;&|()<>\"'`";
	*p += strspn(*p, between);
	const char *s = *p;
	*ret_n = strcspn(s, " \t;&|()<>\"'`\n");
	*p += *ret_n;
	return *ret_n ? s : NULL;
}

static bool is_program(const char *s, size_t n, const char *name)
{
	size_t len = strlen(name);
	return n >= len && !strncmp(s + n - len, name, len) && (n == len || s[n - len - 1] == '/');
}

static bool holds(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);
	for (size_t i = 0; i + len <= n; i++)
		if (!strncmp(s + i, word, len))
			return true;
	return false;
}

/* "barman [options] backup [options] SERVER|all" on one line; a program of another name with barman in it may do anything. */
static enum backs_up line_backs_up(const char *line, const char *server)
{
	bool barman = false, backup = false, other = false;
	const char *p = line, *s;
	size_t n;
	while ((s = word_at(&p, &n))) {
		if (backup && ((n == 3 && !strncmp(s, "all", 3)) || (n == strlen(server) && !strncmp(s, server, n))))
			return BACKS_UP_YES;
		if (barman && n == 6 && !strncmp(s, "backup", 6))
			backup = true;
		if (is_program(s, n, "barman"))
			barman = true;
		else if (*s == '/' && holds(s, n, "barman"))
			other = true;
	}
	return other || backup ? BACKS_UP_MAYBE : BACKS_UP_NO;
}

enum backs_up cron_backs_up(const char *text, const char *server)
{
	enum backs_up best = BACKS_UP_NO;
	for (const char *p = text; *p;) {
		const char *line = p + strspn(p, " \t");
		p += strcspn(p, "\n");
		p += *p == '\n';
		enum backs_up one = *line == '#' || *line == '\n' ? BACKS_UP_NO : line_backs_up(line, server);
		if (one > best)
			best = one;
	}
	return best;
}
