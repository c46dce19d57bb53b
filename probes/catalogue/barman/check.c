#include "probes/catalogue/barman/check.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/catalogue/flow.h"
#include "probes/catalogue/volume.h"

/* Barman check makes directories that are missing, and tries the receiver's lock for a moment: so not without its directories,
 * and not while cron starts the receiver, around the full minute. JSON since Barman 2.9; before that it says `usage:`. Its own
 * timeout does not end a connection that hangs (Barman 3.4 utils.py), so ours ends it. */
static const char check_sh[] =
	"for d in {server.backup_directory} {server.basebackups_directory} {server.wals_directory} {server.incoming_wals_directory} {server.streaming_wals_directory}; do\n"
	"  [ -d \"$d\" ] || { echo \"skip=$d is missing, and asking would make it\"; echo end=; exit 0; }\n"
	"done\n"
	"s=$(date +%S); s=${s#0}\n"
	"if [ $s -lt 10 ]; then sleep $((10 - s)); elif [ $s -gt 50 ]; then sleep $((70 - s)); fi\n"
	"c={server.config_option}; b='timeout -k 2 45 barman'; [ -z \"$c\" ] || b=\"$b -c $c\"\n"
	"out=$($b -f json check {server.name} 2>&1); status=$?\n"
	"case $out in *'usage: '*) out=$($b check {server.name} 2>&1); status=$?;; esac\n"
	"echo \"status=$status\"\n"
	"printf '%s\\n' \"$out\" | head -c 60000 | sed 's/^/out=/'\n"
	"echo end=\n";

struct reading {
	struct view *v;
	int total, failed;
};

/* "receive-wal running" and "receive_wal_running" are one check: Barman's own rule for its JSON keys. */
static void key_of(const char *label, char *ret, size_t size)
{
	size_t n = 0;

	for (; *label && n + 1 < size; label++)
		if (*label != '.')
			ret[n++] = (char)(*label == ' ' || *label == '-' ? '_' : tolower((unsigned char)*label));
	ret[n] = '\0';
}

static void note_check(struct reading *g, const char *label, bool good, const char *hint)
{
	char key[96], name[128];

	key_of(label, key, sizeof(key));
	g->total++;
	if (good)
		return;
	g->failed++;
	snprintf(name, sizeof(name), "server.check.failed.%s", key);
	learn_f(g->v, name, "%.300s", hint);
}

static void read_words(struct reading *g, const json_t *words)
{
	const json_t *first = json_is_array(words) ? json_array_get(words, 0) : words;

	if (json_is_string(first))
		learn_f(g->v, "server.check.words", "%.300s", json_string_value(first));
}

/* {"main": {"ssh": {"status": "OK", "hint": ""}, …}, "_ERROR": ["…"]}. False when it is not whole. */
static bool read_json(struct reading *g, const char *text)
{
	json_t *all = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL), *check;
	const char *server = know(g->v, "server.name"), *label;

	if (!all)
		return false;
	read_words(g, json_object_get(all, "_EXCEPTION"));
	read_words(g, json_object_get(all, "_ERROR"));
	json_object_foreach(json_object_get(all, server ? server : ""), label, check) {
		const char *status = json_string_value(json_object_get(check, "status"));
		const char *hint = json_string_value(json_object_get(check, "hint"));

		if (status)
			note_check(g, label, !strcmp(status, "OK"), hint ? hint : "");
	}
	json_decref(all);
	return true;
}

/* "\tssh: OK (PostgreSQL server)", "\treceive-wal running: FAILED (See the Barman log file for more details)" */
static void read_line(struct reading *g, char *line)
{
	char *colon = *line == '\t' ? strstr(line, ": ") : NULL, *hint;
	bool good, bad;

	if (text_starts(line, "EXCEPTION: ") || text_starts(line, "ERROR: "))
		learn_f(g->v, "server.check.words", "%.300s", line);
	if (!colon)
		return;
	/* a hint may hold ": " itself, a label does not */
	good = text_starts(colon + 2, "OK");
	bad = text_starts(colon + 2, "FAILED");
	if (!good && !bad)
		return;
	*colon = '\0';
	hint = strchr(colon + 2, '(');
	if (hint && hint[strlen(hint) - 1] == ')')
		hint[strlen(hint) - 1] = '\0';
	note_check(g, line + 1, good, hint ? hint + 1 : "");
}

