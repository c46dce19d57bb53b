/* Every reply of real recordings, spoilt in every way. The program stays whole; no probe is ever greener for it;
 * and a probe that cannot do without a reply is not green when the reply is spoilt, unless what was spoilt
 * carries no meaning: the facts are the same to the last byte. HOSTILE=all cuts at every byte and tries every value
 * everywhere; without it what is tried is a sample around the ends of lines and fields. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "probes/base/arena.h"
#include "probes/base/text.h"
#include "probes/link/loop.h"
#include "tests/replay/world.h"

enum { PROBES = 96, FAULTS_SHOWN = 100, OUT_MAX = 256 << 10 /* what the door lets in */ };

static struct world *world;
static size_t worlds;
static struct loop *loop;
static struct str faults;
static int fault_count;

static int setup(void **state)
{
	loop = *state = loop_new();
	world = worlds_load("tests/replay/replies", &worlds);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	worlds_free(world, worlds);
	loop_free(loop);
	return 0;
}

static void fault(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void fault(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n > 0 && fault_count++ < FAULTS_SHOWN)
		str_addf(&faults, "\n  %s", s);
	free(s);
}

/* All faults of a test at once: they come in families. */
static void no_faults(void)
{
	if (!fault_count)
		return;
	fprintf(stderr, "%d faults:%s\n", fault_count, str_text(&faults)); /* cmocka's own is cut at 1 kB */
	str_clear(&faults);
	fault_count = 0;
	fail();
}

/* ---- one spoilt reply ---- */

struct case_ {
	const struct world *world;
	size_t at;
	enum state before[PROBES]; /* as recorded */
	bool rests[PROBES];        /* green as recorded, and not green without this reply */
	struct str facts;
};

static const struct server *server_of(const struct engine *e)
{
	return &engine_model(e)->server[0];
}

static const struct reply *reply_of(const struct case_ *c)
{
	return &c->world->said[c->at].reply;
}

static const char *file_of(const struct world *w)
{
	return strrchr(w->file, '/') + 1;
}

static bool asks(const struct probe *p, const char *question)
{
	for (size_t i = 0; i < sizeof p->asks / sizeof *p->asks && p->asks[i]; i++)
		if (!strcmp(p->asks[i]->id, question))
			return true;
	return false;
}

/* That a reply came at all is what the probe wants to see. */
static bool is_proven_by_answer(const char *probe, const char *question)
{
	static const char *const proven[][2] = {{"host.backup", "host.backup"}, {"host.db", "host.db"}, {"pg.connect", "pg.settings"},
					      {"ssh.to_db", "ssh.to_db"}};
	for (size_t i = 0; i < sizeof proven / sizeof *proven; i++)
		if (!strcmp(proven[i][0], probe) && !strcmp(proven[i][1], question))
			return true;
	return false;
}

/* Probes that stand on other replies as well: what is lost is said, and they stay green. */
static const struct {
	const char *probe, *question;
} extras[] = {
	{"archive.backlog", "db.postgres"}, {"archive.backlog", "pg.ready"}, {"archive.backlog", "pg.settings"},
	{"archive.flow", "backup.incoming"}, {"archive.flow", "db.postgres"}, {"archive.flow", "db.program"}, {"archive.flow", "pg.ready"},
	{"archive_command", "backup.incoming"}, {"archive_command", "db.program"}, {"archive_command", "dbsql.files"}, {"archive_command", "pg.archiver"}, {"archive_command", "pg.settings"},
	{"archive_mode", "dbsql.files"}, {"wal_level", "dbsql.files"},
	{"cron.entry", "backup.config"}, {"cron.entry", "backup.program"}, {"cron.entry", "backup.cron_runs"}, {"cron.ran", "backup.config"}, {"cron.ran", "backup.cron"},
	{"disk.backup", "backup.config"}, {"disk.backup", "backup.catalogue"}, {"disk.backup", "backup.receiver"}, {"backup.last", "backup.space"}, {"incoming", "backup.space"}, {"wal_archive", "backup.space"}, {"wal_archive", "backup.incoming"}, {"wal_archive", "pg.archiver"},
	{"disk.pg_wal", "db.postgres"}, {"disk.pg_wal", "pg.slots"}, {"disk.pg_wal", "pg.waldir"},
	{"host.db", "pg.settings"}, {"host.db", "repl.identify"}, {"host.db", "ssh.to_db"},
	{"incoming", "backup.catalogue"}, {"receiver.running", "pg.slots"}, {"slot.exists", "backup.receiver"},
	{"pg.config_file", "db.postgres"}, {"pg.connect", "db.postgres"}, {"pg.connect", "dbsql.files"},
	{"backup.rsync", "backup.client"}, {"backup.rsync", "pg.settings"}, {"pg.privileges", "dbsql.files"}, {"pg.privileges", "backup.catalogue"}, {"pg.privileges", "pg.slots"}, {"slot.exists", "db.postgres"},
	{"repl.connect", "dbsql.files"}, {"repl.connect", "pg.settings"}, {"rpo", "backup.catalogue"}, {"rpo", "db.wal"}, {"rpo", "pg.slots"}, {"backup.policy", "backup.cron_root"},
};

