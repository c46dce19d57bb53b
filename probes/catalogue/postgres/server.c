/* PostgreSQL's host as postgres sees it: the cluster's directories, its processes, archive_status and log. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/str.h"
#include "probes/base/text.h"
#include "probes/catalogue/postgres/conninfo.h"
#include "probes/catalogue/postgres/postgres.h"
#include "probes/catalogue/postgres/server_log.h"
#include "probes/catalogue/volume.h"

/* Every cluster of the host, at most four; the reader picks the one of Barman's port. No perl (pg_lsclusters
 * takes 100 ms): Debian's and the RPMs' places, and the -D of what runs. */
static const char postgres_sh[] =
	VOLUME_SH
	"export LC_ALL=C; seen=' '; n=0; echo \"shell_path=$(env -i /bin/sh -c 'echo $PATH')\"\n"
	/* the archivers, what they run, and the -D of every postmaster, out of one look at all processes */
	"procs=$(ps -e -o pid=,ppid=,etimes=,args= 2>/dev/null | awk '{ l = $0; sub(/^ *[0-9]+ +[0-9]+ +/, \"\", l); if (!($2 in kid)) kid[$2] = l }"
	" /postgres: (.*: )?archiver( process)?( +(archiving|failed on|last was) [^ ]+)? *$/ { of[$1] = $2; sub(/^[0-9]+ +/, $1 \" &\", l); says[$1] = l }"
	" $4 ~ /(^|\\/)(postgres|postmaster)$/ && match($0, / -D *[^ ]+/) { d = substr($0, RSTART, RLENGTH); sub(/^ -D */, \"\", d); print \"data\", d }"
	" END { for (a in of) { print \"archiver\", of[a], says[a]; if (a in kid) print \"child\", of[a], kid[a] } }')\n"
	"wal='[0-9A-F]{8}(\\.history|[0-9A-F]{16}(\\.[0-9A-Za-z]+)*)'\n"
	"one() {\n"
	"	d=${1%/}; conf=$2; port=$3; log=$4\n"
	"	case $seen in *\" $d \"*) return ;; esac\n"
	"	alive \"$d\" || { echo \"cluster=$d\"; echo \"port=${port:-5432}\"; echo \"conf=$conf\"; echo \"wal=$d/pg_wal\"; echo \"log=$log\"; seen=\"$seen$d \"; n=$((n+1)); echo end=; return; }\n"
	/* a configured cluster without its directory is one whose volume is missing */
	"	{ [ -d \"$d\" ] || [ -e \"$conf\" ]; } && [ $n -lt 4 ] || return\n"
	"	seen=\"$seen$d \"; n=$((n+1)); pid=; p=\n"
	"	[ -r \"$d/postmaster.pid\" ] && { read -r pid; read -r x; read -r x; read -r p; } <\"$d/postmaster.pid\"\n"
	"	case $pid in ''|*[!0-9]*) pid= ;; *) [ \"/proc/$pid/cwd\" -ef \"$d\" ] || pid= ;; esac\n"
	"	[ -z \"$pid\" ] || port=${p:-$port}\n"
	"	echo \"cluster=$d\"; echo \"port=${port:-5432}\"; echo \"conf=$conf\"; echo \"pid=$pid\"\n"
	"	s=; if alive \"$d/pg_wal\"; then s=$d/pg_wal/archive_status; echo \"wal=$(readlink -f \"$d/pg_wal\")\"\n"
	"	elif grep -qF \" $d/pg_wal \" /proc/mounts; then echo \"wal=$d/pg_wal\"; else echo \"wal=$(readlink \"$d/pg_wal\")\"; fi\n"
	"	 [ -r \"$d\" ] && echo readable=yes\n"
	"	[ -r \"$d/global/pg_control\" ] && { x=$(od -A n -t u8 -N 8 \"$d/global/pg_control\"); echo \"sysid=${x##* }\"; }\n"
	"	if [ -n \"$pid\" ]; then\n"
	"		x=; read -r x <\"/proc/$pid/stat\"; x=${x##*) }; echo \"state=${x%% *}\"\n"
	"		[ -r /proc/$pid/environ ] && echo \"path=$(tr '\\0' '\\n' </proc/$pid/environ | sed -n '/^PATH=/{s///p;q;}')\"\n"
	"		echo \"exe=$(readlink /proc/$pid/exe)\"\n"
	"		while read -r k x a; do case \"$k $x\" in \"archiver $pid\") echo \"archiver=$a\";; \"child $pid\") echo \"child=$a\";; esac; done <<-EOF\n"
	"		$procs\n"
	"		EOF\n"
	"		[ -n \"$log\" ] || { log=$(readlink /proc/$pid/fd/2); case $log in /dev/*|[!/]*|*' (deleted)') log=;; esac; }\n"
	"	fi\n"
	"	l=; [ ! -r \"$d/current_logfiles\" ] || while read -r k x; do [ \"$k\" != stderr ] || { l=$x; break; }; done <\"$d/current_logfiles\"\n"
	"	case $l in '') ;; /*) log=$l ;; *) log=$d/$l ;; esac\n"
	"	l=; case $log in \"$d\"/*) l=$log;; /*) hung db.logs \"${log%/*}\" || l=$log;; esac\n"
	"	[ -r \"$s\" ] && find \"$s\" -maxdepth 1 -name '*.ready' -printf '%T@ %f\\n' 2>/dev/null |\n"
	"		awk '{ if (!r || $1 < o) o = $1; if (!r || $2 < f) f = $2; r++ } END { print \"ready=\" r+0; print \"oldest=\" o; print \"first=\" f }'\n"
	"	[ -r \"$s\" ] && echo \"done=$(ls \"$s\" | grep -c '\\.done$')\"\n"
	"	[ -r \"$d/patroni.dynamic.json\" ] && echo \"patroni=$(tr -d '\\r\\n' <\"$d/patroni.dynamic.json\" | cut -c1-4000)\"\n"
	"	h=${conf%/*}/pg_hba.conf; [ -e \"$h\" ] || h=$d/pg_hba.conf\n"
	"	[ -n \"$l\" ] && [ \"$h\" -nt \"$l\" ] && echo hba_changed=yes\n"
	"	echo \"log=$log\"\n"
	"	if [ -n \"$l\" ] && [ -r \"$l\" ]; then\n"
	"		a=$(tail -c 1000000 \"$l\" | grep -a -B 10 -A 1 -E 'archive command (failed|was terminated)' | tail -n 30 | cut -c1-500)\n"
	"		if [ -n \"$a\" ]; then\n"
	"			w=$(printf '%s\\n' \"$a\" | grep -a 'failed archive command was' | grep -aoE \"$wal\" | tail -n 1)\n"
	"			[ -n \"$w\" ] && [ -n \"$s\" ] && [ -e \"$s/$w.ready\" ] && echo failing=yes\n"
	"			printf '%s\\n' \"$a\" | sed 's/^/A /'\n"
	"		fi\n"
	"		tail -n 80 \"$l\" | awk '{ print \"T \" substr($0, 1, 400) }'\n"
	"	fi\n"
	"	echo end=\n"
	"}\n"
	"values() {\n" /* dir=, port=: the last line of each in the file */
	"	x=$(sed -nE \"s/^[ \\t]*(data_directory|port)[ \\t=]+'?([^'# \\t]*).*/\\1 \\2/p\" \"$1\" 2>/dev/null)\n"
	"	dir= port=; while read -r k x; do case $k in data_directory) dir=$x;; port) port=$x;; esac; done <<-EOF\n"
	"	$x\n"
	"	EOF\n"
	"}\n"
	"for c in /etc/postgresql/*/*/postgresql.conf; do\n"
	"	[ -e \"$c\" ] || continue\n"
	"	v=${c#/etc/postgresql/}; m=${v#*/}; v=${v%%/*}; m=${m%%/*}; values \"$c\"\n"
	"	one \"${dir:-/var/lib/postgresql/$v/$m}\" \"$c\" \"$port\" \"/var/log/postgresql/postgresql-$v-$m.log\"\n"
	"done\n"
	"running=; while read -r k x; do [ \"$k\" != data ] || running=\"$running $x\"; done <<-EOF\n"
	"	$procs\n"
	"	EOF\n"
	"for d in $running /var/lib/pgsql/data /var/lib/pgsql/*/data; do\n"
	"	case $seen in *\" $d \"*) continue;; esac; alive \"$d\" && [ -r \"$d/PG_VERSION\" ] && { values \"$d/postgresql.conf\"; one \"$d\" \"$d/postgresql.conf\" \"$port\" ''; }\n"
	"done\n"
	"[ -d /run/systemd/system ] && echo init=systemd || echo init=none\n"
	"grep -qsx patroni /proc/[0-9]*/comm && echo manager=patroni || echo manager=none\n"
	"command -v pg_ctlcluster >/dev/null && echo tool=pg_ctlcluster || echo tool=systemctl\n"
	"echo clusters=$n\n";

