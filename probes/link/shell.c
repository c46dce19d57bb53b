#include "probes/link/shell.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "probes/base/text.h"

/* dd and not `head -c`: busybox' head reads ahead and swallows what follows. No !, no backslash
 * before a quote, no newline: tcsh and fish read the word as sh does. */
#define TAKE "$(dd bs=%zu count=1 iflag=fullblock 2>/dev/null)"

/* $u -> $h home, $s login shell, $w how to become that user ("" = is already). */
#define LOOK_UP \
	"e=$(getent passwd \"$u\" 2>/dev/null || grep \"^$u:\" /etc/passwd)\n" \
	"s=${e##*:}; h=${e%:*}; h=${h##*:}; w=\n" \
	"if [ \"$u\" != \"$m\" ]; then\n" \
	"if [ \"$(id -u)\" = 0 ]; then w=\"runuser -u $u --\"; else w=\"sudo -n -u $u --\"; fi\n" \
	"fi\n"

#define CLEAN "env -i HOME=\"$h\" USER=\"$u\" LOGNAME=\"$u\" SHELL=\"$s\" PATH=\"$PATH\" LANG=C.UTF-8"

void shell_nonce(char ret[NONCE_SIZE])
{
	unsigned char b[(NONCE_SIZE - 1) / 2];
	if (getrandom(b, sizeof b, 0) != sizeof b)
		abort();
	for (size_t i = 0; i < sizeof b; i++)
		snprintf(ret + 2 * i, 3, "%02x", b[i]);
}

bool shell_user_ok(const char *user)
{
	size_t n = strlen(user);
	if (!n || n > 64 || !(isalpha((unsigned char)user[0]) || user[0] == '_'))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)user[i]) && !strchr("_.-", user[i]))
			return false;
	return true;
}

void shell_word(struct str *out, size_t n)
{
	str_addf(out, "exec sh -c 't=" TAKE "; eval \"$t\"'", n);
}

void shell_switch(struct str *out, const char *nonce, const char *user, size_t n)
{
	str_addf(out, "PATH=" SHELL_PATH "\nprintf '\\n%s login\\n'\nm=$(id -un)\nu=%s\n", nonce,
		 user ? user : "$m");
	str_add(out, LOOK_UP);
	str_addf(out, "exec $w " CLEAN " sh -c 'cd 2>/dev/null || cd /; unset OLDPWD; t=" TAKE "; eval \"$t\"'\n", n);
}

void shell_via(struct str *out, const char *nonce, const char *command, const char *word)
{
	str_addf(out, "printf '\\n%s link\\n'\n%s ", nonce, command);
	text_shell_quote(out, word);
	str_addc(out, '\n');
}

/* Fd 4 is a pipe with one line in it, opened at both ends: who holds the line may write an answer. Where there
 * is no /proc every question is answered in its turn. */
static const char ONE_WRITER[] =
	"exec 5<&0\n: | {\nl=\n"
	"if (: 4<>/proc/self/fd/0) 2>/dev/null; then exec 4<>/proc/self/fd/0; l=1; echo >&4; fi\n"
	"exec 0<&5 5<&-\n"
	"lock() { [ -z \"$l\" ] || read -r z <&4; }\n"
	"unlock() { [ -z \"$l\" ] || echo >&4; }\n";

/* $H: users whose home answers (our own login has just been there); $P: USER=PID of those who touch theirs. A second is enough to go on in
 * /, and whoever is still touching tells later that it answers again. */
static const char HOMES[] = ENDED_SH
	"homes() {\n"
	"H=$1\n"
	"for p in $P; do p=${p#*=} z=; read -r z </proc/$p/comm && [ \"$z\" = stat ] && kill -9 $p; done 2>/dev/null\n"
	"P=\n"
	"}\n"
	"home() {\n"
	"g=\n"
	"case \"$H \" in *\" $u \"*) return;; esac\n"
	"case \"$P \" in *\" $u=\"*) p=${P##* $u=}; p=${p%% *};; *) stat -f \"$h/.\" >/dev/null 2>&1 & p=$!; P=\"$P $u=$p\";; esac\n"
	"ended $p 40 || { g=/; return; }\n"
	"H=\"$H $u\" z=; for q in $P; do [ \"${q%%=*}\" = \"$u\" ] || z=\"$z $q\"; done; P=$z\n"
	"}\n"
	"homes \" $LOGNAME\"\n";

