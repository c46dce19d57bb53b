/* SQL through the psql program at another place, as its user: with that user's .pgpass and environment; where
 * there is no psql (a Barman host needs none), through the psycopg2 that Barman itself connects with.
 * What one turn asked is one psql. Everything comes back on stdout between marks that no content can
 * forge (64 random bits); separators are printable, because every reply passes the door first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/link/places.h"
#include "probes/link/shell.h"
#include "probes/link/sql_words.h"

struct talk {
	struct place *place;
	struct queue asked;
	char mark[20]; /* ";", which ends a password that is masked, and 16 hex digits */
	struct talk *next;
};

struct psql {
	struct talk *talks; /* on their way; they outlive the place only as orphans */
};

/* As libpq reads a value of conninfo: a backslash stands for what follows it. */
static void add_unescaped(struct str *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		i += s[i] == '\\' && i + 1 < n;
		str_addc(out, s[i]);
	}
}

/* conninfo without its password, which goes by environment inside the script. */
static void split_conninfo(const char *conninfo, struct str *plain, struct str *password)
{
	for (const char *p = conninfo; *(p += strspn(p, " \t"));) {
		size_t key = strcspn(p, "= \t"), n = key + strspn(p + key, " \t");
		n += p[n] == '=' ? 1 + strspn(p + n + 1, " \t") : 0;
		size_t value = n;
		if (p[n] == '\'') {
			for (n++; p[n] && p[n] != '\''; n++)
				n += p[n] == '\\' && p[n + 1];
			n += p[n] == '\'';
		} else {
			for (; p[n] && p[n] != ' ' && p[n] != '\t'; n++)
				n += p[n] == '\\' && p[n + 1];
		}
		if (key == 8 && !strncmp(p, "password", 8)) {
			bool quoted = p[value] == '\'';
			add_unescaped(password, p + value + quoted, n - value - (quoted && n - value > 1 ? 2 : quoted));
		} else {
			if (plain->len)
				str_addc(plain, ' ');
			str_addn(plain, p, n);
		}
		p += n ? n : 1;
	}
}

/* Speaks like psql does in write_script: statements up to each "\\echo 'MARK' N" line of stdin. */
static const char psycopg[] =
	"import os,re,sys\n"
	"m,dsn=sys.argv[1:]\n"
	"try:\n"
	"    import psycopg2\n"
	"except ImportError:\n"
	"    sys.exit('psql: not found')\n"
	"try:\n"
	"    c=psycopg2.connect(dsn)\n"
	"except psycopg2.Error as e:\n"
	"    sys.stderr.write(str(e))\n"
	"    sys.exit(2)\n"
	"c.autocommit=True\n"
	"def text(v):\n"
	"    return m+'0' if v is None else ('f','t')[v] if isinstance(v,bool) else str(v)\n"
	"for n,q in enumerate(re.split(r\"\\n;\\n\\\\echo '.*\\n\\\\if .*\\n(?:\\\\echo .*\\n)+\\\\endif\\n\",sys.stdin.read())[:-1],1):\n"
	"    try:\n"
	"        k=c.cursor()\n"
	"        k.execute(q)\n"
	"        r=k.fetchall() if k.description else []\n"
	"        if r:\n"
	"            print((m+';\\n').join((m+',').join(map(text,x)) for x in r))\n"
	"        print(m,n,'00000')\n"
	"    except psycopg2.Error as e:\n"
	"        print(m,n,e.pgcode or '58000')\n"
	"        print(m,'message',e.diag.message_primary or e)\n"
	"        print(m,'said')\n";

static void add_statement(struct str *s, const struct talk *t, const char *sql, unsigned number)
{
	str_addf(s, "%s\n;\n\\echo '%s' %u :SQLSTATE\n\\if :ERROR\n\\echo '%s' message :LAST_ERROR_MESSAGE\n\\echo '%s' said\n\\endif\n",
		 sql, t->mark, number, t->mark, t->mark);
}