/* One cluster's section of the reply. */
struct cluster {
	const char *data, *conf, *port, *pid, *state, *wal, *path, *exe, *archiver, *child, *ready, *oldest, *first, *done,
		*log, *log_dir, *log_mount, *log_hung, *failing, *readable, *hba_changed, *patroni, *sysid;
	struct str archive, tail;
};

static const struct {
	const char *key;
	size_t at;
} keys[] = {
#define KEY(name, field) {name "=", offsetof(struct cluster, field)}
	KEY("db.logs.dir", log_dir), KEY("db.logs.mount", log_mount), KEY("db.logs.hung", log_hung),
	KEY("cluster", data), KEY("conf", conf), KEY("port", port), KEY("pid", pid), KEY("state", state), KEY("wal", wal),
	KEY("path", path), KEY("exe", exe), KEY("archiver", archiver), KEY("child", child), KEY("ready", ready),
	KEY("oldest", oldest), KEY("first", first), KEY("done", done), KEY("log", log), KEY("failing", failing),
	KEY("readable", readable), KEY("hba_changed", hba_changed), KEY("patroni", patroni), KEY("sysid", sysid),
#undef KEY
};

static void cluster_line(struct cluster *c, const char *line)
{
	if (text_starts(line, "A ") || text_starts(line, "T ")) {
		struct str *to = *line == 'A' ? &c->archive : &c->tail;
		str_add(to, line + 2);
		str_addc(to, '\n');
		return;
	}
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (text_starts(line, keys[i].key))
			*(const char **)((char *)c + keys[i].at) = line + strlen(keys[i].key);
}

