/* The texts of the why-questions of a login: what its two sides look like. They only read. */
#ifndef WALMEDIC_CATALOGUE_HOST_SSH_SCRIPTS_H
#define WALMEDIC_CATALOGUE_HOST_SSH_SCRIPTS_H

/* To be put between placeholders: the words of the ssh command; the user logged in to and the host that comes. */
#define SSH_NEAR_TEXT(words) "set -- " words "\n" SSH_NEAR_BODY
#define SSH_FAR_TEXT(user, peer) "u=" user "\npeer=" peer "\n" SSH_FAR_BODY

/* $1... is the ssh command line of the pipeline. Asks `ssh -G` (no connection), looks at each key file. */
#define SSH_NEAR_BODY                                                                              \
	"p=$1; shift\n"                                                                            \
	"case ${p##*/} in ssh) ;; *) echo skip=wrapper; echo end=1; exit 0;; esac\n"               \
	"g=$(env -i HOME=\"$HOME\" LOGNAME=\"$LOGNAME\" SHELL=/bin/sh PATH=/usr/bin:/bin \"$p\" -G \"$@\" 2>&1) || " \
	"{ printf 'config_error=%s\\nend=1\\n' \"$(printf '%s' \"$g\" | tail -n 1)\"; exit 0; }\n"  \
	"val() { printf '%s\\n' \"$g\" | sed -n \"s/^$1 //p\"; }\n"                                \
	SSH_NEAR_CONFIG                                                                            \
	"tilde() { case $1 in '~'/*) printf '%s/%s' \"$HOME\" \"${1#??}\";; *) printf '%s' \"$1\";; esac; }\n" \
	"i=$(val identityfile | head -n 1)\n"                                                      \
	"case $i in '~/.ssh/id_rsa'|'') i=; printf 'make=%s\\n' \"$HOME/.ssh/id_ed25519\";; *) printf 'make=%s\\n' \"$(tilde \"$i\")\";; esac\n" \
	"val identityfile | while read -r f; do\n"                                                 \
	"s=pub_only; [ \"$f\" = \"$i\" ] && s=absent\n"                                           \
	"f=$(tilde \"$f\")\n"                                                                      \
	"[ -e \"$f\" ] || { { [ -e \"$f.pub\" ] || [ $s = absent ]; } && printf 'key=- - %s - %s\\n' $s \"$f\"; continue; }\n" \
	"m=$(stat -Lc '%a %U' -- \"$f\")\n"                                                        \
	"if k=$(ssh-keygen -y -P '' -f \"$f\" 2>&1 </dev/null); then s=ok; printf 'pubkey=%s\\n' \"$k\"\n" \
	"else case $k in *passphrase*) s=passphrase;; *'bad permissions'*|*UNPROTECTED*) s=permissions;; " \
	"*'ermission denied'*) s=unreadable;; *) s=broken;; esac; fi\n"                            \
	"n=$(ssh-keygen -lf \"$f\" 2>/dev/null | awk '{print $2; exit}')\n"                        \
	"printf 'key=%s %s %s %s\\n' \"$m\" \"$s\" \"${n:--}\" \"$f\"\n"                            \
	"done\n"                                                                                   \
	"h=$(val hostkeyalias | head -n 1); [ -n \"$h\" ] || h=$(val hostname | head -n 1)\n"       \
	"n=$(val port | head -n 1); [ \"${n:-22}\" = 22 ] || h=\"[$h]:$n\"\n"                       \
	"printf 'known_name=%s\\n' \"$h\"\n"                                                       \
	"i=0\n"                                                                                    \
	"for f in $(val userknownhostsfile) $(val globalknownhostsfile); do\n"                     \
	"f=$(tilde \"$f\"); i=$((i + 1)); [ $i = 1 ] && printf 'known_file=%s\\n' \"$f\"\n"          \
	"[ -r \"$f\" ] && ssh-keygen -F \"$h\" -l -f \"$f\" 2>/dev/null | sed -n 's/^[^#].* \\([^ ]*\\) \\(SHA256:[^ ]*\\).*/known=\\1 \\2/p'\n" \
	"done\n"                                                                                   \
	"echo end=1\n"

/* What ssh's own configuration files say otherwise than ssh would do without them, and whether it would get on
 * without: an sshd that says its name where ssh would then go to. Narrowed algorithms need no such look. */