static bool is_extra(const char *probe, const char *question)
{
	for (size_t i = 0; i < sizeof extras / sizeof *extras; i++)
		if (!strcmp(extras[i].probe, probe) && !strcmp(extras[i].question, question))
			return true;
	return false;
}

static void case_open(struct case_ *c, const struct world *w, size_t at)
{
	struct reply lost = {.outcome = REPLY_TIMEOUT, .out = "", .words = "", .stage = "", .sqlstate = "", .via = ""};
	*c = (struct case_){.world = w, .at = at};
	lost.at = reply_of(c)->at;
	struct engine *e = world_judge(loop, w, SIZE_MAX, NULL), *without = world_judge(loop, w, at, &lost);
	assert_true(server_of(e)->nodes <= PROBES);
	for (int i = 0; i < server_of(e)->nodes; i++) {
		c->before[i] = server_of(e)->node[i].verdict.state;
		const struct node *n = &server_of(without)->node[i];
		bool blocked = n->verdict.state == STATE_BLOCKED && !asks(n->probe, w->said[at].question);
		c->rests[i] = c->before[i] == STATE_OK && n->verdict.state != STATE_OK && !blocked &&
			      !is_proven_by_answer(n->probe->id, w->said[at].question) && !is_extra(n->probe->id, w->said[at].question);
	}
	world_facts(e, &c->facts);
	engine_free(e);
	engine_free(without);
}

static void must_speak(const struct node *n, const char *what)
{
	const struct verdict *v = &n->verdict;
	if (!v->say || !*v->say)
		fault("%s: %s says nothing", what, n->probe->id);
	else if (!text_is_plain(v->say))
		fault("%s: %s says \"%s\"", what, n->probe->id, v->say);
	for (int k = 0; k < v->findings; k++)
		if (!text_is_plain(v->finding[k].say))
			fault("%s: %s says \"%s\"", what, n->probe->id, v->finding[k].say);
}

enum rule { NEVER_GREENER, NOT_GREEN };

static void hear(const struct case_ *c, const struct reply *spoilt, enum rule rule, const char *how)
{
	char what[300];
	struct str now = {0};
	struct engine *e = world_judge(loop, c->world, c->at, spoilt);
	const struct server *s = server_of(e);
	snprintf(what, sizeof what, "%s: %s %s", file_of(c->world), c->world->said[c->at].question, how);
	world_facts(e, &now);
	bool same = !strcmp(str_text(&now), str_text(&c->facts));
	for (int i = 0; i < s->nodes; i++) {
		must_speak(&s->node[i], what);
		if (s->node[i].verdict.state != STATE_OK)
			continue;
		if (c->before[i] != STATE_OK)
			fault("%s: %s turns green: %s", what, s->node[i].probe->id, s->node[i].verdict.say);
		else if (rule == NOT_GREEN && c->rests[i] && !same)
			fault("%s: %s stays green: %s", what, s->node[i].probe->id, s->node[i].verdict.say);
	}
	str_free(&now);
	engine_free(e);
}

/* Bytes come in by the door. */
static void hear_out(const struct case_ *c, const char *out, size_t n, enum rule rule, const char *how)
{
	struct reply r = *reply_of(c);
	struct str clean = {0};
	text_clean(&clean, out, n, 16384, OUT_MAX);
	r.out = str_text(&clean);
	r.out_len = clean.len;
	hear(c, &r, rule, how);
	str_free(&clean);
}

/* An earlier world heard a whole reply to the same question. */
static bool was_heard(size_t w, const struct said *s)
{
	while (w-- > 0)
		for (size_t i = 0; i < world[w].n; i++)
			if (!world[w].said[i].asked && world[w].said[i].reply.outcome == REPLY_DONE && !strcmp(world[w].said[i].question, s->question))
				return true;
	return false;
}

static void each_reply(void (*call)(const struct case_ *c))
{
	for (size_t w = 0; w < worlds; w++)
		for (size_t i = 0; i < world[w].n; i++) {
			struct case_ c;
			if (world[w].said[i].asked || was_heard(w, &world[w].said[i]))
				continue;
			case_open(&c, &world[w], i);
			call(&c);
			str_free(&c.facts);
		}
	no_faults();
}

/* ---- what is spoilt ---- */