/* An empty value is one that is not known. */
static void learn_some(struct view *v, const char *name, const char *text)
{
	learn(v, name, text && *text ? text : NULL);
}

static void learn_number(struct view *v, const char *name, const char *text, double factor)
{
	char *end = NULL;
	double value = text && *text ? strtod(text, &end) : NAN;
	learn_num(v, name, end && !*end ? value * factor : NAN);
}

/* Cuts the number off the head of *s into buf; NULL when nothing is there. */
static const char *take_number(const char **s, char buf[24])
{
	if (!*s)
		return NULL;
	const char *p = *s + strspn(*s, " ");
	size_t n = strspn(p, "0123456789");
	snprintf(buf, 24, "%.*s", (int)(n < 20 ? n : 20), p);
	*s = p + n + strspn(p + n, " ");
	return buf;
}

/* "PID SECONDS postgres: 15/main: archiver archiving 00…", and of its child "SECONDS ARGS". */
static void learn_archiver(struct view *v, const struct cluster *c)
{
	char number[24];
	const char *rest = c->archiver, *child = c->child;
	learn(v, "db.archiver.seen", c->pid && *c->pid && c->state && *c->state ? "yes" : NULL);
	learn_some(v, "db.archiver.pid", take_number(&rest, number));
	learn_number(v, "db.archiver.age_s", take_number(&rest, number), 1);
	learn_some(v, "db.archiver.title", rest);
	learn_number(v, "db.archiver.child_age_s", take_number(&child, number), 1);
	learn_some(v, "db.archiver.child", child);
}

static void learn_log(struct view *v, const struct cluster *c)
{
	struct log_archive a;
	struct log_start s;
	char path[512];
	log_archive_failure(str_text(&c->archive), &a);
	log_start_state(str_text(&c->tail), &s);
	learn_some(v, "db.pg_log", c->log);
	learn(v, "db.logs.dir", c->log_dir);
	learn(v, "db.logs.mount", c->log_mount);
	learn(v, "db.logs.hung", c->log_hung);
	volume_for_pages(v);
	learn(v, "db.pg_hba_changed", c->hba_changed);
	learn(v, "db.log.seen", c->tail.len ? "yes" : NULL);
	learn(v, "db.log.archive_failing", c->failing);
	learn_num(v, "db.log.archive_status", a.status >= 0 ? a.status : NAN);
	learn_some(v, "db.log.archive_wal", a.wal);
	learn_some(v, "db.log.archive_words", a.words);
	bool lost = strstr(a.words, "barman: not found") || strstr(a.words, "barman: command not found");
	learn_yes_no(v, "db.log.archive_far", lost && (strstr(a.words, "executing ssh") || strstr(a.words, "Remote 'barman put-wal'")));
	log_full_path(a.words, path, sizeof path);
	learn_some(v, "db.log.full_path", path);
	learn_some(v, "db.log.start_failure", s.failure);
	learn_some(v, "db.log.stopped", s.stopped);
	if (strstr(s.failure, "could not load "))
		learn_file_place(v, "pg.hba_error", s.failure);
}