#define SSH_NEAR_CONFIG                                                                            \
	"d=$(env -i HOME=\"$HOME\" LOGNAME=\"$LOGNAME\" SHELL=/bin/sh PATH=/usr/bin:/bin \"$p\" -F none -G \"$@\" 2>/dev/null)\n" \
	"def() { printf '%s\\n' \"$d\" | sed -n \"s/^$1 //p\"; }\n"                                \
	"o=\n"                                                                                     \
	"for k in kexalgorithms ciphers macs hostkeyalgorithms hostname port proxyjump proxycommand; do\n" \
	"[ \"$(val $k)\" = \"$(def $k)\" ] || { o=$k; printf 'set=%s %s\\n' $k \"$(val $k | head -n 1 | cut -c 1-100)\"; }\n" \
	"done\n"                                                                                   \
	"case $o in '') ;; host[nN]ame|p*) command -v bash >/dev/null && "                          \
	"timeout 3 bash -c 'exec 3<>\"/dev/tcp/$0/$1\"; head -c 4 <&3' \"$(def hostname)\" \"$(def port)\" 2>/dev/null | grep -q '^SSH-' && " \
	"echo own_config=yes;; *) echo own_config=yes;; esac\n"

/* $u: the user that is logged in to, $peer: the host that comes. As root all of it, else what may be seen.
 * Modes as sshd's StrictModes sees them, with Debian's exception: writable for a group whose only member is
 * the owner (openssh 9.2p1-2+deb12 misc.c secure_permissions). */
#define SSH_FAR_BODY                                                                               \
	"me=$(id -u)\n"                                                                            \
	"e=$(getent passwd \"$u\") || { echo user=missing; echo end=1; exit 0; }\n"                \
	"uid=$(id -u \"$u\"); s=${e##*:}; h=${e%:*}; h=${h##*:}\n"                                 \
	"printf 'home=%s\\nshell=%s\\n' \"$h\" \"$s\"\n"                                             \
	"case ${s##*/} in nologin|false) echo shell_state=nologin;; *) [ -z \"$s\" ] || [ -x \"$s\" ] || echo shell_state=missing;; esac\n" \
	"for f in /run/nologin /etc/nologin /var/run/nologin; do\n"                                \
	"[ \"$uid\" != 0 ] && [ -e $f ] && { printf 'nologin=%s\\n' \"$f\"; break; }\n"              \
	"done\n"                                                                                   \
	"c='authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2'\n"                      \
	"if [ \"$me\" = 0 ]; then\n"                                                               \
	"a=$(getent ahosts \"$peer\" | awk 'NR==1{print $1}')\n"                                   \
	"t=$(/usr/sbin/sshd -T -C \"user=$u,host=$peer,addr=${a:-127.0.0.1}\" 2>/dev/null) && { c=$t; echo sshd=seen; }\n" \
	"printf 'peer_address=%s\\n' \"$a\"\n"                                                     \
	"printf '%s\\n' \"$c\" | sed -n -E 's/^((allow|deny)(users|groups)|pubkeyauthentication|strictmodes|usepam|forcecommand) /sshd.\\1=/p'\n" \
	"printf 'groups=%s\\n' \"$(id -Gn \"$u\")\"\n"                                             \
	"w=$(getent shadow \"$u\")\n"                                                              \
	"case $(printf '%s' \"$w\" | cut -d: -f2) in '!'*) echo password=locked;; esac\n"           \
	"x=$(printf '%s' \"$w\" | cut -d: -f8); d=$(($(date +%s) / 86400))\n"                       \
	"[ -n \"$x\" ] && [ \"$x\" -le \"$d\" ] && printf 'expired=%s\\n' \"$(date -u -d \"@$((x * 86400))\" +%F)\"\n" \
	"{ timeout 1 journalctl -q -t sshd -n 300 --since -15min -o cat --no-pager || tail -n 500 /var/log/auth.log; } 2>/dev/null | " \
	"grep -E \"Authentication refused|User $u |for user $u|account \" | tail -n 2 | sed 's/^/log=/'\n" \
	"fi\n"                                                                                     \
	"check() {\n"                                                                              \
	"set -- \"$1\" $(stat -Lc '%a %u %g %U' -- \"$1\" 2>/dev/null); [ $# = 5 ] || return\n"     \
	"g=${2%?}; g=${g#${g%?}}; why=ok\n"                                                        \
	"case $g in [2367]) why=group\n"                                                           \
	"o=$(awk -F: -v g=\"$4\" '$4 == g {print $1}' /etc/passwd); n=$(getent group \"$4\"); n=${n##*:}\n" \
	"[ \"$o\" = \"$u\" ] && { [ -z \"$n\" ] || [ \"$n\" = \"$u\" ]; } && why=own_group;; esac\n" \
	"case $2 in *[2367]) why=others;; esac\n"                                                  \
	"[ \"$3\" = 0 ] || [ \"$3\" = \"$uid\" ] || why=owner\n"                                    \
	"printf 'path=%s %s %s %s\\n' \"$why\" \"$2\" \"$5\" \"$1\"\n"                               \
	"}\n"                                                                                      \
	"hh=$(realpath -- \"$h\"); q=\n"                                                           \
	"for f in $(printf '%s\\n' \"$c\" | sed -n 's/^authorizedkeysfile //p'); do\n"             \
	"f=$(printf '%s' \"$f\" | sed \"s,%h,$h,g; s,%u,$u,g; s,%%,%,g\")\n"                       \
	"case $f in /*) ;; *) f=$h/$f;; esac\n"                                                    \
	"[ -n \"$q\" ] || { q=$f; printf 'keysfile=%s\\n' \"$f\"; case $f in \"$h\"/*) ;; *) echo elsewhere=yes;; esac; }\n" \
	"[ -e \"$f\" ] || continue\n"                                                              \
	"echo file=$f\n"                                                                           \
	"[ -r \"$f\" ] || { echo unreadable=$f; continue; }\n"                                     \
	"ssh-keygen -lf \"$f\" 2>/dev/null | awk '{print \"accepts=\" $2}'\n"                       \
	"grep -E '(^|,)from=' -- \"$f\" | head -n 3 | cut -c 1-100 | sed 's/^/from=/'\n"           \
	"f=$(realpath -- \"$f\")\n"                                                                \
	"while :; do check \"$f\"; [ \"$f\" = \"$hh\" ] || [ \"$f\" = / ] && break; f=$(dirname -- \"$f\"); done\n" \
	"done | awk '!seen[$0]++'\n"                                                               \
	"printf 'home_seen=%s\\n' \"$([ -x \"$h\" ] && [ -x \"$h/.ssh\" ] && echo yes || echo no)\"\n" \
	"check \"$hh\"\n"                                                                          \
	"echo end=1\n"

