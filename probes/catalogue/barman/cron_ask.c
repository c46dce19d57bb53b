/* Every place cron reads, what stands there of Barman, and the daemon. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/barman/config.h"
#include "probes/catalogue/barman/cron.h"
#include "probes/catalogue/barman/cron_host.h"
#include "probes/catalogue/flow.h"

/* The change time (%Z) also tells a rename and a chmod. Content lines stand behind a bar, as in backup.config. Only files that name barman are shown.
 * A program started costs the host a millisecond or two: the shell reads what it can itself. A process's start is told in ticks of
 * USER_HZ, which is 100 wherever Linux runs today (include/uapi/asm-generic/param.h). */
static const char places_script[] =
	"LC_ALL=C; export LC_ALL\n"
	FLOCK_SH
	"read -r u z </proc/uptime; echo \"now $(date '+%s%3N %z') $u 100\"\n"
	"if [ -e /etc/debian_version ]; then echo debian; fi\n"
	"show() {\n"
	"	echo \"file $1 $(stat -L -c '%a %u %h %Z' \"$2\") $3 $2\"\n"
	"	printf '%s\\n\\n' \"$4\"\n"
	"}\n"
	"content() {\n"
	"	n=yes; t=; room=16384\n"
	"	while x=; IFS= read -r x || { [ -n \"$x\" ] && n=no; }; do\n"
	"		room=$((room - ${#x} - 1)); [ $room -gt 0 ] || break\n"
	"		t=\"$t|$x\n\"\n"
	"		[ $n = yes ] || break; done\n"
	"	t=${t%?}\n"
	"}\n"
	/* who holds the lock of `flock -n FILE barman cron`: what it waits for, down to the last child */
	"held() {\n"
	"	flock_of \"$(stat -L -c %i \"$1\")\" || return 0\n"
	"	while k=$(ps -o pid= --ppid \"$q\" | head -n 1) && [ -n \"$k\" ]; do q=${k##* }; done\n"
	"	run_of \"$q\"; echo \"holder $now $(tr '\\0' ' ' <\"/proc/$q/cmdline\")\"\n"
	"} 2>/dev/null\n"
	"set --\n"
	"for f in /etc/crontab /etc/cron.d/* /etc/cron.d/.[!.]* /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/*; do\n"
	"	[ -f \"$f\" ] || continue\n"
	"	if [ -r \"$f\" ]; then set -- \"$@\" \"$f\"; else echo \"closed $f\"; fi\n"
	"done\n"
	"[ $# = 0 ] || grep -lsi barman -- \"$@\" </dev/null | while IFS= read -r f; do\n"
	"	content <\"$f\" || continue\n"
	"	case $f in /etc/crontab|/etc/cron.d/*) show system \"$f\" $n \"$t\";; *) show script \"$f\" $n \"$t\";; esac\n"
	"done\n"
	"if own=$(crontab -l 2>&1); then\n"
	"	content <<-EOF\n"
	"	$own\n"
	"	EOF\n"
	"	echo 'file own 600 0 1 0 yes crontab'\n"
	"	printf '%s\\n\\n' \"$t\"\n"
	"else printf '%s\\n' \"$own\" | head -n 3 | sed 's/^/own /'; own=; fi\n"
	/* What all of them name: programs, users, PATH and SHELL, and files that are written to. */
	"{ cat /etc/crontab /etc/cron.d/* 2>/dev/null; printf '%s\\n' \"$own\"; } | awk '\n"
	"	function tell(k, x, most) { if (!((k, x) in told) && ++n[k] <= most) { told[k, x]; print k, x } }\n"
	"	function each(k, s, re, most, x) {\n"
	"		while (match(s, re)) {\n"
	"			x = substr(s, RSTART, RLENGTH); s = substr(s, RSTART + RLENGTH)\n"
	"			sub(/^[^\\/]*/, \"\", x); tell(k, x, most)\n"
	"		}\n"
	"	}\n"
	"	{ line = $0 }\n"
	"	tolower($0) ~ /barman/ {\n"
	"		each(\"path\", $0, \"/[A-Za-z0-9_./+@-]+\", 60)\n"
	"		if ($0 !~ /^[ \\t]*#[ \\t]/) { if ($2 ~ /^[a-zA-Z_]/) tell(\"user\", $2, 60); if ($6 ~ /^[a-zA-Z_]/) tell(\"user\", $6, 60) }\n"
	"		if ($0 !~ /^[ \\t]*#/ && match($0, /flock [^;&|]*/) && match(l = substr($0, RSTART, RLENGTH), /\\/[A-Za-z0-9_.\\/+@-]+/)) tell(\"lock\", substr(l, RSTART, RLENGTH), 4)\n"
	"		if ($0 !~ /^[ \\t]*#/) each(\"log\", $0, \">[ \\t]*\\\"?/[A-Za-z0-9_./+@-]+\", 20)\n"
	"	}\n"
	"	{ gsub(/[\"\\047]/, \"\", line) }\n"
	"	line ~ /^[ \\t]*(PATH|SHELL)[ \\t]*=/ {\n"
	"		k = line ~ /^[ \\t]*PATH/ ? \"PATH\" : \"SHELL\"; sub(/^[^=]*=[ \\t]*/, \"\", line); sub(/[ \\t]+$/, \"\", line); tell(k, line, 20)\n"
	"	}' | while read -r k p; do\n"
	"	case $k in\n"
	"	path) if [ -x \"$p\" ] && [ ! -d \"$p\" ]; then echo \"exec $p\"; elif [ ! -e \"$p\" ]; then echo \"none $p\"; fi;;\n"
	"	user) if [ \"$p\" = \"$LOGNAME\" ] || id -u -- \"$p\" >/dev/null 2>&1; then echo \"has $p\"; fi;;\n"
	"	PATH) (PATH=$p; command -v barman) >/dev/null || echo \"lost $p\";;\n"
	"	SHELL) case ${p##*/} in false|true|nologin) echo \"dull $p\";; *) [ -x \"$p\" ] || echo \"dull $p\";; esac;;\n"
	"	lock) held \"$p\";;\n"
	"	log) [ -w \"$p\" ] || { [ ! -e \"$p\" ] && [ -d \"${p%/*}/\" ] && [ -w \"${p%/*}/\" ]; } || echo \"shut $p\";;\n"
	"	esac\n"
	"done\n"
	"p=$(PATH=/usr/bin:/bin; command -v barman) && echo \"where $p\"\n"
	/* when a crontab last came, went or was written, also one that may not be read: their directory tells */
	"stat -c 'places %Z' /etc/crontab /etc/cron.d /etc/cron.d/* /var/spool/cron /var/spool/cron/crontabs 2>/dev/null\n"
	"chage -l \"${LOGNAME:-$(id -un)}\" 2>/dev/null | while IFS=: read -r k d; do\n"
	"	case $k in 'Account expires'*) d=${d# }; [ \"$d\" = never ] || echo \"expires $(date -d \"$d\" +%s)\";; esac\n"
	"done\n"
	"for f in /etc/pam.d/cron /etc/pam.d/crond; do\n"
	"	[ ! -r \"$f\" ] || while read -r x; do case $x in account[[:space:]]*pam_access*) echo yes;; esac; done <\"$f\"\n"
	"done | while read -r x; do\n"
	"	grep -sE '^[[:space:]]*[-+]' /etc/security/access.conf | head -n 50 | sed 's/^/access /'; break\n"
	"done\n"
	"if ! read -r z </proc/1/comm; then echo hidden; fi 2>/dev/null\n"
	"for d in /proc/[0-9]*; do\n"
	"	read -r n <\"$d/comm\" || continue\n"
	"	case $n in cron|crond|fcron)\n"
	"		read -r s <\"$d/stat\" || continue\n"
	"		s=${s##*) }; set -- $s; echo \"daemon ${d#/proc/} $n $1 $2 ${20}\";;\n"
	"	esac\n"
	"done 2>/dev/null\n"
	"if [ -d /run/systemd/system ]; then\n"
	"	systemctl list-timers --all --no-legend --no-pager 2>/dev/null | grep -i barman | sed 's/^/timer /'\n"
	"fi\n"
	"echo end\n";