/* $a = "&": beside the others; its answer comes whole. So are all while a home hangs, for many will hang in it. "late": timeout ended it. */
static const char ANSWER[] =
	"run() { printf 'exec 3<&-\\n%s\\n' \"$t\" | $w " CLEAN " timeout -k 1 \"$d\""
	" sh -c '" SHELL_STDIN("cd '$g'") "' 2>&1 4>&-; }\n"
	"beside() { o=$(run; echo \"+$?\"); s=${o##*+}; case $P/$s in ?*/124|?*/137) s=late;; esac\n"
	"lock; printf '%s\\n%s %s %s\\n' \"${o%+*}\" \"$N\" \"$i\" \"$s\"; unlock; }\n"
	"in_turn() { lock; run; printf '\\n%s %s %s\\n' \"$N\" \"$i\" \"$?\"; unlock; }\n";

void shell_loop(struct str *out, const char *nonce)
{
	str_addf(out, "PATH=" SHELL_PATH "\nN=%s\nprintf '\\n%%s begin\\n' \"$N\"\n", nonce);
	str_add(out, ONE_WRITER);
	str_add(out, HOMES);
	str_add(out, ANSWER);
	/* A login's own environment (sshd, runuser -l, login) says what there is to know of itself. */
	str_add(out, "m=${LOGNAME:-$(id -un)}\nc=\nk=\n"
		     "while read -r i n d u a; do\n"
		     "t=$(dd bs=\"$n\" count=1 iflag=fullblock 2>/dev/null)\n"
		     "if [ \"$u\" = - ]; then u=$m; fi\n"
		     "case $a in *\\?) a=${a%?} c=; homes;; esac\n"
		     "if [ \"$u\" != \"$c\" ]; then\n"
		     "if [ \"$u\" = \"$LOGNAME\" ] && [ -n \"$HOME\" ] && [ -n \"$SHELL\" ]; then w=; h=$HOME; s=$SHELL; else\n" LOOK_UP "fi; c=$u; home\nfi\n"
		     "if [ -n \"$w\" ]; then case \"$k \" in\n"
		     "*\" $u \"*) ;;\n"
		     "*) if o=$($w true 2>&1 </dev/null); then k=\"$k $u\"; else\n"
		     "lock; printf '%s\\n%s %s user\\n' \"$o\" \"$N\" \"$i\"; unlock; continue; fi;;\n"
		     "esac; fi\n"
		     "[ -z \"$P\" ] || a='&'\n"
		     "if [ \"$l$a\" = '1&' ]; then beside & else in_turn; fi\n"
		     "done\nhomes\n}\n");
}

void shell_request(struct str *out, unsigned id, const char *text, unsigned seconds, const char *user, struct manner m)
{
	/* dd refuses a block of 0 bytes */
	if (!*text)
		text = ":";
	str_addf(out, "%u %zu %u %s %s%s\n", id, strlen(text), seconds, user ? user : "-", m.beside ? "&" : "-", m.doubt ? "?" : "");
	str_add(out, text);
}

void shell_export(struct str *out, const char *name, const char *value)
{
	str_addf(out, "%s=", name);
	text_shell_quote(out, value);
	str_addf(out, "; export %s\n", name);
}

void shell_act(struct str *out, const char *nonce, const char *shell, size_t n)
{
	/* The dot keeps final newlines of T through $(…). */
	str_addf(out,
		 "printf '\\n%s begin\\n'\nt=$(dd bs=%zu count=1 iflag=fullblock 2>/dev/null; echo .)\nt=${t%%.}\n"
		 "exec </dev/null\n%s -c \"$t\"\nprintf '\\n%s end %%s\\n' \"$?\"\n",
		 nonce, n, shell, nonce);
}