static void write_script(const struct place *p, const struct talk *t, unsigned seconds, struct str *s)
{
	struct str plain = {0}, password = {0};
	unsigned number = 0;
	split_conninfo(p->spec.conninfo, &plain, &password);
	str_addf(s, "export LC_ALL=C.UTF-8 PGCONNECT_TIMEOUT=%u PGAPPNAME=walmedic PGGSSENCMODE=disable PGCLIENTENCODING=UTF8\n"
		    "export PGOPTIONS='" SQL_OPTIONS "'\n", seconds);
	if (password.len) {
		str_add(s, "PGPASSWORD=");
		text_shell_quote(s, password.s);
		str_add(s, "; export PGPASSWORD\n");
	}
	str_addf(s, "m='%s'; d=", t->mark);
	text_shell_quote(s, str_text(&plain));
	str_addf(s, "\nsql() { cat <<'%s'\n", t->mark);
	for (const struct asked *a = t->asked.first; a; a = a->next)
		add_statement(s, t, a->text, ++number);
	/* Debian's psql is a wrapper in Perl that takes 20 ms, and without a client package only says so, with status 1 */
	str_addf(s, "%s\n}\nask() {\nb=psql; for f in /usr/lib/postgresql/[1-9][0-9]/bin/psql; do [ ! -x \"$f\" ] || b=$f; done\n"
		    "x=$(sql | \"$b\" -X -w -A -t -q -F \"$m,\" -R \"$m;\n\" -P \"null=${m}0\" -d \"$d\" 2>&1 >&3); r=$?\n"
		    "case $r,$x in 127,*|*postgresql-client*) sql | python3 -c ", t->mark);
	text_shell_quote(s, psycopg);
	str_add(s, " \"$m\" \"$d\" >&3;;\n*) printf '%s\n' \"$x\" >&2; return $r;;\nesac\n}\nexec 3>&1\n");
	str_addf(s, "e=$({ ask; printf '%s exit %%s\\n' \"$?\" >&3; } 2>&1)\nprintf '%%s\\n' '%s words' \"$e\"\n", t->mark, t->mark);
	str_free(&plain);
	str_free(&password);
}

/* ---- what came back ---- */

/* Cuts text at each separator; the pieces stay in text. */
static char **cut(char *text, const char *separator, int *ret_n)
{
	char **piece = xcalloc(strlen(text) / strlen(separator) + 2, sizeof *piece);
	int n = 0;
	for (char *end; text; text = end) {
		end = strstr(text, separator);
		if (end) {
			*end = '\0';
			end += strlen(separator);
		}
		piece[n++] = text;
	}
	*ret_n = n;
	return piece;
}

static void answer_rows(const struct talk *t, struct asked *a, char *text, struct raw *r)
{
	char field[24], record[24], null[24];
	snprintf(field, sizeof field, "%s,", t->mark);
	snprintf(record, sizeof record, "%s;\n", t->mark);
	snprintf(null, sizeof null, "%s0", t->mark);
	size_t len = strlen(text);
	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	const char **cell = NULL;
	int rows = 0, cols = 0;
	char **row = len ? cut(text, record, &rows) : NULL;
	for (int i = 0; i < rows; i++) {
		int n;
		char **piece = cut(row[i], field, &n);
		if (i == 0) {
			cols = n;
			cell = xcalloc((size_t)rows * (size_t)n + 1, sizeof *cell);
		}
		if (n != cols)
			r->outcome = REPLY_LOST; /* rows of one answer are alike: something is missing */
		for (int c = 0; c < cols && c < n; c++)
			cell[i * cols + c] = strcmp(piece[c], null) ? piece[c] : NULL;
		free(piece);
	}
	r->rows = rows;
	r->cols = cols;
	r->cell = cell;
	asked_finish(a, r);
	free(cell);
	free(row);
}

/* The value after "MARK word " on its line; *ret_at (may be NULL) is where the mark stands. */
static char *marked(const struct talk *t, char *text, const char *word, char **ret_at)
{
	char key[64];
	int n = snprintf(key, sizeof key, "%s %s", t->mark, word);
	char *at = strstr(text, key);
	if (!at)
		return NULL;
	if (ret_at)
		*ret_at = at;
	at += n;
	return at + (*at == ' ' || *at == '\n');
}