enum { LIST_MAX = 128, FILES_MAX = 64 };

struct list {
	const char *item[LIST_MAX + 1];
	int n;
};

struct places {
	struct cron_file file[FILES_MAX];
	struct str text[FILES_MAX];
	int files;
	struct list executable, missing, users, paths, shells, shut;
	struct str closed, own, timers, access;
	struct host_now now;
	double expires, changed;
	struct held held; /* the lock that an entry takes with flock */
	double daemon_pid, daemon_ticks;
	char daemon_name[16], daemon_state;
	bool debian, has_barman, hidden, whole;
};

static void list_add(struct list *l, const char *item)
{
	if (l->n < LIST_MAX)
		l->item[l->n++] = item;
}

/* "KIND MODE UID LINKS CTIME NEWLINE PATH" */
static void file_line(struct places *p, char *line)
{
	char kind[8], newline[4];
	struct cron_file f = {.links = 1};
	long long changed;
	int at = 0;
	if (p->files == FILES_MAX || sscanf(line, "%7s %o %d %d %lld %3s %n", kind, &f.mode, &f.owner, &f.links, &changed, newline, &at) < 6 || !at)
		return;
	f.kind = !strcmp(kind, "system") ? CRON_SYSTEM : !strcmp(kind, "own") ? CRON_OWN : CRON_SCRIPT;
	f.changed = changed;
	f.newline = !strcmp(newline, "yes");
	f.path = line + at;
	p->file[p->files++] = f;
}