static void read_output(struct reading *g, const char *out)
{
	char *copy = xstrdup(out), *p = copy, *line;
	const char *json = strstr(out, "\n{");

	json = *out == '{' ? out : json ? json + 1 : NULL;
	if (json && !read_json(g, json))
		g->total = 0;
	if (!json)
		while ((line = text_line(&p)))
			read_line(g, line);
	free(copy);
}

static void read_check(const struct reply *r, struct view *v)
{
	struct reading g = {.v = v};
	struct str out = {0};
	char *copy, *p, *line, buf[300];

	forget_all(v, "server.check.");
	if (!flow_whole(v, r, "server.check.seen"))
		return;
	learn(v, "server.check.skip", text_value(r->out, "skip", buf, sizeof(buf)));
	learn(v, "server.check.status", text_value(r->out, "status", buf, sizeof(buf)));
	copy = p = xstrdup(r->out);
	while ((line = text_line(&p)))
		if (text_starts(line, "out="))
			str_addf(&out, "%s\n", line + 4);
	read_output(&g, str_text(&out));
	learn_f(v, "server.check.total", "%d", g.total);
	learn_f(v, "server.check.failures", "%d", g.failed);
	free(copy);
	str_free(&out);
}

const struct question q_barman_check = {
	.id = "barman.check",
	.how = HOW_SH,
	.at = "backup",
	.as = "barman",
	.text = check_sh,
	.only_if = "server.cross_check=yes",
	.deadline_ms = 80000,
	.every_ms = 600000,
	.flags = Q_ALONE | Q_SLOW,
	.read = read_check,
};

/* 3.15.0 → 31500; -1 when not known */
static int version_of(const char *text)
{
	int major, minor;

	return text && sscanf(text, "%d.%d", &major, &minor) == 2 ? major * 100 + minor : -1;
}

/* Why it may not be asked: watching changes nothing. */
static const char *why_not(const struct view *v)
{
	const char *fault = know(v, "ssh.to_db.fault"), *words = know(v, "server.ssh_words");
	bool ssh = words && *words && !know_is(v, "server.backup_method", "postgres");

	if (volume_unseen(v))
		return "it would wait for a volume that does not answer, or make directories below one that is not mounted";
	if (ssh && !know(v, "ssh.to_db.hostkey"))
		return "whether the host key of its ssh is known has not been seen";
	if (ssh && fault && text_starts(fault, "hostkey"))
		return "its ssh would accept the host key without a question (StrictHostKeyChecking=no)";
	if (version_of(know(v, "server.barman_version")) >= 315 && know_num(v, "server.catalogue.wals") == 0)
		return "with an empty WAL archive it switches WAL (Barman 3.15 and newer)";
	return know_yes(v, "server.catalogue.seen") ? NULL : "the WAL archive has not been seen";
}

void check_derive(struct view *v)
{
	const char *why = why_not(v);

	learn(v, "server.cross_check", why ? "no" : "yes");
	learn(v, "server.cross_check_not", why);
}

static void judge(const struct view *v, struct verdict *r)
{
	const char *why = know(v, "server.cross_check_not");

	switch (view_asked(v, &q_barman_check)) {
	case ASKED_NEVER:
		verdict_off(r, "barman check is asked after everything else, and never waited for");
		break;
	case ASKED_OFF:
	case ASKED_NO_PLACE:
		verdict_off(r, "barman check is not asked: %s", why ? why : "the console asks it, and `walmedic check --cross-check`");
		break;
	case ASKED_FAILED:
		verdict_unknown(r, "barman check did not end, or could not be run: walmedic's own answers do not need it");
		break;
	case ASKED_DONE:
		if (know(v, "server.check.skip"))
			verdict_off(r, "barman check is not asked: %s", know(v, "server.check.skip"));
		else if (!know_yes(v, "server.check.seen"))
			verdict_unknown(r, "the answer of barman check is incomplete");
		else
			verdict_ok(r, "barman check was heard");
		break;
	}
}

const struct probe probe_barman_check = {
	.id = "barman.check",
	.title = "barman check, as a second opinion",
	.about = "What `barman check` says, every ten minutes and after everything else. It is falsely green for a third of all faults; where it "
		 "sees less, or says FAILED for what is green here, both are told side by side.",
	.stage = STAGE_BACKUP,
	.asks = {&q_barman_check},
	.judge = judge,
	.compare = check_compare,
};