/* One statement's part of the output: up to its mark; returns where the next part begins. */
static char *answer_one(const struct talk *t, struct asked *a, char *text, unsigned number, const struct raw *base)
{
	char word[16], state[6] = "";
	char *at = NULL, *rest;
	snprintf(word, sizeof word, "%u", number);
	char *value = marked(t, text, word, &at);
	struct raw r = *base;
	if (!value) {
		r.outcome = REPLY_LOST;
		asked_finish(a, &r);
		return text;
	}
	snprintf(state, sizeof state, "%.5s", value);
	*at = '\0';
	rest = value + strcspn(value, "\n");
	rest += *rest == '\n';
	r.outcome = REPLY_DONE;
	r.words = "";
	r.stage = "";
	if (state[0] != ':' && strcmp(state, "00000")) {
		char *message = text_starts(rest, t->mark) ? marked(t, rest, "message", NULL) : NULL;
		r.status = 1;
		r.sqlstate = state;
		r.stage = "query";
		if (message) {
			char *end = strstr(message, t->mark);
			char *words = end ? strndup(message, (size_t)(end - message)) : strdup(message);
			/* the next statement's rows begin on the line after the closing mark */
			rest = end ? end + strcspn(end, "\n") : message + strlen(message);
			rest += *rest == '\n';
			r.words = words;
			asked_finish(a, &r);
			free(words);
			return rest;
		}
		asked_finish(a, &r);
		return rest;
	}
	answer_rows(t, a, text, &r);
	return rest;
}

static void answer_all(struct talk *t, char *text)
{
	struct sql_fault fault = {0};
	char *at = text, *exit_at = NULL, *words = marked(t, text, "words", &at);
	char *status = marked(t, text, "exit", &exit_at);
	struct raw base = {.outcome = REPLY_LOST, .via = "psql", .words = words ? words : "", .stage = "query"};
	if (words)
		*at = '\0';
	/* psql ended before its first statement was marked */
	bool refused = status && *status != '0' && exit_at == text;
	if (refused) {
		sql_words_fault(words ? words : "", &fault);
		base.outcome = fault.timed_out ? REPLY_TIMEOUT : REPLY_NO_LINK;
		base.stage = fault.stage;
		base.sys_errno = fault.sys_errno;
		base.sqlstate = fault.sqlstate;
	}
	unsigned number = 0;
	struct asked *a;
	while ((a = queue_take(&t->asked))) {
		number++;
		if (refused)
			asked_finish(a, &base);
		else
			text = answer_one(t, a, text, number, &base);
	}
}

static void fail_all(struct talk *t, const struct reply *reply)
{
	struct raw r = {.outcome = reply->outcome == REPLY_DONE ? REPLY_LOST : reply->outcome, .stage = reply->stage,
			.words = *reply->words ? reply->words : reply->out, .sys_errno = reply->sys_errno, .via = "psql"};
	/* The way to the place stands for itself; here psql would have run. */
	struct asked *a;
	while ((a = queue_take(&t->asked)))
		asked_finish(a, &r);
}

static void talk_free(struct talk *t)
{
	queue_drop(&t->asked);
	free(t);
}

static void talked(void *arg, const struct reply *reply)
{
	struct talk *t = arg;
	if (t->place) {
		struct psql *own = t->place->own;
		for (struct talk **p = &own->talks; *p; p = &(*p)->next)
			if (*p == t) {
				*p = t->next;
				break;
			}
		char *text = xmalloc(reply->out_len + 1);
		memcpy(text, reply->out, reply->out_len);
		text[reply->out_len] = '\0';
		if (reply->outcome == REPLY_DONE && strstr(text, t->mark))
			answer_all(t, text);
		else
			fail_all(t, reply);
		free(text);
	}
	talk_free(t);
}

static void psql_flush(struct place *p)
{
	if (!p->own)
		p->own = xcalloc(1, sizeof(struct psql));
	struct psql *own = p->own;
	char nonce[NONCE_SIZE];
	struct str script = {0};
	unsigned deadline = 0;
	struct asked *a;
	struct talk *t = xcalloc(1, sizeof *t);
	if (!p->asked.first) {
		free(t);
		return;
	}
	t->place = p;
	t->next = own->talks;
	own->talks = t;
	queue_init(&t->asked);
	while ((a = queue_take(&p->asked))) {
		deadline = a->deadline_ms > deadline ? a->deadline_ms : deadline;
		queue_add(&t->asked, a);
	}
	shell_nonce(nonce);
	snprintf(t->mark, sizeof t->mark, ";%.16s", nonce);
	write_script(p, t, deadline > 2500 ? (deadline - 500) / 1000 : 2, &script);
	struct ask ask = {.how = ASK_SH, .text = script.s, .user = p->spec.as, .deadline_ms = deadline, .alone = true};
	place_ask(p->spec.parent, &ask, talked, t);
	str_free(&script);
}

static void psql_free(struct place *p)
{
	struct psql *own = p->own;
	for (struct talk *t = own ? own->talks : NULL; t; t = t->next)
		t->place = NULL;
	free(own);
}

const struct place_class psql_class = {.via = "psql", .flush = psql_flush, .free = psql_free};