static void every_question_was_heard(void **state)
{
	(void)state;
	for (int p = 0; catalogue[p]; p++)
		for (size_t a = 0; a < sizeof catalogue[p]->asks / sizeof *catalogue[p]->asks && catalogue[p]->asks[a]; a++) {
			bool heard = false;
			for (size_t w = 0; w < worlds; w++)
				for (size_t i = 0; i < world[w].n; i++)
					heard |= !world[w].said[i].asked && world[w].said[i].reply.outcome == REPLY_DONE &&
						 !strcmp(world[w].said[i].question, catalogue[p]->asks[a]->id);
			if (!heard)
				fault("no reply to %s in tests/replay/replies: record a fault where it is asked (tests/replay/replies/README)",
				      catalogue[p]->asks[a]->id);
		}
	no_faults();
}

static void fail_it(const struct case_ *c)
{
	static const char *const words[] = {"", "\xe2\x9c\x97 broken\nin two lines", "Permission denied (publickey).", "%s%n"};
	for (int o = REPLY_NO_LINK; o <= REPLY_LOST; o++)
		for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
			struct reply r = {.outcome = (enum outcome)o, .out = "", .words = words[k], .stage = k == 2 ? "auth" : "", .sqlstate = "",
					  .via = "ssh", .at = reply_of(c)->at};
			hear(c, &r, NOT_GREEN, outcome_names[o]);
		}
	for (int i = 0; catalogue[i]; i++) {
		const char *q = c->world->said[c->at].question;
		if (asks(catalogue[i], q) && c->before[i] == STATE_OK && !c->rests[i] &&
		    !is_proven_by_answer(catalogue[i]->id, q) &&
		    !is_extra(catalogue[i]->id, q))
			fault("%s: %s is green without %s: it must not be, or is one of `extras`", file_of(c->world), catalogue[i]->id, q);
	}
}

static void a_failed_reply_is_never_green(void **state)
{
	(void)state;
	each_reply(fail_it);
}

static void empty_it(const struct case_ *c)
{
	static const int statuses[] = {0, 1, 2, 124, 126, 127, 137, 255, -1, INT32_MAX};
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		struct reply r = *reply_of(c);
		r.out = r.words = "";
		r.out_len = 0;
		r.rows = 0;
		r.status = statuses[i];
		char how[40];
		snprintf(how, sizeof how, "empty, status %d", r.status);
		hear(c, &r, NOT_GREEN, how);
	}
}

static void an_empty_reply_is_never_green(void **state)
{
	(void)state;
	each_reply(empty_it);
}

static bool exhaustive(void)
{
	static int all = -1;
	if (all < 0)
		all = getenv("HOSTILE") && !strcmp(getenv("HOSTILE"), "all");
	return all;
}

static bool worth_a_cut(const char *s, size_t at)
{
	if (exhaustive() || at == 0)
		return true;
	return s[at] == '\n' || s[at - 1] == '\n' || ((s[at - 1] == '=' || s[at - 1] == '\t') && at % 5 == 0);
}

static void cut_it(const struct case_ *c)
{
	const struct reply *whole = reply_of(c);
	for (size_t cut = 0; cut < whole->out_len; cut++) {
		char how[80];
		if (!worth_a_cut(whole->out, cut))
			continue;
		size_t from = cut > 24 ? cut - 24 : 0;
		snprintf(how, sizeof how, "cut at %zu behind \"%.*s\"", cut, (int)(cut - from), whole->out + from);
		for (char *p = how; *p; p++)
			*p = *p == '\n' ? '|' : *p;
		hear_out(c, whole->out, cut, NOT_GREEN, how);
	}
}

static void a_reply_cut_anywhere_is_never_green(void **state)
{
	(void)state;
	each_reply(cut_it);
}

/* ---- rows ---- */

static const char **copy_cells(const struct reply *r, int cols)
{
	const char **cell = xcalloc((size_t)r->rows * (size_t)cols + 1, sizeof *cell);
	for (int row = 0; row < r->rows; row++)
		for (int col = 0; col < cols; col++)
			cell[row * cols + col] = reply_cell(r, row, col);
	return cell;
}

static void other_columns(const struct case_ *c, int cols, const char *how)
{
	struct reply r = *reply_of(c);
	const char **cell = copy_cells(&r, cols);
	r.cell = cell;
	r.cols = cols;
	hear(c, &r, NOT_GREEN, how);
	free(cell);
}

static void null_rows(const struct case_ *c)
{
	struct reply r = *reply_of(c);
	const char **cell = copy_cells(&r, r.cols);
	r.cell = cell;
	for (int i = 0; i < r.rows * r.cols; i++) {
		const char *kept = cell[i];
		cell[i] = NULL;
		hear(c, &r, NEVER_GREENER, "with a NULL");
		cell[i] = kept;
	}
	memset(cell, 0, sizeof *cell * (size_t)(r.rows * r.cols));
	hear(c, &r, NOT_GREEN, "all NULL");
	free(cell);
}