/* "PID NAME STATE PPID START"; cron forks itself for every job: the oldest is the daemon. */
static void daemon_line(struct places *p, const char *line)
{
	double pid, parent, start;
	char name[16], state;
	if (sscanf(line, "%lf %15s %c %lf %lf", &pid, name, &state, &parent, &start) != 5 || state == 'Z')
		return;
	if (p->daemon_pid && p->daemon_ticks <= start)
		return;
	p->daemon_pid = pid;
	p->daemon_ticks = start;
	p->daemon_state = state;
	snprintf(p->daemon_name, sizeof p->daemon_name, "%s", name);
}

static void add_line(struct str *out, const char *line)
{
	str_addf(out, "%s%s", out->len ? "\n" : "", line);
}

static void places_line(struct places *p, char *line)
{
	const struct { const char *head; struct list *list; } lists[] = {
		{"exec ", &p->executable}, {"none ", &p->missing}, {"lost ", &p->paths}, {"dull ", &p->shells}, {"shut ", &p->shut}, {"has ", &p->users}};
	const struct { const char *head; struct str *text; } texts[] = {
		{"closed ", &p->closed}, {"own ", &p->own}, {"access ", &p->access}, {"timer ", &p->timers}};
	if (*line == '|') {
		if (p->files)
			str_addf(&p->text[p->files - 1], "%s\n", line + 1);
		return;
	}
	struct host_now now;
	if (text_starts(line, "now ") && host_now(line + 4, &now))
		p->now = now;
	else if (text_starts(line, "holder ") && !p->held.pid)
		held_read(line + 7, &p->held);
	else if (text_starts(line, "file "))
		file_line(p, line + 5);
	else if (text_starts(line, "daemon "))
		daemon_line(p, line + 7);
	else if (text_starts(line, "places "))
		p->changed = fmax(p->changed, host_seconds_ms(line + 7));
	else if (text_starts(line, "expires "))
		p->expires = host_seconds_ms(line + 8);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (text_starts(line, lists[i].head))
			list_add(lists[i].list, line + strlen(lists[i].head));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (text_starts(line, texts[i].head))
			add_line(texts[i].text, line + strlen(texts[i].head));
	p->has_barman |= text_starts(line, "where /");
	p->debian |= !strcmp(line, "debian");
	p->hidden |= !strcmp(line, "hidden");
	p->whole |= !strcmp(line, "end");
}

static const char *const stands[] = {"good", "other_config", "wrong_user", "broken", "disabled", "none"};

static const char *const kinds[] = {"system", "own", "script"};

static void learn_entry(struct view *v, const struct places *p, const struct cron_entry *e)
{
	double ours = (double)view_now(v) - p->now.ms; /* this program's clock minus the host's */
	int64_t now_s = flow_ms(p->now.ms / 1000), zone = flow_ms(p->now.zone_s);
	int64_t next = e->stand <= CRON_WRONG_USER ? schedule_next(&e->schedule, now_s + zone) : -1;
	learn(v, "server.cron.entry.stand", stands[e->stand]);
	learn(v, "server.cron.entry.path", e->path ? e->path : "");
	learn(v, "server.cron.entry.kind", kinds[e->kind]);
	learn(v, "server.cron.entry.repair", e->repair ? e->repair : "");
	learn(v, "server.cron.entry.text", e->text);
	learn(v, "server.cron.entry.why", e->why);
	learn_whole(v, "server.cron.entry.line", e->line);
	learn_whole(v, "server.cron.entry.gap_s", e->gap * 60.0);
	learn_whole(v, "server.cron.entry.changed_ms", e->changed ? (double)e->changed * 1000 + ours : NAN);
	learn_whole(v, "backup.cron.next_tick_ms", next >= 0 ? (double)(next - zone) * 1000 + ours : NAN);
}

