/* The shell texts of a talk. The command word is one constant that every login shell (sh, bash, dash,
 * busybox, tcsh, fish) passes on unharmed; all else follows as bytes on stdin, so that nothing we ask
 * stands in an argument list. */
#ifndef WALMEDIC_LINK_SHELL_H
#define WALMEDIC_LINK_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/base/str.h"

#define SHELL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define NONCE_SIZE 33

/* `ended PID TURNS`: has it ended within so many looks, 70 of which take three seconds? The first ones are short. */
#define ENDED_SH                                                                                                 \
	"ended() {\n"                                                                                           \
	"  turn=0; while kill -0 $1 2>/dev/null; do\n"                                                             \
	"    [ $turn -lt $2 ] || return 1\n"                                                                       \
	"    case $turn in [0-4]) sleep 0.002;; ?|1?) sleep 0.01;; *) sleep 0.05;; esac; turn=$((turn+1))\n"              \
	"  done\n"                                                                                              \
	"}\n"

/* `alive DIR`: whoever touches a mount that does not answer hangs with it, so a child touches it, and gets three
 * seconds. Any file system may hang: a stale NFS or sshfs mount, and a disk that is gone. A healthy one answers
 * within milliseconds. */
#define ALIVE_SH ENDED_SH                                                                                        \
	"alive() {\n"                                                                                           \
	"  stat -f \"$1/.\" >/dev/null 2>&1 & p=$!\n"                                                            \
	"  ended $p 70 || { kill -9 $p; return 1; }\n"                                                          \
	"}\n"

/* For `sh -c`: the text comes on stdin and is read without another process, its own stdin is /dev/null. The pipe may
 * be another user's and not be opened again; then it is read whole. The text begins with SHELL_STDIN_SHUT. cd: "cd" goes
 * home, "cd /" where the home hangs. */
#define SHELL_STDIN(cd) cd " 2>/dev/null || cd /; unset OLDPWD; exec 3<&0 </dev/null; if [ -r /proc/self/fd/3 ]; " \
	"then . /proc/self/fd/3; else t=$(cat <&3); eval \"$t\"; fi"
#define SHELL_STDIN_SHUT "exec 3<&-\n"

/* 128 random bits in hex. */
void shell_nonce(char ret[NONCE_SIZE]);
/* A name that may stand in a shell text as it is. */
bool shell_user_ok(const char *user);

/* The constant: reads n bytes of shell text from stdin and runs them with the rest of stdin. */
void shell_word(struct str *out, size_t n);
/* Becomes `user` (NULL: who it is) with the clean environment in that user's home, and there runs n
 * bytes of shell text from stdin with the rest of stdin. Marks: "login" before. */
void shell_switch(struct str *out, const char *nonce, const char *user, size_t n);
/* Runs a command of the configuration whose stdin/stdout is a shell; `word` is its last argument.
 * Marks: "link" before. */
void shell_via(struct str *out, const char *nonce, const char *command, const char *word);
/* The kept coprocess: marks "begin", then answers requests made by shell_request with their output
 * (stdout and stderr) and a mark "ID STATUS", or "ID user" when the user could not be had. One after the
 * other; a request `beside` runs next to those that follow it, and is answered when it is done. */
void shell_loop(struct str *out, const char *nonce);
/* A user's home is looked at before its first request, and again before one that is in doubt: where it hangs, questions are asked in /. */
struct manner {
	bool beside, doubt;
};
void shell_request(struct str *out, unsigned id, const char *text, unsigned seconds, const char *user, struct manner m);
/* A variable for what follows; the text goes by stdin, so the value is in no argument list. */
void shell_export(struct str *out, const char *name, const char *value);
/* Acting: T (n bytes, byte for byte) run by `shell -c T`; marks "begin" before and "end STATUS" after. */
void shell_act(struct str *out, const char *nonce, const char *shell, size_t n);

#endif