static void spoil_rows(const struct case_ *c)
{
	const struct reply *r = reply_of(c);
	if (!r->rows)
		return;
	other_columns(c, r->cols - 1, "a column less");
	other_columns(c, r->cols + 1, "a column more");
	other_columns(c, 1, "one column");
	null_rows(c);
	struct reply less = *r;
	for (less.rows = 0; less.rows < r->rows; less.rows++)
		hear(c, &less, NEVER_GREENER, "fewer rows");
}

static void rows_of_another_shape_are_never_green(void **state)
{
	(void)state;
	each_reply(spoil_rows);
}

/* ---- values ---- */

static const char *const nonsense[] = {
	"-1", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "1e999", "-1e999", "NaN",
	"inf", "0x7fffffff", "", "x", "FFFFFFFF/FFFFFFFF", "100000000/0", "FFFFFFFFFFFFFFFFFFFFFFFF", "%s%n", "';--", "\x1b[2J\xe2\x80\xae",
	"\xff\xfe", "\xf0\x9f\x92\xa9",
};

static bool is_number(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]) && !strchr(".-:/", s[i]))
			return false;
	return n > 0;
}

/* Each number of the text in turn, as nonsense number k. */
static void replace_numbers(const struct case_ *c, size_t k)
{
	const struct reply *r = reply_of(c);
	static const char ends[] = " \t\n=,";
	for (size_t i = 0; i < r->out_len;) {
		size_t n = strcspn(r->out + i, ends);
		if (is_number(r->out + i, n) && (exhaustive() || (i + k) % 11 == 0)) {
			struct str other = {0};
			char how[120];
			str_addn(&other, r->out, i);
			str_add(&other, nonsense[k]);
			str_add(&other, r->out + i + n);
			size_t from = i > 30 ? i - 30 : 0;
			snprintf(how, sizeof how, "number %zu behind \"%.*s\"", k, (int)(i - from), r->out + from);
			hear_out(c, other.s, other.len, NEVER_GREENER, how);
			str_free(&other);
		}
		i += n + 1;
	}
}

static void replace_cells(const struct case_ *c, size_t k)
{
	struct reply r = *reply_of(c);
	const char **cell = copy_cells(&r, r.cols);
	struct str clean = {0};
	text_clean(&clean, nonsense[k], strlen(nonsense[k]), 16384, OUT_MAX);
	r.cell = cell;
	for (int i = 0; i < r.rows * r.cols; i++) {
		const char *kept = cell[i];
		char how[120];
		if (!exhaustive() && ((size_t)i + k) % 7)
			continue;
		cell[i] = str_text(&clean);
		snprintf(how, sizeof how, "cell %d is nonsense %zu", i, k);
		hear(c, &r, NEVER_GREENER, how);
		cell[i] = kept;
	}
	str_free(&clean);
	free(cell);
}

static void spoil_values(const struct case_ *c)
{
	for (size_t k = 0; k < sizeof nonsense / sizeof *nonsense; k++) {
		replace_numbers(c, k);
		replace_cells(c, k);
	}
}

static void values_out_of_range_crash_nothing(void **state)
{
	(void)state;
	each_reply(spoil_values);
}

/* ---- floods ---- */

static void flood(const struct case_ *c, const char *unit, size_t unit_n, enum rule rule, const char *how)
{
	struct str out = {0};
	if (!reply_of(c)->out_len)
		return;
	while (out.len < OUT_MAX)
		str_addn(&out, unit, unit_n);
	str_add(&out, reply_of(c)->out);
	hear_out(c, out.s, out.len, rule, how);
	str_free(&out);
}

/* The door cuts before the end, or a line more stands before a whole reply. */
static void flood_it(const struct case_ *c)
{
	const struct reply *r = reply_of(c);
	flood(c, "A", 1, NEVER_GREENER, "behind a line without end");
	flood(c, "\n", 1, NOT_GREEN, "behind empty lines");
	flood(c, "a=b\n", 4, NOT_GREEN, "behind lines of others");
	flood(c, "\0\xff\x1b[2J", 6, NEVER_GREENER, "behind binary");
	flood(c, r->out, r->out_len, NEVER_GREENER, "repeated");
}

static void a_flood_is_cut_and_never_green(void **state)
{
	(void)state;
	each_reply(flood_it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_question_was_heard),
		cmocka_unit_test(a_failed_reply_is_never_green),
		cmocka_unit_test(an_empty_reply_is_never_green),
		cmocka_unit_test(a_reply_cut_anywhere_is_never_green),
		cmocka_unit_test(rows_of_another_shape_are_never_green),
		cmocka_unit_test(values_out_of_range_crash_nothing),
		cmocka_unit_test(a_flood_is_cut_and_never_green),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