static void learn_backup_entry(struct view *v, const struct places *p)
{
	static const char *const words[] = {"no", "maybe", "yes"};
	enum backs_up best = p->timers.len || p->closed.len ? BACKS_UP_MAYBE : BACKS_UP_NO;
	for (int i = 0; i < p->files; i++) {
		enum backs_up one = cron_backs_up(str_text(&p->text[i]), know(v, "server.name") ? know(v, "server.name") : "");
		if (one > best)
			best = one;
	}
	learn(v, "server.cron.backup", words[best]);
}

static void learn_places(struct view *v, struct places *p)
{
	const char *user = know(v, "server.barman_user"), *main = know(v, "server.config.main");
	struct cron_world w = {.user = user ? user : "barman", .main = main ? main : "", .debian = p->debian,
			       .executable = p->executable.item, .missing = p->missing.item, .users = p->users.item, .paths = p->paths.item,
			       .shells = p->shells.item, .shut = p->shut.item, .has_barman = p->has_barman};
	struct cron_entry best = {.stand = CRON_NONE};
	for (int i = 0; i < p->files; i++) {
		p->file[i].text = p->text[i].s ? p->text[i].s : (char[1]){0};
		cron_study(&p->file[i], &w, &best);
	}
	learn_backup_entry(v, p);
	learn(v, "server.cron.ask_root", best.stand == CRON_NONE || know_is(v, "server.cron.backup", "no") ? "yes" : "no");
	double ours = (double)view_now(v) - p->now.ms;
	double started = p->now.ms - (p->now.uptime - p->daemon_ticks / p->now.ticks) * 1000 + ours;
	learn_entry(v, p, &best);
	held_learn(v, "entry", &p->held, &p->now);
	learn(v, "server.cron.closed", str_text(&p->closed));
	learn(v, "server.cron.own", str_text(&p->own));
	learn(v, "server.cron.timers", str_text(&p->timers));
	char refusal[300];
	learn(v, "server.cron.refusal", cron_access_refuses(str_text(&p->access), w.user, refusal, sizeof refusal) ? refusal : NULL);
	learn(v, "server.cron.refused", know(v, "server.cron.refusal") ? "access" : "no");
	learn(v, "server.cron.expired", p->expires && p->expires < p->now.ms ? "yes" : "no");
	learn_whole(v, "server.cron.places_changed_ms", p->changed ? p->changed + ours : NAN);
	learn_whole(v, "backup.cron.daemon_pid", p->daemon_pid ? p->daemon_pid : NAN);
	learn_whole(v, "backup.cron.daemon_started_ms", p->daemon_pid ? round(started / 1000) * 1000 : NAN);
	learn(v, "backup.cron.daemon_name", p->daemon_pid ? p->daemon_name : NULL);
	learn(v, "backup.cron.daemon_stopped", p->daemon_state == 'T' || p->daemon_state == 't' ? "yes" : "no");
	learn(v, "backup.cron.hidden", p->hidden ? "yes" : "no");
}

static void read_places(const struct reply *r, struct view *v)
{
	struct places p = {.whole = false};
	char *copy = xstrdup(r->outcome == REPLY_DONE ? r->out : ""), *at = copy, *line;
	while ((line = text_line(&at)))
		places_line(&p, line);
	bool whole = p.whole && p.now.ms > 0;
	learn(v, "server.cron.seen", whole ? "yes" : NULL);
	if (whole)
		learn_places(v, &p);
	for (int i = 0; i < p.files; i++)
		str_free(&p.text[i]);
	str_free(&p.closed);
	str_free(&p.own);
	str_free(&p.timers);
	str_free(&p.access);
	free(copy);
}

/* The facts of the entry need barman_user and the main file: asked after backup.config. */
const struct question q_backup_cron = {
	.id = "backup.cron",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = places_script,
	.only_if = "server.config.seen",
	.every_ms = 10000,
	.read = read_places,
};