/* The host's own public keys, which everybody there may read: "hostkey=FINGERPRINT TYPE BLOB". */
#define SSH_HOSTKEYS_TEXT                                                                          \
	"for f in /etc/ssh/ssh_host_*_key.pub; do\n"                                               \
	"n=$(ssh-keygen -lf \"$f\" 2>/dev/null | awk '{print $2}') && printf 'hostkey=%s %s\n' \"$n\" \"$(cut -d ' ' -f 1,2 \"$f\")\"\n" \
	"done\n"                                                                                   \
	"echo end=1\n"

/* Does anything listen on the port that refuses? Then something in between refuses in its name. And does sshd's
 * libwrap turn the host that comes away? It keeps such a connection open for 5 s, without a word, before it closes. */
#define SSH_LISTEN_TEXT(port, peer)                                                                \
	"n=$(ss -Hltn \"sport = :\"" port ") && { [ -n \"$n\" ] && echo listens=yes || echo listens=no; }\n"  \
	"peer=" peer "\n"                                                                          \
	"a=$(getent ahostsv4 \"$peer\" | awk 'NR == 1 {print $1}')\n"                             \
	"awk -F: -v h=\"$peer\" -v a=\"$a\" 'tolower($1) ~ /^[ \t]*(all|sshd)[ \t]*$/ "          \
	"{ n = split($2, w, /[ \t,]+/); for (i = 1; i <= n; i++) if (w[i] == \"ALL\" || w[i] == h || w[i] == a) "  \
	"{ print \"denied=\" $0; exit } }' /etc/hosts.deny 2>/dev/null\n"                           \
	"echo end=1\n"

#endif