/* shell_path: what sh takes on that host when PATH is not set, as under pg_ctlcluster. */
static void learn_cluster(struct view *v, const struct cluster *c, const char *shell_path)
{
	learn_some(v, "db.pg_data", c->data);
	learn_some(v, "db.pg_wal", c->wal);
	learn_some(v, "db.pg_config", c->conf);
	learn_some(v, "db.pg_port", c->port);
	learn_some(v, "db.pg_bin", c->exe);
	learn_some(v, "db.patroni.config", c->patroni);
	learn_some(v, "db.postmaster_state", c->state);
	learn_some(v, "pg.postmaster_pid", c->pid);
	learn_some(v, "pg.postmaster_path", c->path && !*c->path ? shell_path : c->path);
	learn(v, "db.postmaster_runs", !c->data ? NULL : c->pid && *c->pid ? "yes" : "no");
	learn_number(v, "db.archive.ready_count", c->ready, 1);
	learn_number(v, "db.archive.oldest_ready_ms", c->oldest, 1000);
	learn_some(v, "db.archive.first_ready", c->first);
	learn_number(v, "db.archive.done_count", c->done, 1);
	learn_archiver(v, c);
	learn_log(v, c);
}

static void cluster_clear(struct cluster *c)
{
	str_free(&c->archive);
	str_free(&c->tail);
	*c = (struct cluster){.data = NULL};
}

/* Keeps the cluster of this port; another one only while it is the only one. */
static void choose(struct cluster *best, struct cluster *c, const char *port, int clusters)
{
	bool right = !strcmp(c->port ? c->port : "", port);
	if (right || clusters == 1) {
		struct cluster swap = *best;
		*best = *c;
		*c = swap;
	} else if (best->data && strcmp(best->port ? best->port : "", port)) {
		cluster_clear(best);
	}
	cluster_clear(c);
}

/* "SYSID PORT PID DATA" a line: which clusters the host has. */
static void list_cluster(struct str *all, const struct cluster *c)
{
	if (c->sysid && *c->sysid && c->port && *c->port)
		str_addf(all, "%.20s %.5s %s %s\n", c->sysid, c->port, c->pid && *c->pid ? c->pid : "-", c->data);
}

/* Of the host, not of a cluster: how a server is started there. */
static void learn_host(struct view *v, const struct reply *r, const char *key, const char *fact)
{
	char value[64];
	char *text = reply_copy(r);
	learn_some(v, fact, r->outcome == REPLY_DONE ? text_value(text, key, value, sizeof value) : NULL);
	free(text);
}

static void read_postgres(const struct reply *r, struct view *v)
{
	struct cluster c = {.data = NULL}, best = {.data = NULL};
	struct str all = {0};
	int clusters = 0;
	char *copy = reply_copy(r), *p = copy, *line, port[16], shell_path[512];
	const char *path = text_value(copy, "shell_path", shell_path, sizeof shell_path);
	conninfo_value(know(v, "server.conninfo"), "port", port, sizeof port);
	while (r->outcome == REPLY_DONE && (line = text_line(&p))) {
		if (!strcmp(line, "end=") && c.data) {
			list_cluster(&all, &c);
			choose(&best, &c, *port ? port : "5432", ++clusters);
		} else {
			cluster_line(&c, line);
		}
	}
	learn(v, "db.clusters", r->outcome == REPLY_DONE ? str_text(&all) : NULL);
	str_free(&all);
	learn_cluster(v, &best, path);
	learn_host(v, r, "init", "db.init");
	learn_host(v, r, "manager", "db.manager");
	learn_host(v, r, "tool", "db.pg_tool");
	cluster_clear(&c);
	cluster_clear(&best);
	free(copy);
}

const struct question q_db_postgres = {
	.id = "db.postgres",
	.how = HOW_SH,
	.at = "db",
	.as = "postgres",
	.text = postgres_sh,
	.flags = Q_ALONE,
	.read = read_postgres,
};
